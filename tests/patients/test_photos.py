"""A small picture of a person: off unless the clinic turns it on, with a yes, upright, bare of the camera's data."""

import struct
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from clinic_desktop.app import house
from clinic_desktop.features.patients.queries import photos as queries
from clinic_desktop.features.patients.rules import photos as rules
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.screens.photo import PhotoPanel, small_jpeg
from clinic_desktop.features.patients.service import consents, photos
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.ids import new_id
from tests.patients.conftest import TODAY


@pytest.fixture
def person(register: Any) -> str:
    return register("Tzoc, María")


@pytest.fixture
def turn(do: Any) -> Any:
    return lambda on: do(partial(settings.choose, key=queries.SETTING, value=on))


@pytest.fixture
def say(do: Any, person: str) -> Any:
    def saying(yes: bool) -> None:
        talk = Talk(
            decided_on=TODAY,
            way=ConsentWay.SPOKEN,
            language_code="spa",
            read_aloud=True,
            said_back=True,
            witness="Pedro",
            witness_is_of_clinic=False,
            text_version="1",
        )
        answers = [Said(ConsentPurpose.PHOTO, yes)]
        do(partial(consents.record_answers, act_id=new_id(), patient_id=person, answers=answers, talk=talk))

    return saying


@pytest.fixture
def keep(do: Any, person: str) -> Any:
    def keeping(jpeg: bytes, photo_id: str | None = None) -> None:
        do(partial(photos.keep_photo, photo_id=photo_id or new_id(), patient_id=person, jpeg=jpeg))

    return keeping


def picture(tmp_path: Path, width: int = 900, height: int = 600, turned: bool = False) -> str:
    """A file as a phone makes it: large, and with the way up and the place written beside the picture."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for x in range(width // 2):
        for y in range(0, height, 7):
            image.setPixelColor(x, y, QColor("red"))
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(held, "JPEG", 90)  # type: ignore[call-overload]
    data = bytes(held.data().data())
    entries = struct.pack(">HHI", 0x0112, 3, 1) + struct.pack(">HH", 6 if turned else 1, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entries + struct.pack(">I", 0) + b"TELEFONO DE JUANA"
    path = tmp_path / "foto.jpg"
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    return str(path)


def size_of(jpeg: bytes) -> tuple[int, int]:
    image = QImage.fromData(jpeg)
    return image.width(), image.height()


def test_a_phones_picture_becomes_small_upright_and_bare(qapp: Any, tmp_path: Path) -> None:
    kept = small_jpeg(picture(tmp_path))
    assert size_of(kept) in ((240, 159), (240, 160))
    upright = small_jpeg(picture(tmp_path, turned=True))
    assert size_of(upright) in ((213, 320), (214, 320))
    for jpeg in (kept, upright):
        assert len(jpeg) <= rules.LARGEST
        assert b"Exif" not in jpeg and b"JUANA" not in jpeg
        rules.check_picture(jpeg)


def test_what_is_no_picture_is_refused(qapp: Any, tmp_path: Path) -> None:
    path = tmp_path / "carta.jpg"
    path.write_bytes(b"no es una foto")
    with pytest.raises(rules.NotAPicture):
        small_jpeg(str(path))


def test_a_picture_that_tells_of_the_camera_or_is_large_is_never_kept(qapp: Any, tmp_path: Path) -> None:
    whole = Path(picture(tmp_path, 90, 60)).read_bytes()
    with pytest.raises(rules.PictureTells):
        rules.check_picture(whole)
    with pytest.raises(rules.PictureTooLarge):
        rules.check_picture(whole + b"\0" * rules.LARGEST)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_small_picture_or_refused(data: bytes) -> None:
    for jpeg in (data, b"\xff\xd8" + data):
        try:
            rules.check_picture(jpeg)
        except Refused:
            continue
        assert jpeg.startswith(b"\xff\xd8")


def test_without_the_setting_nothing_is_kept_and_nothing_is_shown(
    qapp: Any, tmp_path: Path, turn: Any, say: Any, keep: Any, ask: Any, person: str, office: Any
) -> None:
    say(True)
    jpeg = small_jpeg(picture(tmp_path))
    with pytest.raises(photos.PhotosAreOff):
        keep(jpeg)
    turn(True)
    keep(jpeg)
    assert ask(lambda r: queries.photo_of(r, person)) == jpeg
    turn(False)
    assert ask(lambda r: queries.photo_of(r, person)) is None
    house.furnish()
    assert "Picture" not in [panel.title for panel in slots.panels_for(office)]
    turn(True)
    assert "Picture" in [panel.title for panel in slots.panels_for(office)]


def test_a_picture_needs_a_yes_and_goes_when_it_is_taken_back(
    qapp: Any, tmp_path: Path, turn: Any, say: Any, keep: Any, ask: Any, person: str
) -> None:
    turn(True)
    jpeg = small_jpeg(picture(tmp_path))
    with pytest.raises(photos.NoConsentToPhoto):
        keep(jpeg)
    say(True)
    keep(jpeg)
    say(False)
    assert ask(lambda r: queries.photo_of(r, person)) is None


def test_the_newest_holds_the_same_id_is_kept_once_and_taking_off_shows_none(
    qapp: Any, tmp_path: Path, turn: Any, say: Any, keep: Any, do: Any, ask: Any, person: str
) -> None:
    turn(True)
    say(True)
    first, second = small_jpeg(picture(tmp_path)), small_jpeg(picture(tmp_path, 300, 300))
    photo_id = new_id()
    keep(first, photo_id)
    keep(second)
    keep(first, photo_id)
    assert ask(lambda r: queries.photo_of(r, person)) == second
    do(partial(photos.take_off, photo_id=new_id(), patient_id=person))
    assert ask(lambda r: queries.photo_of(r, person)) is None


def test_the_panel_keeps_a_chosen_file_and_takes_it_off(
    office: Any, qtbot: Any, tmp_path: Path, turn: Any, say: Any, person: Any
) -> None:
    turn(True)
    panel = PhotoPanel(office, person)
    qtbot.addWidget(panel)
    assert panel.choose.isHidden()
    say(True)
    assert not panel.choose.isHidden()
    panel.take_file(picture(tmp_path))
    assert not panel.face.isHidden()
    panel.off.click()
    assert panel.face.isHidden()
    assert office.voice.notices == ["Picture kept", "Picture taken off"]
