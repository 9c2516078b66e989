"""Bundles of every version there ever was, read by every version: what an older reader has no place for is kept word
for word, passed on to the byte, and is there after its update.

The bundles in tests/upgrades/golden stay as they were written. An older reader is this program with the tables of then.
"""

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.exchange.carrying import intake, segments
from clinic_desktop.exchange.format.shape import Shape, shapes
from clinic_desktop.exchange.merge import applying, integrating
from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.features.bundles.queries import conflicts, findings
from clinic_desktop.features.bundles.service.travel import own_identity
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import ledger, migrate
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import NewVault, make_vault, open_vault, vault_keys
from clinic_desktop.storage.work import Actor, Work
from tests.makers.network import ZONE, Network, Office
from tests.makers.people import change, register
from tests.makers.segments import give, held
from tests.makers.state import whole
from tests.upgrades.older import as_version

GOLDEN = Path(__file__).parent.parent / "upgrades" / "golden"
VERSIONS = sorted(path.stem for path in GOLDEN.glob("*.golden"))
ACTOR = Actor("0193a000-0000-7000-8000-000000000001", "Oro", frozenset(Permission))

Shapes = dict[str, Shape]
MakeReader = Callable[[dict[str, Any]], Office]


def told(version: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{version}.json").read_text(encoding="utf-8"))


def _value(told: Any) -> Any:
    match told:
        case {"base64": text}:
            return base64.b64decode(text)
        case {"instant": text}:
            return datetime.fromisoformat(text)
        case _:
            return told


@pytest.fixture(scope="session")
def shapes_of(made_vault: tuple[Path, Opened], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shapes]:
    """The tables as the program of each version knew them."""
    found: dict[str, Shapes] = {}
    for version in VERSIONS:
        place = tmp_path_factory.mktemp(f"v{version}")
        shutil.copytree(made_vault[0], place / "data")
        key = vault_keys(made_vault[1]).cipher
        with pytest.MonkeyPatch.context() as patch:
            as_version(version, place / "data", key, patch, place / "scripts") if version != migrate.HEAD else None
        raw = open_cipher(place / "data" / DATABASE, key)
        columns = {n: frozenset(r[1] for r in raw.execute(f"PRAGMA table_info({n})").fetchall()) for n in shapes()}
        raw.close()
        found[version] = {n: s.limited_to(columns[n]) for n, s in shapes().items() if columns[n]}
    return found


@pytest.fixture
def reader(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> Iterator[MakeReader]:
    """Makes the central that a golden bundle is for."""
    made: list[Office] = []

    def build(golden: dict[str, Any]) -> Office:
        folder = tmp_path / f"central-{len(made)}"
        folder.mkdir()
        for file in made_vault[0].glob("vault.json*"):
            shutil.copy(file, folder)
        there = {name: _value(value) for name, value in golden["central"].items()}
        new = NewVault(there["site_name"], there["site_code"], ZONE, "central", there["site_id"])
        vault = make_vault(folder, made_vault[1], new, clock)
        clinic = {name: _value(value) for name, value in golden["clinic"].items()}

        def become(work: Work) -> None:
            device = work.load(ThisDevice, 1)
            for name in ("device_id", "signing_key", "age_identity"):
                setattr(device, name, there[name])
            work.session.add(PeerDevice(**{n: v for n, v in clinic.items() if n in PeerDevice.__table__.columns}))
            work.act = "test.become"

        vault.do(become, ACTOR)
        vault.learn_place()
        stick = tmp_path / f"stick-{len(made)}"
        stick.mkdir()
        made.append(Office("Oro", folder, made_vault[1], clock, vault, ACTOR, stick))
        return made[-1]

    yield build
    for office in made:
        office.close()


def _holds(office: Office, golden: dict[str, Any]) -> None:
    """All that was written then is here, column by column."""
    for table, rows in golden["rows"].items():
        for row_id, values in rows.items():
            names = [n for n in values if n in (*shapes()[table].columns, "id")]
            (row,) = office.sql(f"SELECT {', '.join(names)} FROM {table} WHERE id = ?", (row_id,))
            assert dict(zip(names, row, strict=True)) == {n: values[n] for n in names}, table


def _bodies(office: Office) -> list[Any]:
    return office.sql(
        "SELECT s.device_id, s.epoch, s.number, s.manifest, s.signature, p.number, p.body FROM segment s"
        " JOIN segment_part p ON p.segment_key = s.key ORDER BY 1, 2, 3, 6"
    )


def test_there_is_a_bundle_of_every_version() -> None:
    scripts = {file.name[:4] for file in migrate.SCRIPTS.glob("versions/0*.py")}
    assert set(VERSIONS) == scripts, "python -m tests.upgrades.make_golden writes the one of a new version"


@pytest.mark.parametrize("writer", VERSIONS)
def test_this_program_reads_what_every_version_wrote(reader: MakeReader, writer: str) -> None:
    golden = told(writer)
    central = reader(golden)
    report = central.merge(GOLDEN / f"{writer}.golden")
    assert (report.files[0].error, report.files[0].aside_segments, report.files[0].held_segments) == (None, 0, 0)
    assert report.files[0].new_segments >= 2
    _holds(central, golden)
    schemas = {json.loads(manifest)["schema"] for (manifest,) in central.sql("SELECT manifest FROM segment")}
    assert writer in schemas
    assert central.ask(findings.findings) == () and central.ask(conflicts.count_conflicts) == 0
    assert central.do(lambda work: list(ledger.stale_rows(work.cursor))) == []
    assert central.ask(own_identity)


PAIRS = [
    pytest.param(writer, older, marks=() if writer == VERSIONS[-1] else pytest.mark.long)
    for writer in VERSIONS
    for older in VERSIONS
    if older < writer
]


@pytest.mark.parametrize(("writer", "older"), PAIRS)
def test_an_older_reader_keeps_what_it_cannot_place_passes_it_on_and_has_it_after_the_update(
    reader: MakeReader, shapes_of: dict[str, Shapes], writer: str, older: str
) -> None:
    golden = told(writer)
    straight, central = reader(golden), reader(golden)
    straight.merge(GOLDEN / f"{writer}.golden")
    with pytest.MonkeyPatch.context() as then:
        for module in (applying, intake):
            then.setattr(module, "shapes", lambda: shapes_of[older])
        report = central.merge(GOLDEN / f"{writer}.golden")
        assert (report.files[0].error, report.files[0].aside_segments) == (None, 0)
    assert _bodies(central) == _bodies(straight), "what it passes on is what it got, to the byte"
    integrating.take_up(central.vault)
    _holds(central, golden)
    assert _logical(central) == _logical(straight)
    assert central.sql("SELECT count(*) FROM held_change") == [(0,)]
    # Old -> new -> old: a third reader that gets it from the one that was old.
    third = reader(golden)
    give(third, held(central, own=False))
    assert _logical(third) == _logical(straight)


def _logical(office: Office) -> Any:
    found = whole(office)
    return found | {"operations": [op for op in found["operations"] if not op[-1]]}


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_bringing_a_database_up_to_date_leaves_nothing_to_carry(
    network: Network, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = network.clinics[0]
    clinic.do(change(clinic.do(register()), phone="1"))
    clinic.export()
    clinic.vault.close()
    as_version(version, clinic.folder, vault_keys(clinic.opened).cipher, monkeypatch, tmp_path / "scripts")
    clinic.vault = open_vault(clinic.folder, clinic.opened, clinic.clock)
    assert clinic.sql("SELECT count(*) FROM dirty") == [(0,)]
    assert clinic.sql("SELECT count(*) FROM touched") == [(0,)]


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_what_waited_before_an_update_is_cut_in_the_shape_it_was_written_in_and_arrives(
    network: Network, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(change(patient, phone="1"))
    clinic.do(register(given_names="Ana"))
    clinic.vault.close()
    as_version(version, clinic.folder, vault_keys(clinic.opened).cipher, monkeypatch, tmp_path / "scripts")
    clinic.vault = open_vault(
        clinic.folder, clinic.opened, clinic.clock, before_migrating=segments.cut_before_migrating
    )
    assert clinic.sql("SELECT count(*) FROM dirty") == [(0,)]
    (newest,) = clinic.sql("SELECT manifest FROM segment ORDER BY key DESC LIMIT 1")
    assert json.loads(newest[0])["schema"] == version
    for _ in range(2):
        network.round()
    assert central.sql("SELECT given_names, phone FROM patient ORDER BY 1") == [("Ana", None), ("María", "1")]
    assert central.ask(conflicts.count_conflicts) == 0
