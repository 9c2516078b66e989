"""A signed paper that somebody else types: its author stays its author, and confirms it before it counts as signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from clinic_desktop.features.consults.queries import notes, supervision
from clinic_desktop.features.consults.queries.notes import PAPER_SCREEN
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.consults.rules import signing
from clinic_desktop.features.consults.rules.sections import TEMPLATES, EncounterKind
from clinic_desktop.features.consults.service.encounters import NotYetThatDay, UnknownTemplate
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import Work


class NobodyWroteIt(Refused):
    text = N_("Choose who wrote the paper: somebody of the clinic who writes notes.")


class NothingOnPaper(Refused):
    text = N_("Nothing is typed yet. Type what stands on the paper.")


class SheetTypedAlready(Refused):
    text = N_("The sheet {folio} of this person is typed already. Look at the number on the paper.")


@dataclass(frozen=True, slots=True)
class PaperNote:
    """What stands on a sheet, and whose it is."""

    patient_id: str
    clinician_id: str
    occurred_on: date
    kind: EncounterKind
    template: str
    folio: str = ""
    sections: Mapping[str, str] = field(default_factory=dict[str, str])


def transcribe_note(work: Work, *, encounter_id: str, note_id: str, paper: PaperNote) -> str:
    """Type a signed paper for its author to confirm. Doing it twice with the same ids does it once."""
    work.require(Permission.TRANSCRIBE)
    if work.session.get(ConsultNote, note_id) is not None:
        return note_id
    if paper.occurred_on > work.today:
        raise NotYetThatDay()
    if paper.template not in TEMPLATES:
        raise UnknownTemplate()
    patients.look(work, PatientId(paper.patient_id))
    author = staff.actor(work, paper.clinician_id)
    if author is None or not author.may(Permission.WRITE_NOTES):
        raise NobodyWroteIt()
    sections = signing.kept_sections(paper.sections)
    if not sections:
        raise NothingOnPaper()
    folio = paper.folio.strip()
    if folio and notes.sheet_is_typed(work, paper.patient_id, folio):
        raise SheetTypedAlready(folio=folio)
    name = staff.name_of(work, paper.clinician_id) or author.name
    work.add(
        Encounter(
            id=encounter_id, patient_id=paper.patient_id, appointment_id=None, kind=paper.kind,
            occurred_on=paper.occurred_on, started_at=None, clinician_id=paper.clinician_id, clinician_name=name,
            template=paper.template, paper_folio=folio or None,
        )
    )  # fmt: skip
    work.add(
        ConsultNote(
            id=note_id, encounter_id=encounter_id, patient_id=paper.patient_id, template=paper.template,
            sections=sections, occurred_on=paper.occurred_on, author_id=paper.clinician_id, author_name=name,
            signed_at=work.now, supervisor_wanted=True, transcribed_by_id=work.actor.staff_id,
            transcribed_by_name=work.actor.name,
        )
    )  # fmt: skip
    drafts.drop_draft(work, PAPER_SCREEN, encounter_id)
    work.about(ConsultNote.__tablename__, note_id)
    return note_id


def retype_note(work: Work, note_id: str, *, new_note_id: str, sections: Mapping[str, str]) -> str:
    """A new version of what its author gave back, for the author to confirm. Twice with one id is once."""
    work.require(Permission.TRANSCRIBE)
    if work.session.get(ConsultNote, new_note_id) is not None:
        return new_note_id
    back = supervision.returned_sheet(work, note_id)
    kept = signing.kept_sections(sections)
    if not kept:
        raise NothingOnPaper()
    note = work.load(ConsultNote, note_id)
    work.add(
        ConsultNote(
            id=new_note_id, encounter_id=note.encounter_id, patient_id=note.patient_id, template=note.template,
            sections=kept, occurred_on=note.occurred_on, author_id=note.author_id, author_name=note.author_name,
            signed_at=work.now, supervisor_wanted=True, transcribed_by_id=work.actor.staff_id,
            transcribed_by_name=work.actor.name, amends_id=note_id, amend_reason=back.comment,
        )
    )  # fmt: skip
    drafts.drop_draft(work, PAPER_SCREEN, note.encounter_id)
    work.about(ConsultNote.__tablename__, new_note_id)
    return new_note_id


def keep_paper(work: Work, encounter_id: str, fields: dict[str, Any], caret: dict[str, Any]) -> datetime:
    """What is typed from a sheet so far, of the one who types and on this device only."""
    work.require(Permission.TRANSCRIBE)
    return drafts.keep_draft(work, PAPER_SCREEN, encounter_id, fields, caret).astimezone(work.place.zone)
