"""The letters of a list that is kept as text: whoever wrote the file did not write into it which they are."""

import re
from dataclasses import dataclass

_AS_UNICODE = "utf-8-sig"
_OLDER = ("cp1252", "cp850", "mac_roman")
_LETTERS = "áéíóúüñÁÉÍÓÚÜÑªº"
_USUAL = "’‘´ʼ“”«»…–—\xa0°¡¿·•€½¼¾"
# What Spanish does not write shows that the bytes were letters of something else: "Jos‚ ¥unuy".
_SIGN = re.compile(
    rf"(?<=[A-Za-z])[^\x00-\x7f\w{_USUAL}]|[^\x00-\x7f\w{_USUAL}](?=[A-Za-z])|(?<=[A-Za-z])[“”«»…–—•¡¿·€](?=[a-z])"
    rf"|[\ufffd\x80-\x9f]"
)
# A large letter inside a small word, a small one inside a large word, and "Mar’a", which no language here writes.
_FOREIGN = re.compile(
    rf"(?![{_LETTERS}])[^\x00-\x7f\W\d_]|(?<=[a-záéíóúüñ])[ÁÉÍÓÚÜÑ]|(?<=[A-ZÁÉÍÓÚÜÑ])[áéíóúüñ](?=[A-ZÁÉÍÓÚÜÑ])"
    r"|(?<=[rf])’a\b"
)


@dataclass(frozen=True, slots=True)
class Garbled:
    """No way to read it gives words."""

    line: int
    text: str


def read_letters(content: bytes) -> str | Garbled:
    """As UTF-8, as Windows writes Spanish, as DOS did, or as a Mac did: the first that gives Spanish letters only."""
    try:
        return content.decode(_AS_UNICODE)
    except UnicodeDecodeError:
        pass
    read = {encoding: text for encoding in _OLDER if (text := _decoded(content, encoding)) is not None}
    for text in read.values():
        if not (_SIGN.search(text) or _FOREIGN.search(text)):
            return text
    # "François Müller" is no Spanish and is written well.
    usual = read.get(_OLDER[0])
    if usual is not None and not _SIGN.search(usual):
        return usual
    text = content.decode("latin-1") if usual is None else usual
    found = _SIGN.search(text) or _FOREIGN.search(text)
    return Garbled(text.count("\n", 0, found.start()) + 1 if found else 1, text)


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
