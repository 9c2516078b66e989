"""The life of a conflict: when there is one and when not, how it ends; it is seen wherever the record lives."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic_desktop.exchange.merge import conflicts as engine
from clinic_desktop.features.bundles.service import settling
from clinic_desktop.features.patients.queries import people
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId
from tests.exchange.conftest import MakeNetwork
from tests.makers.network import Network, Office
from tests.makers.people import change, register, void
from tests.makers.state import of_site

Change = dict[str, Any]


def apart(network: Network, here: Change, there: Change) -> str:
    """A clinic and the central change one person without knowing of each other; then the sticks go."""
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(change(patient, **here))
    central.do(change(patient, **there))
    meet(network)
    return patient


def meet(network: Network) -> None:
    for _ in range(2):
        network.round()
    clinic, central = network.clinics[0], network.central
    assert of_site(central, clinic) == of_site(clinic, clinic)
    told = [[(c.unit, c.blocking, _values(c)) for c in o.ask(engine.open_conflicts)] for o in (clinic, central)]
    assert told[0] == told[1], "both see the same question"


def _values(found: Any) -> frozenset[tuple[Any, ...]]:
    return frozenset(side.values for side in found.sides)


def units(office: Office) -> list[tuple[str, int]]:
    return [(c.unit, len(c.sides)) for c in office.ask(engine.open_conflicts)]


@pytest.mark.parametrize(
    ("here", "there", "asked"),
    [
        ({"phone": "1"}, {"phone": "2"}, [("phone", 2)]),
        ({"phone": "1"}, {"phone": "1"}, []),
        ({"phone": "1"}, {"mother_name": "Juana"}, []),
        ({"phone": "1"}, {"phone_note": "de la hija"}, [("phone", 2)]),
        ({"given_names": "Ana"}, {"family_name": "Brito"}, [("name", 2)]),
        ({"given_names": "Ana", "phone": "1"}, {"family_name": "Brito", "phone": "2"}, [("name", 2), ("phone", 2)]),
        ({"birth_date": PartialDate(1990)}, {"birth_date": PartialDate(1991)}, [("birth", 2)]),
        ({"birth_date": PartialDate(1990)}, {"birth_date": PartialDate(1990)}, []),
        ({"community": "Pulay"}, {"community": None, "phone": "1"}, []),
    ],
    ids=[
        "same field",
        "equal values",
        "other fields",
        "one group",
        "name",
        "two units",
        "birth",
        "equal birth",
        "empty",
    ],
)
def test_a_person_is_asked_if_and_only_if_one_unit_has_two_values(
    network: Network, here: Change, there: Change, asked: list[tuple[str, int]]
) -> None:
    apart(network, here, there)
    found = units(network.central)
    assert [n for _, n in found] == [n for _, n in asked]
    assert [u for u, _ in found] == [u for u, _ in asked] or asked[0][0] == "birth"


def settle(office: Office, unit: str, choose: Callable[[Any], Any]) -> None:
    found = next(c for c in office.ask(engine.open_conflicts) if c.unit == unit)
    keep = partial(settling.settle_conflict, table=found.table, row_id=found.row_id, unit=unit)
    office.do(partial(keep, values=choose(found), seen=found.sides))


def first(found: Any) -> Any:
    return found.sides[0].values


def second(found: Any) -> Any:
    return found.sides[1].values


@pytest.mark.parametrize("choose", [first, second, lambda found: ("a third", None)])
@pytest.mark.parametrize("place", [0, 1])
def test_settled_at_either_place_it_is_settled_at_both(
    network: Network, choose: Callable[[Any], Any], place: int
) -> None:
    apart(network, {"phone": "1"}, {"phone": "2"})
    office = (network.clinics[0], network.central)[place]
    settle(office, "phone", choose)
    meet(network)
    for one in (network.clinics[0], network.central):
        assert units(one) == []


def test_two_who_settle_differently_are_asked_again_and_equally_not(network: Network) -> None:
    apart(network, {"phone": "1"}, {"phone": "2"})
    settle(network.clinics[0], "phone", first)
    settle(network.central, "phone", second)
    meet(network)
    assert units(network.central) == [("phone", 2)]
    settle(network.clinics[0], "phone", first)
    settle(network.central, "phone", first)
    meet(network)
    assert units(network.central) == []


def test_an_edit_of_an_unsettled_field_overwrites_what_it_showed_and_hides_nothing(network: Network) -> None:
    patient = apart(network, {"phone": "1"}, {"phone": "2"})
    clinic, central = network.clinics[0], network.central
    (shown,) = clinic.sql("SELECT phone FROM patient")
    hidden = {"1", "2"} - {shown[0]}
    clinic.do(change(patient, phone="3"))
    meet(network)
    (found,) = central.ask(engine.open_conflicts)
    assert {side.values[0] for side in found.sides} == {"3", *hidden}


def test_edited_at_one_place_and_taken_back_at_the_other_a_person_is_asked_and_the_record_stays(
    network: Network,
) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(void(patient))
    central.do(change(patient, phone="2"))
    meet(network)
    assert [u for u, _ in units(central)] == ["void"]
    assert central.sql("SELECT voided_at, phone FROM patient") == [(None, "2")]
    settle(clinic, "void", second)
    meet(network)
    assert units(central) == []
    assert central.sql("SELECT count(*) FROM patient WHERE voided_at IS NOT NULL") == [(1,)]


def test_three_values_of_three_histories_stand_side_by_side(make: MakeNetwork) -> None:
    """A third word from the same clinic, put back from a backup before it had heard of the others."""
    network = make(1)
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.save_copy("before")
    clinic.do(change(patient, phone="1"))
    central.merge(clinic.export().path)
    clinic.restore("before")
    clinic.do(change(patient, phone="2"))
    lost_sight = clinic.export().path
    central.merge(lost_sight)
    assert units(central) == [("phone", 2)]
    (shown,) = central.sql("SELECT phone FROM patient")
    meet(network)
    clinic.do(change(patient, phone="3"))
    central.do(change(patient, phone="4"))
    meet(network)
    (found,) = central.ask(engine.open_conflicts)
    assert {s.values[0] for s in found.sides} == {"3", "4", *({"1", "2"} - {shown[0]})}
    settle(central, "phone", first)
    meet(network)
    assert units(clinic) == []


@pytest.mark.parametrize(
    ("here", "there", "blocking"),
    [
        ({"given_names": "Ana"}, {"given_names": "Eva"}, True),
        ({"birth_date": PartialDate(1990)}, {"birth_date": PartialDate(1991)}, True),
        ({"phone": "1"}, {"phone": "2"}, False),
    ],
)
def test_what_touches_safety_is_shown_on_the_record_at_both_places(
    network: Network, here: Change, there: Change, blocking: bool
) -> None:
    patient = apart(network, here, there)
    for office in (network.clinics[0], network.central):
        assert bool(office.ask(partial(people.header, patient_id=PatientId(patient))).doubted) is blocking
        assert len(office.ask(engine.open_conflicts)) == 1
