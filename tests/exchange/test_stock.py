"""Two computers of one clinic and the central: whatever arrives when, a count stays what was counted."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
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

from clinic_desktop.app import wiring
from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.features.medication.letters.book import book_page
from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import ledger, proof
from clinic_desktop.features.medication.queries.sums import wrong_sums
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.stock import StockLot
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.service import book as keeping
from clinic_desktop.features.medication.service import correcting, counting
from clinic_desktop.features.medication.service.counting import ClosedCount, CountedLot
from clinic_desktop.features.medication.service.movements import move
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import ledger as signed
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor, Work
from tests.makers.network import STAFF, Network, Office, copy_network, enrol, make_office
from tests.makers.state import of_site
from tests.medication.counter import Counter, open_counter
from tests.medication.test_book import list_as_controlled
from tests.printing.reading import texts

who, which = st.integers(0, 1), st.integers(0, 9)


@dataclass
class Clinic:
    """Two computers of one clinic, and the central."""

    network: Network
    reception: Office
    psychiatrist: Office
    central: Office
    lot_id: str

    def move(self, office: Office, units: int, *, days_ago: int = 0, kind: MovementKind = MovementKind.LOSS) -> str:
        return office.do(lambda w: move(w, self.lot_id, kind, units, w.in_days(-days_ago), reason="se rompió"))

    def count(self, office: Office, units: int, *, hours_ago: int = 0) -> str:
        at = office.ask(lambda reading: reading.now) - timedelta(hours=hours_ago)
        lot = CountedLot(new_id(), self.lot_id, units, "se contó")
        office.do(partial(counting.close_count, count=ClosedCount(new_id(), at, [lot], second_name="Berta Pop")))
        return lot.line_id

    def units(self, office: Office) -> int:
        (row,) = office.sql("SELECT coalesce(sum(units), 0) FROM stock_movement WHERE lot_id = ?", (self.lot_id,))
        return row[0]

    def at_counts(self, office: Office) -> list[tuple[int, int]]:
        """Of every counted line here: what was counted, and what the movements add up to at its moment."""

        def found(asker: Any) -> list[tuple[int, int]]:
            some = [line for lines in ledger.counted_lines_of(asker, [self.lot_id]).values() for line in lines]
            movements = ledger.movements_of(asker, self.reception.vault.place.site_id, [self.lot_id])
            return [
                (
                    line.counted_units,
                    sum(s.units for s in movements[line.shelf] if s.is_before(line.counted.point)),
                )
                for line in some
            ]

        return office.ask(found)

    def carry_everything(self) -> None:
        self.network.round()
        self.network.round()
        self.everywhere_the_same()

    def everywhere_the_same(self) -> None:
        rows = [office.sql("SELECT * FROM stock_movement ORDER BY id") for office in self.network.all()]
        assert rows[0] == rows[1] == rows[2]
        for office in self.network.all():
            assert all(counted == there for counted, there in self.at_counts(office))
            # The whole network was copied from the one made before, and a copied computer is told of.
            assert {found.kind for found in office.ask(findings.findings)} <= {"restored"}
            assert office.ask(ledger.unsettled) == []
            assert office.ask(wrong_sums) == ()


CLINIC = (("CEN", 1), ("CLA", 2), ("OTHER", 5))
"""The folders of the three computers, and who works at each."""


@pytest.fixture(scope="session")
def saved_clinic(
    saved_network: Path, made_vault: tuple[Path, Opened], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A clinic with two computers and one lot, known to all; made once."""
    wiring.fill()
    folder, clock = tmp_path_factory.mktemp("stock"), StillClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    network = copy_network(saved_network, made_vault[1], folder, clock, 1)
    reception, central = network.clinics[0], network.central
    site_id = reception.vault.place.site_id
    made = (made_vault[1], made_vault[0], clock, "Clínica 1", "CLA", "clinic", 5)
    other = make_office(folder / "more", *made, site_id=site_id)
    enrol(other, central)
    network.clinics.append(other)

    def lot(work: Work) -> str:
        medicine = work.add(Medicine(name="fluoxetina"))
        product = work.add(Presentation(medicine_id=medicine.id, form="capsule", unit="capsule", strength_text="20 mg"))
        made = work.add(StockLot(presentation_id=product.id, lot_number="A1", expires_on=date(2028, 6, 30)))
        move(work, made.id, MovementKind.RECEIPT, 100, work.in_days(-20))
        return made.id

    lot_id = reception.do(lot)
    network.round()
    network.round()
    network.close()
    (folder / "more" / "CLA").rename(folder / "OTHER")
    return folder, lot_id


