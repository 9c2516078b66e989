"""Whether a paper that was served and a prescription typed later can be the same."""

from dataclasses import dataclass
from datetime import date, timedelta

DAYS_APART = 14
"""A paper is typed within two weeks, or somebody looks at it twice."""


@dataclass(frozen=True, slots=True)
class Fit:
    units: bool
    """Not more was handed out than is owed."""
    dates: bool
    """It was handed out while the prescription ran, or shortly before it was typed."""
    product: bool
    """It is the strength and the form that was prescribed: units of another are another dose."""

    @property
    def is_good(self) -> bool:
        return self.units and self.dates and self.product


def how_it_fits(
    units: int, given_on: date, owed: int, signed_on: date, ends_on: date, *, same_product: bool = True
) -> Fit:
    in_time = signed_on - timedelta(days=DAYS_APART) <= given_on < ends_on
    return Fit(units <= owed, in_time, same_product)
