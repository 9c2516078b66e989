"""A count: what two people counted is the balance of that moment, whatever is typed, countered or merged afterwards."""

from datetime import date, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries import counts, proof
from clinic_desktop.features.medication.records.stock import StockLot
from clinic_desktop.features.medication.service import counting, dispensing
from clinic_desktop.features.medication.service.counting import ClosedCount, CountedLot
from clinic_desktop.kernel.ids import new_id
from tests.medication.counter import Counter

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


def count_lot(counter: Counter, units: int, lot: str = "A1", at: datetime | None = None, reason: str = "se contó") -> str:
    line_id = new_id()
    close(counter, sheet(counter, CountedLot(line_id, lot_of(counter, lot), units, reason), at=at))
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
    assert (line.line_id, line.counted, line.expected, line.difference, line.reason) == (line_id, 57, 60, -3, "tres rotas")
    assert counter.ask(proof.check_sums) == ()
