"""A reserved record: it stands as "Reserved N" where a line must be, and nowhere else."""

from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.patients.queries import people, restricted, similar
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.queries.registered_again import registered_again
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.screens.restricting import RestrictingPanel
from clinic_desktop.features.patients.service import linking, registering, restricting
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.errors import ClinicError, NotAllowed
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.shell.frame import Frame
from clinic_desktop.storage.device import NumberBlock
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, ReasonMissing, Work
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.voice import RememberingVoice

RECEPTION = Actor(new_id(), "Ana", next(r.permissions for r in FIRST_ROLES if r.code == "receptionist"))


@pytest.fixture
def person(register: Any) -> PatientId:
    return register("Tzoc, María")


@pytest.fixture
def restrict(do: Any) -> Any:
    return lambda who, reason="la persona lo pide": do(partial(restricting.restrict, patient_id=who, reason=reason))


def test_it_is_numbered_from_one_and_twice_is_once(restrict: Any, register: Any, person: PatientId) -> None:
    first, again, second = restrict(person), restrict(person), restrict(register("Brito, Ana"))
    assert first == again
    assert (first[2:], second) == ("1", f"{first[:2]}2"), "two letters of this computer, then one more each time"


def _on_another_computer(work: Work) -> None:
    work.session.execute(sa.update(NumberBlock).values(epoch="before"))
    work.about("site", work.site_id)


def test_two_laptops_of_one_clinic_never_call_two_people_by_the_same_n(
    do: Any, restrict: Any, register: Any, person: PatientId
) -> None:
    """A restored or a second computer draws letters of its own, as it does for every printed number."""
    first = restrict(person)
    do(_on_another_computer)
    assert restrict(register("Brito, Ana"))[:2] != first[:2]


def test_a_lifted_number_is_given_to_nobody_else(restrict: Any, do: Any, register: Any, person: PatientId) -> None:
    restrict(person)
    do(partial(restricting.lift, patient_id=person, reason="ya no"))
    assert restrict(register("Brito, Ana"))[2:] == "2"
    assert restrict(person)[2:] == "1"


def test_only_who_may_open_reserved_records_restricts_or_lifts_and_says_why(vault: Vault, do: Any, person: Any) -> None:
    for use_case in (restricting.restrict, restricting.lift):
        with pytest.raises(NotAllowed):
            vault.do(partial(use_case, patient_id=person, reason="x"), RECEPTION)
        with pytest.raises(ReasonMissing):
            do(partial(use_case, patient_id=person, reason="  "))


def test_the_reason_stands_in_the_ledger_and_on_no_row(vault: Vault, ask: Any, restrict: Any, person: Any) -> None:
    restrict(person, "el esposo trabaja aquí")
    (line,) = ask(lambda r: r.plain("SELECT act, detail FROM ledger ORDER BY seq DESC LIMIT 1"))
    assert "restrict" in line[0] and "el esposo trabaja aquí" in line[1]


def test_others_neither_find_nor_open_it_and_those_who_may_lose_nothing(
    vault: Vault, ask: Any, restrict: Any, person: PatientId
) -> None:
    number = ask(lambda r: people.header(r, person)).number
    called = f"Reserved {restrict(person)}"
    for words in ("María", "Tzoc", "mari tzo", number):
        assert vault.ask(partial(finding.find, words=words), RECEPTION) == ()
        assert [f.patient_id for f in ask(partial(finding.find, words=words))] == [person]
    assert vault.ask(partial(people.by_number, number=number), RECEPTION) is None
    assert vault.ask(people.count, RECEPTION) == 0 and ask(people.count) == 1
    assert vault.ask(people.recent, RECEPTION) == ()
    assert vault.ask(partial(people.said_names, ids=[person]), RECEPTION) == {person: called}
    for query in (people.header, people.details):
        with pytest.raises(restricted.ReservedRecord):
            vault.ask(partial(query, patient_id=person), RECEPTION)
        assert ask(partial(query, patient_id=person))
    with pytest.raises(restricted.ReservedRecord):
        vault.do(partial(registering.look, patient_id=person), RECEPTION)


def test_after_lifting_everybody_finds_it_again(vault: Vault, do: Any, restrict: Any, person: PatientId) -> None:
    restrict(person)
    do(partial(restricting.lift, patient_id=person, reason="ya no"))
    assert [f.patient_id for f in vault.ask(partial(finding.find, words="Tzoc"), RECEPTION)] == [person]


