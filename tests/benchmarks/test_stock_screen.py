"""The shelf of 300 products after ten years and 1,000,000 movements: balances, expiry and days of stock at once."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.medication.queries import consumption, expiring, history, ordering, shelf
from clinic_desktop.features.medication.queries.sums import wrong_sums
from clinic_desktop.features.medication.records.stock import StockLot
from clinic_desktop.features.medication.rules.kinds import DispenseKind, Form, MovementKind, Unit
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work

pytestmark = pytest.mark.benchmark

PRODUCTS, LOTS, MOVEMENTS, DAYS, PAGE = 300, 6_000, 1_000_000, 3650, 64
MOVED = "id, lot_id, site_id, kind, units, occurred_on, origin_site_id, recorded_at, recorded_by"
GIVEN = "id, kind, presentation_id, units, given_on, origin_site_id, recorded_at, recorded_by"


def timed(act: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """The medians in milliseconds: by the clock on the wall, and what the processor spent."""
    wall: list[float] = []
    spent: list[float] = []
    for _ in range(times):
        started, before = time.perf_counter(), time.process_time()
        act()
        wall.append((time.perf_counter() - started) * 1000)
        spent.append((time.process_time() - before) * 1000)
    return median(wall), median(spent)


def products(work: Work) -> list[str]:
    new = (formulary.NewPresentation(f"medicina {n}", Form.TABLET, f"{n} mg", Unit.TABLET, 20) for n in range(PRODUCTS))
    return [formulary.add_presentation(work, one) for one in new]


def ten_years(work: Work, ids: list[str]) -> None:
    """Each lot comes, is handed out over most of a year and leaves something behind; raw SQL, only reading counts."""
    luck, at, ends = random.Random(7), work.today, (work.site_id, instant_text(work.now), "nobody")
    moved: list[tuple[Any, ...]] = []
    given: list[tuple[Any, ...]] = []
    for n in range(LOTS):
        start = at - timedelta(days=DAYS - n * DAYS // LOTS)
        product = ids[n % PRODUCTS]
        lot = StockLot(presentation_id=product, lot_number=f"L{n}", expires_on=start + timedelta(days=550))
        lot_id = work.add(lot).id
        moved.append((new_id(), lot_id, work.site_id, MovementKind.RECEIPT, 2_000, start.isoformat(), *ends))
        for _ in range(MOVEMENTS // LOTS - 1):
            day, units = start + timedelta(days=luck.randrange(300)), luck.randrange(1, 21)
            if day <= at:
                moved.append((new_id(), lot_id, work.site_id, MovementKind.DISPENSE, -units, day.isoformat(), *ends))
                if day > at - timedelta(days=100):
                    given.append((new_id(), DispenseKind.GIVEN, product, units, day.isoformat(), *ends))
    more = MOVEMENTS - len(moved)
    first = [row for row in moved if row[3] is MovementKind.RECEIPT][: LOTS // 2]
    moved += [(new_id(), *luck.choice(first)[1:3], MovementKind.LOSS, -1, at.isoformat(), *ends) for _ in range(more)]
    # As a clinic writes them: one day after the other.
    moved.sort(key=lambda row: row[5])
    given.sort(key=lambda row: row[4])
    work.cursor.executemany(f"INSERT INTO stock_movement ({MOVED}) VALUES ({', '.join('?' * 9)})", moved)
    work.cursor.executemany(f"INSERT INTO medication_dispense ({GIVEN}) VALUES ({', '.join('?' * 8)})", given)


def test_the_stock_screen(do: Callable[..., Any], ask: Callable[..., Any], vault: Vault, actor: Actor) -> None:
    ids = do(products)
    vault.do(partial(ten_years, ids=ids), actor, importing=True)

    def bare(reading: Reading) -> Any:
        statement = (
            "SELECT l.presentation_id, sum(m.units) FROM stock_movement m JOIN stock_lot l ON l.id = m.lot_id"
            " GROUP BY l.presentation_id"
        )
        return reading.connection.execute(sa.text(statement)).all()

    waited, least = timed(lambda: vault.ask(bare, actor))
    print(f"\nbare sum by product: {waited:.0f} ms, of the processor {least:.0f} ms")
    asked: dict[str, Callable[[], object]] = {
        f"stock of {PRODUCTS} products with expiry and days of stock": partial(
            ask, partial(shelf.stock, limit=PRODUCTS)
        ),
        "the ids of the list": partial(ask, shelf.stock_ids),
        f"the {PAGE} rows in sight": partial(ask, partial(shelf.presentations, ids=ids[:PAGE])),
        "one product": partial(ask, partial(shelf.presentation, presentation_id=ids[7])),
        "use and days with stock of all": partial(ask, consumption.standings),
        "what to order": partial(ask, ordering.proposals),
        "what expires": partial(ask, expiring.expiring_soon),
        "the picture of one product": partial(ask, partial(history.stock_course, presentation_id=ids[7])),
        "proof that the kept sums are right": partial(ask, wrong_sums),
    }
    for name, act in asked.items():
        waited, mine = timed(act)
        print(f"{name}: {waited:.1f} ms, of the processor {mine:.1f} ms, ratio to the bare sum {mine / least:.2f}")
    told = ask(partial(shelf.stock, limit=PRODUCTS))
    assert len(told) == PRODUCTS and any(product.days_left for product in told)
    assert {product.presentation_id: product.units for product in told} == dict(vault.ask(bare, actor))
    assert ask(wrong_sums) == ()
