"""The desk for records that go to two clinics, as a person uses it; and the quiet mark on the person's page."""

import os
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.bundles.queries import sharing as asked
from clinic_desktop.features.bundles.queries.sharing import Step
from clinic_desktop.features.bundles.screens.sharing import SharedPage, TakeBackSheet, WhereSheet
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.records import Consent, Patient
from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.features.patients.service.linking import keep_link
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor, Work
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.network import Network, Office
from tests.makers.people import register

Show = Callable[[Office], SharedPage]


@pytest.fixture(autouse=True)
def rooms_are_wired() -> None:
    wiring.fill()


@pytest.fixture
def show(qtbot: Any, qapp: Any) -> Show:
    theme.start(qapp)

    def open_for(office: Office) -> SharedPage:
        window = Window(office.vault, office.actor, voice=RememberingVoice(), immediate=True)
        page = SharedPage(window)
        qtbot.addWidget(page)
        page.resize(911, 400)
        page.show()
        return page

    return open_for


def says(patient_id: str, answer: ConsentAnswer = ConsentAnswer.GIVEN, step: int = 1) -> Callable[[Work], str]:
    def add(work: Work) -> str:
        return work.add(Consent(
            origin_site_id=work.load(Patient, patient_id).origin_site_id, patient_id=patient_id,
            purpose=ConsentPurpose.OUR_CLINIC, answer=answer, step=step, decided_on=date(2026, 11, 23),
        )).id  # fmt: skip

    return add


def steps(office: Office) -> list[tuple[Step, str, str]]:
    return [(one.step, one.home, one.to_name) for one in office.ask(asked.shared_records)]


def found(work: Work) -> None:
    place = work.place
    zone = str(place.zone)
    work.add(Site(id=place.site_id, code=place.site_code, name=place.site_name, kind=place.role, zone=zone))


def at_two_clinics(network: Network) -> tuple[str, str]:
    first, second = network.clinics
    for office in network.all():
        office.do(found)
    old = first.do(register(given_names="María Ixchel", family_name="Tzoc"))
    new = second.do(register(given_names="María Ixchel", family_name="Tzoc"))
    second.do(says(new))
    network.round()
    network.central.do(partial(keep_link, kind=LinkKind.SAME, first=old, second=new))
    return old, new


def test_who_said_yes_at_the_second_clinic_is_sent_with_one_key(network: Network, show: Show) -> None:
    central = network.central
    old, _new = at_two_clinics(network)
    both = [(Step.READY, "Clínica 1", "Clínica 2"), (Step.READY, "Clínica 2", "Clínica 1")]
    assert sorted(steps(central)) == both
    page = show(central)
    page.table.choose((old, network.clinics[1].vault.place.site_id))
    assert page.send.isEnabled() and not page.stop.isEnabled()
    page.send.click()
    assert central.sql("SELECT patient_id FROM record_share") == [(old,)]
    assert (Step.GOES, "Clínica 1", "Clínica 2") in steps(central)
    network.round()
    network.round()
    for clinic, other in ((network.clinics[0], "Clínica 2"), (network.clinics[1], "Clínica 1")):
        marks = clinic.ask(partial(people.marks_of, ids=[PatientId(old)]))[PatientId(old)]
        assert any(other in mark.text for mark in marks), clinic.name
    _picture(page, "shared")


def test_a_yes_that_is_taken_back_stands_first_and_is_ended_with_a_reason(network: Network, show: Show) -> None:
    central = network.central
    old, new = at_two_clinics(network)
    page = show(central)
    page.table.choose((old, network.clinics[1].vault.place.site_id))
    page.send.click()
    network.clinics[1].do(says(new, ConsentAnswer.WITHDRAWN, 2))
    network.round()
    page.reload()
    first = central.ask(asked.shared_records)[0]
    assert first.step is Step.STOPPED
    page.table.choose(first.key)
    page.stop.click()
    (sheet,) = page.findChildren(TakeBackSheet)
    sheet.stop.click()
    assert central.sql("SELECT voided_at FROM record_share") == [(None,)], "not without a reason"
    sheet.reason.setText("retiró su sí")
    sheet.stop.click()
    assert central.sql("SELECT void_reason FROM record_share") == [("retiró su sí",)]


def test_who_is_registered_nowhere_else_is_sent_where_a_person_says(network: Network, show: Show, qtbot: Any) -> None:
    first = network.clinics[0]
    patient = first.do(register())
    first.do(says(patient))
    network.round()
    assert steps(network.central) == [(Step.YES, "Clínica 1", "")]
    page = show(network.central)
    page.table.choose((patient, ""))
    page.send.click()
    (sheet,) = page.findChildren(WhereSheet)
    assert [sheet.where.itemText(n) for n in range(sheet.where.count())] == [
        "Clínica 2",
        "Clínica 3",
    ] or sheet.where.count()
    qtbot.wait(20)
    sheet.send.click()
    qtbot.wait(20)
    assert len(network.central.sql("SELECT id FROM record_share")) == 1


def test_reserved_people_are_on_the_list_only_for_who_may_open_them(network: Network) -> None:
    first = network.clinics[0]
    patient = first.do(register(restricted=True, restricted_as="1"))
    first.do(says(patient))
    network.round()
    central = network.central
    assert len(steps(central)) == 1
    desk = Actor(central.actor.staff_id, central.name, frozenset(Permission) - {Permission.OPEN_RESTRICTED})
    assert central.vault.ask(asked.shared_records, desk) == ()


def _picture(page: SharedPage, name: str) -> None:
    """Somebody who works on the page looks at it: CLINIC_PICTURES names a folder."""
    if folder := os.environ.get("CLINIC_PICTURES"):
        page.grab().save(str(Path(folder) / f"{name}.png"))
