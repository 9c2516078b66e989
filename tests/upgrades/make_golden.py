"""Writes tests/upgrades/golden: for each version of the tables a bundle as a clinic of that version wrote it, the keys
of the central it is for, and what is in it. Run once for each new version; what is there stays as it is:

    python -m tests.upgrades.make_golden [VERSION …]
"""

import base64
import json
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.app import tables  # noqa: F401  (declares every table)
from clinic_desktop.exchange.carrying.segments import cut_before_migrating
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.features.agenda.records import Appointment
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.medication.records.formulary import Medicine
from clinic_desktop.features.patients.records import Allergy
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage import migrate
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.keys import NewSlot, Opened, create_header
from clinic_desktop.storage.opening import open_vault, vault_keys
from clinic_desktop.storage.work import Work
from tests.makers.network import Network, Office, make_network
from tests.makers.people import change, register, void
from tests.upgrades.older import as_version

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = ("0001", "0002", "0003", "0004", "0005")


def lived(present: frozenset[str]) -> Any:
    """Some rows of the tables that there were."""

    def write(work: Work) -> dict[str, list[str]]:
        people = [register(given_names=name, phone="555")(work) for name in ("Ana", "Eva", "Sol")]
        made: dict[str, list[str]] = {"patient": people}
        if "allergy" in present:
            made["allergy"] = [work.add(Allergy(patient_id=people[0], substance=s)).id for s in ("penicilina", "sulfa")]
        if "medicine" in present:
            made["medicine"] = [work.add(Medicine(name="fluoxetina")).id]
        if "appointment" in present:
            booked = Appointment(patient_id=people[1], day=date(2026, 12, 1), kind="consultation")
            made["appointment"] = [work.add(booked).id]
        if "consult_note" in present:
            made["consult_note"] = [_note(work, people[2])]
        return made

    return write


def _note(work: Work, patient: str) -> str:
    day = date(2026, 11, 23)
    met = work.add(Encounter(patient_id=patient, kind="follow-up", occurred_on=day, clinician_id=work.actor.staff_id))
    note = ConsultNote(
        encounter_id=met.id, patient_id=patient, template="follow-up", sections={"plan": "Duerme mejor."},
        occurred_on=day, author_id=work.actor.staff_id, signed_at=work.now, supervisor_wanted=False,
    )  # fmt: skip
    return work.add(note).id


def make(version: str, folder: Path, opened: Opened, header: Path) -> None:
    clock = StillClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    network = make_network(folder, opened, header, clock, 1)
    clinic = network.clinics[0]
    present = _tables_of(version, folder / "then", clinic)
    made = clinic.do(lived(present))
    _age(version, folder / "first", clinic)
    clinic.do(change(made["patient"][0], phone="777", community="Pulay"))
    clinic.do(void(made["patient"][1]))
    if "allergy" in made:
        clinic.do(void(made["allergy"][1], Allergy))
        clinic.do(change(made["allergy"][0], Allergy, reaction="ronchas"))
    columns = _age(version, folder / "second", clinic)
    path = clinic.export().path
    shutil.copy(path, GOLDEN / f"{version}.golden")
    (GOLDEN / f"{version}.json").write_text(
        json.dumps(_told(network, made, columns), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    network.close()


def _tables_of(version: str, folder: Path, clinic: Office) -> frozenset[str]:
    """What tables there were, from a copy that is thrown away."""
    clinic.save_copy("now")
    shutil.copytree(clinic.saved["now"], folder)
    with pytest.MonkeyPatch.context() as patch:
        as_version(version, folder, vault_keys(clinic.opened).cipher, patch, folder / "scripts")
    return frozenset(_columns(folder, clinic.opened))


def _columns(folder: Path, opened: Opened) -> dict[str, list[str]]:
    from clinic_desktop.storage.cipher import open_cipher
    from clinic_desktop.storage.files import DATABASE

    raw = open_cipher(folder / DATABASE, vault_keys(opened).cipher)
    names = [row[0] for row in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()]
    found = {n: [r[1] for r in raw.execute(f'PRAGMA table_info("{n}")').fetchall()] for n in names}
    raw.close()
    return {name: columns for name, columns in found.items() if name in shapes()}


def _age(version: str, scripts: Path, clinic: Office) -> dict[str, list[str]]:
    """The clinic's computer as it was then; what waited is cut in the shape of then when it is opened."""
    if version == migrate.HEAD:
        cut_before_migrating(clinic.vault)
    clinic.vault.close()
    with pytest.MonkeyPatch.context() as patch:
        if version != migrate.HEAD:
            as_version(version, clinic.folder, vault_keys(clinic.opened).cipher, patch, scripts)
    columns = _columns(clinic.folder, clinic.opened)
    clinic.vault = open_vault(clinic.folder, clinic.opened, clinic.clock, before_migrating=cut_before_migrating)
    return columns


def _told(network: Network, made: dict[str, list[str]], columns: dict[str, list[str]]) -> dict[str, Any]:
    central, clinic = network.central, network.clinics[0]
    return {
        "central": _row(central, ThisDevice),
        "clinic": _row(central, PeerDevice, PeerDevice.device_id == clinic.vault.place.device_id),
        "rows": {
            table: {
                row_id: dict(
                    zip(columns[table], clinic.sql(f"SELECT {', '.join(columns[table])} FROM {table} WHERE id = ?",
                                                   (row_id,))[0], strict=True)
                )
                for row_id in ids
            }
            for table, ids in made.items()
        },
    }  # fmt: skip


def _row(office: Office, cls: Any, where: Any = None) -> dict[str, Any]:
    select = sa.select(*cls.__table__.columns)
    row = office.ask(lambda reading: reading.one(select if where is None else select.where(where)))
    names = [column.name for column in cls.__table__.columns]
    return {name: _plain(value) for name, value in zip(names, row, strict=True) if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return {"instant": value.isoformat()} if isinstance(value, datetime) else value


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        header = Path(place) / "header"
        header.mkdir()
        opened, _code = create_header(
            header, "Oro", [NewSlot("Oro", "0193a000-0000-7000-8000-000000000001", "oro mesa lago")]
        )
        for wanted in sys.argv[1:] or VERSIONS:
            work = Path(place) / wanted
            work.mkdir()
            make(wanted, work, opened, header)
            print(wanted, (GOLDEN / f"{wanted}.golden").stat().st_size)  # noqa: T201
