"""Databases put back from a backup, copied, used twice: nothing that a bundle held is lost, nothing is issued twice."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.storage.opening import open_vault
from tests.exchange.conftest import MakeNetwork
from tests.makers.network import Network, Office
from tests.makers.people import change, note, register
from tests.makers.state import of_site

Deed = Callable[[], Any]


def numbers(office: Office) -> list[str]:
    return [number for (number,) in office.sql("SELECT number FROM patient ORDER BY number")]


def settle(network: Network) -> None:
    for _ in range(3):
        network.round()
    for clinic in network.clinics:
        assert of_site(network.central, clinic) == of_site(clinic, clinic)
    noted = {f.kind for office in network.all() for f in office.ask(findings.findings)}
    assert noted <= {"restored"}, noted


def test_after_yesterdays_file_is_put_back_thirty_new_people_arrive_all(network: Network) -> None:
    """What is lost in silence almost everywhere else: the counter is old, so the new rows look as if they were sent."""
    clinic, central = network.clinics[0], network.central
    clinic.do(register(given_names="Ayer"))
    network.round()
    clinic.save_copy("yesterday")
    for n in range(30):
        clinic.do(register(given_names=f"Hoy {n}"))
    network.round()
    clinic.restore("yesterday")
    for n in range(30):
        clinic.do(register(given_names=f"Otra vez {n}"))
    sent = clinic.export()
    report = central.merge(sent.path)
    assert report.files[0].rows == 30
    assert central.sql("SELECT count(*) FROM patient") == [(61,)]
    settle(network)
    assert clinic.sql("SELECT count(*) FROM patient") == [(61,)]
    assert len(set(numbers(central))) == 61


def _short_life(network: Network, kept: list[str]) -> list[Deed]:
    """What happens, deed by deed; after each one a backup may be made, and later put back."""
    clinic, central = network.clinics[0], network.central
    people: list[str] = []

    def new(name: str) -> None:
        people.append(clinic.do(register(given_names=name)))

    def up() -> None:
        central.merge(clinic.export().path)
        kept.extend(row_id for (row_id,) in central.sql("SELECT id FROM patient") if row_id not in kept)

    return [
        lambda: new("Ana"),
        up,
        lambda: clinic.do(change(people[0], phone="1")),
        lambda: clinic.export(),
        lambda: new("Eva"),
        up,
        lambda: clinic.accept(central.answer()["Clínica 1"]),
        lambda: clinic.do(note(people[0])),
        lambda: central.do(change(people[0], phone="2", community="Pulay")),
        lambda: network.round(),
        lambda: new("Sol"),
        up,
    ]


POINTS = 12


@pytest.mark.parametrize(
    "points", [(1, 6, 10), pytest.param(tuple(range(POINTS)), marks=pytest.mark.long, id="every point")]
)
@pytest.mark.parametrize("place", ["clinic", "central"])
def test_put_back_to_any_earlier_point_nothing_a_bundle_held_is_lost(
    make: MakeNetwork, place: str, points: tuple[int, ...]
) -> None:
    for point in points:
        network = make(1)
        clinic, central = network.clinics[0], network.central
        office = clinic if place == "clinic" else central
        kept: list[str] = []
        for n, deed in enumerate(_short_life(network, kept)):
            deed()
            if n == point:
                office.save_copy("then")
        # What the central once had and the clinic still has, or what any bundle brought, must be there at the end.
        before = {row_id for (row_id,) in (clinic if place == "central" else central).sql("SELECT id FROM patient")}
        issued = set(numbers(clinic)) | set(numbers(central))
        epoch = office.vault.place.epoch
        office.restore("then")
        assert office.vault.place.epoch != epoch
        clinic.do(register(given_names="Después"))
        (new,) = clinic.sql("SELECT number FROM patient WHERE given_names = 'Después'")
        assert new[0] not in issued, "a printed number is issued once"
        settle(network)
        for one in (clinic, central):
            assert before | set(kept) <= {row_id for (row_id,) in one.sql("SELECT id FROM patient")}, point
            assert len(set(numbers(one))) == len(numbers(one)), point
        network.close()


def _clone(office: Office, name: str) -> Office:
    """The whole data folder copied to another laptop, which is then used as if it were the first."""
    office.save_copy(name)
    folder = office.folder.parent / f"{office.folder.name}-laptop-{name}"
    shutil.copytree(office.saved[name], folder)
    stick = folder.parent / f"stick-{folder.name}"
    stick.mkdir()
    vault = open_vault(folder, office.opened, office.clock)
    return replace(office, folder=folder, vault=vault, stick=stick, saved={})


def test_a_copied_laptop_is_noticed_and_both_may_be_used(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    copy = _clone(clinic, "copied")
    assert copy.vault.place.epoch != clinic.vault.place.epoch, "the copy lies elsewhere, and knows it"
    clinic.do(register(given_names="Ana"))
    copy.do(register(given_names="Eva"))
    clinic.do(change(patient, phone="1"))
    copy.do(change(patient, phone="2"))
    for office in (clinic, copy, clinic):
        central.merge(office.export().path)
        answer = central.answer()["Clínica 1"]
        for one in (clinic, copy):
            one.accept(answer)
    central.merge(copy.export().path)
    for one in (clinic, copy):
        one.accept(central.answer()["Clínica 1"])
    assert of_site(central, clinic) == of_site(clinic, clinic) == of_site(copy, clinic)
    assert central.sql("SELECT count(*) FROM patient") == [(3,)]
    assert central.sql("SELECT unit FROM open_conflict") == [("phone",)], "both words stand"
    assert len(set(numbers(central))) == 3
    copy.close()


def test_a_central_put_back_asks_again_and_its_own_words_come_back_from_the_clinics(network: Network) -> None:
    first, second, central = *network.clinics, network.central
    people = [clinic.do(register()) for clinic in network.clinics]
    network.round()
    central.save_copy("long ago")
    central.do(change(people[0], mother_name="Juana"))
    central.do(change(people[1], mother_name="Rosa"))
    network.round()
    first.do(change(people[0], phone="1"))
    network.round()
    central.restore("long ago")
    settle(network)
    settle(network)
    assert central.sql("SELECT mother_name FROM patient ORDER BY mother_name") == [("Juana",), ("Rosa",)]
    assert second.sql("SELECT mother_name FROM patient") == [("Rosa",)]


@pytest.mark.parametrize("times", [2, pytest.param(6, marks=pytest.mark.long)])
def test_put_back_again_and_again_to_the_same_backup(network: Network, times: int) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.save_copy("the only backup")
    for n in range(times):
        clinic.do(change(patient, phone=f"{n}"))
        clinic.do(register(given_names=f"P{n}"))
        central.merge(clinic.export().path)
        clinic.restore("the only backup")
    settle(network)
    assert clinic.sql("SELECT count(*) FROM patient") == [(times + 1,)]
    (found,) = central.sql("SELECT sides FROM open_conflict WHERE unit = 'phone'")
    assert all(f'"{n}"' in found[0] for n in range(times)), "every word that was ever said of the telephone stands"
