"""An injection and the shelf: the ampoule leaves it once, with the same stroke, and only if it was ours."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import handing, injections, proof
from clinic_desktop.features.medication.rules.courses import read_course, units_of
from clinic_desktop.features.medication.rules.kinds import Form, Route, Unit
from clinic_desktop.features.medication.rules.refusals import AlreadyHandedOut, GivenAlready, NoDepot
from clinic_desktop.features.medication.rules.shelf import NotEnough
from clinic_desktop.features.medication.service import administering, formulary, prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.ids import new_id
from tests.medication.counter import Counter


def ampoule(counter: Counter, strength: str = "50 mg/mL") -> str:
    new = formulary.NewPresentation(
        "haloperidol decanoato", Form.AMPOULE, strength, Unit.AMPOULE, 1, Route.INTRAMUSCULAR
    )
    return counter.do(partial(formulary.add_presentation, new=new))


def prescribe(counter: Counter, product: str, dose: str = "1 c/28d", days: int = 84) -> str:
    line = PrescriptionLine(new_id(), product, None, read_course(dose, days), days)
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[line], note_id=new_id()))
    return line.request_id


def give(counter: Counter, request_id: str, days_ago: int = 0, **more: Any) -> str:
    given = partial(
        administering.give_injection, administration_id=more.pop("administration_id", None) or new_id(),
        request_id=request_id, given_on=today(counter) - timedelta(days=days_ago),
    )  # fmt: skip
    counter.do(partial(given, **more))
    return given.keywords["administration_id"]


def today(counter: Counter) -> date:
    return counter.ask(lambda asker: asker.today)


def left(counter: Counter, product: str) -> int:
    assert counter.ask(proof.check_sums) == ()
    return counter.balance(product).units


def depots(counter: Counter) -> tuple[injections.Depot, ...]:
    return counter.ask(partial(injections.depots, patient_id=counter.patient))


def test_an_ampoule_of_ours_leaves_the_shelf_once_and_is_no_longer_owed(counter: Counter) -> None:
    product = ampoule(counter)
    counter.receive(10, product=product)
    request_id = prescribe(counter, product)
    once, ampoule_id = new_id(), new_id()
    for _twice in range(2):
        give(counter, request_id, administration_id=once, dispense_id=ampoule_id)
    assert left(counter, product) == 9
    (item,) = counter.ask(partial(handing.owed_to, patient_id=counter.patient))
    assert (item.owed, item.given) == (2, 1)


def test_a_depot_of_an_older_version_which_did_not_say_so_is_due_and_can_be_given(counter: Counter) -> None:
    product = ampoule(counter)
    depot, daily = prescribe(counter, product), prescribe(counter, product, "1-0-0", 7)
    counter.do(_as_before_depots)
    assert [found.line.request_id for found in counter.ask(injections.due_now)] == [depot]
    give(counter, depot)
    assert counter.ask(injections.due_now) == ()
    with pytest.raises(NoDepot):
        give(counter, daily)


def _as_before_depots(work: Any) -> None:
    for (row_id,) in work.cursor.execute("SELECT id FROM medication_request").fetchall():
        work.cursor.execute("INSERT INTO erasure_guard (id) VALUES (?)", (row_id,))
        work.cursor.execute("UPDATE medication_request SET is_depot = NULL WHERE id = ?", (row_id,))
    work.cursor.execute("DELETE FROM erasure_guard")


def test_what_the_person_brought_moves_nothing(counter: Counter) -> None:
    product = ampoule(counter)
    counter.receive(10, product=product)
    give(counter, prescribe(counter, product))
    assert left(counter, product) == 10


def test_no_more_than_there_is_and_than_is_owed_and_then_nothing_is_written(
    counter: Counter, clock: StillClock
) -> None:
    product = ampoule(counter)
    request_id = prescribe(counter, product, days=28)
    with pytest.raises(NotEnough):
        give(counter, request_id, dispense_id=new_id())
    assert depots(counter)[0].given_on is None
    counter.receive(10, product=product)
    counter.give(request_id, 1)
    with pytest.raises(AlreadyHandedOut):
        give(counter, request_id, dispense_id=new_id())
    give(counter, request_id)
    assert left(counter, product) == 9


def test_a_correction_leaves_the_shelf_as_it_is_and_is_of_the_same_person(counter: Counter) -> None:
    product = ampoule(counter)
    counter.receive(10, product=product)
    request_id = prescribe(counter, product)
    wrong = give(counter, request_id, dispense_id=new_id())
    give(counter, request_id, 2, amends_id=wrong)
    # A second window still shows the first one.
    give(counter, request_id, 1, amends_id=wrong)
    assert left(counter, product) == 9
    (row,) = depots(counter)
    assert row.given_on == today(counter) - timedelta(days=1)
    assert row.dispense_id is not None
    with pytest.raises(NotHere):
        give(counter, request_id, amends_id=new_id())


def test_an_injection_written_down_late_leaves_on_its_day_from_the_lot_that_was_good_then(
    counter: Counter, clock: StillClock
) -> None:
    product = ampoule(counter)
    counter.receive(5, "V", today(counter) + timedelta(days=100), product)
    request_id = prescribe(counter, product, days=112)
    clock.advance(days=101)
    with pytest.raises(NotEnough):
        give(counter, request_id, dispense_id=new_id())
    give(counter, request_id, 10, dispense_id=new_id())
    assert left(counter, product) == 4


def test_half_an_ampoule_opens_a_whole_one_each_time(counter: Counter) -> None:
    assert units_of(read_course("½ c/28d", 84), Unit.AMPOULE) == 3
    assert units_of(read_course("½-0-½", 3), Unit.AMPOULE) == 6
    assert units_of(read_course("½ sos 2", 5), Unit.AMPOULE) == 20
    assert units_of(read_course("½-0-½", 3), Unit.TABLET) == 3
    product = ampoule(counter)
    counter.receive(10, product=product)
    give(counter, prescribe(counter, product, "½ c/28d"), dispense_id=new_id())
    assert left(counter, product) == 9


def test_another_strength_takes_the_place_of_the_one_before_and_its_last_injection_counts(
    counter: Counter, clock: StillClock
) -> None:
    """Otherwise both would be due, and somebody gets two."""
    give(counter, prescribe(counter, ampoule(counter)))
    clock.advance(days=10)
    stronger = prescribe(counter, ampoule(counter, "100 mg/mL"))
    (row,) = depots(counter)
    assert (row.request_id, row.due_on) == (stronger, today(counter) + timedelta(days=18))
    with pytest.raises(GivenAlready):
        give(counter, stronger)


def test_two_strengths_prescribed_together_are_due_each_for_itself(counter: Counter) -> None:
    lines = [
        PrescriptionLine(new_id(), ampoule(counter, strength), None, read_course("1 c/28d", 84), 84)
        for strength in ("50 mg/mL", "100 mg/mL")
    ]
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=lines, note_id=new_id()))
    give(counter, lines[0].request_id)
    give(counter, lines[1].request_id)
    assert [row.given_on for row in depots(counter)] == [today(counter)] * 2


def test_the_next_is_due_by_the_rhythm_of_the_step(counter: Counter, clock: StillClock) -> None:
    request_id = prescribe(counter, ampoule(counter), "1 c/7d 7d > 1 c/28d 84d")
    give(counter, request_id)
    assert depots(counter)[0].due_on == today(counter) + timedelta(days=7)
    clock.advance(days=7)
    give(counter, request_id)
    assert depots(counter)[0].due_on == today(counter) + timedelta(days=28)


def test_an_injection_of_yesterday_comes_from_the_lot_that_was_there_yesterday(
    counter: Counter, clock: StillClock
) -> None:
    product = ampoule(counter)
    counter.receive(2, "A1", date(2027, 9, 30), product)
    request_id = prescribe(counter, product)
    clock.advance(days=1)
    counter.receive(10, "B1", date(2027, 3, 31), product)
    give(counter, request_id, days_ago=1, dispense_id=new_id())
    assert counter.lots(product) == {"A1": 1, "B1": 10}, "B1 expires first and came only today"
