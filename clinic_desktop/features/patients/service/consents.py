"""Writing down what a person agreed to, and what a person takes back. Nothing is changed: every answer is a new row."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Consent, Patient
from clinic_desktop.features.patients.rules.consents import (
    ConsentAnswer,
    ConsentPurpose,
    ConsentWay,
    DecidedInTheFuture,
    NothingToWithdraw,
    Said,
    Talk,
    check,
    key_of,
)
from clinic_desktop.features.patients.rules.naming import clean, clean_line
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

MAY_NOTE = (
    Permission.REGISTER_PATIENTS,
    Permission.RECEPTION,
    Permission.WRITE_NOTES,
    Permission.WRITE_LETTERS,
)


def record_answers(work: Work, act_id: str, patient_id: str, answers: Sequence[Said], talk: Talk) -> tuple[str, ...]:
    """Keep the answers of one talk: one paper, one signature. The same `act_id` twice keeps them once.

    Returns the ids of the answers.
    """
    work.require(*MAY_NOTE)
    work.load(Patient, patient_id)
    restricted.must_open(work, patient_id)
    work.about("patient", patient_id)
    kept = _of_act(work, act_id)
    if kept:
        return kept
    check(answers, talk, work.today)
    # The same thing said twice in one talk is said once, the last time.
    said = {key_of(one.purpose, one.about): one for one in answers}
    added = [_add(work, act_id, patient_id, one.purpose, one.about, _ANSWERS[one.yes], talk) for one in said.values()]
    return tuple(sorted(added))


def withdraw(
    work: Work,
    consent_id: str,
    act_id: str,
    decided_on: date,
    *,
    way: ConsentWay | None = None,
    witness: str = "",
    note: str = "",
) -> str:
    """The person takes a yes back, on any day and without a reason: it holds from the next list, letter and export on.

    Returns the id of the row that says so; the same `act_id` twice does it once. Who took it is who wrote it down.
    """
    work.require(*MAY_NOTE)
    kept = _of_act(work, act_id)
    if kept:
        return kept[0]
    patient_id, given = queries.entry_of(work, consent_id)
    work.about("patient", patient_id)
    if decided_on > work.today:
        raise DecidedInTheFuture(day=say_day(decided_on))
    holds = queries.standing_of(work, patient_id).get(key_of(given.purpose, given.about))
    if holds is None or not holds.is_yes:
        raise NothingToWithdraw()
    talk = Talk(decided_on=decided_on, way=way, witness=witness, note=note)
    return _add(work, act_id, patient_id, given.purpose, holds.about, ConsentAnswer.WITHDRAWN, talk)


_ANSWERS = {True: ConsentAnswer.GIVEN, False: ConsentAnswer.REFUSED}


def _of_act(work: Work, act_id: str) -> tuple[str, ...]:
    return tuple(work.session.scalars(sa.select(Consent.id).where(Consent.act_id == act_id).order_by(Consent.id)))


def _add(
    work: Work,
    act_id: str,
    patient_id: str,
    purpose: ConsentPurpose,
    about: str,
    answer: ConsentAnswer,
    talk: Talk,
) -> str:
    known = sa.select(sa.func.max(Consent.step)).where(Consent.patient_id == patient_id, Consent.purpose == purpose)
    row = Consent(
        patient_id=patient_id,
        purpose=purpose,
        about=clean_line(about) or None,
        answer=answer,
        step=(work.value(known) or 0) + 1,
        decided_on=talk.decided_on,
        way=talk.way,
        language_code=talk.language_code or None,
        read_aloud=talk.read_aloud,
        said_back=talk.said_back,
        interpreter=clean_line(talk.interpreter) or None,
        witness=clean_line(talk.witness) or None,
        witness_is_of_clinic=talk.witness_is_of_clinic if talk.witness.strip() else None,
        text_version=clean_line(talk.text_version) or None,
        guardian=clean_line(talk.guardian) or None,
        note=clean(talk.note) or None,
        act_id=act_id,
    )
    return work.add(row).id


def note_printed(work: Work, patient_id: str, *, what: str, way: str, copies: int) -> None:
    """A consent sheet, or the note that takes a yes back, left the computer on paper or as a file."""
    work.require(*MAY_NOTE)
    work.act, work.detail = "patients.note_printed", {"what": what, "way": way, "copies": copies}
    work.about("patient", patient_id)
