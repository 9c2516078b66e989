"""A central office and its clinics as real vaults, joined as people would join them, with sticks that are folders."""

import itertools
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from clinic_desktop.exchange.outcomes import Exported, MergeReport
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.bundles.service import carrying, joining, taking
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.files import RESTORED
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import NewVault, make_vault, open_vault
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

STAFF = "0193a000-0000-7000-8000-00000000000{n}"
ZONE = "America/Guatemala"


@dataclass
class Office:
    """One installation: its vault, who works there, and a stick of its own."""

    name: str
    folder: Path
    opened: Opened
    clock: StillClock
    vault: Vault
    actor: Actor
    stick: Path
    saved: dict[str, Path] = field(default_factory=dict)

    def do(self, use_case: Callable[[Work], Any]) -> Any:
        self.clock.advance(seconds=1)
        return self.vault.do(use_case, self.actor)

    def ask(self, query: Callable[[Any], Any]) -> Any:
        return self.vault.ask(query, self.actor)

    def export(self) -> Exported:
        """A clinic's bundle, on its stick."""
        self.clock.advance(seconds=1)
        done = finish(carrying.export(self.vault, self.actor, folder=self.stick))
        assert done is not None
        return done

    def merge(self, *files: Path) -> MergeReport:
        self.clock.advance(seconds=1)
        done = finish(taking.merge(self.vault, self.actor, files=files))
        assert done is not None
        return done

    def answer(self) -> dict[str, Path]:
        """The central's bundles by site name."""
        self.clock.advance(seconds=1)
        done = finish(carrying.write_receipt(self.vault, self.actor, folder=self.stick))
        assert done is not None
        return {one.site_name: one.path for one in done}

    def accept(self, *files: Path) -> MergeReport:
        self.clock.advance(seconds=1)
        done = finish(taking.accept(self.vault, self.actor, files=files))
        assert done is not None
        return done

    def sql(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        return self.vault.ask(
            lambda reading: [tuple(r) for r in reading.connection.exec_driver_sql(statement, tuple(values))], self.actor
        )

    # -- accidents

    def save_copy(self, name: str) -> None:
        """A backup: the whole data folder as it is now."""
        self.vault.settle()
        place = self.folder.parent / f"{self.folder.name}-{name}"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder, place, ignore=shutil.ignore_patterns("travel"))
        self.saved[name] = place

    def restore(self, name: str) -> None:
        """Put a backup back; the program notices and begins a new epoch."""
        self.vault.close()
        shutil.rmtree(self.folder)
        shutil.copytree(self.saved[name], self.folder)
        (self.folder / RESTORED).write_text("{}")
        self.vault = open_vault(self.folder, self.opened, self.clock)

    def close(self) -> None:
        self.vault.close()


@dataclass
class Network:
    central: Office
    clinics: list[Office]

    def all(self) -> list[Office]:
        return [self.central, *self.clinics]

    def round(self) -> None:
        """Everybody carries everything once: up, merged, and back."""
        files = [clinic.export().path for clinic in self.clinics]
        self.central.merge(*files)
        answers = self.central.answer()
        for clinic in self.clinics:
            clinic.accept(answers[clinic.vault.place.site_name])

    def close(self) -> None:
        for office in self.all():
            office.close()


def make_network(folder: Path, opened: Opened, header: Path, clock: StillClock, clinics: int) -> Network:
    """`header` is the folder of a made vault whose keys `opened` has: all installations share them, to be quick."""
    numbers = itertools.count(1)
    central = make_office(folder, opened, header, clock, "Oficina central", "CEN", "central", next(numbers))
    made = [
        make_office(folder, opened, header, clock, f"Clínica {n}", f"CL{chr(64 + n)}", "clinic", next(numbers))
        for n in range(1, clinics + 1)
    ]
    for clinic in made:
        enrol(clinic, central)
    return Network(central, made)


def copy_network(saved: Path, opened: Opened, folder: Path, clock: StillClock, clinics: int) -> Network:
    """A network made before and closed, opened again elsewhere with its first clinics: quicker than making one."""
    for place in _places(clinics):
        shutil.copytree(saved / place, folder / place)
        (folder / f"stick-{place}").mkdir()
    return open_network(folder, opened, clock, clinics)


def open_network(folder: Path, opened: Opened, clock: StillClock, clinics: int) -> Network:
    """A network that was closed, where it stands."""
    offices: list[Office] = []
    for n, place in enumerate(_places(clinics), start=1):
        vault = open_vault(folder / place, opened, clock)
        actor = Actor(STAFF.format(n=n), vault.place.site_name, frozenset(Permission))
        offices.append(Office(actor.name, folder / place, opened, clock, vault, actor, folder / f"stick-{place}"))
    return Network(offices[0], offices[1:])


def _places(clinics: int) -> list[str]:
    return ["CEN", *(f"CL{chr(65 + n)}" for n in range(clinics))]


def make_office(
    folder: Path, opened: Opened, header: Path, clock: StillClock, name: str, code: str, role: str, number: int,
    *, site_id: str | None = None,
) -> Office:  # fmt: skip
    """`site_id`: it is one more computer of that clinic."""
    place = folder / code
    place.mkdir(parents=True)
    for file in header.glob("vault.json*"):
        shutil.copy(file, place)
    vault = make_vault(place, opened, NewVault(name, code, ZONE, role, site_id or new_id()), clock)
    stick = folder / f"stick-{code}"
    stick.mkdir()
    return Office(name, place, opened, clock, vault, Actor(STAFF.format(n=number), name, frozenset(Permission)), stick)


def enrol(clinic: Office, central: Office) -> str:
    """Request, approval and acceptance on a stick; gives the code that both saw."""
    request = joining.write_request(clinic.vault, clinic.actor, folder=clinic.stick)
    path, approval = joining.approve(central.vault, central.actor, file=request, folder=clinic.stick)
    joined = clinic.do(partial(joining.join, content=path.read_bytes(), name=path.name, confirmed=True))
    assert joined.code == approval.code
    central.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    request.unlink()
    path.unlink()
    return joined.code
