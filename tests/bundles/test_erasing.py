"""The sheet that erases: what it says, what it asks, what is seen afterwards."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.bundles.queries import erasing as queries
from clinic_desktop.features.bundles.screens.erasing import EraseSheet, ErasingPanel
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.patients.service.filing import refresh_search
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.network import Network, Office
from tests.makers.people import note, register

Open = Callable[[Office, str], EraseSheet]


@pytest.fixture
def open_sheet(qtbot: Any, qapp: Any) -> Open:
    theme.start(qapp)
    wiring.fill()

    kept: list[ErasingPanel] = []

    def open_for(office: Office, patient: str) -> EraseSheet:
        window = Window(office.vault, office.actor, voice=RememberingVoice(), immediate=True)
        panel = ErasingPanel(window, PatientId(patient))
        qtbot.addWidget(panel)
        kept.append(panel)
        panel.show()
        panel.erase.click()
        (sheet,) = panel.findChildren(EraseSheet)
        return sheet

    return open_for


def person(office: Office) -> str:
    patient = office.do(register(given_names="Xochiquetzal", family_name="Tzoc"))
    office.do(note(patient, "Duerme mejor."))
    office.do(lambda work: refresh_search(work, [patient]))
    return patient


def test_nothing_is_erased_before_everything_is_said(network: Network, open_sheet: Open) -> None:
    central = network.central
    patient = person(central)
    sheet = open_sheet(central, patient)
    sheet.erase.click()
    sheet.reason.setText("lo pide")
    sheet.asked_by.setText("la persona")
    sheet.second.setText("Ana Pop")
    sheet.erase.click()
    assert central.ask(queries.erasures) == ()
    sheet.number.setText(central.ask(partial(queries.asked_number, patient_id=patient)).lower())
    sheet.erase.click()
    (erased,) = central.ask(queries.erasures)
    assert (erased.reason, erased.asked_by, erased.second) == ("lo pide", "la persona", "Ana Pop")
    assert central.sql("SELECT given_names, number FROM patient") == [(None, None)]
    with pytest.raises(restricted.ErasedRecord):
        central.ask(partial(people.details, patient_id=PatientId(patient)))


def test_the_sheet_fits_a_small_screen_and_says_what_it_does_not_reach(network: Network, open_sheet: Open) -> None:
    central = network.central
    network.round()
    sheet = open_sheet(central, person(central))
    assert sheet.sizeHint().height() <= 442 - 20
    assert sheet.sizeHint().width() <= 911
    plan = central.ask(partial(queries.before_erasing, patient_id=sheet._patient_id))
    assert (plan.sticks, plan.clinics, plan.joined, plan.backups) == (3, 3, 0, ())


def test_a_wrong_number_erases_nothing(network: Network, open_sheet: Open) -> None:
    central = network.central
    patient = person(central)
    sheet = open_sheet(central, patient)
    for edit in (sheet.reason, sheet.asked_by, sheet.second, sheet.number):
        edit.setText("x")
    sheet.erase.click()
    assert central.ask(queries.erasures) == ()
    assert central.sql("SELECT given_names FROM patient") == [("Xochiquetzal",)]
