"""What waits for a supervisor, what came back to its author, and how the two talk; reception asks none of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.records.encounters import (
    ConsultNote,
    Encounter,
    NoteSignature,
    SupervisionSession,
)
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.rules.signing import (
    SOON_ENOUGH,
    SignatureKind,
    Version,
    hours_waited,
    is_late,
    newest,
)
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, PrescriptionSignature
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.records import Role, Site, StaffMember
from clinic_desktop.features.staff.rules import in_service
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset(
    {
        ConsultNote.__tablename__,
        NoteSignature.__tablename__,
        Encounter.__tablename__,
        SupervisionSession.__tablename__,
        PrescriptionSignature.__tablename__,
    }
)
"""For office.follow."""

_NEWER = aliased(ConsultNote, name="newer_version")
_IS_AMENDED = sa.exists().where(_NEWER.amends_id == ConsultNote.id)
_ANSWERED = sa.exists().where(
    NoteSignature.note_id == ConsultNote.id,
    NoteSignature.kind.in_((SignatureKind.SIGNED, SignatureKind.RETURNED)),
)
_CONFIRMED = sa.exists().where(NoteSignature.note_id == ConsultNote.id, NoteSignature.kind == SignatureKind.CONFIRMED)
_IS_TYPED = ConsultNote.transcribed_by_id.is_not(None)


@dataclass(frozen=True, slots=True)
class WaitingNote:
    """One note that somebody must sign, confirm or put right."""

    note_id: str
    encounter_id: str
    patient_id: str
    name: str
    occurred_on: date
    author_name: str | None
    signed_at: datetime
    hours: int
    late: bool
    """It waits for more than 72 hours."""
    appointed: bool = False
    """The author's own supervisor is the one who asks."""
    typed_by: str | None = None
    """Its author is the one who asks; somebody typed it from their paper."""
    prescription_waits: bool = False
    urgent_reason: str = ""
    """Why its prescription was not to wait."""
    comment: str = ""
    """What the supervisor asks for, where the note came back."""
    returned_by: str = ""


_WAITING = (
    sa.select(
        ConsultNote.id, ConsultNote.encounter_id, ConsultNote.patient_id, ConsultNote.occurred_on,
        ConsultNote.author_name, ConsultNote.signed_at, ConsultNote.author_id, ConsultNote.transcribed_by_name,
    )
    .join(Encounter, Encounter.id == ConsultNote.encounter_id)
    .where(ConsultNote.supervisor_wanted.is_(True), ~_IS_AMENDED, Encounter.voided_at.is_(None))
    .order_by(ConsultNote.signed_at, ConsultNote.id)
)  # fmt: skip


def _of_our_team(asker: Asker) -> sa.ColumnElement[bool]:
    """What was written in another clinic, of a person who comes to both, waits there; unless that clinic closed."""
    if asker.place.is_central:
        return sa.true()
    closed = sa.select(Site.id).where(Site.closed_on.is_not(None))
    return sa.or_(ConsultNote.origin_site_id == asker.site_id, ConsultNote.origin_site_id.in_(closed))


def waiting_for_supervisor(asker: Asker) -> tuple[WaitingNote, ...]:
    """Notes that the acting person may sign and nobody answered yet: first of their own trainees, the oldest first.

    What somebody typed from a paper waits for its author before anybody else.
    """
    asker.require(Permission.SIGN_NOTES)
    me = asker.actor.staff_id
    mine_to_sign = sa.or_(
        sa.and_(ConsultNote.author_id != me, sa.or_(~_IS_TYPED, _CONFIRMED)),
        sa.and_(ConsultNote.author_id == me, _IS_TYPED),
    )
    found = _notes(asker, _WAITING.where(~_ANSWERED, mine_to_sign, _of_our_team(asker)))
    return tuple(sorted(found, key=lambda n: (not (n.appointed or n.typed_by), n.signed_at)))


