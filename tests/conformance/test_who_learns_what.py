"""What each role may learn below the screens: every query and every paper is asked by those who treat nobody."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLabel, QLineEdit, QWidget

from clinic_desktop.app import house, wiring
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, Diagnosis
from clinic_desktop.features.consults.rules.sections import SECTIONS
from clinic_desktop.features.consults.rules.violence import ViolenceSaid, ViolenceTold
from clinic_desktop.features.consults.screens import slots
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.consults.service.diagnoses import change_condition
from clinic_desktop.features.consults.service.risk import keep_assessment
from clinic_desktop.features.consults.service.violence import keep_violence_answer
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.rights.rules.kinds import ComplaintStepKind
from clinic_desktop.features.rights.service import complaints
from clinic_desktop.features.settings import service as settings
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.conformance import reserved
from tests.conformance.asking import answers, printed

scene, vault_folder, told_once = reserved.scene, reserved.vault_folder, reserved.told_once

ROLES = {role.code: role.permissions for role in FIRST_ROLES}
TREAT_NOBODY = ("receptionist", "community-worker", "transcriber", "data-manager", "auditor")
CLINICAL = (reserved.NOTED, "fluoxetina", "phq", "F32.1", "1-0-0", "Fuma tuza", "chained")
"""What was written, prescribed, measured, found and answered of the person of the scene."""
OF_NOBODY = {
    f"medication.queries.{name}"
    for name in (
        "counts.to_count", "disposals.lots_here", "donor_report.donor_report", "formulary.formulary",
        "formulary.formulary_row", "history.stock_course", "ordering.proposal_of", "ordering.proposals",
        "shelf.presentation", "shelf.presentations", "shelf.stock",
    )
} | {"medication.donor_report.donor_paper", "medication.stock_picture.stock_paper"}  # fmt: skip
"""The shelf, the list, orders and gifts, which have medicines and no people."""
OF_A_PERSON = ("person-rights",)
APART = "Lo que pasó en el ochenta y dos"


def test_who_treats_nobody_learns_no_reason_no_medicine_and_no_diagnosis(vault: Vault, scene: reserved.Scene) -> None:
    for role in TREAT_NOBODY:
        actor = Actor(new_id(), "Ana", ROLES[role])
        for name, words in (*answers(vault, actor, scene), *printed(vault, actor, scene)):
            told = {one for one in CLINICAL if one.casefold() in words.casefold()}
            if name in OF_NOBODY:
                told = told - {"fluoxetina"} | {one for one in reserved.TOLD if one.casefold() in words.casefold()}
            assert not told, f"{role} learns {told} from {name}"


def shown_on(page: QWidget) -> str:
    """Every word that can be read or heard on it."""
    words: list[str] = []
    for widget in page.findChildren(QWidget):
        words += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            words.append(widget.text())
        if isinstance(widget, QAbstractItemView):
            rows = widget.model()
            cells = [rows.index(r, c) for r in range(rows.rowCount()) for c in range(rows.columnCount())]
            words += [str(cell.data(role)) for cell in cells for role in READ_OR_HEARD]
    return "\n".join(words)


READ_OR_HEARD = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


@pytest.mark.parametrize("role", ["receptionist", "community-worker"])
def test_no_screen_of_the_desk_or_of_the_villages_tells_why_somebody_comes(
    vault: Vault, scene: reserved.Scene, qapp: QApplication, qtbot: Any, role: str
) -> None:
    house.furnish()
    office = Office(vault, Actor(new_id(), "Ana", ROLES[role]), voice=RememberingVoice(), immediate=True)
    mine = [place for place in house.places() if not place.permissions or office.may(*place.permissions)]
    assert {"today", "persons", "person-rights"} <= {place.code for place in mine}
    for place in mine:
        page = place.build(office, **({"patient_id": scene.patient_id} if place.code in OF_A_PERSON else {}))
        qtbot.addWidget(page)
        page.show()
        said = shown_on(page).casefold()
        assert not [one for one in (*CLINICAL, "risk", "danger", "diagnos") if one.casefold() in said], place.code
        page.close()
    office.close()


def test_what_was_told_apart_is_in_no_paper_and_in_nothing_a_letter_is_made_of(
    vault: Vault, do: Any, actor: Actor, scene: reserved.Scene
) -> None:
    wiring.fill()
    apart = {code: APART for code, section in SECTIONS.items() if section.restricted}
    opening = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=scene.patient_id)
    written = signing.Written("follow-up", sections={"plan": "Caminar", **apart})
    do(partial(signing.sign_note, encounter_id=do(opening), note_id=new_id(), written=written))
    told = ViolenceTold(ViolenceSaid.YES, asked_alone=True)
    do(partial(keep_violence_answer, told=told, answer_id=new_id(), patient_id=scene.patient_id))
    telling = {name for name, words in printed(vault, actor, scene) if APART in words or "iolence" in words}
    assert telling == set()
    reading = {name for name, words in answers(vault, actor, scene) if APART in words}
    assert reading, "those who read the chart do read it"
    letters = {"referrals.queries.material", "consults.queries.sheet.sheet_blocks", "rights.queries.own_data.own_data"}
    assert not reading & letters


def test_nobody_who_may_not_open_a_reserved_record_writes_into_it_by_an_id(
    vault: Vault, do: Any, scene: reserved.Scene
) -> None:
    who, (request_id, *_others) = scene.patient_id, scene.values["request_id"]
    reserved.restrict(do, scene)
    outsider = Actor(new_id(), "Ana", reserved.EVERYTHING_ELSE)
    line = PrescriptionLine(new_id(), None, "Pasiflora", read_dose("1-0-0"), 30, units=30)
    change = ConditionChange(Diagnosis("F32.1", "Depresión", ""))
    acts: list[Any] = [
        partial(prescribing.stop_medicine, request_id=request_id, reason="x"),
        partial(prescribing.prescribe, patient_id=who, lines=[line], note_id=None),
        partial(change_condition, change=change, patient_id=who, occurred_on=reserved.TODAY, encounter_id=new_id()),
        partial(keep_assessment, assessment=None, patient_id=who, encounter_id=None),
        partial(
            complaints.add_step, step_id=new_id(), complaint_id=scene.values["complaint_id"],
            kind=ComplaintStepKind.ANSWERED, words="x",
        ),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(restricted.ReservedRecord):
            vault.do(act, outsider)


STAY_OR_GO_TO_COLLEAGUES = {
    "agenda.day.clinicians_list", "agenda.day.desk_list", "consults.trend.trend_paper",
    "patients.consents.consent_paper", "patients.consents.paper_of_act", "patients.consents.withdrawal_paper",
    "referrals.referral.again", "referrals.referral.kept_letter", "referrals.referral.new_letter",
}  # fmt: skip
"""Papers with a name and the clinic's own letterhead, whatever it says: the folder's, the consent itself, letters."""


def test_no_paper_that_is_carried_home_names_a_person_together_with_mental_health(
    vault: Vault, do: Any, actor: Actor, scene: reserved.Scene
) -> None:
    do(partial(settings.choose, key="letterhead_name", value="Clínica de Salud Mental"))
    made = list(printed(vault, actor, scene))
    telling = {name for name, words in made if "Salud Mental" in words and reserved.GIVEN in words}
    assert telling <= STAY_OR_GO_TO_COLLEAGUES
    carried = {"medication.prescription.prescription_paper", "rights.wishes.wishes_paper", "rights.receipt.receipt"}
    assert carried <= {name for name, _words in made}


def test_no_paper_that_tells_of_care_goes_home_unasked() -> None:
    """A telephone of one's own does not say who opens the bag. The card tells a day only."""
    house.furnish()
    assert [paper.title for paper in slots.signed_papers if not paper.always_ask] == ["Appointment card"]
