"""People from a sheet taken in at once or not at all, and taken back as a whole.

Looking at the lines changes nothing and goes in short steps, so that the desk beside it goes on working. Taking in is
one transaction: what ends it in the middle leaves nobody.
"""

import csv
import io
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

import sqlalchemy as sa

from clinic_desktop.features.patients.queries.intake import taken_before
from clinic_desktop.features.patients.queries.judging import Judging, judged_before, who_is_here
from clinic_desktop.features.patients.records import (
    Allergy,
    Consent,
    ImportRun,
    Patient,
    PatientLink,
    PatientPhoto,
)
from clinic_desktop.features.patients.rules.intake import (
    Field,
    Judgement,
    Sheet,
    Verdict,
    column_names,
    from_line,
    harmless,
)
from clinic_desktop.features.patients.rules.patient import Details, LinkKind, as_columns
from clinic_desktop.features.patients.service import registering
from clinic_desktop.features.patients.service.communities import community_named
from clinic_desktop.features.patients.service.filing import refresh_search
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress, stepwise
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Asker, ReasonMissing, Work

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
    return (yield from _judged(vault, actor, sheet, columns, told_on)).judgement


def _judged(
    vault: Vault, actor: Actor, sheet: Sheet, columns: Sequence[Field], told_on: date | None
) -> Generator[Progress, None, Judging]:
    before = partial(judged_before, sheet=sheet, columns=columns, told_on=told_on)
    if (known := vault.ask(before, actor)) is not None:
        return known
    judging = Judging(sheet, columns, told_on)
    while vault.ask(judging.step, actor):
        yield Progress(judging.done, judging.total, _("Looking at the lines"))
    return judging


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

    The same `run_id` twice takes in once. A file that was taken in before asks first (TakenBefore). Whoever stops it
    before its end has taken in nobody.
    """
    already = vault.ask(partial(_already, run_id=run_id), actor)
    if already is not None:
        return already
    before = vault.ask(partial(taken_before, sha256=sheet.sha256), actor)
    if before is not None and not confirmed:
        raise TakenBefore(name=before.file_name)
    judging = yield from _judged(vault, actor, sheet, columns, told_on)
    chosen = _chosen(judging, doubtful)
    if not any(chosen):
        raise NobodyToTakeIn()
    run = ImportRun(
        id=run_id,
        file_name=sheet.file_name,
        sha256=sheet.sha256,
        columns={name: str(column) for name, column in zip(column_names(sheet.headings), columns, strict=True)},
    )

    def call(report: Callable[[Progress], None], stopped: Callable[[], bool]) -> Taken:
        taking = _Taking(run, chosen, len(sheet.lines), report, stopped)
        return vault.do(taking.take_in, actor)

    return (yield from stepwise(call))


def _already(asker: Asker, run_id: str) -> Taken | None:
    asker.require(Permission.IMPORT_PATIENTS)
    people = asker.first(sa.select(ImportRun.people).where(ImportRun.id == run_id))
    return Taken(run_id, people[0] or 0, 0, again=True) if people else None


def _chosen(judging: Judging, doubtful: Doubtful) -> tuple[list[Details], list[Details]]:
    """Who is new, and who may be somebody else and was chosen all the same."""
    new: list[Details] = []
    looked_at: list[Details] = []
    for read, judged in zip(judging.read, judging.judged, strict=True):
        if judged.verdict is Verdict.NEW:
            new.append(read.details)
        elif judged.verdict is Verdict.DOUBTFUL and _is_added(read.number, doubtful):
            looked_at.append(read.details)
    return new, looked_at


def _is_added(number: int, doubtful: Doubtful) -> bool:
    if isinstance(doubtful, str):
        return doubtful == "add"
    return number in doubtful


class _Stopped(Exception):
    """Somebody stopped it: everything is rolled back."""


class _Taking:
    """The one transaction in which people come in."""

    def __init__(
        self,
        run: ImportRun,
        chosen: tuple[list[Details], list[Details]],
        lines: int,
        report: Callable[[Progress], None],
        stopped: Callable[[], bool],
    ) -> None:
        self._run = run
        self._new, self._looked_at = chosen
        self._lines = lines
        self._report = report
        self._stopped = stopped
        self._communities: dict[tuple[str, str], str] = {}

    def take_in(self, work: Work) -> Taken:
        work.require(Permission.IMPORT_PATIENTS)
        # Somebody may have been registered at the desk while the lines were looked at.
        here = who_is_here(work, self._new)
        people = [*(one for one in self._new if here.known(one) is None), *self._looked_at]
        self._run.people = len(people)
        work.act, work.detail = "patients.take_in", {"people": len(people), "lines": self._lines}
        work.about(ImportRun.__tablename__, self._run.id)
        work.add(self._run)
        ids = [self._add(work, details, at, len(people)) for at, details in enumerate(people)]
        self._go_on(len(ids), len(ids))
        refresh_search(work, ids)
        self._go_on(len(ids), len(ids))
        return Taken(self._run.id, len(people), self._lines - len(people))

    def _add(self, work: Work, details: Details, at: int, total: int) -> str:
        if at % _TOLD_EVERY == 0:
            self._go_on(at, total)
        columns = as_columns(details)
        columns["community_id"] = self._community(work, details)
        number = work.next_number("patient")
        return work.add(Patient(id=work.new_id(), number=number, import_run_id=self._run.id, **columns)).id

    def _community(self, work: Work, details: Details) -> str | None:
        if not (details.community and details.municipality_code):
            return None
        key = (fold(details.community), details.municipality_code)
        if key not in self._communities:
            self._communities[key] = community_named(work, details.community, details.municipality_code)
        return self._communities[key]

    def _go_on(self, done: int, total: int) -> None:
        if self._stopped():
            raise _Stopped()
        self._report(Progress(done, total, _("Taking in the people")))


_TOLD_EVERY = 50


# -- taking back


def undo_run(work: Work, run_id: str, reason: str, confirmed: bool = False) -> Undone:
    """Void every person of the run of whom nothing was recorded since; asks (SomeStay) where some have records."""
    work.require(Permission.IMPORT_PATIENTS)
    run = work.load(ImportRun, run_id)
    work.about(ImportRun.__tablename__, run_id)
    if run.voided_at is not None:
        raise RunTakenBack()
    if not reason.strip():
        raise ReasonMissing()
    people = work.session.scalars(
        sa.select(Patient).where(Patient.import_run_id == run_id, Patient.voided_at.is_(None))
    ).all()
    told = _told_of(work, run_id)
    gone = [person for person in people if person.id not in told and not _held(work, person.id)]
    stay = len(people) - len(gone)
    if stay and not confirmed:
        raise SomeStay(stay=stay, people=len(people))
    for person in gone:
        person.voided_at, person.voided_by, person.void_reason = work.now, work.actor.staff_id, reason.strip()
    work.void(run, reason)
    work.act, work.detail = "patients.undo_run", {"voided": len(gone), "stayed": stay}
    refresh_search(work, [person.id for person in gone])
    return Undone(len(gone), stay)


def _held(work: Work, patient_id: str) -> bool:
    return any(says(work, PatientId(patient_id)) for says in registering.records_elsewhere)


def _told_of(work: Work, run_id: str) -> set[str]:
    """Those of the run of whom this room knows more by now than the sheet said."""
    mine = sa.select(Patient.id).where(Patient.import_run_id == run_id)
    same = PatientLink.kind == LinkKind.SAME
    selects = (
        sa.select(Consent.patient_id).where(Consent.patient_id.in_(mine)),
        sa.select(Allergy.patient_id).where(Allergy.patient_id.in_(mine), Allergy.voided_at.is_(None)),
        sa.select(PatientPhoto.patient_id).where(PatientPhoto.patient_id.in_(mine)),
        sa.select(PatientLink.first_id).where(PatientLink.first_id.in_(mine), same),
        sa.select(PatientLink.second_id).where(PatientLink.second_id.in_(mine), same),
        sa.select(Patient.id).where(
            Patient.import_run_id == run_id, sa.or_(Patient.restricted.is_(True), Patient.died_on.is_not(None))
        ),
    )
    return {patient_id for select in selects for (patient_id,) in work.all(select)}


# -- mending


def faulty_csv(sheet: Sheet, judgement: Judgement) -> bytes:
    """The lines with a fault and why, to mend in a spreadsheet program and take in again."""
    reasons = {line.number: line.reasons for line in judgement.of(Verdict.FAULTY)}
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([*map(harmless, sheet.headings), _("What to mend")])
    for line in sheet.lines:
        if line.number in reasons:
            cells = [*map(harmless, line.cells), *[""] * (len(sheet.headings) - len(line.cells))]
            writer.writerow([*cells, harmless(from_line(line.number, " ".join(reasons[line.number])))])
    # With the mark that spreadsheet programs need to read accents.
    return b"\xef\xbb\xbf" + written.getvalue().encode("utf-8", "replace")
