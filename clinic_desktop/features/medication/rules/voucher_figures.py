"""What the vouchers of a stretch of time say in numbers, each with what it means."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median

from clinic_desktop.features.medication.rules.money import Money, from_minor, to_minor
from clinic_desktop.features.medication.rules.vouchers import VoucherState
from clinic_desktop.kernel.i18n import N_

MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Counted:
    """One voucher of the stretch."""

    partner: str
    state: VoucherState
    issued_on: date
    answered_on: date | None
    given: int
    due: Money | None
    line_days: int
    line_units: int
    """The prescribed line it belongs to: so many units for so many days."""

    @property
    def days_covered(self) -> Fraction:
        return Fraction(self.given * self.line_days, self.line_units) if self.line_units else Fraction(0)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one pharmacy, or of all."""

    partner: str
    known: int
    """Vouchers of which it is known what came of them, expired ones included, cancelled ones not."""
    filled: int
    part: int
    out: int
    days: float | None
    cost: tuple[Money, ...]
    """One for each currency."""
    months: Fraction
    per_month: Money | None
    """Only where all of it is of one currency and has a price."""

    @property
    def avoided(self) -> int:
        return self.filled + self.part

    @property
    def rate(self) -> int | None:
        """In whole per cents; None while nothing is known."""
        return None if not self.known else round(Fraction(100 * self.filled, self.known))


def figures(vouchers: Iterable[Counted]) -> tuple[Figures, ...]:
    """For each pharmacy by name."""
    by_partner: defaultdict[str, list[Counted]] = defaultdict(list)
    for one in vouchers:
        by_partner[one.partner].append(one)
    return tuple(of_all(partner, by_partner[partner]) for partner in sorted(by_partner, key=str.casefold))


def of_all(name: str, vouchers: Sequence[Counted]) -> Figures:
    counted = [v for v in vouchers if v.state is not VoucherState.CANCELLED]
    handed = [v for v in counted if v.state in (VoucherState.FILLED, VoucherState.PART)]
    out = sum(v.state is VoucherState.OPEN for v in counted)
    waits = [(v.answered_on - v.issued_on).days for v in handed if v.answered_on is not None]
    cost: dict[str, int] = {}
    for v in handed:
        if v.due is not None:
            cost[v.due.currency] = cost.get(v.due.currency, 0) + to_minor(v.due)
    months = sum((v.days_covered for v in handed), Fraction(0)) / MONTH_DAYS
    whole = all(v.due is not None for v in handed)
    return Figures(
        partner=name,
        known=len(counted) - out,
        filled=sum(v.state is VoucherState.FILLED for v in counted),
        part=sum(v.state is VoucherState.PART for v in counted),
        out=out,
        days=float(median(waits)) if waits else None,
        cost=tuple(from_minor(minor, currency) for currency, minor in sorted(cost.items())),
        months=months,
        per_month=_per_month(cost, months) if whole else None,
    )


def _per_month(cost: dict[str, int], months: Fraction) -> Money | None:
    if len(cost) != 1 or not months:
        return None
    ((currency, minor),) = cost.items()
    return from_minor(int(Fraction(minor) / months + Fraction(1, 2)), currency)


DEFINITIONS: tuple[tuple[str, str], ...] = (
    (
        N_("Handed out in full"),
        N_("Of the vouchers written in this time that were answered or expired, cancelled ones left out."),
    ),
    (N_("Days to hand out"), N_("Half of the vouchers that were handed out took at most so many days.")),
    (
        N_("Cost of a patient-month"),
        N_("What was agreed for what was handed out, for each 30 days of treatment that it covers as prescribed."),
    ),
    (
        N_("Stock-outs avoided"),
        N_("Prescribed medicines that this clinic had not enough of and the pharmacy handed out, in full or in part."),
    ),
)
