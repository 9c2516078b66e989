from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import Opened
from tests.makers.network import Network, Office, copy_network, make_network
from tests.makers.people import change, register

MakeNetwork = Callable[[int], Network]


@pytest.fixture(scope="session")
def saved_network(made_vault: tuple[Path, Opened], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A central and three clinics that have joined it, made once."""
    folder = tmp_path_factory.mktemp("network")
    clock = StillClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    make_network(folder, made_vault[1], made_vault[0], clock, 3).close()
    return folder


@pytest.fixture
def make(
    saved_network: Path, made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock
) -> Iterator[MakeNetwork]:
    """Builds a central with so many clinics, at most three."""
    made: list[Network] = []

    def build(clinics: int) -> Network:
        folder = tmp_path / f"network-{len(made)}"
        made.append(copy_network(saved_network, made_vault[1], folder, clock, clinics))
        return made[-1]

    yield build
    for network in made:
        network.close()


@pytest.fixture
def network(make: MakeNetwork) -> Network:
    """A central and two clinics."""
    return make(2)


def apart(network: Network, **fields: Any) -> str:
    """Somebody with a telephone that clinic and central then write otherwise, without knowing of each other."""
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register(phone="5555", **fields))
    network.round()
    clinic.do(change(patient, phone="1111"))
    central.do(change(patient, phone="2222"))
    network.round()
    return patient


def phones(office: Office) -> set[str]:
    return {row[0] for row in office.sql("SELECT phone FROM patient")}
