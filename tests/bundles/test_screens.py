"""The desk of the stick as a person uses it: copy, merge, receipt, conflicts; in Spanish where words matter."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.rules.loads import grouped, said_size
from clinic_desktop.features.bundles.rules.settling import who_settles
from clinic_desktop.features.bundles.screens.central import CentralDesk
from clinic_desktop.features.bundles.screens.clinic import ClinicStick
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.network import Network, Office
from tests.makers.people import note, register

Show = Callable[..., Any]


@pytest.fixture
def show(qtbot: Any, qapp: Any) -> Show:
    theme.start(qapp)

    def open_for(office: Office, screen_class: Callable[..., Any]) -> Any:
        window = Window(office.vault, office.actor, voice=RememberingVoice(), immediate=True)
        screen = screen_class(window)
        qtbot.addWidget(screen)
        screen.resize(1282, 611)
        screen.show()
        screen.sticks.choose_folder(office.stick)
        return screen

    return open_for


def test_a_clinic_copies_and_may_take_the_stick_out(network: Network, show: Show) -> None:
    clinic = network.clinics[0]
    clinic.do(note(clinic.do(register())))
    screen = show(clinic, ClinicStick)
    assert "3" in screen.said.text()
    assert screen.copy.isEnabled() and not screen.receive.isEnabled()
    screen.copy.click()
    assert screen.pages.currentIndex() == 2
    (path,) = clinic.stick.glob("*.bundle")
    facts = dict(screen._facts)
    assert facts["File"] == path.name
    assert len(facts["Control"].replace("-", "")) == 12
    assert not any("Tzoc" in value for value in facts.values()), "no names of people on the sheet"
    assert screen.step_back()
    assert screen.pages.currentIndex() == 0


def test_a_stick_that_was_pulled_out_is_told_in_one_sentence(network: Network, show: Show) -> None:
    import shutil

    clinic = network.clinics[0]
    clinic.do(register())
    screen = show(clinic, ClinicStick)
    shutil.rmtree(clinic.stick)
    screen.copy.click()
    assert screen.pages.currentIndex() == 0
    assert len(screen._office.voice.said) == 1
    assert clinic.ask(waiting.waiting).new == 1


def test_the_central_merges_a_stick_and_answers_and_the_clinic_takes_the_receipt(network: Network, show: Show) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    clinic.export()
    desk = show(central, CentralDesk)
    desk.sticks.choose_folder(clinic.stick)
    assert desk.merge.isEnabled()
    desk.merge.click()
    assert {c.last_number for c in desk.clinics.rows._rows if c.site_name == "Clínica 1"} == {1}
    desk.answer.click()
    desk.sticks.look()
    assert not desk.merge.isEnabled(), "what had arrived is off the stick, and its own receipts are for others"
    assert desk.told.count() == 2, "the receipts are there, and what had arrived was taken off"
    screen = show(clinic, ClinicStick)
    assert screen.receive.isEnabled()
    screen.receive.click()
    assert screen.pages.currentIndex() == 3
    assert clinic.ask(waiting.waiting).new == 0
    assert clinic.ask(waiting.confirmed).until is not None


def test_only_a_prescriber_settles_what_a_person_cannot_bear() -> None:
    assert who_settles("allergy", "substance") == (Permission.PRESCRIBE,)
    assert who_settles("patient", "died_on") == (Permission.PRESCRIBE,)
    assert Permission.RECEPTION in who_settles("patient", "phone")


def test_the_slip_carries_counts_and_control_but_no_names(network: Network) -> None:
    from clinic_desktop.features.bundles.letters.slip import slip

    clinic = network.clinics[0]
    clinic.do(register())
    exported = clinic.export()
    pdf = clinic.ask(partial(slip, exported=exported)).pdf()
    assert pdf.startswith(b"%PDF")


def test_loads_are_told_in_the_words_of_the_clinic() -> None:
    told = grouped([("patient", 2, 1), ("allergy", 1, 0), ("encounter", 3, 0), ("role", 0, 1)])
    assert told == [("Visits", 3, 0), ("People", 3, 1), ("Other", 0, 1)]
    assert said_size(400_000) == "0.4 MB"
