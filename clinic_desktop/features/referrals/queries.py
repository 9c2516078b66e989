"""Letters that were written, what came back, and what a chart has to say for a new one. For people of the chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.queries import diagnoses, notes, risks, scales
from clinic_desktop.features.consults.queries.diagnoses import ConditionRow
from clinic_desktop.features.consults.rules.diagnoses import VERIFICATION_WORDS
from clinic_desktop.features.consults.rules.score_words import say_direction, say_doubts, say_result
from clinic_desktop.features.consults.rules.scoring import find_scale
from clinic_desktop.features.consults.rules.telling import StoryKind, StoryLine
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine, current_medicines
from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.banner import say_what_is_not_borne
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.identity import is_same_phone, said_id
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import Details, phone_for_lists
from clinic_desktop.features.referrals.records import ReferralReply, ServiceRequest
from clinic_desktop.features.referrals.rules import (
    PARTS,
    Material,
    MedicineLine,
    Part,
    ReplyKind,
    Unagreed,
    Urgency,
    Written,
    closes,
    is_late,
    needs_reason,
    say_reply,
)
from clinic_desktop.kernel.dates import PartialDate, say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({ServiceRequest.__tablename__, ReferralReply.__tablename__})
_READERS = (Permission.READ_CHART, Permission.WRITE_LETTERS)
_PRINTED: tuple[Any, ...] = (
    ServiceRequest.receiver_text, ServiceRequest.urgency, ServiceRequest.reason_text, ServiceRequest.summary_text,
    ServiceRequest.asked_text, ServiceRequest.follow_text, ServiceRequest.consent, ServiceRequest.parts,
    ServiceRequest.medicines, ServiceRequest.allergies_text, ServiceRequest.half_page, ServiceRequest.receiver_id,
)  # fmt: skip
"""The columns of `rules.Written`, in its order."""


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """One letter in a list."""

    request_id: str
    patient_id: str
    name: str
    folio: str
    receiver_text: str
    urgency: Urgency
    written_on: date
    days: int
    author_name: str
    late: bool
    """Open for so long that somebody should ask."""
    replies: tuple["ReplyRow", ...]

    @property
    def is_open(self) -> bool:
        return not any(closes(reply.kind) for reply in self.replies)

    @property
    def asked_on(self) -> date | None:
        """When somebody last asked after it."""
        return max((r.received_on for r in self.replies if r.kind is ReplyKind.CALLED), default=None)


@dataclass(frozen=True, slots=True)
class ReplyRow:
    kind: ReplyKind
    received_on: date
    seen_on: date | None
    by_text: str | None
    diagnosis_text: str | None
    treatment_text: str | None
    advice_text: str | None
    next_visit_text: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter as it was written, to be printed again."""

    request_id: str
    patient_id: str
    folio: str
    written: Written
    written_at: datetime
    author_name: str
    author_licence: str | None
    supervisor_name: str | None


def material(asker: Asker, patient_id: str) -> Material:
    """What the chart says today, part by part."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    note = notes.last_note(asker, patient_id)
    sections: Mapping[str, str] = note.sections if note else {}
    parts = {rule.part: _joined([sections.get(code, "") for code in rule.note_sections]) for rule in PARTS}
    known = patients.details(asker, PatientId(patient_id)).details
    parts |= {
        Part.DIAGNOSES: _diagnoses(asker, patient_id),
        Part.CERTAINTY: _certainty(asker, patient_id),
        Part.SCALES: _scales(asker, patient_id),
        Part.RISK: _risk(asker, patient_id, parts[Part.RISK]),
        Part.CONTACT: _contact(known),
        Part.NATIONAL_ID: said_id(known.national_id_kind, known.national_id),
    }
    medicines = tuple(_medicine(m) for m in current_medicines(asker, patient_id) if m.running)
    return Material({p: words for p, words in parts.items() if words}, medicines, _allergies(asker, patient_id))


def unagreed(asker: Asker, patient_id: str, written: Written) -> Unagreed | None:
    """Why this letter may not simply go now; asked anew before every paper, for a yes can be taken back on any day."""
    asker.require(*_READERS)
    purpose, receiver = ConsentPurpose.OTHER_SERVICE, written.receiver_text
    no = bool(consents.refusing(asker, purpose, (patient_id,), receiver))
    return needs_reason(written, no=no, yes=consents.allowed(asker, patient_id, purpose, receiver))


def receivers(asker: Asker, words: str = "", limit: int = 8) -> tuple[str, ...]:
    """Where letters of this clinic went, the last one first; of those that hold `words`, accent-blind."""
    asker.require(*_READERS)
    newest = sa.func.max(ServiceRequest.id).label("newest")
    found = asker.all(
        sa.select(ServiceRequest.receiver_text, newest)
        .where(ServiceRequest.voided_at.is_(None))
        .group_by(ServiceRequest.receiver_text)
        .order_by(newest.desc())
        .limit(200)
    )
    wanted = fold(words).split()
    return tuple(row[0] for row in found if all(w in fold(row[0]) for w in wanted))[:limit]


def open_referrals(asker: Asker) -> tuple[ReferralRow, ...]:
    """Letters of this clinic to which nothing came back yet, the oldest first."""
    asker.require(*_READERS)
    closing = sa.exists().where(
        ReferralReply.request_id == ServiceRequest.id,
        ReferralReply.kind.in_((ReplyKind.ANSWER, ReplyKind.NO_ANSWER)),
    )
    where = sa.and_(~closing, ServiceRequest.origin_site_id == asker.site_id)
    return tuple(sorted(_rows(asker, where), key=lambda row: -row.days))


def answered(asker: Asker, limit: int = 100) -> tuple[ReferralRow, ...]:
    """Letters that are closed, the newest first."""
    asker.require(*_READERS)
    closing = sa.exists().where(
        ReferralReply.request_id == ServiceRequest.id,
        ReferralReply.kind.in_((ReplyKind.ANSWER, ReplyKind.NO_ANSWER)),
    )
    return _rows(asker, sa.and_(closing, ServiceRequest.origin_site_id == asker.site_id), limit)


def of_patient(asker: Asker, patient_id: str) -> tuple[ReferralRow, ...]:
    """A person's letters, the newest first, with what came back."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return _rows(asker, ServiceRequest.patient_id == patient_id)


