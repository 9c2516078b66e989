"""A count: what two people counted is the balance of that moment, whatever is typed, countered or merged afterwards."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from clinic_desktop.features.medication.queries import counts, ledger, proof
from clinic_desktop.features.medication.queries.counting import DRAFT
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.late import counter_id
from clinic_desktop.features.medication.rules.refusals import (
    ClockDoubted,
    CountedLater,
    CountedTwice,
    CountedWithoutSecond,
    CountImplausible,
    CountIsFinal,
    CountUnexplained,
    LotNumberMissing,
    NothingCounted,
    SecondIsFirst,
)
from clinic_desktop.features.medication.rules.shelf import MOST_UNITS
from clinic_desktop.features.medication.service import correcting, counting, dispensing, late
from clinic_desktop.features.medication.service.counting import ClosedCount, CountedLot, FoundLot
from clinic_desktop.features.medication.service.movements import move
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import keep_draft, my_drafts
from clinic_desktop.storage.vault import FinalRecord, Vault
from clinic_desktop.storage.work import Actor, Work
from tests.medication.counter import JUNE, Counter

MARCH = date(2027, 3, 31)


def now(counter: Counter) -> datetime:
    return counter.ask(lambda reading: reading.now)


def today(counter: Counter) -> date:
    return counter.ask(lambda reading: reading.today)


def lot_of(counter: Counter, number: str = "A1") -> str:
    return counter.ask(lambda r: r.value(sa.select(StockLot.id).where(StockLot.lot_number == number)))


def sheet(counter: Counter, *lots: CountedLot, at: datetime | None = None, **more: Any) -> ClosedCount:
    more.setdefault("second_name", "Berta Pop")
    return ClosedCount(new_id(), at or now(counter), lots, **more)


def close(counter: Counter, count: ClosedCount) -> str:
    return counter.do(partial(counting.close_count, count=count))


def count_lot(
    counter: Counter, units: int, lot: str = "A1", at: datetime | None = None, reason: str = "se contó"
) -> str:
    line_id = new_id()
    close(counter, sheet(counter, CountedLot(line_id, lot_of(counter), units, reason), at=at))
    return line_id


def give_on_paper(counter: Counter, units: int, day: date, folio: str = "P-1") -> None:
    line = dispensing.PaperLine(new_id(), counter.fluoxetine, units)
    give = partial(
        dispensing.dispense_from_paper,
        patient_id=counter.patient,
        folio=folio,
        prescriber_text="Dra. Sis",
        lines=[line],
        handed_on=day,
        accept_early=True,
    )
    counter.do(give)


def kinds(counter: Counter) -> list[tuple[str, int]]:
    return sorted((row.kind.value, row.units) for row in counter.movements())


def test_what_was_counted_is_the_balance_and_the_difference_is_one_movement(counter: Counter) -> None:
    counter.receive(60)
    line_id = count_lot(counter, 57, reason="tres rotas")
    assert counter.balance().units == 57
    assert kinds(counter) == [("count-adjustment", -3), ("receipt", 60)]
    (count,) = counter.ask(counts.last_counts)
    assert (count.lots, count.differing, count.second_name) == (1, 1, "Berta Pop")
    (line,) = counter.ask(partial(counts.counted_lines, count_id=count.count_id))
    assert (line.line_id, line.counted, line.expected, line.difference, line.reason) == (
        line_id,
        57,
        60,
        -3,
        "tres rotas",
    )
    assert counter.ask(proof.check_sums) == ()


@pytest.mark.parametrize("units", [0, 60, MOST_UNITS])
def test_any_number_may_be_counted_also_none_and_without_a_difference_nothing_moves(
    counter: Counter, units: int
) -> None:
    counter.receive(60)
    count_lot(counter, units)
    assert counter.balance().units == units
    assert len(counter.movements()) == (1 if units == 60 else 2)


def test_a_second_enter_counts_once(counter: Counter) -> None:
    counter.receive(60)
    count = sheet(counter, CountedLot(new_id(), lot_of(counter), 57, "tres rotas"))
    assert close(counter, count) == close(counter, count) == count.count_id
    assert (counter.balance().units, len(counter.ask(counts.last_counts))) == (57, 1)


def test_what_a_count_refuses(counter: Counter, vault: Vault) -> None:
    counter.receive(60)
    lot = CountedLot(new_id(), lot_of(counter), 57, "tres rotas")
    good, me = sheet(counter, lot), counter.ask(lambda reading: reading.actor)
    found = FoundLot(new_id(), counter.fluoxetine, None, JUNE, 5)
    for refused, count in (
        (NothingCounted, replace(good, lots=[])),
        (CountedLater, replace(good, counted_at=now(counter) + timedelta(minutes=1))),
        (CountedWithoutSecond, replace(good, second_name="  ")),
        (SecondIsFirst, replace(good, second_name=me.name.upper())),
        (SecondIsFirst, replace(good, second_id=me.staff_id)),
        (CountedTwice, replace(good, lots=[lot, replace(lot, line_id=new_id())])),
        (CountImplausible, replace(good, lots=[replace(lot, units=-1)])),
        (CountImplausible, replace(good, lots=[replace(lot, units=10**9)])),
        (CountUnexplained, replace(good, lots=[replace(lot, reason=" ")])),
        (LotNumberMissing, replace(good, found=[found])),
    ):
        with pytest.raises(refused):
            close(counter, count)
    helper = Actor(new_id(), "Mateo", frozenset({Permission.DISPENSE, Permission.SEE_STOCK}))
    with pytest.raises(NotAllowed):
        vault.do(partial(counting.close_count, count=good), helper)
    assert (counter.balance().units, counter.ask(counts.last_counts)) == (60, ())


def test_a_difference_that_a_blind_number_hides_is_not_told_by_the_refusal(counter: Counter) -> None:
    counter.receive(60)
    with pytest.raises(CountUnexplained) as refused:
        close(counter, sheet(counter, CountedLot(new_id(), lot_of(counter), 57)))
    assert "60" not in refused.value.sentence()


def test_with_a_count_its_draft_ends_so_that_a_power_cut_leaves_none_that_would_count_nothing(
    counter: Counter,
) -> None:
    counter.receive(60)
    count = sheet(counter, CountedLot(new_id(), lot_of(counter), 60))
    counter.do(partial(keep_draft, screen=DRAFT, record_id=count.count_id, fields={}, caret={}))
    close(counter, count)
    assert counter.ask(my_drafts) == ()


def test_a_wrong_clock_is_asked_about_before_it_spoils_a_balance_and_a_count_that_lies_ahead_is_told(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(60)
    line = CountedLot(new_id(), lot_of(counter), 60)
    clock.advance(days=-31)
    with pytest.raises(ClockDoubted):
        close(counter, sheet(counter, line))
    clock.advance(days=31 + 365)
    with pytest.raises(ClockDoubted) as asked:
        close(counter, sheet(counter, line))
    assert counter.ask(counts.last_counts) == ()
    counter.do(partial(counting.close_count, count=sheet(counter, line), **asked.value.again))
    clock.advance(days=-365)
    assert [found.what for found in counter.ask(proof.check_sums)] == [proof.Wrong.COUNTED_AHEAD]


def test_the_first_count_of_a_clinic_is_its_opening_stock(counter: Counter, clock: StillClock) -> None:
    """Expired boxes and those without a number are counted too; what cannot be given is not usable by it."""
    numbered = FoundLot(new_id(), counter.fluoxetine, " b 7 ", JUNE, 30)
    bare = FoundLot(new_id(), counter.fluoxetine, None, date(2026, 5, 31), 12, without_number=True)
    close(counter, sheet(counter, found=[numbered, bare]))
    balance = counter.balance()
    assert (balance.units, balance.usable, balance.expired) == (42, 30, 12)
    assert counter.ask(proof.check_sums) == ()
    clock.advance(days=1)
    again = FoundLot(new_id(), counter.fluoxetine, "B 7", JUNE, 33, reason="atrás había más")
    close(counter, sheet(counter, found=[again]))
    assert counter.lots() == {"B 7": 33, None: 12}, "the lot is adjusted, never made a second time"


def test_a_box_found_of_a_lot_that_the_sheet_names_is_added_up_by_people(counter: Counter) -> None:
    counter.receive(60)
    lot = CountedLot(new_id(), lot_of(counter), 60)
    found = FoundLot(new_id(), counter.fluoxetine, "A1", JUNE, 5)
    with pytest.raises(CountedTwice):
        close(counter, sheet(counter, lot, found=[found]))


def test_what_moves_while_people_count_is_no_difference(counter: Counter, clock: StillClock) -> None:
    counter.receive(60)
    printed_at = now(counter)
    clock.advance(minutes=30)
    counter.give(counter.prescribe("1-0-0", 10), 10)
    line = count_lot(counter, 60, at=printed_at)
    assert counter.balance().units == 50
    assert counter.ask(partial(counts.expected, lot_ids=[lot_of(counter)], at=printed_at)) == {lot_of(counter): 60}
    (shown,) = counter.ask(partial(counts.counted_lines, count_id=counter.ask(counts.last_counts)[0].count_id))
    assert (shown.line_id, shown.difference, shown.late) == (line, 0, 0)


def test_a_movement_typed_later_with_an_earlier_day_leaves_what_was_counted_and_both_are_seen(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(60)
    clock.advance(days=3)
    earlier = today(counter) - timedelta(days=1)
    line_id = count_lot(counter, 50)
    clock.advance(days=2)
    give_on_paper(counter, 10, earlier)
    assert counter.balance().units == 50
    assert kinds(counter) == [("count-adjustment", -10), ("dispense", -10), ("late-counter", 10), ("receipt", 60)]
    late, typed = (
        next(m for m in counter.movements() if m.kind is kind) for kind in (MovementKind.LATE, MovementKind.DISPENSE)
    )
    assert late.late is not None and (late.late.movement_id, late.late.units) == (typed.movement_id, -10)
    assert late.movement_id == counter_id(line_id, typed.movement_id)
    assert (typed.typed_later, late.is_final, late.count_number) == (
        True,
        True,
        counter.ask(counts.last_counts)[0].number,
    )
    assert "10" in late.says() and typed.says() and counter.ask(proof.check_sums) == ()


def test_a_mistake_from_before_a_count_can_be_countered_and_the_count_holds(
    counter: Counter, clock: StillClock
) -> None:
    """Nothing is left of the lot, and yet the receipt that never came is countered: the count had seen that too."""
    counter.receive(60)
    receipt = counter.movements()[0].movement_id
    clock.advance(days=1)
    count_lot(counter, 0, reason="no llegó nada")
    counter.do(partial(correcting.counter_movement, movement_id=receipt, reason="error"))
    assert counter.balance().units == 0
    assert sorted(units for _, units in kinds(counter)) == [-60, -60, 60, 60]
    assert counter.ask(proof.check_sums) == ()


def test_what_a_count_wrote_is_not_countered_but_counted_again(counter: Counter, clock: StillClock) -> None:
    counter.receive(60)
    clock.advance(days=2)
    count_lot(counter, 57)
    give_on_paper(counter, 5, today(counter) - timedelta(days=1))
    for kind in (MovementKind.COUNT, MovementKind.LATE):
        (row,) = (m for m in counter.movements() if m.kind is kind)
        with pytest.raises(CountIsFinal):
            counter.do(partial(correcting.counter_movement, movement_id=row.movement_id, reason="error"))
    clock.advance(minutes=5)
    count_lot(counter, 60)
    assert counter.balance().units == 60


def test_a_sheet_typed_after_a_later_count_changes_only_its_own_moment(counter: Counter, clock: StillClock) -> None:
    counter.receive(60)
    first = now(counter) + timedelta(minutes=1)
    clock.advance(days=7)
    count_lot(counter, 40)
    count_lot(counter, 55, at=first)
    assert counter.balance().units == 40
    assert counter.ask(partial(ledger.unsettled, lot_ids=[lot_of(counter)])) == []
    assert counter.ask(partial(counts.expected, lot_ids=[lot_of(counter)], at=first)) == {lot_of(counter): 55}


def test_a_blind_sheet_names_what_is_there_or_was_used_lately_and_no_quantity(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(30, "A1")
    counter.receive(20, "B2", MARCH)
    counter.give(counter.prescribe("1-0-0", 20), 20)
    named = counter.ask(counts.to_count)
    assert [lot.lot_number for lot in named] == ["B2", "A1"], "the empty lot too: a box may have been forgotten"
    assert not any("units" in field and field != "pack_units" for field in named[0].__dataclass_fields__)
    clock.advance(days=200)
    assert [lot.lot_number for lot in counter.ask(counts.to_count)] == ["A1"]


@pytest.mark.parametrize("table", ["stock_count", "stock_count_line", "stock_movement"])
def test_what_was_counted_is_final_by_trigger(counter: Counter, vault: Vault, actor: Actor, table: str) -> None:
    counter.receive(60)
    count_lot(counter, 57)

    def run(statement: str) -> None:
        vault.do(lambda work: work.session.execute(sa.text(statement)), actor)

    for statement in (
        f"UPDATE {table} SET recorded_by = 'x'",
        f"DELETE FROM {table}",
        f"INSERT OR REPLACE INTO {table} (id, origin_site_id, recorded_at, recorded_by)"
        f" SELECT id, origin_site_id, recorded_at, 'x' FROM {table}",
    ):
        with pytest.raises((FinalRecord, IntegrityError)):
            run(statement)


def test_the_proof_of_the_morning_tells_what_does_not_fit_a_count(counter: Counter, vault: Vault, actor: Actor) -> None:
    """Rows as a faulty computer might have sent them."""
    counter.receive(60)
    line_id, lot_id = count_lot(counter, 57), lot_of(counter)

    def faulty(work: Work) -> None:
        for kind, units, more in (
            (MovementKind.COUNT, -1, {"count_line_id": line_id, "occurred_at": work.now}),
            (MovementKind.DESTRUCTION, -2, {"occurred_at": work.now + timedelta(hours=1)}),
            (MovementKind.LOSS, -4, {"occurred_at": work.now - timedelta(hours=1)}),
        ):
            row = {"lot_id": lot_id, "site_id": work.site_id, "kind": kind, "units": units}
            work.add(StockMovement(occurred_on=work.today, **row, **more))

    vault.do(faulty, actor)
    found = {(one.what, abs(one.units)) for one in counter.ask(proof.check_sums)}
    assert found == {(proof.Wrong.COUNT_UNFIT, 1), (proof.Wrong.ONE_NAME, 2), (proof.Wrong.NOT_AS_COUNTED, 5)}
    assert all(one.sentence() for one in counter.ask(proof.check_sums))
    assert vault.do(late.settle_late, actor) == 1
    assert proof.Wrong.NOT_AS_COUNTED in {one.what for one in counter.ask(proof.check_sums)}


def test_where_nobody_counted_a_movement_costs_one_small_question(counter: Counter, vault: Vault, actor: Actor) -> None:
    counter.receive(60)
    lot_id = lot_of(counter)
    asked: list[str] = []

    def watched(work: Work) -> None:
        plain = work.plain
        work.__dict__["plain"] = lambda sql, values=(): (asked.append(sql), plain(sql, values))[1]
        move(work, lot_id, MovementKind.LOSS, -1, work.today, reason="se rompió")
        assert late.settle_late(work) == 0

    vault.do(watched, actor)
    assert len(asked) == 2


def test_at_opening_every_counted_lot_and_every_kept_sum_is_looked_at_again(
    counter: Counter, vault: Vault, actor: Actor
) -> None:
    """Written past the program, as by a copy of the file that somebody mended by hand."""
    counter.receive(60)
    line_id, lot_id = count_lot(counter, 57), lot_of(counter)

    def past_the_program(work: Work) -> None:
        row = {"lot_id": lot_id, "site_id": work.site_id, "kind": MovementKind.LOSS, "units": -4}
        work.add(StockMovement(occurred_on=work.in_days(-1), **row))
        work.cursor.execute("UPDATE shelf_sum SET units = units + 100")

    vault.do(past_the_program, actor)
    assert {found.what for found in counter.ask(proof.check_sums)} == {proof.Wrong.NOT_AS_COUNTED, proof.Wrong.KEPT_SUM}
    list(late.look_again(vault, actor))
    assert counter.ask(proof.check_sums) == ()
    (taken,) = (m for m in counter.movements() if m.kind is MovementKind.LATE)
    assert taken.units == 4 and counter.balance().units == 57
    assert counter.ask(partial(counts.counted_lines, count_id=str(taken.count_id)))[0].line_id == line_id


@pytest.mark.parametrize("sql", ["_LINES", "_COUNTED_SINCE", "_OF_LOTS", "_WITH_IDS", "_UNSETTLED"])
def test_the_law_never_walks_over_all_movements(counter: Counter, sql: str) -> None:
    asked = str(getattr(ledger, sql))
    values = ("[]",) * asked.count("?")
    plan = [str(row[3]) for row in counter.ask(lambda r: r.plain(f"EXPLAIN QUERY PLAN {asked}", values))]
    assert not [
        step for step in plan if step.startswith(("SCAN m", "SCAN l", "SCAN w")) or step.endswith("(site_id=?)")
    ]
