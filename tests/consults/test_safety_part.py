"""Notes of safety in the open consultation: shown once, answered with a reason, signed with the note."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import event

from clinic_desktop.features.consults.queries import reproduction as reproduction_queries
from clinic_desktop.features.consults.queries import results as result_queries
from clinic_desktop.features.consults.queries import safety as queries
from clinic_desktop.features.consults.records.story import OutsideMedicine
from clinic_desktop.features.consults.rules.reproduction import Contraception, NothingTold, Told
from clinic_desktop.features.consults.rules.results import Result, TooLong, ValueMissing, WhichTestMissing
from clinic_desktop.features.consults.rules.safety import LineToCheck, notes_for
from clinic_desktop.features.consults.rules.vitals import Pregnancy, TakenInTheFuture, Vitals
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.reproduction import ReproductionSheet
from clinic_desktop.features.consults.screens.results import ResultsSheet
from clinic_desktop.features.consults.service import encounters, reproduction, results, vitals
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import linking, registering
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed, Refused
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.words import Phrase
from tests.makers.keyboard import settle

VALPROATE = LineToCheck("valproato", "N03AG01", is_new=True)


@pytest.fixture
def woman(register: Callable[..., str]) -> str:
    return register(sex=Sex.FEMALE)


def codes(screen: ConsultScreen) -> list[str]:
    return [note.rule_code for note in screen.safety.waiting()]


def prescribe(screen: ConsultScreen, presentation_id: str) -> None:
    """As a hand would: the medicine, the dose, Enter through the fields."""
    panel = screen.prescription
    product = panel._office.ask(shelf.presentations, [presentation_id])[presentation_id]
    panel.medicine.set_value(product, product.said)
    panel.dose.setText("1-0-1")
    panel.add_typed()


def reason(screen: ConsultScreen, words: str) -> None:
    field = screen.safety.strip.answer
    field.setText(words)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def valproate(tablets: Callable[..., str]) -> str:
    return tablets("valproato")


@pytest.fixture
def consult(open_screen: Any, woman: str, arrive: Any) -> ConsultScreen:
    return open_screen(ConsultScreen, patient_id=woman, appointment_id=arrive(woman))


def test_a_note_leads_before_signing_is_answered_by_enter_and_is_not_asked_again_on_repeat(
    consult: ConsultScreen, open_screen: Any, ask: Any, woman: str, valproate: str, arrive: Any
) -> None:
    assert consult.safety.strip.isHidden()
    prescribe(consult, valproate)
    assert codes(consult) == ["VPA-PREG", "VPA-HEP"]
    strip = consult.safety.strip
    assert "Contraception: not asked." in strip.sentence.text()
    assert strip.source.text() == "Source: NICE CG185; NICE QS115, 1   ·   Next: valproato"
    consult.sign()
    assert consult.focusWidget() is strip.answer
    assert ask(partial(queries.situation, patient_id=woman)).answers == ()
    QTest.keyClick(strip.answer, Qt.Key.Key_Return)
    assert len(codes(consult)) == 2, "an empty reason is none"
    reason(consult, "Sin alternativa; plan firmado en papel")
    reason(consult, "No hay laboratorio")
    assert codes(consult) == []
    assert consult.focusWidget() is consult.prescription.medicine, "one Enter too many does nothing"
    consult.sign()
    kept = ask(partial(queries.situation, patient_id=woman))
    assert {answer.rule_code for answer in kept.answers} == {"VPA-PREG", "VPA-HEP"}
    read = ask(partial(queries.answered_in, note_id=consult._note_id))
    assert [(told.about, told.reason) for told in read] == [
        ("valproato", "Sin alternativa; plan firmado en papel"), ("valproato", "No hay laboratorio"),
    ]  # fmt: skip
    assert all(told.sentence for told in read)
    again = open_screen(ConsultScreen, patient_id=woman)
    again.prescription.repeat()
    assert again.safety.notes() == ()
    assert again.safety.strip.isHidden()


def test_what_was_answered_is_in_the_draft_and_a_note_that_is_gone_is_not_signed(
    consult: ConsultScreen, open_screen: Any, woman: str, valproate: str
) -> None:
    prescribe(consult, valproate)
    reason(consult, "Sin alternativa")
    consult.keep_draft()
    again = open_screen(ConsultScreen, patient_id=woman)
    assert codes(again) == ["VPA-HEP"]
    assert [a.reason for a in again.written().safety_answers] == ["Sin alternativa"]
    again.prescription.set_lines([])
    again.prescription.edited.emit()
    assert again.written().safety_answers == ()


@pytest.mark.parametrize("kept", ["x", 5, [["a"]], [5], [["a", "b", "c", 4]], [{"a": 1}], None])
def test_a_draft_of_another_program_is_read_as_far_as_it_is_understood(
    consult: ConsultScreen, valproate: str, kept: object
) -> None:
    consult.safety.fill({"safety": kept})
    prescribe(consult, valproate)
    assert codes(consult) == ["VPA-PREG", "VPA-HEP"]


def test_what_was_answered_can_be_said_otherwise_until_it_is_signed(consult: ConsultScreen, valproate: str) -> None:
    prescribe(consult, valproate)
    reason(consult, "Uno")
    reason(consult, "Dos")
    first = consult.written().safety_answers
    consult.safety.strip.again.click()
    assert consult.safety.strip.answer.text() == "Uno"
    reason(consult, "Tres")
    reason(consult, "Dos")
    assert [a.reason for a in consult.written().safety_answers] == ["Tres", "Dos"]
    assert [a.answer_id for a in consult.written().safety_answers] == [a.answer_id for a in first]


def test_asking_about_contraception_or_noting_a_result_answers_the_note_by_itself(
    consult: ConsultScreen, valproate: str
) -> None:
    prescribe(consult, valproate)
    consult.safety.strip.asked.click()
    sheet = dialogs.front()
    assert isinstance(sheet, ReproductionSheet)
    assert "not asked" in sheet.before.text()
    sheet.contraception.set_value(Contraception.IMPLANT)
    sheet.keep.click()
    assert codes(consult) == ["VPA-HEP"]
    consult.safety.strip.asked.click()
    sheet = dialogs.front()
    assert isinstance(sheet, ResultsSheet)
    assert sheet.unit.text() == "U/L"
    sheet.value_.setText("28")
    sheet.keep.click()
    assert codes(consult) == []


def test_ever_so_many_notes_are_one_note_and_one_line(consult: ConsultScreen, tablets: Callable[..., str]) -> None:
    for name in ("valproato", "haloperidol", "citalopram", "fluoxetina", "clorpromazina", "tranilcipromina"):
        prescribe(consult, tablets(name))
    assert len(codes(consult)) > 6
    told = consult.safety.strip.source.text()
    assert told.count(" · ") == 2, "the source and two more by their medicines"
    assert told.endswith(f"and {len(codes(consult)) - 3} more")


def test_somebody_who_does_not_prescribe_sees_no_strip(vault: Vault, woman: str) -> None:
    nurse = Actor(new_id(), "Ana", frozenset({Permission.SEE_PATIENTS, Permission.RECEPTION}))
    with pytest.raises(NotAllowed):
        vault.ask(partial(queries.situation, patient_id=woman), nurse)


# -- what the chart knows


def run(do: Any, patient_id: str, medicine: str, days: int) -> str:
    line = PrescriptionLine(new_id(), medicine, None, read_dose("1-0-0"), days)
    do(partial(prescribing.prescribe, patient_id=patient_id, lines=[line], note_id=None))
    return line.request_id


def taken(ask: Any, patient_id: str) -> dict[str, Any]:
    return {t.name: t for t in ask(partial(queries.situation, patient_id=patient_id)).taken}


def test_what_is_taken_by_the_other_record_of_the_same_person_counts(
    do: Any, ask: Any, woman: str, register: Callable[..., str], tablets: Callable[..., str]
) -> None:
    again = register(sex=Sex.FEMALE)
    run(do, woman, tablets("litio"), 90)
    assert not taken(ask, again)
    do(partial(linking.say_same, first=PatientId(again), second=PatientId(woman)))
    assert set(taken(ask, again)) == set(taken(ask, woman)) == {"litio"}


def test_what_runs_what_ran_out_and_what_was_stopped_are_told_apart(
    do: Any, ask: Any, woman: str, tablets: Callable[..., str], clock: Any
) -> None:
    run(do, woman, tablets("fluoxetina"), 10)
    stopped = run(do, woman, tablets("haloperidol"), 90)
    run(do, woman, tablets("litio"), 90)
    clock.advance(days=20)
    do(partial(prescribing.stop_medicine, request_id=stopped, reason="no la tolera"))
    here = taken(ask, woman)
    assert (here["fluoxetina"].ran_out, here["fluoxetina"].stopped_here) == (True, False)
    assert here["haloperidol"].stopped_here
    assert here["litio"].ended_on is None
    clock.advance(days=70)
    assert set(taken(ask, woman)) == {"litio"}, "what ended long ago bears on nothing"


def test_a_medicine_from_elsewhere_counts_also_if_only_the_month_of_its_end_is_known(
    do: Any, ask: Any, woman: str
) -> None:
    today = ask(lambda asker: asker.today)
    month = PartialDate(today.year, today.month)
    do(lambda work: work.add(OutsideMedicine(id=new_id(), patient_id=woman, name="Fluoxetina de la tienda")).id)
    do(lambda work: work.add(OutsideMedicine(id=new_id(), patient_id=woman, name="fenelzina", ended=month)).id)
    here = ask(partial(queries.situation, patient_id=woman))
    found = {n.rule_code for n in notes_for(here, [LineToCheck("tranilcipromina", None, is_new=True)])}
    assert "SSRI-MAOI" in found
    assert "SSRI-MAOI-14D" in {n.rule_code for n in notes_for(here, [LineToCheck("sertralina", None, is_new=True)])}


def test_the_situation_asks_a_few_questions_whatever_the_years(
    do: Any, vault: Vault, actor: Any, woman: str, tablets: Callable[..., str]
) -> None:
    def count() -> int:
        told: list[object] = []

        def note(*about: object) -> None:
            told.append(about)

        def counted(reading: Any) -> None:
            event.listen(reading.connection, "before_cursor_execute", note)
            queries.situation(reading, woman)
            event.remove(reading.connection, "before_cursor_execute", note)

        vault.ask(counted, actor)
        return len(told)

    before = count()
    medicine = tablets("litio")
    for _each in range(5):
        run(do, woman, medicine, 30)
        do(partial(registering.add_allergy, patient_id=PatientId(woman), substance=new_id()))
    assert count() == before
    assert before < 20


# -- results and what was told


def result(**more: Any) -> Any:
    given = {"result_id": new_id(), "result": Result("alt", "", "28", "U/L")} | more
    return partial(results.keep_result, **given)


def test_a_result_is_kept_once_corrected_once_and_stays_readable(do: Any, ask: Any, woman: str) -> None:
    first, second = new_id(), new_id()
    for _twice in range(2):
        do(result(result_id=first, patient_id=woman))
    do(result(result_id=second, patient_id=woman, result=Result("alt", "", "82", "U/L"), amends_id=first))
    with pytest.raises(results.ResultCorrectedMeanwhile):
        do(result(patient_id=woman, amends_id=first))
    assert [row.said for row in ask(partial(result_queries.last_results, patient_id=woman))] == ["TGP (ALT) 82 U/L"]
    told = [(r.value, r.corrected) for r in ask(partial(result_queries.results, patient_id=woman))]
    assert sorted(told) == [("28", True), ("82", False)]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (Result(None, " ", "3"), WhichTestMissing),
        (Result("no-such-test", "", "3"), WhichTestMissing),
        (Result("alt", "", "  "), ValueMissing),
        (Result(None, "x", "9" * 20_000), TooLong),
    ],
)
def test_half_a_result_is_refused(do: Any, woman: str, given: Result, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        do(result(patient_id=woman, result=given))


def test_a_result_of_tomorrow_or_of_somebody_else_is_refused_and_markup_is_text(
    do: Any, ask: Any, woman: str, register: Callable[..., str]
) -> None:
    tomorrow = ask(lambda asker: asker.today) + timedelta(days=1)
    with pytest.raises(TakenInTheFuture):
        do(result(patient_id=woman, taken_on=tomorrow))
    kept = do(result(patient_id=woman, result=Result(None, "=SUM(A1)</b>\u202e", "<i>ñ", "")))
    with pytest.raises(results.ResultOfSomebodyElse):
        do(result(patient_id=register("Otra"), amends_id=kept))
    assert ask(partial(result_queries.last_results, patient_id=woman))[0].value == "<i>ñ"


def test_what_was_not_asked_today_stays_as_it_was_told_and_nothing_at_all_is_refused(
    do: Any, ask: Any, woman: str, clock: Any
) -> None:
    def tell(told: Told) -> None:
        do(partial(reproduction.keep_told, status_id=new_id(), patient_id=woman, told=told))

    with pytest.raises(NothingTold):
        tell(Told())
    tell(Told(contraception=Contraception.IUD, lactating=False))
    clock.advance(days=3)
    tell(Told(lactating=True))
    do(partial(vitals.take_vitals, vitals_id=new_id(), patient_id=woman, vitals=Vitals(pregnancy=Pregnancy.YES)))
    told = ask(partial(reproduction_queries.told, patient_id=woman))
    assert (told.contraception, told.lactating, told.pregnancy) == (Contraception.IUD, True, Pregnancy.YES)
    assert told.plan_signed is None, "not asked is not no"


def test_in_a_low_window_no_word_of_a_note_is_cut_and_a_begun_note_waits(
    open_screen: Any, do: Any, clock: Any, woman: str, tablets: Any
) -> None:
    begun = do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=woman))
    kept = {"note_id": new_id(), "sections": {"plan": "x"}}
    do(partial(encounters.keep_note, encounter_id=begun, fields=kept, caret={}))
    clock.advance(days=3)
    screen: ConsultScreen = open_screen(ConsultScreen, patient_id=woman)
    screen.resize(851, 330)
    assert screen.begun.isVisible()
    prescribe(screen, tablets("valproato"))
    settle()
    assert not screen.begun.isVisible()
    strip = screen.safety.strip
    said = next(phrase for phrase in strip.findChildren(Phrase) if phrase.isVisible() and phrase.text())
    assert said.height() >= said.heightForWidth(said.width())
    assert said.geometry().bottom() < strip.source.geometry().top()
    screen.resize(1282, 611)
    settle()
    assert screen.begun.isVisible()
