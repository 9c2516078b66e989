"""How a person's scores moved against the first one. Said in words, with its source; nothing is concluded from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from clinic_desktop.features.consults.rules.scale_tables import ChangeRule, find_scale
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import N_, _, ngettext


class ChangeKind(StrEnum):
    REMISSION = "remission"
    RESPONSE = "response"
    PARTIAL = "partial"
    LESS = "less"
    """Lower by at least the smallest change that matters."""
    MORE = "more"
    SAME = "same"


CHANGE_WORDS = {
    ChangeKind.REMISSION: N_("below {limit}: remission"),
    ChangeKind.RESPONSE: N_("half or less of the first: response"),
    ChangeKind.PARTIAL: N_("a quarter lower or more: partial response"),
    ChangeKind.LESS: N_("{points} points or more is a change"),
    ChangeKind.MORE: N_("{points} points or more is a change"),
    ChangeKind.SAME: N_("less than {points} points is no change"),
}


class OneScore(Protocol):
    """A row of answers, as far as this needs it."""

    @property
    def scale_code(self) -> str: ...
    @property
    def occurred_on(self) -> date: ...
    @property
    def total(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Change:
    scale_code: str
    first: int
    first_on: date
    last: int
    last_on: date
    kind: ChangeKind
    rule: ChangeRule

    @property
    def points(self) -> int:
        """Below zero: lower than the first."""
        return self.last - self.first

    @property
    def source(self) -> str:
        sources = {self.rule.smallest_source, self.rule.source}
        return "; ".join(sorted(sources))

    def said(self) -> str:
        """ "8 points lower than on 12-mar-2026 · half or less of the first: response"."""
        far = abs(self.points)
        if self.points == 0:
            moved = _("the same as on {day}")
        elif self.points < 0:
            moved = ngettext("{count} point lower than on {day}", "{count} points lower than on {day}", far)
        else:
            moved = ngettext("{count} point higher than on {day}", "{count} points higher than on {day}", far)
        told = _(CHANGE_WORDS[self.kind]).format(limit=self.rule.remission_below, points=self.rule.smallest)
        return f"{moved.format(count=far, day=say_day(self.first_on))} · {told}"


def change_since(scores: Sequence[OneScore], scale_code: str | None = None) -> Change | None:
    """Between the first complete score of a scale and its newest; without `scale_code` of what was scored last.

    None where there are not two, or where nobody verified what a change of this scale means.
    """
    complete = sorted((row for row in scores if row.total is not None), key=lambda row: row.occurred_on)
    wanted = scale_code or (complete[-1].scale_code if complete else None)
    same = [row for row in complete if row.scale_code == wanted]
    scale = find_scale(wanted)
    if scale is None or scale.change is None or len(same) < 2:
        return None
    first, last = same[0], same[-1]
    assert first.total is not None
    assert last.total is not None
    kind = _kind(scale.change, first.total, last.total)
    return Change(scale.code, first.total, first.occurred_on, last.total, last.occurred_on, kind, scale.change)


@dataclass(frozen=True, slots=True)
class _Today:
    scale_code: str
    occurred_on: date
    total: int | None


def change_with(scores: Sequence[OneScore], scale_code: str, on: date, total: int) -> Change | None:
    """As `change_since`, with an answer that is not signed yet; None where a later one stands already."""
    change = change_since([*scores, _Today(scale_code, on, total)], scale_code)
    return change if change is not None and change.last_on == on else None


def _kind(rule: ChangeRule, first: int, last: int) -> ChangeKind:
    dropped = first - last
    # Who began below the limit cannot come into remission, and half of very little is no change at all.
    if first >= rule.remission_below and dropped >= rule.smallest:
        if last < rule.remission_below:
            return ChangeKind.REMISSION
        if dropped * 100 >= rule.response_percent * first:
            return ChangeKind.RESPONSE
        if dropped * 100 >= rule.partial_percent * first:
            return ChangeKind.PARTIAL
    if abs(dropped) >= rule.smallest:
        return ChangeKind.LESS if dropped > 0 else ChangeKind.MORE
    return ChangeKind.SAME
