"""What may be done with registrations: register, correct, void, note allergies and deaths, say who is the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Allergy, Patient, PatientEntry
from clinic_desktop.features.patients.rules.ages import OLDEST, Birth, BornInTheFuture, TooOld
from clinic_desktop.features.patients.rules.patient import (
    AllergyStatus,
    Details,
    LinkKind,
    as_columns,
    must_have_name,
    tidy,
)
from clinic_desktop.features.patients.service import communities
from clinic_desktop.features.patients.service.filing import refresh_search
from clinic_desktop.features.patients.service.linking import keep_link
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.dates import PartialDate, age_on, say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker, Work

AfterRegistering = Callable[[Work, PatientId], object]
after_registering: tuple[AfterRegistering, ...] = ()
"""Filled by app/house.py: what happens when a new person is there already (the arrival)."""

AfterDeath = Callable[[Work, PatientId, bool], object]
after_death: tuple[AfterDeath, ...] = ()
"""Filled by app/wiring.py: what a death ends in the upper rooms; with False, the note of it was taken back."""

RecordsElsewhere = Callable[[Asker, PatientId], str | None]
records_elsewhere: tuple[RecordsElsewhere, ...] = ()
"""Filled by app/house.py: each says what its room holds of a person ("3 consultations"), or None."""


class HasRecords(Refused):
    text = N_("This person has {what}. Correct the data instead, or say that two records are the same person.")


class DiedInTheFuture(Refused):
    text = N_("This day is still to come: {day}.")


class MetInTheFuture(Refused):
    text = N_("The day on which the person was met is still to come: {day}.")


class SubstanceMissing(Refused):
    text = N_("Write what the person does not bear.")


class AllergiesOnTheList(Refused):
    text = N_("There are allergies on the list. Take them off one by one if they are wrong.")


@dataclass(frozen=True, slots=True)
class Registered:
    patient_id: PatientId
    number: str
    again: bool = False
    """It was registered before: a second Enter, or the same form sent twice."""


def register(
    work: Work,
    patient_id: PatientId,
    details: Details,
    *,
    arrived: bool = False,
    different_from: Sequence[PatientId] = (),
    allergies: AllergyStatus | None = None,
) -> Registered:
    """Register a person under an id that the form drew beforehand; the same id twice registers once.

    `different_from` are similar people who were looked at and are somebody else: nobody needs to ask that again.
    """
    work.require(Permission.REGISTER_PATIENTS)
    known = work.session.get(Patient, patient_id)
    if known is not None:
        return Registered(patient_id, known.number or "", again=True)
    kept = _checked(work, details)
    noted = None if allergies is AllergyStatus.KNOWN else allergies
    person = Patient(id=patient_id, number=work.next_number("patient"), allergy_status=noted, **as_columns(kept))
    work.about("patient", patient_id)
    work.add(person)
    for other in different_from:
        keep_link(work, LinkKind.DIFFERENT, patient_id, other)
    refresh_search(work, [patient_id])
    _put_first(work, patient_id)
    if arrived:
        for follow_up in after_registering:
            follow_up(work, patient_id)
    return Registered(patient_id, person.number or "")


def correct(work: Work, patient_id: PatientId, *, seen: Details, to: Details) -> bool:
    """Change what is wrong. Refused, naming the fields, where somebody changed the same ones meanwhile."""
    work.require(Permission.REGISTER_PATIENTS)
    person = _load(work, patient_id)
    moved = (to.community, to.municipality_code) != (seen.community, seen.municipality_code)
    if moved and to.community_id == seen.community_id:
        to = replace(to, community_id="")
    before, after = as_columns(seen), as_columns(_checked(work, to))
    changed = work.revise(person, seen=before, to={n: v for n, v in after.items() if v != before[n]})
    if changed:
        refresh_search(work, [patient_id])
    return changed


def _checked(work: Work, details: Details) -> Details:
    kept = tidy(details)
    must_have_name(kept)
    if kept.birth is not None:
        _must_be_possible(kept.birth, work)
    if kept.met_on is not None and kept.met_on > work.today:
        raise MetInTheFuture(day=say_day(kept.met_on))
    if kept.unidentified and kept.met_on is None:
        kept = replace(kept, met_on=work.today)
    if kept.functioning and kept.functioning_asked_on is None:
        kept = replace(kept, functioning_asked_on=work.today)
    return _with_community(work, kept)


def _with_community(work: Work, details: Details) -> Details:
    """A community that is on no list yet becomes a row of it, with the person and not without."""
    if details.community_id or not (details.community and details.municipality_code):
        return details
    row_id = communities.community_named(work, details.community, details.municipality_code)
    return replace(details, community_id=row_id)


def _must_be_possible(birth: Birth, work: Work) -> None:
    if birth.day.earliest() > work.today:
        raise BornInTheFuture(day=birth.day.said())
    if age_on(birth.day, work.today) > OLDEST:
        raise TooOld(years=OLDEST)


def void_registration(work: Work, patient_id: PatientId, reason: str) -> None:
    """Take back a registration made by mistake; refused once anything was recorded for the person."""
    work.require(Permission.REGISTER_PATIENTS)
    person = _load(work, patient_id)
    held = [what for says in records_elsewhere if (what := says(work, patient_id))]
    if held:
        raise HasRecords(what=", ".join(held))
    work.void(person, reason)
    refresh_search(work, [patient_id])


def mark_died(
    work: Work, patient_id: PatientId, died_on: PartialDate | None, *, seen: PartialDate | None = None
) -> bool:
    """Note a death as well as its day is known, or take the note back with None."""
    work.require(Permission.REGISTER_PATIENTS, Permission.PRESCRIBE)
    if died_on is not None and died_on.earliest() > work.today:
        raise DiedInTheFuture(day=died_on.said())
    person = _load(work, patient_id)
    before = person.died_on
    changed = work.revise(person, seen={"died_on": seen}, to={"died_on": died_on})
    if (before is None) != (died_on is None):
        for follow_up in after_death:
            follow_up(work, patient_id, died_on is not None)
    return changed


def look(work: Work, patient_id: PatientId) -> None:
    """Note who opened this person's page, and let the person be found first next time."""
    work.require(Permission.SEE_PATIENTS)
    restricted.must_open(work, patient_id)
    work.looked("patient", patient_id)
    _put_first(work, patient_id)


