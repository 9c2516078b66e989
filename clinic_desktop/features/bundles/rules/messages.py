"""What a message between offices may be."""

import re

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

MOST_LETTERS = 2_000
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NothingWritten(Refused):
    text = N_("Write what the other office shall read.")


class TooLong(Refused):
    text = N_("The message is too long: {letters} letters of {most}. Shorten it or send two.")


class NobodyThere(Refused):
    text = N_("Choose an office that has joined; nothing is carried to this one.")


def plain_text(typed: str) -> str:
    """Plain text as it is kept; raises what is wrong with it."""
    lines = [line.rstrip() for line in _NOT_TEXT.sub("", typed.replace("\r\n", "\n")).split("\n")]
    text = "\n".join(lines).strip()
    if not text:
        raise NothingWritten()
    if len(text) > MOST_LETTERS:
        raise TooLong(letters=len(text), most=MOST_LETTERS)
    return text
