"""Computers whose clocks are wrong: who saw a value and changed it always wins, and nothing is refused for its hour."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from clinic_desktop.features.bundles.queries import clinics, conflicts, findings
from clinic_desktop.features.bundles.service import settling
from tests.makers.network import Network, Office
from tests.makers.people import change, register, void
from tests.makers.state import of_site

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
CLOCKS = {
    "1970": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "2099": datetime(2099, 12, 31, 23, 59, tzinfo=UTC),
    "a year back": NOW - timedelta(days=365),
    "summer time": NOW + timedelta(hours=1),
    "the same": NOW,
}


@contextmanager
def at(office: Office, moment: datetime) -> Iterator[None]:
    """The office's clock says this; all offices of a test share one clock that is set for whoever works."""
    before = office.clock.now()
    office.clock.advance(seconds=(moment - before).total_seconds())
    yield
    office.clock.advance(seconds=(before - office.clock.now()).total_seconds())


@pytest.mark.parametrize("clinic_clock", CLOCKS)
@pytest.mark.parametrize("central_clock", ["the same", "1970", "2099"])
def test_who_saw_a_value_beats_it_whatever_both_clocks_say(
    network: Network, clinic_clock: str, central_clock: str
) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    words: list[str] = []
    for n in range(3):
        for office, moment in ((clinic, CLOCKS[clinic_clock]), (central, CLOCKS[central_clock])):
            words.append(f"{office.name} {n}")
            with at(office, moment):
                office.do(change(patient, phone=words[-1]))
                bundle = office.export().path if office is clinic else office.answer()["Clínica 1"]
            other, moment = (central, CLOCKS[central_clock]) if office is clinic else (clinic, CLOCKS[clinic_clock])
            with at(other, moment):
                report = other.merge(bundle) if other is central else other.accept(bundle)
            assert (report.files[0].error, report.files[0].aside_segments) == (None, 0)
            assert other.sql("SELECT phone FROM patient") == [(words[-1],)]
    for office in (clinic, central):
        assert office.ask(conflicts.count_conflicts) == 0
        assert {f.kind for f in office.ask(findings.findings)} <= {"clock"}
    assert of_site(central, clinic) == of_site(clinic, clinic)


@pytest.mark.parametrize("wrong", ["1970", "2099"])
def test_how_long_nothing_came_is_told_rightly_of_a_clinic_whose_clock_was_wrong(network: Network, wrong: str) -> None:
    clinic, central = network.clinics[0], network.central
    with at(clinic, CLOCKS[wrong]):
        clinic.do(register())
        bundle = clinic.export().path
    central.merge(bundle)
    central.clock.advance(days=7)
    central.merge(clinic.export().path)
    central.clock.advance(days=20)
    (told,) = [one for one in central.ask(clinics.clinics) if one.site_name == "Clínica 1"]
    assert (told.days, told.late, told.last_number) == (20, True, 2)


def test_a_clock_that_goes_back_in_the_middle_of_the_day_changes_no_order(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    clinic.do(change(patient, phone="1"))
    clinic.export()
    with at(clinic, NOW - timedelta(days=4000)):
        clinic.do(change(patient, phone="2"))
        clinic.export()
        clinic.do(change(patient, phone="3"))
        central.merge(clinic.export().path)
    assert central.sql("SELECT phone FROM patient") == [("3",)]
    assert central.ask(conflicts.count_conflicts) == 0
    (clocks,) = clinic.sql("SELECT group_concat(hlc) FROM (SELECT hlc FROM field_op ORDER BY segment_key)")
    told = [int(one) for one in clocks[0].split(",")]
    assert told == sorted(set(told)), "the clock of a row only ever goes on"


def test_two_computers_with_the_very_same_hour_agree_on_one_of_two_words(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    moment = clinic.clock.now() + timedelta(minutes=1)
    for office, word in ((clinic, "the clinic's"), (central, "the central's")):
        with at(office, moment):
            office.vault.do(change(patient, phone=word), office.actor)
    network.round()
    network.round()
    assert clinic.sql("SELECT phone FROM patient") == central.sql("SELECT phone FROM patient")
    for office in (clinic, central):
        (found,) = office.ask(conflicts.open_conflicts)
        assert {side.values[0] for side in found.sides} == {"the clinic's", "the central's"}


@pytest.mark.parametrize("moment", ["1970", "2099"])
def test_settling_and_taking_back_with_a_wrong_clock_count_all_the_same(network: Network, moment: str) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    other = clinic.do(register(given_names="Ana"))
    network.round()
    clinic.do(change(patient, phone="1"))
    central.do(change(patient, phone="2"))
    network.round()
    with at(clinic, CLOCKS[moment]):
        (found,) = clinic.ask(conflicts.open_conflicts)
        keep = partial(settling.settle_conflict, table="patient", row_id=patient, unit="phone")
        clinic.do(partial(keep, values=found.sides[1].values, seen=found.sides))
        clinic.do(void(other))
        bundle = clinic.export().path
    central.merge(bundle)
    assert central.ask(conflicts.count_conflicts) == 0
    assert central.sql("SELECT phone FROM patient WHERE id = ?", (patient,)) == [(found.sides[1].values[0],)]
    assert central.sql("SELECT count(*) FROM patient WHERE voided_at IS NOT NULL") == [(1,)]


@pytest.mark.parametrize("hour", [0, 1, 2])
def test_the_hour_that_summer_time_repeats_or_skips(network: Network, hour: int) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    change_of_clocks = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    with at(clinic, change_of_clocks):
        clinic.do(change(patient, phone="before"))
    with at(clinic, change_of_clocks - timedelta(hours=1)):
        clinic.do(change(patient, phone="after"))
        central.merge(clinic.export().path)
    assert central.sql("SELECT phone FROM patient") == [("after",)]
