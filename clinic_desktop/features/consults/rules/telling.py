"""A person's story line by line, whatever room a line comes from: what it is called, when it was, where it leads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import N_


class StoryKind(StrEnum):
    """By which the story is sifted; the order is that of the digits 2, 3, … (1 is everything)."""

    VISIT = "visit"
    SCORE = "score"
    MEDICINE = "medicine"
    FINDING = "finding"
    """Vital signs, results, reactions."""
    DANGER = "danger"
    COMING = "coming"
    """Appointments that were missed, calls."""
    EVENT = "event"
    """What happened in life, goals, how care ended or began again, groups."""
    LETTER = "letter"
    """Letters, answers to them, papers from elsewhere."""


STORY_WORDS = {
    StoryKind.VISIT: N_("Consultations"),
    StoryKind.SCORE: N_("Scales"),
    StoryKind.MEDICINE: N_("Medicines"),
    StoryKind.FINDING: N_("Signs, results, reactions"),
    StoryKind.DANGER: N_("Risk"),
    StoryKind.COMING: N_("Appointments and calls"),
    StoryKind.EVENT: N_("Events and goals"),
    StoryKind.LETTER: N_("Letters and papers"),
}


@dataclass(frozen=True, slots=True)
class StoryLine:
    """`title` and `under` are words to show, `mark` the words under which the line stands in the trend, if it does."""

    kind: StoryKind
    day: PartialDate
    line_id: str
    """Drawn in order of time, so that lines of one day keep theirs."""
    title: str
    under: str = ""
    note_id: str | None = None
    encounter_id: str | None = None
    voided: bool = False
    mark: str = ""
    join: str = ""
    """Lines of one day that share it and their title are told as one ("Prescribed": two medicines)."""
    within: bool = False
    """Told in the line of its consultation already: it stands alone only among its own kind."""

    @property
    def earliest(self) -> date:
        return self.day.earliest()


@dataclass(frozen=True, slots=True)
class Story:
    lines: tuple[StoryLine, ...]
    """Newest first."""
    marks: tuple[StoryLine, ...] = ()
    """What the trend shows of the whole story, oldest first."""
    has_more: bool = False
    """Older lines are left out until somebody asks for them."""


def in_story_order(lines: Iterable[StoryLine]) -> list[StoryLine]:
    """Newest first; of one day the consultation, then what was written last. A month or year alone counts from its
    first day."""
    return sorted(lines, key=lambda line: (line.earliest, line.kind is StoryKind.VISIT, line.line_id), reverse=True)


def told_together(lines: Sequence[StoryLine]) -> list[StoryLine]:
    """Lines that are one deed in several rows (a prescription of four medicines) become one line. Order is kept."""
    told: list[StoryLine] = []
    for _day, of_day in groupby(lines, key=lambda line: line.day):
        joined: dict[tuple[str, str, bool], int] = {}
        for line in of_day:
            key = (line.join, line.title, line.voided)
            if line.join and key in joined:
                first = told[joined[key]]
                # The lines come newest first, and are told in the order in which they were written.
                told[joined[key]] = replace(first, under=", ".join(p for p in (line.under, first.under) if p))
                continue
            joined[key] = len(told)
            told.append(line)
    return told


def sifted(lines: Iterable[StoryLine], kind: StoryKind | None) -> tuple[StoryLine, ...]:
    return tuple(line for line in lines if (not line.within if kind is None else line.kind is kind))
