"""People like this one, and which records were found to be one person's.

Who is compared comes from this device's index (rules/candidates.py); their rows are read as plain SQL, for this is
asked at every pause of the typing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.queries.decisions import decided
from clinic_desktop.features.patients.queries.search import Shelf
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules import comparing, likeness, postings
from clinic_desktop.features.patients.rules.ages import Birth, say_born
from clinic_desktop.features.patients.rules.candidates import candidates
from clinic_desktop.features.patients.rules.comparing import Traits, traits
from clinic_desktop.features.patients.rules.likeness import Likeness
from clinic_desktop.features.patients.rules.linking import Decision
from clinic_desktop.features.patients.rules.naming import Name, name_of, said_name
from clinic_desktop.features.patients.rules.patient import Details, LinkKind
from clinic_desktop.features.patients.rules.places import said_place
from clinic_desktop.features.patients.rules.rows import Link, LinkedRecord, Similar
from clinic_desktop.features.patients.rules.searching import Span
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"patient", "patient_link"})
_AT_ONCE = 500


def similar(asker: Asker, new: Details, but: PatientId | None = None, limit: int = 4) -> tuple[Similar, ...]:
    """The most similar first, each person once. `but` is the person asked about: left out, with all records that were
    found to be the same person's or another's."""
    asker.require(Permission.SEE_PATIENTS)
    if not likeness.is_enough(new):
        return ()
    scored = _scored(asker, new)
    known = decided(asker, [row.patient_id for _close, row in scored] + ([but] if but else []))
    left_out = {*known.of(but).ids, *known.parted_from(but)} if but else set[str]()
    chosen: list[Similar] = []
    for close, row in scored:
        if row.patient_id not in left_out and len(chosen) < limit:
            group = known.of(row.patient_id)
            left_out.update(group.ids)
            chosen.append(_similar(asker, row, close))
    return tuple(chosen)


def _scored(asker: Asker, new: Details) -> list[tuple[Likeness, "Row"]]:
    """Those who are shown, the likest first; among equals those registered first."""
    rows = rows_of(asker, candidates(Shelf(asker), new))
    one = traits(new)
    bits = bits_here(asker, (one, *(row.traits for row in rows)))
    found = [(likeness.likeness(one, row.traits, bits), row) for row in rows]
    shown = [(close, row) for close, row in found if close.shown]
    return sorted(shown, key=lambda pair: (-pair[0].points, pair[1].entry))


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate as it is compared and said."""

    patient_id: PatientId
    number: str
    name: Name
    birth: Birth | None
    municipality_code: str
    community: str
    mother: str
    entry: int
    details: Details
    traits: Traits


_READ = (
    "SELECT p.id, p.number, p.given_names, p.family_name, p.second_family_name, p.married_name, p.known_as, p.sex,"
    " p.birth_date, p.birth_estimated, p.birth_noted_on, p.municipality_code, p.community, p.phone, p.contact_phone,"
    " p.national_id, p.mother_name, e.entry FROM patient_entry AS e JOIN patient AS p ON p.id = e.patient_id"
    " WHERE e.entry IN ({places})"
)
_NOT_RESTRICTED = " AND (p.restricted IS NULL OR p.restricted = 0)"
_SEXES = frozenset(Sex)


def rows_of(asker: Asker, entries: Sequence[int]) -> list[Row]:
    if not entries:
        return []
    sql = _READ.format(places=",".join("?" * len(entries)))
    if not restricted.sees_all(asker):
        sql += _NOT_RESTRICTED
    return [_row(values) for values in asker.plain(sql, tuple(entries))]


def _row(values: tuple[Any, ...]) -> Row:
    patient_id, number, *written, entry = values
    (
        given,
        family,
        second,
        married,
        known_as,
        sex,
        born,
        guessed,
        noted,
        town,
        community,
        phone,
        contact,
        card,
        mother,
    ) = (value or "" for value in written)
    birth = (
        Birth(PartialDate.parse(born), bool(guessed), PartialDate.parse(noted).earliest() if noted else None)
        if born
        else None
    )
    details = Details(
        given_names=given,
        family_name=family,
        second_family_name=second,
        married_name=married,
        known_as=known_as,
        sex=Sex(sex) if sex in _SEXES else Sex.UNKNOWN,
        birth=birth,
        municipality_code=town,
        community=community,
        phone=phone,
        contact_phone=contact,
        national_id=card,
        mother_name=mother,
    )
    return Row(
        PatientId(patient_id),
        number or "",
        details.name,
        birth,
        town,
        community,
        mother,
        entry,
        details,
        traits(details),
    )


