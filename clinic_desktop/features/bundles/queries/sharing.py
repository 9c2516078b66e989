"""Whose record goes to two clinics, and who said yes to it: for the central's desk, and for the page of a person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.exchange.trust.standing import CENTRAL
from clinic_desktop.features.bundles.records.offices import RecordShare
from clinic_desktop.features.patients.queries import consents, people, restricted
from clinic_desktop.features.patients.queries.decisions import decided
from clinic_desktop.features.patients.records import Consent, Patient
from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"patient", "patient_link", "consent", "record_share", "site"})
_MANY = 500


class Step(StrEnum):
    READY = "ready"
    """Said yes, and is registered at another clinic too: one key sends the record there."""
    YES = "yes"
    """Said yes; where to, a person must say."""
    GOES = "goes"
    STOPPED = "stopped"
    """The yes was taken back: nothing goes any more."""


_ORDER = (Step.STOPPED, Step.READY, Step.YES, Step.GOES)


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """One record, and one clinic it goes to or could go to."""

    patient_id: PatientId
    said: str
    number: str
    home: str
    step: Step
    to_site_id: str = ""
    to_name: str = ""
    since: date | None = None
    """Since when it goes there, or when the person said yes."""
    share_id: str = ""
    consent_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.patient_id, self.to_site_id)


def shared_records(asker: Asker, limit: int = 500) -> tuple[SharedRecord, ...]:
    """Who said yes and whose record could go to another clinic, then those that go: what is to be done first."""
    asker.require(Permission.SHARE_RECORDS)
    names = site_names(asker)
    shares = _shares(asker)
    said_yes = _said_yes(asker)
    agreeing = consents.agreeing(asker, ConsentPurpose.OUR_CLINIC, {*said_yes, *(one.patient_id for one in shares)})
    records = _Records(asker, {*agreeing, *(one.patient_id for one in shares)}, names)
    found = [_going(records, one, agreeing) for one in shares]
    found += _possible(records, agreeing, said_yes, {(one.patient_id, one.to_site_id) for one in shares})
    kept = [one for one in found if one is not None]
    kept.sort(key=lambda one: (_ORDER.index(one.step), one.said, one.to_name))
    return tuple(kept[:limit])


def clinics_for(asker: Asker, patient_id: str) -> tuple[tuple[str, str], ...]:
    """The clinics, id and name, to which this record could go."""
    asker.require(Permission.SHARE_RECORDS)
    restricted.must_open(asker, patient_id)
    home = asker.value(sa.select(Patient.origin_site_id).where(Patient.id == patient_id))
    there = {one.to_site_id for one in _shares(asker) if one.patient_id == patient_id}
    found = [one for one in clinics(asker).items() if one[0] not in there and one[0] != home]
    return tuple(sorted(found, key=lambda one: one[1]))


def clinics(asker: Asker) -> dict[str, str]:
    """The clinics, by id and name, to which records can go: open, with a computer that was not cut off."""
    asker.require(Permission.SHARE_RECORDS)
    rows = asker.all(
        sa.select(PeerDevice.site_id, PeerDevice.site_name)
        .where(PeerDevice.role != CENTRAL, PeerDevice.revoked_at.is_(None))
        .where(PeerDevice.site_id.not_in(sa.select(Site.id).where(Site.closed_on.is_not(None))))
        .distinct()
    )
    return {row[0]: row[1] for row in rows}


def home_of(asker: Asker, patient_id: str) -> str:
    """The clinic of this record."""
    asker.require(Permission.SHARE_RECORDS)
    restricted.must_open(asker, patient_id)
    home = asker.value(sa.select(Patient.origin_site_id).where(Patient.id == patient_id))
    if home is None:
        raise NotHere()
    return home


def goes_on_for(asker: Asker, site_id: str) -> str | None:
    """The site that goes on with the people of this one, if it closed."""
    asker.require(Permission.SHARE_RECORDS)
    return asker.value(sa.select(Site.successor_id).where(Site.id == site_id, Site.closed_on.is_not(None)))


def whose_yes(asker: Asker, consent_id: str) -> str | None:
    """The record in which somebody agreed by this answer that another of our clinics has it."""
    asker.require(Permission.SHARE_RECORDS)
    asked_for = Consent.purpose == ConsentPurpose.OUR_CLINIC
    select = sa.select(Consent.patient_id).where(Consent.id == consent_id, asked_for)
    return asker.value(select.where(Consent.patient_id.not_in(restricted.hidden_people(asker))))


def also_at(asker: Asker, patient_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Of these people, the other clinics that have the record too, by name."""
    asker.require(Permission.SEE_PATIENTS)
    if not asker.plain("SELECT 1 FROM record_share LIMIT 1"):
        return {}
    hidden = restricted.hidden_from(asker, patient_ids)
    wanted = [one for one in patient_ids if one not in hidden]
    names = site_names(asker)
    found: dict[str, list[str]] = {}
    for at in range(0, len(wanted), _MANY):
        rows = asker.all(
            sa.select(RecordShare.patient_id, RecordShare.to_site_id, Patient.origin_site_id)
            .join(Patient, Patient.id == RecordShare.patient_id)
            .where(RecordShare.patient_id.in_(wanted[at : at + _MANY]), RecordShare.voided_at.is_(None))
        )
        for patient_id, to_site_id, home in rows:
            others = [site for site in (home, to_site_id) if site != asker.site_id]
            if asker.place.is_central or len(others) == 1:
                found.setdefault(str(patient_id), []).extend(names.get(str(site), "") for site in others)
    return {one: tuple(dict.fromkeys(filter(None, told))) for one, told in found.items() if any(told)}


