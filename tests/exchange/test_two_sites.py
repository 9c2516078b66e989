"""What other systems refuse in the middle of a merge: one number at two sites, a child before its parent, no parent."""

from typing import Any

from clinic_desktop.exchange.carrying.intake import Taken
from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.features.patients.records import Allergy, Patient
from clinic_desktop.storage import ledger
from clinic_desktop.storage.work import Work
from tests.makers.network import Network, Office
from tests.makers.people import allergy, change, note, register, void
from tests.makers.segments import cut_now, give, held
from tests.makers.state import of_site


def sound(office: Office) -> None:
    assert office.do(lambda work: ledger.broken_at(work.cursor)) is None
    assert office.do(lambda work: list(ledger.stale_rows(work.cursor))) == []


def numbered(number: str, name: str) -> Any:
    def add(work: Work) -> str:
        return work.add(Patient(number=number, given_names=name, family_name="Tzoc")).id

    return add


def test_the_same_number_at_two_sites_is_two_people_and_a_question(network: Network) -> None:
    first, second, central = *network.clinics, network.central
    ana = first.do(numbered("CLA-AA00001-X", "Ana"))
    eva = second.do(numbered("CLA-AA00001-X", "Eva"))
    network.round()
    network.round()
    assert central.sql("SELECT given_names, number FROM patient ORDER BY 1") == [
        ("Ana", "CLA-AA00001-X"), ("Eva", "CLA-AA00001-X"),
    ]  # fmt: skip
    (double,) = central.ask(findings.same_numbers)
    assert set(double.patient_ids) == {ana, eva}
    central.do(change(eva, number="CLB-AA00001-Z"))
    network.round()
    assert central.ask(findings.same_numbers) == ()
    assert second.sql("SELECT number FROM patient") == [("CLB-AA00001-Z",)]
    for clinic in network.clinics:
        assert of_site(central, clinic) == of_site(clinic, clinic)


def test_children_before_their_parents_in_every_order(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    cut_now(clinic)
    sick = clinic.do(allergy(patient, "penicilina"))
    cut_now(clinic)
    clinic.do(note(patient))
    cut_now(clinic)
    clinic.do(change(sick, Allergy, reaction="ronchas"))
    clinic.do(change(patient, phone="1"))
    cut_now(clinic)
    parent, *children = held(clinic)
    assert give(central, reversed(children)) == [Taken.NEW] * 3
    assert {o.table for o in central.ask(findings.orphans)} >= {"allergy", "consult_note"}
    sound(central)
    assert central.sql("SELECT count(*) FROM patient") == [(0,)]
    assert give(central, [parent]) == [Taken.NEW]
    assert central.ask(findings.orphans) == ()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    assert central.sql("SELECT phone FROM patient") == [("1",)]
    assert central.sql("SELECT count(*) FROM open_conflict") == [(0,)]
    sound(central)


def test_a_parent_that_never_comes_leaves_a_question_and_stops_nothing(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    cut_now(clinic)
    clinic.do(allergy(patient, "penicilina"))
    clinic.do(register(given_names="Ana"))
    cut_now(clinic)
    (_lost, rest) = held(clinic)
    assert give(central, [rest]) == [Taken.NEW]
    assert [o.table for o in central.ask(findings.orphans)] == ["allergy"]
    # Everything else goes on: the central works with who is there, exports, and takes in more.
    (other,) = central.sql("SELECT id FROM patient")
    central.do(change(other[0], phone="2"))
    answer = central.answer()["Clínica 1"]
    assert clinic.accept(answer).files[0].ok
    assert clinic.sql("SELECT phone FROM patient WHERE id = ?", (other[0],)) == [("2",)]
    sound(central)
    # The receipt says what is missing, so the next bundle brings it.
    central.merge(clinic.export().path)
    assert central.ask(findings.orphans) == ()
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_a_parent_that_was_taken_back_keeps_its_children(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    central.do(void(patient))
    clinic.do(allergy(patient, "penicilina"))
    clinic.do(note(patient))
    network.round()
    network.round()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    assert central.sql("SELECT count(*) FROM consult_note") == [(1,)]
    assert central.ask(findings.orphans) == ()
