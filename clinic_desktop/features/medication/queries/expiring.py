"""What expires in the coming months: what to use first, and what to give to a clinic that uses it."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from clinic_desktop.features.medication.queries import ordering, shelf
from clinic_desktop.features.medication.queries.consumption import standings
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.queries.who_may import SHELF
from clinic_desktop.features.medication.records.stock import ShelfSum
from clinic_desktop.features.medication.rules.expiring import SOON_DAYS, Elsewhere, Expiring, expiring
from clinic_desktop.features.medication.rules.ordering import UsableLot
from clinic_desktop.features.medication.rules.stock_course import ExpiryMonth, months_of
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.storage.work import Asker

TABLES = ordering.TABLES
_YEAR = 366


@dataclass(frozen=True, slots=True)
class ExpiringRow:
    product: Product
    expiring: Expiring

    @property
    def lot(self) -> UsableLot:
        return self.expiring.lot


def expiring_soon(asker: Asker, within_days: int = SOON_DAYS) -> tuple[ExpiringRow, ...]:
    """The lots that expire so soon: those of which something will be left over first, then by their day."""
    asker.require(*SHELF)
    return tuple(sorted(_all(asker, within_days, with_takers=True), key=_order))


def _order(row: ExpiringRow) -> tuple[bool, object, str]:
    return not row.expiring.is_lost, row.lot.expires_on, row.product.name


def expiry_months(asker: Asker, presentation_id: str | None = None) -> tuple[ExpiryMonth, ...]:
    """What expires in this month and the eleven after it; of one product or of all."""
    asker.require(*SHELF)
    rows = _all(asker, _YEAR, only=presentation_id)
    return months_of(((row.lot, row.product.pack_units, row.expiring.at_risk) for row in rows), asker.today)


def _all(asker: Asker, within: int, *, only: str | None = None, with_takers: bool = False) -> list[ExpiringRow]:
    known = standings(asker, None if only is None else [only])
    told = {key: expiring(one.lots, one.consumption.per_day, asker.today, within=within) for key, one in known.items()}
    told = {key: lots for key, lots in told.items() if lots}
    if with_takers:
        lost = [key for key, lots in told.items() if any(lot.is_lost for lot in lots)]
        takers = _elsewhere(asker, lost)
        for key in lost:
            one = known[key]
            told[key] = expiring(one.lots, one.consumption.per_day, asker.today, takers[key], within)
    products = shelf.presentations(asker, told, lasting=False) if told else {}
    return [ExpiringRow(products[key], lot) for key, lots in told.items() if key in products for lot in lots]


def _elsewhere(asker: Asker, ids: list[str]) -> dict[str, tuple[Elsewhere, ...]]:
    """Which other clinics use these products, as far as their movements are on this computer."""
    found: dict[str, list[Elsewhere]] = defaultdict(list)
    if ids:
        others = asker.all(sa.select(ShelfSum.site_id).where(ShelfSum.site_id != asker.site_id).distinct())
        names = {site.site_id: site.name for site in staff.sites(asker)}
        for (site_id,) in others:
            if site_id not in names:
                continue
            for key, one in standings(asker, ids, site_id).items():
                if one.consumption.per_day:
                    found[key].append(Elsewhere(site_id, names[site_id], one.consumption.per_day, one.usable))
    return {key: tuple(found[key]) for key in ids}
