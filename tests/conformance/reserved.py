"""One person with all that a clinic can hold of somebody, who may become a reserved one."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.exchange.records import OpenConflict
from clinic_desktop.features.agenda.rules.calls import CallList
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, Diagnosis
from clinic_desktop.features.consults.rules.reactions import Reaction
from clinic_desktop.features.consults.rules.results import Result
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.rules.vitals import Vitals
from clinic_desktop.features.consults.service import encounters, reactions, results, signing
from clinic_desktop.features.consults.service import vitals as measuring
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.rules.kinds import Form, PartnerKind, Unit
from clinic_desktop.features.medication.service import dispensing, formulary, partners, receiving
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import consents, registering, restricting
from clinic_desktop.features.referrals import service as referrals
from clinic_desktop.features.referrals.rules import Consent, Urgency, Written
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor, Work
from tests.conftest import COORDINATOR_ID, MONDAY
from tests.medication.everything import tell_of_medicines
from tests.rights.everything import tell_of_rights

TODAY = date(2026, 11, 23)
GIVEN, FAMILY, MOTHER, PHONE = "Xochiquetzal", "Zumbajoj", "Petronila Quisquinay", "55471298"
COMMUNITY, NATIONAL_ID, NOTED, WRITTEN_TO = "Caserío Tzunkawil", "2467390121413", "Sueña con el río", "Hospital Kabawil"
EVERYTHING_ELSE = frozenset(Permission) - {Permission.OPEN_RESTRICTED}
TOLD = (GIVEN, FAMILY, MOTHER, PHONE, NATIONAL_ID, NOTED, "Fuma tuza")
"""Words that stand in this person's record and in no other. A village is on the list of villages for everybody."""


@dataclass(frozen=True)
class Scene:
    """One reserved person with all that a clinic can hold of somebody, and her neighbour, who is not reserved."""

    patient_id: PatientId
    number: str
    neighbour_id: PatientId
    values: Mapping[str, Any]


def _details(given: str, family: str, **more: Any) -> Details:
    return Details(given_names=given, family_name=family, sex=Sex.FEMALE, municipality_code="1413", **more)


SECRET_DETAILS = _details(
    GIVEN, FAMILY, mother_name=MOTHER, phone=PHONE, community=COMMUNITY, national_id_kind="GT_CUI",
    national_id=NATIONAL_ID, birth=Birth(PartialDate(1987, 7, 14)),
)  # fmt: skip


@pytest.fixture(scope="session")
def told_once(made_vault: tuple[Path, Opened], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scene]:
    """Written once; each test has a copy."""
    set_language("en")
    folder = tmp_path_factory.mktemp("scene") / "data"
    shutil.copytree(made_vault[0], folder)
    vault = open_vault(folder, made_vault[1], StillClock(MONDAY))
    coordinator = Actor(COORDINATOR_ID, "Coordinación", frozenset(Permission))
    told = _tell(lambda use_case: vault.do(use_case, coordinator), lambda query: vault.ask(query, coordinator))
    vault.close()
    return folder, told


