"""Text from people, made fit for paper. `said` is the only door between a typed text and a page."""

import unicodedata
from collections.abc import Container, Iterator
from functools import cache
from typing import NewType

from clinic_desktop.kernel.i18n import N_

Said = NewType("Said", str)
"""Text that holds only characters the paper's font can draw, and line breaks."""

MISSING = "\ufffd"
NOTHING_RECORDED = N_("Not recorded")

# Typed or pasted often enough to deserve better than the sign for a missing character.
_SPELLED = {
    "≤": "<=",
    "≥": ">=",
    "≠": "<>",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "↑": "^",
    "✓": "√",
    "✔": "√",
    "☐": "[ ]",
    "☑": "[x]",
    "☒": "[x]",
    "●": "•",
    "▪": "•",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "\x85": "\n",
    "\t": "    ",
}
# They reverse or hide what is read on a screen; on paper they must be seen to be there.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_FOLLOWS = frozenset({"Mn", "Me", "Mc", "Cf"})
_JOINER = "\u200d"


def said(text: str, glyphs: Container[int]) -> Said:
    """`text` with line breaks kept, control characters gone, and what the font lacks replaced in plain sight."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return Said("".join(_drawable(plain, glyphs)))


def _drawable(text: str, glyphs: Container[int]) -> Iterator[str]:
    missing = joined = False
    for char in text:
        shown = char if char == "\n" else _shown(char, glyphs)
        # One emoji of several characters, or a foreign letter with its marks, is one thing missing.
        if missing and (_continues(char) or (joined and shown == MISSING)):
            joined = char == _JOINER
            continue
        missing, joined = shown == MISSING, False
        yield shown


def _shown(char: str, glyphs: Container[int]) -> str:
    if char in _DIRECTION:
        return MISSING
    if ord(char) in glyphs and unicodedata.category(char) not in _UNSEEN:
        return char
    spelled = _spelled(char)
    return spelled if all(part == "\n" or ord(part) in glyphs for part in spelled) else MISSING


def _continues(char: str) -> bool:
    return char not in _DIRECTION and (unicodedata.category(char) in _FOLLOWS or "\U0001f3fb" <= char <= "\U0001f3ff")


@cache
def _spelled(char: str) -> str:
    if char in _SPELLED:
        return _SPELLED[char]
    category = unicodedata.category(char)
    if category in _UNSEEN or "\ufe00" <= char <= "\ufe0f":
        return ""
    if category == "Zs":
        return " "
    plainer = unicodedata.normalize("NFKC", char)
    return plainer if plainer != char else MISSING


def clusters(word: str) -> list[str]:
    """The letters of a word, each with the marks that sit on it."""
    found: list[str] = []
    for char in word:
        if found and unicodedata.combining(char):
            found[-1] += char
        else:
            found.append(char)
    return found


def is_empty(text: str | None) -> bool:
    return text is None or not text.strip()
