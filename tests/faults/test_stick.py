"""Sticks that are pulled out, lie, rot, are full or locked, and a program killed beside one: never "copied" without a
whole file that reads back, and trying again mends it."""

import hashlib
import json
import os
import pickle
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.exchange.outcomes import MergeReport
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import StickFull, StickGone, StickLies, StickReadOnly
from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.service import carrying, receiving
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.vault import Vault
from tests.faults.disk import build_shim
from tests.faults.faulty_stick import mounted
from tests.makers.network import Network, Office, copy_network, make_network
from tests.makers.people import note, register

pytestmark = pytest.mark.whole
MEGA = 1024 * 1024
START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def saved(made_vault: tuple[Path, Opened], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A central and a clinic that know each other; the clinic has changes in a segment that nobody has yet."""
    folder = tmp_path_factory.mktemp("network")
    network = make_network(folder, made_vault[1], made_vault[0], StillClock(START), 1)
    network.round()
    (clinic,) = network.clinics
    clinic.do(note(clinic.do(register())))
    finish(carrying.cut_waiting(clinic.vault, clinic.actor))
    network.central.do(register(given_names="Ana"))
    network.close()
    for stick in folder.glob("stick-*"):
        shutil.rmtree(stick)
    return folder


@pytest.fixture
def network(saved: Path, made_vault: tuple[Path, Opened], tmp_path: Path) -> Any:
    made = copy_network(saved, made_vault[1], tmp_path / "network", StillClock(START.replace(hour=16)), 1)
    yield made
    made.close()


def export(office: Office, stick: Path) -> Any:
    return finish(carrying.export(office.vault, office.actor, folder=stick))


def logged(office: Office) -> set[str]:
    """The hashes of what this office believes to be on a stick."""
    return {row[0] for row in office.sql("SELECT sha256 FROM bundle_log WHERE way = 'out' AND done_at IS NOT NULL")}


def there(stick: Path) -> set[str]:
    return {hashlib.sha256(p.read_bytes()).hexdigest() for p in stick.rglob("*") if p.is_file()}


# a file system that fails

FAULTS = [("yank:1", StickGone), ("yank:5000", StickGone), ("fakecap:4096", StickLies), ("bitrot:1", StickLies)]
MORE = [(f"yank:{n}", StickGone) for n in range(1, 6_000, 300)] + [(f"fakecap:{n}", StickLies) for n in (0, 1, 2500)]


@pytest.mark.parametrize(
    ("fault", "told"), [*FAULTS, ("full:4096", StickFull), *(pytest.param(*m, marks=pytest.mark.long) for m in MORE)]
)
def test_a_failing_stick_is_never_called_good_and_another_one_mends_it(
    network: Network, tmp_path: Path, fault: str, told: type[Trouble]
) -> None:
    (clinic,) = network.clinics
    before = logged(clinic)
    with mounted(tmp_path, fault) as (stick, real):
        with pytest.raises(told):
            export(clinic, stick)
        assert logged(clinic) == before
        assert clinic.ask(waiting.waiting).new == 3
        assert not any(p.suffix == ".bundle" and p.stat().st_size for p in real.iterdir()) or fault.startswith("yank")
    good = tmp_path / "good"
    good.mkdir()
    assert export(clinic, good).sha256 in there(good)
    report = network.central.merge(good)
    assert sum(f.new_segments for f in report.files) == 1


def test_a_stick_that_lied_is_remembered_and_refused(network: Network, tmp_path: Path) -> None:
    """Its first bytes are good, so the small list with its name is kept; the bundle is not."""
    (clinic,) = network.clinics
    stick = tmp_path / "stick"
    stick.mkdir()
    export(clinic, stick)  # the list with the drawn id is on it now
    with mounted(tmp_path, "fakecap:1500") as (lying, _real):
        for path in stick.glob("*.list"):
            (lying / path.name).write_bytes(path.read_bytes())
        with pytest.raises(StickLies):
            export(clinic, lying)
        assert clinic.sql("SELECT count(*) FROM known_stick WHERE unfit_at IS NOT NULL") == [(1,)]


def test_a_full_file_system_is_told_with_numbers(network: Network, tmp_path: Path) -> None:
    (clinic,) = network.clinics
    small = tmp_path / "small"
    small.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("this computer does not let a test mount anything")
    try:
        with pytest.raises(StickFull) as told:
            export(clinic, small)
        assert "MB" in told.value.sentence()
        assert list(small.iterdir()) == []
        subprocess.run(["mount", "-o", "remount,ro,size=8m", str(small)], check=True, capture_output=True)
        with pytest.raises(StickReadOnly):
            export(clinic, small)
        subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True, capture_output=True)
        assert export(clinic, small).sha256 in there(small)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False, capture_output=True)


def test_odd_files_beside_the_bundle_harm_nothing(network: Network, tmp_path: Path) -> None:
    """Zero-length files, 8.3 names, cut-off parts, two bundles of one computer, another program's age file."""
    (clinic,) = network.clinics
    stick = tmp_path / "stick"
    stick.mkdir()
    first = export(clinic, stick).path
    second = export(clinic, stick).path
    (stick / "0009-zzzzzzzz.bundle").write_bytes(b"")
    (stick / "0010-zzzzzzzz.bundle.part").write_bytes(second.read_bytes()[:5000])
    (stick / "OTHER.AGE").write_bytes(b"age-encryption.org/v1\n" + os.urandom(4000))
    first.rename(stick / "0003-A~1.BUN")
    report = network.central.merge(stick)
    assert sum(f.new_segments for f in report.files) == 1
    assert sum(f.error is None for f in report.files) == 2
    assert all(f.error for f in report.files if "zzzz" in f.path.name)


# a program that is killed or refused at any operation

COPIER = """
import ctypes, hashlib, json, os, sys
from pathlib import Path
from clinic_desktop.exchange.stick import media
from clinic_desktop.exchange.steps import finish
from clinic_desktop.kernel.errors import Trouble

shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
shim.oplog_fault.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
source, stick = Path(sys.argv[1]), Path(sys.argv[2])
sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
for number, (at, error, short, sticky) in enumerate(json.loads(sys.argv[3])):
    name = f"{number:04d}-aaaaaaaa.bundle"
    shim.oplog_fault(at, error, short, sticky, -1)
    try:
        finish(media.copy_out(source, stick, name, sha256))
        said = "ok"
    except Trouble as trouble:
        said = type(trouble).__name__
    shim.oplog_fault(-1, 0, 0, 0, -1)
    print(json.dumps([name, said, at, error]))
"""


def preload(shim: Path, watched: Path) -> dict[str, str]:
    return {**os.environ, "LD_PRELOAD": str(shim), "OPDIR": str(watched)}


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_copy_that_fails_at_any_operation_is_never_called_good(shim: Path, tmp_path: Path, every: int) -> None:
    stick, source = tmp_path / "stick", tmp_path / "source"
    stick.mkdir()
    source.write_bytes(random.Random(1).randbytes(12 * MEGA + 77))
    faults = [
        (at, error, short, sticky)
        for at in range(1, 24, every)
        for error, short in ((5, 0), (28, 0), (28, 1), (30, 0))
        for sticky in (0, 1)
    ]
    ended = subprocess.run(
        [sys.executable, "-c", COPIER, str(source), str(stick), json.dumps(faults)],
        env=preload(shim, stick), check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(told) == len(faults)
    whole = source.read_bytes()
    for name, said, _at, error in told:
        path = stick / name
        if said == "ok":
            assert path.read_bytes() == whole
        if error == 28:
            assert said in ("ok", "StickFull", "StickLies"), said
    assert {said for _n, said, _a, _e in told} >= {"ok", "StickFull"}


KILLED = """
import ctypes, json, os, pickle, shutil, sys
from pathlib import Path
from clinic_desktop.app import tables
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.bundles.service import carrying, receiving
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor

shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
shim.oplog_fault.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
opened = pickle.loads(Path(sys.argv[1]).read_bytes())
template, verb = Path(sys.argv[2]), sys.argv[3]
actor = Actor("x", "x", frozenset(Permission))
for number in json.loads(sys.argv[4]):
    place = template.parent / f"{verb}-{number}"
    shutil.copytree(template, place)
    child = os.fork()
    if child == 0:
        vault = open_vault(place / "vault", opened, SystemClock())
        shim.oplog_fault(-1, 0, 0, 0, number)
        deed = carrying.export if verb == "export" else receiving.receive
        try:
            finish(deed(vault, actor, folder=place / "stick"))
        except Trouble as trouble:
            os.write(1, (type(trouble).__name__ + "\\n").encode())
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    print(json.dumps([number, os.WIFSIGNALED(status)]), flush=True)
"""


def killed(verb: str, shim: Path, template: Path, secret: Path, numbers: list[int]) -> list[tuple[Path, bool]]:
    """Copies of the template, in each of which the program was killed at one operation of the vault or the stick."""
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(secret), str(template), verb, json.dumps(numbers)],
        env=preload(shim, template.parent / f"{verb}-"), check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    done = [json.loads(line) for line in ended.stdout.splitlines()]
    return [(template.parent / f"{verb}-{number}", died) for number, died in done]


@pytest.fixture
def secret(made_vault: tuple[Path, Opened], tmp_path: Path) -> Path:
    path = tmp_path / "opened"
    path.write_bytes(pickle.dumps(made_vault[1]))
    return path


def vault_at(place: Path, opened: Opened) -> Vault:
    return open_vault(place / "vault", opened, StillClock(START.replace(day=24)))


NUMBERS = [9, 48, 75]


@pytest.mark.parametrize("numbers", [NUMBERS, pytest.param(list(range(1, 140, 4)), marks=pytest.mark.long)])
def test_a_program_killed_while_copying_has_copied_or_has_not(
    shim: Path, network: Network, made_vault: tuple[Path, Opened], secret: Path, tmp_path: Path, numbers: list[int]
) -> None:
    (clinic,) = network.clinics
    template = tmp_path / "template"
    clinic.close()
    shutil.copytree(clinic.folder, template / "vault")
    (template / "stick").mkdir()
    read_before = {row[0] for row in network.central.sql("SELECT sha256 FROM bundle_log WHERE way = 'in'")}
    cases = killed("export", shim, template, secret, numbers)
    assert any(died for _place, died in cases)
    for place, _died in cases:
        vault = vault_at(place, made_vault[1])
        office = Office(clinic.name, place / "vault", made_vault[1], network.central.clock, vault, clinic.actor, place)
        assert logged(office) - read_before <= there(place / "stick")
        assert office.ask(waiting.waiting).new == 3
        again = export(office, place / "stick")
        assert again.sha256 in there(place / "stick")
        whole: MergeReport = network.central.merge(again.path)
        assert whole.files[0].error is None and not whole.files[0].aside_segments
        office.close()


@pytest.mark.parametrize("numbers", [NUMBERS, pytest.param(list(range(1, 160, 4)), marks=pytest.mark.long)])
def test_a_program_killed_while_taking_in_goes_on_where_it_ended(
    shim: Path, network: Network, made_vault: tuple[Path, Opened], secret: Path, tmp_path: Path, numbers: list[int]
) -> None:
    (clinic,) = network.clinics
    template = tmp_path / "template"
    stick = template / "stick"
    stick.mkdir(parents=True)
    mine = export(clinic, clinic.stick)
    network.central.merge(mine.path)
    answers: Any = finish(carrying.write_receipt(network.central.vault, network.central.actor, folder=stick))
    clinic.close()
    shutil.copytree(clinic.folder, template / "vault")
    cases = killed("receive", shim, template, secret, numbers)
    assert any(died for _place, died in cases)
    for place, _died in cases:
        vault = vault_at(place, made_vault[1])
        office = Office(clinic.name, place / "vault", made_vault[1], network.central.clock, vault, clinic.actor, place)
        if answers[0].sha256 in there(place / "stick"):
            done: Any = finish(receiving.receive(vault, clinic.actor, folder=place / "stick"))
            assert all(f.error is None for f in done.report.files)
        assert office.ask(waiting.waiting).new == 0, "a bundle leaves the stick only after it was taken in"
        assert office.sql("SELECT count(*) FROM segment WHERE state <> 'applied'") == [(0,)]
        office.close()


def test_taking_in_from_a_stick_that_is_pulled_out_keeps_what_was_taken(network: Network, tmp_path: Path) -> None:
    (clinic,) = network.clinics
    stick = tmp_path / "stick"
    stick.mkdir()
    path = export(clinic, stick).path
    report = network.central.merge(tmp_path / "gone" / "0001.bundle", path)
    assert report.files[0].error is not None and report.files[1].new_segments == 1
