from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import Opened
from tests.makers.network import Network, copy_network, make_network

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
