"""Folding of names: one key for writing that people take for the same."""

import unicodedata

# Letters of Mayan spelling: the saltillo and every apostrophe people type for it.
_APOSTROPHES = dict.fromkeys(map(ord, "'`´’‘ʼʻꞌ"), None)


def fold(text: str) -> str:
    """Lower case, without accents or apostrophes, ñ as n, single spaces: "K’iche’ Ñáñez" -> "kiche nanez"."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())