def test_the_bare_header_says_nothing_but_the_n_and_the_allergies_only_to_who_hands_out(
    vault: Vault, do: Any, restrict: Any, person: PatientId
) -> None:
    do(partial(registering.add_allergy, patient_id=person, substance="penicilina"))
    called = f"Reserved {restrict(person)}"
    desk = vault.ask(partial(people.header_or_reserved, patient_id=person), RECEPTION)
    assert (desk.said, desk.number, desk.mother, desk.phone, desk.birth, desk.allergies) == (
        called, "", "", "", None, (),
    )  # fmt: skip
    pharmacy = Actor(new_id(), "Luis", frozenset({Permission.SEE_PATIENTS, Permission.DISPENSE}))
    assert vault.ask(partial(people.header_or_reserved, patient_id=person), pharmacy).allergies == ("penicilina",)


def test_the_page_offers_it_to_those_who_may_and_to_nobody_else(
    office: Any, qtbot: Any, ask: Any, person: PatientId
) -> None:
    house.furnish()
    page = QWidget()
    qtbot.addWidget(page)
    panel = RestrictingPanel(office, person, page)
    page.show()
    assert panel.stands.isHidden() and panel.lift.isHidden()
    panel.restrict.click()
    asked = dialogs.front()
    assert isinstance(asked, dialogs.Asked)
    asked.edit.setText("la persona lo pide")
    asked.yes.click()
    assert panel.stands.text() == ask(partial(restricted.stands_as, patient_id=person))
    assert panel.stands.text().startswith("Reserved ") and panel.restrict.isHidden()
    office.actor = RECEPTION
    assert "Who sees this record" not in [p.title for p in slots.panels_for(office)]


# -- registered a second time


def test_the_desk_is_told_of_no_duplicate_and_those_who_may_open_it_see_the_pair(
    vault: Vault, ask: Any, restrict: Any, register: Any, person: PatientId
) -> None:
    restrict(person)
    again = register("Tzoc, María")
    details = ask(partial(people.details, patient_id=again)).details
    assert vault.ask(partial(similar.similar, new=details, but=again), RECEPTION) == ()
    for one, other in ((person, again), (again, person)):
        (found,) = ask(partial(registered_again, patient_id=one))
        assert found.patient_id == other and found.equal
        with pytest.raises(NotAllowed):
            vault.ask(partial(registered_again, patient_id=one), RECEPTION)


def test_a_pair_that_was_decided_about_or_of_which_none_is_reserved_is_not_shown(
    do: Any, ask: Any, restrict: Any, register: Any, person: PatientId
) -> None:
    again = register("Tzoc, María")
    assert ask(partial(registered_again, patient_id=again)) == ()
    restrict(person)
    do(partial(linking.say_different, first=person, second=again))
    assert ask(partial(registered_again, patient_id=person)) == ()


def test_the_page_of_either_leads_to_comparing_them(
    office: Any, open_screen: Any, restrict: Any, register: Any, person: PatientId
) -> None:
    restrict(person)
    again = register("Tzoc, María")
    panel = open_screen(RestrictingPanel, patient_id=again)
    panel.twins.compare[0].click()
    assert office.went == ("persons", {"patient_id": again, "linking": True, "other_id": person})


# -- reserved while it stands open


def test_an_open_page_of_a_record_that_is_reserved_meanwhile_is_left_with_one_sentence(
    office: Any, do: Any, qtbot: Any, person: PatientId
) -> None:
    """Over a stick, say: the page, and each of its parts, hears of it; no mistake is told, nothing more is shown."""
    house.furnish()
    office.actor = RECEPTION
    frame = Frame(office, house.places(), home="persons")
    qtbot.addWidget(frame)
    frame.resize(1366, 697)
    frame.show()
    said: list[ClinicError] = []
    office.voice = RememberingVoice()
    office.voice.say = lambda error, near: said.append(error)
    office.go("persons", patient_id=person)
    assert isinstance(frame.page(), PersonPage)
    QApplication.processEvents()
    do(partial(restricting.restrict, patient_id=person, reason="lo pide"))
    qtbot.waitUntil(lambda: not isinstance(frame.page(), PersonPage))
    QApplication.processEvents()
    assert [type(error) for error in said] == [restricted.ReservedRecord]


def test_a_page_for_everybody_who_may_fits_a_window_of_150_percent(office: Any, qtbot: Any, person: PatientId) -> None:
    set_language("es")
    house.furnish()
    page = PersonPage(office, person)
    qtbot.addWidget(page)
    page.resize(911 - 60, 442 - 86)
    page.show()
    QApplication.processEvents()
    assert page.minimumSizeHint().width() <= 911 - 60