def bits_here(asker: Asker, compared: Iterable[Traits]) -> comparing.Bits:
    """How much each name says here, by how many bear it."""
    words = comparing.words_shared(compared)
    ((people,),) = asker.plain("SELECT coalesce(max(entry), 0) FROM patient_entry")
    counts: dict[str, int] = {}
    for at in range(0, len(words), _AT_ONCE):
        some = words[at : at + _AT_ONCE]
        rows = asker.plain(_COUNTED.format(places=",".join("?" * len(some))), some)
        counts |= {word: int(given) + int(family) for word, given, family in rows}
    return lambda word: comparing.frequency(counts.get(word, 0), people)


_COUNTED = "SELECT word, given, family FROM patient_word WHERE word IN ({places})"


def _similar(asker: Asker, row: Row, close: Likeness) -> Similar:
    return Similar(
        patient_id=row.patient_id,
        number=row.number,
        said=said_name(row.name),
        born=say_born(row.birth, asker.today),
        place=said_place(row.municipality_code, row.community),
        mother=row.mother,
        equal=close.equal,
        different=close.different,
        strong=close.strong,
    )


def compare_two(asker: Asker, one: PatientId, other: PatientId) -> Likeness:
    """What two registered people have in common and what not, seen from the first."""
    asker.require(Permission.SEE_PATIENTS)
    rows = {row.patient_id: row for row in _by_id(asker, [one, other])}
    if one not in rows or other not in rows:
        return Likeness(0, (), (), strong=False)
    bits = bits_here(asker, [row.traits for row in rows.values()])
    return likeness.likeness(rows[one].traits, rows[other].traits, bits)


def _by_id(asker: Asker, ids: Sequence[PatientId]) -> list[Row]:
    found = asker.plain(_ENTRIES.format(places=",".join("?" * len(ids))), tuple(ids))
    return rows_of(asker, [entry for (entry,) in found])


_ENTRIES = "SELECT entry FROM patient_entry WHERE patient_id IN ({places})"


class EachCompared:
    """`similar` for one after another of many: what was read of the index for one serves the next."""

    def __init__(self) -> None:
        self._read: dict[tuple[Span, ...], list[tuple[Any, ...]]] = {}
        self._vocabulary: Sequence[str] | None = None

    def strongest(self, asker: Asker, new: Details) -> Similar | None:
        """Who is very likely the same person, of all who are registered."""
        asker.require(Permission.SEE_PATIENTS)
        if not likeness.is_enough(new):
            return None
        one = traits(new)
        rows = rows_of(asker, candidates(_Remembering(asker, self._read, self._words(asker)), new, _FEWER))
        bits = bits_here(asker, (one, *(row.traits for row in rows)))
        found = [(likeness.likeness(one, row.traits, bits), row) for row in rows]
        strong = [(close, row) for close, row in found if close.strong]
        if not strong:
            return None
        close, row = max(strong, key=lambda pair: (pair[0].points, -pair[1].entry))
        return _similar(asker, row, close)

    def _words(self, asker: Asker) -> Sequence[str]:
        if self._vocabulary is None:
            self._vocabulary = Shelf(asker).vocabulary()
        return self._vocabulary


_FEWER = 30


class _Remembering(Shelf):
    def __init__(self, asker: Asker, known: dict[tuple[Span, ...], list[tuple[Any, ...]]], words: Sequence[str]):
        super().__init__(asker)
        self._known = known
        self._words = words

    def read(self, spans: Sequence[Span]) -> Iterable[tuple[Any, ...]]:
        key = tuple(spans)
        if key not in self._known:
            if len(self._known) >= _KEPT_READS:
                self._known.clear()
            rows = list(super().read(spans))
            self._known[key] = rows if len(rows) <= _FEW_ROWS else _as_bits(rows)
        return self._known[key]

    def vocabulary(self) -> Sequence[str]:
        return self._words


_KEPT_READS, _FEW_ROWS = 1000, 8


