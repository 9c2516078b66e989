"""Counting as hands do it: keys on the real page, blind until two numbers are typed, two names, nothing lost."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from clinic_desktop.features.medication.letters.count_sheet import blank_sheet, result_paper
from clinic_desktop.features.medication.queries import counting as lots
from clinic_desktop.features.medication.queries import counts, shelf
from clinic_desktop.features.medication.rules.kinds import PartnerKind
from clinic_desktop.features.medication.rules.tally import Scope, Step, Tally, bring_back, read_counted
from clinic_desktop.features.medication.screens.counting import CountPage
from clinic_desktop.features.medication.screens.counting_entry import CountEntry
from clinic_desktop.features.medication.screens.counting_kept import begin
from clinic_desktop.features.medication.screens.counting_sheets import FoundSheet
from clinic_desktop.features.medication.service import partners
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.tables import ListTable
from tests.medication.counter import Counter


@pytest.fixture
def page(open_screen: Callable[..., Any], counter: Counter) -> CountPage:
    """A shelf of two lots: 60 of A1, 40 of B1."""
    counter.receive(60, "A1")
    counter.receive(40, "B1", date(2027, 9, 30))
    return open_screen(CountPage)


def start(page: CountPage) -> CountEntry:
    office = page._office
    return page.show_entry(begin(office, office.ask(lots.lots_in, Scope.EVERYTHING), "", office.now()))


def enter(qtbot: Any, field: QLineEdit, words: str) -> None:
    field.clear()
    qtbot.keyClicks(field, words)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def front(qtbot: Any) -> Any:
    """The sheet in front, once the window system has made it the active one."""
    sheet: Any = dialogs.front()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is sheet)
    return sheet


def close(qtbot: Any, name: str) -> None:
    sheet = front(qtbot)
    qtbot.keyClicks(sheet.second, name)
    qtbot.keyClick(sheet.second, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def shown(page: QWidget | None) -> str:
    assert page is not None
    words = [label.text() for label in page.findChildren(QLabel)]
    for table in page.findChildren(ListTable):
        model = table.model()
        words += [
            str(model.index(r, c).data()) for r in range(model.rowCount()) for c in range(model.columnCount())
        ]  # fmt: skip
    return " ".join(words)


def test_numbers_are_typed_as_boxes_and_loose_units_and_nothing_there_is_zero() -> None:
    assert [read_counted(t, 20) for t in ("3x20+7", "3x + 7", "67", "0", "0+0")] == [67, 67, 67, 0, 0]
    for wrong in ("", "3x20+", "-1", "2.5", "dos"):
        with pytest.raises(Refused):
            read_counted(wrong, 20)


def test_only_what_differs_is_asked_again_and_the_second_number_stands() -> None:
    tally = Tally(("a", "b", "c"), first={"a": 5, "b": 7})
    assert tally.undone() == ["c"]
    assert tally.go_on({"a": 5, "b": 9, "c": 3})
    assert (tally.step, tally.lines(), tally.number("b")) == (Step.AGAIN, ("b",), None)
    tally.put("b", 8)
    assert tally.go_on({"a": 5, "b": 9})
    assert (tally.step, tally.final("b"), tally.undone()) == (Step.WHY, 8, ["b"])
    tally.reasons["b"] = "se rompió una"
    assert not tally.go_on({"a": 5, "b": 9})
    assert bring_back(tally.kept()) == tally
    same = Tally(("a",), first={"a": 5})
    assert not same.go_on({"a": 5})
    assert same.step is Step.FIRST, "whoever goes back from the names finds the list again"


def test_a_count_by_keys_alone_blind_then_again_then_why_then_two_names(
    page: CountPage, counter: Counter, qtbot: Any
) -> None:
    entry = start(page)
    assert "60" not in shown(entry) and "40" not in shown(entry)
    enter(qtbot, entry.answer, "3x20")
    assert entry.lot.text().startswith("lot B1"), "Enter is at the next line"
    enter(qtbot, entry.answer, "38")
    assert entry.go.hasFocus()
    qtbot.keyClick(entry.go, Qt.Key.Key_Return)
    assert (entry.count.tally.step, entry.table.count()) == (Step.AGAIN, 1)
    assert "40" not in shown(entry) and entry.answer.text() == "", "the second number is as blind as the first"
    enter(qtbot, entry.answer, "39")
    qtbot.keyClick(entry.go, Qt.Key.Key_Return)
    assert "1 capsule are missing" in entry.asked.text()
    enter(qtbot, entry.answer, "se cayo al suelo")
    qtbot.keyClick(entry.go, Qt.Key.Key_Return)
    close(qtbot, "coordinacion")
    assert counter.lots() == {"A1": 60, "B1": 40}, "the same person twice is no count"
    sheet: Any = dialogs.front()
    sheet.second.clear()
    close(qtbot, "Rosa Us")
    assert counter.lots() == {"A1": 60, "B1": 39}
    (done,) = counter.ask(counts.last_counts)
    assert (done.second_name, done.lots, done.differing) == ("Rosa Us", 2, 1)
    assert "se cayo al suelo" in shown(page.pages.currentWidget())
    page.step_back()
    assert page.begin.text() == "Begin a count", "its draft is gone"


def test_a_power_cut_loses_no_line_and_esc_keeps_what_was_typed(
    page: CountPage, counter: Counter, open_screen: Callable[..., Any], qtbot: Any
) -> None:
    entry = start(page)
    enter(qtbot, entry.answer, "59")
    assert page.step_back()
    again: CountPage = open_screen(CountPage)
    assert again.begin.text() == "Go on with the count"
    qtbot.mouseClick(again.begin, Qt.MouseButton.LeftButton)
    kept = again.pages.currentWidget()
    assert isinstance(kept, CountEntry)
    assert list(kept.count.tally.first.values()) == [59]
    assert counter.lots() == {"A1": 60, "B1": 40}, "nothing moves before the count is closed"


def test_a_number_typed_without_enter_is_neither_lost_at_a_lock_nor_by_another_line_nor_when_comparing(
    page: CountPage, counter: Counter, open_screen: Callable[..., Any], qtbot: Any
) -> None:
    entry = start(page)
    qtbot.keyClicks(entry.answer, "3x20")
    qtbot.keyClick(entry.answer, Qt.Key.Key_Down)
    qtbot.keyClicks(entry.answer, "40+")
    page.keep_draft()
    again: CountPage = open_screen(CountPage)
    qtbot.mouseClick(again.begin, Qt.MouseButton.LeftButton)
    kept: Any = again.pages.currentWidget()
    assert kept.answer.text() == "3x20"
    qtbot.mouseClick(kept.go, Qt.MouseButton.LeftButton)
    assert kept.lot.text().startswith("lot B1") and kept.answer.text() == "40+", "it cannot be read: shown again"
    assert kept.said.text()
    enter(qtbot, kept.answer, "40")
    qtbot.mouseClick(kept.go, Qt.MouseButton.LeftButton)
    close(qtbot, "Rosa Us")
    assert [row.lots for row in counter.ask(counts.last_counts)] == [2]


def test_a_line_left_empty_is_not_zero_and_stays_as_it_is(page: CountPage, counter: Counter, qtbot: Any) -> None:
    entry = start(page)
    enter(qtbot, entry.answer, "60")
    qtbot.mouseClick(entry.go, Qt.MouseButton.LeftButton)
    question: Any = dialogs.front()
    assert "1 lot has no number" in question.sentence.text()
    qtbot.mouseClick(question.yes, Qt.MouseButton.LeftButton)
    close(qtbot, "Rosa Us")
    assert counter.lots() == {"A1": 60, "B1": 40}
    assert [row.lots for row in counter.ask(counts.last_counts)] == [1]


def test_what_is_handed_out_after_the_sheet_was_printed_is_taken_into_account_and_said(
    page: CountPage, counter: Counter, clock: StillClock, qtbot: Any
) -> None:
    entry = start(page)
    clock.advance(minutes=20)
    counter.give(counter.prescribe(), 30)
    enter(qtbot, entry.answer, "60")
    assert "1 movement since the sheet was printed is taken into account." in entry.so_far.text()
    enter(qtbot, entry.answer, "40")
    qtbot.mouseClick(entry.go, Qt.MouseButton.LeftButton)
    close(qtbot, "Rosa Us")
    assert counter.lots() == {"A1": 30, "B1": 40}


def test_a_box_that_no_sheet_named_is_added_without_a_donor_and_one_of_the_list_is_not(
    page: CountPage, counter: Counter, qtbot: Any
) -> None:
    entry = start(page)
    entry.add_box.click()
    sheet = front(qtbot)
    assert isinstance(sheet, FoundSheet)
    qtbot.keyClicks(sheet.product, "flu")
    sheet.product.take_best()
    qtbot.keyClicks(sheet.lot, "a1")
    qtbot.keyClicks(sheet.expiry, "0627")
    qtbot.keyClicks(sheet.units, "2x20")
    qtbot.keyClick(sheet.units, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "on the list" in sheet.form.fields["lot"].message()
    sheet.lot.setText("Z9")
    qtbot.keyClick(sheet.units, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert entry.table.count() == 3
    donor = counter.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Cruz Roja"))
    entry.add_box.click()
    sheet = front(qtbot)
    qtbot.keyClicks(sheet.product, "flu")
    sheet.product.take_best()
    for field, words in ((sheet.lot, "A1"), (sheet.expiry, "0627"), (sheet.units, "15")):
        qtbot.keyClicks(field, words)
    sheet.partner.set_value(donor, "Cruz Roja")
    qtbot.keyClick(sheet.units, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert entry.table.count() == 4, "what another donor gave of the same lot is a lot of its own"
    entry._go_to(0)
    assert "Farmacia Nueva" in entry.lot.text()
    enter(qtbot, entry.answer, "60")
    enter(qtbot, entry.answer, "40")
    qtbot.mouseClick(entry.go, Qt.MouseButton.LeftButton)
    close(qtbot, "Rosa Us")
    rows = counter.ask(partial(shelf.lots, presentation_id=counter.fluoxetine))
    of_lots = sorted((row.lot.lot_number, row.lot.units) for row in rows)
    assert of_lots == [("A1", 15), ("A1", 60), ("B1", 40), ("Z9", 40)]
    found = counter.ask(partial(lots.lots_in, scope=Scope.EVERYTHING))
    paper = counter.ask(partial(blank_sheet, lots=found, moment=entry.count.moment, scope="Everything"))
    rows: Any = next(block for block in paper.blocks if type(block).__name__ == "Rows")
    printed = sorted(row[1] for row in rows.rows)
    assert printed == ["A1 · Cruz Roja", "A1 · Farmacia Nueva", "B1", "Z9"], "no line stands twice on the paper"


def test_the_blank_sheet_names_no_quantity_and_has_room_for_boxes_nobody_noted(
    page: CountPage, counter: Counter
) -> None:
    found = counter.ask(partial(lots.lots_in, scope=Scope.EVERYTHING))
    moment = counter.ask(lambda reading: reading.now)
    paper = counter.ask(partial(blank_sheet, lots=found, moment=moment, scope="Everything"))
    rows: Any = next(block for block in paper.blocks if type(block).__name__ == "Rows")
    assert all(row[3:] == ("", "") for row in rows.rows) and rows.blank
    assert not any("60" in str(cell) or "40" in str(cell) for row in rows.rows for cell in row)
    assert paper.pdf()[:4] == b"%PDF"
    empty = counter.ask(partial(blank_sheet, lots=(), moment=moment, scope="</para>" + "x" * 20_000))
    assert empty.pdf()[:4] == b"%PDF"


def test_a_result_prints_as_it_was_closed(page: CountPage, counter: Counter, qtbot: Any) -> None:
    entry = start(page)
    enter(qtbot, entry.answer, "60")
    enter(qtbot, entry.answer, "40")
    qtbot.mouseClick(entry.go, Qt.MouseButton.LeftButton)
    close(qtbot, "Rosa Us")
    (done,) = counter.ask(counts.last_counts)
    assert counter.ask(partial(result_paper, count_id=done.count_id)).pdf()[:4] == b"%PDF"
