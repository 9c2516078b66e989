"""Registrations and cases without a database: the index as dicts, and what the desk is asked about each case."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from clinic_desktop.features.patients.rules import comparing, postings, terms
from clinic_desktop.features.patients.rules.candidates import candidates
from clinic_desktop.features.patients.rules.comparing import Traits, findings, traits
from clinic_desktop.features.patients.rules.likeness import Likeness, likeness
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.features.patients.rules.searching import Span
from tests.makers.duplicates import Case


class MemoryShelf:
    """What rules/searching.py reads, filled from a list: the entry of each is its place and one."""

    def __init__(self, people: Sequence[Details]) -> None:
        chunks: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        counted: Counter[str] = Counter()
        for at, details in enumerate(people):
            filed = terms.findable(details, "", (municipality_name(details.municipality_code), details.community))
            chunk, bit = (at + 1) >> postings.CHUNK_BITS, 1 << ((at + 1) & (postings.CHUNK - 1))
            for term in filed.terms():
                chunks[term][chunk] |= bit
            counted.update(word for word in (*filed.given, *filed.family) if terms.has_letters(word))
        self._people = {
            term: [(chunk, postings.pack(bits)) for chunk, bits in sets.items()] for term, sets in chunks.items()
        }
        self._counted = counted
        self._size = len(people)

    def read(self, spans: Sequence[Span]) -> Iterable[tuple[Any, ...]]:
        for place, span in enumerate(spans):
            for chunk, packed in self._people.get(span.term, ()):
                yield place, chunk, packed

    def vocabulary(self) -> Sequence[str]:
        return list(self._counted)

    def bits(self, word: str) -> float:
        return comparing.frequency(self._counted[word], self._size)


@dataclass(frozen=True)
class Answer:
    """What came of a case: the places of those compared, and of those called very similar."""

    case: Case
    compared: tuple[int, ...]
    strong: tuple[int, ...]
    close: dict[int, Likeness]


class Desk:
    def __init__(self, people: Sequence[Details]) -> None:
        self.shelf = MemoryShelf(people)
        self.traits: list[Traits] = [traits(details) for details in people]

    def ask(self, case: Case) -> Answer:
        new = traits(case.details)
        places = tuple(entry - 1 for entry in candidates(self.shelf, case.details))
        close = {at: likeness(new, self.traits[at], self.shelf.bits) for at in places}
        return Answer(case, places, tuple(at for at in places if close[at].strong), close)

    def signs(self, case: Case, at: int) -> tuple[tuple[str, float], ...]:
        found = findings(traits(case.details), self.traits[at], self.shelf.bits)
        return tuple(sign for finding in found for sign in finding.signs)


@dataclass(frozen=True)
class Judged:
    """Counts over cases: found among those compared, found as very similar, and who else was called so."""

    cases: int
    again: int
    compared: int
    found: int
    wrong: int

    @property
    def recall(self) -> float:
        return self.found / self.again if self.again else 1.0

    @property
    def precision(self) -> float:
        said = self.found + self.wrong
        return self.found / said if said else 1.0


def judge(answers: Iterable[Answer]) -> Judged:
    cases = again = compared = found = wrong = 0
    for answer in answers:
        cases += 1
        same = answer.case.same
        again += same is not None
        compared += same in answer.compared
        found += same in answer.strong
        wrong += sum(at != same for at in answer.strong)
    return Judged(cases, again, compared, found, wrong)


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle, spread = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + z * z / of)), min(1.0, (middle + spread) / (1 + z * z / of))
