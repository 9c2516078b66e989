"""Handing out: first-expiring-first, never twice, never more than is there or is owed."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from clinic_desktop.features.medication.queries import handed, handing, papers, proof, shelf
from clinic_desktop.features.medication.queries.owed import owed_now
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyHandedOut,
    AlreadyJoined,
    FolioIsOurs,
    FolioMissing,
    LotExpired,
    MoreThanOwed,
    NotFirstExpiring,
    NotInFormulary,
    NotThereThatDay,
    NotTheseLots,
    OfSomebodyElse,
    OtherProduct,
    PaperServed,
    PrescriberMissing,
    StillCovered,
    StoppedMeanwhile,
)
from clinic_desktop.features.medication.rules.shelf import NotEnough, UnitsImplausible
from clinic_desktop.features.medication.service import correcting, dispensing, prescribing
from clinic_desktop.features.medication.service.dispensing import Handout, PaperLine
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work
from tests.medication.counter import Counter


def owed(counter: Counter) -> dict[str, int]:
    items = counter.ask(partial(handing.owed_to, patient_id=counter.patient))
    return {item.line.request_id: item.owed for item in items}


def paper(counter: Counter, units: int = 30, folio: str = "R-77", days: int | None = None, **more: Any) -> str:
    line = PaperLine(new_id(), counter.fluoxetine, units, days)
    use_case = partial(
        dispensing.dispense_from_paper,
        patient_id=counter.patient,
        folio=folio,
        prescriber_text="Dr. Pu",
        lines=[line],
        **more,
    )
    counter.do(use_case)
    return line.dispense_id


def test_the_lot_that_expires_first_is_emptied_first(counter: Counter) -> None:
    counter.receive(222, "B0090", date(2027, 9, 30))
    counter.receive(18, "A1123", date(2027, 3, 31))
    request_id = counter.prescribe()
    assert owed(counter) == {request_id: 30}
    counter.give(request_id, 30)
    assert counter.lots() == {"A1123": 0, "B0090": 210}
    assert owed(counter) == {}
    assert counter.ask(proof.check_sums) == ()


def test_a_double_enter_hands_out_once(counter: Counter) -> None:
    counter.receive(60)
    request_id, dispense_id = counter.prescribe(), new_id()
    for _ in range(2):
        counter.give(request_id, 30, dispense_id)
    assert counter.balance().units == 30


def test_what_was_not_given_is_still_owed(counter: Counter, clock: StillClock) -> None:
    counter.receive(18)
    request_id = counter.prescribe()
    counter.give(request_id, 18)
    assert owed(counter) == {request_id: 12}
    counter.receive(60, "A2")
    clock.advance(days=2)
    counter.give(request_id, 12)
    assert owed(counter) == {}
    with pytest.raises(AlreadyHandedOut):
        counter.give(request_id, 1)


def test_nobody_gets_more_than_was_prescribed(counter: Counter) -> None:
    counter.receive(60)
    request_id = counter.prescribe()
    with pytest.raises(MoreThanOwed):
        counter.give(request_id, 31)
    for units in (0, -1, 10**9):
        with pytest.raises(UnitsImplausible):
            counter.give(request_id, units)
    assert counter.balance().units == 60


def test_two_dispensers_of_the_last_box_the_second_is_told_what_is_left(counter: Counter, vault: Vault) -> None:
    counter.receive(40)
    first, second = counter.prescribe(note=new_id()), None
    other = PatientId(new_id())
    counter.do(partial(patients.register, patient_id=other, details=Details(given_names="Pedro")))
    line = PrescriptionLine(new_id(), counter.fluoxetine, None, read_dose("1-0-0"), 30)
    counter.do(partial(prescribing.prescribe, patient_id=other, lines=[line], note_id=None))
    second = partial(dispensing.dispense, patient_id=other, handouts=[Handout(new_id(), line.request_id, 30)])
    counter.give(first, 30)
    colleague = Actor(new_id(), "Mateo", frozenset({Permission.DISPENSE}))
    with pytest.raises(NotEnough) as told:
        vault.do(second, colleague)
    assert told.value.sentence() == "fluoxetina: only 10 can be given now. Nothing was handed out."
    assert counter.balance().units == 10


def test_all_lines_are_handed_out_or_none(counter: Counter) -> None:
    counter.receive(60)
    empty = counter.product("biperideno", "2 mg")
    lines = [
        PrescriptionLine(new_id(), product, None, read_dose("1-0-0"), 30) for product in (counter.fluoxetine, empty)
    ]
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=lines, note_id=new_id()))
    handouts = [Handout(new_id(), line.request_id, 30) for line in lines]
    with pytest.raises(NotEnough):
        counter.do(partial(dispensing.dispense, patient_id=counter.patient, handouts=handouts))
    assert counter.balance().units == 60


def test_expired_units_are_never_given_and_never_make_a_shelf_look_full(counter: Counter, clock: StillClock) -> None:
    counter.receive(40, "C204", date(2027, 2, 28))
    clock.advance(days=97)
    assert counter.balance().usable == 40, "28 February is its last day"
    clock.advance(days=1)
    request_id = counter.prescribe()
    balance = counter.balance()
    assert (balance.units, balance.usable, balance.expired) == (40, 0, 40)
    product = counter.ask(partial(shelf.presentation, presentation_id=counter.fluoxetine))
    assert product.shelf == "0 usable (40 expired)"
    with pytest.raises(NotEnough):
        counter.give(request_id, 30)
    lot = counter.ask(partial(shelf.lots, presentation_id=counter.fluoxetine))[0].lot.lot_id
    counter.receive(30, "D1", date(2028, 2, 29))
    with pytest.raises(LotExpired):
        counter.give(request_id, 30, lots=((lot, 30),), lot_reason="era el que había")


def test_another_lot_than_the_first_to_expire_needs_a_reason(counter: Counter) -> None:
    counter.receive(60, "A1", date(2027, 6, 30))
    counter.receive(60, "B1", date(2027, 12, 31))
    lots = {
        row.lot.lot_number: row.lot.lot_id
        for row in counter.ask(partial(shelf.lots, presentation_id=counter.fluoxetine))
    }
    request_id = counter.prescribe()
    with pytest.raises(NotFirstExpiring):
        counter.give(request_id, 30, lots=((lots["B1"], 30),))
    with pytest.raises(NotTheseLots):
        counter.give(request_id, 30, lots=((lots["B1"], 29),), lot_reason="caja abierta")
    with pytest.raises(NotEnough):
        counter.give(request_id, 30, lots=((lots["B1"], 61),), lot_reason="caja abierta")
    counter.give(request_id, 30, lots=((lots["B1"], 30),), lot_reason="caja abierta")
    assert counter.lots() == {"A1": 60, "B1": 30}
    assert [m.reason for m in counter.movements() if m.units < 0] == ["caja abierta"]


def test_a_second_handing_out_inside_the_covered_days_asks_and_names_the_first(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(200)
    counter.give(counter.prescribe(), 30)
    clock.advance(days=10)
    second, dispense_id = counter.prescribe(), new_id()
    with pytest.raises(StillCovered) as asked:
        counter.give(second, 30, dispense_id)
    assert asked.value.sentence() == (
        "fluoxetina was handed out on 23-nov-2026 and lasts until 23-dec-2026. Hand it out all the same?"
    )
    counter.give(second, 30, dispense_id, accept_early=asked.value.again["accept_early"])
    assert counter.balance().units == 140


def test_every_medicine_that_is_early_or_short_is_asked_about_by_its_own_name(counter: Counter) -> None:
    strong = counter.product("sertralina", "50 mg")
    for product in (counter.fluoxetine, strong):
        counter.receive(200, product=product)
        counter.give(counter.prescribe(product=product), 30)
    handouts = [Handout(new_id(), counter.prescribe(product=one), 30) for one in (counter.fluoxetine, strong)]
    give = partial(dispensing.dispense, patient_id=counter.patient, handouts=handouts)
    named: list[str] = []
    for _twice in range(2):
        with pytest.raises(StillCovered) as asked:
            counter.do(give)
        named.append(asked.value.facts["medicine"])
        give = partial(give, **asked.value.again)
    assert named == ["fluoxetina", "sertralina"]
    counter.do(give)
    assert counter.balance(strong).units == 140


def test_a_handing_out_asks_little_of_the_vault(counter: Counter, vault: Vault, actor: Actor) -> None:
    for n in range(12):
        counter.receive(30, f"L{n}", date(2027, 6, 1 + n))
    request_id = counter.prescribe("2-2-2", 60)
    asked: list[int] = []
    for units in (10, 300):
        told: list[str] = []

        def counted(work: Work, told: list[str] = told, units: int = units) -> None:
            connection = work.session.connection()

            def note(*about: Any) -> None:
                told.append(about[2])

            event.listen(connection, "before_cursor_execute", note)
            dispensing.dispense(work, counter.patient, [Handout(new_id(), request_id, units)])
            event.remove(connection, "before_cursor_execute", note)

        vault.do(counted, actor)
        asked.append(len(told))
    assert asked[0] <= 15, "one medicine from one lot"
    assert asked[1] - asked[0] <= 1 + 2 * 10, "a further lot costs its movement, and whether it was counted since"


def test_on_the_day_the_last_units_are_taken_nothing_is_asked(counter: Counter, clock: StillClock) -> None:
    counter.receive(200)
    counter.give(counter.prescribe(), 30)
    clock.advance(days=30)
    counter.give(counter.prescribe(), 30)


def test_two_strengths_of_one_prescription_do_not_warn_of_each_other(counter: Counter) -> None:
    strong = counter.product("fluoxetina", "40 mg")
    counter.receive(60)
    counter.receive(60, product=strong)
    lines = [
        PrescriptionLine(new_id(), product, None, read_dose("1-0-0"), 30) for product in (counter.fluoxetine, strong)
    ]
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=lines, note_id=new_id()))
    handouts = [Handout(new_id(), line.request_id, 30) for line in lines]
    counter.do(partial(dispensing.dispense, patient_id=counter.patient, handouts=handouts))
    assert counter.balance(strong).units == 30


def test_a_prescription_is_given_to_its_person_and_not_after_it_was_stopped(counter: Counter) -> None:
    counter.receive(60)
    request_id = counter.prescribe()
    handout = Handout(new_id(), request_id, 30)
    with pytest.raises(OfSomebodyElse):
        counter.do(partial(dispensing.dispense, patient_id=new_id(), handouts=[handout]))
    counter.do(partial(prescribing.stop_medicine, request_id=request_id, reason="le da sueño"))
    with pytest.raises(StoppedMeanwhile):
        counter.give(request_id, 30)
    assert owed(counter) == {}


def test_a_medicine_in_free_words_is_not_handed_out(counter: Counter) -> None:
    line = PrescriptionLine(new_id(), None, "tila", None, 7, 7, "una taza")
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[line], note_id=None))
    with pytest.raises(NotInFormulary):
        counter.give(line.request_id, 7)
    assert counter.ask(handing.to_dispense) == ()


def test_the_list_of_the_day_names_who_has_something_to_collect(counter: Counter, clock: StillClock) -> None:
    counter.receive(200)
    request_id = counter.prescribe()
    people = counter.ask(handing.to_dispense)
    assert [(p.said, [i.line.name for i in p.lines]) for p in people] == [("CETO MARCOS, Elena", ["fluoxetina"])]
    clock.advance(days=1)
    assert counter.ask(handing.to_dispense) == ()
    assert owed(counter) == {request_id: 30}, "she may come tomorrow"
    clock.advance(days=29)
    assert owed(counter) == {}, "but not when its days are over"


def test_nobody_calls_out_the_name_of_somebody_who_died(counter: Counter, clock: StillClock) -> None:
    counter.receive(200)
    counter.give(counter.prescribe(), 10)
    counter.prescribe("1-0-1", 28, days_per_pickup=7)
    died = partial(patients.mark_died, patient_id=counter.patient, died_on=PartialDate(2026, 11, 23))
    assert counter.ask(handing.to_dispense)
    counter.do(died)
    assert counter.ask(handing.to_dispense) == ()
    clock.advance(days=8)
    assert counter.ask(handing.to_dispense) == ()
    assert counter.ask(owed_now) == ()


def test_a_paper_prescription_is_served_by_its_folio_and_asked_about_the_second_time(counter: Counter) -> None:
    counter.receive(100)
    paper(counter)
    with pytest.raises(PaperServed):
        paper(counter)
    assert counter.balance().units == 70
    assert {m.document for m in counter.movements() if m.units < 0} == {"R-77"}
    with pytest.raises(FolioMissing):
        paper(counter, folio=" ")
    blank = partial(
        dispensing.dispense_from_paper, patient_id=counter.patient, folio="X", prescriber_text=" ", lines=[]
    )
    with pytest.raises(PrescriberMissing):
        counter.do(blank)


def test_a_paper_that_says_its_days_covers_them(counter: Counter) -> None:
    counter.receive(100)
    paper(counter, days=30)
    with pytest.raises(StillCovered):
        counter.give(counter.prescribe(), 30)


def test_a_paper_of_a_day_on_which_there_was_less_is_told_so_with_the_day(counter: Counter, clock: StillClock) -> None:
    counter.receive(10)
    yesterday = clock.now().date()
    clock.advance(days=1)
    counter.receive(90, "B1")
    with pytest.raises(NotThereThatDay) as told:
        paper(counter, 30, handed_on=yesterday)
    assert "on 23-nov-2026 only 10" in told.value.sentence()
    counter.give(counter.prescribe(), 10)
    assert counter.lots() == {"A1": 0, "B1": 90}
    with pytest.raises(NotThereThatDay):
        paper(counter, 1, handed_on=yesterday, accept_early=True)


def test_a_paper_typed_late_never_makes_a_day_in_between_fall_below_nothing(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(30)
    first = clock.now().date()
    clock.advance(days=1)
    given = counter.give(counter.prescribe(), 30)
    clock.advance(days=1)
    back = partial(correcting.take_back, return_id=new_id(), dispense_id=given, units=30, reason="no lo tomó")
    counter.do(back)
    assert counter.lots() == {"A1": 30}
    with pytest.raises(NotThereThatDay):
        paper(counter, 30, handed_on=first, accept_early=True)
    paper(counter, 30, handed_on=clock.now().date(), accept_early=True)


def test_a_folio_of_this_program_is_served_from_the_person(counter: Counter) -> None:
    counter.receive(100)
    request_id = counter.prescribe()
    folio = counter.ask(partial(handing.request_line, request_id=request_id)).line.folio
    for typed in (folio, folio.replace("-", " ").lower(), folio[:-2].replace("0", "O")):
        with pytest.raises(FolioIsOurs) as told:
            paper(counter, folio=typed)
        assert folio in told.value.sentence()


def test_a_paper_joined_to_the_prescription_typed_later_is_not_owed_again(counter: Counter) -> None:
    counter.receive(100)
    dispense_id = paper(counter)
    request_id = counter.prescribe()
    counter.do(partial(dispensing.join_paper, dispense_id=dispense_id, request_id=request_id))
    counter.do(partial(dispensing.join_paper, dispense_id=dispense_id, request_id=request_id))
    assert owed(counter) == {}
    other = counter.prescribe()
    with pytest.raises(AlreadyJoined):
        counter.do(partial(dispensing.join_paper, dispense_id=dispense_id, request_id=other))


def test_what_was_joined_counts_for_its_own_prescription_and_warns_before_another(counter: Counter) -> None:
    counter.receive(200)
    dispense_id, request_id = paper(counter, 10, days=10), counter.prescribe()
    counter.do(partial(dispensing.join_paper, dispense_id=dispense_id, request_id=request_id))
    rest = counter.give(request_id, 20)
    (told,) = counter.ask(partial(handed.handed_out, dispense_ids=[rest]))
    assert (told.owed, told.days) == (0, 20)
    with pytest.raises(StillCovered) as asked:
        counter.give(counter.prescribe(), 30)
    assert asked.value.facts["until"] == "23-dec-2026"


def test_a_paper_of_another_strength_is_asked_about_though_units_and_days_fit(counter: Counter) -> None:
    strong = counter.product("fluoxetina", "40 mg")
    counter.receive(100)
    dispense_id, request_id = paper(counter), counter.prescribe(product=strong)
    (served,) = counter.ask(papers.served_papers)
    assert not served.fit(served.candidates[0]).is_good
    with pytest.raises(OtherProduct) as asked:
        counter.do(partial(dispensing.join_paper, dispense_id=dispense_id, request_id=request_id))
    assert "20 mg" in asked.value.sentence() and "40 mg" in asked.value.sentence()


def test_a_stopped_line_is_no_longer_called_owed_on_a_receipt_printed_again(counter: Counter) -> None:
    counter.receive(100)
    request_id = counter.prescribe()
    first = counter.give(request_id, 10)
    counter.do(partial(prescribing.stop_medicine, request_id=request_id, reason="le da sueño"))
    (told,) = counter.ask(partial(handed.handed_out, dispense_ids=[first]))
    assert told.owed == 0
