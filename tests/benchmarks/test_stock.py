"""Balances over ten years and 1,000,000 movements in the encrypted vault, each beside the bare SQL sum of the rows."""

import random
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.medication.queries import counts, ledger, proof, shelf
from clinic_desktop.features.medication.records.stock import StockLot
from clinic_desktop.features.medication.rules.kinds import Form, MovementKind, Unit
from clinic_desktop.features.medication.service import correcting, counting, formulary
from clinic_desktop.features.medication.service.movements import move
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work
from tests.medication.counter import Counter, open_counter

pytestmark = pytest.mark.benchmark

PRODUCTS, LOTS, MOVEMENTS = 300, 6_000, 1_000_000
COUNTED = 40
"""Lots in the count that is closed."""
COLUMNS = "id, lot_id, site_id, kind, units, occurred_on, origin_site_id, recorded_at, recorded_by"


def ten_years(work: Work, products: list[str]) -> None:
    """Every lot is received once and goes out bit by bit; raw SQL, because only the reading is measured here."""
    luck, at, stamp = random.Random(5), work.today, instant_text(work.now)
    lots = [StockLot(presentation_id=luck.choice(products), lot_number=f"L{n}") for n in range(LOTS)]
    began: dict[str, date] = {}
    for lot in lots:
        start = at - timedelta(days=luck.randrange(3650))
        lot.expires_on = start + timedelta(days=luck.randrange(200, 1100))
        began[work.add(lot).id] = start

    def rows() -> Iterable[tuple[Any, ...]]:
        ends = (work.site_id, stamp, "nobody")
        for lot_id, start in began.items():
            yield (new_id(), lot_id, work.site_id, MovementKind.RECEIPT.value, 10_000, start.isoformat(), *ends)
        for _ in range(MOVEMENTS - LOTS):
            lot_id = luck.choice(list_of_lots)
            day = min(began[lot_id] + timedelta(days=luck.randrange(300)), at)
            yield (
                new_id(),
                lot_id,
                work.site_id,
                MovementKind.LOSS.value,
                -luck.randrange(1, 28),
                day.isoformat(),
                *ends,
            )

    list_of_lots = list(began)
    statement = f"INSERT INTO stock_movement ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)"
    work.cursor.executemany(statement, sorted(rows(), key=lambda row: row[5]))


def timed(act: Callable[[], object], times: int = 15) -> float:
    """The median in milliseconds."""
    spent: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        spent.append((time.perf_counter() - started) * 1000)
    return median(spent)


@pytest.fixture
def filled(do: Callable[..., Any], ask: Callable[..., Any], vault: Vault, actor: Actor) -> tuple[Counter, list[str]]:
    counter = open_counter(do, ask)

    def products(work: Work) -> list[str]:
        new = (
            formulary.NewPresentation(f"medicina {n}", Form.TABLET, f"{n} mg", Unit.TABLET, 20) for n in range(PRODUCTS)
        )
        return [formulary.add_presentation(work, one) for one in new]

    made = do(products)
    # As a merge would bring them: what is measured is the reading.
    vault.do(partial(ten_years, products=made), actor, importing=True)
    return counter, made


def test_balances_beside_the_bare_sum(filled: tuple[Counter, list[str]], vault: Vault, actor: Actor) -> None:
    counter, products = filled
    chosen = products[7]

    def bare(reading: Reading, statement: str, **values: str) -> Any:
        return reading.connection.execute(sa.text(statement), values).all()

    one = (
        "SELECT sum(units) FROM stock_movement WHERE site_id = :s"
        " AND lot_id IN (SELECT id FROM stock_lot WHERE presentation_id = :p)"
    )
    each = (
        "SELECT l.presentation_id, sum(m.units) FROM stock_movement m JOIN stock_lot l ON l.id = m.lot_id"
        " GROUP BY l.presentation_id"
    )
    asked = {
        "balance of one medicine": (
            lambda: counter.ask(partial(shelf.balance, presentation_id=chosen)),
            lambda: vault.ask(partial(bare, statement=one, p=chosen, s=vault.place.site_id), actor),
        ),
        f"stock of {PRODUCTS} products": (
            lambda: counter.ask(partial(shelf.stock, limit=PRODUCTS)),
            lambda: vault.ask(partial(bare, statement=each), actor),
        ),
        "proof of all sums": (
            lambda: counter.ask(proof.check_sums),
            lambda: vault.ask(partial(bare, statement=each), actor),
        ),
    }
    for name, (ours, theirs) in asked.items():
        mine, least = timed(ours, 5), timed(theirs, 5)
        print(f"{name}: {mine:.1f} ms, bare sum {least:.1f} ms, ratio {mine / least:.1f}")
    lot = counter.ask(partial(shelf.lots_first_expiring, presentation_id=chosen))[0]
    off = partial(correcting.take_off, lot_id=lot.lot_id, units=1, kind=MovementKind.LOSS, reason="se rompió")
    saved = timed(lambda: counter.do(partial(off, movement_id=new_id())))
    print(f"one movement saved, with its ledger line: {saved:.1f} ms")
    measure_counting(counter)
    total = vault.ask(partial(bare, statement="SELECT sum(units) FROM stock_movement"), actor)[0][0]
    assert sum(product.units for product in counter.ask(partial(shelf.stock, limit=PRODUCTS))) == total


def measure_counting(counter: Counter) -> None:
    """A lot that was counted costs more than one that was not; how much more, and what closing a count takes."""
    shown = counter.ask(counts.to_count)[:COUNTED]
    at = counter.ask(lambda reading: reading.now) - timedelta(hours=1)
    units = counter.ask(partial(counts.expected, lot_ids=[lot.lot_id for lot in shown], at=at))
    lots = [counting.CountedLot(new_id(), lot.lot_id, max(units[lot.lot_id] - 1, 0), "se contó") for lot in shown]
    closed = counting.ClosedCount(new_id(), at, lots, second_name="Berta Pop")
    spent = timed(lambda: counter.do(partial(counting.close_count, count=closed)), times=1)
    print(f"closing a count of {COUNTED} lots, each with a difference: {spent:.0f} ms")
    lot_id = next(lot.lot_id for lot in lots if lot.units > 50)
    off = partial(correcting.take_off, lot_id=lot_id, units=1, kind=MovementKind.LOSS, reason="se rompió")
    today = timed(lambda: counter.do(partial(off, movement_id=new_id())))
    late_one = partial(move, lot_id=lot_id, kind=MovementKind.LOSS, units=-1, reason="se rompió")
    late = timed(lambda: counter.do(lambda work: late_one(work, day=work.in_days(-2))))
    print(f"one movement of a counted lot: {today:.1f} ms; typed late, with what takes it out: {late:.1f} ms")
    looked = timed(lambda: counter.ask(ledger.unsettled), times=5)
    print(f"looking whether every counted lot stands as counted: {looked:.1f} ms")


def test_a_shelf_is_summed_from_the_index_alone(vault: Vault, actor: Actor) -> None:
    plan = "EXPLAIN QUERY PLAN SELECT lot_id, sum(units) FROM stock_movement WHERE site_id = 'y' GROUP BY lot_id"
    rows = vault.ask(lambda reading: reading.connection.execute(sa.text(plan)).all(), actor)
    assert any("COVERING INDEX ix_stock_movement_sum" in str(row) for row in rows)
