"""The merge law, as pure functions of the set of operations a device holds (docs/formats/bundle.md, "Merging").

Nothing here knows in which order anything arrived, so every device that holds the same operations says the same.
A *unit* is a column, or a group of columns that make sense together only. An operation sets one unit of one row and
names the operations it overwrote, so a wrong clock never beats a person who had seen the other value. The clock only
chooses which of two values, written without knowing of each other, is shown until a person settles it.
"""

from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

VOID = "void"
"""The unit of a row's taking-back: (voided_at, voided_by, void_reason)."""


class Stamp(NamedTuple):
    """The name of an operation; greater means provisionally preferred."""

    hlc: int
    device: str
    epoch: str
    segment: int


@dataclass(frozen=True, slots=True)
class Op:
    stamp: Stamp
    value: tuple[Any, ...]
    prev: frozenset[Stamp] = frozenset()
    """The operations on the same unit that it overwrote."""
    seen: frozenset[Stamp] = frozenset()
    """Of a taking-back: the newest operations on the row's other units. Of others: the taking-back they knew of."""
    made: bool = False
    """It is the row's insert. A restored device may send the same insert twice, under two stamps."""
    author: str = ""


class Weight(IntEnum):
    """Whose word counts in a table that the central office owns."""

    PROPOSAL = 0
    """Of a clinic about what the central has decided, or another clinic made."""
    ORIGIN = 1
    """Of the clinic that made the row; counts until the central writes."""
    HERE = 2
    """Of this clinic, or the row's insert: in force here."""
    CENTRAL = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """What a unit holds. `frontier` are the operations that nothing known has overwritten, the preferred one first."""

    value: tuple[Any, ...]
    frontier: tuple[Op, ...]
    conflict: bool

    @property
    def winner(self) -> Op:
        return self.frontier[0]


def frontier(ops: Collection[Op]) -> list[Op]:
    """The operations that no other one names as overwritten, the greatest stamp first.

    A restored computer may send the insert of a row twice. With the same value they are one operation under two names:
    overwriting one overwrites both. And an insert that left the unit empty says nothing where the other one filled it.
    """
    named: set[Stamp] = set()
    for op in ops:
        named |= op.prev
    gone = {op.value for op in ops if op.made and op.stamp in named}
    filled = any(op.made and not _is_empty(op) for op in ops)
    open_ops = [
        op for op in ops if op.stamp not in named and not (op.made and (op.value in gone or (filled and _is_empty(op))))
    ]
    # Operations that name each other in a circle can only be forged; all of them are then shown.
    return sorted(open_ops or ops, key=lambda op: op.stamp, reverse=True)


def _is_empty(op: Op) -> bool:
    return all(value is None for value in op.value)


def settle_register(ops: Collection[Op]) -> Settled:
    """A field or group: what was written without knowing of each other stands side by side until somebody decides."""
    if len(ops) == 1:
        (only,) = ops
        return Settled(only.value, (only,), conflict=False)
    left = frontier(ops)
    return Settled(left[0].value, tuple(left), len({op.value for op in left}) > 1)


def settle_owned(ops: Collection[Op], weigh: Callable[[Op], Weight]) -> Settled:
    """A unit of a table that the central owns: its word goes before a clinic's, whatever the clocks say."""
    weights = {op.stamp: weigh(op) for op in ops}
    lowest = Weight.HERE if Weight.CENTRAL in weights.values() else Weight.ORIGIN
    counting = [op for op in ops if weights[op.stamp] >= lowest] or list(ops)
    left = frontier(counting)
    best = max(weights[op.stamp] for op in left)
    ranked = sorted(left, key=lambda op: (weights[op.stamp], op.stamp), reverse=True)
    decided = {op.value for op in left if weights[op.stamp] == best}
    return Settled(ranked[0].value, tuple(ranked), best == Weight.CENTRAL and len(decided) > 1)


def settle_void(ops: Collection[Op], edits: Iterable[Op], *, adding_wins: bool) -> Settled:
    """Whether a row is taken back. Alive beats taken back as long as somebody meant it alive without knowing.

    `edits` are the open changes of the row's other units: one that neither saw the taking-back nor was seen by it means
    that a person still worked with the row. In sets adding simply wins; elsewhere a person is asked.
    """
    left = frontier(ops)
    alive = [op for op in left if op.value[0] is None]
    taken = [op for op in left if op.value[0] is not None]
    if not taken:
        return Settled(left[0].value, tuple(left), conflict=False)
    if alive:
        return Settled(alive[0].value, (*alive, *taken), conflict=not adding_wins)
    if any(_apart(edit, taken) for edit in edits):
        return Settled((None,) * len(taken[0].value), tuple(taken), conflict=not adding_wins)
    return Settled(taken[0].value, tuple(taken), conflict=False)


def _apart(edit: Op, voids: Iterable[Op]) -> bool:
    """Whether an edit and every taking-back were made without knowing of each other."""
    if edit.made:
        return False
    return all(edit.stamp != v.stamp and edit.stamp not in v.seen and v.stamp not in edit.seen for v in voids)


def settle_ending(done: Settled, ops: Collection[Op]) -> Settled:
    """What somebody may do: once it was ended it is ended for all, whoever else's word counts, and nobody is asked."""
    ended = max((op for op in ops if not op.made and not any(op.value)), key=lambda op: op.stamp, default=None)
    if ended is None:
        return done
    return Settled(ended.value, (ended, *(op for op in done.frontier if op is not ended)), conflict=False)


def is_waiting(settled: Settled, known: Callable[[Stamp], bool]) -> bool:
    """Whether a segment that has not arrived may explain the open values: not yet a conflict."""
    return settled.conflict and any(not known(stamp) for op in settled.frontier for stamp in op.prev)


def settle_row(
    units: Mapping[str, Collection[Op]],
    *,
    adding_wins: bool = False,
    weigh: Callable[[Op], Weight] | None = None,
    ending: Container[str] = (),
) -> dict[str, Settled]:
    """Every unit of one row that ever changed. `weigh` is given for tables that the central owns; of the units in
    `ending` a no is for ever."""
    settled: dict[str, Settled] = {}
    for unit, ops in units.items():
        if weigh is not None:
            settled[unit] = settle_owned(ops, weigh)
        elif unit != VOID:
            settled[unit] = settle_register(ops)
        if unit in ending:
            settled[unit] = settle_ending(settled[unit], ops)
    if weigh is None and VOID in units:
        edits = [op for done in settled.values() for op in done.frontier]
        settled[VOID] = settle_void(units[VOID], edits, adding_wins=adding_wins)
    return settled
