"""What was typed of a count so far. Nobody is told what should be there before two numbers of their own are typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from clinic_desktop.features.medication.rules.shelf import UnitsUnclear, read_units


class Step(StrEnum):
    FIRST = "first"
    AGAIN = "again"
    WHY = "why"


class Scope(StrEnum):
    """What is counted."""

    EVERYTHING = "everything"
    ONE = "one"
    CONTROLLED = "controlled"
    EXPIRING = "expiring"


EXPIRING_DAYS = 90


def read_counted(text: str, pack_units: int | None = None) -> int:
    """ "3x20+7" -> 67, "3x" -> three boxes, "0" -> nothing there."""
    parts = [part.strip() for part in text.split("+")]
    if not all(parts):
        raise UnitsUnclear()
    return sum(0 if re.fullmatch("0+", part) else read_units(part, pack_units) for part in parts)


@dataclass(slots=True)
class Tally:
    """The numbers by lot. The second number stands; a reason belongs to what then still differs."""

    lots: tuple[str, ...]
    first: dict[str, int] = field(default_factory=dict[str, int])
    again: dict[str, int] = field(default_factory=dict[str, int])
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    step: Step = Step.FIRST
    asked: tuple[str, ...] = ()
    """The lots of the present step, once it is not the first."""

    def lines(self) -> tuple[str, ...]:
        return self.lots if self.step is Step.FIRST else self.asked

    def number(self, lot_id: str) -> int | None:
        """What is typed for the present step; a second time one begins with nothing."""
        if self.step is Step.FIRST:
            return self.first.get(lot_id)
        return self.again.get(lot_id)

    def final(self, lot_id: str) -> int | None:
        return self.again.get(lot_id, self.first.get(lot_id))

    def put(self, lot_id: str, units: int) -> None:
        (self.first if self.step is Step.FIRST else self.again)[lot_id] = units

    def is_done(self, lot_id: str) -> bool:
        return bool(self.reasons.get(lot_id)) if self.step is Step.WHY else self.number(lot_id) is not None

    def undone(self) -> list[str]:
        return [lot_id for lot_id in self.lines() if not self.is_done(lot_id)]

    def counted(self) -> list[str]:
        """The lots of which there is a number: one that was left empty is not zero, it was not counted."""
        return [lot_id for lot_id in self.lots if lot_id in self.first]

    def differing(self, expected: Mapping[str, int]) -> tuple[str, ...]:
        return tuple(lot_id for lot_id in self.counted() if self.final(lot_id) != expected.get(lot_id, 0))

    def go_on(self, expected: Mapping[str, int]) -> bool:
        """To the next step; false when nothing is left to ask, and then one may still change what is typed."""
        differing = self.differing(expected)
        if self.step is Step.WHY:
            self.asked = differing
            return bool(self.undone())
        if differing:
            self.step = Step.AGAIN if self.step is Step.FIRST else Step.WHY
            self.asked = differing
        return bool(differing)

    def kept(self) -> dict[str, Any]:
        return {
            "lots": list(self.lots),
            "first": dict(self.first),
            "again": dict(self.again),
            "reasons": dict(self.reasons),
            "step": self.step.value,
            "asked": list(self.asked),
        }


def bring_back(kept: Mapping[str, Any]) -> Tally:
    return Tally(
        tuple(kept["lots"]),
        dict(kept["first"]),
        dict(kept["again"]),
        dict(kept["reasons"]),
        Step(kept["step"]),
        tuple(kept["asked"]),
    )


def still_there(tally: Tally, there: Sequence[str]) -> Tally:
    """Only lots that this computer still knows; a merge takes none away, another draft might."""
    known = set(there)
    tally.lots = tuple(lot_id for lot_id in tally.lots if lot_id in known)
    tally.asked = tuple(lot_id for lot_id in tally.asked if lot_id in known)
    return tally
