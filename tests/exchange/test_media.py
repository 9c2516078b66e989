"""Sticks that are full, locked, pulled out, lying or touched by a virus."""

import errno
import os
from pathlib import Path

import pytest

from clinic_desktop.exchange import media
from clinic_desktop.exchange.codes import control_of, spoken
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import StickFull, StickGone, StickLies, StickReadOnly
from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.rules.file_names import new_file_name, number_in
from clinic_desktop.features.bundles.service import carrying
from clinic_desktop.kernel.errors import ClinicError
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
    assert {number_in(n) for n in names} == {412}
    assert number_in("0412-k7q2m9xd (1).bundle") is None
    assert control_of("ff" * 32) != control_of("fe" * 32)
    assert len(spoken(b"x", 16).replace("-", "")) == 16
