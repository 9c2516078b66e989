"""Sending somebody's record to another of our clinics too, by the person's own yes; and sending no more of it."""

import sqlalchemy as sa

from clinic_desktop.exchange.carrying.relaying import owe
from clinic_desktop.features.bundles.queries import sharing as queries
from clinic_desktop.features.bundles.records.offices import RecordShare
from clinic_desktop.features.bundles.rules.sharing import (
    NoSuchClinic,
    NotAgreed,
    OnlyAtTheCentral,
    OtherAnswer,
    ReasonForTakingBack,
    SameClinic,
    SharedAlready,
)
from clinic_desktop.features.bundles.service.entitled import owe_again
from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def share(
    work: Work, share_id: str, patient_id: str, to_site_id: str, consent_id: str | None = None, reason: str = ""
) -> str:
    """From now on the record goes to that clinic too, whole, with the next stick; both may go on with it.

    `consent_id` is the person's yes, in this record or another one of the same person. Without one only where the
    record's own clinic has closed and that one goes on with its people. Pressed twice, it is one.
    """
    work.require(Permission.SHARE_RECORDS)
    if not work.place.is_central:
        raise OnlyAtTheCentral()
    if work.session.get(RecordShare, share_id) is not None:
        return share_id
    home = queries.home_of(work, patient_id)
    _check_clinic(work, patient_id, home, to_site_id)
    _check_consent(work, patient_id, home, to_site_id, consent_id)
    work.add(
        RecordShare(
            id=share_id,
            patient_id=patient_id,
            to_site_id=to_site_id,
            consent_id=consent_id,
            since_on=work.today,
            reason_text=reason.strip() or None,
        )
    )
    work.session.flush()
    owe_again(work, [patient_id])
    work.about("patient", patient_id)
    return share_id


def take_back(work: Work, share_id: str, reason: str) -> None:
    """Nothing more goes there. What that clinic has been sent stays with it, and it may still change it."""
    work.require(Permission.SHARE_RECORDS)
    if not work.place.is_central:
        raise OnlyAtTheCentral()
    row = work.load(RecordShare, share_id)
    restricted.must_open(work, row.patient_id or "")
    work.about("patient", row.patient_id or "")
    if row.voided_at is not None:
        return
    if not reason.strip():
        raise ReasonForTakingBack()
    work.void(row, reason)
    owe(work, row.to_site_id or "", [(RecordShare.__tablename__, share_id)])


def _check_clinic(work: Work, patient_id: str, home: str, to_site_id: str) -> None:
    if to_site_id in (home, work.site_id):
        raise SameClinic()
    if to_site_id not in queries.clinics(work):
        raise NoSuchClinic()
    standing = sa.select(RecordShare.id).where(
        RecordShare.patient_id == patient_id, RecordShare.to_site_id == to_site_id, RecordShare.voided_at.is_(None)
    )
    if work.first(standing) is not None:
        raise SharedAlready()


def _check_consent(work: Work, patient_id: str, home: str, to_site_id: str, consent_id: str | None) -> None:
    if consent_id is None:
        if queries.goes_on_for(work, home) != to_site_id:
            raise NotAgreed()
        return
    if patient_id not in consents.agreeing(work, ConsentPurpose.OUR_CLINIC, [patient_id]):
        raise NotAgreed()
    if queries.whose_yes(work, consent_id) not in consents.same_people(work, [patient_id]):
        raise OtherAnswer()
