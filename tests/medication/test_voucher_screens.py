"""Vouchers as hands use them: two keys at the counter, a folio and Enter, a month line by line; and the papers."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.app import house
from clinic_desktop.features.consults.screens import slots as chart_slots
from clinic_desktop.features.medication.letters import voucher as letters
from clinic_desktop.features.medication.letters.voucher import VoucherPaper
from clinic_desktop.features.medication.queries import statements
from clinic_desktop.features.medication.queries import vouchers as queries
from clinic_desktop.features.medication.rules.vouchers import VoucherState
from clinic_desktop.features.medication.screens.medicines import MedicinesScreen
from clinic_desktop.features.medication.screens.statement import StatementPage
from clinic_desktop.features.medication.screens.voucher_sheets import AnswerSheet, VoucherSheet, ask_vouchers
from clinic_desktop.features.medication.screens.vouchers import VouchersPage
from clinic_desktop.features.medication.service.prescribing import stop_medicine
from clinic_desktop.features.settings.service import choose
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import dialogs
from tests.medication.counter import Counter
from tests.medication.pharmacy import Alliance, open_alliance
from tests.printing.reading import texts

Open = Callable[..., Any]
ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shown(open_screen: Open) -> Open:
    """Screens that live as long as the test: a sheet that is left must not be the last to hold its screen."""
    kept: list[Any] = []

    def show(screen_class: Any) -> Any:
        kept.append(open_screen(screen_class))
        return kept[-1]

    return show


@pytest.fixture
def alliance(counter: Counter) -> Alliance:
    return open_alliance(counter)


def front() -> Any:
    QApplication.processEvents()
    return dialogs.front()


def lacking(counter: Counter) -> Any:
    return counter.ask(partial(queries.lacking_of, patient_id=counter.patient))


def test_two_keys_from_a_prescription_to_its_voucher(
    counter: Counter, alliance: Alliance, shown: Open, qtbot: Any
) -> None:
    counter.prescribe()
    screen = shown(MedicinesScreen)
    QApplication.processEvents()
    qtbot.keyClick(screen.page().people, Qt.Key.Key_W, CTRL)
    sheet = front()
    assert isinstance(sheet, VoucherSheet)
    assert [line.units.text() for line in sheet.lines] == ["30"]
    qtbot.keyClick(sheet.go, ENTER)
    (row,) = counter.ask(queries.open_vouchers)
    assert (row.units, row.state) == (30, VoucherState.OPEN)
    assert front() is not None and front() is not sheet, "its paper, ready to print"
    front().reject()
    assert screen.tabs._counts[screen.codes().index("vouchers")] == 1
    counter.do(partial(stop_medicine, request_id=row.request_id, reason="mareo"))
    page = screen.open_tab("vouchers")
    assert [chip.text for chip in page._until(page.out.row()).chips] == ["Medicine stopped"]


def test_a_line_is_taken_out_and_its_amount_changed_before_it_is_written(
    counter: Counter, alliance: Alliance, shown: Open
) -> None:
    other = counter.product("biperideno", "2 mg")
    counter.prescribe()
    counter.prescribe(product=other)
    screen = shown(MedicinesScreen)
    sheet: Any = ask_vouchers(screen._office, lacking(counter), screen)
    assert [line.cost.text() for line in sheet.lines] == ["Q 120.00", "no price was agreed"]
    sheet.lines[1].chosen.setChecked(False)
    for typed, may in (("31x", False), ("0", False), ("10", True)):
        sheet.lines[0].units.setText(typed)
        sheet.lines[0].units.textEdited.emit(typed)
        assert sheet.go.isEnabled() is may
    sheet.go.click()
    assert [row.units for row in counter.ask(queries.open_vouchers)] == [10]
    front().reject()


def test_without_a_pharmacy_that_may_have_it_the_sheet_says_so(counter: Counter, shown: Open) -> None:
    counter.prescribe()
    screen = shown(MedicinesScreen)
    sheet: Any = ask_vouchers(screen._office, lacking(counter), screen)
    assert not sheet.go.isEnabled()
    assert "No pharmacy may receive vouchers" in sheet.wrong.text()
    sheet.reject()


def test_a_folio_and_enter_open_the_answer_and_ctrl_enter_keeps_it(
    counter: Counter, alliance: Alliance, shown: Open, qtbot: Any
) -> None:
    voucher_id = alliance.send(counter.prescribe())
    page = shown(VouchersPage)
    qtbot.keyClicks(page.folio, alliance.row(voucher_id).folio.lower().replace("-", " "))
    qtbot.keyClick(page.folio, ENTER)
    sheet = front()
    assert isinstance(sheet, AnswerSheet)
    qtbot.keyClick(sheet.units, ENTER)
    qtbot.keyClicks(sheet.day, "23/11")
    sheet.save.click()
    assert alliance.row(voucher_id).state is VoucherState.FILLED
    assert page.out.count() == 0 and page.answered.count() == 1


def test_a_wrong_check_sign_is_said_and_opens_nothing_by_itself(
    counter: Counter, alliance: Alliance, shown: Open, qtbot: Any, clock: Any
) -> None:
    voucher_id = alliance.send(counter.prescribe())
    folio = alliance.row(voucher_id).folio
    wrong = folio[:-1] + ("A" if folio[-1] != "A" else "C")
    page = shown(VouchersPage)
    qtbot.keyClicks(page.folio, wrong)
    qtbot.keyClick(page.folio, ENTER)
    assert front() is None
    assert folio in page.wrong.text() and page.out.key() is not None
    page.folio.setText("nada")
    qtbot.keyClick(page.folio, ENTER)
    assert "No voucher has this folio" in page.wrong.text()
    alliance.answer(voucher_id, 30)
    clock.advance(days=130)
    other = alliance.send(counter.prescribe())
    alliance.answer(other, 30, day=date(2027, 4, 2))
    page.folio.setText(wrong)
    qtbot.keyClick(page.folio, ENTER)
    assert "Enter opens it" not in page.wrong.text(), "Enter would open another one: this is in no list any more"


def test_a_month_is_typed_by_folio_and_amount_and_a_lock_loses_none_of_it(
    counter: Counter, alliance: Alliance, shown: Open, qtbot: Any
) -> None:
    voucher_id = alliance.send(counter.prescribe())
    alliance.answer(voucher_id, 30)
    folio = alliance.row(voucher_id).folio
    page = shown(StatementPage)
    qtbot.keyClicks(page.month, "11")
    qtbot.keyClicks(page.folio, folio)
    qtbot.keyClick(page.folio, ENTER)
    assert page.amount.text() == "120.00", "what was agreed is filled in"
    qtbot.keyClick(page.amount, ENTER)
    qtbot.keyClicks(page.folio, folio)
    qtbot.keyClick(page.folio, ENTER)
    page.amount.setText("130")
    qtbot.keyClick(page.amount, ENTER)
    assert [line.agreed.amount for line in page.lines()] == [120, 0]
    qtbot.keyClicks(page.folio, wrong := folio[:-1] + ("A" if folio[-1] != "A" else "C"))
    qtbot.keyClick(page.folio, ENTER)
    assert folio in page.wrong.text() and page.folio.text() == wrong, "it is asked which one is meant"
    qtbot.keyClick(page.folio, ENTER)
    assert not page.wrong.isVisible(), "once more takes it as it is written"
    again = shown(StatementPage)
    assert [line.folio_text for line in again._lines] == [folio, folio]
    again.table.choose_at(1)
    qtbot.keyClick(again.table, Qt.Key.Key_Delete)
    again.close_month.click()
    front().yes.click()
    (closed,) = counter.ask(statements.statements)
    assert (closed.month, closed.agreed.amount) == ("2026-11", 120)
    front().reject()
    assert again._lines == [] and shown(StatementPage)._lines == []


def paper_of(alliance: Alliance, voucher_id: str) -> str:
    pages = texts(alliance.counter.ask(partial(letters.vouchers_pdf, voucher_ids=[voucher_id])))
    assert len(pages) == 1, "both halves on one sheet"
    return pages[0]


def test_both_halves_say_folio_name_medicine_and_quantity_in_words_and_never_why(
    counter: Counter, alliance: Alliance
) -> None:
    set_language("es")
    voucher_id = alliance.send(counter.prescribe())
    said = paper_of(alliance, voucher_id)
    for words in (alliance.row(voucher_id).folio, "CETO MARCOS, Elena", "30 cápsulas (treinta)", "8-dic-2026"):
        assert said.count(words) == 2, words
    assert said.count("fluoxetina 20 mg") == 2
    assert "Recibió" in said and "huella" in said and "Lote" in said
    for never in ("iagnóst", "iquiat", "mental"):
        assert never not in said


def test_a_copy_of_what_is_no_promise_any_more_says_on_both_halves_that_nothing_is_handed_out(
    counter: Counter, alliance: Alliance
) -> None:
    voucher_id = alliance.send(request_id := counter.prescribe())
    counter.do(partial(stop_medicine, request_id=request_id, reason="mareo"))
    assert paper_of(alliance, voucher_id).count("Do not hand out: Medicine stopped") == 2
    alliance.cancel(voucher_id)
    page = paper_of(alliance, voucher_id)
    assert page.count("Do not hand out: Cancelled by us") == 2 and "Valid until" not in page


def test_a_letterhead_that_would_tell_is_left_out(counter: Counter, alliance: Alliance) -> None:
    counter.do(partial(choose, key="letterhead_name", value="Centro de salud mental"))
    assert "mental" not in paper_of(alliance, alliance.send(counter.prescribe()))


def test_long_names_print_whole(counter: Counter, alliance: Alliance) -> None:
    from dataclasses import replace

    row = alliance.row(alliance.send(counter.prescribe()))
    row = replace(row, said="Chávez " * 60, partner="Farmacia " * 60, medicine_text="m" * 3000)
    paper = letters.lay_out_voucher(VoucherPaper(None, "letter", row, "Dra. X · colegiado 1", "Ana", "hoy"))
    assert "".join(texts(paper.pdf())).count("Chávez") >= 120


def test_after_a_signature_the_voucher_is_among_the_papers_while_the_shelf_lacks_it(
    counter: Counter, alliance: Alliance, office: Any
) -> None:
    house.furnish()
    (paper,) = [one for one in chart_slots.signed_papers if one.title == "Voucher for a pharmacy"]
    note_id = new_id()
    counter.prescribe(note=note_id)
    assert paper.always_ask and paper.wanted(office, note_id)
    counter.receive(30)
    assert not paper.wanted(office, note_id)
