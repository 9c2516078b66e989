"""Which two records a person is asked about."""

from dataclasses import dataclass

ASKED = 0.0
"""Bits from which a pair is asked about though it is no strong case: as likely one person as two."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The record registered first comes first: ids are drawn in the order of time."""

    first_id: str
    second_id: str
    bits: int
    """Hundredths."""
    strong: bool

    @classmethod
    def of(cls, one: str, other: str, points: float, *, strong: bool) -> "Pair":
        first, second = sorted((one, other))
        return cls(first, second, round(points * 100), strong)


def worth_asking(points: float, *, strong: bool) -> bool:
    return strong or points >= ASKED
