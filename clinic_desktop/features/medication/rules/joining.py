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

    @property
    def is_good(self) -> bool:
        return self.units and self.dates


def how_it_fits(units: int, given_on: date, owed: int, signed_on: date, ends_on: date) -> Fit:
    return Fit(units <= owed, signed_on - timedelta(days=DAYS_APART) <= given_on < ends_on)
