"""The book on the screen and on paper: what is missing is named, two people close, a page is the same each time."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.medication.letters import book as letters
from clinic_desktop.features.medication.queries import counting, formulary
from clinic_desktop.features.medication.records.register import RegisterPage
from clinic_desktop.features.medication.rules.book import PageHasGap
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.tally import Scope
from clinic_desktop.features.medication.screens.book import RegisterScreenPage
from clinic_desktop.features.medication.screens.supply import SupplyScreen
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.features.medication.service.movements import move
from clinic_desktop.features.patients.service import restricting
from clinic_desktop.features.staff.records import Role, StaffMember
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work
from clinic_desktop.uikit import dialogs
from tests.medication.counter import Counter, Do
from tests.medication.test_book import SOURCE, Shelf, list_as_controlled, shelf
from tests.printing.reading import texts

__all__ = ["shelf"]


@pytest.fixture
def previews(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The printing that was offered, with its dialog kept shut."""
    from clinic_desktop.printing.preview import Preview

    made: list[Any] = []

    def remember(self: Preview) -> None:
        made.append(self)

    monkeypatch.setattr(Preview, "open", remember)
    yield made
    for preview in made:
        preview.close()


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(texts(pdf)).split())


def rosa_works_here(work: Work) -> str:
    nurse = work.add(Role(code="nurse", title="Enfermera", permissions=[]))
    return work.add(StaffMember(display_name="Rosa", full_name="Rosa Ixcoy", role_id=nurse.id, active=True)).id


def front() -> Any:
    found = dialogs.front()
    assert found is not None
    return found


def test_what_a_line_lacks_is_completed_and_the_page_closed_by_two_with_the_keys(
    shelf: Shelf, clock: StillClock, open_screen: Callable[..., Any], previews: list[Any]
) -> None:
    shelf.give(30)
    list_as_controlled(shelf.do, shelf.product, witness_wanted=True)
    clock.advance(days=7)
    page = open_screen(RegisterScreenPage)
    assert "Line 2 does not say who witnessed it" in page.wrong.words.text()
    assert not page.close_page.isEnabled()
    page.lines.choose_at(1)
    page.complete.click()
    front().edits["witness"].setText("Rosa Ixcoy")
    front().deeds.itemAt(front().deeds.count() - 1).widget().click()
    assert not page.wrong.isVisibleTo(page)
    page.close_page.click()
    sheet = front()
    sheet._close()
    assert "witness" in sheet.form.fields["witness"].message()
    sheet.witness.setText("Rosa Ixcoy")
    sheet._close()
    assert [made.number for made in shelf.book().pages] == [1]
    assert len(previews) == 1
    assert "December 2026" in page.pages.currentText()
    page.pages.setCurrentIndex(page.pages.count() - 1)
    assert "Rosa Ixcoy" in page.about.text()
    assert not page.complete.isEnabled()


def test_without_a_controlled_medicine_the_page_says_whom_to_ask(
    counter: Counter, open_screen: Callable[..., Any]
) -> None:
    page = open_screen(RegisterScreenPage)
    assert page.list.count() == 0
    assert not page.close_page.isEnabled()
    page.rules.click()
    sheet = front()
    assert sheet.table.count() == 0


def test_the_first_page_may_hold_all_the_months_before_it_was_kept(
    shelf: Shelf, clock: StillClock, open_screen: Callable[..., Any], previews: list[Any]
) -> None:
    shelf.give(30)
    clock.advance(days=40)
    shelf.give(20)
    clock.advance(days=35)
    # Listed, and never on the shelf: it is not what one comes to read.
    list_as_controlled(shelf.do, shelf.counter.product("alprazolam", "1 mg"))
    rosa = shelf.do(rosa_works_here)
    page = open_screen(RegisterScreenPage)
    assert page.list.row().product.name == "clonazepam"
    page.close_page.click()
    sheet = front()
    sheet.months.set_value("2027-01")
    assert "closing balance 250 tablets" in sheet.said.text()
    sheet.witness.setText("ros")
    sheet.witness.textEdited.emit("ros")
    assert sheet.witness.take_best()
    sheet._close()
    assert shelf.ask(lambda asker: asker.value(sa.select(RegisterPage.witness_id))) == rosa
    (first,) = shelf.book().pages
    assert (first.number, first.month, len(first.lines)) == (1, "2027-01", 3)
    assert not any(line.late for line in first.lines)
    assert [page.month for page in shelf.book().open_pages] == ["2027-02"]


def test_the_check_count_begins_with_this_medicine(shelf: Shelf, open_screen: Callable[..., Any]) -> None:
    place = open_screen(SupplyScreen, tab="book")
    place.page().count.click()
    sheet = front()
    assert (sheet.scope.value(), sheet.product.value()) == (Scope.ONE, "clonazepam")
    lots = shelf.ask(partial(counting.lots_in, scope=Scope.CONTROLLED))
    assert [lot.name for lot in lots] == ["clonazepam"]