def came_back(asker: Asker) -> tuple[WaitingNote, ...]:
    """The acting person's notes that a supervisor gave back, and those typed from their paper to confirm first."""
    asker.require(Permission.WRITE_NOTES)
    me = asker.actor.staff_id
    signed = sa.exists().where(NoteSignature.note_id == ConsultNote.id, NoteSignature.kind == SignatureKind.SIGNED)
    back = sa.exists().where(NoteSignature.note_id == ConsultNote.id, NoteSignature.kind == SignatureKind.RETURNED)
    mine = [sa.and_(ConsultNote.author_id == me, back, ~signed, ~_IS_TYPED)]
    if not asker.actor.may(Permission.SIGN_NOTES):
        mine.append(sa.and_(ConsultNote.author_id == me, _IS_TYPED, ~_ANSWERED, ~_CONFIRMED))
        mine.append(sa.and_(ConsultNote.author_id == me, _IS_TYPED, back, ~signed, _CONFIRMED))
    return _notes(asker, _WAITING.where(sa.or_(*mine)))


def returned_to_typist(asker: Asker) -> tuple[WaitingNote, ...]:
    """What the acting person typed and its author gave back before confirming it."""
    asker.require(Permission.TRANSCRIBE)
    back = sa.exists().where(
        NoteSignature.note_id == ConsultNote.id,
        NoteSignature.kind == SignatureKind.RETURNED,
        NoteSignature.supervisor_id == ConsultNote.author_id,
    )
    return _notes(asker, _WAITING.where(ConsultNote.transcribed_by_id == asker.actor.staff_id, back))


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """What was typed from a sheet, for the one who typed it to put right."""

    note_id: str
    encounter_id: str
    patient_id: str
    name: str
    author_id: str
    occurred_on: date
    kind: EncounterKind
    template: str
    folio: str
    sections: Mapping[str, str]
    comment: str


def returned_sheet(asker: Asker, note_id: str) -> ReturnedSheet:
    """One's own typing that its author gave back, and nothing else of the chart. Raises NotHere."""
    asker.require(Permission.TRANSCRIBE)
    back = next((note for note in returned_to_typist(asker) if note.note_id == note_id), None)
    if back is None:
        raise NotHere()
    row = asker.one(
        sa.select(
            ConsultNote.author_id, ConsultNote.template, ConsultNote.sections, Encounter.kind, Encounter.paper_folio
        )
        .join(Encounter, Encounter.id == ConsultNote.encounter_id)
        .where(ConsultNote.id == note_id)
    )
    return ReturnedSheet(
        note_id, back.encounter_id, back.patient_id, back.name, row[0], back.occurred_on, row[3], row[1], row[4] or "",
        row[2], back.comment,
    )  # fmt: skip


def _notes(asker: Asker, select: AnySelect) -> tuple[WaitingNote, ...]:
    rows = asker.all(select.where(ConsultNote.patient_id.not_in(restricted.hidden_people(asker))))
    if not rows:
        return ()
    names = patients.said_names(asker, [PatientId(row.patient_id) for row in rows])
    mine = _trainees_of(asker, asker.actor.staff_id)
    asked = _prescriptions(asker, [row.encounter_id for row in rows])
    back = _comments(asker, [row.id for row in rows])
    return tuple(
        WaitingNote(
            note_id=row.id,
            encounter_id=row.encounter_id,
            patient_id=row.patient_id,
            name=names.get(PatientId(row.patient_id), ""),
            occurred_on=row.occurred_on,
            author_name=row.author_name,
            signed_at=row.signed_at,
            hours=hours_waited(row.signed_at, asker.now),
            late=is_late(row.signed_at, asker.now),
            appointed=row.author_id in mine,
            typed_by=row.transcribed_by_name if row.author_id == asker.actor.staff_id else None,
            prescription_waits=row.encounter_id in asked,
            urgent_reason=asked.get(row.encounter_id, ""),
            comment=back.get(row.id, ("", ""))[0],
            returned_by=back.get(row.id, ("", ""))[1],
        )
        for row in rows
    )


