"""What is asked, decided and taken back at either clinic of a person who comes to two, and what goes on from there."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.features.bundles.queries import sharing as queries
from clinic_desktop.features.bundles.rules.sharing import NoSuchClinic
from clinic_desktop.features.bundles.service import devices
from clinic_desktop.features.consults.queries import supervision
from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.features.patients.service import consents
from clinic_desktop.features.patients.service.linking import keep_link
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.ids import new_id
from tests.exchange import test_sharing
from tests.exchange.conftest import Make
from tests.exchange.test_sharing import agree, of_person, rounds, says, shared, site
from tests.makers.network import ZONE, Network, enrol
from tests.makers.people import allergy, change, note, register
from tests.makers.segments import cut_now, give, held

moved = test_sharing.moved
DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _wired() -> None:
    wiring.fill()


def answers(patient: str, yes: bool, purpose: ConsentPurpose) -> Any:
    return partial(
        consents.record_answers, act_id=new_id(), patient_id=patient, answers=[Said(purpose, yes)],
        talk=Talk(decided_on=date(2026, 11, 23), way=ConsentWay.SPOKEN, witness="Ana"),
    )  # fmt: skip


def test_what_was_asked_and_decided_at_the_other_clinic_arrives_with_all_that_was_written_there(
    network: Network, moved: str
) -> None:
    first, second = network.clinics
    own = second.do(register(given_names="Juana"))
    second.do(answers(moved, False, ConsentPurpose.CALLS))
    second.do(partial(keep_link, kind=LinkKind.SAME, first=moved, second=own))
    rounds(network)
    assert not network.central.ask(findings.findings)
    for office in network.all():
        assert office.sql("SELECT answer FROM consent WHERE purpose = 'calls'") == [("refused",)], office.name
        assert office.sql("SELECT first_id FROM patient_link") == [(moved,)], office.name
    assert first.sql("SELECT id FROM patient") == [(moved,)], "the other record was not shared"


def test_a_yes_taken_back_at_the_central_stops_what_waited_and_a_new_one_sends_it(network: Network, moved: str) -> None:
    first, second = network.clinics
    first.do(allergy(moved, "polvo"))
    network.central.merge(first.export().path)
    network.central.do(says(moved, ConsentAnswer.WITHDRAWN, 2))
    rounds(network)
    assert second.sql("SELECT substance FROM allergy") == [("penicilina",)]
    network.central.do(says(moved, ConsentAnswer.GIVEN, 3))
    rounds(network)
    assert len(second.sql("SELECT substance FROM allergy")) == 2
    agree(network, moved)


def test_a_yes_taken_back_at_the_other_clinic_is_known_everywhere_and_stops_it(network: Network, moved: str) -> None:
    first, second = network.clinics
    (consent,) = second.sql("SELECT id FROM consent")[0]
    second.do(partial(consents.withdraw, consent_id=consent, act_id=new_id(), decided_on=date(2026, 11, 23)))
    rounds(network)
    first.do(allergy(moved, "polvo"))
    rounds(network)
    for office in network.all():
        assert len(office.sql("SELECT id FROM consent")) == 2, office.name
    assert second.sql("SELECT substance FROM allergy") == [("penicilina",)]
    assert not network.central.ask(findings.findings)


@pytest.mark.parametrize("how", ["cut off", "closed"])
def test_no_record_goes_to_a_clinic_that_was_cut_off_or_closed(network: Network, how: str) -> None:
    first, second = network.clinics
    central, to = network.central, site(second)
    patient = first.do(register())
    consent = first.do(says(patient))
    network.round()
    assert to in dict(central.ask(partial(queries.clinics_for, patient_id=patient)))
    if how == "cut off":
        central.do(partial(devices.cut_off, device_id=second.vault.place.device_id, note="robada"))
    else:
        central.do(lambda work: work.add(Site(id=to, code="CLB", name="2", kind="clinic", zone=ZONE, closed_on=DAY)))
    assert to not in dict(central.ask(partial(queries.clinics_for, patient_id=patient)))
    with pytest.raises(NoSuchClinic):
        central.do(shared(patient, to, consent))


def test_a_note_waits_for_the_supervisors_of_its_own_clinic(network: Network, moved: str) -> None:
    first = network.clinics[0]
    first.do(note(moved, supervisor_wanted=True))
    rounds(network)
    waiting = [len(office.ask(supervision.waiting_for_supervisor)) for office in network.all()]
    counted = [office.ask(partial(supervision.promptness, first=DAY, last=DAY)).running for office in network.all()]
    assert waiting == [1, 0, 0], "at the first clinic its author asks, who signs nothing of theirs"
    assert counted == [1, 1, 0]


def test_a_segment_that_brings_a_change_and_a_copy_with_the_same_change_brings_it_once(
    network: Network, moved: str
) -> None:
    _first, second = network.clinics
    second.do(change(moved, community="Pulay"))
    network.central.merge(second.export().path)
    network.central.do(change(moved, mother_name="Juana"))
    rounds(network)
    agree(network, moved)


def test_an_insert_sent_twice_where_a_copy_was_first_says_the_same_everywhere(network: Network, another: Make) -> None:
    first, second = network.clinics
    central = network.central
    patient = first.do(register())
    first.save_copy("before")
    consent = first.do(says(patient))
    network.round()
    central.do(shared(patient, site(second), consent))
    network.round()
    mate = another("mate", of=first)
    enrol(mate, central)
    second.do(change(patient, phone="7"))
    cut_now(second)
    give(central, held(second)[-1:])
    cut_now(central)
    copied = [one for one in held(central) if one.manifest.audience == site(first)]
    assert [part.kind for part in copied[-1].manifest.parts] == ["copy"]
    give(mate, copied[-1:])
    before = held(first)
    first.restore("before")
    cut_now(first)
    again = held(first)[-1:]
    give(mate, [*again, *copied, *before])
    give(central, again)
    assert of_person(mate, patient) == of_person(central, patient)
