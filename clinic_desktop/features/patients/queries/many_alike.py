"""`similar` for very many at once: what a merge brought is compared with everybody who is registered.

What was read for one serves the next: sets of people, words a slip away, rows. Whoever asks goes by the name, so that
neighbours in the list ask for the same. The answers are those of `similar`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clinic_desktop.features.patients.queries.search import Shelf
from clinic_desktop.features.patients.queries.similar import Row, rows_of
from clinic_desktop.features.patients.rules import comparing, likeness
from clinic_desktop.features.patients.rules.candidates import Sets
from clinic_desktop.features.patients.rules.likeness import Likeness
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_AT_ONCE = 500
_ROWS_KEPT = 20_000
_QUESTIONS_KEPT = 2_000
"""So many questions one memory serves: then the sets that were read for it are let go."""


@dataclass(frozen=True, slots=True)
class Alike:
    patient_id: PatientId
    likeness: Likeness


class ManyAlike:
    """One long look; every step brings its asker, and what was remembered is dropped where somebody was filed
    meanwhile."""

    def __init__(self) -> None:
        self._version: object = None
        self._asked = 0
        self._sets: Sets | None = None
        self._shelf: _ShelfNow | None = None
        self._rows: dict[int, Row] = {}
        self._words: dict[str, int] = {}
        self._people = 0

    def look(self, asker: Asker, entries: Sequence[int]) -> Mapping[PatientId, tuple[Alike, ...]]:
        """Of each of these (by filing number), everybody who is shown as like them, the likest first."""
        asker.require(Permission.SEE_PATIENTS)
        sets = self._now(asker)
        self._read(asker, entries)
        found: dict[PatientId, tuple[Alike, ...]] = {}
        for entry in entries:
            one = self._rows.get(entry)
            if one is not None:
                found[one.patient_id] = self._of(asker, sets, one)
        return found

    def _of(self, asker: Asker, sets: Sets, one: Row) -> tuple[Alike, ...]:
        if not likeness.is_enough(one.details):
            return ()
        others = [entry for entry in sets.candidates(one.details) if entry != one.entry]
        self._read(asker, others)
        scored: list[tuple[Likeness, Row]] = []
        for entry in others:
            other = self._rows.get(entry)
            if other is not None:
                scored.append((likeness.likeness(one.traits, other.traits, self._bits), other))
        shown = sorted((pair for pair in scored if pair[0].shown), key=lambda pair: (-pair[0].points, pair[1].entry))
        return tuple(Alike(row.patient_id, close) for close, row in shown)

    def _read(self, asker: Asker, entries: Iterable[int]) -> None:
        wanted = [entry for entry in entries if entry not in self._rows]
        if len(self._rows) + len(wanted) > _ROWS_KEPT:
            self._rows.clear()
            wanted = list(entries)
        for at in range(0, len(wanted), _AT_ONCE):
            self._rows |= {row.entry: row for row in rows_of(asker, wanted[at : at + _AT_ONCE])}

    def _bits(self, word: str) -> float:
        return comparing.frequency(self._words.get(word, 0), self._people)

    def _now(self, asker: Asker) -> Sets:
        ((version,),) = asker.plain("SELECT coalesce(max(version), 0) FROM patient_filing")
        self._asked += 1
        if self._sets is None or self._shelf is None or version != self._version or self._asked > _QUESTIONS_KEPT:
            self._version, self._asked = version, 0
            self._rows.clear()
            self._shelf = _ShelfNow(asker)
            self._sets = Sets(self._shelf)
            ((self._people,),) = asker.plain("SELECT coalesce(max(entry), 0) FROM patient_entry")
            self._words = {word: given + family for word, given, family in asker.plain(_BORNE)}
        self._shelf.come(asker)
        return self._sets


_BORNE = "SELECT word, given, family FROM patient_word WHERE given > 0 OR family > 0"


class _ShelfNow(Shelf):
    """The index, read through whoever asks at the moment."""

    def come(self, asker: Asker) -> None:
        self._asker = asker
