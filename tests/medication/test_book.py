"""The book of a controlled medicine at a real clinic: pages by two people, and nothing that slips in afterwards."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import formulary
from clinic_desktop.features.medication.records.formulary import ControlListing
from clinic_desktop.features.medication.records.register import RegisterPage
from clinic_desktop.features.medication.rules.book import (
    Fault,
    Lack,
    LinesChanged,
    LinesLacking,
    MonthNotOver,
    NoteEmpty,
    OwnWitness,
    PageIsClosed,
    WitnessMissing,
)
from clinic_desktop.features.medication.rules.control import Control
from clinic_desktop.features.medication.rules.controlled import ControlTyped, NumberUnclear, read_number, say_kept
from clinic_desktop.features.medication.rules.refusals import SourceMissing
from clinic_desktop.features.medication.service import book as keeping
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.features.patients.service import restricting
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.medication.counter import Counter, Do

SOURCE = "Ley de prueba, art. 1"


@dataclass
class Shelf:
    """A controlled medicine with its rule, its shelf and its book."""

    counter: Counter
    product: str
    do: Do
    ask: Do

    def page(self, **which: Any) -> books.BookPage:
        found = self.ask(partial(books.page, presentation_id=self.product, **which))
        assert found is not None
        return found

    def book(self) -> Any:
        return self.ask(partial(books.book_of, presentation_id=self.product))

    def close(self, witness: str = "Rosa Ixcoy", **more: Any) -> str:
        page_id = more.pop("page_id", None) or new_id()
        lines = more.pop("lines", None) or [line.line.movement_id for line in self.page().lines]
        self.do(
            partial(
                keeping.close_page,
                page_id=page_id,
                presentation_id=self.product,
                lines=lines,
                witness_name=witness,
                **more,
            )
        )
        return page_id

    def give(self, units: int = 30, days: int = 30) -> str:
        return self.counter.give(self.counter.prescribe(days=days, product=self.product), units, accept_early=True)


def list_as_controlled(do: Do, product: str, **terms: Any) -> None:
    listing = ControlListing(presentation_id=product, country="GT", class_code="III", source_text=SOURCE)
    do(lambda work: work.add(listing).id)
    typed = ControlTyped("gt", "III", "Lista III", SOURCE, **terms)
    do(partial(keeping.keep_rule, rule_id=new_id(), typed=typed))


@pytest.fixture
def shelf(counter: Counter, do: Do, ask: Do) -> Shelf:
    product = counter.product("clonazepam", "2 mg", pack=30)
    list_as_controlled(do, product, most_packs=2, valid_days=30, keep_years=3)
    counter.receive(300, lot="C1", product=product)
    return Shelf(counter, product, do, ask)


def test_every_line_says_who_prescribed_who_received_and_what_is_left(shelf: Shelf) -> None:
    shelf.give(30)
    came, left = shelf.page().lines
    assert (came.line.entry, came.line.balance, left.line.entry, left.line.balance) == (1, 300, 2, 270)
    assert came.told is not None
    assert left.told is not None
    assert (came.told.document, came.told.partner, came.told.lot_number) == ("F-1", "Farmacia Nueva", "C1")
    assert "CETO MARCOS, Elena" in left.told.person
    assert (left.told.prescriber, left.told.lacks) == ("Coordinación", ())
    assert left.told.document


def test_a_mistake_stands_there_with_the_line_that_counters_it(shelf: Shelf) -> None:
    shelf.give(30)
    wrong = shelf.page().lines[1].line.movement_id
    shelf.do(partial(correcting.counter_movement, movement_id=wrong, reason="caja equivocada"))
    mirror = shelf.page().lines[2]
    assert (mirror.about_entry, mirror.line.balance) == (2, 300)
    assert mirror.told is not None
    assert (mirror.told.reason, mirror.told.person) == ("caja equivocada", "")


def test_a_page_is_closed_by_one_witnessed_by_another_and_the_next_opens_with_its_balance(
    shelf: Shelf, clock: StillClock
) -> None:
    shelf.give(30)
    with pytest.raises(MonthNotOver):
        shelf.close()
    clock.advance(days=7)
    with pytest.raises(OwnWitness):
        shelf.close("coordinacion")
    with pytest.raises(OwnWitness):
        shelf.close("Rosa", witness_id="0193a000-0000-7000-8000-000000000001")
    with pytest.raises(WitnessMissing):
        shelf.close("  ")
    page_id = new_id()
    lines = [line.line.movement_id for line in shelf.page().lines]
    shelf.close(page_id=page_id, lines=lines)
    shelf.close(page_id=page_id, lines=lines)
    closed = shelf.page(page_id=page_id)
    assert (closed.page.number, closed.page.month, closed.page.opening, closed.page.closing) == (1, "2026-11", 0, 270)
    assert (closed.witness, closed.closed_on) == ("Rosa Ixcoy", date(2026, 11, 30))
    assert (shelf.page().page.number, shelf.page().page.month, shelf.page().page.opening) == (2, "2026-12", 270)


def test_what_is_countered_after_closing_stands_late_on_the_next_page(shelf: Shelf, clock: StillClock) -> None:
    shelf.give(30)
    clock.advance(days=8)
    wrong = shelf.page().lines[1].line.movement_id
    page_id = shelf.close()
    before = shelf.page(page_id=page_id)
    shelf.do(partial(correcting.counter_movement, movement_id=wrong, reason="x"))
    after = shelf.page(page_id=page_id)
    assert (after.page, after.lines) == (before.page, before.lines)
    (late,) = shelf.page().lines
    assert (late.about_entry, late.line.balance) == (2, 300)


def test_a_page_that_changed_since_it_was_looked_at_is_not_closed(shelf: Shelf, clock: StillClock) -> None:
    seen = [line.line.movement_id for line in shelf.page().lines]
    clock.advance(days=7)
    shelf.give(30)
    with pytest.raises(LinesChanged):
        shelf.close(lines=seen)


def test_a_line_without_witness_is_named_and_completed_by_a_note_before_the_page_closes(
    shelf: Shelf, clock: StillClock
) -> None:
    shelf.give(30)
    list_as_controlled(shelf.do, shelf.product, witness_wanted=True)
    clock.advance(days=7)
    (lacking,) = shelf.page().lacking
    assert lacking.told is not None
    assert lacking.told.lacks == (Lack.WITNESS,)
    with pytest.raises(LinesLacking) as refused:
        shelf.close()
    assert "2" in refused.value.sentence()
    assert "witness" in refused.value.sentence()
    complete = partial(keeping.complete_line, movement_id=lacking.line.movement_id)
    with pytest.raises(NoteEmpty):
        shelf.do(partial(complete, note_id=new_id(), witness=" "))
    shelf.do(partial(complete, note_id=new_id(), witness="Rosa Ixcoy", note="lo dice el papel"))
    page_id = shelf.close()
    told = shelf.page(page_id=page_id).lines[1].told
    assert told is not None
    assert (told.witness, told.note) == ("Rosa Ixcoy", "lo dice el papel")
    with pytest.raises(PageIsClosed):
        shelf.do(partial(complete, note_id=new_id(), note="más tarde"))


def test_a_month_without_movement_gets_its_page_and_none_is_left_out(shelf: Shelf, clock: StillClock) -> None:
    clock.advance(days=70)
    for _month in range(2):
        shelf.close(lines=[line.line.movement_id for line in shelf.page().lines] or [])
    assert [page.month for page in shelf.book().pages] == ["2026-11", "2026-12"]
    assert [len(page.lines) for page in shelf.book().pages] == [1, 0]


def test_a_page_closed_on_another_computer_meanwhile_stands_beside_and_the_numbers_go_on(
    shelf: Shelf, clock: StillClock
) -> None:
    clock.advance(days=7)
    mine = shelf.close()
    other = RegisterPage(
        site_id=shelf.ask(lambda r: r.site_id), presentation_id=shelf.product, page=1, month="2026-11", opening_units=0,
        closing_units=0, movements=[], closed_on=date(2026, 12, 1), closed_by_name="Otra", witness_name="Rosa",
    )  # fmt: skip
    clock.advance(days=1)
    twin = shelf.do(lambda work: work.add(other).id)
    assert [page.page_id for page in shelf.book().pages] == [mine]
    assert shelf.page(page_id=twin).is_apart
    clock.advance(days=30)
    shelf.close()
    assert [page.number for page in shelf.book().pages] == [1, 2]


def test_below_zero_no_page_closes_and_the_book_says_what_to_do(shelf: Shelf, clock: StillClock) -> None:
    from clinic_desktop.features.medication.rules.kinds import MovementKind
    from clinic_desktop.features.medication.service.movements import move

    lot = shelf.counter.ask(lambda r: r.plain("SELECT id FROM stock_lot WHERE lot_number = 'C1'"))[0][0]
    shelf.do(lambda work: move(work, lot, MovementKind.LOSS, -310, work.today, reason="x"))
    clock.advance(days=7)
    assert [gap.what for gap in shelf.book().gaps] == [Fault.BELOW_ZERO]
    (row,) = [row for row in shelf.ask(books.books) if row.product.presentation_id == shelf.product]
    assert "-10" in row.book.gaps[0].sentence()
    with pytest.raises(Exception, match="PageHasGap"):
        shelf.close()


def test_a_reserved_person_stands_as_reserved_and_in_full_for_who_may_open_the_record(
    shelf: Shelf, vault: Vault, actor: Actor
) -> None:
    shelf.give(30)
    called = shelf.do(partial(restricting.restrict, patient_id=shelf.counter.patient, reason="lo pide"))
    outsider = Actor(new_id(), "Ana", frozenset(Permission) - {Permission.OPEN_RESTRICTED})
    look: Any = partial(books.page, presentation_id=shelf.product)
    hidden, full = (vault.ask(look, who).lines[1].told for who in (outsider, actor))
    assert (hidden.person, hidden.receiver, hidden.reserved) == (f"Reserved {called}", "", True)
    assert "CETO MARCOS, Elena" in full.person
    assert hidden.lacks == full.lacks == ()


def test_nobody_without_the_right_reads_or_keeps_the_book(shelf: Shelf, vault: Vault) -> None:
    outsider = Actor(new_id(), "Ana", frozenset(Permission) - {Permission.KEEP_REGISTER})
    for query in (books.books, partial(books.page, presentation_id=shelf.product)):
        with pytest.raises(NotAllowed):
            vault.ask(query, outsider)


def test_a_rule_is_written_with_its_source_replaced_and_retired(shelf: Shelf) -> None:
    keep = partial(keeping.keep_rule, rule_id=new_id())
    with pytest.raises(SourceMissing):
        shelf.do(partial(keep, typed=ControlTyped("GT", "III", "x", "  ")))
    with pytest.raises(NumberUnclear):
        shelf.do(partial(keep, typed=ControlTyped("GT", "III", "x", SOURCE, valid_days=0)))
    (rule,) = shelf.ask(formulary.control_rules)
    typed = ControlTyped("GT", "III", "Lista III", "Ley nueva", in_register=False)
    shelf.do(partial(keep, typed=typed, instead_of=rule.rule_id))
    assert [rule.source for rule in shelf.ask(formulary.control_rules)] == ["Ley nueva"]
    assert shelf.ask(books.books) == ()


def test_what_may_be_thrown_away_is_only_said(shelf: Shelf) -> None:
    control: Control = shelf.ask(partial(formulary.control_of, presentation_id=shelf.product))
    assert control.rule is not None
    assert say_kept(control.rule, date(2026, 11, 30), date(2026, 12, 1)) == f"Keep until 30-nov-2029 ({SOURCE})"
    assert "thrown away" in say_kept(control.rule, date(2024, 2, 29), date(2027, 3, 2))
    assert (read_number("", "valid_days"), read_number(" 30 ", "valid_days")) == (None, 30)
