"""Pairs of records that may be one person, for the desk: those about which nobody has decided."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.features.agenda.records import KeptApart
from clinic_desktop.features.bundles.queries.asked import Asked, asked_about
from clinic_desktop.features.bundles.records.likely import LikelyPair
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.patients.queries.comparison import Comparison, comparison
from clinic_desktop.features.patients.queries.decisions import decided
from clinic_desktop.features.patients.records import Patient, PatientLink
from clinic_desktop.features.patients.rules.linking import Linked
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

LOOKERS = (Permission.MERGE_BUNDLES, Permission.REGISTER_PATIENTS)
TABLES = frozenset({"patient", "patient_link", "kept_apart", "likely_pair", "looked_at", "message"})


@dataclass(frozen=True, slots=True)
class Record:
    """One of the two, as its heading says it."""

    patient_id: PatientId
    said: str
    number: str
    site_id: str
    site_name: str
    last_visit: str


@dataclass(frozen=True, slots=True)
class LikelyTwo:
    first: Record
    second: Record
    strong: bool
    asked: tuple[Asked, ...]
    """What each clinic was asked about the two, the last time that somebody asked."""

    @property
    def key(self) -> tuple[str, str]:
        return (self.first.patient_id, self.second.patient_id)


def not_looked_at(asker: Asker) -> list[tuple[int, str]]:
    """Filing number and id of those who were not compared since they came or changed, in the order of their names."""
    asker.require(*LOOKERS)
    rows = asker.plain(
        "SELECT entry, patient_id FROM patient_entry WHERE patient_id IN"
        " (SELECT patient_id FROM patient_entry EXCEPT SELECT patient_id FROM looked_at) ORDER BY sort_key, entry"
    )
    return [(entry, patient_id) for entry, patient_id in rows]


def count_not_looked_at(asker: Asker) -> int:
    asker.require(*LOOKERS)
    ((count,),) = asker.plain(
        "SELECT count(*) FROM (SELECT patient_id FROM patient_entry EXCEPT SELECT patient_id FROM looked_at)"
    )
    return count


def count_pairs(asker: Asker) -> int:
    return len(pairs(asker))


def pairs(asker: Asker, site_id: str = "") -> list[tuple[str, str]]:
    """The two ids of each pair nobody decided about, the likeliest first. `site_id`: one of the two is of it.

    Those of whom one is reserved are only for who may open both records.
    """
    asker.require(*LOOKERS)
    one, other = sa.alias(Patient.__table__, "one"), sa.alias(Patient.__table__, "other")
    chosen = (
        sa.select(LikelyPair.first_id, LikelyPair.second_id)
        .join(one, one.c.id == LikelyPair.first_id)
        .join(other, other.c.id == LikelyPair.second_id)
        .where(one.c.voided_at.is_(None), other.c.voided_at.is_(None), ~_met_apart())
        .order_by(LikelyPair.bits.desc(), LikelyPair.first_id, LikelyPair.second_id)
    )
    if not restricted.sees_all(asker):
        hidden = restricted.hidden_people(asker)
        chosen = chosen.where(LikelyPair.first_id.not_in(hidden), LikelyPair.second_id.not_in(hidden))
    if site_id:
        chosen = chosen.where(sa.or_(one.c.origin_site_id == site_id, other.c.origin_site_id == site_id))
    found = [(row[0], row[1]) for row in asker.all(chosen)]
    is_open = _undecided(decided(asker, sorted({each for pair in found for each in pair})))
    return [pair for pair in found if is_open(pair)]


def _met_apart() -> sa.ColumnElement[bool]:
    """Two who are never booked for one day are known to be two."""
    here = sa.and_(KeptApart.first_id == LikelyPair.first_id, KeptApart.second_id == LikelyPair.second_id)
    there = sa.and_(KeptApart.first_id == LikelyPair.second_id, KeptApart.second_id == LikelyPair.first_id)
    return sa.exists(sa.select(KeptApart.id).where(KeptApart.voided_at.is_(None), sa.or_(here, there)))


def _undecided(known: Linked) -> Callable[[tuple[str, str]], bool]:
    """Whether somebody said that two are one person or two, of the records themselves or of others of theirs."""
    group_of = {record: group.leading for group in known.groups for record in group.ids}
    apart = {frozenset(group_of.get(one, one) for one in decision.pair) for decision in known.apart}

    def is_open(pair: tuple[str, str]) -> bool:
        first, second = (group_of.get(one, one) for one in pair)
        return first != second and frozenset((first, second)) not in apart

    return is_open


def page(asker: Asker, pair_ids: Sequence[tuple[str, str]]) -> list[LikelyTwo]:
    """The headings of these pairs; a pair of which one is hidden from the one who asks is left out."""
    asker.require(*LOOKERS)
    asker.require(Permission.SEE_PATIENTS)
    ids = list(dict.fromkeys(PatientId(one) for pair in pair_ids for one in pair))
    hidden = restricted.hidden_from(asker, ids)
    records = _records(asker, [one for one in ids if one not in hidden])
    strong = _strong(asker, ids)
    questions = asked_about(asker, "patient", ids)
    return [
        LikelyTwo(records[first], records[second], (first, second) in strong, _last_asked(questions, first, second))
        for first, second in ((PatientId(pair[0]), PatientId(pair[1])) for pair in pair_ids)
        if first in records and second in records
    ]


def _last_asked(questions: Iterable[Asked], first: str, second: str) -> tuple[Asked, ...]:
    about = [one for one in questions if one.other_id and {one.about_id, one.other_id} == {first, second}]
    return tuple(one for one in about if one.at == about[0].at)


def _strong(asker: Asker, ids: Sequence[str]) -> set[tuple[str, str]]:
    rows = asker.all(
        sa.select(LikelyPair.first_id, LikelyPair.second_id, LikelyPair.signs).where(LikelyPair.first_id.in_(ids))
    )
    return {(row[0], row[1]) for row in rows if "strong" in row[2]}


def _records(asker: Asker, ids: Sequence[PatientId]) -> dict[str, Record]:
    names, visits = people.said_names(asker, ids), people.last_visits_of(asker, ids)
    sites = {row[0]: row[1] for row in asker.all(sa.select(PeerDevice.site_id, PeerDevice.site_name))}
    sites[asker.site_id] = asker.place.site_name
    rows = asker.all(sa.select(Patient.id, Patient.number, Patient.origin_site_id).where(Patient.id.in_(ids)))
    return {
        row[0]: Record(
            patient_id=PatientId(row[0]),
            said=names.get(PatientId(row[0]), ""),
            number=row[1] or "",
            site_id=row[2],
            site_name=sites.get(row[2], ""),
            last_visit=visits.get(PatientId(row[0]), ""),
        )
        for row in rows
    }


def compared(asker: Asker, first: PatientId, second: PatientId) -> Comparison:
    """Line by line, with what speaks for and against it in words."""
    asker.require(*LOOKERS)
    restricted.must_open(asker, first, second)
    return comparison(asker, first, second)


def last_said(asker: Asker) -> tuple[str, str, str] | None:
    """The last decision of this person about two records that was not taken back: its id and the two records."""
    asker.require(Permission.REGISTER_PATIENTS)
    undone = sa.alias(PatientLink.__table__, "undone")
    found = asker.first(
        sa.select(PatientLink.id, PatientLink.first_id, PatientLink.second_id)
        .where(
            PatientLink.recorded_by == asker.actor.staff_id,
            PatientLink.kind.in_((LinkKind.SAME, LinkKind.DIFFERENT)),
            ~sa.exists(sa.select(undone.c.id).where(undone.c.undoes_id == PatientLink.id)),
            PatientLink.first_id.not_in(restricted.hidden_people(asker)),
            PatientLink.second_id.not_in(restricted.hidden_people(asker)),
        )
        .order_by(PatientLink.recorded_at.desc(), PatientLink.id.desc())
        .limit(1)
    )
    return (found[0], found[1], found[2]) if found else None


def link_audiences(asker: Asker, table: str, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For exchange.relaying.audiences: a decision about two records is of the clinics of both."""
    if table != PatientLink.__tablename__:
        return {}
    told: dict[str, set[str]] = {}
    wanted = list(ids)
    for at in range(0, len(wanted), 500):
        for side in (PatientLink.first_id, PatientLink.second_id):
            rows = asker.all(
                sa.select(PatientLink.id, Patient.origin_site_id)
                .join(Patient, Patient.id == side)
                .where(PatientLink.id.in_(wanted[at : at + 500]))
            )
            for link_id, site_id in rows:
                told.setdefault(link_id, set()).add(site_id)
    return {link_id: frozenset(sites) for link_id, sites in told.items()}