def _put_first(work: Work, patient_id: str) -> None:
    seen = sa.update(PatientEntry).where(PatientEntry.patient_id == patient_id)
    work.session.execute(seen.values(seen=unix_ms(work.now)))


def _load(work: Work, patient_id: PatientId) -> Patient:
    work.about("patient", patient_id)
    restricted.must_open(work, patient_id)
    return work.load(Patient, patient_id)


# -- allergies

_MAY_NOTE_ALLERGIES = (Permission.REGISTER_PATIENTS, Permission.WRITE_NOTES, Permission.PRESCRIBE, Permission.DISPENSE)


def add_allergy(work: Work, patient_id: PatientId, substance: str, reaction: str = "") -> str:
    """Put one thing on the list; the same thing twice stands there once. Returns its id."""
    work.require(*_MAY_NOTE_ALLERGIES)
    person = _load(work, patient_id)
    if not fold(substance):
        raise SubstanceMissing()
    for known in _allergies(work, patient_id):
        if fold(known.substance or "") == fold(substance):
            return known.id
    row = Allergy(patient_id=patient_id, substance=substance.strip(), reaction=reaction.strip() or None)
    person.allergy_status = AllergyStatus.KNOWN
    return work.add(row).id


def void_allergy(work: Work, allergy_id: str, reason: str) -> None:
    """Take a wrong one off. When it was the last, nothing is known: not that there are none."""
    work.require(*_MAY_NOTE_ALLERGIES)
    row = work.load(Allergy, allergy_id)
    person = _load(work, PatientId(row.patient_id))
    work.void(row, reason)
    if not _allergies(work, row.patient_id):
        person.allergy_status = AllergyStatus.NOT_RECORDED


def set_allergy_status(work: Work, patient_id: PatientId, status: AllergyStatus) -> bool:
    """Say that there are none, that nobody asked, or that it cannot be known."""
    work.require(*_MAY_NOTE_ALLERGIES)
    person = _load(work, patient_id)
    if status is AllergyStatus.KNOWN:
        raise SubstanceMissing()
    if _allergies(work, patient_id):
        raise AllergiesOnTheList()
    return work.revise(person, seen={}, to={"allergy_status": status})


def _allergies(work: Work, patient_id: str) -> list[Allergy]:
    chosen = sa.select(Allergy).where(Allergy.patient_id == patient_id, Allergy.voided_at.is_(None))
    return list(work.session.scalars(chosen))
