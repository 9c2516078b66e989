"""Whatever is done in whatever order, and whatever is refused: the balance is the sum, and nothing expired is given."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clinic_desktop.features.medication.queries import handing, ledger, proof, shelf
from clinic_desktop.features.medication.queries import movements as moves
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.leaving import Leaving
from clinic_desktop.features.medication.service import correcting, counting, dispensing, transfers
from clinic_desktop.features.medication.service.counting import ClosedCount, CountedLot
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work
from tests.medication.counter import Counter, open_counter

ACTOR = Actor("0193a000-0000-7000-8000-000000000001", "Coordinación", frozenset(Permission))
UNITS = st.integers(1, 43).map(lambda n: {41: 0, 42: -3, 43: 10**9}.get(n, n))
"""Now and then one that nobody may type."""
PICK = st.integers(0, 10**6)


def another_clinic(work: Work) -> str:
    return work.add(Site(code="OTR", name="Otra clínica", kind="clinic", zone="America/Guatemala")).id


class Dispensary(RuleBasedStateMachine):
    """A clinic, its shelf, one person; and a sum kept on the side by the simplest means."""

    folder: Path
    opened: Opened
    start: Any

    @initialize()
    def open_the_clinic(self) -> None:
        self.home = tempfile.mkdtemp()
        self.place = Path(self.home) / "data"
        shutil.copytree(self.folder, self.place)
        self.clock = StillClock(self.start)
        self.vault: Vault = open_vault(self.place, self.opened, self.clock)
        self.counter: Counter = open_counter(self.do, self.ask)
        self.sums: dict[str, int] = {}
        self.requests: list[str] = []
        self.dispenses: list[str] = []
        self.counted: dict[str, int] = {}
        self.papers = 0
        self.elsewhere = self.do(another_clinic)
        for lot in ("A", "B"):
            self.counter.receive(60, lot, self.today() + timedelta(days=150))
        self.clock.advance(days=30)
        self.refused = 0

    def do(self, use_case: Callable[..., Any]) -> Any:
        return self.vault.do(use_case, ACTOR)

    def ask(self, query: Callable[..., Any]) -> Any:
        return self.vault.ask(query, ACTOR)

    def today(self) -> date:
        return self.ask(lambda reading: reading.today)

    def lot_rows(self) -> list[Any]:
        return list(self.ask(lambda r: r.all(sa.select(StockLot.id).order_by(StockLot.id))))

    def attempt(self, act: Callable[[], Any]) -> bool:
        """Refused or not, the invariants are looked at afterwards."""
        try:
            act()
        except (Refused, NeedsConfirmation):
            self.refused += 1
            return False
        return True

    @rule(units=UNITS, lot=st.sampled_from(["A", "B", "C"]), lasts=st.integers(-40, 200))
    def receive(self, units: int, lot: str, lasts: int) -> None:
        expires = self.today() + timedelta(days=lasts)
        line = partial(self.counter.receive_lines, accept_short=True)
        self.attempt(lambda: line(DeliveryLine(self.counter.fluoxetine, lot, expires, units)))

    @rule(days=st.integers(1, 40))
    def prescribe(self, days: int) -> None:
        self.requests.append(self.counter.prescribe("1-0-0", days))

    @precondition(lambda self: self.requests)
    @rule(which=PICK, units=UNITS, twice=st.booleans())
    def give(self, which: int, units: int, twice: bool) -> None:
        request_id, dispense_id = self.requests[which % len(self.requests)], new_id()
        act = partial(self.counter.give, request_id, units, dispense_id, accept_early=True)
        if self.attempt(act):
            self.dispenses.append(dispense_id)
        if twice:
            self.attempt(act)

    @precondition(lambda self: self.requests)
    @rule(which=PICK, lot=PICK, units=UNITS)
    def give_from_a_chosen_lot(self, which: int, lot: int, units: int) -> None:
        rows = self.lot_rows()
        if rows:
            lots = ((rows[lot % len(rows)][0], units),)
            request_id = self.requests[which % len(self.requests)]
            self.attempt(
                lambda: self.counter.give(request_id, units, lots=lots, lot_reason="caja abierta", accept_early=True)
            )

    @rule(which=PICK, twice=st.booleans())
    def counter_something(self, which: int, twice: bool) -> None:
        ids = self.ask(partial(moves.movement_ids, presentation_id=self.counter.fluoxetine))
        if ids:
            movement_id = sorted(ids)[which % len(ids)]
            counter_it = partial(correcting.counter_movement, movement_id=movement_id, reason="error")
            self.attempt(lambda: self.do(counter_it))
            if twice:
                assert not self.attempt(lambda: self.do(counter_it))

    @precondition(lambda self: self.dispenses)
    @rule(which=PICK, units=UNITS, fit=st.booleans())
    def bring_back(self, which: int, units: int, fit: bool) -> None:
        bring = partial(
            correcting.take_back,
            return_id=new_id(),
            dispense_id=self.dispenses[which % len(self.dispenses)],
            units=units,
            reason="sobró",
            fit=fit,
        )
        self.attempt(lambda: self.do(bring))

    @rule(which=PICK, units=UNITS, kind=st.sampled_from(MovementKind))
    def take_off(self, which: int, units: int, kind: MovementKind) -> None:
        rows = self.lot_rows()
        if rows:
            off = partial(
                correcting.take_off,
                movement_id=new_id(),
                lot_id=rows[which % len(rows)][0],
                units=units,
                kind=kind,
                reason="se dañó",
            )
            self.attempt(lambda: self.do(off))

    @rule(units=UNITS, days_ago=st.integers(-1, 20), twice=st.booleans())
    def give_from_paper_of_an_earlier_day(self, units: int, days_ago: int, twice: bool) -> None:
        self.papers += 1
        give = partial(
            dispensing.dispense_from_paper,
            patient_id=self.counter.patient,
            folio=f"P-{self.papers}",
            prescriber_text="Dra. Sis",
            lines=[dispensing.PaperLine(new_id(), self.counter.fluoxetine, units)],
            handed_on=self.today() - timedelta(days=days_ago),
            accept_early=True,
        )
        if self.attempt(lambda: self.do(give)):
            self.dispenses.append(give.keywords["lines"][0].dispense_id)
        if twice:
            self.attempt(lambda: self.do(give))

    @rule(which=PICK, units=UNITS)
    def send_away(self, which: int, units: int) -> None:
        rows = self.lot_rows()
        if rows:
            line = Leaving(new_id(), rows[which % len(rows)][0], units)
            send = partial(transfers.send, transfer_id=new_id(), lines=[line], to_site_id=self.elsewhere)
            self.attempt(lambda: self.do(send))

    @rule(which=PICK, units=st.integers(-1, 70), hours_ago=st.integers(0, 200))
    def count(self, which: int, units: int, hours_ago: int) -> None:
        """Typed now or days later; others may have counted meanwhile."""
        rows = self.lot_rows()
        if rows:
            lot = CountedLot(new_id(), rows[which % len(rows)][0], units, "se contó")
            at = self.clock.now() - timedelta(hours=hours_ago)
            count = ClosedCount(new_id(), at, [lot], second_name="Berta Pop")
            close = partial(counting.close_count, count=count)
            if self.attempt(lambda: self.do(close)):
                self.counted[lot.line_id] = units
            self.attempt(lambda: self.do(close))

    @rule(days=st.integers(1, 60))
    def days_pass(self, days: int) -> None:
        self.clock.advance(days=days)

    @rule()
    def restart(self) -> None:
        self.vault.close()
        self.vault = open_vault(self.place, self.opened, self.clock)

    @invariant()
    def the_balance_is_the_sum_and_never_below_zero(self) -> None:
        def sums(reading: Reading) -> dict[str, int]:
            rows = reading.all(sa.select(StockMovement.lot_id, StockMovement.units))
            found: dict[str, int] = {}
            for lot_id, units in rows:
                found[str(lot_id)] = found.get(str(lot_id), 0) + (units or 0)
            return found

        by_lot = self.ask(sums)
        shown = {
            row.lot.lot_id: row.lot for row in self.ask(partial(shelf.lots, presentation_id=self.counter.fluoxetine))
        }
        assert {lot_id: lot.units for lot_id, lot in shown.items()} == by_lot
        # Only a count that finds less than was given since then leaves less than nothing; that is told, never hidden.
        below = {lot_id for lot_id, units in by_lot.items() if units < 0}
        assert below <= self.counted_lots()
        assert {found.lot_id for found in self.ask(proof.check_sums)} == below
        balance, today = self.counter.balance(), self.today()
        assert balance.units == sum(by_lot.values())
        assert balance.usable == sum(lot.units for lot in shown.values() if lot.is_usable(today))
        assert balance.units == balance.usable + balance.expired + sum(by_lot[lot_id] for lot_id in below)
        for product in self.ask(shelf.stock):
            assert (product.units, product.usable, product.expired) == (balance.units, balance.usable, balance.expired)

    def counted_lots(self) -> set[str]:
        return {
            lot_id
            for _, lot_id in self.ask(partial(ledger.counted_lines_of, lot_ids=[row[0] for row in self.lot_rows()]))
        }

    @invariant()
    def what_was_counted_is_the_balance_of_that_moment(self) -> None:
        lines = self.ask(partial(ledger.counted_lines_of, lot_ids=[row[0] for row in self.lot_rows()]))
        held: dict[str, int] = {}
        for (site_id, lot_id), some in lines.items():
            (movements,) = self.ask(partial(ledger.movements_of, site_id=site_id, lot_ids=[lot_id])).values() or ((),)
            for line in some:
                point = line.counted.point
                held[point.line_id] = sum(seen.units for seen in movements if seen.is_before(point))
        assert held == self.counted

    @invariant()
    def nobody_has_more_than_was_prescribed(self) -> None:
        for request_id in self.requests:
            asked = self.ask(partial(handing.request_line, request_id=request_id))
            assert 0 <= asked.given <= asked.line.units

    def teardown(self) -> None:
        if hasattr(self, "vault"):
            self.vault.close()
            shutil.rmtree(self.home)


def run(made_vault: tuple[Path, Opened], clock: StillClock, examples: int, steps: int) -> None:
    class HereAndNow(Dispensary):
        folder, opened = made_vault
        start = clock.start

    quick = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    )
    run_state_machine_as_test(HereAndNow, settings=quick)


def test_any_sequence_of_acts_adds_up(made_vault: tuple[Path, Opened], clock: StillClock) -> None:
    run(made_vault, clock, examples=2, steps=20)


@pytest.mark.long
def test_many_sequences_of_acts_add_up(made_vault: tuple[Path, Opened], clock: StillClock) -> None:
    run(made_vault, clock, examples=150, steps=40)
