from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import Opened
from tests.makers.network import Network, Office, copy_network, make_network, make_office

MakeNetwork = Callable[[int], Network]
Make = Callable[..., Office]


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


@pytest.fixture
def another(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> Iterator[Make]:
    """Makes one more computer; `of` says of which site."""
    made: list[Office] = []

    def build(folder: str, role: str = "clinic", of: Office | None = None) -> Office:
        place = tmp_path / folder
        place.mkdir()
        header, opened = made_vault
        name, code, site = ("Oficina nueva", "CEN", None)
        if of is not None:
            name, code, site = of.vault.place.site_name, of.vault.place.site_code, of.vault.place.site_id
        made.append(make_office(place, opened, header, clock, name, code, role, 7, site_id=site))
        return made[-1]

    yield build
    for office in made:
        office.close()
