"""Keeping what a person tells of pregnancy, lactation and contraception."""

from dataclasses import asdict
from datetime import date

from clinic_desktop.features.consults.records.findings import ReproductiveStatus
from clinic_desktop.features.consults.rules.reproduction import Told, checked
from clinic_desktop.features.consults.rules.vitals import TakenInTheFuture
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

WRITERS = (Permission.WRITE_NOTES, Permission.TAKE_VITALS)


def keep_told(
    work: Work,
    *,
    status_id: str,
    patient_id: str,
    told: Told,
    told_on: date | None = None,
    encounter_id: str | None = None,
) -> str:
    """What was asked that day, under an id that the form drew; what was not asked stays as it was told before."""
    work.require(*WRITERS)
    restricted.must_open(work, patient_id)
    if work.session.get(ReproductiveStatus, status_id) is not None:
        return status_id
    day = told_on or work.today
    if day > work.today:
        raise TakenInTheFuture(day=say_day(day))
    work.add(
        ReproductiveStatus(
            id=status_id, patient_id=patient_id, encounter_id=encounter_id, told_on=day, **asdict(checked(told))
        )
    )
    work.about(ReproductiveStatus.__tablename__, status_id)
    return status_id
