"""A reserved person is nowhere: every public query of every room is asked by everybody who may not open the record."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.medication.queries import handing
from clinic_desktop.features.medication.service import dispensing
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.conformance import reserved
from tests.conformance.asking import answers, printed, telling
from tests.conformance.reserved import EVERYTHING_ELSE, Scene, restrict

scene, vault_folder, told_once = reserved.scene, reserved.vault_folder, reserved.told_once

OUTSIDE = {r.code: r.permissions for r in FIRST_ROLES if Permission.OPEN_RESTRICTED not in r.permissions} | {
    "everything else": EVERYTHING_ELSE
}


def test_what_is_asked_really_tells_of_somebody_who_is_not_reserved(vault: Vault, actor: Actor, scene: Scene) -> None:
    """Otherwise the next test would prove nothing."""
    told = telling(answers(vault, actor, scene), scene)
    wanted = (
        "patients.queries.people.header", "patients.queries.people.details", "patients.queries.people.said_names",
        "patients.queries.people.recent", "patients.queries.people.rows_of", "patients.queries.search.find",
        "agenda.queries.day.today", "consults.queries.chart.chart", "consults.queries.chart.open_risks",
        "consults.queries.notes.note_page", "consults.queries.vitals.history",
        "consults.queries.results.results", "consults.queries.reactions.reaction", "consults.queries.safety.situation",
        "medication.queries.book.page", "medication.queries.handed.handed_out",
        "medication.queries.handing.to_dispense",
        "medication.queries.injections.depots", "medication.queries.papers.waiting_to_join",
        "medication.queries.recalls.receivers", "medication.queries.vouchers.open_vouchers",
        "medication.queries.vouchers.answered_vouchers",
        "referrals.queries.open_referrals", "referrals.queries.material", "bundles.queries.conflicts.open_conflicts",
        "rights.queries.coercion.event", "rights.queries.complaints.register", "rights.queries.wishes.newest",
        "rights.queries.disclosures.disclosures", "rights.queries.own_data.own_data",
    )  # fmt: skip
    assert set(wanted) - told == set()


@pytest.mark.parametrize("role", OUTSIDE)
def test_no_paper_says_anything_of_a_reserved_person(vault: Vault, do: Any, scene: Scene, role: str) -> None:
    restrict(do, scene)
    assert telling(printed(vault, Actor(new_id(), "Ana", OUTSIDE[role]), scene), scene) == set()


def test_papers_really_tell_of_somebody_who_is_not_reserved(vault: Vault, actor: Actor, scene: Scene) -> None:
    told = telling(printed(vault, actor, scene), scene)
    wanted = {
        "agenda.day.clinicians_list", "agenda.day.desk_list", "medication.book.book_page",
        "medication.recall.contact_list",
        "medication.receipt.receipt_of", "medication.voucher.voucher_paper", "referrals.referral.again",
    }  # fmt: skip
    assert wanted - told == set()


@pytest.mark.parametrize("role", OUTSIDE)
def test_no_query_says_anything_of_a_reserved_person(vault: Vault, do: Any, scene: Scene, role: str) -> None:
    restrict(do, scene)
    outsider = Actor(new_id(), "Ana", OUTSIDE[role])
    assert telling(answers(vault, outsider, scene), scene) == set()


def test_those_who_may_open_it_lose_nothing(vault: Vault, do: Any, actor: Actor, scene: Scene) -> None:
    before = telling(answers(vault, actor, scene), scene)
    restrict(do, scene)
    assert telling(answers(vault, actor, scene), scene) == before


def test_no_count_counts_a_reserved_person(vault: Vault, do: Any, ask: Any, scene: Scene) -> None:
    restrict(do, scene)
    outsider = Actor(new_id(), "Ana", EVERYTHING_ELSE)
    assert (vault.ask(people.count, outsider), ask(people.count)) == (1, 2)


def test_the_days_line_and_the_medicines_to_hand_out_stand_as_reserved_n(vault: Vault, do: Any, scene: Scene) -> None:
    called = restrict(do, scene)
    outsider = Actor(new_id(), "Ana", EVERYTHING_ELSE)
    assert called in [row.name for row in vault.ask(agenda_queries.today, outsider)]
    assert owed(vault, outsider, scene) == (called, 20)


def test_reception_books_moves_and_receives_a_reserved_person_from_the_days_line(
    vault: Vault, do: Any, scene: Scene, clock: Any
) -> None:
    called = restrict(do, scene)
    desk = Actor(new_id(), "Ana", next(r.permissions for r in FIRST_ROLES if r.code == "receptionist"))
    (row,) = [r for r in vault.ask(agenda_queries.today, desk) if r.name == called]
    booked = vault.ask(partial(agenda_queries.next_booking, patient_id=row.patient_id), desk)
    assert booked is not None
    clock.advance(days=7)
    came = vault.do(partial(agenda.arrive, patient_id=row.patient_id, new_appointment_id=new_id()), desk)
    assert came in [r.appointment_id for r in vault.ask(agenda_queries.today, desk)]
    again = partial(agenda.book, appointment_id=new_id(), patient_id=row.patient_id, day=date(2027, 2, 1))
    vault.do(partial(again, confirmed=True), desk)


def test_the_pharmacy_hands_out_to_a_reserved_person(vault: Vault, do: Any, ask: Any, scene: Scene) -> None:
    called = restrict(do, scene)
    pharmacy = Actor(new_id(), "Luis", next(r.permissions for r in FIRST_ROLES if r.code == "pharmacy"))
    header = vault.ask(partial(handing.header_to_serve, patient_id=scene.patient_id), pharmacy)
    assert (header.said, header.allergies, header.number) == (called, ("penicilina",), "")
    give = [dispensing.Handout(new_id(), scene.values["request_id"][0], 20)]
    give_all = partial(dispensing.dispense, patient_id=scene.patient_id, handouts=give, accept_early=True)
    vault.do(give_all, pharmacy)
    assert owed(vault, pharmacy, scene) == (called, 0)


def owed(vault: Vault, actor: Actor, scene: Scene) -> tuple[str, int]:
    """As what the person stands at the counter, and what is left of the signed prescription."""
    (person,) = vault.ask(handing.to_dispense, actor)
    mine = [line.owed for line in person.lines if line.line.request_id == scene.values["request_id"][0]]
    return person.said, sum(mine)
