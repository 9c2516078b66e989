"""Several scales in one consultation: by keys, kept in the draft, signed together, with how they came about."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.consults.queries import scales
from clinic_desktop.features.consults.rules.scoring import CriticalAnswer, GivenScale, HowGiven
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.scale import ScaleGrid
from clinic_desktop.features.consults.screens.scale_picker import ScalePicker
from clinic_desktop.features.consults.screens.scale_source import SourceSheet
from clinic_desktop.features.consults.screens.scale_total import TotalEntry
from clinic_desktop.features.consults.screens.scales_part import ScalePart
from clinic_desktop.features.consults.service import encounters, instruments
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Link
from tests.consults.conftest import HELD, phq9
from tests.consults.questionnaires import as_bytes, item, questionnaire


@pytest.fixture
def consult(open_screen: Any, patient: str, arrive: Any) -> ConsultScreen:
    return open_screen(ConsultScreen, patient_id=patient, appointment_id=arrive(patient))


def type_digits(screen: ConsultScreen, digits: str) -> None:
    screen.scale.take_focus()
    for digit in digits:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, digit)


def grid_of(screen: ConsultScreen) -> ScaleGrid:
    grid = screen.scale._shown.widget
    assert isinstance(grid, ScaleGrid)
    return grid


def remark_of(part: ScalePart) -> str:
    return part._remark.text()


def test_alt_e_opens_another_scale_and_what_was_answered_before_stays(consult: ConsultScreen, qtbot: Any) -> None:
    type_digits(consult, "12")
    QTest.keyClick(consult, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    picker = consult.scale.findChild(ScalePicker)
    assert isinstance(picker, ScalePicker)
    QTest.keyClicks(picker.field, "gad-7")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: consult.scale.scale.code == "gad7")
    with qtbot.waitActive(consult):
        consult.activateWindow()
    type_digits(consult, "1111111")
    assert consult.scale.state.text() == "7 of 21 · mild"
    consult.scale.show_scale("phq9")
    assert consult.scale.answers() == {1: 1, 2: 2}
    assert [given.scale_code for given in consult.written().scales] == ["phq9", "gad7"]


def test_what_was_answered_today_is_one_click_away(consult: ConsultScreen) -> None:
    type_digits(consult, "12")
    consult.scale.show_scale("who5")
    (link,) = [link for link in consult.scale.findChildren(Link) if link.text() == "PHQ-9 2/9"]
    link.click()
    QApplication.processEvents()
    assert consult.scale.scale.code == "phq9"
    assert consult.scale.choices[3].hasFocus()


def test_backspace_clears_an_answer_and_then_goes_back(consult: ConsultScreen) -> None:
    type_digits(consult, "12")
    third = consult.scale.choices[3]
    assert third.hasFocus()
    QTest.keyClick(third, Qt.Key.Key_Backspace)
    assert consult.scale.choices[2].hasFocus()
    QTest.keyClick(consult.scale.choices[2], Qt.Key.Key_Backspace)
    assert consult.scale.answers() == {1: 1}


def test_the_audit_is_three_keys_for_somebody_who_does_not_drink(consult: ConsultScreen) -> None:
    consult.scale.show_scale("audit")
    type_digits(consult, "000")
    assert consult.scale.answers() == {1: 0, 9: 0, 10: 0}
    assert consult.scale.state.text() == "0 of 40 · low risk"
    grid = grid_of(consult)
    assert "question 1 is 0" in grid._skipped.text()
    consult.scale.choices[1].choose(2)
    assert (consult.scale.score().total, grid._skipped.isHidden()) == (None, True)


def test_all_scales_are_found_again_in_the_draft(open_screen: Any, consult: ConsultScreen, patient: str) -> None:
    type_digits(consult, "1")
    consult.scale.show_scale("epds")
    entry = consult.scale._shown.widget
    assert isinstance(entry, TotalEntry)
    QTest.keyClicks(entry.field, "12")
    assert entry.flag is not None
    entry.flag.choose(0)
    consult.scale.set_how(HowGiven.READ_ALOUD)
    QTest.keyClicks(consult.scale.read_by, "Juana")
    before = consult.written().scales
    consult.keep_draft()
    again = open_screen(ConsultScreen, patient_id=patient)
    assert again.written().scales == before
    assert again.scale.scale.code == "epds"
    assert (before[1].total, before[1].flagged, before[1].read_by) == (12, False, "Juana")


def test_a_draft_of_an_older_program_and_of_a_newer_one_is_read(
    do: Any, begin: Any, open_screen: Any, patient: str
) -> None:
    encounter_id = begin(patient)
    old = {"response_id": "0193a000-0000-7000-8000-0000000000aa", "answers": {"1": 3}, "how": "interpreter"}
    do(partial(encounters.keep_note, encounter_id=encounter_id, fields=old, caret={}))
    screen = open_screen(ConsultScreen, encounter_id=encounter_id)
    (given,) = screen.written().scales
    assert (given.response_id, given.answers, given.how_given) == (old["response_id"], {1: 3}, HowGiven.INTERPRETER)
    unknown = {"scales": {"newer": {"answers": {"1": 9}}}, "scale": "newer"}
    screen.scale.fill(unknown)
    assert screen.scale.kept()["scales"]["newer"] == {"answers": {"1": 9}}


def test_danger_in_any_of_the_scales_is_seen(consult: ConsultScreen) -> None:
    consult.scale.show_scale("epds")
    entry = consult.scale._shown.widget
    assert isinstance(entry, TotalEntry)
    assert entry.flag is not None
    entry.flag.choose(1)
    consult.scale.show_scale("srq20")
    consult.scale.choices[17].choose(1)
    consult.scale.show_scale("gad7")
    assert consult.scale.critical() == (CriticalAnswer("epds", 10, 1), CriticalAnswer("srq20", 17, 1))
    assert consult.risk.strip.isVisible()


def test_a_total_that_cannot_be_is_not_signed(consult: ConsultScreen, ask: Any, patient: str) -> None:
    consult.scale.show_scale("epds")
    entry = consult.scale._shown.widget
    assert isinstance(entry, TotalEntry)
    QTest.keyClicks(entry.field, "31")
    assert remark_of(consult.scale).startswith("EPDS goes from 0 to 30")
    consult.scale.show_scale("phq9")
    consult.sign()
    assert consult.scale.scale.code == "epds"
    assert entry.field.hasFocus()
    assert ask(partial(scales.scores, patient_id=patient)) == ()


def test_wording_language_reader_and_who_rated_are_kept(
    do: Any, ask: Any, consult: ConsultScreen, patient: str
) -> None:
    do(partial(instruments.import_instrument, data=as_bytes(questionnaire())))
    consult.scale._find_wording(consult.scale._entries["phq9"])
    consult.scale.take_focus()
    assert grid_of(consult).question.text().startswith("1. Invented question 1")
    consult.scale.set_how(HowGiven.INTERPRETER)
    QTest.keyClicks(consult.scale.read_by, "Rosa")
    type_digits(consult, "000000000")
    consult.scale.show_scale("cgi-s")
    type_digits(consult, "4")
    consult.sign()
    first, second = ask(partial(scales.scores, patient_id=patient))
    assert (first.wording_version, first.read_by, first.how_given) == ("2", "Rosa", HowGiven.INTERPRETER)
    assert first.instrument_id == ask(scales.instruments)[0].instrument_id
    assert (second.total, second.band, second.how_given) == (4, None, HowGiven.CLINICIAN)
    rated = ask(lambda r: r.plain("SELECT rated_by_id FROM instrument_response WHERE scale_code = 'cgi-s'"))
    assert rated[0][0] is not None


def test_beside_the_number_stands_what_it_is_worth(do: Any, open_screen: Any, register: Any, begin: Any) -> None:
    child = register(birth=Birth(PartialDate(2012, 5, 1)))
    screen = open_screen(ConsultScreen, encounter_id=begin(child))
    screen.scale._spoken = "ixl"
    screen.scale.set_how(HowGiven.INTERPRETER)
    assert remark_of(screen.scale) == "read through an interpreter · not validated in ixil · made for adults"
    screen.scale.show_scale("sdq")
    assert "adults" not in remark_of(screen.scale)


def test_who_speaks_another_language_is_not_read_as_if_it_had_been_spanish(
    open_screen: Any, register: Any, begin: Any
) -> None:
    screen = open_screen(ConsultScreen, encounter_id=begin(register(language_code="ixl")))
    assert "language not noted" in remark_of(screen.scale)
    other = open_screen(ConsultScreen, encounter_id=begin(register(family="Brito", language_code="spa")))
    assert "language" not in remark_of(other.scale)


def test_a_total_of_today_says_how_far_it_is_from_the_first(sign: Any, open_screen: Any, patient: str) -> None:
    sign(patient, on=date(2026, 10, 1), scales=(phq9("222222220"),))
    screen = open_screen(ConsultScreen, patient_id=patient)
    type_digits(screen, "11111111")
    assert "lower" not in remark_of(screen.scale)
    type_digits(screen, "0")
    told = remark_of(screen.scale)
    assert told.startswith("8 points lower than on 1-oct-2026 · half or less of the first: response")


def test_the_cut_off_of_the_clinic_is_kept_with_the_answers(
    do: Any, ask: Any, consult: ConsultScreen, patient: str, sign: Any
) -> None:
    consult.scale.show_scale("srq20")
    for number in range(1, 21):
        consult.scale.choices[number].choose(0)
    assert "has set no cut-off" in remark_of(consult.scale)
    do(partial(settings.choose_several, values={"srq20_cutoff": 8}))
    consult.scale._tell()
    assert "below the clinic's cut-off of 8" in remark_of(consult.scale)
    consult.sign()
    (row,) = ask(partial(scales.scores, patient_id=patient))
    assert (row.total, row.band, row.cutoff) == (0, None, 8)


def test_what_is_due_again_stands_first(
    do: Any, ask: Any, sign: Any, patient: str, arrive: Any, clock: Any, open_screen: Any
) -> None:
    sign(patient, scales=(phq9("000000000"),))
    clock.advance(days=27)
    assert ask(partial(scales.due, patient_id=patient)) == ()
    clock.advance(days=1)
    sign(patient, scales=(GivenScale(new_id(), "gad7", dict.fromkeys(range(1, 8), 0)),))
    arrive(patient)
    (waiting,) = ask(partial(scales.due, patient_id=patient))
    assert (waiting.scale_code, waiting.due_on) == ("phq9", waiting.last_on + timedelta(days=28))
    assert ask(scales.due_today) == {patient: (waiting,)}
    screen = open_screen(ConsultScreen, patient_id=patient)
    screen.scale.show_scale("gad7")
    screen.scale.pick()
    picker = screen.scale.findChild(ScalePicker)
    assert [offer.code for offer in picker._offers][:2] == ["phq9", "gad7"]
    do(partial(settings.choose_several, values={"scale_repeat_days": 0}))
    assert ask(partial(scales.due, patient_id=patient)) == ()


def test_a_form_without_a_table_is_answered_and_never_added_up(
    do: Any, ask: Any, consult: ConsultScreen, patient: str
) -> None:
    own = as_bytes(questionnaire(code=[], item=[item("a"), item("b")], title="Own questions"))
    kept = do(partial(instruments.import_instrument, data=own, confirmed=True))
    consult.scale.show_scale(f"form:{kept.instrument_id}")
    type_digits(consult, "32")
    assert consult.scale.state.text() == "2 answered · not added up"
    consult.sign()
    (row,) = ask(partial(scales.scores, patient_id=patient))
    assert (row.total, row.band, row.answers) == (None, None, {1: 3, 2: 2})
    assert ask(partial(scales.due, patient_id=patient)) == ()


def test_every_scale_says_where_its_judgement_comes_from(consult: ConsultScreen) -> None:
    for code in ("phq9", "epds", "srq20", "cgi-i"):
        consult.scale.show_scale(code)
        consult.scale.source.click()
        sheet = consult.scale.findChildren(SourceSheet)[-1]
        assert sheet.isVisible()
        sheet.reject()


def test_a_scale_at_home_asks_for_danger_too(do: Any, ask: Any, patient: str) -> None:
    given = GivenScale(new_id(), "epds", {}, total=9, flagged=True)
    do(
        partial(
            instruments.record_response, patient_id=patient, given=given, occurred_on=date(2026, 11, 20), answer=HELD
        )
    )
    (row,) = ask(partial(scales.scores, patient_id=patient))
    assert (row.is_total_only, row.flagged, row.total) == (True, True, 9)


def test_in_the_small_window_question_item_and_what_adds_up_are_seen_while_typing(
    do: Any, consult: ConsultScreen, qtbot: Any
) -> None:
    do(partial(instruments.import_instrument, data=as_bytes(questionnaire())))
    consult.scale._find_wording(consult.scale._entries["phq9"])
    consult.scale.choices[9].choose(2)
    for _twice in range(2):
        consult.resize(911 - 60, 442 - 86)
        QApplication.processEvents()
    QTest.keyClick(consult, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert consult.risk.strip.isVisible()
    for number in range(1, 9):
        QApplication.processEvents()
        choice = consult.scale.choices[number]
        assert choice.hasFocus()
        assert choice.visibleRegion().boundingRect().height() == choice.height()
        assert consult.scale.state.visibleRegion().boundingRect().height() >= 16
        QTest.keyClicks(choice, "1")
    assert consult.scale.state.text() == "10 of 27 · moderate"
