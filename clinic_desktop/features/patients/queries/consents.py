"""What people said to each purpose, and the one question every export and print asks before it leaves.

Who writes a list, a letter or an export asks `allowing` (whom may it hold?), `allowed` (may it, for this person?) or,
where people who were not asked belong to it too, `refusing` (whom must it leave out?). No answer is remembered between
two prints, so a withdrawal holds from the next one on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Consent, Patient, PatientLink
from clinic_desktop.features.patients.rules.consents import (
    REFUSABLE,
    ConsentAnswer,
    ConsentPurpose,
    Entry,
    Key,
    Standing,
    allows,
    says_no,
    standing,
)
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import age_on
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({Consent.__tablename__})
_READERS = (
    Permission.SEE_PATIENTS,
    Permission.SEE_DAY,
    Permission.READ_CHART,
    Permission.WRITE_LETTERS,
    Permission.SEE_REPORTS,
    Permission.SHARE_RECORDS,
)
_MANY = 500


@dataclass(frozen=True, slots=True)
class _Answer:
    id: str
    purpose: ConsentPurpose
    about: str | None
    answer: ConsentAnswer
    step: int


def refusing(asker: Asker, purpose: ConsentPurpose, patient_ids: Iterable[str], about: str = "") -> frozenset[str]:
    """Who of these said no, or took a yes back. Those who were not asked are not among them."""
    asker.require(*_READERS)
    found = _standings(asker, purpose, _who_ever_said_no(asker, purpose, list(patient_ids)))
    return frozenset(one for one, stands in found.items() if _no(stands, purpose, about))


def _who_ever_said_no(asker: Asker, purpose: ConsentPurpose, wanted: Sequence[str]) -> Sequence[str]:
    """Of a long list those in one of whose records a no was ever written: only theirs must be weighed."""
    if len(wanted) <= _MANY:
        return wanted
    noes = "SELECT DISTINCT patient_id FROM consent WHERE purpose = ? AND answer <> 'given'"
    said = {row[0] for row in asker.plain(noes, (purpose.value,))}
    said = said.union(*_other_records(asker, list(said)).values())
    return [one for one in wanted if one in said]


def allowing(asker: Asker, purpose: ConsentPurpose, patient_ids: Iterable[str], about: str = "") -> frozenset[str]:
    """For whom of these it may be done now; those who were not asked as the rule of the purpose says."""
    asker.require(*_READERS)
    found = _standings(asker, purpose, patient_ids)
    return frozenset(
        one
        for one, stands in found.items()
        if not _no(stands, purpose, about) and any(allows(each, purpose, about) for each in stands)
    )


def agreeing(asker: Asker, purpose: ConsentPurpose, patient_ids: Iterable[str]) -> frozenset[str]:
    """Who of these said yes, in one of their records, and no in none. For the exchange, which asks nobody."""
    return frozenset(
        one
        for one, stands in _standings(asker, purpose, patient_ids).items()
        if not _no(stands, purpose, "") and any(allows(each, purpose) for each in stands)
    )


def same_people(asker: Asker, patient_ids: Iterable[str]) -> frozenset[str]:
    """These, and the other records that somebody said are theirs. For the exchange, which shows nobody anything."""
    wanted = list(patient_ids)
    return frozenset(wanted).union(*_other_records(asker, wanted).values())


def allowed(asker: Asker, patient_id: str, purpose: ConsentPurpose, about: str = "") -> bool:
    """Whether it may be done for this person now."""
    asker.require(*_READERS)
    return patient_id in allowing(asker, purpose, (patient_id,), about)


def standing_of(asker: Asker, patient_id: str) -> dict[Key, Standing]:
    """What holds now in this record for each purpose that somebody asked about."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return standing(_answers(asker, Consent.patient_id == patient_id).get(patient_id, ()))


_Stands = dict[Key, Standing]


def _no(stands: Sequence[_Stands], purpose: ConsentPurpose, about: str) -> bool:
    return any(says_no(each, purpose, about) for each in stands)


def _standings(asker: Asker, purpose: ConsentPurpose, patient_ids: Iterable[str]) -> dict[str, list[_Stands]]:
    """What holds for each of these in every record that somebody said is theirs: a no in one is a no.

    Also where somebody else doubts that they are one person: to leave out one too many harms nobody.
    """
    wanted = list(dict.fromkeys(patient_ids))
    others = _other_records(asker, wanted)
    ids = list(dict.fromkeys(one for each in wanted for one in (each, *others.get(each, ()))))
    found: dict[str, _Stands] = {}
    for start in range(0, len(ids), _MANY):
        these = Consent.patient_id.in_(ids[start : start + _MANY])
        rows = _answers(asker, sa.and_(these, Consent.purpose == purpose))
        found |= {patient_id: standing(answers) for patient_id, answers in rows.items()}
    return {each: [found.get(one, {}) for one in (each, *others.get(each, ()))] for each in wanted}


def _other_records(asker: Asker, wanted: Sequence[str]) -> dict[str, frozenset[str]]:
    """The other records of each of these who has several; for a long list all links are read at once."""
    group: dict[str, frozenset[str]] = {}
    asked: set[str] = set()
    around: set[str] | None = set(wanted) if len(wanted) <= _MANY else None
    while around is None or around - asked:
        links = _same_links(asker, around and around - asked)
        for one, other in links:
            joined = group.get(one, frozenset((one,))) | group.get(other, frozenset((other,)))
            group |= dict.fromkeys(joined, joined)
        if around is None:
            break
        asked |= around
        around |= set(group)
    return {one: joined - {one} for one, joined in group.items()}