def open_clinic(saved: tuple[Path, str], opened: Opened, folder: Path, clock: StillClock) -> Clinic:
    clock.advance(minutes=60)
    offices: list[Office] = []
    for place, number in CLINIC:
        shutil.copytree(saved[0] / place, folder / place)
        stick = folder / f"stick-{place}"
        stick.mkdir()
        vault = open_vault(folder / place, opened, clock)
        actor = Actor(STAFF.format(n=number), place, frozenset(Permission))
        offices.append(Office(place, folder / place, opened, clock, vault, actor, stick))
    return Clinic(Network(offices[0], offices[1:]), offices[1], offices[2], offices[0], saved[1])


@pytest.fixture
def clinic(
    saved_clinic: tuple[Path, str], made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock
) -> Iterator[Clinic]:
    wiring.fill()
    made = open_clinic(saved_clinic, made_vault[1], tmp_path, clock)
    yield made
    made.network.close()


def test_what_the_other_computer_gave_before_the_count_does_not_change_what_was_counted(clinic: Clinic) -> None:
    clinic.move(clinic.psychiatrist, -7, days_ago=3)
    clinic.move(clinic.psychiatrist, -5)
    line = clinic.count(clinic.reception, 88)
    clinic.move(clinic.psychiatrist, -4)
    clinic.carry_everything()
    assert clinic.units(clinic.central) == 88 - 4
    taken = clinic.central.sql("SELECT units, count_line_id FROM stock_movement WHERE kind = 'late-counter' ORDER BY 1")
    assert taken == [(5, line), (7, line)]


def copies(office: Office, times: int) -> list[Office]:
    """The same computer again and again, to merge the same bundles in other orders."""
    office.vault.settle()
    made: list[Office] = []
    for n in range(times):
        place = office.folder.parent / f"{office.folder.name}-{n}"
        shutil.copytree(office.folder, place)
        vault = open_vault(place, office.opened, office.clock)
        made.append(Office(office.name, place, office.opened, office.clock, vault, office.actor, office.stick))
    return made


def test_in_whatever_order_and_however_often_it_is_merged_the_count_holds(clinic: Clinic) -> None:
    """Both count without knowing of each other, and type late what was given before; every order, and each twice."""
    reception, psychiatrist = clinic.reception, clinic.psychiatrist
    clinic.move(psychiatrist, -7, days_ago=3)
    clinic.move(reception, -2, days_ago=1)
    ups = [reception.export().path, psychiatrist.export().path]
    clinic.count(reception, 80)
    wrong = clinic.move(psychiatrist, -5)
    clinic.count(psychiatrist, 70)
    ups += [reception.export().path, psychiatrist.export().path]
    clinic.move(reception, -3, days_ago=2)
    psychiatrist.do(partial(correcting.counter_movement, movement_id=wrong, reason="error"))
    clinic.move(psychiatrist, -1)
    ups += [reception.export().path, psychiatrist.export().path]
    orders = [*itertools.islice(itertools.permutations(ups), 0, 720, 240), (*ups, *ups)]
    found: list[Any] = []
    for central, order in zip(copies(clinic.central, len(orders)), orders, strict=True):
        for path in order:
            central.merge(path)
            assert all(counted == there for counted, there in clinic.at_counts(central))
        central.merge(*reversed(order))
        assert len(clinic.at_counts(central)) == 2
        assert all(counted == there for counted, there in clinic.at_counts(central)), order
        found.append(central.sql("SELECT * FROM stock_movement ORDER BY id"))
        assert {found.kind for found in central.ask(findings.findings)} <= {"restored"}
        central.close()
    assert all(rows == found[0] for rows in found)
    clinic.central.merge(*ups)
    clinic.carry_everything()
    assert clinic.central.sql("SELECT * FROM stock_movement ORDER BY id") == found[0]
    assert clinic.units(clinic.central) == 70 - 1


def test_a_computer_that_settles_and_types_at_once_writes_the_very_same_rows(clinic: Clinic) -> None:
    """The row written with the late movement travels; the one that the merge writes does not: they are one."""
    clinic.count(clinic.reception, 90)
    clinic.network.round()
    clinic.network.round()
    clinic.move(clinic.psychiatrist, -6, days_ago=2)
    clinic.carry_everything()
    assert clinic.units(clinic.central) == 90
    for office in clinic.network.all():
        raw: Any = office.vault._raw
        assert signed.broken_at(raw.cursor()) is None
        with raw:
            assert list(signed.stale_rows(raw.cursor())) == []
    assert of_site(clinic.central, clinic.reception) == of_site(clinic.reception, clinic.reception)


