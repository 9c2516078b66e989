"""A consultation day in real windows: a first visit with danger, a follow-up, a resident's note, a refused consent."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.service import day as agenda_service
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import notes, safety_plans
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, find
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.danger import AnswerSheet
from clinic_desktop.features.consults.screens.print_queue import PrintQueue
from clinic_desktop.features.consults.screens.safety_plan import PlanSheet
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import Form, PartnerKind, Unit
from clinic_desktop.features.medication.rules.refusals import WaitsForSignature
from clinic_desktop.features.medication.service import dispensing, formulary, partners, receiving
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, Said, Talk
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import consents, registering
from clinic_desktop.features.referrals import service as referrals
from clinic_desktop.features.referrals.rules import Urgency, Written
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.shell.frame import Frame
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, NotAllowed
from clinic_desktop.uikit import dialogs
from tests.makers.front import open_front
from tests.makers.keyboard import Keyboard, settle

Opened = Callable[[Actor], tuple[Frame, Keyboard]]


def somebody(role_code: str, number: int) -> Actor:
    role = next(role for role in FIRST_ROLES if role.code == role_code)
    return Actor(f"0193a000-0000-7000-8000-0000000000{number:02}", role_code, role.permissions)


PSYCHIATRIST, RESIDENT, DESK = somebody("psychiatrist", 11), somebody("resident", 12), somebody("receptionist", 13)


@pytest.fixture
def sit_down(vault: Vault, qapp: QApplication, qtbot: Any) -> Any:
    """Somebody signs in at the laptop; whoever sat there before has left."""
    offices: list[Any] = []

    def sit(who: Actor) -> tuple[Frame, Keyboard]:
        while offices:
            frame, office = offices.pop()
            frame.hide()
            office.close()
        frame, office = open_front(vault, who, qapp, qtbot)
        offices.append((frame, office))
        return frame, Keyboard(frame)

    yield sit
    while offices:
        offices.pop()[1].close()


@pytest.fixture
def sertraline(vault: Vault, actor: Actor) -> str:
    """Tablets on the shelf."""
    new = NewPresentation("sertralina", Form.TABLET, "50 mg", Unit.TABLET)
    tablets = vault.do(partial(formulary.add_presentation, new=new), actor)
    partner = vault.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"), actor)
    line = receiving.DeliveryLine(tablets, "L1", vault.ask(lambda r: r.today, actor) + timedelta(400), 500)
    delivery = partial(receiving.receive_delivery, delivery_id=new_id(), partner_id=partner)
    vault.do(partial(delivery, document_text="1", lines=[line]), actor)
    return tablets


def person(vault: Vault, actor: Actor, family: str, born: str) -> PatientId:
    who = PatientId(new_id())
    details = Details(
        given_names="Juana", family_name=family, sex=Sex.FEMALE, municipality_code="0701", community="Chaquijyá",
        birth=read_birth(born, vault.ask(lambda r: r.today, actor)),
    )  # fmt: skip
    vault.do(partial(registering.register, patient_id=who, details=details), actor)
    return who


def arrive(vault: Vault, actor: Actor, who: PatientId) -> str:
    return vault.do(partial(agenda_service.arrive, patient_id=who, new_appointment_id=new_id()), actor)


def front(kind: type[QDialog]) -> Any:
    sheet = dialogs.front()
    assert isinstance(sheet, kind), sheet
    return sheet


def back_to(frame: Frame) -> None:
    """A window system gives the window the keys again when a sheet over it has closed; this one must be asked."""
    settle()
    frame.activateWindow()
    settle()


def page(frame: Frame) -> ConsultScreen:
    shown = frame.pages.currentWidget()
    assert isinstance(shown, ConsultScreen), shown
    return shown


def test_a_consultation_day(vault: Vault, actor: Actor, clock: StillClock, sertraline: str, sit_down: Opened) -> None:
    new, known, third = (person(vault, actor, name, "1990") for name in ("Ajcalón", "Batz", "Cojtín"))
    seen_before(vault, clock, known, sertraline)
    for who in (new, known, third):
        arrive(vault, actor, who)
        clock.advance(minutes=1)
    frame, keyboard = sit_down(PSYCHIATRIST)

    first_visit(vault, frame, keyboard, new)
    follow_up(vault, frame, keyboard, known)
    a_refused_consent(vault, new)
    in_training(vault, sit_down, third, clock)

    rows = {row.patient_id: row.status for row in vault.ask(agenda.today, actor)}
    assert rows == dict.fromkeys((new, known, third), Status.SEEN)
    open_now = vault.ask(charts.open_risks, PSYCHIATRIST)
    assert [row.patient_id for row in open_now] == [new]
    with pytest.raises(NotAllowed):
        vault.ask(charts.open_risks, DESK)


def seen_before(vault: Vault, clock: StillClock, who: PatientId, tablets: str) -> None:
    """A month ago, with a medicine."""
    clock.advance(days=-28)
    here = vault.do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=who), PSYCHIATRIST)
    depression = find("F32.1")
    assert depression is not None
    written = signing.Written(
        "first-visit", {"plan": "Caminar por las mañanas."},
        conditions=(ConditionChange(depression),),
        prescription=(PrescriptionLine(new_id(), tablets, None, read_dose("1-0-0"), 30),),
    )  # fmt: skip
    vault.do(partial(signing.sign_note, encounter_id=here, note_id=new_id(), written=written), PSYCHIATRIST)
    clock.advance(days=28)


def first_visit(vault: Vault, frame: Frame, keyboard: Keyboard, who: PatientId) -> None:
    """The next one is called in; words, a normal mental state, nine digits; the ninth speaks of danger."""
    frame.go("consults", {})
    settle()
    keyboard.press("Ctrl+Enter")
    here = page(frame)
    assert here.encounter is not None
    assert here.encounter.patient_id == who
    keyboard.press("Ctrl+Shift+1")
    keyboard.write("No duerme desde que murió su tía.")
    keyboard.press("Ctrl+3")
    keyboard.forget()
    keyboard.write("222212111")
    assert keyboard.letters == 9
    assert here.scale.score().total == 14
    keyboard.press("Ctrl+4")
    keyboard.write("f32.1")
    keyboard.press("Enter")
    keyboard.press("Ctrl+5")
    keyboard.write("sert")
    keyboard.press("Enter")
    keyboard.write("1-0-0")
    keyboard.press("Enter")
    keyboard.write("30")
    keyboard.press("Enter")
    keyboard.press("Ctrl+Enter")
    sheet = front(AnswerSheet)
    assert vault.ask(lambda r: notes.last_note(r, who), PSYCHIATRIST) is None, "not signed before danger is answered"
    sheet.form.fill({"holder": "Rosa, su hermana", "words": "Pensó que sería mejor no estar; sin plan."})
    keyboard.press("Ctrl+Enter")
    plan = front(PlanSheet)
    plan.areas["whom_to_call"].setPlainText("A mi hermana Rosa")
    keyboard.press("Ctrl+Enter")
    back_to(frame)
    keyboard.press("Ctrl+Enter")
    queue = front(PrintQueue)
    assert len(queue.lines) >= 2, "the prescription and the plan"
    keyboard.press("Esc")
    back_to(frame)

    chart = vault.ask(partial(charts.chart, patient_id=who), PSYCHIATRIST)
    assert chart.last_note is not None
    assert chart.risk is not None
    assert chart.risk.holder_name == "Rosa, su hermana"
    assert [row.total for row in chart.scores] == [14]
    assert [row.code for row in chart.conditions] == ["F32.1"]
    kept = vault.ask(lambda r: safety_plans.newest(r, who), PSYCHIATRIST)
    assert kept is not None
    assert kept.words.whom_to_call == "A mi hermana Rosa"


def follow_up(vault: Vault, frame: Frame, keyboard: Keyboard, who: PatientId) -> None:
    """Last time's plan is brought over, and the prescription is repeated as it was: two keys."""
    frame.go("consults", {})
    settle()
    keyboard.press("Ctrl+Enter")
    here = page(frame)
    assert here.encounter is not None
    assert here.encounter.patient_id == who
    here.note.fields["plan"].setFocus()
    keyboard.press("Ctrl+B")
    assert here.note.fields["plan"].text() == "Caminar por las mañanas."
    keyboard.forget()
    keyboard.press("Ctrl+R", "Ctrl+Enter")
    assert keyboard.keys == 2
    front(PrintQueue)
    keyboard.press("Esc")
    back_to(frame)
    note = vault.ask(lambda r: notes.last_note(r, who), PSYCHIATRIST)
    assert note is not None
    (line,) = vault.ask(lambda r: prescriptions.prescribed_in(r, note.note_id), PSYCHIATRIST)
    assert line.dose_said.startswith("1 tableta")


