"""A decision between two values, what each writer had seen, and its undoing: through real bundles."""

from functools import partial

import pytest

from clinic_desktop.exchange.merge import conflicts as engine
from clinic_desktop.exchange.merge.reopening import undo
from clinic_desktop.exchange.merge.sightings import sightings
from clinic_desktop.exchange.troubles import DecisionGone
from clinic_desktop.features.bundles.queries import conflicts
from clinic_desktop.features.bundles.service import settling
from tests.bundles.conftest import apart, phones
from tests.makers.network import Network, Office
from tests.makers.people import change


def settle(office: Office, at: int) -> None:
    (one,) = office.ask(conflicts.open_conflicts)
    office.do(
        partial(
            settling.settle_conflict,
            table=one.table,
            row_id=one.row_id,
            unit=one.unit,
            values=one.sides[at].values,
            seen=one.sides,
        )
    )


def undo_last(office: Office) -> None:
    ((key,),) = office.sql("SELECT max(key) FROM settled_conflict WHERE undone_at IS NULL")
    office.do(partial(undo, key=key))


def test_each_side_says_what_its_writer_had_seen(network: Network) -> None:
    apart(network)
    for office in (network.central, network.clinics[0]):
        (one,) = office.ask(conflicts.open_conflicts)
        seen = office.ask(partial(sightings, conflict=one))
        assert {side.values[0] for side in one.sides} == {"1111", "2222"}
        assert [[before.values[0] for before in each.before] for each in seen] == [["5555"], ["5555"]]
        assert not any(each.missing or each.first for each in seen)
        assert {side.author_id for side in one.sides} == {
            network.central.actor.staff_id,
            network.clinics[0].actor.staff_id,
        }


def test_a_decision_that_is_undone_puts_both_values_side_by_side_again_everywhere(network: Network) -> None:
    apart(network)
    central, clinic = network.central, network.clinics[0]
    before = [side.values for side in central.ask(conflicts.open_conflicts)[0].sides]
    settle(central, 1)
    network.round()
    assert clinic.ask(conflicts.count_conflicts) == 0
    assert phones(central) == phones(clinic) == {before[1][0]}
    undo_last(central)
    assert [side.values for side in central.ask(conflicts.open_conflicts)[0].sides] == before
    network.round()
    (there,) = clinic.ask(conflicts.open_conflicts)
    assert [side.values for side in there.sides] == before
    assert phones(central) == phones(clinic) == {before[0][0]}
    told = clinic.ask(partial(sightings, conflict=there))
    assert {each.again.author_id for each in told if each.again} == {central.actor.staff_id, clinic.actor.staff_id}
    assert {side.author_id for side in there.sides} == {central.actor.staff_id}, "who put them back"


def test_a_decision_not_carried_yet_is_undone_just_so(network: Network) -> None:
    apart(network)
    central = network.central
    before = [side.values for side in central.ask(conflicts.open_conflicts)[0].sides]
    settle(central, 0)
    undo_last(central)
    assert [side.values for side in central.ask(conflicts.open_conflicts)[0].sides] == before
    settle(central, 1)
    network.round()
    assert network.clinics[0].ask(conflicts.count_conflicts) == 0
    assert phones(network.clinics[0]) == {before[1][0]}


def test_what_somebody_wrote_since_is_not_undone(network: Network) -> None:
    patient = apart(network)
    central, clinic = network.central, network.clinics[0]
    settle(central, 0)
    network.round()
    clinic.do(change(patient, phone="7777"))
    network.round()
    with pytest.raises(DecisionGone):
        undo_last(central)
    assert phones(central) == {"7777"}


def test_two_different_decisions_are_a_conflict_again_through_real_bundles(network: Network) -> None:
    apart(network)
    central, clinic = network.central, network.clinics[0]
    settle(central, 0)
    settle(clinic, 1)
    network.round()
    for office in (central, clinic):
        (one,) = office.ask(conflicts.open_conflicts)
        assert {side.values[0] for side in one.sides} == {"1111", "2222"}
        assert {len(each.before) for each in office.ask(partial(sightings, conflict=one))} == {2}
    settle(central, 0)
    network.round()
    assert clinic.ask(conflicts.count_conflicts) == 0
    assert phones(central) == phones(clinic)


def test_the_same_decision_at_two_places_is_none(network: Network) -> None:
    apart(network)
    settle(network.central, 0)
    settle(network.clinics[0], 0)
    network.round()
    for office in (network.central, network.clinics[0]):
        assert office.ask(conflicts.count_conflicts) == 0


def test_an_edit_supersedes_only_what_was_displayed_and_is_shown_at_once(network: Network) -> None:
    patient = apart(network)
    central = network.central
    (one,) = central.ask(conflicts.open_conflicts)
    hidden = one.sides[1].values
    central.do(change(patient, phone="9999"))
    (now,) = central.ask(conflicts.open_conflicts)
    assert [side.values[0] for side in now.sides] == ["9999", hidden[0]], "before it is carried"
    network.round()
    for office in (central, network.clinics[0]):
        assert [side.values[0] for side in office.ask(engine.open_conflicts)[0].sides] == ["9999", hidden[0]]
    settle(central, 1)
    assert phones(central) == {hidden[0]}


def test_who_decides_over_an_edit_they_did_not_see_is_asked_to_look_again(network: Network) -> None:
    patient = apart(network)
    central = network.central
    (old,) = central.ask(conflicts.open_conflicts)
    central.do(change(patient, phone="9999"))
    keep = partial(settling.settle_conflict, table="patient", row_id=patient, unit="phone", seen=old.sides)
    with pytest.raises(engine.ConflictGone):
        central.do(partial(keep, values=old.sides[1].values))
    assert phones(central) == {"9999"}
