"""Clinics that closed, and whose people go on at another one."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.bundles.records.offices import RecordShare
from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.staff.records import Site
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class SiteEnd:
    name: str
    closed_on: date | None
    successor_id: str | None


def end_of(asker: Asker, site_id: str) -> SiteEnd | None:
    """None if its own row has not come yet."""
    found = asker.first(sa.select(Site.name, Site.closed_on, Site.successor_id).where(Site.id == site_id))
    return SiteEnd(*found) if found is not None else None


def succeeded(asker: Asker) -> list[tuple[str, str]]:
    """The clinics that closed, each with the one that goes on with its people."""
    rows = asker.all(
        sa.select(Site.id, Site.successor_id).where(Site.closed_on.is_not(None), Site.successor_id.is_not(None))
    )
    return [(site_id, successor_id) for site_id, successor_id in rows if successor_id is not None]


def not_yet_sent(asker: Asker, site_id: str, successor_id: str, limit: int) -> list[str]:
    """The next people of a clinic that closed whose records were not promised to its successor. One that was taken
    back is not sent anew, and none of whoever said that each clinic shall know only what it is told there."""
    promised = sa.select(RecordShare.patient_id).where(
        RecordShare.to_site_id == successor_id, RecordShare.patient_id.is_not(None)
    )
    rows = asker.all(
        sa.select(Patient.id)
        .where(Patient.origin_site_id == site_id, Patient.voided_at.is_(None), Patient.id.not_in(promised))
        .order_by(Patient.id)
    )
    people = [row[0] for row in rows]
    refusing = consents.refusing(asker, ConsentPurpose.OUR_CLINIC, people) if people else ()
    return [one for one in people if one not in refusing][:limit]
