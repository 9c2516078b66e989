"""How large a page of a paper from elsewhere may be, so that a stick can carry it."""

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

LARGEST = 220_000
"""Bytes of one page; as text in the vault it stays under 300 kB."""
LONGEST_SIDE = 1600
"""Pixels: a letter page is still read easily."""
MOST_PAGES = 12


class NoPages(Refused):
    text = N_("Choose at least one picture of the paper.")


class TooManyPages(Refused):
    text = N_("A paper may have at most {most} pages. Attach the rest as another paper.")


class NotAPage(Refused):
    text = N_("This file is not a picture that the program can read. Choose a JPG, PNG or BMP.")


class PageTooLarge(Refused):
    text = N_("This page cannot be made small enough to travel. Take the picture again, nearer and with more light.")


_JPEG = b"\xff\xd8\xff"


def check_page(jpeg: bytes) -> None:
    if not jpeg.startswith(_JPEG):
        raise NotAPage()
    if len(jpeg) > LARGEST:
        raise PageTooLarge()
