"""What is typed is what is prescribed: no line vanishes, no step changes its rhythm, no first day is lost."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.prescription import PrescriptionPanel
from clinic_desktop.features.consults.screens.prescription_sheets import DoseGridSheet
from clinic_desktop.features.medication.queries import prescriptions, shelf
from clinic_desktop.features.medication.rules.courses import DaysUnclear, read_course, read_days
from clinic_desktop.features.medication.rules.kinds import Form, PartnerKind, Route, Unit
from clinic_desktop.features.medication.service import formulary, partners
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Link
from tests.consults.test_prescription_panel import typed, words


@pytest.fixture
def panel(open_screen: Any, patient: str, tablets: Any) -> PrescriptionPanel:
    for name in ("fluoxetina", "lorazepam", "piridoxina"):
        tablets(name)
    return open_screen(ConsultScreen, patient_id=patient).prescription


@pytest.fixture
def depot(do: Any) -> str:
    new = formulary.NewPresentation(
        "haloperidol decanoato", Form.AMPOULE, "50 mg/mL", Unit.AMPOULE, 1, Route.INTRAMUSCULAR
    )
    return do(partial(formulary.add_presentation, new=new))


def in_short(panel: PrescriptionPanel) -> list[str]:
    return [line.in_short() for line in panel.lines()]


def open_steps(panel: PrescriptionPanel) -> DoseGridSheet:
    panel.open_grid()
    return panel.findChildren(DoseGridSheet)[-1]


def test_a_line_that_was_to_be_changed_stays_when_another_medicine_is_typed(panel: PrescriptionPanel) -> None:
    typed(panel, "fluo", "1-0-0", "30")
    panel.change(panel.lines()[0])
    panel.medicine.selectAll()
    QTest.keyClick(panel.medicine, Qt.Key.Key_Delete)
    panel.dose.clear()
    panel.days.clear()
    typed(panel, "piri", "0-0-1", "30")
    assert in_short(panel) == ["1-0-0 · 30 d", "0-0-1 · 30 d"]


def test_the_same_medicine_may_be_taken_every_day_and_more_of_it_as_needed(
    panel: PrescriptionPanel, ask: Any, patient: str
) -> None:
    typed(panel, "lora", "0-0-1", "30")
    typed(panel, "lora", "½ sos 1", "10")
    typed(panel, "lora", "1-0-1", "30")
    assert in_short(panel) == ["1-0-1 · 30 d", "½ sos 1 · 10 d"]


def test_a_changed_line_keeps_its_first_day(panel: PrescriptionPanel) -> None:
    typed(panel, "fluo", "1-0-0", "30")
    sheet = open_steps(panel)
    sheet.begins.setText("1/12")
    sheet.take.click()
    panel.change(panel.lines()[0])
    panel.dose.setText("2-0-0")
    panel.add_typed()
    (line,) = panel.lines()
    assert (line.dose, line.starts_on) == ("2-0-0", "2026-12-01")


def test_steps_keep_the_rhythm_each_was_typed_with(panel: PrescriptionPanel, depot: str) -> None:
    typed(panel, "halop", "1 c/7d 7d > 1 c/28d 84d")
    sheet = open_steps(panel)
    assert "c/7d" in sheet.rows[0].said.text() and "c/28d" in sheet.rows[1].said.text()
    sheet.take.click()
    assert in_short(panel) == ["1 c/7d 7d → 1 c/28d 84d · 91 d"]


def test_steps_never_make_a_daily_dose_of_what_is_taken_as_needed(panel: PrescriptionPanel) -> None:
    typed(panel, "lora", "1 sos 2", "10")
    sheet = open_steps(panel)
    sheet.take.click()
    assert in_short(panel) == ["1 sos 2 · 10 d"]
    assert all(row.is_empty for row in sheet.rows)


def test_a_rhythm_of_four_weeks_is_for_four_weeks_where_nobody_says_how_long(
    panel: PrescriptionPanel, depot: str
) -> None:
    typed(panel, "halop", "1 c/28d")
    QTest.keyClick(panel.days, Qt.Key.Key_Return)
    assert in_short(panel) == ["1 c/28d · 28 d"]
    assert "1 ampoule" in words(panel)


def test_the_depot_never_stands_before_the_tablet_of_its_name(ask: Any, depot: str, tablets: Any, do: Any) -> None:
    tablets("haloperidol", 0)
    tablets("haloperidol decanoato")
    found = ask(partial(shelf.find_presentation, words="halop"))
    assert next(product.name for product in found) == "haloperidol"


def test_a_taper_goes_on_next_month_with_the_dose_it_has_come_to(
    open_screen: Callable[..., ConsultScreen], sign: Any, patient: str, tablets: Any, clock: StillClock
) -> None:
    product = tablets("lorazepam")
    line = PrescriptionLine(new_id(), product, None, read_course("1-0-1 7d > ½-0-½ 7d > 0-0-½ 14d", 1), 1)
    sign(patient, prescription=(line,))
    clock.advance(days=28)
    screen = open_screen(ConsultScreen, patient_id=patient)
    screen.prescription.repeat()
    assert in_short(screen.prescription) == ["0-0-½ · 28 d"]
    assert "before 1-0-1 7d → ½-0-½ 7d → 0-0-½ 14d · 28 d → now 0-0-½ · 28 d" in words(screen.prescription)


def test_a_cross_taper_says_the_days_of_both(panel: PrescriptionPanel, ask: Any, patient: str) -> None:
    typed(panel, "fluo", "1-0-0 7d > ½-0-0 7d")
    typed(panel, "piri", "½-0-0 7d > 1-0-0 23d")
    screen = panel.window()
    assert isinstance(screen, ConsultScreen)
    screen.sign()
    found = {m.name: m for m in ask(partial(prescriptions.current_medicines, patient_id=patient))}
    assert {name: (line.days, line.units) for name, line in found.items()} == {
        "fluoxetina": (14, 11), "piridoxina": (30, 27),
    }  # fmt: skip
    assert found["fluoxetina"].ends_on == date(2026, 12, 7)


@pytest.mark.parametrize("text", ["30 tabletas", "30 cápsulas", "2 horas", "3 a"])
def test_a_number_of_something_else_is_no_number_of_days(text: str) -> None:
    with pytest.raises(DaysUnclear):
        read_days(text)


def test_whoever_types_a_line_sees_it_where_there_is_little_room(panel: PrescriptionPanel, qtbot: Any) -> None:
    for at in range(5):
        typed(panel, f"medicina {at}", "1-0-1", "30")
    last = panel.lines()[-1].request_id

    def in_sight() -> None:
        link = next(link for link in panel.findChildren(Link) if link.property("line") == last)
        assert panel._area.viewport().rect().contains(link.mapTo(panel._area.viewport(), QPoint(1, 1)))

    qtbot.waitUntil(in_sight)


def test_what_happens_elsewhere_takes_the_focus_from_no_line(panel: PrescriptionPanel, do: Any) -> None:
    typed(panel, "fluo", "1-0-0", "30")
    QApplication.processEvents()
    link = [link for link in panel.findChildren(Link) if link.property("line")][-1]
    link.setFocus()
    assert link.hasFocus()
    do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Otra"))
    assert link.hasFocus()
