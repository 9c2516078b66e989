"""Injections as a nurse writes them down: from our shelf unless the person has the ampoule, and who learns of them."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from clinic_desktop.app import house
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.consults.screens.injection import DueSheet, InjectionSheet
from clinic_desktop.features.medication.queries import injections, shelf
from clinic_desktop.features.medication.rules.courses import read_course
from clinic_desktop.features.medication.rules.kinds import Form, PartnerKind, Route, Unit
from clinic_desktop.features.medication.service import dispensing, formulary, partners, receiving
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.privacy import hide_names


@pytest.fixture
def ampoules(do: Any) -> str:
    new = formulary.NewPresentation(
        "haloperidol decanoato", Form.AMPOULE, "50 mg/mL", Unit.AMPOULE, 1, Route.INTRAMUSCULAR
    )
    product = do(partial(formulary.add_presentation, new=new))
    donor = do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    line = receiving.DeliveryLine(product, "L1", date(2028, 6, 30), 10)
    do(partial(receiving.receive_delivery, delivery_id=new_id(), partner_id=donor, document_text="1", lines=[line]))
    return product


@pytest.fixture
def depot(sign: Any, patient: str, ampoules: str) -> str:
    """A prescribed injection, once in four weeks; its request's id."""
    line = PrescriptionLine(new_id(), ampoules, None, read_course("1 c/28d", 84), 84)
    sign(patient, prescription=(line,))
    return line.request_id


@pytest.fixture
def sheet(office: Office, patient: str, open_screen: Any, depot: str) -> Callable[[], InjectionSheet]:
    screen = open_screen(TodayScreen)

    def make() -> InjectionSheet:
        made = InjectionSheet(office, patient, screen)
        made.open()
        return made

    return make


def left(ask: Any, product: str) -> int:
    return ask(partial(shelf.balance, presentation_id=product)).units


def test_ours_is_proposed_and_leaves_the_shelf_once(ask: Any, sheet: Any, ampoules: str, patient: str) -> None:
    shown = sheet()
    assert shown.ampoule.currentText() == "from our shelf (10 usable)"
    shown.keep_form()
    assert left(ask, ampoules) == 9
    (row,) = ask(partial(injections.depots, patient_id=patient))
    assert row.dispense_id is not None


def test_what_was_handed_out_before_is_not_taken_a_second_time(
    ask: Any, do: Any, sheet: Any, ampoules: str, patient: str, depot: str, clock: StillClock
) -> None:
    do(partial(dispensing.dispense, patient_id=patient, handouts=[dispensing.Handout(new_id(), depot, 1)]))
    shown = sheet()
    assert shown.ampoule.currentText() == "the person has it already"
    shown.keep_form()
    assert left(ask, ampoules) == 9
    clock.advance(days=28)
    shown = sheet()
    shown.keep_form()
    assert left(ask, ampoules) == 8


def test_what_somebody_chose_stays_when_the_shelf_changes_elsewhere(
    ask: Any, do: Any, sheet: Any, ampoules: str, patient: str
) -> None:
    shown = sheet()
    shown.ampoule.set_value(False)
    shown.ampoule.activated.emit(1)
    do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Otra"))
    shown.reload()
    shown.keep_form()
    assert left(ask, ampoules) == 10


def test_a_correction_says_that_the_shelf_stays_as_it_is(ask: Any, sheet: Any, ampoules: str, patient: str) -> None:
    sheet().keep_form()
    shown = sheet()
    shown.links[0].click()
    assert shown.ampoule.count() == 1 and not shown.which.isEnabled()
    shown.when.setText("1d")
    shown.keep_form()
    assert left(ask, ampoules) == 9
    (row,) = ask(partial(injections.depots, patient_id=patient))
    assert row.given_on == ask(lambda asker: asker.today) - timedelta(days=1)


def marks(screen: TodayScreen) -> list[str]:
    cell = screen._person(screen._rows[0])
    return [chip.text for chip in cell.chips] if isinstance(cell, cells.Cell) else []


def test_the_days_list_marks_it_for_those_who_may_know_and_not_for_the_desk(
    open_screen: Any, vault: Any, qtbot: Any, arrive: Any, patient: str, depot: str, reception: Actor
) -> None:
    house.furnish()
    arrive(patient)
    screen = open_screen(TodayScreen)
    assert "injection" in marks(screen)
    try:
        hide_names(True)
        assert "injection" not in marks(screen)
    finally:
        hide_names(False)
    desk = TodayScreen(Office(vault, reception, immediate=True))
    qtbot.addWidget(desk)
    assert marks(desk) == []


def test_whose_injection_is_due_today_is_listed_also_without_an_appointment(
    office: Office, open_screen: Any, patient: str, depot: str
) -> None:
    shown = DueSheet(office, open_screen(TodayScreen))
    shown.open()
    shown.people.choose_at(0)
    QTest.keyClick(shown.people, Qt.Key.Key_Return)
    assert office.went == ("chart", {"patient_id": patient})


def test_a_correction_stays_with_the_line_it_was_given_for(
    ask: Any, do: Any, sheet: Any, sign: Any, patient: str, depot: str, clock: StillClock
) -> None:
    sheet().keep_form()
    clock.advance(days=3)
    new = formulary.NewPresentation(
        "haloperidol decanoato", Form.AMPOULE, "100 mg/mL", Unit.AMPOULE, 1, Route.INTRAMUSCULAR
    )
    stronger = do(partial(formulary.add_presentation, new=new))
    sign(patient, prescription=(PrescriptionLine(new_id(), stronger, None, read_course("1 c/28d", 84), 84),))
    shown = sheet()
    shown.links[0].click()
    shown.where.setText("glúteo izquierdo")
    shown.keep_form()
    (row,) = ask(partial(injections.depots, patient_id=patient))
    assert (row.given_for, row.where_text) == (depot, "glúteo izquierdo")
