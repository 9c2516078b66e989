"""A week of three clinics and one stick: a stick is lost, two people write apart, a laptop is put back from a backup.

At the end the central has every line once, every clinic knows it, and nobody's number was printed twice.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic_desktop.exchange.merge import conflicts
from clinic_desktop.features.bundles.queries import clinics, waiting
from clinic_desktop.features.bundles.service import losing, settling
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.ids import PatientId, new_id
from tests.exchange.conftest import make, network, saved_network  # noqa: F401
from tests.makers.network import Network, Office
from tests.makers.people import change, note
from tests.makers.state import of_site

pytestmark = pytest.mark.whole
NAMES = ("Juana Petrona", "Mateo", "Ana Isabel", "Pedro", "Rosa", "Domingo", "Eva", "Sebastián", "Lucía", "Tomás")


@pytest.fixture
def three(make: Callable[[int], Network]) -> Network:  # noqa: F811
    return make(3)


def meet(office: Office, count: int, at: int) -> list[str]:
    """So many people come for the first time, as the desk registers them, and each has a note."""
    met: list[str] = []
    for n in range(count):
        who = PatientId(new_id())
        details = Details(
            given_names=NAMES[(at + n) % len(NAMES)], family_name=f"Tzoc {at + n}", municipality_code="0710"
        )
        office.do(partial(registering.register, patient_id=who, details=details))
        office.do(note(who, f"vino {at + n}"))
        met.append(who)
    return met


def numbers(office: Office) -> list[str]:
    return [row[0] for row in office.sql("SELECT number FROM patient WHERE number IS NOT NULL")]


def everything_at_the_central(network: Network) -> bool:  # noqa: F811
    return all(of_site(network.central, one) == of_site(one, one) for one in network.clinics)


def test_a_week_of_three_clinics(three: Network) -> None:
    central, (tierra, bosque, lago) = three.central, three.clinics
    # Monday: everybody works; one stick goes round.
    people = [meet(clinic, 4, at) for at, clinic in enumerate(three.clinics)]
    three.round()
    assert everything_at_the_central(three)
    tierra.save_copy("monday")

    # Tuesday: the stick of one clinic is lost on the bus.
    tuesday = meet(tierra, 3, 30)
    lost = tierra.export()
    lost.path.unlink()
    (log_key,) = next(iter(tierra.sql("SELECT max(key) FROM bundle_log WHERE way = 'out'")))
    tierra.do(partial(losing.stick_is_lost, log_key=log_key))
    assert tierra.ask(waiting.waiting).new > 0, "what it carried still waits"

    # Wednesday: a phone is written down at the clinic and at the central, neither knowing of the other.
    bosque.do(change(people[1][0], Patient, phone="5555-1111"))
    central.do(change(people[1][0], Patient, phone="5555-2222"))
    three.round()
    assert everything_at_the_central(three)
    assert set(tuesday) <= {row[0] for row in central.sql("SELECT id FROM patient")}, "the next stick carried it again"
    assert [office.ask(conflicts.count_open) for office in (central, bosque, tierra, lago)] == [1, 1, 0, 0]

    # Thursday: a laptop dies and is put back from Monday's backup; people come before any stick does.
    tierra.restore("monday")
    thursday = meet(tierra, 3, 60)
    (conflict,) = central.ask(conflicts.open_conflicts)
    decided = partial(
        settling.settle_conflict, table=conflict.table, row_id=conflict.row_id, unit=conflict.unit,
        values=conflict.sides[1].values, seen=conflict.sides,
    )  # fmt: skip
    central.do(decided)
    three.round()
    three.round()

    # Friday: nothing is missing, nothing is there twice, both sides say so.
    assert {*tuesday, *thursday} <= {row[0] for row in tierra.sql("SELECT id FROM patient")}
    assert everything_at_the_central(three)
    assert [office.ask(conflicts.count_open) for office in three.all()] == [0, 0, 0, 0]
    assert bosque.sql("SELECT phone FROM patient WHERE id = ?", [people[1][0]]) == [(conflict.sides[1].values[0],)]
    printed = Counter(numbers(central))
    assert len(printed) == sum(printed.values()) == 18, "no number was printed twice"
    for clinic in three.clinics:
        state: Any = clinic.ask(waiting.confirmed)
        assert state.until is not None and not state.missing
        assert clinic.ask(waiting.waiting).new == 0
    assert all(not one.missing and not one.aside for one in central.ask(clinics.clinics))
