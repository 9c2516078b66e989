from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import Opened
from tests.makers.network import Network, make_network

MakeNetwork = Callable[[int], Network]


@pytest.fixture
def make(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> Iterator[MakeNetwork]:
    """Builds a central with so many clinics."""
    made: list[Network] = []

    def build(clinics: int) -> Network:
        folder = tmp_path / f"network-{len(made)}"
        made.append(make_network(folder, made_vault[1], made_vault[0], clock, clinics))
        return made[-1]

    yield build
    for network in made:
        network.close()


@pytest.fixture
def network(make: MakeNetwork) -> Network:
    """A central and two clinics."""
    return make(2)
