"""Prescriptions: signed lines, their folio, what the person is on, and what ends it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import handing, prescriptions
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyStopped,
    DoseMissing,
    MedicineMissing,
    UnitsMissing,
)
from clinic_desktop.features.medication.rules.shelf import UnitsImplausible
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.numbers import is_whole
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, ReasonMissing
from tests.medication.counter import Counter


def current(counter: Counter) -> dict[str, prescriptions.CurrentMedicine]:
    lines = counter.ask(partial(prescriptions.current_medicines, patient_id=counter.patient))
    return {line.request_id: line for line in lines}


def test_a_prescription_counts_its_units_and_gets_one_folio(counter: Counter) -> None:
    note, first, second = new_id(), new_id(), new_id()
    lines = [
        PrescriptionLine(first, counter.fluoxetine, None, read_dose("1-0-½"), 30),
        PrescriptionLine(second, None, "tila", None, 7, units=7, instructions_text="una taza en la noche"),
    ]
    use_case = partial(prescribing.prescribe, patient_id=counter.patient, lines=lines, note_id=note)
    folio = counter.do(use_case)
    assert is_whole(folio)
    assert counter.do(use_case) == folio, "signing twice prescribes once"
    written = {line.request_id: line for line in counter.ask(partial(prescriptions.prescribed_in, note_id=note))}
    assert written[first].units == 45
    assert written[first].dose_said == "1 capsule in the morning and ½ capsule at night"
    assert written[second].name == "tila"
    assert {line.folio for line in written.values()} == {folio}


def test_nothing_prescribed_is_no_prescription(counter: Counter) -> None:
    assert counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[], note_id=new_id())) is None


@pytest.mark.parametrize(
    ("dose", "days", "more", "error"),
    [
        ("", 30, {}, DoseMissing),
        ("1-0-0", 30, {"units": 0}, UnitsImplausible),
        ("1-0-0", 30, {"units": 10**9}, UnitsImplausible),
    ],
)
def test_an_unclear_line_is_refused(counter: Counter, dose: str, days: int, more: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        counter.prescribe(dose, days, **more)


def test_bottles_are_counted_by_the_prescriber(counter: Counter) -> None:
    syrup = counter.product("valproato", "200 mg/mL", Unit.BOTTLE, 1)
    with pytest.raises(UnitsMissing):
        counter.prescribe("5-0-5", 30, product=syrup)
    request_id = counter.prescribe("5-0-5", 30, product=syrup, units=2)
    assert current(counter)[request_id].dose_said == "5 mL in the morning and 5 mL at night"


def test_a_line_names_one_medicine(counter: Counter) -> None:
    for presentation_id, words in ((None, None), (None, "  "), (counter.fluoxetine, "fluoxetina")):
        line = PrescriptionLine(new_id(), presentation_id, words, read_dose("1-0-0"), 30)
        with pytest.raises(MedicineMissing):
            counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[line], note_id=None))


def test_a_new_prescription_of_a_medicine_takes_the_place_of_the_old(counter: Counter, clock: StillClock) -> None:
    counter.prescribe("1-0-0")
    clock.advance(days=28)
    newest = counter.prescribe("2-0-0")
    assert list(current(counter)) == [newest]


def test_a_medicine_whose_days_are_over_is_kept_for_a_repeat(counter: Counter, clock: StillClock) -> None:
    request_id = counter.prescribe("1-0-0", 30)
    clock.advance(days=29)
    assert current(counter)[request_id].running
    clock.advance(days=1)
    assert not current(counter)[request_id].running


def test_a_stopped_medicine_is_no_longer_current_and_is_stopped_once(counter: Counter) -> None:
    request_id = counter.prescribe()
    stop = partial(prescribing.stop_medicine, request_id=request_id)
    with pytest.raises(ReasonMissing):
        counter.do(partial(stop, reason=" "))
    counter.do(partial(stop, reason="le da sueño"))
    assert current(counter) == {}
    with pytest.raises(AlreadyStopped):
        counter.do(partial(stop, reason="otra vez"))


def test_only_a_prescriber_prescribes(counter: Counter, vault: Vault) -> None:
    psychologist = Actor(new_id(), "Lic. Sam", frozenset({Permission.SIGN_NOTES, Permission.READ_CHART}))
    line = PrescriptionLine(new_id(), counter.fluoxetine, None, read_dose("1-0-0"), 30)
    for use_case in (
        partial(prescribing.prescribe, patient_id=counter.patient, lines=[line], note_id=None),
        partial(prescribing.stop_medicine, request_id=new_id(), reason="x"),
    ):
        with pytest.raises(NotAllowed):
            vault.do(use_case, psychologist)


def test_reception_reads_no_medicine(counter: Counter, vault: Vault) -> None:
    reception = Actor(new_id(), "Ana", frozenset({Permission.RECEPTION, Permission.SEE_DAY, Permission.SEE_PATIENTS}))
    counter.prescribe()
    questions: list[Callable[..., Any]] = [
        partial(prescriptions.current_medicines, patient_id=counter.patient),
        handing.to_dispense,
        partial(handing.owed_to, patient_id=counter.patient),
    ]
    for question in questions:
        with pytest.raises(NotAllowed):
            vault.ask(question, reception)