def site_names(asker: Asker) -> dict[str, str]:
    """The clinics by id, as far as they are known here."""
    peers = {row[0]: row[1] for row in asker.all(sa.select(PeerDevice.site_id, PeerDevice.site_name))}
    known = {row.site_id: row.name for row in staff.sites(asker)}
    return {**peers, **known, asker.site_id: asker.place.site_name}


# -- parts


def _shares(asker: Asker) -> list[Any]:
    select = (
        sa.select(
            RecordShare.id, RecordShare.patient_id, RecordShare.to_site_id, RecordShare.since_on, RecordShare.consent_id
        )
        .join(Patient, Patient.id == RecordShare.patient_id)
        .where(RecordShare.voided_at.is_(None), Patient.voided_at.is_(None), restricted.shown(asker))
    )
    return list(asker.all(select))


def _said_yes(asker: Asker) -> dict[str, tuple[str, date]]:
    """By person, the newest yes and its day; whether it still holds is asked of `agreeing`."""
    select = (
        sa.select(Consent.patient_id, Consent.id, Consent.decided_on)
        .join(Patient, Patient.id == Consent.patient_id)
        .where(Consent.purpose == ConsentPurpose.OUR_CLINIC, Consent.answer == ConsentAnswer.GIVEN)
        .where(Consent.voided_at.is_(None), Patient.voided_at.is_(None), restricted.shown(asker))
        .order_by(Consent.step, Consent.id)
    )
    return {row[0]: (row[1], row[2]) for row in asker.all(select)}


class _Records:
    """Names, numbers and homes of the people of this list, and which records are the same person's."""

    def __init__(self, asker: Asker, patient_ids: Collection[str], names: Mapping[str, str]) -> None:
        self.names = names
        self.groups: dict[str, tuple[str, ...]] = {}
        for group in decided(asker, [PatientId(one) for one in sorted(patient_ids)]).groups:
            self.groups |= dict.fromkeys(group.ids, tuple(group.ids))
        every = {*patient_ids, *self.groups}
        rows = _homes(asker, every)
        self.homes = {row[0]: str(row[1]) for row in rows}
        self.numbers = {row[0]: row[2] or "" for row in rows}
        self.said = people.said_names(asker, [PatientId(one) for one in self.homes])
        self.clinics = frozenset(clinics(asker))
        self.twins = _same_national_id(asker, every)

    def elsewhere(self, patient_id: str) -> Iterable[str]:
        """The clinics at which the same person, or one with the same identity number, is registered too."""
        others = {*self.groups.get(patient_id, ()), *self.twins.get(patient_id, ())} - {patient_id}
        sites = {self.homes[one] for one in others if one in self.homes}
        return sorted((sites & self.clinics) - {self.homes[patient_id]})


def _homes(asker: Asker, ids: Iterable[str]) -> list[Any]:
    select = sa.select(Patient.id, Patient.origin_site_id, Patient.number).where(
        Patient.voided_at.is_(None), restricted.shown(asker)
    )
    wanted, found = list(ids), list[Any]()
    for at in range(0, len(wanted), _MANY):
        found += asker.all(select.where(Patient.id.in_(wanted[at : at + _MANY])))
    return found


def _same_national_id(asker: Asker, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    one, other = sa.alias(Patient.__table__, "one"), sa.alias(Patient.__table__, "other")
    same = sa.and_(
        other.c.national_id == one.c.national_id,
        other.c.national_id_kind == one.c.national_id_kind,
        other.c.id != one.c.id,
        other.c.voided_at.is_(None),
        other.c.id.not_in(restricted.hidden_people(asker)),
    )
    found: dict[str, list[str]] = {}
    wanted = list(ids)
    for at in range(0, len(wanted), _MANY):
        some = one.c.id.in_(wanted[at : at + _MANY])
        for first, second in asker.all(sa.select(one.c.id, other.c.id).select_from(one).join(other, same).where(some)):
            found.setdefault(first, []).append(second)
    return {first: tuple(told) for first, told in found.items()}


def _going(records: _Records, share: Any, agreeing: Collection[str]) -> SharedRecord | None:
    if share.patient_id not in records.homes:
        return None
    step = Step.GOES if share.patient_id in agreeing or not share.consent_id else Step.STOPPED
    return _line(records, share.patient_id, step, share.to_site_id, share.since_on, share.id, share.consent_id or "")


def _possible(
    records: _Records,
    agreeing: Collection[str],
    said_yes: Mapping[str, tuple[str, date]],
    shared: Collection[tuple[str, str]],
) -> list[SharedRecord]:
    found: dict[tuple[str, str], SharedRecord] = {}
    for patient_id in agreeing:
        for one in records.groups.get(patient_id, (patient_id,)):
            told = said_yes.get(one) or said_yes.get(patient_id)
            if one not in records.homes or told is None or told[0] == "":
                continue
            sites = records.elsewhere(one)
            for site in sites:
                if (one, site) not in shared:
                    found[one, site] = _line(records, one, Step.READY, site, told[1], "", told[0])
            if not sites and not any(patient == one for patient, _site in shared):
                found[one, ""] = _line(records, one, Step.YES, "", told[1], "", told[0])
    return list(found.values())


def _line(
    records: _Records, patient_id: str, step: Step, to: str, since: date | None, share_id: str, consent_id: str
) -> SharedRecord:
    return SharedRecord(
        patient_id=PatientId(patient_id),
        said=records.said.get(PatientId(patient_id), ""),
        number=records.numbers[patient_id],
        home=records.names.get(records.homes[patient_id], ""),
        step=step,
        to_site_id=to,
        to_name=records.names.get(to, ""),
        since=since,
        share_id=share_id,
        consent_id=consent_id,
    )
