"""Consultations and their notes: for people of the chart only; a date and a count are all that others learn.

A voided encounter takes its note, answers and risk with it: they stay readable in its own page, and count nowhere.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.queries import scales
from clinic_desktop.features.consults.queries.scales import ScoreRow
from clinic_desktop.features.consults.records.encounters import Addendum, ConsultNote, Encounter, NoteSignature
from clinic_desktop.features.consults.rules import signing
from clinic_desktop.features.consults.rules.sections import WITHOUT_THE_PERSON, EncounterKind, template_for
from clinic_desktop.features.consults.rules.signing import NoteState, SupervisorStep
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import KeptDraft, find_draft, my_drafts
from clinic_desktop.storage.work import AnySelect, Asker

DRAFT_SCREEN = "consult"
"""The name under which drafts of notes are kept; the record is the encounter."""
PAPER_SCREEN = "paper-note"
"""The same, of sheets that somebody types for their author."""

_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)
_NEWER = aliased(ConsultNote, name="newer")
_IS_AMENDED = sa.exists().where(_NEWER.amends_id == ConsultNote.id)


@dataclass(frozen=True, slots=True)
class EncounterRow:
    encounter_id: str
    patient_id: str
    appointment_id: str | None
    kind: EncounterKind
    occurred_on: date
    clinician_id: str
    clinician_name: str | None
    language_code: str | None
    interpreter_name: str | None
    interpreter_relation: str | None
    confidentiality_accepted: bool | None
    voided: bool
    void_reason: str | None
    template: str | None = None
    """Which sections it asks for; empty: those of its kind."""
    with_whom: str | None = None
    interpreter_is_family: bool | None = None
    asked_again_alone: bool | None = None
    paper_folio: str | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One consultation in the story, with the newest version of its note."""

    encounter_id: str
    note_id: str | None
    """None while nothing is signed."""
    occurred_on: date
    kind: EncounterKind
    clinician_id: str
    author_name: str | None
    state: NoteState | None
    voided: bool
    apart: bool = False
    """Two corrected the note apart: both versions are to be read."""


@dataclass(frozen=True, slots=True)
class LastNote:
    note_id: str
    occurred_on: date
    template: str
    sections: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaidLast:
    words: str
    on: date


@dataclass(frozen=True, slots=True)
class AddendumRow:
    text: str
    author_name: str | None
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class NotePage:
    """A signed note as it is read."""

    note_id: str
    encounter: EncounterRow
    template: str
    sections: Mapping[str, str]
    occurred_on: date
    author_id: str
    author_name: str | None
    signed_at: datetime
    recorded_at: datetime
    state: NoteState
    steps: tuple[SupervisorStep, ...]
    addenda: tuple[AddendumRow, ...]
    scores: tuple[ScoreRow, ...]
    amends_id: str | None
    amend_reason: str | None
    is_newest: bool
    next_visit_on: date | None
    plan_items: tuple[str, ...] = ()
    transcribed_by_name: str | None = None
    """Who typed it from paper."""
    supervisor_wanted: bool = False
    """Its author is in training, or did not confirm it yet."""
    versions: tuple[str, ...] = ()
    """It and what it amends, newest first: what was prescribed hangs on the one that was signed first."""


_ENCOUNTER = sa.select(
    Encounter.id, Encounter.patient_id, Encounter.appointment_id, Encounter.kind, Encounter.occurred_on,
    Encounter.clinician_id, Encounter.clinician_name, Encounter.language_code, Encounter.interpreter_name,
    Encounter.interpreter_relation, Encounter.confidentiality_accepted, Encounter.voided_at.is_not(None),
    Encounter.void_reason, Encounter.template, Encounter.with_whom, Encounter.interpreter_is_family,
    Encounter.asked_again_alone, Encounter.paper_folio, Encounter.recorded_at,
)  # fmt: skip


def encounter(asker: Asker, encounter_id: str) -> EncounterRow:
    asker.require(*_READERS)
    found = EncounterRow(*asker.one(_ENCOUNTER.where(Encounter.id == encounter_id)))
    restricted.must_open(asker, found.patient_id)
    return found


def usual_template(asker: Asker, kind: EncounterKind) -> str:
    """Which sections the profession of the one who asks wants in this kind of visit."""
    asker.require(*_READERS)
    member = staff.member(asker, asker.actor.staff_id)
    return template_for(kind, member.role_code if member else "").code


