"""Vital signs: typed by keys on one sheet, asked once where they sound like a slip, never blocked, never judged."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import vitals as queries
from clinic_desktop.features.consults.rules import vitals as rules
from clinic_desktop.features.consults.rules.vitals import LastWeight, Pregnancy, Vitals
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.home import ConsultsHome
from clinic_desktop.features.consults.screens.vitals import HistorySheet, VitalsSheet, ask_vitals
from clinic_desktop.features.consults.service import vitals as service
from clinic_desktop.features.patients.service import restricting
from clinic_desktop.kernel.errors import NotAllowed, Refused
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice

TODAY = date(2026, 11, 23)
Taking = Callable[..., str]


@pytest.fixture
def take(do: Any, patient: str) -> Taking:
    def taking(vitals: Vitals, on: date | None = None, **more: Any) -> str:
        use = partial(service.take_vitals, vitals_id=new_id(), patient_id=patient, vitals=vitals, taken_on=on)
        return do(partial(use, **{"confirmed": True, **more}))

    return taking


# -- typed and said


@given(st.integers(1, 9_999_999))
def test_a_weight_is_read_as_it_is_said(grams: int) -> None:
    assert rules.read_weight(rules.say_weight(grams)) == grams


@given(st.integers(1, 99_999))
def test_a_height_is_read_as_it_is_said(mm: int) -> None:
    assert rules.read_height(rules.say_height(mm)) == mm


@given(st.integers(1, 99_999))
def test_a_temperature_is_read_as_it_is_said(tenths: int) -> None:
    assert rules.read_temperature(rules.say_temperature(tenths)) == tenths


@given(st.integers(0, 999), st.integers(0, 999))
def test_a_pressure_is_read_as_it_is_said(systolic: int, diastolic: int) -> None:
    assert rules.read_pressure(rules.say_pressure(systolic, diastolic)) == (systolic, diastolic)


@given(st.text(max_size=12))
def test_whatever_is_typed_is_understood_or_refused_in_one_sentence(typed: str) -> None:
    readers: tuple[Callable[[str], object], ...] = (
        rules.read_weight, rules.read_height, rules.read_pressure, rules.read_pulse, rules.read_temperature,
        rules.read_weeks, partial(rules.read_taken_on, today=TODAY),
    )  # fmt: skip
    for read in readers:
        try:
            read(typed)
        except Refused as refused:
            assert refused.sentence()


@pytest.mark.parametrize(
    ("typed", "grams"),
    [("54.5", 54500), ("54,5", 54500), ("54,5 kg", 54500), ("120lb", 54431), ("120 libras", 54431), ("", None)],
)
def test_kilograms_and_pounds_with_comma_or_point(typed: str, grams: int | None) -> None:
    assert rules.read_weight(typed) == grams


@pytest.mark.parametrize(
    ("typed", "mm"), [("152", 1520), ("1.52", 1520), ("1,52 m", 1520), ("152.5cm", 1525), ("48", 480)]
)
def test_centimetres_and_metres(typed: str, mm: int) -> None:
    assert rules.read_height(typed) == mm


@pytest.mark.parametrize("typed", ["36,5", "36.5 °C", "97.7F"])
def test_degrees_celsius_and_fahrenheit(typed: str) -> None:
    assert rules.read_temperature(typed) == 365


@pytest.mark.parametrize(
    ("typed", "day"),
    [("", TODAY), ("ayer", date(2026, 11, 22)), ("3/11", date(2026, 11, 3)), ("24/11", date(2025, 11, 24))],
)
def test_a_paper_day_is_one_that_is_over(typed: str, day: date) -> None:
    assert rules.read_taken_on(typed, TODAY) == day


def test_a_day_to_come_is_refused() -> None:
    with pytest.raises(rules.TakenInTheFuture):
        rules.read_taken_on("24/11/2026", TODAY)


# -- slips of the hand


def test_twelve_over_eight_is_asked_as_120_over_80() -> None:
    (said,) = rules.doubts(Vitals(systolic_mmhg=12, diastolic_mmhg=8), TODAY, None)
    assert said == "Blood pressure 12/8: did you mean 120/80?"


@pytest.mark.parametrize(
    "vitals",
    [
        Vitals(systolic_mmhg=80, diastolic_mmhg=120),
        Vitals(height_mm=152),
        Vitals(height_mm=15200),
        Vitals(weight_grams=5_450_000),
        Vitals(pulse_per_minute=7),
        Vitals(temperature_tenths=3650),
        Vitals(pregnancy=Pregnancy.NO, pregnancy_weeks=20),
    ],
)
def test_what_sounds_like_a_slip_is_asked(vitals: Vitals) -> None:
    assert len(rules.doubts(vitals, TODAY, None)) == 1


def test_a_weight_far_from_the_last_one_is_asked_and_one_near_it_is_not() -> None:
    last = LastWeight(54_000, TODAY - timedelta(days=30))
    assert rules.doubts(Vitals(weight_grams=45_000), TODAY, last)
    assert not rules.doubts(Vitals(weight_grams=50_000), TODAY, last)
    assert not rules.doubts(Vitals(weight_grams=20_000), TODAY, LastWeight(10_000, TODAY - timedelta(days=900)))


@given(st.integers(70, 260), st.integers(40, 69), st.integers(340, 420), st.integers(30, 220))
def test_no_value_that_people_have_is_called_high_or_low(
    systolic: int, diastolic: int, tenths: int, pulse: int
) -> None:
    vitals = Vitals(systolic_mmhg=systolic, diastolic_mmhg=diastolic, temperature_tenths=tenths, pulse_per_minute=pulse)
    assert rules.doubts(vitals, TODAY, None) == ()


# -- kept


def test_a_slip_is_asked_once_and_kept_as_typed_after_a_yes(do: Any, ask: Any, patient: str) -> None:
    vitals = Vitals(systolic_mmhg=12, diastolic_mmhg=8)
    use = partial(service.take_vitals, vitals_id=new_id(), patient_id=patient, vitals=vitals)
    with pytest.raises(rules.SoundsUnlikely) as asked:
        do(use)
    do(partial(use, **asked.value.again))
    assert ask(lambda r: queries.history(r, patient))[0].vitals == vitals


def test_whatever_is_pasted_into_the_note_is_kept_as_text_and_turns_nothing_around(
    take: Taking, ask: Any, patient: str
) -> None:
    take(Vitals(weight_grams=54_500, note="  <b>K'iche' ñ 😀</b> =1+1 \u202eabc "))
    (row,) = ask(partial(queries.history, patient_id=patient))
    assert row.vitals.note == "<b>K'iche' ñ 😀</b> =1+1 abc"


def test_a_sheet_of_somebody_who_is_reserved_meanwhile_closes_with_one_sentence(
    office: Any, sheet: VitalsSheet, do: Any, qtbot: Any, patient: str
) -> None:
    office.actor = Actor(new_id(), "Ana", frozenset({Permission.SEE_PATIENTS, Permission.TAKE_VITALS}))
    do(partial(restricting.restrict, patient_id=patient, reason="lo pide"))
    qtbot.waitUntil(lambda: not sheet.isVisible())
    assert len(office.voice.said) == 1 and "reserved" in office.voice.said[0]
    assert office.went is None, "the page under it is another matter"


def test_the_same_sheet_twice_is_one_measuring(do: Any, ask: Any, patient: str) -> None:
    use = partial(service.take_vitals, vitals_id=new_id(), patient_id=patient, vitals=Vitals(pulse_per_minute=72))
    do(use)
    do(use)
    assert len(ask(lambda r: queries.history(r, patient))) == 1


def test_an_empty_sheet_and_a_day_to_come_are_refused(do: Any, patient: str) -> None:
    use = partial(service.take_vitals, vitals_id=new_id(), patient_id=patient)
    with pytest.raises(rules.NothingMeasured):
        do(partial(use, vitals=Vitals(note="  ")))
    with pytest.raises(rules.TakenInTheFuture):
        do(partial(use, vitals=Vitals(pulse_per_minute=72), taken_on=TODAY + timedelta(days=1)))


def test_a_correction_is_a_new_row_and_the_old_one_stays_readable(take: Taking, ask: Any, patient: str) -> None:
    wrong = take(Vitals(weight_grams=45_500, pulse_per_minute=72), on=TODAY - timedelta(days=3))
    right = take(Vitals(weight_grams=54_500, pulse_per_minute=72), on=TODAY - timedelta(days=3), amends_id=wrong)
    told = {row.vitals_id: row for row in ask(lambda r: queries.history(r, patient))}
    assert told[wrong].corrected
    assert told[right].amends_id == wrong
    assert [v.value for v in ask(lambda r: queries.last_values(r, patient))] == ["54.5 kg", "72 a minute"]
    with pytest.raises(service.CorrectedMeanwhile):
        take(Vitals(weight_grams=1), amends_id=wrong)


def test_of_each_kind_the_newest_value_stands_with_its_day(take: Taking, ask: Any, patient: str) -> None:
    take(Vitals(weight_grams=54_500, height_mm=1520), on=TODAY - timedelta(days=60))
    take(Vitals(weight_grams=56_000))
    take(Vitals(weight_grams=53_000), on=TODAY - timedelta(days=30))
    shown = ask(lambda r: charts.chart(r, patient)).vitals
    assert [(v.what, v.value, v.taken_on) for v in shown] == [
        ("Weight", "56 kg", TODAY),
        ("Height", "152 cm", TODAY - timedelta(days=60)),
    ]


def test_it_belongs_to_todays_visit(take: Taking, arrive: Any, patient: str, ask: Any) -> None:
    appointment_id = arrive(patient)
    take(Vitals(pulse_per_minute=72))
    assert ask(lambda r: r.plain("SELECT appointment_id FROM vital_signs")) == [(appointment_id,)]


def test_reception_neither_writes_nor_reads_it(vault: Vault, reception: Actor, take: Taking, patient: str) -> None:
    take(Vitals(pulse_per_minute=72))
    for query in (queries.history, queries.last_values, queries.last_weight):
        with pytest.raises(NotAllowed):
            vault.ask(partial(query, patient_id=patient), reception)
    use = partial(service.take_vitals, vitals_id=new_id(), patient_id=patient, vitals=Vitals(pulse_per_minute=72))
    with pytest.raises(NotAllowed):
        vault.do(use, reception)
    assert "72" not in str(vault.ask(agenda.today, reception))


def test_a_nurse_who_only_measures_may(vault: Vault, patient: str) -> None:
    nurse = Actor(new_id(), "Enfermera", frozenset({Permission.SEE_PATIENTS, Permission.TAKE_VITALS}))
    use = partial(service.take_vitals, vitals_id=new_id(), patient_id=patient, vitals=Vitals(pulse_per_minute=72))
    vault.do(use, nurse)
    assert vault.ask(partial(queries.history, patient_id=patient), nurse)


# -- the sheet


def type_keys(words: str) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClicks(widget, words)
    QTest.keyClick(widget, Qt.Key.Key_Return)


def save(sheet: QWidget) -> None:
    QTest.keyClick(sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def sheet(office: Any, qtbot: Any, patient: str) -> VitalsSheet:
    opened = VitalsSheet(office, patient, None)
    opened.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(opened)
    with qtbot.waitActive(opened):
        opened.show()
        opened.activateWindow()
    opened.take_focus()
    return opened


def test_the_whole_sheet_is_typed_without_a_mouse(sheet: VitalsSheet, ask: Any, patient: str) -> None:
    for typed in ("120lb", "1,52", "120/80", "72", "36,5"):
        type_keys(typed)
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, "1")
    for typed in ("20", "", "Descalza"):
        type_keys(typed)
    save(sheet)
    (row,) = ask(lambda r: queries.history(r, patient))
    assert row.vitals == Vitals(54_431, 1520, 120, 80, 72, 365, Pregnancy.YES, 20, "Descalza")
    assert row.taken_on == TODAY
    assert not sheet.isVisible()


def test_a_double_ctrl_enter_keeps_one_measuring(sheet: VitalsSheet, ask: Any, patient: str) -> None:
    type_keys("54.5")
    sheet._save()
    sheet._save()
    assert len(ask(lambda r: queries.history(r, patient))) == 1


def test_a_slip_is_asked_and_a_no_leaves_the_sheet_as_it_was(sheet: VitalsSheet, office: Any, ask: Any) -> None:
    office.voice.answer = False
    sheet.form.fields["pressure"].editor.setFocus()
    type_keys("12/8")
    save(sheet)
    assert office.voice.asked == ["Blood pressure 12/8: did you mean 120/80? Is it right so?"]
    assert ask(lambda r: queries.history(r, sheet.patient_id)) == ()
    assert sheet.isVisible()
    assert sheet.form.text("pressure") == "12/8"


def test_what_is_not_a_number_is_said_beside_the_field_and_nothing_is_lost(sheet: VitalsSheet, ask: Any) -> None:
    type_keys("mucho")
    type_keys("152")
    save(sheet)
    assert sheet.form.fields["weight"].message() == "Like 54.5 or 120lb"
    assert sheet.form.text("weight") == "mucho"
    assert ask(lambda r: queries.history(r, sheet.patient_id)) == ()


def test_pounds_are_said_back_in_kilograms(sheet: VitalsSheet) -> None:
    type_keys("120lb")
    assert sheet.form.fields["weight"].message() == "54.431 kg"


def test_a_half_typed_sheet_is_found_again_the_same_day(
    sheet: VitalsSheet, office: Any, qtbot: Any, clock: Any, patient: str
) -> None:
    type_keys("54.5")
    sheet.reject()
    again = VitalsSheet(office, patient, None)
    qtbot.addWidget(again)
    assert again.form.text("weight") == "54.5"
    assert not again.again.isHidden()
    clock.advance(days=1)
    later = VitalsSheet(office, patient, None)
    qtbot.addWidget(later)
    assert later.form.text("weight") == ""


def test_a_kept_sheet_leaves_no_draft(sheet: VitalsSheet, ask: Any, patient: str) -> None:
    type_keys("54.5")
    sheet._autosave.flush(at_once=True)
    save(sheet)
    assert ask(lambda r: queries.draft_of(r, patient)) is None


def test_a_correction_begins_with_what_was_typed(office: Any, qtbot: Any, take: Taking, ask: Any, patient: str) -> None:
    take(Vitals(weight_grams=45_500, height_mm=1520, pregnancy=Pregnancy.NO), on=TODAY - timedelta(days=2))
    (known,) = ask(lambda r: queries.history(r, patient))
    correcting = VitalsSheet(office, patient, None, correcting=known)
    qtbot.addWidget(correcting)
    assert correcting.form.vitals() == known.vitals
    assert correcting.form.taken_on() == known.taken_on
    correcting.form.fields["weight"].editor.setText("54.5")  # type: ignore[attr-defined]
    correcting._save()
    history = HistorySheet(office, patient, None)
    qtbot.addWidget(history)
    assert len(history.links) == 1


def test_alt_v_opens_it_from_the_chart_and_the_chart_shows_it(
    open_screen: Any, qtbot: Any, patient: str, ask: Any
) -> None:
    chart = open_screen(ChartScreen, patient_id=patient)
    QTest.keyClick(chart, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), VitalsSheet))
    opened = QApplication.activeModalWidget()
    assert isinstance(opened, VitalsSheet)
    opened.form.fields["pressure"].editor.setText("118/76")  # type: ignore[attr-defined]
    opened._save()
    assert "118/76 mmHg" in chart.vitals.said.text()


def test_the_sheet_fits_the_old_laptop_at_150_percent(office: Any, qtbot: Any, take: Taking, patient: str) -> None:
    take(Vitals(54_500, 1520, 120, 80, 72, 365, Pregnancy.YES, 20, None))
    opened = ask_vitals(office, patient, None)
    qtbot.addWidget(opened)
    QApplication.processEvents()
    needs = opened.sizeHint()
    assert needs.width() <= 911
    assert needs.height() <= 442, needs
    nameless = [w for w in opened.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert all(w.accessibleName() or isinstance(w, QLabel) for w in nameless)


@pytest.mark.parametrize("size", [(1282, 611), (851, 356)], ids=["100 %", "150 %"])
def test_alt_v_opens_one_sheet_over_the_consultation(
    size: tuple[int, int], open_screen: Any, qtbot: Any, patient: str, arrive: Any
) -> None:
    consult = open_screen(ConsultScreen, patient_id=patient, appointment_id=arrive(patient))
    consult.resize(*size)
    QApplication.processEvents()
    QTest.keyClick(consult, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), VitalsSheet))
    assert len(consult.findChildren(VitalsSheet)) == 1


def test_alt_v_measures_whoever_is_chosen_on_the_list_of_the_day(
    open_screen: Any, qtbot: Any, patient: str, arrive: Any
) -> None:
    arrive(patient)
    home = open_screen(ConsultsHome)
    assert home.table.choose_at(0)
    QTest.keyClick(home, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), VitalsSheet))
    (sheet,) = home.findChildren(VitalsSheet)
    assert sheet.patient_id == patient


def test_alt_v_measures_whoever_is_chosen_on_the_day_of_a_nurse(
    vault: Vault, qtbot: Any, qapp: Any, patient: str, arrive: Any
) -> None:
    arrive(patient)
    house.furnish()
    theme.start(qapp)
    may = {Permission.SEE_PATIENTS, Permission.SEE_DAY, Permission.TAKE_VITALS}
    nurse = Office(vault, Actor(new_id(), "Enfermera", frozenset(may)), voice=RememberingVoice(), immediate=True)
    today = TodayScreen(nurse)
    qtbot.addWidget(today)
    today.resize(1282, 611)
    with qtbot.waitActive(today):
        today.show()
        today.activateWindow()
    assert today.table.choose_at(0)
    assert [button.isHidden() for button in today.preview.hung] == [False]
    QTest.keyClick(today, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), VitalsSheet))
    (sheet,) = today.findChildren(VitalsSheet)
    assert sheet.patient_id == patient
