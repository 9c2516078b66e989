"""Who may sign in: added, changed and ended at the central or at a clinic; that somebody was ended always wins."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.staff import service as staff
from clinic_desktop.features.staff.service import NewMember
from clinic_desktop.kernel.ids import new_id
from tests.makers.network import Network, Office


@pytest.fixture
def founded(network: Network) -> Network:
    wiring.fill()
    for office in network.all():
        first = NewMember(office.actor.staff_id, office.name, office.name, "coordinator")
        office.do(partial(staff.found, first=first, municipality_code=None))
    return network


def add(office: Office, name: str) -> str:
    staff_id = new_id()
    office.do(partial(staff.add_member, new=NewMember(staff_id, name, name, "psychiatrist")))
    return staff_id


def active(office: Office) -> dict[str, int]:
    return dict(office.sql("SELECT display_name, active FROM staff_member WHERE display_name LIKE 'Dr%'"))


def until(day: date) -> Callable[[str], Callable[..., Any]]:
    return lambda staff_id: partial(staff.change_member, staff_id=staff_id, seen={}, to={"valid_until": day})


def test_whoever_was_ended_at_any_place_is_ended_at_all(founded: Network) -> None:
    central, (first, second) = founded.central, founded.clinics
    ours, theirs, both = add(central, "Dra. Central"), add(first, "Dr. Local"), add(central, "Dr. Prolongado")
    founded.round()
    assert active(second) == {"Dra. Central": 1, "Dr. Prolongado": 1}
    first.do(partial(staff.end_access, staff_id=ours))
    central.do(partial(staff.end_access, staff_id=theirs))
    # Ended here, and prolonged there by somebody who did not know.
    first.do(partial(staff.end_access, staff_id=both))
    central.do(until(date(2027, 1, 1))(both))
    founded.round()
    ended = {"Dra. Central": 0, "Dr. Local": 0, "Dr. Prolongado": 0}
    assert active(central) == active(first) == ended
    assert active(second) == {"Dra. Central": 0, "Dr. Prolongado": 0}, "no stick of the first clinic was ever here"
    assert not central.sql("SELECT 1 FROM open_conflict")


def test_what_a_clinic_changes_of_somebody_of_the_central_counts_there_and_nowhere_else(founded: Network) -> None:
    central, (first, second) = founded.central, founded.clinics
    staff_id = add(central, "Dra. Central")
    founded.round()
    first.do(until(date(2027, 1, 1))(staff_id))
    founded.round()
    founded.round()
    told = "SELECT valid_until FROM staff_member WHERE id = ?"
    assert [office.sql(told, (staff_id,)) for office in (central, first, second)] == [
        [(None,)], [("2027-01-01",)], [(None,)],
    ]  # fmt: skip