def test_a_rule_is_typed_with_its_source(shelf: Shelf, open_screen: Callable[..., Any]) -> None:
    from clinic_desktop.features.medication.screens.book_rules import RuleSheet

    page = open_screen(RegisterScreenPage)
    (rule,) = shelf.ask(formulary.control_rules)
    sheet = RuleSheet(page._office, rule, page)
    sheet.source.setText(" ")
    sheet._keep()
    assert sheet.form.fields["source"].is_wrong()
    sheet.source.setText("Ley nueva, art. 2")
    sheet.numbers["valid_days"].setText("treinta")
    sheet._keep()
    assert sheet.form.fields["valid_days"].is_wrong()
    sheet.numbers["valid_days"].setText("15")
    sheet._keep()
    (changed,) = shelf.ask(formulary.control_rules)
    assert (changed.source, changed.valid_days, changed.most_packs) == ("Ley nueva, art. 2", 15, 2)


def test_a_long_month_goes_on_on_further_sheets_that_bring_and_take_the_balance(
    shelf: Shelf, clock: StillClock
) -> None:
    for _turn in range(20):
        clock.advance(minutes=10)
        shelf.give(5)
    clock.advance(days=7)
    page_id = shelf.close()
    pdf = shelf.ask(partial(letters.book_page, presentation_id=shelf.product, page_id=page_id))
    sheets = [" ".join(text.split()) for text in texts(pdf)]
    assert len(sheets) > 1
    assert all("Page 1 of the book, sheet" in text for text in sheets)
    assert "Goes to the next" in sheets[0]
    assert "Comes from the" in sheets[-1]
    assert "Closing balance" in sheets[-1]
    assert SOURCE in sheets[-1]
    again = partial(letters.book_page, presentation_id=shelf.product, page_id=page_id, reprint=True)
    assert "Reprinted on" in words_of(shelf.ask(again))
    assert [text.split("Reprinted")[0] for text in sheets] == sheets


def test_an_open_page_prints_as_a_draft_and_no_page_with_a_hole_before_it(
    shelf: Shelf, clock: StillClock, open_screen: Callable[..., Any], office: Any, previews: list[Any]
) -> None:
    assert "Draft, not closed" in words_of(shelf.ask(partial(letters.draft_page, presentation_id=shelf.product)))
    clock.advance(days=7)
    lot = shelf.ask(lambda r: r.plain("SELECT id FROM stock_lot WHERE lot_number = 'C1'"))[0][0]
    page_id = shelf.close()
    shelf.do(lambda work: move(work, lot, MovementKind.LOSS, -310, work.today, reason="x"))
    assert shelf.ask(partial(letters.book_page, presentation_id=shelf.product, page_id=page_id)), (
        "today's shelf is no hole"
    )
    third = RegisterPage(
        site_id=shelf.ask(lambda r: r.site_id), presentation_id=shelf.product, page=3, month="2027-01", opening_units=0,
        closing_units=0, movements=[], closed_on=date(2027, 1, 31), previous_id=new_id(),
    )  # fmt: skip
    third_id = shelf.do(lambda work: work.add(third).id)
    with pytest.raises(PageHasGap):
        shelf.ask(partial(letters.book_page, presentation_id=shelf.product, page_id=third_id))
    page = open_screen(RegisterScreenPage)
    page.pages.set_value(third_id)
    page.print.click()
    assert (previews, len(office.voice.said)) == ([], 1)


def test_long_names_and_a_whole_story_as_reason_print(shelf: Shelf) -> None:
    shelf.give(30)
    wrong = shelf.page().lines[1].line.movement_id
    reason = "se escribió dos veces </para> & <b> " * 500
    shelf.do(partial(correcting.counter_movement, movement_id=wrong, reason=reason))
    assert "</para> & <b>" in words_of(shelf.ask(partial(letters.draft_page, presentation_id=shelf.product)))


def test_a_month_without_movement_prints_as_such_and_a_reserved_person_by_the_number(
    shelf: Shelf, clock: StillClock, vault: Vault, actor: Actor, do: Do
) -> None:
    shelf.give(30)
    do(partial(restricting.restrict, patient_id=shelf.counter.patient, reason="lo pide"))
    clock.advance(days=39)
    page_id, empty_id = shelf.close(), shelf.close()
    outsider = Actor(new_id(), "Ana", frozenset(Permission) - {Permission.OPEN_RESTRICTED})
    make = partial(letters.book_page, presentation_id=shelf.product, page_id=page_id)
    hidden, full = (words_of(vault.ask(make, who)) for who in (outsider, actor))
    assert "CETO" not in hidden
    assert "CETO MARCOS, Elena" in full
    empty = partial(letters.book_page, presentation_id=shelf.product, page_id=empty_id)
    assert "No movements in" in words_of(shelf.ask(empty))