def unfinished(asker: Asker, patient_id: str, day: date) -> str | None:
    """One's own consultation of that day that is not signed yet."""
    asker.require(*_READERS)
    has_note = sa.exists().where(ConsultNote.encounter_id == Encounter.id)
    return asker.value(
        sa.select(Encounter.id)
        .where(
            Encounter.patient_id == patient_id,
            Encounter.occurred_on == day,
            Encounter.clinician_id == asker.actor.staff_id,
            Encounter.voided_at.is_(None),
            ~has_note,
        )
        .order_by(Encounter.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class BegunNote:
    """One's own consultation of some day that was written in and never signed."""

    encounter_id: str
    patient_id: str
    occurred_on: date
    kind: EncounterKind
    kept_at: datetime
    """When its words were kept last."""
    voided: bool = False
    """It was taken back while its words were typed: they belong somewhere else."""


def begun_notes(asker: Asker, patient_id: str | None = None) -> tuple[BegunNote, ...]:
    """What the acting person began and did not sign, whenever that was, the oldest first."""
    asker.require(Permission.WRITE_NOTES)
    kept = {draft.record_id: draft for draft in my_drafts(asker) if draft.screen == DRAFT_SCREEN}
    if not kept:
        return ()
    wanted = sa.select(
        Encounter.id, Encounter.patient_id, Encounter.occurred_on, Encounter.kind, Encounter.voided_at.is_not(None)
    ).where(Encounter.id.in_(list(kept)), Encounter.patient_id.not_in(restricted.hidden_people(asker)))
    if patient_id is not None:
        wanted = wanted.where(Encounter.patient_id == patient_id)
    found = asker.all(wanted.order_by(Encounter.occurred_on, Encounter.id))
    return tuple(
        BegunNote(row[0], row[1], row[2], row[3], kept[row[0]].kept_at, row[4])
        for row in found
        if not row[4] or typed_words(kept[row[0]].fields)
    )


def typed_words(fields: Mapping[str, Any]) -> dict[str, str]:
    """The sections of a draft that hold words."""
    found = fields.get("sections")
    sections: Mapping[str, Any] = cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}
    return {str(code): str(text) for code, text in sections.items() if str(text).strip()}


def has_notes(asker: Asker, patient_id: str) -> bool:
    return asker.value(_live_notes(sa.select(ConsultNote.id), patient_id).limit(1)) is not None


def was_here(asker: Asker, patient_id: str) -> bool:
    """Whether the person came before: a call, or a talk with the family alone, is no first visit."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    came = sa.select(ConsultNote.id).where(Encounter.kind.not_in(WITHOUT_THE_PERSON))
    return asker.value(_live_notes(came, patient_id).limit(1)) is not None


def draft_of(asker: Asker, encounter_id: str) -> KeptDraft | None:
    """What the acting person was typing in this consultation."""
    return find_draft(asker, DRAFT_SCREEN, encounter_id)


def paper_draft(asker: Asker) -> KeptDraft | None:
    """The sheet that the acting person was typing last, and did not hand on."""
    asker.require(Permission.TRANSCRIBE)
    return next((draft for draft in my_drafts(asker) if draft.screen == PAPER_SCREEN), None)


def sheet_is_typed(asker: Asker, patient_id: str, folio: str) -> bool:
    """Whether this sheet of paper stands in the person's chart already."""
    asker.require(Permission.TRANSCRIBE, Permission.WRITE_NOTES)
    restricted.must_open(asker, patient_id)
    typed = sa.select(Encounter.id).where(Encounter.patient_id == patient_id, Encounter.paper_folio == folio)
    return asker.value(typed.where(Encounter.voided_at.is_(None)).limit(1)) is not None


def note_of(asker: Asker, encounter_id: str, author_id: str) -> str | None:
    """What this person signed in this encounter."""
    return asker.value(
        sa.select(ConsultNote.id)
        .where(ConsultNote.encounter_id == encounter_id, ConsultNote.author_id == author_id)
        .limit(1)
    )


def notes_of(asker: Asker, encounter_id: str) -> tuple[str, ...]:
    return tuple(r[0] for r in asker.all(sa.select(ConsultNote.id).where(ConsultNote.encounter_id == encounter_id)))


def is_noted_elsewhere(asker: Asker, appointment_id: str, encounter_id: str) -> bool:
    """Whether the person of this appointment was written about in another consultation than this one too."""
    asker.require(*_READERS)
    found = sa.select(ConsultNote.id).join(Encounter, Encounter.id == ConsultNote.encounter_id)
    others = found.where(Encounter.appointment_id == appointment_id, Encounter.id != encounter_id)
    return asker.value(others.where(Encounter.voided_at.is_(None)).limit(1)) is not None


def is_amended(asker: Asker, note_id: str) -> bool:
    return asker.value(sa.select(ConsultNote.id).where(ConsultNote.amends_id == note_id).limit(1)) is not None


def supervisor_steps(asker: Asker, note_ids: Iterable[str]) -> dict[str, tuple[SupervisorStep, ...]]:
    """What supervisors did with these notes, and said of them."""
    asker.require(*_READERS)
    steps: dict[str, list[SupervisorStep]] = defaultdict(list)
    wanted = list(note_ids)
    if not wanted:
        return {}
    for note_id, kind, by, comment in asker.all(
        sa.select(NoteSignature.note_id, NoteSignature.kind, NoteSignature.supervisor_name, NoteSignature.comment)
        .where(NoteSignature.note_id.in_(wanted))
        .order_by(NoteSignature.id)
    ):
        steps[note_id].append(SupervisorStep(kind, by or "", comment))
    return {note_id: tuple(found) for note_id, found in steps.items()}


def note_page(asker: Asker, note_id: str) -> NotePage:
    asker.require(*_READERS)
    row: Any = asker.one(
        sa.select(
            ConsultNote.encounter_id, ConsultNote.template, ConsultNote.sections, ConsultNote.occurred_on,
            ConsultNote.author_id, ConsultNote.author_name, ConsultNote.signed_at, ConsultNote.recorded_at,
            ConsultNote.supervisor_wanted, ConsultNote.amends_id, ConsultNote.amend_reason,
            ConsultNote.next_visit_on, _IS_AMENDED, ConsultNote.plan_items, ConsultNote.transcribed_by_name,
        ).where(ConsultNote.id == note_id)
    )  # fmt: skip
    steps = supervisor_steps(asker, [note_id]).get(note_id, ())
    amended = _versions(asker, note_id)
    added = asker.all(
        sa.select(Addendum.text, Addendum.author_name, Addendum.signed_at)
        .where(Addendum.note_id.in_(amended))
        .order_by(Addendum.id)
    )
    return NotePage(
        note_id=note_id,
        encounter=encounter(asker, row[0]),
        template=row[1],
        sections=row[2],
        occurred_on=row[3],
        author_id=row[4],
        author_name=row[5],
        signed_at=row[6],
        recorded_at=row[7],
        state=signing.note_state(row[8], steps),
        steps=steps,
        addenda=tuple(AddendumRow(*a) for a in added),
        scores=scales.of_encounter(asker, row[0]),
        amends_id=row[9],
        amend_reason=row[10],
        is_newest=not row[12],
        next_visit_on=row[11],
        plan_items=tuple(row[13] or ()),
        transcribed_by_name=row[14],
        supervisor_wanted=row[8],
        versions=tuple(amended),
    )


def _versions(asker: Asker, note_id: str) -> list[str]:
    """The note and what it amends, newest first."""
    found, at = [note_id], note_id
    while (at := asker.value(sa.select(ConsultNote.amends_id).where(ConsultNote.id == at))) and at not in found:
        found.append(at)
    return found


def _live_notes(select: AnySelect, patient_id: str) -> AnySelect:
    """Notes of a person that count: of encounters that were not taken back, newest version, newest first."""
    return (
        select.join(Encounter, Encounter.id == ConsultNote.encounter_id)
        .where(ConsultNote.patient_id == patient_id, Encounter.voided_at.is_(None), ~_IS_AMENDED)
        .order_by(ConsultNote.occurred_on.desc(), ConsultNote.id.desc())
    )


def last_note(asker: Asker, patient_id: str) -> LastNote | None:
    """What stood in the newest signed note: the text to bring over."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    columns = sa.select(ConsultNote.id, ConsultNote.occurred_on, ConsultNote.template, ConsultNote.sections)
    row = asker.first(_live_notes(columns, patient_id).limit(1))
    return LastNote(*row) if row else None


_LOOK_BACK = 12


def last_words(asker: Asker, patient_id: str) -> Mapping[str, SaidLast]:
    """Of each section what was written in it last, with its day: a nurse's visit or a call in between, which asked
    something else, hides nothing."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    columns = sa.select(ConsultNote.occurred_on, ConsultNote.sections)
    found: dict[str, SaidLast] = {}
    for day, sections in asker.all(_live_notes(columns, patient_id).limit(_LOOK_BACK)):
        for code, words in sections.items():
            if words.strip():
                found.setdefault(code, SaidLast(words, day))
    return found


def last_visits(asker: Asker, patient_ids: Sequence[str]) -> dict[str, date]:
    """When each person was here last. A date and nothing else: reception may see it."""
    if not patient_ids:
        return {}
    found = asker.all(
        sa.select(ConsultNote.patient_id, sa.func.max(ConsultNote.occurred_on))
        .join(Encounter, Encounter.id == ConsultNote.encounter_id)
        .where(ConsultNote.patient_id.in_(patient_ids), Encounter.voided_at.is_(None))
        .where(Encounter.kind.not_in(WITHOUT_THE_PERSON))
        .where(ConsultNote.patient_id.not_in(restricted.hidden_people(asker)))
        .group_by(ConsultNote.patient_id)
    )
    return {patient_id: _day(day) for patient_id, day in found}


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def count_of(asker: Asker, patient_id: str) -> int:
    """How many consultations a person has; says nothing of what was in them."""
    counted = sa.select(sa.func.count()).select_from(Encounter)
    return asker.value(counted.where(Encounter.patient_id == patient_id, Encounter.voided_at.is_(None))) or 0


def timeline(asker: Asker, patient_id: str) -> tuple[TimelineRow, ...]:
    """Every consultation, newest first; those taken back too, as such."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    newest = sa.and_(ConsultNote.encounter_id == Encounter.id, ~_IS_AMENDED)
    found = asker.all(
        sa.select(
            Encounter.id, ConsultNote.id, Encounter.occurred_on, Encounter.kind, Encounter.clinician_id,
            sa.func.coalesce(ConsultNote.author_name, Encounter.clinician_name), ConsultNote.supervisor_wanted,
            Encounter.voided_at.is_not(None),
        )
        .join(ConsultNote, newest, isouter=True)
        .where(Encounter.patient_id == patient_id)
        .order_by(Encounter.occurred_on.desc(), Encounter.id.desc())
    )  # fmt: skip
    steps = supervisor_steps(asker, [row[1] for row in found if row[6]])
    beside, apart = _corrected_apart(asker, [row[0] for row in found])
    return tuple(
        TimelineRow(
            encounter_id=row[0],
            note_id=row[1],
            occurred_on=row[2],
            kind=row[3],
            clinician_id=row[4],
            author_name=row[5],
            state=signing.note_state(row[6], steps.get(row[1], ())) if row[1] else None,
            voided=row[7],
            apart=row[1] in apart,
        )
        for row in found
        if row[1] not in beside
    )


def _corrected_apart(asker: Asker, encounter_ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Of notes that two corrected apart: the versions that do not hold, and those that do."""
    twice = [encounter_id for encounter_id, count in Counter(encounter_ids).items() if count > 1]
    beside, apart = set[str](), set[str]()
    for encounter_id in twice:
        columns = sa.select(ConsultNote.id, ConsultNote.amends_id).where(ConsultNote.encounter_id == encounter_id)
        for family in signing.families(signing.Version(*row) for row in asker.all(columns)):
            holds, others = signing.newest(family)
            beside.update(others)
            apart.update([holds] if others else [])
    return beside, apart


def patients_of(asker: Asker, encounter_ids: Iterable[str]) -> frozenset[str]:
    """Whose these encounters are; those taken back are not counted."""
    wanted = list(encounter_ids)
    if not wanted:
        return frozenset()
    where = sa.and_(Encounter.id.in_(wanted), Encounter.voided_at.is_(None))
    return frozenset(row[0] for row in asker.all(sa.select(Encounter.patient_id).where(where)))
