"""Every sheet beside the note, over a small window: it fits, it is Spanish, the screen reader can name it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLabel, QScrollArea, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, find
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.screens import slots
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.features.rights.screens.person import PersonRights
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs, theme
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.conformance.test_screens import focusable, msgids, said

SMALL = (911, 442)


@pytest.fixture
def office(vault: Vault, actor: Actor, qapp: QApplication) -> Iterator[Office]:
    set_language("es")
    theme.start(qapp)
    house.furnish()
    spanish = Office(vault, actor, voice=RememberingVoice(), immediate=True)
    yield spanish
    spanish.close()


@pytest.fixture
def person(vault: Vault, actor: Actor) -> str:
    """Somebody with a diagnosis, a medicine, a score and an open danger."""
    patient, encounter = new_id(), new_id()
    details = Details(given_names="María Ixchel", family_name="Tzoc")
    vault.do(partial(registering.register, patient_id=PatientId(patient), details=details), actor)
    vault.do(partial(encounters.open_encounter, encounter_id=encounter, patient_id=patient), actor)
    diagnosis = find("F32.1")
    assert diagnosis is not None
    written = signing.Written(
        "follow-up", sections={"plan": "Igual."}, conditions=(ConditionChange(diagnosis),),
        scales=(GivenScale(new_id(), "phq9", dict.fromkeys(range(1, 10), 1)),), risk=RiskAnswer(True, "Juana Brito"),
        prescription=(PrescriptionLine(new_id(), None, "Pasiflora", read_dose("1-0-1"), 30, units=60),),
    )  # fmt: skip
    vault.do(partial(signing.sign_note, encounter_id=encounter, note_id=new_id(), written=written), actor)
    return patient


@pytest.fixture(scope="module")
def english() -> set[str]:
    return msgids()


@pytest.fixture
def shown(office: Office, qtbot: Any) -> Callable[..., Any]:
    def build(kind: Any, **what: Any) -> Any:
        page = kind(office, **what)
        qtbot.addWidget(page)
        page.resize(*SMALL)
        page.show()
        QApplication.processEvents()
        return page

    return build


def words_of(page: QWidget) -> set[str]:
    parts = [page, *page.findChildren(QWidget)]
    told = {said(w) for w in parts} | {w.accessibleName() for w in parts} | {w.toolTip() for w in parts}
    told |= {w.accessibleDescription() for w in parts} | {page.windowTitle()}
    for box in page.findChildren(QComboBox):
        told |= {box.itemText(at) for at in range(box.count())}
    for view in page.findChildren(QAbstractItemView):
        model = view.model()
        if model is not None:
            told |= {str(model.headerData(c, Qt.Orientation.Horizontal)) for c in range(model.columnCount())}
    return {words.replace("&", "") for words in told}


def faults(page: QWidget, english: set[str]) -> list[str]:
    found = [f"English: {words}" for words in words_of(page) & english]
    found += [f"markup: {w.text()}" for w in page.findChildren(QLabel) if w.textFormat() is not Qt.TextFormat.PlainText]
    found += [
        f"nameless: {type(w).__name__}"
        for w in focusable(page)
        if not (w.accessibleName() or said(w)) and not isinstance(w, QAbstractItemView | QScrollArea)
    ]
    if isinstance(page, Sheet):
        needs = page.minimumSizeHint()
        if needs.width() > SMALL[0] or needs.height() > SMALL[1]:
            found.append(f"too large: {needs.width()} x {needs.height()}")
    return found


def close_all() -> None:
    while (sheet := dialogs.front()) is not None:
        sheet.done(0)
        QApplication.processEvents()


def test_every_sheet_beside_the_note_is_whole_in_a_small_window_and_spanish(
    office: Office, shown: Callable[..., Any], person: str, english: set[str]
) -> None:
    chart = shown(ChartScreen, patient_id=person)
    wrong = {"chart": faults(chart, english)}
    for deed in slots.chart_deeds:
        deed.act(office, PatientId(person), None, chart)
        QApplication.processEvents()
        sheet = dialogs.front()
        if office.went is not None:
            # A page of its own, which is looked at as such.
            office.went = None
            continue
        assert isinstance(office.voice, RememberingVoice)
        if sheet is None and office.voice.notices:
            # It has nothing to do for this person, and says so.
            office.voice.notices.clear()
            continue
        assert sheet is not None, deed.title
        wrong[deed.title] = faults(sheet, english)
        close_all()
    assert {title: found for title, found in wrong.items() if found} == {}


def test_every_sheet_of_the_open_consultation_is_whole_in_a_small_window_and_spanish(
    shown: Callable[..., Any], person: str, english: set[str]
) -> None:
    page = shown(ConsultScreen, patient_id=person)
    page.prescription.repeat()
    wrong = {"consultation": faults(page, english)}
    page.writing.mental.click()
    opens = {
        "about": page._tell_about, "goals": page.goals.ask, "agreed": page.plan.ask, "danger": page.risk.open,
        "questions": page.risk.ask, "plan": page.safety_plan.open, "steps": page.prescription.open_grid,
        "stop": page.prescription.open_stop, "scale": page.scale.pick, "source": page.scale._show_source,
        "mental": page.writing.mental.click, "phrases": page.writing.phrases.click, "apart": page.writing.apart.click,
        "course": page._enlarge, "wrong chart": page._wrong_chart, "also": page.also.click,
    }  # fmt: skip
    for name, act in opens.items():
        act()
        QApplication.processEvents()
        sheet = dialogs.front()
        assert sheet is not None, name
        wrong[name] = faults(sheet, english)
        close_all()
    assert {name: found for name, found in wrong.items() if found} == {}


def test_every_sheet_of_rights_is_whole_in_a_small_window_and_spanish(
    shown: Callable[..., Any], person: str, english: set[str]
) -> None:
    page = shown(PersonRights, patient_id=person)
    wrong = {"page": faults(page, english)}
    for button in (page.own_data, page.complain, page.ask):
        button.click()
        QApplication.processEvents()
        sheet = dialogs.front()
        assert sheet is not None, button.text()
        wrong[button.text()] = faults(sheet, english)
        close_all()
    assert {name: found for name, found in wrong.items() if found} == {}
