"""Two computers of one clinic on a consultation day: the same bundles, both ways, on one stick, no central between."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import AnswerToAnother, CompareBoth, NotEnrolled, OtherSite
from clinic_desktop.exchange.trust.pairing import read_invitation
from clinic_desktop.features.bundles.queries import conflicts, findings
from clinic_desktop.features.bundles.screens.clinic import ClinicStick
from clinic_desktop.features.bundles.screens.device_sheets import CutOffSheet
from clinic_desktop.features.bundles.screens.devices import DevicesPage
from clinic_desktop.features.bundles.service import pairing
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import Opened
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.network import Network, Office, enrol, make_office
from tests.makers.people import change, note, register
from tests.makers.state import whole


class Clinic:
    """Reception has worked for a while; the consulting room's laptop is new."""

    def __init__(self, reception: Office, consulting: Office) -> None:
        self.reception, self.consulting = reception, consulting


def pair(first: Office, second: Office) -> None:
    request = finish(pairing.ask_to_enter(second.vault, second.actor, folder=first.stick))
    assert request is not None
    with pytest.raises(CompareBoth) as told:
        finish(pairing.take_in(first.vault, first.actor, file=request))
    done = finish(pairing.take_in(first.vault, first.actor, file=request, confirmed=True))
    assert done is not None
    path, paired = done
    assert paired.code in told.value.sentence()
    entering = partial(pairing.enter, content=path.read_bytes(), name=path.name)
    with pytest.raises(CompareBoth):
        second.do(entering)
    assert second.do(partial(entering, confirmed=True)) == paired.code
    request.unlink()
    path.unlink()


