"""A note written in the wrong chart: taken back there with a reason, its words brought to the right person."""

from collections.abc import Mapping
from typing import Any

from clinic_desktop.features.consults.queries import notes
from clinic_desktop.features.consults.queries.notes import DRAFT_SCREEN
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.consults.service.encounters import open_encounter, void_encounter
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import AlreadyVoided, ReasonMissing, Work


class SameChart(Refused):
    text = N_("This note stands in the chart of this person already. Choose the other person.")


_CONVERSATION = (
    "kind", "template", "with_whom", "language_code", "interpreter_name", "interpreter_relation",
    "interpreter_is_family", "confidentiality_accepted", "asked_again_alone",
)  # fmt: skip


def move_note(work: Work, encounter_id: str, *, patient_id: str, new_encounter_id: str, reason: str) -> str:
    """Take the consultation back and begin it with all of its sections in the right chart, as a draft.

    Answers, diagnoses and prescriptions are not copied: they are said again of the right person. Of a consultation that
    was taken back already, what one was typing in it meanwhile is brought. Returns the encounter in which the words
    are; doing it twice with the same id does it once.
    """
    work.require(Permission.WRITE_NOTES)
    if work.session.get(Encounter, new_encounter_id) is not None:
        return new_encounter_id
    wrong = work.load(Encounter, encounter_id)
    restricted.must_open(work, wrong.patient_id)
    if wrong.voided_at is None:
        if wrong.patient_id == patient_id:
            raise SameChart()
        if not reason.strip():
            raise ReasonMissing()
        sections = _sections(work, wrong)
        void_encounter(work, encounter_id, reason.strip())
    else:
        sections = _typed_meanwhile(work, encounter_id)
    right_id = open_encounter(
        work, encounter_id=new_encounter_id, patient_id=patient_id, kind=wrong.kind, occurred_on=wrong.occurred_on,
        paper_folio=wrong.paper_folio,
    )  # fmt: skip
    if right_id == new_encounter_id:
        right = work.load(Encounter, right_id)
        work.revise(right, seen={}, to={name: getattr(wrong, name) for name in _CONVERSATION})
    _add_words(work, right_id, sections)
    return right_id


def _typed_meanwhile(work: Work, encounter_id: str) -> Mapping[str, str]:
    draft = drafts.find_draft(work, DRAFT_SCREEN, encounter_id)
    typed = notes.typed_words(draft.fields) if draft is not None else {}
    if not typed:
        raise AlreadyVoided()
    drafts.drop_draft(work, DRAFT_SCREEN, encounter_id)
    return typed


def _sections(work: Work, wrong: Encounter) -> Mapping[str, str]:
    """What was being typed, else what was signed last."""
    draft = drafts.find_draft(work, DRAFT_SCREEN, wrong.id)
    if draft is not None and isinstance(draft.fields.get("sections"), dict):
        return notes.typed_words(draft.fields)
    newest = next((i for i in notes.notes_of(work, wrong.id) if not notes.is_amended(work, i)), None)
    return dict(work.load(ConsultNote, newest).sections) if newest is not None else {}


def _add_words(work: Work, encounter_id: str, sections: Mapping[str, str]) -> None:
    """Words that stand there already come first."""
    before = drafts.find_draft(work, DRAFT_SCREEN, encounter_id)
    fields = dict(before.fields) if before is not None else {}
    kept: Any = fields.get("sections")
    merged: dict[str, Any] = dict(kept) if isinstance(kept, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    for code, text in sections.items():
        there = str(merged.get(code, ""))
        merged[code] = f"{there}\n{text}" if there.strip() else text
    drafts.keep_draft(work, DRAFT_SCREEN, encounter_id, fields | {"sections": merged}, {})
