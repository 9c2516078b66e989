"""The consultation as it is typed: by keys, kept on every pause, signed once."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import diagnoses, notes, risks, scales
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.screens.about import AboutSheet
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.danger import AnswerSheet
from clinic_desktop.features.consults.screens.home import ConsultsHome
from clinic_desktop.features.consults.service import instruments, signing
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.consults.conftest import CLINICIAN, HELD, phq9
from tests.consults.questionnaires import as_bytes, questionnaire
from tests.makers.keyboard import settle


@pytest.fixture
def consult(open_screen: Any, patient: str, arrive: Any) -> ConsultScreen:
    return open_screen(ConsultScreen, patient_id=patient, appointment_id=arrive(patient))


def answer(screen: ConsultScreen, digits: str) -> None:
    """Type the digits one after the other, as a hand would; a dash leaves an item out."""
    screen.scale.choices[1].setFocus()
    for item, digit in enumerate(digits, 1):
        focused = screen.scale.choices[item]
        if digit == "-":
            screen.scale.choices[min(item + 1, 9)].setFocus()
        else:
            QTest.keyClicks(screen.focusWidget() or focused, digit)


def press(screen: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(screen, key, Qt.KeyboardModifier.ControlModifier)


def test_nine_digits_and_no_mouse_give_a_total(consult: ConsultScreen) -> None:
    answer(consult, "121211110")
    assert consult.scale.answers() == dict(enumerate([1, 2, 1, 2, 1, 1, 1, 1, 0], 1))
    assert consult.scale.state.text() == "10 of 27 · moderate"


def test_eight_digits_give_no_total_and_say_so(consult: ConsultScreen) -> None:
    answer(consult, "33333333-")
    assert consult.scale.score().total is None
    assert consult.scale.state.text() == "8 of 9 · no total"
    assert consult.warning.text() == "PHQ-9 lacks 1: it can be signed so"


def test_what_is_typed_is_kept_and_found_again_at_the_same_caret(
    qtbot: Any, open_screen: Any, consult: ConsultScreen, patient: str
) -> None:
    field = consult.note.fields["plan"]
    field.setFocus()
    QTest.keyClicks(field, "Same dose")
    qtbot.waitUntil(consult._autosave.is_clean, timeout=3000)
    field.moveCursor(field.textCursor().MoveOperation.StartOfLine)
    QTest.keyClicks(field, "A ")
    answer(consult, "12-------")
    field.setFocus()
    consult.next_visit.field.setText("4s")
    consult.keep_draft()
    again = open_screen(ConsultScreen, patient_id=patient)
    assert again.encounter == consult.encounter
    assert again.note.fields["plan"].text() == "A Same dose"
    assert again.note.fields["plan"].textCursor().position() == 2
    assert again.note.caret() == {"section": "plan", "at": 2} or again.note.focused() is None
    assert again.scale.answers() == {1: 1, 2: 2}
    assert again.next_visit.field.text() == "4s"
    assert again._note_id == consult._note_id


def test_ctrl_enter_twice_signs_once_and_goes_home(
    office: Office, ask: Any, consult: ConsultScreen, patient: str
) -> None:
    consult.note.fields["plan"].setText("Same dose.")
    press(consult, Qt.Key.Key_Return)
    press(consult, Qt.Key.Key_Return)
    consult.sign()
    assert len([row for row in ask(partial(notes.timeline, patient_id=patient)) if row.note_id]) == 1
    assert office.went == ("consults", {})
    assert isinstance(office.voice, RememberingVoice)
    assert office.voice.said == []


def test_nothing_is_saved_as_a_draft_once_it_is_signed(ask: Any, consult: ConsultScreen) -> None:
    assert consult.encounter is not None
    consult.note.fields["plan"].setText("Same.")
    consult.sign()
    consult.note.fields["plan"].setText("Typed after.")
    consult.keep_draft()
    assert ask(partial(notes.draft_of, encounter_id=consult.encounter.encounter_id)) is None


def test_question_nine_shows_the_strip_at_once_and_must_be_answered_before_signing(
    ask: Any, consult: ConsultScreen, patient: str
) -> None:
    assert not consult.risk.strip.isVisible()
    answer(consult, "--------1")
    assert consult.risk.strip.isVisible()
    consult.sign()
    sheet = next(child for child in consult.findChildren(AnswerSheet) if child.isVisible())
    sheet.form.fill({"holder": "Juana Brito", "whom": "Rosa", "day": "3d"})
    sheet.keep.click()
    assert "Juana Brito" in consult.risk.strip.words.text()
    consult.sign()
    standing = ask(partial(risks.risk_of, patient_id=patient))
    assert (standing.holder_name, str(standing.next_contact_on)) == ("Juana Brito", "2026-11-26")


def test_looked_at_and_not_opened_needs_words(qtbot: Any, consult: ConsultScreen) -> None:
    kept: list[RiskAnswer] = []
    sheet = AnswerSheet(consult, consult._today, kept.append)
    qtbot.addWidget(sheet)
    sheet.open()
    sheet.tabs.set_at(1)
    sheet.keep.click()
    assert kept == []
    sheet.form.fill({"words": "A passing thought, no plan."})
    sheet.keep.click()
    assert [(a.opens, a.words) for a in kept] == [(False, "A passing thought, no plan.")]


def test_three_letters_and_enter_write_a_diagnosis(ask: Any, consult: ConsultScreen, patient: str) -> None:
    press(consult, Qt.Key.Key_4)
    QTest.keyClicks(consult.diagnosis.field, "ansi")
    QTest.keyClick(consult.diagnosis.field, Qt.Key.Key_Return)
    assert consult.diagnosis.field.text() == ""
    consult.sign()
    assert [row.code for row in ask(partial(diagnoses.conditions, patient_id=patient))] == ["F41.1"]


def test_a_prescription_is_typed_as_letters_dose_and_days(
    ask: Any, open_screen: Any, patient: str, tablets: Any
) -> None:
    tablets("fluoxetina")
    screen = open_screen(ConsultScreen, patient_id=patient)
    panel = screen.prescription
    panel.take_focus()
    QTest.keyClicks(panel.medicine, "fluo")
    QTest.keyClick(panel.medicine, Qt.Key.Key_Return)
    QTest.keyClicks(panel.dose, "1-0-1")
    QTest.keyClick(panel.dose, Qt.Key.Key_Return)
    QTest.keyClicks(panel.days, "28")
    QTest.keyClick(panel.days, Qt.Key.Key_Return)
    assert [(line.dose, line.days) for line in panel.lines()] == [("1-0-1", 28)]
    screen.sign()
    (line,) = ask(partial(prescriptions.current_medicines, patient_id=patient))
    assert (line.name, line.units) == ("fluoxetina", 56)


def test_an_unclear_dose_is_said_and_nothing_is_added(open_screen: Any, patient: str, tablets: Any) -> None:
    tablets("fluoxetina")
    panel = open_screen(ConsultScreen, patient_id=patient).prescription
    QTest.keyClicks(panel.medicine, "fluo")
    panel.medicine.take_best()
    panel.dose.setText("x")
    panel.add_typed()
    assert panel.lines() == ()
    assert panel.complaint.isVisible()
    assert panel.is_half_typed()


@pytest.fixture
def treated(sign: Any, patient: str, tablets: Any) -> str:
    """Somebody with a signed note and two medicines."""
    lines = tuple(
        PrescriptionLine(new_id(), tablets(name), None, read_dose(dose), 30)
        for name, dose in (("fluoxetina", "1-0-0"), ("trazodona", "0-0-1"))
    )
    sign(patient, sections={"how-are-you": "Slept five hours.", "plan": "Walks."}, prescription=lines)
    return patient


def test_ctrl_r_repeats_what_was_prescribed(ask: Any, open_screen: Any, treated: str) -> None:
    screen = open_screen(ConsultScreen, patient_id=treated)
    press(screen, Qt.Key.Key_R)
    press(screen, Qt.Key.Key_R)
    assert sorted(line.dose for line in screen.prescription.lines()) == ["0-0-1", "1-0-0"]
    press(screen, Qt.Key.Key_Return)
    assert len(ask(partial(notes.timeline, patient_id=treated))) == 2


def test_a_call_or_a_nurses_visit_in_between_hides_no_last_words(
    do: Any, begin: Any, sign: Any, open_screen: Any, patient: str
) -> None:
    sign(patient, on=date(2026, 10, 1), sections={"mental-state": "Orientada", "plan": "Igual"})
    for template, words in (("nursing", {"nursing-care": "Inyectada"}), ("contact", {"how-are-you": "Bien, dice"})):
        written = signing.Written(template, sections=words)
        sign_it = partial(signing.sign_note, encounter_id=begin(patient), note_id=new_id(), written=written)
        do(sign_it)
    fields = open_screen(ConsultScreen, patient_id=patient).note.fields
    assert (fields["mental-state"].last, fields["mental-state"].last_on) == ("Orientada", date(2026, 10, 1))
    assert (fields["plan"].last, fields["how-are-you"].last) == ("Igual", "Bien, dice")


def test_ctrl_b_brings_the_last_text_of_the_section_one_is_in(open_screen: Any, treated: str) -> None:
    screen = open_screen(ConsultScreen, patient_id=treated)
    field = screen.note.fields["plan"]
    assert "Walks." in field.placeholderText()
    field.setFocus()
    screen.note.bring_last()
    assert field.text() == "Walks."
    assert screen.note.fields["how-are-you"].text() == ""
    field.undo()
    assert field.text() == ""


def test_refer_goes_with_person_and_encounter(office: Office, consult: ConsultScreen, patient: str) -> None:
    assert consult.encounter is not None
    press(consult, Qt.Key.Key_D)
    assert office.went == ("referral", {"patient_id": patient, "encounter_id": consult.encounter.encounter_id})


def test_a_small_window_shows_two_columns_and_reaches_every_section(consult: ConsultScreen) -> None:
    assert all(panel.isVisible() for panel in (consult.story, consult.note, consult.scale, consult.prescription))
    consult.resize(911 - 60, 442 - 80)
    for at, panel in enumerate((consult.story, consult.scale, consult.diagnosis, consult.prescription)):
        consult.go_to(at)
        assert panel.isVisible()
        assert consult.note.isVisible()
        assert consult.sign_button.isVisible()
    consult.resize(1282, 611)
    assert all(panel.isVisible() for panel in (consult.story, consult.note, consult.scale, consult.prescription))


def test_the_letters_go_on_where_one_writes_when_the_window_becomes_small_and_large_again(
    consult: ConsultScreen,
) -> None:
    for field in (consult.note.fields["plan"], consult.diagnosis.findChild(QLineEdit)):
        assert field is not None
        field.setFocus()
        for width, height in ((900, 420), (1282, 611)):
            consult.resize(width, height)
            assert QApplication.focusWidget() is field


def test_the_line_that_is_being_written_is_in_sight_also_of_a_long_section_in_a_low_window(
    consult: ConsultScreen,
) -> None:
    consult.resize(900, 330)
    code, area = next(iter(consult.note.fields)), consult.note.area
    consult.note.show_last({code: notes.SaidLast("\n".join(f"Line {n}" for n in range(40)), date(2026, 11, 1))})
    field = consult.note.fields[code]
    field.setFocus()
    consult.note.bring_last()
    for key in (Qt.Key.Key_X, Qt.Key.Key_Return):
        settle()
        at = field.viewport().mapTo(area.viewport(), field.cursorRect().center()).y()
        assert 0 < at < area.viewport().height()
        assert field.viewport().rect().contains(field.cursorRect().center())
        QTest.keyClick(field, key)


def test_another_kind_of_visit_proposes_its_own_parts_and_the_tab_key_reaches_the_goals(consult: ConsultScreen) -> None:
    consult.note.fields["risk"].setFocus()
    QTest.keyClick(consult.note.fields["risk"], Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is consult.goals.button
    sheet = AboutSheet(consult._office, consult.encounter, consult, lambda: None)  # pyright: ignore[reportArgumentType]
    sheet.open()
    sheet.form.fill({"kind": EncounterKind.FAMILY})
    sheet._kind.activated.emit(0)
    assert sheet.form.value("template") == "contact"
    sheet.reject()


def test_the_list_stands_at_the_next_person_once_the_one_before_was_seen(
    do: Any, office: Office, open_screen: Any, register: Any, arrive: Any, clock: Any
) -> None:
    first, second = arrive(register("Ana", "Brito")), arrive(register("Rosa", "Quispe"))
    home = open_screen(ConsultsHome)
    assert home.table.key() == first
    do(lambda work: agenda.call_in(work, first))
    assert home.table.key() == first
    do(lambda work: agenda.send_out(work, first))
    assert home.table.key() == second
    home.table.choose(first)
    do(lambda work: agenda.set_priority(work, second, urgent=True))
    assert home.table.key() == first, "chosen by hand, it stays"


def test_the_imported_wording_stands_on_the_items(do: Any, open_screen: Any, patient: str) -> None:
    do(partial(instruments.import_instrument, data=as_bytes(questionnaire())))
    screen = open_screen(ConsultScreen, patient_id=patient)
    assert screen.scale.choices[9].accessibleDescription() == "Invented question 9"


def test_another_kind_of_visit_asks_for_other_sections_and_loses_no_word(consult: ConsultScreen) -> None:
    from clinic_desktop.features.consults.rules.sections import CONTACT, FIRST_VISIT

    consult.note.set_template(FIRST_VISIT)
    consult.note.fields["family"].setText("Three sisters.")
    consult.note.set_template(CONTACT)
    assert consult.note.values()["family"] == "Three sisters."
    assert "who-spoke" in consult.note.fields


def test_who_does_not_prescribe_sees_no_prescription(vault: Vault, qtbot: Any, patient: str, qapp: Any) -> None:
    psychologist = Actor("0193a000-0000-7000-8000-00000000000d", "Lic. Sol", CLINICIAN - {Permission.PRESCRIBE})
    screen = ConsultScreen(Office(vault, psychologist, voice=RememberingVoice(), immediate=True), patient_id=patient)
    qtbot.addWidget(screen)
    screen.resize(1282, 611)
    screen.show()
    assert not screen.prescription.isVisible()
    screen.note.fields["plan"].setText("Talks.")
    screen.sign()


def test_somebody_elses_change_shows_and_what_is_typed_stays(do: Any, consult: ConsultScreen, patient: str) -> None:
    from clinic_desktop.features.consults.service import risk

    consult.note.fields["plan"].setText("mine")
    do(partial(risk.open_risk, patient_id=patient, answer=HELD))
    assert consult.risk.strip.isVisible()
    assert "Juana Brito" in consult.risk.strip.words.text()
    assert consult.note.fields["plan"].text() == "mine"


def test_the_home_of_clinicians_opens_whoever_is_next(
    office: Office, open_screen: Any, register: Any, arrive: Any, sign: Any
) -> None:
    first, second = register("Ana", "Brito"), register("Rosa", "Quispe")
    sign(second, scales=(phq9("111111111"),), risk=HELD)
    waiting = [arrive(first), arrive(second)]
    home = open_screen(ConsultsHome)
    assert home.table.count() == 2
    assert home.risks.count() == 1
    press(home, Qt.Key.Key_Return)
    assert office.went == ("consult", {"patient_id": first, "appointment_id": waiting[0]})
    home.table.choose(waiting[1])
    home.open_row(home.table.row())
    assert office.went == ("consult", {"patient_id": second, "appointment_id": waiting[1]})


def test_a_chart_is_read_added_to_and_its_opening_written_down(
    vault: Vault, qtbot: Any, office: Office, ask: Any, open_screen: Any, treated: str
) -> None:
    before = vault.last_head.count
    screen = open_screen(ChartScreen, patient_id=treated)
    qtbot.waitUntil(lambda: vault.last_head.count > before)
    assert screen.view.page is not None
    assert screen.view.page.sections["plan"] == "Walks."
    assert screen.deeds.addendum.isVisible()
    assert not screen.deeds.cosign.isVisible()
    screen.write.click()
    assert office.went == ("consult", {"patient_id": treated})


def test_scores_reach_the_course_only_when_they_have_a_total(
    open_screen: Any, sign: Any, patient: str, ask: Any
) -> None:
    from clinic_desktop.features.consults.screens.trend import course_of

    sign(patient, scales=(phq9("121211110"),))
    sign(patient, scales=(phq9("1212-1110"),))
    story = ask(partial(charts.chart, patient_id=patient))
    screen = open_screen(ConsultScreen, patient_id=patient)
    assert len(ask(partial(scales.scores, patient_id=patient))) == 2
    assert [point.total for point in course_of(story, screen.scale.scale, screen._today).points] == [10]


def test_a_window_made_small_and_large_again_shows_every_section_in_its_place(consult: ConsultScreen) -> None:
    for width, height in ((851, 356), (1282, 611), (851, 356), (1282, 611)):
        consult.resize(width, height)
        QTest.qWait(20)
    placed = [
        panel.mapTo(consult, panel.rect().topLeft()).x()
        for panel in (consult.story, consult.note, consult.scale, consult.prescription)
    ]
    assert placed == sorted(placed)
    assert len(set(placed)) == 4, "side by side, none over another"
    assert all(
        panel.isVisible()
        for panel in (consult.story, consult.note, consult.scale, consult.diagnosis, consult.prescription)
    )
