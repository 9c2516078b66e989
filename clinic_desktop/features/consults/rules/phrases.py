"""When a short word becomes a sentence: only a whole word that stands by itself, right before the caret."""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 20
_OPENING = "(«\"'¿¡[{—–-·:;,./"


@dataclass(frozen=True, slots=True)
class Expansion:
    length: int
    """How many letters before the caret it replaces."""
    words: str


def is_short(word: str) -> bool:
    """Whether one may write a phrase so: one word, with a letter or digit at both ends."""
    return 0 < len(word) <= LONGEST and not any(c.isspace() for c in word) and word[0].isalnum() and word[-1].isalnum()


def expansion(before: str, after: str, phrases: Mapping[str, str]) -> Expansion | None:
    """What the word at the end of `before` stands for. `phrases` are the sentences by their short words, folded.

    A caret in the middle of a word expands nothing.
    """
    if after[:1].isalnum() or not before:
        return None
    start = len(before)
    while start and not before[start - 1].isspace():
        start -= 1
        if len(before) - start > LONGEST + len(_OPENING):
            return None
    word = before[start:].lstrip(_OPENING)
    words = phrases.get(word.casefold())
    return Expansion(len(word), words) if word and words else None