def _same_links(asker: Asker, around: set[str] | None) -> Sequence[tuple[str, str]]:
    undone = sa.select(PatientLink.undoes_id).where(PatientLink.undoes_id.is_not(None))
    same = sa.select(PatientLink.first_id, PatientLink.second_id).where(
        PatientLink.kind == LinkKind.SAME, PatientLink.id.not_in(undone), PatientLink.voided_at.is_(None)
    )
    if around is not None:
        same = same.where(sa.or_(PatientLink.first_id.in_(around), PatientLink.second_id.in_(around)))
    return [(row[0], row[1]) for row in asker.all(same)]


def _answers(asker: Asker, where: sa.ColumnElement[bool]) -> Mapping[str, Sequence[_Answer]]:
    columns: AnySelect = sa.select(
        Consent.patient_id, Consent.id, Consent.purpose, Consent.about, Consent.answer, Consent.step
    )
    found: dict[str, list[_Answer]] = defaultdict(list)
    for patient_id, *row in asker.all(columns.where(where, Consent.voided_at.is_(None))):
        found[patient_id].append(_Answer(*row))
    return found


# -- the page of one person


def of_patient(asker: Asker, patient_id: str) -> tuple[Entry, ...]:
    """Every answer of this person as it was given, the newest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    select: AnySelect = sa.select(*_ENTRY)
    rows = asker.all(
        select.where(Consent.patient_id == patient_id, Consent.voided_at.is_(None)).order_by(
            Consent.decided_on.desc(), Consent.step.desc(), Consent.id.desc()
        )
    )
    return tuple(_entry(asker, row) for row in rows)


def entry_of(asker: Asker, consent_id: str) -> tuple[str, Entry]:
    """One answer, and whose it is. Raises NotHere."""
    asker.require(*_READERS)
    select: AnySelect = sa.select(*_ENTRY, Consent.patient_id)
    row = asker.one(select.where(Consent.id == consent_id))
    restricted.must_open(asker, row.patient_id)
    return row.patient_id, _entry(asker, row)


_ENTRY: tuple[Any, ...] = (
    Consent.id, Consent.purpose, Consent.about, Consent.answer, Consent.step, Consent.decided_on, Consent.way,
    Consent.language_code, Consent.read_aloud, Consent.said_back, Consent.interpreter, Consent.witness,
    Consent.witness_is_of_clinic, Consent.text_version, Consent.guardian, Consent.note, Consent.act_id,
    Consent.recorded_by, Consent.recorded_at,
)  # fmt: skip


def _entry(asker: Asker, row: Any) -> Entry:
    return Entry(
        id=row.id,
        purpose=row.purpose,
        about=row.about or "",
        answer=row.answer,
        step=row.step,
        decided_on=row.decided_on,
        way=row.way,
        language_code=row.language_code or "",
        read_aloud=row.read_aloud,
        said_back=row.said_back,
        interpreter=row.interpreter or "",
        witness=row.witness or "",
        witness_is_of_clinic=row.witness_is_of_clinic,
        text_version=row.text_version or "",
        guardian=row.guardian or "",
        note=row.note or "",
        act_id=row.act_id or "",
        recorded_by=staff.name_of(asker, row.recorded_by or ""),
        recorded_at=row.recorded_at,
    )


@dataclass(frozen=True, slots=True)
class AboutPerson:
    """What the sheet knows of the person before anything is asked."""

    language_code: str
    needs_interpreter: bool
    guardian: str
    contact: str
    is_minor: bool


def about_person(asker: Asker, patient_id: str) -> AboutPerson:
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    row = asker.one(
        sa.select(
            Patient.language_code,
            Patient.needs_interpreter,
            Patient.guardian_name,
            Patient.guardian_kinship,
            Patient.contact_name,
            Patient.contact_kinship,
            Patient.birth_date,
        ).where(Patient.id == patient_id)
    )
    born = row.birth_date
    return AboutPerson(
        language_code=row.language_code or "",
        needs_interpreter=bool(row.needs_interpreter),
        guardian=_named(row.guardian_name, row.guardian_kinship),
        contact=_named(row.contact_name, row.contact_kinship),
        is_minor=born is not None and age_on(born, asker.today) < _ADULT,
    )


_ADULT = 18


def _named(name: str | None, kinship: str | None) -> str:
    return ", ".join(part for part in (name, kinship) if part)


def never_asked(asker: Asker, patient_ids: Iterable[str]) -> frozenset[str]:
    """Those of these, still living, whom nobody asked about any purpose that can be refused."""
    asker.require(*_READERS)
    wanted = list(dict.fromkeys(patient_ids))
    codes = [rule.purpose for rule in REFUSABLE]
    asked = sa.exists().where(Consent.patient_id == Patient.id, Consent.purpose.in_(codes), Consent.voided_at.is_(None))
    found: set[str] = set()
    for start in range(0, len(wanted), _MANY):
        these = Patient.id.in_(wanted[start : start + _MANY])
        living = sa.and_(Patient.voided_at.is_(None), Patient.died_on.is_(None))
        found |= {row[0] for row in asker.all(sa.select(Patient.id).where(these, living, ~asked))}
    return frozenset(found)
