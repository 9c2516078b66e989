"""Which lots nobody will have used when they expire: what to use first, and what to give to somebody who uses it."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from clinic_desktop.features.medication.rules.ordering import UsableLot, fates

SOON_DAYS = 183
"""Lots that expire within these days are looked at."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another clinic that uses this product."""

    site_id: str
    name: str
    per_day: Fraction
    usable: int

    def could_use(self, expires_on: date, today: date) -> int:
        """Units that it will use until then beyond what it has."""
        days = max((expires_on - today).days + 1, 0)
        return max(floor(self.per_day * days) - self.usable, 0)


@dataclass(frozen=True, slots=True)
class Expiring:
    """A lot that expires soon. `at_risk` None: nobody can tell how much of it will be used."""

    lot: UsableLot
    at_risk: int | None
    today: date
    takers: tuple[Elsewhere, ...] = ()

    @property
    def is_lost(self) -> bool:
        return bool(self.at_risk)


def expiring(
    lots: tuple[UsableLot, ...],
    per_day: Fraction | None,
    today: date,
    elsewhere: tuple[Elsewhere, ...] = (),
    within: int = SOON_DAYS,
) -> tuple[Expiring, ...]:
    """The lots of one product that expire soon, first the one that does first."""
    last = today + timedelta(days=within)
    told: list[Expiring] = []
    for fate in fates(lots, per_day or Fraction(0), today):
        lot = fate.lot
        if lot.expires_on > last or lot.units <= 0:
            continue
        at_risk = None if per_day is None else fate.at_risk
        takers = tuple(
            sorted(
                (one for one in elsewhere if one.could_use(lot.expires_on, today)),
                key=lambda one: (-one.could_use(lot.expires_on, today), one.name),
            )
        )
        told.append(Expiring(lot, at_risk, today, takers if at_risk else ()))
    return tuple(told)
