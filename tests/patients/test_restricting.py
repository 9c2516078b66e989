"""A reserved record: it stands as "Reserved N" where a line must be, and nowhere else."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from clinic_desktop.app import house
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.screens.restricting import RestrictingPanel
from clinic_desktop.features.patients.service import registering, restricting
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, ReasonMissing
from clinic_desktop.uikit import dialogs

RECEPTION = Actor(new_id(), "Ana", next(r.permissions for r in FIRST_ROLES if r.code == "receptionist"))


@pytest.fixture
def person(register: Any) -> PatientId:
    return register("Tzoc, María")


@pytest.fixture
def restrict(do: Any) -> Any:
    return lambda who, reason="la persona lo pide": do(partial(restricting.restrict, patient_id=who, reason=reason))


def test_it_is_numbered_from_one_and_twice_is_once(restrict: Any, register: Any, person: PatientId) -> None:
    assert [restrict(person), restrict(person), restrict(register("Brito, Ana"))] == ["1", "1", "2"]


def test_a_lifted_number_is_given_to_nobody_else(restrict: Any, do: Any, register: Any, person: PatientId) -> None:
    restrict(person)
    do(partial(restricting.lift, patient_id=person, reason="ya no"))
    assert restrict(register("Brito, Ana")) == "2"
    assert restrict(person) == "1"


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
    restrict(person)
    for words in ("María", "Tzoc", "mari tzo", number):
        assert vault.ask(partial(finding.find, words=words), RECEPTION) == ()
        assert [f.patient_id for f in ask(partial(finding.find, words=words))] == [person]
    assert vault.ask(partial(people.by_number, number=number), RECEPTION) is None
    assert vault.ask(people.count, RECEPTION) == 0 and ask(people.count) == 1
    assert vault.ask(people.recent, RECEPTION) == ()
    assert vault.ask(partial(people.said_names, ids=[person]), RECEPTION) == {person: "Reserved 1"}
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
    restrict(person)
    desk = vault.ask(partial(people.header_or_reserved, patient_id=person), RECEPTION)
    assert (desk.said, desk.number, desk.mother, desk.phone, desk.birth, desk.allergies) == (
        "Reserved 1", "", "", "", None, (),
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
    assert panel.stands.text() == "Reserved 1" and panel.restrict.isHidden()
    assert ask(partial(restricted.stands_as, patient_id=person)) == "Reserved 1"
    office.actor = RECEPTION
    assert "Who sees this record" not in [p.title for p in slots.panels_for(office)]