def a_refused_consent(vault: Vault, who: PatientId) -> None:
    """What the person said no to does not leave on an ordinary letter."""
    said, today = Said(ConsentPurpose.OTHER_SERVICE, yes=False), vault.ask(lambda r: r.today, PSYCHIATRIST)
    talk = Talk(decided_on=today, read_aloud=True)
    vault.do(partial(consents.record_answers, act_id=new_id(), patient_id=who, answers=[said], talk=talk), PSYCHIATRIST)
    letter = Written("Hospital", Urgency.ROUTINE, "Valoración")
    with pytest.raises(Refused):
        vault.do(
            partial(
                referrals.write_and_print, request_id=new_id(), patient_id=who, written=letter, encounter_id=None,
                folio="", way="pdf", copies=1,
            ),
            PSYCHIATRIST,
        )  # fmt: skip


def in_training(vault: Vault, sit_down: Opened, who: PatientId, clock: StillClock) -> None:
    """A resident writes and prescribes; nothing leaves before a supervisor signs, and then it does."""
    frame, keyboard = sit_down(RESIDENT)
    frame.go("consults", {})
    settle()
    keyboard.press("Ctrl+Enter")
    here = page(frame)
    assert here.encounter is not None
    assert here.encounter.patient_id == who
    keyboard.press("Ctrl+Shift+1")
    keyboard.write("Viene por nervios.")
    keyboard.press("Ctrl+5")
    keyboard.write("sert")
    keyboard.press("Enter")
    keyboard.write("1-0-0")
    keyboard.press("Enter")
    keyboard.write("30")
    keyboard.press("Enter")
    keyboard.press("Ctrl+Enter")
    note = vault.ask(lambda r: notes.last_note(r, who), PSYCHIATRIST)
    assert note is not None
    assert vault.ask(lambda r: notes.note_page(r, note.note_id), RESIDENT).state is NoteState.WAITING
    (line,) = vault.ask(lambda r: prescriptions.prescribed_in(r, note.note_id), PSYCHIATRIST)
    hand_out = partial(
        dispensing.dispense, patient_id=who, handouts=[dispensing.Handout(new_id(), line.request_id, 30)]
    )
    pharmacist = somebody("nurse", 14)
    with pytest.raises(WaitsForSignature):
        vault.do(hand_out, pharmacist)
    clock.advance(days=4)
    frame, keyboard = sit_down(PSYCHIATRIST)
    frame.go("supervision", {})
    settle()
    keyboard.press("Ctrl+Enter")
    assert vault.ask(lambda r: notes.note_page(r, note.note_id), RESIDENT).state is NoteState.SIGNED
    vault.do(hand_out, pharmacist)
    clock.advance(days=-4)
