"""A person with a chart, and letters about her."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.rules.day import VisitKind
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, Diagnosis
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import Form, Unit
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.referrals import queries, service
from clinic_desktop.features.referrals.rules import Material, Urgency, Written
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId, new_id

Do = Callable[[Callable[..., Any]], Any]
SECRET = "Dreams of the river; cannot say his name."
SOCIAL = "Lives with her mother-in-law, who sells tamales."
DANGER = "Thoughts of death, no plan."


@pytest.fixture
def patient(do: Do) -> str:
    details = Details(
        given_names="María Ixchel",
        family_name="Tzoc",
        second_family_name="Pérez",
        sex=Sex.FEMALE,
        birth=Birth(PartialDate(1987, 7, 14)),
        municipality_code="1413",
        community="Pulay",
        language_code="ixl",
        needs_interpreter=True,
        phone="5512 3344",
        national_id_kind="GT_CUI",
        national_id="2467390121413",
    )
    registered = do(partial(patients.register, patient_id=PatientId(new_id()), details=details))
    do(partial(patients.add_allergy, patient_id=registered.patient_id, substance="penicilina"))
    return registered.patient_id


@pytest.fixture
def chart(do: Do, patient: str) -> str:
    """The person after a first visit that was signed with a diagnosis and a medicine."""
    new = NewPresentation("fluoxetina", Form.TABLET, "20 mg", Unit.TABLET)
    tablets = do(partial(formulary.add_presentation, new=new))
    came = do(partial(agenda.arrive, patient_id=patient, new_appointment_id=new_id(), kind=VisitKind.FIRST))
    encounter = do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient, appointment_id=came))
    written = signing.Written(
        "first-visit",
        sections={
            "history-now": SECRET,
            "family": SOCIAL,
            "mental-state": "Calm, oriented, sad.",
            "risk": DANGER,
        },
        conditions=(ConditionChange(Diagnosis("F32.1", "Episodio depresivo moderado", "")),),
        prescription=(PrescriptionLine(new_id(), tablets, None, read_dose("1-0-0"), 30),),
    )
    do(partial(signing.sign_note, encounter_id=encounter, note_id=new_id(), written=written))
    return patient


@pytest.fixture
def material(ask: Callable[..., Any], chart: str) -> Material:
    return ask(lambda reading: queries.material(reading, chart))


@pytest.fixture
def refer(do: Do, chart: str, material: Material) -> Callable[..., str]:
    """Write a letter; returns its folio."""

    def make(receiver: str = "Hospital Regional", reason: str = "Admission?", **more: Any) -> str:
        written = Written(
            receiver,
            more.pop("urgency", Urgency.PRIORITY),
            reason,
            parts=material.chosen(),
            medicines=material.medicines,
            allergies=material.allergies,
        )
        writing = partial(service.write_referral, request_id=more.pop("request_id", None) or new_id(), patient_id=chart)
        return do(partial(writing, written=written, **more))

    return make