def of_encounter(asker: Asker, encounter_id: str) -> tuple[ReferralRow, ...]:
    """The letters that were written in one consultation, the oldest first."""
    asker.require(Permission.WRITE_LETTERS)
    return tuple(reversed(_rows(asker, ServiceRequest.encounter_id == encounter_id)))


def story_lines(asker: Asker, patient_id: str) -> tuple[StoryLine, ...]:
    """For consults.queries.story.more: each letter, and what came back."""
    told: list[StoryLine] = []
    for letter in of_patient(asker, patient_id):
        words = _("Letter")
        sent = StoryLine(
            StoryKind.LETTER, PartialDate.of(letter.written_on), letter.request_id,
            _("Letter to {receiver}").format(receiver=letter.receiver_text), letter.folio, mark=words,
        )  # fmt: skip
        told.append(sent)
        for at, reply in enumerate(letter.replies):
            day = PartialDate.of(reply.seen_on or reply.received_on)
            parts = (reply.by_text, reply.diagnosis_text, reply.treatment_text, reply.advice_text)
            under = " · ".join(part for part in parts if part)
            told.append(StoryLine(StoryKind.LETTER, day, f"{letter.request_id} {at}", say_reply(reply.kind), under))
    return tuple(told)


def by_folio(asker: Asker, folio: str) -> ReferralRow | None:
    """The letter a slip belongs to; of several versions the newest."""
    asker.require(*_READERS)
    found = _rows(asker, ServiceRequest.folio == folio)
    return found[0] if found else None


def kept(asker: Asker, request_id: str) -> Kept:
    """A letter word for word. Raises NotHere."""
    asker.require(*_READERS)
    columns = (
        ServiceRequest.id, ServiceRequest.patient_id, ServiceRequest.folio, ServiceRequest.written_at,
        ServiceRequest.author_name, ServiceRequest.author_licence, ServiceRequest.supervisor_name,
    )  # fmt: skip
    select: AnySelect = sa.select(*columns, *_PRINTED)
    row = asker.one(select.where(ServiceRequest.id == request_id))
    restricted.must_open(asker, row[1])
    return Kept(row[0], row[1], row[2], _written(row[7:]), row[3], row[4], row[5], row[6])


def is_written(asker: Asker, request_id: str) -> bool:
    return asker.value(sa.select(ServiceRequest.id).where(ServiceRequest.id == request_id)) is not None


def folio_taken(asker: Asker, folio: str) -> bool:
    return asker.value(sa.select(ServiceRequest.id).where(ServiceRequest.folio == folio).limit(1)) is not None


def _written(columns: Sequence[Any]) -> Written:
    receiver, urgency, reason, summary, asked, follow, consent, parts, medicines, allergies, half, receiver_id = columns
    return Written(
        receiver_text=receiver,
        urgency=urgency,
        reason_text=reason,
        summary_text=summary or "",
        asked_text=asked or "",
        follow_text=follow or "",
        consent=consent,
        parts=parts,
        medicines=tuple(MedicineLine(*line) for line in medicines),
        allergies=allergies or "",
        half_page=half,
        receiver_id=receiver_id,
    )


def _rows(asker: Asker, where: sa.ColumnElement[bool], limit: int = 1000) -> tuple[ReferralRow, ...]:
    """The newest version of each letter, the newest letter first."""
    newer = aliased(ServiceRequest)
    amended = sa.exists().where(newer.amends_id == ServiceRequest.id)
    select: AnySelect = sa.select(
        ServiceRequest.id, ServiceRequest.patient_id, ServiceRequest.folio, ServiceRequest.receiver_text,
        ServiceRequest.urgency, ServiceRequest.written_at, ServiceRequest.author_name, Patient.given_names,
        Patient.family_name, Patient.second_family_name, Patient.married_name, Patient.known_as,
        Patient.unidentified, Patient.met_where, Patient.met_on,
    )  # fmt: skip
    found = asker.all(
        select.join(Patient, Patient.id == ServiceRequest.patient_id)
        .where(where, ServiceRequest.voided_at.is_(None), ~amended)
        .order_by(ServiceRequest.id.desc())
        .limit(limit)
    )
    replies = _replies(asker, [row[0] for row in found])
    rows = [_row(asker, row, tuple(replies.get(row[0], ()))) for row in found]
    hidden = restricted.hidden_from(asker, {row.patient_id for row in rows})
    return tuple(_nameless(row, hidden.get(PatientId(row.patient_id))) for row in rows)


