"""Sticks that are full, locked, pulled out, lying or touched by a virus."""

import errno
import os
import re
from pathlib import Path

import pyrage
import pytest

from clinic_desktop.exchange.carrying import outgoing
from clinic_desktop.exchange.format import bundle
from clinic_desktop.exchange.format.codes import control_of, heard, spoken
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.stick import drives, media
from clinic_desktop.exchange.troubles import (
    StickFull,
    StickGone,
    StickGoneFetching,
    StickGoneUnproved,
    StickLies,
    StickReadOnly,
    StickSmallFiles,
)
from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.rules.file_names import new_file_name
from clinic_desktop.features.bundles.service import carrying
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.storage.files import CannotWrite
from tests.makers.network import Network
from tests.makers.people import register


def _copy(source: Path, folder: Path) -> Path:
    import hashlib

    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    done = finish(media.copy_out(source, folder, "0001-aaaaaaaa.bundle", sha256))
    assert done is not None
    return done


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(os.urandom(3_000_000))
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    path = tmp_path / "stick"
    path.mkdir()
    return path


def test_a_copy_is_good_only_after_it_was_read_back(source: Path, stick: Path) -> None:
    path = _copy(source, stick)
    assert path.read_bytes() == source.read_bytes()
    assert [p.name for p in stick.iterdir()] == ["0001-aaaaaaaa.bundle"]


