"""The search index in memory: loaded a step at a time, then kept equal to what is filed.

Every question first reads one number, the last change of the filing, and brings in what changed since. So whatever
wrote it (a registration, a merge, another connection), no search sees less than the database holds. Until it is loaded,
and after so many changes at once that reading anew is quicker, people are found in the stored chunks.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, Protocol

from clinic_desktop.features.patients.rules import memory, terms
from clinic_desktop.features.patients.rules.memory import Change, Memory
from clinic_desktop.features.patients.rules.postings import People
from clinic_desktop.features.patients.rules.searching import Finder, Hits
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.work import Actor, Asker, Reading

_NAME = "patients.memory"
_AT_ONCE = 1500
_WORDS_AT_ONCE = 100


class VaultLike(Protocol):
    def ask(self, query: Callable[[Reading], bool], actor: Actor) -> bool: ...


class NumberShelf(Protocol):
    def numbers(self, word: str) -> tuple[People, People]: ...


class _InMemory:
    """The loaded index, with the numbers that only the database has."""

    def __init__(self, held: Memory, shelf: NumberShelf) -> None:
        self._held, self._shelf = held, shelf

    def hits(self, word: str) -> Hits:
        return self._held.hits(word, self._shelf.numbers)

    def near(self, word: str, *, unfinished: bool) -> People:
        return self._held.near(word, unfinished=unfinished)


def in_memory(asker: Asker, shelf: NumberShelf) -> Finder | None:
    """The loaded index as the filing is now; None where it is not loaded."""
    held = _current(asker)
    return None if held is None else _InMemory(held, shelf)


def is_loaded(asker: Asker) -> bool:
    asker.require(Permission.SEE_PATIENTS)
    return _current(asker) is not None


def _current(asker: Asker) -> Memory | None:
    held: Memory | None = asker.remembered.get(_NAME)
    if held is not None and not _catch_up(asker, held):
        held = asker.remembered.pop(_NAME, None) and None
    return held


def _version(asker: Asker) -> int:
    ((version,),) = asker.plain("SELECT coalesce(max(version), 0) FROM patient_filing")
    return version


def _catch_up(asker: Asker, held: Memory) -> bool:
    """Bring in what was filed since; False where it must be read anew."""
    version = _version(asker)
    if version == held.version:
        return True
    log = asker.plain(_CHANGES, (held.version,))
    if not log or log[0][0] != held.version + 1 or any(entry == 0 for _version, entry, _was in log):
        return False
    before: dict[int, list[terms.Findable]] = {}
    for _number, entry, was in log:
        before.setdefault(entry, []).extend([terms.from_kept(was)] if was else [])
    now = _kept(asker, list(before))
    held.follow(Change(entry, tuple(was), now.get(entry)) for entry, was in before.items())
    held.version = version
    return True


_CHANGES = "SELECT version, entry, was FROM patient_filing WHERE version > ? ORDER BY version"


def _kept(asker: Asker, entries: Sequence[int]) -> dict[int, terms.Findable]:
    found: dict[int, terms.Findable] = {}
    for start in range(0, len(entries), 500):
        some = tuple(entries[start : start + 500])
        rows = asker.plain(_KEPT.format(places=",".join("?" * len(some))), some)
        found |= {entry: terms.from_kept(kept) for entry, kept in rows}
    return found


_KEPT = "SELECT entry, kept FROM patient_entry WHERE entry IN ({places})"


class Loading:
    """Reads the stored chunks in steps of some milliseconds, each a question of its own: keystrokes go in between."""

    def __init__(self) -> None:
        self._held = Memory()
        self._steps: Iterator[bool] | None = None
        self._asker: Asker | None = None

    def step(self, asker: Asker) -> bool:
        """Whether there is more to read."""
        asker.require(Permission.SEE_PATIENTS)
        self._asker = asker
        if self._steps is None:
            if _current(asker) is not None:
                return False
            self._held.version = _version(asker)
            self._steps = self._all()
        if next(self._steps, False):
            return True
        self._held.settle()
        # What was filed while this was read is brought in by the log, as for every question.
        if _catch_up(asker, self._held):
            asker.remembered[_NAME] = self._held
        return False

    def _plain(self, sql: str, values: tuple[str | int, ...]) -> Sequence[tuple[Any, ...]]:
        assert self._asker is not None
        return self._asker.plain(sql, values)

    def _all(self) -> Iterator[bool]:
        for first, end in ((terms.PREFIX, terms.SOUND), (" ", terms.END)):
            yield from self._range(first, end)
        words = [word for (word,) in self._plain("SELECT word FROM patient_word", ())]
        words += [f"{year:02d}" for year in (*range(100), *range(1900, 2100))]
        for start in range(0, len(words), _WORDS_AT_ONCE):
            some = tuple(terms.OTHER + word for word in words[start : start + _WORDS_AT_ONCE])
            self._put(self._plain(_TERMS.format(places=",".join("?" * len(some))), some))
            yield True

    def _range(self, first: str, end: str) -> Iterator[bool]:
        while True:
            rows = self._plain(_RANGE, (first, end, _AT_ONCE))
            if len(rows) < _AT_ONCE:
                self._put(rows)
                return
            # The last term may go on; it is read again.
            first = rows[-1][0]
            self._put([row for row in rows if row[0] != first])
            yield True

    def _put(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._held.put((row[0], row[1], row[2]) for row in rows if memory.keeps(row[0]))


_RANGE = "SELECT term, chunk, people FROM patient_posting WHERE term >= ? AND term < ? ORDER BY term, chunk LIMIT ?"
_TERMS = "SELECT term, chunk, people FROM patient_posting WHERE term IN ({places}) ORDER BY term, chunk"


def load(vault: VaultLike, actor: Actor) -> Generator[Progress, None, None]:
    """A long job: bring the index into memory. A keystroke waits for one step at most."""
    loading = Loading()
    while vault.ask(loading.step, actor):
        yield Progress(0, 0, "")