def _as_bits(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What many rows say, in one for each chunk that is read again at once."""
    bits: dict[int, int] = {}
    for _place, chunk, people in rows:
        bits[chunk] = bits.get(chunk, 0) | postings.unpack(people)
    return [(0, chunk, inside.to_bytes(postings.DENSE, "little")) for chunk, inside in bits.items()]


# -- one person, several records


def links(asker: Asker, patient_id: PatientId) -> tuple[Link, ...]:
    """The decisions about this record that were not taken back."""
    asker.require(Permission.SEE_PATIENTS)
    known = decided(asker, [patient_id])
    standing = (*known.together, *known.apart, *known.doubted)
    mine = sorted((row for row in standing if patient_id in row.pair), key=lambda row: row.link_id)
    hidden = restricted.hidden_from(asker, [row.other(patient_id) for row in mine])
    mine = [row for row in mine if row.other(patient_id) not in hidden]
    return tuple(Link(row.link_id, PatientId(row.other(patient_id)), row.kind, row.reason) for row in mine)


def linked_records(asker: Asker, patient_id: PatientId) -> tuple[LinkedRecord, ...]:
    """The other records of this person, the one to go on with first; and those of whom opinions differ."""
    asker.require(Permission.SEE_PATIENTS)
    known = decided(asker, [patient_id])
    group = known.of(patient_id)
    direct = {row.other(patient_id): row for row in known.together if patient_id in row.pair}
    doubted = {row.other(patient_id): row for row in known.doubted if patient_id in row.pair}
    rows = _headings(asker, [*group.ids, *doubted])
    together = _in_order(group.ids, rows)
    wanted = [*together, *(one for one in doubted if one not in group.ids)]
    return tuple(
        LinkedRecord(
            patient_id=PatientId(one),
            number=rows[one].number or "",
            said=said_name(rows[one].name),
            link_id=(direct.get(one) or doubted.get(one) or _NONE).link_id,
            reason=(direct.get(one) or doubted.get(one) or _NONE).reason,
            leading=one == together[0],
            doubted=one in doubted and one not in group.ids,
        )
        for one in wanted
        if one in rows and one != patient_id
    )


_NONE = Decision("", LinkKind.SAME, "", "")


@dataclass(frozen=True, slots=True)
class _Heading:
    number: str
    name: Name
    voided: bool


def _in_order(ids: Sequence[str], rows: Mapping[str, _Heading]) -> list[str]:
    """The one to go on with first: never a record that was taken back while another stands."""
    return sorted((one for one in ids if one in rows), key=lambda one: rows[one].voided)


def _headings(asker: Asker, ids: Sequence[str]) -> dict[str, _Heading]:
    """Also of records taken back; never of those that this person may not know of."""
    chosen = sa.select(
        Patient.id,
        Patient.number,
        Patient.given_names,
        Patient.family_name,
        Patient.second_family_name,
        Patient.married_name,
        Patient.known_as,
        Patient.unidentified,
        Patient.met_where,
        Patient.met_on,
        Patient.voided_at,
    ).where(Patient.id.in_(ids), restricted.shown(asker))
    return {row.id: _Heading(row.number or "", name_of(row), row.voided_at is not None) for row in asker.all(chosen)}


def same_person_ids(asker: Asker, patient_id: PatientId) -> tuple[PatientId, ...]:
    """All records of this person, itself among them, the one to go on with first."""
    asker.require(Permission.SEE_PATIENTS)
    group = decided(asker, [patient_id]).of(patient_id)
    if len(group.ids) == 1:
        return (patient_id,)
    found = _in_order(group.ids, _headings(asker, group.ids))
    return tuple(PatientId(one) for one in found) if patient_id in found else (patient_id,)


def linked_numbers(asker: Asker, ids: Sequence[PatientId]) -> dict[PatientId, tuple[str, ...]]:
    """For those who are registered more than once, the numbers of their other records."""
    asker.require(Permission.SEE_PATIENTS)
    known = decided(asker, ids)
    groups = {one: group.ids for one in ids if len((group := known.of(one)).ids) > 1}
    rows = _headings(asker, sorted({other for group in groups.values() for other in group}))
    numbers = {
        one: tuple(rows[other].number for other in group if other != one and other in rows)
        for one, group in groups.items()
    }
    return {one: found for one, found in numbers.items() if found}
