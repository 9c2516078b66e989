"""The evening: two clinics bring their day to the central on a stick that is a folder, and take its answer home."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clinic_desktop.app.clinic import OpenClinic
from clinic_desktop.app.demo.network import Network, done, sign_in
from clinic_desktop.app.demo.report import STICK, Summary
from clinic_desktop.app.demo.sites import CENTRAL_PERSON, DemoSite
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.service import carrying, taking
from clinic_desktop.kernel.clock import Clock
from clinic_desktop.storage.work import Reading

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Carried:
    """What one journey brought."""

    files: tuple[Path, ...]
    rows: int


def carry_the_day(network: Network, sites: tuple[DemoSite, ...], clock: Clock, summary: Summary) -> Carried:
    """Export, merge, answer, accept, each looked at; then everything a second time, which changes nothing."""
    stick = summary.output / STICK
    with ExitStack() as stack:
        central = sign_in(network.central, CENTRAL_PERSON, clock)
        stack.callback(central.close)
        clinics = [sign_in(network.clinic(site), site.coordinator, clock) for site in sites]
        for clinic in clinics:
            stack.callback(clinic.close)
        carried = _to_the_central(clinics, central, stick, summary)
        # What the central has confirmed is taken off the stick: copies of it come a second time at the end.
        copies = Path(stack.enter_context(TemporaryDirectory()))
        again = [Path(shutil.copy(file, copies)) for file in carried.files]
        _home_again(clinics, central, stick, summary)
        summary.check("lo confirmado se quitó de la memoria", not any(file.exists() for file in carried.files))
        _look_again(clinics, central, again, summary)
    return carried


def _to_the_central(clinics: list[OpenClinic], central: OpenClinic, stick: Path, summary: Summary) -> Carried:
    files: list[Path] = []
    rows = 0
    for clinic in clinics:
        name = clinic.vault.place.site_name
        waits = clinic.vault.ask(waiting.waiting, clinic.actor)
        summary.check(f"{name}: hay cambios por llevar", waits.segments or waits.new)
        made = done(carrying.export(clinic.vault, clinic.actor, folder=stick))
        summary.check(f"{name}: el paquete se leyó de vuelta", made.path.exists() and made.sha256)
        looked = done(taking.inspect(central.vault, central.actor, file=made.path))
        summary.check(f"{name}: el contenido está entero", looked.sha256 == made.sha256)
        files.append(made.path)
    merged = done(taking.merge(central.vault, central.actor, files=files))
    for one in merged.files:
        whole = one.ok and not one.aside_segments and not one.held_segments and one.rows > 0
        summary.check(f"{one.site_name}: la central recibió todo", whole)
        rows += one.rows
    summary.check("no faltan paquetes", not merged.gaps)
    for clinic in clinics:
        name = clinic.vault.place.site_name
        summary.check(f"{name}: la central tiene lo mismo", _converged(clinic, central))
    again = done(taking.merge(central.vault, central.actor, files=files))
    summary.check("recibir dos veces no cambia nada", all(one.ok and one.rows == 0 for one in again.files))
    return Carried(tuple(files), rows)


def _home_again(clinics: list[OpenClinic], central: OpenClinic, stick: Path, summary: Summary) -> None:
    answers = done(carrying.write_receipt(central.vault, central.actor, folder=stick))
    for clinic in clinics:
        name = clinic.vault.place.site_name
        mine = [one.path for one in answers if one.site_name == name]
        summary.check(f"{name}: hay respuesta de la central", mine)
        taken = done(taking.accept(clinic.vault, clinic.actor, files=mine))
        summary.check(f"{name}: el recibo se tomó", all(one.ok and not one.aside_segments for one in taken.files))
        confirmed = clinic.vault.ask(waiting.confirmed, clinic.actor)
        summary.check(f"{name}: sabe qué recibió la central", confirmed.until is not None)


def _look_again(clinics: list[OpenClinic], central: OpenClinic, files: Sequence[Path], summary: Summary) -> None:
    before = [_all_rows(office) for office in (central, *clinics)]
    merged = done(taking.merge(central.vault, central.actor, files=files))
    summary.check("los mismos paquetes otra vez: se conocen", merged.files and all(one.ok for one in merged.files))
    same = [_all_rows(office) for office in (central, *clinics)] == before
    summary.check("otra vez los mismos paquetes: todo sigue igual", same)


def _converged(clinic: OpenClinic, central: OpenClinic) -> bool:
    """The rows of this clinic are the same on both sides."""
    site_id = clinic.vault.place.site_id
    mine, theirs = _rows_of(clinic, site_id), _rows_of(central, site_id)
    return any(mine.values()) and mine == theirs


def _rows_of(office: OpenClinic, site_id: str) -> Rows:
    def ask(reading: Reading) -> Rows:
        return {
            shape.table: _select(reading, f"SELECT id, {shape.listed()} FROM {shape.table}"  # noqa: S608
                                 " WHERE origin_site_id = ? ORDER BY id", (site_id,))
            for shape in shapes().values()
        }  # fmt: skip

    return office.vault.ask(ask, office.actor)


def _all_rows(office: OpenClinic) -> Rows:
    def ask(reading: Reading) -> Rows:
        return {s.table: _select(reading, f"SELECT id, {s.listed()} FROM {s.table} ORDER BY id", ())  # noqa: S608
                for s in shapes().values()}  # fmt: skip

    return office.vault.ask(ask, office.actor)


def _select(reading: Reading, statement: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in reading.connection.exec_driver_sql(statement, values)]
