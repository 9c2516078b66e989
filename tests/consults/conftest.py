"""People, clinicians of several kinds, medicines and consultations for these tests."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.rules.day import VisitKind
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.medication.rules.kinds import Form, PartnerKind, Unit
from clinic_desktop.features.medication.service import formulary, partners, receiving
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor, Work

Do = Callable[[Callable[[Work], Any]], Any]

CLINICIAN = frozenset(
    {
        Permission.SEE_PATIENTS, Permission.SEE_DAY, Permission.READ_CHART, Permission.WRITE_NOTES,
        Permission.SIGN_NOTES, Permission.PRESCRIBE, Permission.WRITE_LETTERS,
    }
)  # fmt: skip


@pytest.fixture
def resident() -> Actor:
    """Writes and does not sign."""
    return Actor("0193a000-0000-7000-8000-00000000000a", "Dr. Residente", CLINICIAN - {Permission.SIGN_NOTES})


@pytest.fixture
def supervisor() -> Actor:
    return Actor("0193a000-0000-7000-8000-00000000000b", "Dra. Supervisora", CLINICIAN)


@pytest.fixture
def reception() -> Actor:
    may = {Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS, Permission.RECEPTION, Permission.SEE_DAY}
    return Actor("0193a000-0000-7000-8000-00000000000c", "Ana", frozenset(may))


@pytest.fixture
def register(do: Do) -> Callable[..., str]:
    def make(given: str = "María Ixchel", family: str = "Tzoc", **more: Any) -> str:
        details = Details(given_names=given, family_name=family, **more)
        return do(partial(patients.register, patient_id=PatientId(new_id()), details=details)).patient_id

    return make


@pytest.fixture
def patient(register: Callable[..., str]) -> str:
    return register()


@pytest.fixture
def arrive(do: Do) -> Callable[[str], str]:
    """The person comes and waits; returns the appointment's id."""

    def make(patient_id: str) -> str:
        return do(partial(agenda.arrive, patient_id=patient_id, new_appointment_id=new_id(), kind=VisitKind.FOLLOW_UP))

    return make


@pytest.fixture
def begin(do: Do) -> Callable[..., str]:
    def make(patient_id: str, **more: Any) -> str:
        return do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id, **more))

    return make


@pytest.fixture
def sign(do: Do, begin: Callable[..., str]) -> Callable[..., signing.Signed]:
    """A consultation from its beginning to its signature."""

    def make(patient_id: str, on: date | None = None, **written: Any) -> signing.Signed:
        if not written:
            written = {"sections": {"how-are-you": "Sleeps better."}}
        encounter_id = begin(patient_id, occurred_on=on)
        what = signing.Written("follow-up", **written)
        return do(partial(signing.sign_note, encounter_id=encounter_id, note_id=new_id(), written=what))

    return make


@pytest.fixture
def tablets(do: Do) -> Callable[..., str]:
    """A presentation with usable tablets on the shelf; returns its id."""

    def make(name: str = "fluoxetina", units: int = 240, expires: date = date(2027, 6, 30)) -> str:
        new = NewPresentation(name, Form.TABLET, "20 mg", Unit.TABLET)
        presentation_id = do(partial(formulary.add_presentation, new=new))
        if units:
            partner_id = do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
            lines = [DeliveryLine(presentation_id, "L1", expires, units)]
            do(
                partial(
                    receiving.receive_delivery,
                    delivery_id=new_id(),
                    partner_id=partner_id,
                    document_text="1",
                    lines=lines,
                )
            )
        return presentation_id

    return make


def phq9(digits: str) -> GivenScale:
    """Answers by item: "12-…", a dash is not answered."""
    given = {at: int(digit) for at, digit in enumerate(digits, 1) if digit != "-"}
    return GivenScale(new_id(), "phq9", given)


HELD = RiskAnswer(opens=True, holder_name="Juana Brito, promotora", whom_to_look_for="hermana, Rosa")


@pytest.fixture
def open_screen(open_screen: Callable[..., Any], qtbot: Any) -> Callable[..., Any]:
    """As everywhere, and in the active window: keys and focus are what these tests are about."""

    def show(screen_class: Callable[..., Any], **arguments: Any) -> Any:
        screen = open_screen(screen_class, **arguments)
        with qtbot.waitActive(screen):
            screen.activateWindow()
        return screen

    return show
