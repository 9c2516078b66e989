"""Keeping what was measured. What sounds like a slip is asked once; nothing is ever refused for its size."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.consults.queries import vitals as queries
from clinic_desktop.features.consults.records.findings import VitalSigns
from clinic_desktop.features.consults.rules.vitals import (
    NothingMeasured,
    SoundsUnlikely,
    TakenInTheFuture,
    Vitals,
    doubts,
)
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.naming import clean
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import Work

_WRITERS = (Permission.TAKE_VITALS, Permission.WRITE_NOTES)


class CorrectedMeanwhile(Refused):
    text = N_("This measurement was corrected already. Correct its newest version.")


class OfSomebodyElse(Refused):
    text = N_("This measurement is of another person.")


def take_vitals(
    work: Work,
    *,
    vitals_id: str,
    patient_id: str,
    vitals: Vitals,
    taken_on: date | None = None,
    amends_id: str | None = None,
    confirmed: bool = False,
) -> str:
    """Keep one measuring under an id that the form drew; the same id twice keeps it once. Returns the id.

    With `amends_id` it corrects that one, which stays readable. An earlier day is a paper typed later.
    """
    work.require(*_WRITERS)
    restricted.must_open(work, patient_id)
    if work.session.get(VitalSigns, vitals_id) is not None:
        return vitals_id
    day = taken_on or work.today
    if day > work.today:
        raise TakenInTheFuture(day=say_day(day))
    kept = replace(vitals, note=clean(vitals.note or "") or None)
    if kept.is_empty:
        raise NothingMeasured()
    if amends_id is not None:
        _check_amends(work, amends_id, patient_id)
    sounding = doubts(kept, day, queries.last_weight(work, patient_id, but=amends_id))
    if sounding and not confirmed:
        raise SoundsUnlikely(doubts=" ".join(sounding))
    work.add(
        VitalSigns(
            id=vitals_id, patient_id=patient_id, appointment_id=_todays_appointment(work, patient_id, day),
            taken_on=day, amends_id=amends_id, **asdict(kept),
        )
    )  # fmt: skip
    drafts.drop_draft(work, queries.DRAFT_SCREEN, patient_id)
    work.about(VitalSigns.__tablename__, vitals_id)
    return vitals_id


def _check_amends(work: Work, amends_id: str, patient_id: str) -> None:
    if work.load(VitalSigns, amends_id).patient_id != patient_id:
        raise OfSomebodyElse()
    if queries.is_corrected(work, amends_id):
        raise CorrectedMeanwhile()


def _todays_appointment(work: Work, patient_id: str, day: date) -> str | None:
    """The visit it belongs to: the one for which the person is here."""
    here = (AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT, AppointmentStatus.SEEN)
    found = (a for a in agenda.of_patient(work, patient_id) if a.day == day and a.status in here)
    return next((a.appointment_id for a in found), None)


def keep_typed(work: Work, patient_id: str, fields: Mapping[str, Any]) -> datetime:
    """Keep what was typed so far, of its author and on this device only."""
    work.require(*_WRITERS)
    return drafts.keep_draft(work, queries.DRAFT_SCREEN, patient_id, dict(fields), {})