@pytest.fixture
def clinic(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> Iterator[Clinic]:
    header, opened = made_vault
    reception = make_office(tmp_path / "a", opened, header, clock, "Clínica Juan", "JUA", "clinic", 2)
    reception.do(register())
    invitation = finish(pairing.write_invitation(reception.vault, reception.actor, folder=reception.stick))
    assert invitation is not None
    of = read_invitation(invitation.read_bytes())
    consulting = make_office(
        tmp_path / "b", opened, header, clock, of.site_name, of.site_code, "clinic", 3, site_id=of.site_id
    )
    pair(reception, consulting)
    yield Clinic(reception, consulting)
    reception.close()
    consulting.close()


def test_what_either_wrote_is_on_both_after_one_walk_of_the_stick(clinic: Clinic) -> None:
    reception, consulting = clinic.reception, clinic.consulting
    patient = reception.do(register(given_names="Ana"))
    assert consulting.accept(reception.export().path).files[0].ok
    consulting.do(note(patient))
    consulting.do(change(patient, phone="1"))
    reception.accept(consulting.export().path)
    assert whole(reception) == whole(consulting)
    assert reception.export().segments == 0, "what the other has is not carried again"


def test_what_both_changed_apart_is_asked_on_both(clinic: Clinic) -> None:
    reception, consulting = clinic.reception, clinic.consulting
    (patient,) = [row[0] for row in reception.sql("SELECT id FROM patient")]
    consulting.accept(reception.export().path)
    reception.do(change(patient, Patient, phone="1"))
    consulting.do(change(patient, Patient, phone="2"))
    one, other = reception.export().path, consulting.export().path
    reception.accept(other)
    consulting.accept(one)
    assert [office.ask(conflicts.count_conflicts) for office in (reception, consulting)] == [1, 1]
    assert whole(reception) == whole(consulting)


def test_a_lost_or_repeated_stick_between_them_loses_nothing(clinic: Clinic) -> None:
    reception, consulting = clinic.reception, clinic.consulting
    reception.do(register(given_names="Ana"))
    reception.export()
    reception.do(register(given_names="Eva"))
    again = reception.export().path
    consulting.accept(again)
    consulting.accept(again)
    assert whole(reception) == whole(consulting)
    assert consulting.ask(findings.findings) == ()


def test_a_computer_of_another_clinic_or_with_another_answer_stays_out(clinic: Clinic, network: Network) -> None:
    stranger = network.clinics[0]
    request = finish(pairing.ask_to_enter(stranger.vault, stranger.actor, folder=stranger.stick))
    assert request is not None
    with pytest.raises(OtherSite):
        finish(pairing.take_in(clinic.reception.vault, clinic.reception.actor, file=request))
    mine = finish(pairing.ask_to_enter(clinic.consulting.vault, clinic.consulting.actor, folder=stranger.stick))
    assert mine is not None
    done = finish(pairing.take_in(clinic.reception.vault, clinic.reception.actor, file=mine, confirmed=True))
    finish(pairing.ask_to_enter(clinic.consulting.vault, clinic.consulting.actor, folder=stranger.stick))
    assert done is not None
    clinic.consulting.clock.advance(seconds=1)
    with pytest.raises(AnswerToAnother):
        clinic.reception.do(partial(pairing.enter, content=done[0].read_bytes(), confirmed=True))


def test_nobody_to_carry_to_before_they_were_joined(
    made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock
) -> None:
    alone = make_office(tmp_path / "c", made_vault[1], made_vault[0], clock, "Clínica Ana", "ANA", "clinic", 4)
    with pytest.raises(NotEnrolled):
        alone.export()
    alone.close()


def test_a_central_that_the_clinic_joins_later_gets_everything_of_both_once(clinic: Clinic, network: Network) -> None:
    reception, consulting, central = clinic.reception, clinic.consulting, network.central
    consulting.accept(reception.export().path)
    reception.do(register(given_names="Ana"))
    consulting.do(register(given_names="Eva"))
    for office in (reception, consulting):
        enrol(office, central)
    central.merge(reception.export().path, consulting.export().path)
    assert len(central.sql("SELECT id FROM patient")) == 3
    answer = central.answer()[reception.vault.place.site_name]
    reception.accept(answer)
    consulting.accept(answer)
    assert len(reception.sql("SELECT id FROM patient")) == len(consulting.sql("SELECT id FROM patient")) == 3
    issuers = {office.sql("SELECT DISTINCT issuer FROM peer_device")[0] for office in (reception, consulting)}
    assert issuers == {(central.vault.place.device_id,)}, "its word of both stands in place of their own"


def test_what_the_central_wrote_waits_at_a_computer_that_has_not_joined_and_counts_once_it_has(
    clinic: Clinic, network: Network
) -> None:
    reception, consulting, central = clinic.reception, clinic.consulting, network.central
    (patient,) = [row[0] for row in reception.sql("SELECT id FROM patient")]
    enrol(reception, central)
    central.merge(reception.export().path)
    central.do(change(patient, Patient, phone="7762"))
    reception.accept(central.answer()[reception.vault.place.site_name])
    consulting.accept(reception.export().path)
    assert [one.kind for one in consulting.ask(findings.findings)] == ["stranger"]
    assert consulting.sql("SELECT phone FROM patient") != [("7762",)], "nobody here can check who wrote it"
    enrol(consulting, central)
    consulting.accept(central.answer()[reception.vault.place.site_name])
    assert consulting.sql("SELECT phone FROM patient") == [("7762",)]
    assert consulting.ask(findings.findings) == ()


def test_a_stolen_computer_is_cut_off_by_the_other_one_where_there_is_no_central(clinic: Clinic, qtbot: Any) -> None:
    reception, stolen = clinic.reception, clinic.consulting
    page = DevicesPage(Window(reception.vault, reception.actor, voice=RememberingVoice(), immediate=True))
    qtbot.addWidget(page)
    assert page.devices.choose(stolen.vault.place.device_id)
    next(one for one in page.findChildren(Button) if one.text() == "Cut off…").click()
    (sheet,) = page.findChildren(CutOffSheet)
    sheet.note.setText("la robaron en el mercado")
    sheet.cut.click()
    stolen.do(register(given_names="Ladrón"))
    assert reception.accept(stolen.export().path).files[0].aside_segments > 0
    with pytest.raises(NotEnrolled):
        reception.export()


def test_the_clinics_page_copies_for_the_other_computer_where_no_central_was_joined(clinic: Clinic, qtbot: Any) -> None:
    office = clinic.reception
    window = Window(office.vault, office.actor, voice=RememberingVoice(), immediate=True)
    screen = ClinicStick(window)
    qtbot.addWidget(screen)
    screen.sticks.choose_folder(office.stick)
    assert screen.copy.isVisibleTo(screen) and "other computer" in screen.until.text()
    screen.copy.click()
    assert clinic.consulting.accept(*office.stick.glob("*.bundle")).files[0].new_segments > 0
