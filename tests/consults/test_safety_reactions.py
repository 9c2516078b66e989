"""Adverse reactions and allergies: noted in words, corrected by a new row, on a page that names nobody."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from clinic_desktop.features.consults.letters.reaction import reaction_page
from clinic_desktop.features.consults.queries import reactions as queries
from clinic_desktop.features.consults.rules.reactions import (
    Reaction,
    ReactionLineTooLong,
    ReactionMedicineMissing,
    ReactionMissing,
    ReactionOutcome,
    ReactionSeverity,
)
from clinic_desktop.features.consults.rules.story import StillToCome
from clinic_desktop.features.consults.screens.allergies import AllergiesSheet
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.reactions import ReactionsSheet, ask_reaction
from clinic_desktop.features.consults.service import reactions as service
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service import dispensing, prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.consents import (
    ConsentPurpose,
    ConsentWay,
    Said,
    Talk,
)
from clinic_desktop.features.patients.rules.patient import AllergyStatus
from clinic_desktop.features.patients.service import consents
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit import dialogs
from tests.printing.reading import texts

RASH = Reaction(None, "Carbamazepina", "Ronchas en todo el cuerpo")


@pytest.fixture
def note(do: Any, patient: str) -> Callable[..., str]:
    def make(reaction: Reaction = RASH, **more: Any) -> str:
        given = {"reaction_id": new_id(), "patient_id": patient} | more
        return do(partial(service.keep_reaction, reaction=reaction, **given))

    return make


def allergies(ask: Any, patient_id: str) -> tuple[AllergyStatus, tuple[str, ...]]:
    header = ask(partial(people.header, patient_id=PatientId(patient_id)))
    return header.allergy_status, header.allergies


def test_a_reaction_is_kept_once_and_goes_on_the_list_of_allergies_only_after_a_yes(
    note: Callable[..., str], ask: Any, patient: str
) -> None:
    same = new_id()
    note(reaction_id=same)
    note(reaction_id=same)
    assert len(ask(partial(queries.reactions, patient_id=patient))) == 1
    assert allergies(ask, patient) == (AllergyStatus.NOT_RECORDED, ())
    note(is_allergy=True)
    assert allergies(ask, patient) == (AllergyStatus.KNOWN, ("Carbamazepina",))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (Reaction(None, " ·", "x"), ReactionMedicineMissing),
        (Reaction(None, "litio", "  "), ReactionMissing),
        (Reaction(None, "l" * 20_000, "x"), ReactionLineTooLong),
        (Reaction(None, "litio", "x", began_on=PartialDate(2999)), StillToCome),
    ],
)
def test_half_a_reaction_or_one_still_to_come_is_refused(
    note: Callable[..., str], given: Reaction, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        note(given)


def test_a_correction_stands_beside_what_it_corrects_and_is_made_once(
    note: Callable[..., str], ask: Any, patient: str, register: Callable[..., str]
) -> None:
    first = note()
    note(Reaction(None, "Lamotrigina", "Ronchas"), amends_id=first)
    with pytest.raises(service.ReactionCorrectedMeanwhile):
        note(amends_id=first)
    with pytest.raises(service.ReactionOfSomebodyElse):
        note(patient_id=register("Otra"), amends_id=first)
    told = {(r.reaction.medicine, r.corrected) for r in ask(partial(queries.reactions, patient_id=patient))}
    assert told == {("Carbamazepina", True), ("Lamotrigina", False)}


def test_what_was_handed_here_is_offered_first_with_its_batch(
    do: Any, ask: Any, office: Any, open_screen: Any, patient: str, tablets: Callable[..., str]
) -> None:
    line = PrescriptionLine(new_id(), tablets("carbamazepina"), None, read_dose("1-0-0"), 10)
    do(partial(prescribing.prescribe, patient_id=patient, lines=[line], note_id=None))
    give = dispensing.Handout(new_id(), line.request_id, 10)
    do(partial(dispensing.dispense, patient_id=patient, handouts=[give]))
    chart = open_screen(ChartScreen, patient_id=patient)
    sheet = ask_reaction(office, PatientId(patient), None, chart)
    assert isinstance(sheet, ReactionsSheet)
    sheet.medicine.setText("carb")
    sheet.medicine.textEdited.emit("carb")
    assert sheet.medicine.take_best()
    assert (sheet.medicine.text(), sheet.lot.text()) == ("carbamazepina 20 mg — tablet", "L1")
    sheet.happened.setText("Ronchas")
    sheet.allergy.setChecked(True)
    sheet.keep.click()
    (kept,) = ask(partial(queries.reactions, patient_id=patient))
    assert (kept.reaction.presentation_id, kept.reaction.lot) == (line.presentation_id, "L1")
    assert allergies(ask, patient) == (AllergyStatus.KNOWN, ("carbamazepina",)), "by its generic name"


# -- the page


def words_on(ask: Any, reaction_id: str, receiver: str = "") -> str:
    made = ask(partial(reaction_page, reaction_id=reaction_id, receiver=receiver)).pdf()
    return " ".join(" ".join(texts(made)).split())


def test_the_page_names_nobody_and_without_a_yes_carries_no_number(
    note: Callable[..., str], ask: Any, do: Any, register: Callable[..., str]
) -> None:
    person = register("Ixquik", "Sicajau", birth=Birth(PartialDate(1990, 5, 1)))
    header = ask(partial(people.header, patient_id=PatientId(person)))
    kept = note(
        Reaction(
            None, "</para><b>Carbamazepina", "=Ronchas & fiebre", "L-7", PartialDate(2026, 10),
            ReactionSeverity.SEVERE, ReactionOutcome.RECOVERING, "Se suspendió",
        ),
        patient_id=person,
    )  # fmt: skip
    page = words_on(ask, kept)
    assert "</para><b>Carbamazepina" in page
    assert "=Ronchas & fiebre" in page
    assert "30 to 39 years" in page
    for secret in ("Ixquik", "Sicajau", header.number):
        assert secret not in page
    yes = [Said(ConsentPurpose.OTHER_SERVICE, True, "Autoridad de Salud")]
    talk = Talk(decided_on=ask(lambda asker: asker.today), way=ConsentWay.SIGNATURE)
    do(partial(consents.record_answers, patient_id=person, act_id=new_id(), answers=yes, talk=talk))
    assert header.number not in words_on(ask, kept, "Farmacia"), "a yes to one is no yes to another"
    agreed = words_on(ask, kept, "autoridad de salud")
    assert header.number in agreed
    assert "Sicajau" not in agreed


def test_a_page_of_little_and_one_of_very_much_print(note: Callable[..., str], ask: Any) -> None:
    assert "Not recorded" in words_on(ask, note())
    long = note(Reaction(None, "x" * 300, "Ronchas " * 2500, done="y " * 5000))
    assert "Ronchas" in words_on(ask, long)


# -- allergies by keyboard


@pytest.mark.parametrize("screen_class", [ConsultScreen, ChartScreen])
def test_one_key_opens_the_allergies_and_enter_adds_one(
    open_screen: Any, ask: Any, patient: str, screen_class: Any
) -> None:
    screen = open_screen(screen_class, patient_id=patient)
    QTest.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    sheet = dialogs.front()
    assert isinstance(sheet, AllergiesSheet)
    sheet.statuses[AllergyStatus.NONE_KNOWN].click()
    assert allergies(ask, patient) == (AllergyStatus.NONE_KNOWN, ())
    sheet.statuses[AllergyStatus.UNAVAILABLE].click()
    assert allergies(ask, patient) == (AllergyStatus.UNAVAILABLE, ())
    QTest.keyClicks(sheet.substance, "Penicilina <b>")
    QTest.keyClick(sheet.substance, Qt.Key.Key_Return)
    QTest.keyClicks(sheet.reaction, "ronchas")
    QTest.keyClick(sheet.reaction, Qt.Key.Key_Return)
    assert allergies(ask, patient) == (AllergyStatus.KNOWN, ("Penicilina <b>",))
    assert sheet.statuses == {}, "while one stands on the list nothing else can be said"
    sheet.close()