def test_two_computers_giving_the_last_box_is_reported_and_never_refused(clinic: Clinic) -> None:
    clinic.move(clinic.reception, -100)
    clinic.move(clinic.psychiatrist, -100)
    clinic.network.round()
    clinic.network.round()
    for office in clinic.network.all():
        assert clinic.units(office) == -100
        assert [found.what for found in office.ask(proof.check_sums)] == [proof.Wrong.BELOW_ZERO]
    clinic.count(clinic.reception, 0)
    clinic.network.round()
    clinic.network.round()
    assert all(office.ask(proof.check_sums) == () for office in clinic.network.all())


def test_what_a_count_needs_and_has_not_arrived_is_waited_for(clinic: Clinic) -> None:
    """A counted line whose previous one is not here yet takes nothing out: what it would take may be known to that."""
    clinic.move(clinic.psychiatrist, -7, days_ago=3)
    clinic.count(clinic.reception, 80)
    early = clinic.reception.export().path
    clinic.count(clinic.reception, 75)
    clinic.central.merge(clinic.psychiatrist.export().path)
    clinic.central.merge(clinic.reception.export().path)
    clinic.central.merge(early)
    clinic.carry_everything()
    assert clinic.units(clinic.central) == 75


def test_the_central_sees_that_other_units_arrived_than_were_sent(clinic: Clinic) -> None:
    """What is still on its way is not wrong; a clinic, which holds one end only, says nothing."""
    sending = new_id()

    def moved(kind: MovementKind, units: int) -> None:
        clinic.reception.do(lambda w: move(w, clinic.lot_id, kind, units, w.today, transfer_id=sending))
        clinic.network.round()

    moved(MovementKind.TRANSFER_OUT, -10)
    assert clinic.central.ask(proof.check_sums) == ()
    moved(MovementKind.TRANSFER_IN, 8)
    assert [(f.what, f.units) for f in clinic.central.ask(proof.check_sums)] == [(proof.Wrong.NOT_AS_SENT, -2)]
    assert clinic.reception.ask(proof.check_sums) == ()


def test_a_laptop_restored_from_before_its_count_gets_the_count_back_and_prints_no_number_twice(clinic: Clinic) -> None:
    reception, psychiatrist = clinic.reception, clinic.psychiatrist
    reception.save_copy("before")
    clinic.move(psychiatrist, -7, days_ago=1)
    clinic.count(reception, 80)
    clinic.move(reception, -3)
    clinic.network.round()
    clinic.network.round()
    clinic.move(psychiatrist, -2)
    reception.restore("before")
    clinic.move(reception, -4)
    clinic.carry_everything()
    assert [clinic.units(office) for office in clinic.network.all()] == [80 - 3 - 2 - 4] * 3
    reception.restore("before")
    clinic.count(reception, 75)
    clinic.move(psychiatrist, -1)
    clinic.carry_everything()
    assert [clinic.units(office) for office in clinic.network.all()] == [75 - 1] * 3
    clinic.count(reception, 70)
    clinic.carry_everything()
    numbers = [number for (number,) in clinic.central.sql("SELECT number FROM stock_count")]
    assert len(set(numbers)) == len(numbers) == 3, numbers
    assert [clinic.units(office) for office in clinic.network.all()] == [70] * 3


def counter_at(office: Office, counter: Counter) -> Counter:
    """The same shelf, product and person at another computer."""
    return Counter(office.do, office.ask, counter.pharmacy, counter.fluoxetine, counter.patient)


def close_page(office: Office, product: str) -> str:
    page_id, shown = new_id(), office.ask(partial(books.page, presentation_id=product))
    lines = [line.line.movement_id for line in shown.lines]
    office.do(partial(keeping.close_page, page_id=page_id, presentation_id=product, lines=lines, witness_name="Rosa"))
    return page_id


def book(office: Office, product: str) -> Any:
    return office.ask(partial(books.book_of, presentation_id=product))


def print_of(office: Office, product: str, page_id: str) -> str:
    made = office.ask(partial(book_page, presentation_id=product, page_id=page_id))
    return " ".join(" ".join(texts(made)).split()).partition("Printed by")[0]