def _trainees_of(asker: Asker, supervisor_id: str) -> frozenset[str]:
    found = asker.all(sa.select(StaffMember.id).where(StaffMember.supervisor_id == supervisor_id))
    return frozenset(row[0] for row in found)


def _prescriptions(asker: Asker, encounter_ids: Iterable[str]) -> dict[str, str]:
    """Encounters whose prescription nobody signed yet, with the reason where it was urgent."""
    signed = sa.exists().where(PrescriptionSignature.folio == MedicationRequest.folio)
    found = asker.all(
        sa.select(MedicationRequest.encounter_id, MedicationRequest.urgent_reason).where(
            MedicationRequest.encounter_id.in_(list(encounter_ids)),
            MedicationRequest.supervisor_wanted.is_(True),
            ~signed,
        )
    )
    return {encounter_id: reason or "" for encounter_id, reason in found if encounter_id}


def _comments(asker: Asker, note_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    found = asker.all(
        sa.select(NoteSignature.note_id, NoteSignature.comment, NoteSignature.supervisor_name)
        .where(NoteSignature.note_id.in_(list(note_ids)), NoteSignature.kind == SignatureKind.RETURNED)
        .order_by(NoteSignature.id)
    )
    return {note_id: (comment or "", name or "") for note_id, comment, name in found}


# -- versions


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a note, for walking through them."""

    note_id: str
    amends_id: str | None
    author_name: str | None
    signed_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Versions:
    rows: tuple[VersionRow, ...]
    """The first one first."""
    holds: str
    """The one that is read unless somebody asks for another."""
    beside: tuple[str, ...]
    """Other corrections of the same note, made apart; they stay readable."""


def versions(asker: Asker, note_id: str) -> Versions:
    """All versions of a note, also those that two clinics made of it apart."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    encounter_id, patient_id, _root = origin_of(asker, note_id)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        sa.select(
            ConsultNote.id, ConsultNote.amends_id, ConsultNote.author_name, ConsultNote.signed_at,
            ConsultNote.amend_reason,
        )
        .where(ConsultNote.encounter_id == encounter_id)
        .order_by(ConsultNote.id)
    )  # fmt: skip
    family = {note_id}
    while True:
        more = {r.id for r in found if r.amends_id in family} | {r.amends_id for r in found if r.id in family}
        more.discard(None)
        if more <= family:
            break
        family |= more
    rows = tuple(VersionRow(*row) for row in found if row.id in family)
    holds, beside = newest(Version(row.note_id, row.amends_id) for row in rows)
    return Versions(rows, holds, beside)


