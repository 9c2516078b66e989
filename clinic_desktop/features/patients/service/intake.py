"""People from a sheet taken in at once or not at all, and taken back as a whole.

Looking at the lines changes nothing and goes in short steps, so that the desk beside it goes on working. Taking in is
one transaction: what ends it in the middle leaves nobody.
"""

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from clinic_desktop.features.patients.rules.intake import Field, Judgement, Sheet
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

Doubtful = Literal["leave-out", "add"] | Collection[int]
"""What becomes of the doubtful lines: all left out, all added, or those with these numbers added."""


class TakenBefore(NeedsConfirmation):
    text = N_("This very file was taken in before, as “{name}”. Whoever came with it is left out. Go on?")


class SomeStay(NeedsConfirmation):
    text = N_("{stay} of {people} people have records by now and stay. Take the others back?")


class NobodyToTakeIn(Refused):
    text = N_("In this sheet is nobody to take in: everybody is known, to be looked at, or with a fault.")


class RunTakenBack(Refused):
    text = N_("This list was taken back already.")


@dataclass(frozen=True, slots=True)
class Taken:
    run_id: str
    added: int
    left_out: int
    again: bool = False
    """It was taken in before: a second Enter."""


@dataclass(frozen=True, slots=True)
class Undone:
    voided: int
    stayed: int


def judge_in_steps(
    vault: Vault, actor: Actor, sheet: Sheet, columns: Sequence[Field], told_on: date | None = None
) -> Generator[Progress, None, Judgement]:
    """Look at every line; nothing is changed. Ages count from `told_on`, by default today."""
    raise NotImplementedError


def take_in_steps(
    vault: Vault,
    actor: Actor,
    *,
    run_id: str,
    sheet: Sheet,
    columns: Sequence[Field],
    told_on: date | None = None,
    doubtful: Doubtful = "leave-out",
    confirmed: bool = False,
) -> Generator[Progress, None, Taken]:
    """Take in who is new, and of the doubtful whom the person chose; all of them in one transaction or nobody.

    The same `run_id` twice takes in once. A file that was taken in before asks first (TakenBefore).
    """
    raise NotImplementedError


def undo_run(work: Work, run_id: str, reason: str, confirmed: bool = False) -> Undone:
    """Void every person of the run of whom nothing was recorded since; asks (SomeStay) where some have records."""
    work.require(Permission.IMPORT_PATIENTS)
    raise NotImplementedError


def faulty_csv(sheet: Sheet, judgement: Judgement) -> bytes:
    """The lines with a fault and why, to mend in a spreadsheet program and take in again."""
    raise NotImplementedError
