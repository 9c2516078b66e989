"""What signing means: whose note waits for a supervisor, and what a note must hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class SignatureKind(StrEnum):
    SIGNED = "signed"
    RETURNED = "returned"


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
    kinds = [step.kind for step in steps]
    if not supervisor_wanted or SignatureKind.SIGNED in kinds:
        return NoteState.SIGNED
    return NoteState.RETURNED if kinds else NoteState.WAITING


def kept_sections(sections: Mapping[str, str]) -> dict[str, str]:
    """The sections that hold words, as typed; an empty one is not asserted to be normal by being there."""
    return {code: text for code, text in sections.items() if text.strip()}