def test_two_computers_of_one_shelf_keep_one_book_whatever_each_closed_apart(clinic: Clinic) -> None:
    one, other, clock = clinic.reception, clinic.psychiatrist, clinic.reception.clock
    here = open_counter(one.do, one.ask)
    product = here.fluoxetine
    list_as_controlled(one.do, product, valid_days=400)
    here.receive(300, "C1", date(2029, 6, 30))
    request_id = here.prescribe(days=60)
    clinic.network.round()
    clinic.network.round()
    here.give(request_id, 10)
    counter_at(other, here).give(request_id, 20, accept_early=True)
    clock.advance(days=10)
    # Both close November without knowing what the other gave.
    closed = [close_page(one, product), close_page(other, product)]
    clinic.network.round()
    clinic.network.round()
    kept = [book(office, product) for office in (one, other)]
    assert (kept[0].pages, kept[0].apart, kept[0].open_pages) == (kept[1].pages, kept[1].apart, kept[1].open_pages)
    assert {page.page_id for page in (*kept[0].pages, *kept[0].apart)} == set(closed)
    assert (kept[0].gaps, kept[0].balance) == ((), 270)
    (late,) = [line for page in kept[0].open_pages for line in page.lines]
    assert late.late and late.balance == 270
    prints = [[print_of(office, product, page_id) for page_id in closed] for office in (one, other)]
    assert prints[0] == prints[1], "the same page is printed alike by both"
    clock.advance(days=31)
    close_page(other, product)
    here.give(request_id, 5, accept_early=True)
    clinic.network.round()
    clinic.network.round()
    kept = [book(office, product) for office in (one, other)]
    assert kept[0].pages == kept[1].pages and [page.number for page in kept[0].pages] == [1, 2]
    assert [line.entry for page in (*kept[0].pages, *kept[0].open_pages) for line in page.lines] == [1, 2, 3, 4]
    assert kept[0].balance == 265 and all(office.ask(proof.check_sums) == () for office in (one, other))


class Carriers(RuleBasedStateMachine):
    """Two computers that give, count, type late and counter, with sticks that come late, twice and in any order."""

    saved: ClassVar[tuple[Path, str]]
    opened: ClassVar[Opened]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stock"))
        clock = StillClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
        self.clinic = open_clinic(self.saved, self.opened, self.folder, clock)
        self.up: list[Path] = []
        self.down: list[Path] = []

    def office(self, n: int) -> Office:
        return self.clinic.network.clinics[n]

    @rule(n=who, units=st.integers(1, 9), days_ago=st.integers(0, 3))
    def give(self, n: int, units: int, days_ago: int) -> None:
        self.clinic.move(self.office(n), -units, days_ago=days_ago)

    @rule(n=who, units=st.integers(0, 120), hours_ago=st.integers(0, 60))
    def count(self, n: int, units: int, hours_ago: int) -> None:
        self.clinic.count(self.office(n), units, hours_ago=hours_ago)

    @rule(n=who, which=which)
    def counter(self, n: int, which: int) -> None:
        office = self.office(n)
        rows = office.sql("SELECT id FROM stock_movement ORDER BY id")
        with suppress(Refused):
            wrong = rows[which % len(rows)][0]
            office.do(partial(correcting.counter_movement, movement_id=wrong, reason="error"))

    @rule(n=who)
    def export(self, n: int) -> None:
        self.up.append(self.office(n).export().path)

    @precondition(lambda self: self.up)
    @rule(which=which)
    def merge_some_bundle(self, which: int) -> None:
        self.clinic.central.merge(self.up[which % len(self.up)])
        self.down.append(self.clinic.central.answer()["Clínica 1"])

    @precondition(lambda self: self.down)
    @rule(n=who, which=which)
    def accept_some_answer(self, n: int, which: int) -> None:
        self.office(n).accept(self.down[which % len(self.down)])

    @rule(n=who)
    def restart(self, n: int) -> None:
        office = self.office(n)
        office.vault.close()
        office.vault = open_vault(office.folder, office.opened, office.clock)

    @invariant()
    def every_computer_holds_what_was_counted_as_far_as_it_knows(self) -> None:
        for office in self.clinic.network.all():
            assert all(counted == there for counted, there in self.clinic.at_counts(office))

    def teardown(self) -> None:
        if hasattr(self, "clinic"):
            self.clinic.central.merge(*self.up)
            for _round in range(3):
                self.clinic.network.round()
            self.clinic.everywhere_the_same()
            self.clinic.network.close()
            shutil.rmtree(self.folder)


def run(saved: tuple[Path, str], opened: Opened, examples: int, steps: int) -> None:
    wiring.fill()
    machine = type("Here", (Carriers,), {"saved": saved, "opened": opened})
    checks = (HealthCheck.too_slow, HealthCheck.data_too_large)
    quick = settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(machine, settings=quick)


def test_any_way_of_the_sticks_leaves_everybody_with_the_same_counted_shelf(
    saved_clinic: tuple[Path, str], made_vault: tuple[Path, Opened]
) -> None:
    run(saved_clinic, made_vault[1], examples=2, steps=12)


@pytest.mark.long
def test_many_ways_of_the_sticks_leave_everybody_with_the_same_counted_shelf(
    saved_clinic: tuple[Path, str], made_vault: tuple[Path, Opened]
) -> None:
    run(saved_clinic, made_vault[1], examples=60, steps=40)
