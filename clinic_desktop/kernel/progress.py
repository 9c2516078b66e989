"""How far a long job is: what its steps report on the way to the person who waits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`total` 0 means that how far is not known. `words` are for the screen, already translated."""

    done: int
    total: int
    words: str