def origin_of(asker: Asker, note_id: str) -> tuple[str, str, str | None]:
    """Encounter, person, and what it amends."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    row = asker.one(
        sa.select(ConsultNote.encounter_id, ConsultNote.patient_id, ConsultNote.amends_id).where(
            ConsultNote.id == note_id
        )
    )
    restricted.must_open(asker, row[1])
    return row[0], row[1], row[2]


# -- how soon


@dataclass(frozen=True, slots=True)
class Promptness:
    """How many notes of people in training were signed within 72 hours."""

    in_time: int
    late: int
    """Signed later, or not signed though the 72 hours are over."""
    running: int
    """Not signed, and still in time: counted in no share."""

    @property
    def share(self) -> int | None:
        """Per cent, nothing where there is nothing to divide."""
        counted = self.in_time + self.late
        return round(100 * self.in_time / counted) if counted else None


def promptness(asker: Asker, first: date, last: date) -> Promptness:
    """Of the consultations of these days that somebody in training wrote a note of.

    From the first version of the note to the first signature under any of its versions; what was typed from paper and
    what was taken back are left out.
    """
    asker.require(Permission.SIGN_NOTES, Permission.SEE_REPORTS)
    written = asker.all(
        sa.select(ConsultNote.encounter_id, ConsultNote.signed_at)
        .join(Encounter, Encounter.id == ConsultNote.encounter_id)
        .where(
            ConsultNote.supervisor_wanted.is_(True), ConsultNote.amends_id.is_(None), ~_IS_TYPED,
            Encounter.voided_at.is_(None), ConsultNote.occurred_on.between(first, last), _of_our_team(asker),
            ConsultNote.patient_id.not_in(restricted.hidden_people(asker)),
        )
    )  # fmt: skip
    wanted = sa.select(ConsultNote.encounter_id).where(ConsultNote.occurred_on.between(first, last))
    signatures = asker.all(
        sa.select(ConsultNote.encounter_id, NoteSignature.signed_at)
        .join(ConsultNote, ConsultNote.id == NoteSignature.note_id)
        .where(NoteSignature.kind == SignatureKind.SIGNED, ConsultNote.encounter_id.in_(wanted))
        .order_by(NoteSignature.signed_at.desc())
    )
    signed = {row[0]: row[1] for row in signatures}
    in_time = late = running = 0
    for encounter_id, since in written:
        until = signed.get(encounter_id)
        if (until or asker.now) - since > SOON_ENOUGH:
            late += 1
        elif until is None:
            running += 1
        else:
            in_time += 1
    return Promptness(in_time, late, running)


# -- sessions


@dataclass(frozen=True, slots=True)
class Trainee:
    staff_id: str
    name: str
    mine: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    session_id: str
    trainee_id: str
    trainee_name: str
    supervisor_name: str
    held_on: date
    minutes: int | None
    topic: str
    feedback: str


def trainees(asker: Asker) -> tuple[Trainee, ...]:
    """Who writes notes and may not sign them, one's own first; of somebody in training only themselves."""
    asker.require(Permission.SIGN_NOTES, Permission.WRITE_NOTES)
    select: Any = (
        sa.select(
            StaffMember.id, StaffMember.full_name, StaffMember.supervisor_id, StaffMember.active,
            StaffMember.valid_until, Role.permissions,
        )
        .join(Role, Role.id == StaffMember.role_id)
        .where(staff.in_team(asker))
    )  # fmt: skip
    me = asker.actor.staff_id
    found = [
        Trainee(row.id, row.full_name, row.supervisor_id == me)
        for row in asker.all(select)
        if Permission.WRITE_NOTES in row.permissions
        and Permission.SIGN_NOTES not in row.permissions
        and (in_service(row.active, row.valid_until, asker.today))
        and (asker.actor.may(Permission.SIGN_NOTES) or row.id == me)
    ]
    return tuple(sorted(found, key=lambda trainee: (not trainee.mine, trainee.name)))


_AMENDED_SESSION = aliased(SupervisionSession, name="newer_session")


def sessions(asker: Asker, first: date | None = None, last: date | None = None) -> tuple[SessionRow, ...]:
    """The talks that the acting person took part in, on either side, the newest first."""
    asker.require(Permission.SIGN_NOTES, Permission.WRITE_NOTES)
    me, session = asker.actor.staff_id, SupervisionSession
    select = (
        sa.select(
            session.id, session.trainee_id, session.trainee_name, session.supervisor_name, session.held_on,
            session.minutes, session.topic, session.feedback,
        )
        .where(
            sa.or_(session.trainee_id == me, session.supervisor_id == me), session.voided_at.is_(None),
            ~sa.exists().where(_AMENDED_SESSION.amends_id == session.id),
        )
        .order_by(session.held_on.desc(), session.id.desc())
    )  # fmt: skip
    if first is not None:
        select = select.where(session.held_on >= first)
    if last is not None:
        select = select.where(session.held_on <= last)
    return tuple(
        SessionRow(r[0], r[1], r[2] or "", r[3] or "", r[4], r[5], r[6] or "", r[7] or "") for r in asker.all(select)
    )
