"""Signing: one transaction, once, final."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.consults.queries import chart, diagnoses, notes, risks, scales, supervision
from clinic_desktop.features.consults.records.encounters import ConsultNote
from clinic_desktop.features.consults.rules.diagnoses import ClinicalStatus, ConditionChange, VerificationStatus, find
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.consults.service.encounters import AlreadySigned, NotYetThatDay
from clinic_desktop.features.consults.service.risk import RiskNotAnswered
from clinic_desktop.features.consults.service.signing import NextVisit, NothingWritten, Written
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import find_draft
from clinic_desktop.storage.vault import FinalRecord, Vault
from clinic_desktop.storage.work import Actor, Work
from tests.consults.conftest import CLINICIAN, HELD, phq9

SECTIONS = {"how-are-you": "Sleeps better.", "plan": "Same dose.", "risk": "  "}


def sign_with(do: Any, encounter_id: str, note_id: str = "", **written: Any) -> signing.Signed:
    what = Written("follow-up", **(written or {"sections": SECTIONS}))
    return do(partial(signing.sign_note, encounter_id=encounter_id, note_id=note_id or new_id(), written=what))


def test_one_consultation_from_the_waiting_room_to_the_next_booking(
    do: Any, ask: Any, patient: str, arrive: Any, tablets: Any, begin: Any
) -> None:
    appointment_id, presentation_id, visit = arrive(patient), tablets(), NextVisit(new_id(), date(2027, 1, 4))
    encounter_id = begin(patient, appointment_id=appointment_id)
    assert ask(partial(agenda.standing, appointment_id=appointment_id)).status is AppointmentStatus.IN_CONSULT
    do(partial(encounters.keep_note, encounter_id=encounter_id, fields={"x": 1}, caret={}))
    diagnosis = find("F32.1")
    assert diagnosis is not None
    signed = sign_with(
        do, encounter_id, sections=SECTIONS, scales=(phq9("121211111"),), conditions=(ConditionChange(diagnosis),),
        prescription=(PrescriptionLine(new_id(), presentation_id, None, read_dose("1-0-0"), 30),), risk=HELD,
        next_visit=visit,
    )  # fmt: skip
    story = ask(partial(chart.chart, patient_id=patient))
    assert signed.state is NoteState.SIGNED
    assert signed.prescription_folio
    assert story.last_note.sections == {"how-are-you": "Sleeps better.", "plan": "Same dose."}
    assert [(s.total, s.band) for s in story.scores] == [(11, "moderate")]
    assert [c.code for c in story.conditions] == ["F32.1"]
    assert [(m.name, m.units) for m in story.medicines] == [("fluoxetina", 30)]
    assert (story.risk.holder_name, story.risk.reason_code) == ("Juana Brito, promotora", "phq9:9")
    assert story.risk.next_contact_on == date(2026, 11, 30)
    assert story.next_booking.day == visit.day
    assert story.timeline[0].note_id == signed.note_id
    assert ask(partial(agenda.standing, appointment_id=appointment_id)).status is AppointmentStatus.SEEN
    assert ask(lambda r: find_draft(r, notes.DRAFT_SCREEN, encounter_id)) is None


def test_signing_twice_with_the_same_id_signs_once(do: Any, ask: Any, patient: str, begin: Any, tablets: Any) -> None:
    encounter_id, note_id = begin(patient), new_id()
    line = PrescriptionLine(new_id(), tablets(), None, read_dose("1-0-0"), 30)
    both = [sign_with(do, encounter_id, note_id, sections=SECTIONS, prescription=(line,)) for _ in range(2)]
    assert [s.again for s in both] == [False, True]
    assert len(ask(lambda r: r.all(sa.select(ConsultNote.id)))) == 1
    assert len(ask(partial(prescriptions.prescribed_in, note_id=note_id))) == 1


def test_a_second_window_cannot_sign_the_same_consultation_again(do: Any, patient: str, begin: Any) -> None:
    encounter_id = begin(patient)
    sign_with(do, encounter_id)
    with pytest.raises(AlreadySigned):
        sign_with(do, encounter_id)


def test_nothing_stands_if_one_part_is_refused(do: Any, ask: Any, patient: str, begin: Any, tablets: Any) -> None:
    encounter_id = begin(patient)
    do(partial(encounters.keep_note, encounter_id=encounter_id, fields={"words": "kept"}, caret={}))
    bad = PrescriptionLine(new_id(), tablets(), None, read_dose("1-0-0"), days=4000)
    with pytest.raises(Exception, match="Days"):
        sign_with(do, encounter_id, sections=SECTIONS, scales=(phq9("111111110"),), prescription=(bad,))
    assert ask(partial(scales.scores, patient_id=patient)) == ()
    assert ask(partial(notes.last_note, patient_id=patient)) is None
    kept = ask(lambda r: find_draft(r, notes.DRAFT_SCREEN, encounter_id))
    assert kept.fields == {"words": "kept"}


def test_an_empty_note_is_not_signed(do: Any, patient: str, begin: Any) -> None:
    with pytest.raises(NothingWritten):
        sign_with(do, begin(patient), sections={"plan": " \n"})


def test_an_incomplete_scale_is_kept_without_total_and_still_asks_about_danger(
    do: Any, ask: Any, patient: str, begin: Any
) -> None:
    encounter_id = begin(patient)
    with pytest.raises(RiskNotAnswered):
        sign_with(do, encounter_id, scales=(phq9("1-------2"),))
    sign_with(do, encounter_id, scales=(phq9("1-------2"),), risk=RiskAnswer(opens=False, words="Passing, no plan."))
    (row,) = ask(partial(scales.scores, patient_id=patient))
    assert (row.total, row.band, row.answers) == (None, None, {1: 1, 9: 2})
    assert ask(partial(risks.risk_of, patient_id=patient)) is None
    assert ask(partial(chart.chart, patient_id=patient)).last_score("phq9") is None


def test_a_critical_answer_while_a_risk_is_open_renews_it_without_opening_another(
    sign: Any, ask: Any, patient: str, clock: Any
) -> None:
    sign(patient, scales=(phq9("111111111"),), risk=HELD)
    clock.advance(days=7)
    sign(patient, scales=(phq9("111111112"),))
    standing = ask(partial(risks.risk_of, patient_id=patient))
    assert standing.also_open == ()
    assert standing.holder_name == "Juana Brito, promotora"
    assert (standing.reason_on, standing.next_contact_on) == (date(2026, 11, 30), date(2026, 12, 7))


def test_a_diagnosis_written_again_is_confirmed_not_doubled(sign: Any, ask: Any, patient: str) -> None:
    diagnosis = find("F32.1")
    assert diagnosis is not None
    sign(patient, conditions=(ConditionChange(diagnosis),))
    later = ConditionChange(diagnosis, ClinicalStatus.REMISSION, VerificationStatus.CONFIRMED)
    sign(patient, conditions=(later,))
    (row,) = ask(partial(diagnoses.conditions, patient_id=patient))
    assert row.clinical_status is ClinicalStatus.REMISSION
    assert row.verification_status is VerificationStatus.CONFIRMED


_COLUMNS = (
    "id, encounter_id, patient_id, template, {sections}, occurred_on, author_id, author_name, signed_at,"
    " supervisor_wanted, amends_id, amend_reason, next_visit_on, origin_site_id, recorded_at, recorded_by, voided_at,"
    " voided_by, void_reason"
)
_NAMED, _OTHER = _COLUMNS.format(sections="sections"), _COLUMNS.format(sections="'{}'")
_COPY = f"INTO consult_note ({_NAMED}) SELECT {_OTHER} FROM consult_note WHERE id = :id"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consult_note SET sections = '{}' WHERE id = :id",
        "UPDATE OR REPLACE consult_note SET author_name = 'X' WHERE id = :id",
        "DELETE FROM consult_note WHERE id = :id",
        f"INSERT OR REPLACE {_COPY}",
        f"INSERT OR IGNORE {_COPY}",
        f"INSERT {_COPY} ON CONFLICT (id) DO UPDATE SET sections = excluded.sections",
    ],
)
def test_no_sql_changes_a_signed_note(
    vault: Vault, actor: Actor, sign: Any, ask: Any, patient: str, statement: str
) -> None:
    signed = sign(patient)

    def attack(work: Work) -> None:
        work.session.execute(sa.text(statement), {"id": signed.note_id})

    with pytest.raises((FinalRecord, DBAPIError, dbapi2.Error)):
        vault.do(attack, actor)
    page = ask(partial(notes.note_page, note_id=signed.note_id))
    assert page.sections == {"how-are-you": "Sleeps better."}
    assert page.author_name == actor.name


def test_neither_the_orm_nor_core_changes_a_signed_note(
    vault: Vault, actor: Actor, sign: Any, ask: Any, patient: str
) -> None:
    signed = sign(patient)

    def by_orm(work: Work) -> None:
        work.load(ConsultNote, signed.note_id).sections = {"plan": "other"}

    def by_core(work: Work) -> None:
        work.session.execute(sa.update(ConsultNote).values(sections={"plan": "other"}))

    for attack in (by_orm, by_core):
        with pytest.raises(FinalRecord):
            vault.do(attack, actor)
    assert ask(partial(notes.note_page, note_id=signed.note_id)).sections == {"how-are-you": "Sleeps better."}


def test_an_addendum_stands_beside_the_note(do: Any, ask: Any, sign: Any, patient: str) -> None:
    signed, addendum_id = sign(patient), new_id()
    for _ in range(2):
        do(partial(signing.add_addendum, note_id=signed.note_id, addendum_id=addendum_id, text="Her sister called."))
    page = ask(partial(notes.note_page, note_id=signed.note_id))
    assert [a.text for a in page.addenda] == ["Her sister called."]


def test_a_correction_is_a_new_version_with_a_reason_and_the_old_one_stays_readable(
    do: Any, ask: Any, sign: Any, patient: str
) -> None:
    signed, new = sign(patient), new_id()
    again = partial(signing.correct_note, note_id=signed.note_id, note_sections={"plan": "Half."})
    with pytest.raises(Exception, match="ReasonMissing"):
        do(partial(again, new_note_id=new_id(), reason=" "))
    do(partial(again, new_note_id=new, reason="wrong dose"))
    with pytest.raises(Exception, match="CorrectedMeanwhile"):
        do(partial(again, new_note_id=new_id(), reason="twice"))
    assert ask(partial(notes.last_note, patient_id=patient)).note_id == new
    assert [row.note_id for row in ask(partial(notes.timeline, patient_id=patient))] == [new]
    old = ask(partial(notes.note_page, note_id=signed.note_id))
    assert (old.is_newest, old.sections) == (False, {"how-are-you": "Sleeps better."})


def test_a_note_of_twenty_thousand_letters_and_of_any_script_comes_back_whole(
    sign: Any, ask: Any, patient: str
) -> None:
    words = "Ixim ri k’aslemal ꞌ <b>=1+1</b> 😀\t\n" * 600
    signed = sign(patient, sections={"how-are-you": words})
    assert ask(partial(notes.note_page, note_id=signed.note_id)).sections["how-are-you"] == words


def test_a_paper_note_keeps_its_own_day_and_the_day_it_was_typed(begin: Any, sign: Any, ask: Any, patient: str) -> None:
    with pytest.raises(NotYetThatDay):
        begin(patient, occurred_on=date(2026, 11, 24))
    signed = sign(patient, on=date(2026, 11, 20))
    page = ask(partial(notes.note_page, note_id=signed.note_id))
    assert (page.occurred_on, page.recorded_at.date()) == (date(2026, 11, 20), date(2026, 11, 23))


def test_a_note_in_the_wrong_chart_is_taken_back_with_all_it_brought(
    do: Any, ask: Any, patient: str, begin: Any, tablets: Any
) -> None:
    encounter_id, diagnosis = begin(patient), find("F20.9")
    assert diagnosis is not None
    signed = sign_with(
        do, encounter_id, sections=SECTIONS, scales=(phq9("333333333"),), conditions=(ConditionChange(diagnosis),),
        prescription=(PrescriptionLine(new_id(), tablets(), None, read_dose("1-0-0"), 30),), risk=HELD,
    )  # fmt: skip
    do(partial(encounters.void_encounter, encounter_id=encounter_id, reason="of another Rosa"))
    story = ask(partial(chart.chart, patient_id=patient))
    assert (story.scores, story.conditions, story.risk, story.last_note) == ((), (), None, None)
    assert not any(line.running and line.stopped_on is None for line in story.medicines)
    assert [row.voided for row in story.timeline] == [True]
    assert ask(partial(notes.note_page, note_id=signed.note_id)).encounter.void_reason == "of another Rosa"


def test_going_on_with_ones_own_consultation_of_today_opens_no_second_one(begin: Any, sign: Any, patient: str) -> None:
    first = begin(patient)
    assert begin(patient) == first
    sign(patient)
    assert begin(patient) != first


def test_a_draft_is_of_its_author_alone(
    vault: Vault, do: Any, ask: Any, supervisor: Actor, begin: Any, patient: str
) -> None:
    encounter_id = begin(patient)
    do(partial(encounters.keep_note, encounter_id=encounter_id, fields={"words": "mine"}, caret={"at": 4}))
    found = vault.ask(lambda r: find_draft(r, notes.DRAFT_SCREEN, encounter_id), supervisor)
    assert found is None
    assert ask(lambda r: find_draft(r, notes.DRAFT_SCREEN, encounter_id)).caret == {"at": 4}


def test_keeping_a_draft_leaves_no_line_in_the_ledger_and_nothing_to_carry(
    vault: Vault, do: Any, begin: Any, patient: str
) -> None:
    encounter_id = begin(patient)
    before = vault.last_head
    do(partial(encounters.keep_note, encounter_id=encounter_id, fields={"words": "x"}, caret={}))
    assert vault.last_head == before


def test_a_resident_writes_and_a_supervisor_signs(
    vault: Vault, ask: Any, begin: Any, patient: str, resident: Actor, supervisor: Actor
) -> None:
    as_resident: Any = lambda use_case: vault.do(use_case, resident)  # noqa: E731
    encounter_id = as_resident(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient))
    signed = sign_with(as_resident, encounter_id)
    assert signed.state is NoteState.WAITING
    assert [n.note_id for n in vault.ask(supervision.waiting_for_supervisor, supervisor)] == [signed.note_id]
    with pytest.raises(NotAllowed):
        as_resident(partial(signing.cosign_note, note_id=signed.note_id))
    vault.do(partial(signing.return_note, note_id=signed.note_id, comment="Add the risk."), supervisor)
    assert ask(partial(notes.note_page, note_id=signed.note_id)).state is NoteState.RETURNED
    better = new_id()
    as_resident(
        partial(
            signing.correct_note,
            note_id=signed.note_id,
            new_note_id=better,
            note_sections={"risk": "None."},
            reason="asked",
        )
    )
    vault.do(partial(signing.cosign_note, note_id=better), supervisor)
    assert ask(partial(notes.note_page, note_id=better)).state is NoteState.SIGNED
    assert vault.ask(supervision.waiting_for_supervisor, supervisor) == ()


def test_nobody_countersigns_their_own_note(do: Any, sign: Any, patient: str) -> None:
    with pytest.raises(Exception, match="OwnNote"):
        do(partial(signing.cosign_note, note_id=sign(patient).note_id))


@pytest.mark.parametrize("missing", [Permission.WRITE_NOTES])
def test_who_may_not_write_notes_signs_nothing(vault: Vault, begin: Any, patient: str, missing: Permission) -> None:
    nobody = Actor("0193a000-0000-7000-8000-0000000000ff", "Nadie", CLINICIAN - {missing})
    with pytest.raises(NotAllowed):
        sign_with(lambda use_case: vault.do(use_case, nobody), begin(patient))


def test_upper_rooms_hear_of_a_signature_inside_its_transaction(
    monkeypatch: pytest.MonkeyPatch, ask: Any, sign: Callable[..., signing.Signed], patient: str
) -> None:
    heard: list[str] = []

    def hook(work: Work, signed: signing.Signed) -> None:
        heard.append(signed.note_id)
        if len(heard) == 2:
            raise NothingWritten()

    monkeypatch.setattr(signing, "after_signing", (hook,))
    first = sign(patient)
    assert heard == [first.note_id]
    with pytest.raises(NothingWritten):
        sign(patient)
    assert len(ask(partial(notes.timeline, patient_id=patient))) == 2
    assert ask(partial(notes.last_note, patient_id=patient)).note_id == first.note_id
