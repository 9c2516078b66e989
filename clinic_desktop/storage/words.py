"""Passwords: what is strong enough, what two people may type differently, and how a good one is proposed."""

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from clinic_desktop.kernel.assets import resource
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

LEAST = 12
MOST = 256
WORDS = 4


class WeakPassword(Refused):
    text = N_("Use at least 12 characters, nothing obvious and no name; or take the four words the program proposes.")


def suggest_password(count: int = WORDS) -> str:
    """Words drawn by chance, easy to read out and to copy from paper."""
    words = word_list()
    return " ".join(secrets.choice(words) for _ in range(count))


@cache
def word_list() -> tuple[str, ...]:
    return tuple(resource("wordlists/es.txt").read_text(encoding="ascii").split())


@cache
def _obvious_words() -> frozenset[str]:
    # Compared folded and without digits at the ends, so "Clínica2026" is found by "clinica".
    return frozenset(resource("wordlists/obvious.txt").read_text(encoding="ascii").split())


def made_of_words(password: str) -> bool:
    """Whether this is a password the program could have proposed, however it was typed."""
    # A form for a whole password at once is of no use: the list's words must stand apart to be counted.
    typed = _plain(password).replace("-", " ").split()
    return len(typed) >= WORDS and set(typed) <= set(word_list())


def normal_form(password: str, *, of_words: bool) -> bytes:
    """The bytes that are stretched. A slot remembers `of_words` from the day its password was set.

    Of words: letters only, so accents, spaces, hyphens and case do not matter. Any other: as typed, but the same
    whichever way the keyboard composes accents.
    """
    if of_words:
        return "".join(c for c in _plain(password) if c.isalpha()).encode()
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check_password(password: str, *, names: Iterable[str] = ()) -> None:
    """Refuse what would fall to the first guesses; `names` are those of the person and the clinic."""
    if made_of_words(password):
        return
    length = len(unicodedata.normalize("NFKC", password))
    if not LEAST <= length <= MOST or len(set(password)) < 5 or _obvious(password, names):
        raise WeakPassword()


def _obvious(password: str, names: Iterable[str]) -> bool:
    letters = "".join(c for c in _plain(password) if c.isalnum())
    core = letters.strip("0123456789")
    if not core or core in _obvious_words() or _repeats(letters) or _in_order(letters):
        return True
    parts = [part for name in names for part in _plain(name).split() if len(part) >= 3]
    for part in sorted(parts, key=len, reverse=True):
        core = core.replace(part, "")
    # What is left beside names and digits must carry some weight of its own.
    return bool(parts) and len(core) < 6


def _repeats(letters: str) -> bool:
    return any(letters == (letters[:n] * len(letters))[: len(letters)] for n in range(1, len(letters) // 2 + 1))


def _in_order(letters: str) -> bool:
    steps = [ord(after) - ord(before) for before, after in pairwise(letters)]
    return len(set(steps)) == 1


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))
