"""What the rule of a controlled medicine says where it is prescribed and where it is handed out."""

from datetime import date, timedelta
from functools import partial

import pytest

from clinic_desktop.features.medication.letters.prescription import prescription_paper
from clinic_desktop.features.medication.queries import formulary
from clinic_desktop.features.medication.rules.book import OwnWitness
from clinic_desktop.features.medication.rules.controlled import (
    ControlWitnessMissing,
    MorePacksThanRule,
    RuleSaysNo,
    exceeds_packs,
    not_valid,
    say_control,
)
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.service import dispensing, prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from tests.medication.counter import Counter, Do
from tests.medication.test_book import SOURCE, list_as_controlled
from tests.printing.reading import texts


@pytest.fixture
def product(counter: Counter, do: Do) -> str:
    made = counter.product("clonazepam", "2 mg", pack=30)
    counter.receive(300, lot="C1", product=made)
    return made


def test_without_a_witness_where_the_rule_wants_one_nothing_leaves(
    counter: Counter, do: Do, ask: Do, product: str
) -> None:
    list_as_controlled(do, product, witness_wanted=True)
    asked = counter.prescribe(product=product)
    with pytest.raises(ControlWitnessMissing):
        counter.give(asked, 30)
    with pytest.raises(OwnWitness):
        counter.give(asked, 30, receiver=Receiver(witness_name="Coordinación"))
    assert counter.balance(product).units == 300
    counter.give(asked, 10, witness="Rosa Ixcoy")
    counter.give(asked, 20, receiver=Receiver(document="2467 39012 1413", witness_name="Rosa Ixcoy"))
    said = ask(lambda r: r.plain("SELECT witness_name, receiver_document FROM medication_dispense ORDER BY units"))
    assert said == [("Rosa Ixcoy", None), ("Rosa Ixcoy", "2467 39012 1413")]
    assert counter.balance(product).units == 270


def test_a_paper_of_another_day_is_typed_as_it_left(counter: Counter, do: Do, product: str, clock: StillClock) -> None:
    list_as_controlled(do, product, witness_wanted=True)
    line = dispensing.PaperLine(new_id(), product, 10)
    paper = partial(
        dispensing.dispense_from_paper,
        patient_id=counter.patient,
        folio="P-1",
        prescriber_text="Dra. Cua",
        lines=[line],
    )
    with pytest.raises(ControlWitnessMissing):
        do(paper)
    clock.advance(days=3)
    do(partial(paper, handed_on=date(2026, 11, 23)))
    assert counter.balance(product).units == 290


def test_after_its_days_or_its_fillings_it_is_asked_why_and_the_book_shows_it(
    counter: Counter, do: Do, product: str, clock: StillClock
) -> None:
    list_as_controlled(do, product, valid_days=30, most_fillings=1)
    asked = counter.prescribe(product=product, days=60)
    counter.give(asked, 20)
    with pytest.raises(RuleSaysNo) as again:
        counter.give(asked, 20, accept_early=True)
    assert "1 time" in again.value.sentence()
    assert SOURCE in again.value.sentence()
    counter.give(asked, 20, accept_early=True, control_reason="viene de lejos")
    assert "viene de lejos" in [movement.reason for movement in counter.movements(product)]
    clock.advance(days=31)
    with pytest.raises(RuleSaysNo) as late:
        counter.give(asked, 20, accept_early=True)
    assert "valid until 23-dec-2026" in late.value.sentence()


def test_the_line_beside_the_medicine_says_the_rule_and_its_source(do: Do, ask: Do, product: str) -> None:
    list_as_controlled(do, product, most_packs=2, valid_days=30, is_retained=True)
    control = ask(partial(formulary.control_of, presentation_id=product))
    assert say_control(control) == f"Controlled: Lista III · at most 2 boxes · valid 30 days · Source: {SOURCE}"
    assert "the pharmacy keeps the prescription" in say_control(control, at_counter=True)
    assert exceeds_packs(control, 61, 30)
    assert not exceeds_packs(control, 60, 30)
    assert not exceeds_packs(control, 600, None)
    assert not exceeds_packs(None, 600, 30)
    today = date(2026, 11, 23)
    assert not_valid(control, today - timedelta(days=30), 0, today) == ""
    assert not_valid(control, today - timedelta(days=31), 0, today)
    assert not_valid(None, today - timedelta(days=400), 9, today) == ""


def test_more_boxes_than_the_rule_allows_are_asked_about_over_all_lines_of_a_prescription(
    counter: Counter, do: Do, product: str
) -> None:
    list_as_controlled(do, product, most_packs=2)
    with pytest.raises(MorePacksThanRule) as asked:
        counter.prescribe("2-0-1", days=30, product=product)
    assert SOURCE in asked.value.sentence()
    lines = [PrescriptionLine(new_id(), product, None, read_dose("1-0-0"), days) for days in (40, 30)]
    prescribe = partial(prescribing.prescribe, patient_id=counter.patient, lines=lines, note_id=new_id())
    with pytest.raises(MorePacksThanRule):
        do(prescribe)
    assert do(partial(prescribe, **asked.value.again))
    assert counter.prescribe("1-0-0", days=30, product=product)


def test_the_prescription_on_paper_says_what_the_rule_asks(counter: Counter, do: Do, ask: Do, product: str) -> None:
    list_as_controlled(do, product, most_packs=2, valid_days=30)
    note_id = new_id()
    counter.prescribe(product=product, note=note_id)
    said = " ".join(texts(ask(partial(prescription_paper, note_id=note_id)).pdf()))
    assert "valid 30 days" in " ".join(said.split())
    assert SOURCE in " ".join(said.split())