def test_a_stick_that_stores_something_else_is_found_out(
    source: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rotten(path: Path):
        data = bytearray(path.read_bytes())
        data[1_500_000] ^= 1
        yield bytes(data)

    monkeypatch.setattr(media, "read_uncached", rotten)
    with pytest.raises(StickLies):
        _copy(source, stick)
    assert list(stick.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "told"),
    [(errno.ENOSPC, StickFull), (errno.EROFS, StickReadOnly), (errno.EIO, StickGone), (errno.ENODEV, StickGone)],
)
def test_each_failure_has_its_own_sentence(
    source: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: type[ClinicError]
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(code, "failed")

    monkeypatch.setattr(media.os, "fsync", fail)
    with pytest.raises(told):
        _copy(source, stick)
    assert list(stick.iterdir()) == []


def test_a_stick_without_room_is_refused_before_the_first_byte(
    source: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinic_desktop.storage.files.free_bytes", lambda _path: 1000)
    with pytest.raises(StickFull):
        _copy(source, stick)


def test_a_folder_that_is_gone(source: Path, tmp_path: Path) -> None:
    with pytest.raises(StickGone):
        _copy(source, tmp_path / "pulled")


def test_stopping_in_the_middle_leaves_nothing_behind(source: Path, stick: Path) -> None:
    steps = media.copy_out(source, stick, "0001-aaaaaaaa.bundle", "0" * 64)
    next(steps)
    steps.close()
    assert list(stick.iterdir()) == []


def test_bundles_are_found_by_content_whatever_became_of_their_names(network: Network) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    path = clinic.export().path
    hidden = clinic.stick / "RECYCLER" / "x"
    hidden.mkdir(parents=True)
    (hidden / "0001 (1).bundle").write_bytes(path.read_bytes())
    path.rename(clinic.stick / "0001-k.bundle.part")
    (clinic.stick / "autorun.inf").write_text("[autorun]")
    (clinic.stick / "Fotos.lnk").write_bytes(b"L\0\0\0" * 100)
    (clinic.stick / "loop").symlink_to(clinic.stick)
    found = media.candidates(clinic.stick)
    assert {c.path.name for c in found} == {"0001 (1).bundle", "0001-k.bundle.part"}
    report = network.central.merge(*(c.path for c in found))
    assert sorted(f.new_segments for f in report.files) == [0, 1]


def test_an_export_that_failed_marks_nothing_as_sent(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    with pytest.raises(StickGone):
        finish(carrying.export(clinic.vault, clinic.actor, folder=clinic.stick / "pulled"))
    assert clinic.ask(waiting.confirmed).last_carried is None
    assert clinic.ask(waiting.waiting).new == 1
    assert clinic.export().segments == 1
    assert not list((clinic.folder / "travel").iterdir())


def test_names_tell_nothing_and_codes_can_be_read_aloud() -> None:
    names = {new_file_name(412) for _ in range(50)}
    assert len(names) == 50
    assert all(re.fullmatch(r"0412-[0-9a-z]{8}\.bundle", n) for n in names)
    assert control_of("ff" * 32) != control_of("fe" * 32)
    assert len(spoken(b"x", 16).replace("-", "")) == 16


# drives


MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
/dev/sdb1 /media/ana/MI\040MEMORIA vfat rw,relatime 0 0
/dev/sdc1 /run/media/ana/CASA exfat ro,relatime 0 0
/dev/sdd1 /data ext4 rw 0 0
/dev/sde1 /srv/stick ext4 rw 0 0
/dev/sdf1 /srv/disk ntfs3 rw 0 0
tmpfs /media/x tmpfs rw 0 0
server:/a /mnt/net nfs4 rw 0 0
nonsense
""".splitlines()


def _block(blocks: Path, disk: str, place: str, removable: str) -> None:
    there = blocks.parent / "devices" / place / disk
    (there / f"{disk}1").mkdir(parents=True)
    (there / "removable").write_text(removable)
    (blocks / f"{disk}1").symlink_to(there / f"{disk}1")


def test_drives_are_found_by_their_place_their_disk_or_their_bus(tmp_path: Path) -> None:
    blocks = tmp_path / "block"
    blocks.mkdir()
    _block(blocks, "sdd", "pci0/ata1", "0\n")
    _block(blocks, "sde", "pci0/mmc0", "1\n")
    _block(blocks, "sdf", "pci0/usb2/2-1", "0\n")
    found = drives.linux_drives(MOUNTS, blocks, tmp_path / "labels")
    assert [(str(d.folder), d.label, d.system, d.read_only) for d in found] == [
        ("/media/ana/MI MEMORIA", "MI MEMORIA", "vfat", False),
        ("/run/media/ana/CASA", "CASA", "exfat", True),
        ("/srv/disk", "disk", "ntfs3", False),
        ("/srv/stick", "stick", "ext4", False),
    ]


def test_no_volume_is_larger_than_a_file_on_fat_may_be() -> None:
    assert outgoing.VOLUME_BYTES + bundle.MAX_SEGMENT < 4 * 1024**3


def test_a_file_that_the_stick_cannot_hold_has_its_own_sentence(
    source: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EFBIG, "too large")

    monkeypatch.setattr(media.os, "fsync", fail)
    with pytest.raises(StickSmallFiles):
        _copy(source, stick)


def test_pulled_out_while_reading_back_is_told_apart(
    source: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_path: Path):
        raise OSError(errno.EIO, "gone")
        yield b""

    monkeypatch.setattr(media, "read_uncached", gone)
    with pytest.raises(StickGoneUnproved):
        _copy(source, stick)
    assert list(stick.iterdir()) == []


def test_pulled_out_while_it_is_read_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(StickGoneFetching):
        finish(media.fetch(tmp_path / "gone.bundle", tmp_path / "local"))


def test_a_slow_stick_is_flushed_as_it_goes_and_tells_its_bytes(
    tmp_path: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no step is long: a save waits for the end of one."""
    import hashlib

    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)

    source = tmp_path / "big"
    source.write_bytes(bytes(20_000_000))
    told = list(media.copy_out(source, stick, "0001-aaaaaaaa.bundle", hashlib.sha256(bytes(20_000_000)).hexdigest()))
    assert "1.0 / 20.0 MB" in told[0].words
    assert len(told) == 3 * 20 and len(flushed) >= 20


def test_codes_are_heard_as_they_are_spoken() -> None:
    assert heard("abcd efgh jkmn") == "ABCD-EFGH-JKMN"
    assert heard("oOiL-0011") == "0011-0011"


def test_a_load_too_big_for_one_file_goes_in_parts_each_whole_by_itself(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    for _ in range(3):
        clinic.do(register())
        finish(carrying.cut_waiting(clinic.vault, clinic.actor))
    exported = finish(carrying.export(clinic.vault, clinic.actor, folder=clinic.stick, most=10))
    assert exported is not None
    assert [(e.volume, e.volumes, e.number, e.segments) for e in exported.files] == [(n, 3, 1, 1) for n in (1, 2, 3)]
    last, first, middle = (exported.files[n].path for n in (2, 0, 1))
    report = central.merge(last)
    assert report.files[0].new_segments == 1 and len(report.gaps) == 1, "taken in at once, the gap is told"
    assert not central.merge(middle, first).gaps
    assert central.sql("SELECT DISTINCT volumes, number FROM bundle_log WHERE way = 'in'") == [(3, 1)]
    clinic.accept(central.answer()["Clínica 1"])
    assert clinic.ask(waiting.waiting).new == 0


def test_a_computer_without_room_to_seal_says_so_and_marks_nothing(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    monkeypatch.setattr("clinic_desktop.exchange.format.sealed.seal", _no_room)
    with pytest.raises(CannotWrite):
        clinic.export()
    assert clinic.sql("SELECT count(*) FROM bundle_log WHERE done_at IS NOT NULL") == [(0,)]
    assert not list(clinic.stick.iterdir()) and not list((clinic.folder / "travel").iterdir())


def _no_room(*_given: object) -> None:
    raise pyrage.EncryptError("No space left on device")