@pytest.fixture
def vault_folder(told_once: tuple[Path, Scene], tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(told_once[0], folder)
    return folder


@pytest.fixture
def scene(told_once: tuple[Path, Scene]) -> Scene:
    wiring.fill()
    return told_once[1]


def _tell(do: Any, ask: Any) -> Scene:
    wiring.fill()
    mine, neighbour = PatientId(new_id()), PatientId(new_id())
    registered = do(partial(registering.register, patient_id=mine, details=SECRET_DETAILS))
    do(partial(registering.register, patient_id=neighbour, details=_details("Juana", "Brito")))
    do(partial(registering.add_allergy, patient_id=mine, substance="penicilina"))
    fluoxetine = NewPresentation("fluoxetina", Form.TABLET, "20 mg", Unit.TABLET)
    tablets = do(partial(formulary.add_presentation, new=fluoxetine))
    donor = do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    lines = [DeliveryLine(tablets, "L1", date(2027, 6, 30), 240)]
    receive = partial(
        receiving.receive_delivery, delivery_id=new_id(), partner_id=donor, document_text="1", lines=lines
    )
    do(receive)
    came = do(partial(agenda.arrive, patient_id=mine, new_appointment_id=new_id()))
    request_id = new_id()
    signed = _sign(do, mine, came, request_id, tablets)
    dispense_id = new_id()
    give = [dispensing.Handout(dispense_id, request_id, 10)]
    do(partial(dispensing.dispense, patient_id=mine, handouts=give, receiver=Receiver(f"{GIVEN} {FAMILY}")))
    vitals_id = new_id()
    take = partial(measuring.take_vitals, vitals_id=vitals_id, patient_id=mine)
    do(partial(take, vitals=Vitals(weight_grams=54_500, note="Fuma tuza")))
    result_id, reaction_id = new_id(), new_id()
    do(partial(results.keep_result, result_id=result_id, patient_id=mine, result=Result(None, NOTED, "1")))
    reacted = Reaction(None, "fluoxetina", NOTED)
    do(partial(reactions.keep_reaction, reaction_id=reaction_id, patient_id=mine, reaction=reacted))
    letter_id = new_id()
    letter = Written(
        receiver_text=WRITTEN_TO, urgency=Urgency.ROUTINE, reason_text=NOTED, summary_text="", asked_text="",
        follow_text="", consent=Consent.AGREED, parts={}, medicines=(), allergies="", half_page=False, receiver_id=None,
    )  # fmt: skip
    folio = do(partial(referrals.write_referral, request_id=letter_id, patient_id=mine, written=letter))
    act_id = new_id()
    said = [Said(ConsentPurpose.CALLS, yes=True), Said(ConsentPurpose.RELATIVE, yes=True, about=MOTHER)]
    talk = Talk(
        decided_on=TODAY, way=ConsentWay.SPOKEN, language_code="spa", read_aloud=True, said_back=True, witness=MOTHER,
        witness_is_of_clinic=False, text_version="1",
    )  # fmt: skip
    agreed = do(partial(consents.record_answers, act_id=act_id, patient_id=mine, answers=said, talk=talk))
    withdrawn = do(partial(consents.withdraw, consent_id=agreed[0], act_id=new_id(), decided_on=TODAY))
    of_rights = tell_of_rights(do, mine, MOTHER, NOTED, TODAY)
    of_medicines = tell_of_medicines(do, ask, mine, f"{GIVEN} {FAMILY}", NOTED, TODAY)
    do(partial(_add_conflict, patient_id=mine))
    entry = ask(lambda r: r.plain("SELECT entry FROM patient_entry WHERE patient_id = ?", (mine,)))[0][0]
    lot_id = ask(lambda r: r.plain("SELECT id FROM stock_lot WHERE lot_number = 'L1'"))[0][0]
    values = {
        "patient_id": mine, "one": mine, "other": neighbour, "record_id": mine, "appointment_id": came,
        "encounter_id": signed.encounter_id, "note_id": signed.note_id, "vitals_id": vitals_id,
        "dispense_id": dispense_id, "presentation_id": tablets, "lot_id": lot_id, "partner_id": donor,
        "request_id": (request_id, letter_id), "folio": (signed.prescription_folio, folio),
        "number": registered.number, "entry": entry, "entries": [entry], "words": ("zumb", "xochi", PHONE[:7]),
        "typed": ("zumb", "tzunka"), "table": "patient", "row_id": mine, "municipality_code": "1413",
        "new": SECRET_DETAILS, "lines": [SECRET_DETAILS], "step": 1, "many": 50, "within_days": 400,
        "conflict_key": (("patient", mine, "name"),), "conflict_keys": [("patient", mine, "name")],
        "pair_ids": [(mine, neighbour)],
        "key": "language", "purpose": tuple(ConsentPurpose), "which": tuple(CallList),
        "letter": letter, "act_id": act_id, **of_rights, "result_id": result_id, "reaction_id": reaction_id,
        "receiver": "", "consent_id": withdrawn, "visits": [], "scores": [], "most": 10, "scope": "everything",
        "moment": datetime(2026, 11, 23, tzinfo=UTC), "at": datetime(2026, 11, 23, tzinfo=UTC),
    }  # fmt: skip
    return Scene(mine, registered.number, neighbour, together(values, of_medicines))


def together(first: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Where both know a name, what it stands for is asked with one after the other."""
    both = {name: (*several(first[name]), *several(more[name])) for name in first.keys() & more.keys()}
    return {**first, **more, **both}


def several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _sign(do: Any, patient_id: str, came: str, request_id: str, tablets: str) -> signing.Signed:
    encounter = do(
        partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id, appointment_id=came)
    )
    written = signing.Written(
        "first-visit",
        sections={"history-now": NOTED},
        scales=(GivenScale(new_id(), "phq9", dict.fromkeys(range(1, 10), 1)),),
        conditions=(ConditionChange(Diagnosis("F32.1", NOTED, "")),),
        prescription=(PrescriptionLine(request_id, tablets, None, read_dose("1-0-0"), 30),),
        risk=RiskAnswer(opens=True, holder_name=MOTHER, whom_to_look_for=MOTHER),
        next_visit=signing.NextVisit(new_id(), TODAY + timedelta(days=28)),
    )
    sign = partial(signing.sign_note, encounter_id=encounter, note_id=new_id(), written=written, confirmed=True)
    return do(sign)


def _add_conflict(work: Work, patient_id: str) -> None:
    sides = [{"stamp": None, "value": [name, FAMILY, None, None], "author": None} for name in (GIVEN, "Xochi")]
    work.add(
        OpenConflict(
            tbl="patient", id=patient_id, unit="name", blocking=True, waiting=False, sides=sides, found_at=work.now
        )
    )


def restrict(do: Any, scene: Scene) -> str:
    """As what the person stands from now on."""
    return f"Reserved {do(partial(restricting.restrict, patient_id=scene.patient_id, reason='lo pide'))}"
