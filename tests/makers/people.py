"""Rows of the real tables, written as services would write them but without the rules of the rooms."""

from collections.abc import Callable
from datetime import date
from typing import Any

from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.medication.records.formulary import Medicine
from clinic_desktop.features.patients.records import Allergy, Patient
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.work import Work


def register(**fields: Any) -> Callable[[Work], str]:
    def add_patient(work: Work) -> str:
        given = {"given_names": "María", "family_name": "Tzoc", "birth_date": PartialDate(1987)} | fields
        return work.add(Patient(number=work.next_number("patient"), **given)).id

    return add_patient


def change(row_id: str, cls: type[Any] = Patient, **fields: Any) -> Callable[[Work], None]:
    def change_row(work: Work) -> None:
        work.revise(work.load(cls, row_id), seen={}, to=fields)

    return change_row


def void(row_id: str, cls: type[Any] = Patient, reason: str = "doble") -> Callable[[Work], None]:
    def void_row(work: Work) -> None:
        work.void(work.load(cls, row_id), reason)

    return void_row


def allergy(patient_id: str, substance: str) -> Callable[[Work], str]:
    return lambda work: work.add(Allergy(patient_id=patient_id, substance=substance)).id


def medicine(name: str) -> Callable[[Work], str]:
    return lambda work: work.add(Medicine(name=name)).id


def note(
    patient_id: str, text: str = "Duerme mejor.", section: str = "plan", *, supervisor_wanted: bool = False
) -> Callable[[Work], str]:
    def sign(work: Work) -> str:
        met = work.add(
            Encounter(
                patient_id=patient_id,
                kind="follow-up",
                occurred_on=date(2026, 11, 23),
                clinician_id=work.actor.staff_id,
            )
        )
        return work.add(
            ConsultNote(
                encounter_id=met.id,
                patient_id=patient_id,
                template="follow-up",
                sections={section: text},
                occurred_on=date(2026, 11, 23),
                author_id=work.actor.staff_id,
                signed_at=work.now,
                supervisor_wanted=supervisor_wanted,
            )
        ).id

    return sign