def _nameless(row: ReferralRow, reserved: str | None) -> ReferralRow:
    """Of a reserved person: that a letter is open, and since when; not whose, and nothing of what came back."""
    if reserved is None:
        return row
    bare = tuple(ReplyRow(r.kind, r.received_on, r.seen_on, None, None, None, None, None) for r in row.replies)
    return replace(row, name=reserved, replies=bare)


def _row(asker: Asker, row: sa.Row[*tuple[Any, ...]], replies: tuple[ReplyRow, ...]) -> ReferralRow:
    written_on = row[5].astimezone(asker.place.zone).date()
    return ReferralRow(
        request_id=row[0],
        patient_id=row[1],
        name=said_name(name_of(row)),
        folio=row[2],
        receiver_text=row[3],
        urgency=row[4],
        written_on=written_on,
        days=(asker.today - written_on).days,
        author_name=row[6],
        late=is_late(written_on, asker.today) and not any(closes(r.kind) for r in replies),
        replies=replies,
    )


def _replies(asker: Asker, request_ids: Sequence[str]) -> dict[str, list[ReplyRow]]:
    found: dict[str, list[ReplyRow]] = {}
    for start in range(0, len(request_ids), 500):
        select: AnySelect = sa.select(
            ReferralReply.request_id, ReferralReply.kind, ReferralReply.received_on, ReferralReply.seen_on,
            ReferralReply.by_text, ReferralReply.diagnosis_text, ReferralReply.treatment_text,
            ReferralReply.advice_text, ReferralReply.next_visit_text,
        )  # fmt: skip
        wanted = ReferralReply.request_id.in_(request_ids[start : start + 500])
        for request_id, *line in asker.all(select.where(wanted).order_by(ReferralReply.id)):
            found.setdefault(request_id, []).append(ReplyRow(*line))
    return found


# -- what the chart says


def _diagnoses(asker: Asker, patient_id: str) -> str:
    return "\n".join(_named(row) for row in diagnoses.conditions(asker, patient_id) if row.is_active)


def _certainty(asker: Asker, patient_id: str) -> str:
    """Whether it goes on the paper is a choice of its own: a word of doubt can close doors."""
    rows = [row for row in diagnoses.conditions(asker, patient_id) if row.is_active]
    return "\n".join(f"{row.code or row.title}: {_(VERIFICATION_WORDS[row.verification_status])}" for row in rows)


def _named(row: ConditionRow) -> str:
    """The code says to a colleague what the official words would; those are left in the chart."""
    return " ".join(part for part in (row.code, row.title) if part)


def _scales(asker: Asker, patient_id: str) -> str:
    """The newest complete score of each scale with its day; how it was read is part of what it means."""
    newest = {row.scale_code: row for row in scales.scores(asker, patient_id) if row.total is not None}
    lines: list[str] = []
    for code, row in newest.items():
        scale = find_scale(code)
        said = f"{scale.title if scale else code}: {say_result(row)}, {say_day(row.occurred_on)}"
        lines.append(", ".join(part for part in (said, say_direction(row), say_doubts(row)) if part))
    return "\n".join(lines)


def _risk(asker: Asker, patient_id: str, noted: str) -> str:
    """What the last note says, else that a risk is open; never who holds it or whom to look for."""
    standing = None if noted else risks.risk_of(asker, patient_id)
    if standing is None:
        return noted
    said = _("A risk was noted on {day} and is being followed.").format(day=say_day(standing.opened_on))
    return f"{said} {standing.reason_text or ''}".strip()


def _contact(known: Details) -> str:
    person = " ".join(
        part for part in (known.contact_name, f"({known.contact_kinship})" if known.contact_kinship else "") if part
    )
    hides = known.do_not_call and is_same_phone(known.phone, known.contact_phone)
    contact = " ".join(part for part in (person, "" if hides else known.contact_phone) if part)
    return _joined([phone_for_lists(known.phone, known.do_not_call), known.phone_note, contact], " · ")


def _medicine(line: CurrentMedicine) -> MedicineLine:
    # The product says its strength, form and way; what is not on the shelf list is as the prescriber wrote it.
    named = " ".join(part for part in (line.name, line.product) if part)
    how = _joined([line.dose_said, line.instructions_text or ""], ", ")
    return MedicineLine(named, how, say_day(line.signed_on))


def _allergies(asker: Asker, patient_id: str) -> str:
    return say_what_is_not_borne(patients.header(asker, PatientId(patient_id)))


def _joined(parts: Sequence[str], between: str = "\n") -> str:
    return between.join(part.strip() for part in parts if part and part.strip())
