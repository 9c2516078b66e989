"""Before and after erasing what was written of a person: what is here, what cannot be reached."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import told
from clinic_desktop.exchange.records import BundleLog, BundleWay, PeerDevice, PeerWord
from clinic_desktop.exchange.trust.standing import CENTRAL
from clinic_desktop.features.bundles.queries.overdue import last_backup
from clinic_desktop.features.bundles.records.offices import Erasure
from clinic_desktop.features.patients.queries.restricted import must_open
from clinic_desktop.features.patients.records import Patient, PatientLink
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({Erasure.__tablename__, Patient.__tablename__, BundleLog.__tablename__})


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What somebody must know before erasing: what is joined with the record and stays, and what is out of reach."""

    number: str
    joined: int
    """Records that were said to be the same person's; they stay unless they are erased too."""
    sticks: int
    """Bundles written here that may still lie on sticks."""
    clinics: int
    """Offices that keep backups of their own."""
    backups: tuple[tuple[str, date], ...] = ()
    """The last backup that is known, here and of each office that told of one."""


@dataclass(frozen=True, slots=True)
class Erased:
    erasure_id: str
    patient_id: str
    at: datetime
    asked_on: date | None
    asked_by: str
    reason: str
    decided_by: str
    second: str


def is_same_number(asker: Asker, patient_id: str, typed: str) -> bool:
    """Whether somebody typed the number of this record (of one without a number, the last characters of its id)."""
    asker.require(Permission.ERASE_RECORDS)
    return _plain(typed) == _plain(asked_number(asker, patient_id))


def asked_number(asker: Asker, patient_id: str) -> str:
    """What must be typed before this record is erased."""
    asker.require(Permission.ERASE_RECORDS)
    must_open(asker, PatientId(patient_id))
    row = asker.first(sa.select(Patient.number).where(Patient.id == patient_id))
    if row is None:
        raise NotHere()
    return row[0] or patient_id[-6:].upper()


def _plain(number: str) -> str:
    return "".join(c for c in number.upper() if c.isalnum())


def before_erasing(asker: Asker, patient_id: str) -> ErasurePlan:
    """What is told to somebody who is about to erase this record."""
    asker.require(Permission.ERASE_RECORDS)
    number = asked_number(asker, patient_id)
    joined = asker.value(
        sa.select(sa.func.count())
        .select_from(PatientLink)
        .where(sa.or_(PatientLink.first_id == patient_id, PatientLink.second_id == patient_id))
        .where(PatientLink.undoes_id.is_(None), PatientLink.voided_at.is_(None))
    )
    sticks = asker.value(
        sa.select(sa.func.count())
        .select_from(BundleLog)
        .where(BundleLog.way == BundleWay.OUT, BundleLog.done_at.is_not(None), BundleLog.removed_at.is_(None))
    )
    clinics = asker.value(
        sa.select(sa.func.count(PeerDevice.site_id.distinct())).where(
            PeerDevice.role != CENTRAL, PeerDevice.revoked_at.is_(None)
        )
    )
    return ErasurePlan(number, joined or 0, sticks or 0, clinics or 0, _backups(asker))


def _backups(asker: Asker) -> tuple[tuple[str, date], ...]:
    here = last_backup(asker)
    newest: dict[str, date] = {asker.place.site_name: here} if here else {}
    rows = asker.all(
        sa.select(PeerDevice.site_name, PeerWord.told).join(PeerWord, PeerWord.device_id == PeerDevice.device_id)
    )
    for name, words in rows:
        with suppress(ValueError):
            day = date.fromisoformat(str(words.get(told.BACKUP)))
            newest[name] = max(day, newest.get(name, day))
    return tuple(sorted(newest.items()))


def erasures(asker: Asker) -> Sequence[Erased]:
    """What was erased here, the newest first. No name: there is none left."""
    asker.require(Permission.ERASE_RECORDS)
    rows = asker.all(
        sa.select(
            Erasure.id,
            Erasure.patient_id,
            Erasure.recorded_at,
            Erasure.asked_on,
            Erasure.asked_by,
            Erasure.reason,
            Erasure.decided_by_name,
            Erasure.second_name,
        ).order_by(Erasure.recorded_at.desc(), Erasure.id)
    )
    return tuple(Erased(row[0], row[1] or "", *row[2:4], *(word or "" for word in row[4:])) for row in rows)
