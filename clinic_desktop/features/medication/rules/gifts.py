"""What became of a donor's gift: every unit stands in one column, and the columns make up what was received."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from clinic_desktop.features.medication.rules.kinds import MovementKind, Unit
from clinic_desktop.kernel.small_counts import Told

DAYS_IN_A_MONTH = 30
"""A person-month of treatment is thirty days' doses; the report says so below its figures."""
_COLUMN = {
    MovementKind.RECEIPT: "received",
    MovementKind.DISPENSE: "used",
    MovementKind.RETURN: "used",
    MovementKind.TRANSFER_OUT: "sent",
    MovementKind.TRANSFER_IN: "sent",
    MovementKind.LOSS: "lost",
    MovementKind.EXPIRY: "expired",
    MovementKind.DESTRUCTION: "expired",
    MovementKind.COUNT: "counted",
    MovementKind.LATE: "counted",
    # Its own movement has not come here yet: until then it stands with what nobody can tell.
    MovementKind.MIRROR: "counted",
}


@dataclass(slots=True)
class Fate:
    """Units of one product. All but `received` and `counted` are what left, as positive numbers."""

    received: int = 0
    used: int = 0
    """Handed out less what came back."""
    sent: int = 0
    """To other places, less what came from them."""
    lost: int = 0
    expired: int = 0
    """Taken off or destroyed."""
    counted: int = 0
    """What counts found more (or less) than was known."""

    @property
    def left(self) -> int:
        return self.received - self.used - self.sent - self.lost - self.expired + self.counted

    def add(self, kind: MovementKind, units: int) -> None:
        """`kind` of a mirror is that of the movement which it counters."""
        column = _COLUMN[kind]
        signed = units if column in ("received", "counted") else -units
        setattr(self, column, getattr(self, column) + signed)


@dataclass(frozen=True, slots=True)
class GiftLine:
    presentation_id: str
    medicine: str
    product: str
    unit: Unit | None
    fate: Fate
    person_days: Fraction
    """Of treatment that it covered, where the days of a handing out are known."""
    days_here: int
    """Since the first of it came, that day counted."""

    @property
    def expired_of_received(self) -> Fraction:
        """Of what came from the donor and from other clinics."""
        came = self.fate.received + max(-self.fate.sent, 0)
        return Fraction(self.fate.expired, came) if came > 0 else Fraction(0)

    @property
    def months_left(self) -> Fraction | None:
        """How long what is left lasts at the pace since it came; None where none was handed out, or in its first month,
        of which nobody can tell a pace."""
        if self.fate.used <= 0 or self.days_here < DAYS_IN_A_MONTH:
            return None
        return Fraction(max(self.fate.left, 0) * self.days_here, self.fate.used * DAYS_IN_A_MONTH)


@dataclass(frozen=True, slots=True)
class GiftReport:
    donor: str
    papers: tuple[str, ...]
    """The documents of its gifts, as they were received."""
    lines: tuple[GiftLine, ...]
    people: Told
    """By age and sex."""
    diagnoses: Told
    days_unknown: bool
    """Whether there are handings out whose days nobody wrote: they cover no person-month here."""
    left_out: bool
    """Whether people are left out who did not agree to be counted for donors, or whose record is reserved."""

    @property
    def person_months(self) -> Fraction:
        return sum((line.person_days for line in self.lines), Fraction(0)) / DAYS_IN_A_MONTH


def say_tenths(value: Fraction) -> str:
    """One decimal, rounded half up: "12.5"."""
    tenths = (abs(value) * 10 + Fraction(1, 2)).__floor__()
    return f"{'-' if value < 0 and tenths else ''}{tenths // 10:,}.{tenths % 10}"


def covered_days(units: int, asked_units: int | None, asked_days: int | None) -> Fraction | None:
    """For how many days `units` of a prescription last; None where it does not say for how long."""
    if not asked_units or not asked_days:
        return None
    return Fraction(units * asked_days, asked_units)


def share_out(days: Fraction, lots: Iterable[tuple[str, int]]) -> dict[str, Fraction]:
    """The days of one handing out over the lots that it came from."""
    given = [(lot, units) for lot, units in lots if units > 0]
    total = sum(units for _lot, units in given)
    return {lot: days * Fraction(units, total) for lot, units in given} if total else {}
