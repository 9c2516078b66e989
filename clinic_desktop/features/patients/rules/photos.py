"""What a kept picture of a face is: small, upright, a plain JPEG that tells nothing but the face."""

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

WIDEST, TALLEST = 240, 320
LARGEST = 60_000
"""Bytes."""

_SOI, _SOS = b"\xff\xd8", 0xDA
_SIZES = frozenset({0xC0, 0xC1, 0xC2})
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_APP0, _APP_LAST, _COMMENT = 0xE0, 0xEF, 0xFE


class NotAPicture(Refused):
    text = N_("This file cannot be kept as a picture. Choose a photograph (JPEG or PNG).")


class PictureTooLarge(Refused):
    text = N_("The picture is too large. Choose another one.")


class PictureTells(Refused):
    """A phone writes into it where and when it was taken, and with which device."""

    text = N_("The picture carries data of the camera. Choose it again in this window, which takes them out.")


def check_picture(jpeg: bytes) -> None:
    """Refuse what is not a small bare JPEG: the screen makes one of whatever file was chosen."""
    if len(jpeg) > LARGEST:
        raise PictureTooLarge()
    if not jpeg.startswith(_SOI):
        raise NotAPicture()
    size = _size_of(jpeg)
    if size is None:
        raise NotAPicture()
    if size[0] > WIDEST or size[1] > TALLEST:
        raise PictureTooLarge()


def _size_of(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height, from the segments before the picture itself; one that tells of the camera is refused."""
    at, size = 2, None
    while at + 4 <= len(jpeg):
        if jpeg[at] != 0xFF:
            return None
        kind = jpeg[at + 1]
        if kind == 0xFF or kind in _BARE:
            at += 1 if kind == 0xFF else 2
            continue
        if kind == _SOS:
            return size
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if length < 2:
            return None
        if _APP0 < kind <= _APP_LAST or kind == _COMMENT:
            raise PictureTells()
        if kind in _SIZES:
            size = int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big")
        at += 2 + length
    return None
