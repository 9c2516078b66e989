"""The small picture of a person, only where the clinic turned pictures on and the person agreed."""

import base64

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.records import PatientPhoto
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.settings import queries as settings
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({PatientPhoto.__tablename__, *consents.TABLES})
SETTING = "patient_photos"


def are_on(asker: Asker) -> bool:
    """Whether this clinic keeps pictures at all."""
    return bool(settings.setting(asker, SETTING))


def may_keep(asker: Asker, patient_id: str) -> bool:
    """Whether the clinic keeps pictures and the person agreed to one."""
    asker.require(Permission.SEE_PATIENTS)
    return are_on(asker) and consents.allowed(asker, patient_id, ConsentPurpose.PHOTO)


def photo_of(asker: Asker, patient_id: str) -> bytes | None:
    """The newest picture. None where there is none, where pictures are off, and where the person took the yes back."""
    asker.require(Permission.SEE_PATIENTS)
    if not are_on(asker):
        return None
    restricted.must_open(asker, patient_id)
    kept = asker.value(
        sa.select(PatientPhoto.jpeg)
        .where(PatientPhoto.patient_id == patient_id, PatientPhoto.voided_at.is_(None))
        .order_by(PatientPhoto.step.desc(), PatientPhoto.id.desc())
        .limit(1)
    )
    if not kept or not consents.allowed(asker, patient_id, ConsentPurpose.PHOTO):
        return None
    return base64.b64decode(kept)


def last_step(asker: Asker, patient_id: str) -> int:
    """How many pictures and takings off are known of this person."""
    asker.require(Permission.SEE_PATIENTS)
    return asker.value(sa.select(sa.func.max(PatientPhoto.step)).where(PatientPhoto.patient_id == patient_id)) or 0
