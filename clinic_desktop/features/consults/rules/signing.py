"""What signing means: whose note waits for a supervisor, and what a note must hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SOON_ENOUGH = timedelta(hours=72)
"""A note that waits longer is marked."""


class SignatureKind(StrEnum):
    SIGNED = "signed"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    """The author says that what somebody typed from their paper is so; in training, they need a signature still."""


class NoteState(StrEnum):
    SIGNED = "signed"
    WAITING = "waiting"
    """Written by somebody who may not sign alone; a supervisor has not answered yet."""
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class SupervisorStep:
    kind: SignatureKind
    by: str
    comment: str | None


def note_state(supervisor_wanted: bool, steps: Iterable[SupervisorStep]) -> NoteState:
    """Once a supervisor signed it is signed, whatever somebody else says later; a note never asked for one is too."""
    kinds = {step.kind for step in steps}
    if not supervisor_wanted or SignatureKind.SIGNED in kinds:
        return NoteState.SIGNED
    return NoteState.RETURNED if SignatureKind.RETURNED in kinds else NoteState.WAITING


def hours_waited(since: datetime, now: datetime) -> int:
    """Whole hours; a clock that was ahead elsewhere gives none, never less."""
    return max(0, int((now - since) / timedelta(hours=1)))


def is_late(since: datetime, now: datetime) -> bool:
    return now - since > SOON_ENOUGH


def may_correct(*, own: bool, signs: bool, of_trainee: bool) -> bool:
    """The author, and whoever may sign where the note is of somebody in training; of a colleague one adds, no more."""
    return own or (signs and of_trainee)


@dataclass(frozen=True, slots=True)
class Version:
    """Of a note; one that amends another came after it, whatever the clocks say."""

    note_id: str
    amends_id: str | None


def _depth(version: Version, known: Mapping[str, Version]) -> int:
    depth, seen = 0, {version.note_id}
    while (before := known.get(version.amends_id or "")) is not None and before.note_id not in seen:
        seen.add(before.note_id)
        version = before
        depth += 1
    return depth


def newest(versions: Iterable[Version]) -> tuple[str, tuple[str, ...]]:
    """The version that holds, and those that stand beside it because two corrected the same note apart.

    Every clinic finds the same one, in whatever order the versions arrived.
    """
    known = {version.note_id: version for version in versions}
    amended = {version.amends_id for version in known.values()}
    ends = [version for version in known.values() if version.note_id not in amended]
    ordered = sorted(ends, key=lambda v: (_depth(v, known), v.note_id), reverse=True)
    return ordered[0].note_id, tuple(version.note_id for version in ordered[1:])


def families(versions: Iterable[Version]) -> tuple[tuple[Version, ...], ...]:
    """Each note with all of its versions."""
    known = {version.note_id: version for version in versions}
    found: dict[str, list[Version]] = {}
    for version in known.values():
        first, seen = version, {version.note_id}
        while (before := known.get(first.amends_id or "")) is not None and before.note_id not in seen:
            first = before
            seen.add(first.note_id)
        found.setdefault(first.note_id, []).append(version)
    return tuple(tuple(family) for family in found.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """How one section changed: what stood before, what stands now. Empty: it was not there."""

    section: str
    before: str
    now: str


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Difference, ...]:
    """The sections that are not the same in two versions."""
    codes = [*now, *(code for code in before if code not in now)]
    return tuple(Difference(c, before.get(c, ""), now.get(c, "")) for c in codes if before.get(c) != now.get(c))


def kept_sections(sections: Mapping[str, str]) -> dict[str, str]:
    """The sections that hold words, as typed; an empty one is not asserted to be normal by being there."""
    return {code: text for code, text in sections.items() if text.strip()}
