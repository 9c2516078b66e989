"""Side files, the one-program lock, and what a killed process leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_desktop.storage import files
from clinic_desktop.storage.files import HEAD, HEADER, CannotWrite, NoRoom, need_room, write_durably
from clinic_desktop.storage.head import Head, place_of, read_head, write_head
from clinic_desktop.storage.header import Header, read_header, write_header
from clinic_desktop.storage.vault_lock import AlreadyOpen, VaultLock

KEY = bytes(range(32))
AT = Head("0011223344556677", 12, 340, "ab" * 32, "here")
ROOT = Path(__file__).parents[2]


def run(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("durable", [True, False])
def test_the_side_file_reads_back_with_its_key_only(tmp_path: Path, durable: bool):
    write_head(tmp_path, AT, KEY, durable=durable)
    assert read_head(tmp_path, KEY) == AT
    assert read_head(tmp_path, KEY[::-1]) is None


def test_a_missing_side_file_is_told_as_none(tmp_path: Path):
    assert read_head(tmp_path, KEY) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bit=st.integers(min_value=0))
def test_no_flipped_bit_in_the_side_file_is_believed(tmp_path: Path, bit: int):
    write_head(tmp_path, AT, KEY, durable=False)
    data = bytearray((tmp_path / HEAD).read_bytes())
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    (tmp_path / HEAD).write_bytes(data)
    # A flip in white space changes nothing that is said.
    assert read_head(tmp_path, KEY) in (None, AT)


def test_the_side_file_of_a_changed_shape_is_not_believed(tmp_path: Path):
    (tmp_path / HEAD).write_text(json.dumps({"mac": 3}))
    assert read_head(tmp_path, KEY) is None
    (tmp_path / HEAD).write_text("[" * 100_000)
    assert read_head(tmp_path, KEY) is None


def test_a_copied_or_moved_database_is_in_another_place(tmp_path: Path):
    one = tmp_path / "vault.db"
    one.write_bytes(b"x")
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"x")
    was = place_of(one)
    assert place_of(one) == was != place_of(copy)
    (tmp_path / "elsewhere").mkdir()
    assert place_of(one.rename(tmp_path / "elsewhere" / "vault.db")) != was


def test_only_one_program_holds_the_lock(tmp_path: Path):
    with VaultLock(tmp_path) as lock:
        assert lock.held
        with pytest.raises(AlreadyOpen) as refused:
            VaultLock(tmp_path).take()
        assert "another window" in refused.value.sentence()
    with VaultLock(tmp_path):
        pass


def test_a_killed_program_gives_the_lock_back(tmp_path: Path):
    script = (
        "import sys, time; from pathlib import Path; from clinic_desktop.storage.vault_lock import VaultLock;"
        "lock = VaultLock(Path(sys.argv[1])); lock.take(); print('held', flush=True); time.sleep(60)"
    )
    other = run(script, str(tmp_path))
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(AlreadyOpen):
        VaultLock(tmp_path).take()
    other.kill()
    other.communicate()
    with VaultLock(tmp_path):
        pass


def test_a_write_that_fails_leaves_the_old_content_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "x.json"
    write_durably(path, b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(NoRoom) as trouble:
        write_durably(path, b"new")
    assert "MB are free" in trouble.value.sentence()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_a_folder_that_left_is_said_in_a_sentence(tmp_path: Path):
    with pytest.raises(CannotWrite) as trouble:
        write_durably(tmp_path / "stick" / "vault.json", b"x")
    assert "vault.json" in trouble.value.sentence()


def test_too_little_room_is_known_before_starting(tmp_path: Path):
    need_room(tmp_path / "not" / "yet", 1)
    with pytest.raises(NoRoom):
        need_room(tmp_path, 10**18)


WRITE_HEADERS = """
import sys
from dataclasses import replace
from pathlib import Path
from clinic_desktop.storage.header import read_header, write_header
folder = Path(sys.argv[1])
while True:
    header = read_header(folder)
    header = write_header(folder, replace(header, site_name="Clinica %d" % header.revision), bytes(range(32)))
    print(header.revision, flush=True)
"""


def killed_while_writing(folder: Path, times: int) -> None:
    header = write_header(folder, Header("v", 1, 0, "Clinica", True, None, ()), KEY)
    for n in range(times):
        writer = run(WRITE_HEADERS, str(folder))
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.003 * n % 0.05)
        writer.send_signal(signal.SIGKILL)
        said = [int(line) for line in writer.communicate()[0].split()]
        header = read_header(folder)
        assert header.is_from(KEY)
        assert header.revision >= max(said, default=0)
        # The main file is replaced whole, so it is never what is amiss.
        assert not any(finding.value.startswith("main") for finding in header.findings)
        write_header(folder, replace(header, findings=()), KEY)
        assert read_header(folder).findings == ()
    assert {p.name for p in folder.iterdir()} <= {
        HEADER + end for end in ("", ".bak", ".bak2", ".part", ".bak.part", ".bak2.part")
    }


def test_a_kill_while_the_header_is_written_leaves_the_old_or_the_new(tmp_path: Path):
    killed_while_writing(tmp_path, 4)


@pytest.mark.long
def test_100_kills_while_the_header_is_written(tmp_path: Path):
    killed_while_writing(tmp_path, 100)


def test_nothing_before_sign_in_loads_the_database_library():
    script = """
import sys
from clinic_desktop.storage import cipher, cover_pin, head, header, keys, throttle, vault_lock
heavy = ("sqlalchemy", "asyncio", "alembic", "uuid_utils", "msgspec", "pyrage")
print([name for name in heavy if name in sys.modules])
"""
    started = run(script)
    assert started.communicate()[0] == "[]\n"
