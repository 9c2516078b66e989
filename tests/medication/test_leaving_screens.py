"""The shelf as hands use it: what is sent, what expired, what is destroyed, and all that does not add up."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.medication.letters.transfer import packing_slip, slip_halves
from clinic_desktop.features.medication.queries import disposals, transfers
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.leaving import Leaving
from clinic_desktop.features.medication.screens.stock import StockPage
from clinic_desktop.features.medication.service import transfers as service
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing.paper import Letterhead
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit import dialogs
from tests.medication.counter import Counter

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(open_screen: Callable[..., Any], counter: Counter) -> StockPage:
    counter.receive(60, "A1", date(2027, 3, 31))
    counter.receive(40, "B1", date(2027, 9, 30))
    counter.do(lambda w: w.add(Site(code="SUR", name="Clinica del Sur", kind="clinic", zone="America/Guatemala")).id)
    return open_screen(StockPage)


def front(qtbot: Any) -> Any:
    sheet: Any = dialogs.front()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is sheet)
    return sheet


def fill(qtbot: Any, field: Any, words: str) -> None:
    field.clear()
    qtbot.keyClicks(field, words)


def test_a_sending_by_keys_takes_the_first_to_expire_and_shows_its_slip(
    page: StockPage, counter: Counter, qtbot: Any
) -> None:
    page.send.click()
    sheet = front(qtbot)
    assert sheet.product.value() == counter.fluoxetine, "the chosen medicine is there already"
    fill(qtbot, sheet.to, "cli")
    qtbot.keyClick(sheet.to, Qt.Key.Key_Return)
    fill(qtbot, sheet.units, "4x20")
    qtbot.keyClick(sheet.units, Qt.Key.Key_Return)
    assert [(lot.lot_number, units) for _id, _product, lot, units in sheet.lines] == [("A1", 60), ("B1", 20)]
    qtbot.keyClick(sheet.units, Qt.Key.Key_Return, CTRL)
    assert counter.lots() == {"A1": 0, "B1": 20}
    (sent,) = counter.ask(transfers.sendings)
    assert sent.to_name == "Clinica del Sur"
    slip: Any = dialogs.front()
    slip.reject()
    page.left.click()
    listed = front(qtbot)
    assert sent.number in listed.table.rows.row(0).number


def test_what_expired_is_off_the_shelf_in_two_keys(
    page: StockPage, counter: Counter, clock: StillClock, qtbot: Any
) -> None:
    assert page.expired.isHidden()
    clock.advance(days=200)
    page.reload()
    assert page.expired.text() == "Expired: 1"
    qtbot.keyClick(page.expired, Qt.Key.Key_Return)
    sheet = front(qtbot)
    assert sheet.take_off.hasFocus()
    qtbot.keyClick(sheet.take_off, Qt.Key.Key_Return)
    assert counter.lots() == {"A1": 0, "B1": 40}
    assert page.expired.isHidden()


def test_an_act_asks_for_a_second_name_a_place_and_a_way(page: StockPage, counter: Counter, qtbot: Any) -> None:
    page.lots.choose_at(0)
    qtbot.keyClick(page.act, Qt.Key.Key_Return)
    sheet = front(qtbot)
    for field, words in ((sheet.where, "hospital"), (sheet.how, "incinerado"), (sheet.reason, "mojadas")):
        fill(qtbot, field, words)
    fill(qtbot, sheet.units, "10")
    qtbot.keyClick(sheet.units, Qt.Key.Key_Return, CTRL)
    assert "second" in {name for name, field in sheet.form.fields.items() if field.is_wrong()}
    fill(qtbot, sheet.second, "Rosa Us")
    qtbot.keyClick(sheet.second, Qt.Key.Key_Return, CTRL)
    assert counter.lots() == {"A1": 50, "B1": 40}
    assert [act.second_name for act in counter.ask(disposals.acts)] == ["Rosa Us"]


def test_every_finding_can_be_read_and_leads_to_its_lot_below_zero_in_red_and_not_an_error(
    page: StockPage, counter: Counter, qtbot: Any
) -> None:
    others = [counter.product(f"medicina {n}") for n in range(5)]
    for number, product in enumerate(others):
        counter.receive(20, f"N{number}", product=product)

    def overdraw(work: Work) -> None:
        for lot in work.plain("SELECT id FROM stock_lot WHERE lot_number LIKE 'N%'"):
            work.add(
                StockMovement(
                    lot_id=lot[0], site_id=work.site_id, kind=MovementKind.LOSS, units=-30, occurred_on=work.today
                )
            )  # fmt: skip

    counter.do(overdraw)
    assert "And 4 more." in page.wrong.words.text()
    qtbot.keyClick(page.all_wrong, Qt.Key.Key_Return)
    sheet = front(qtbot)
    assert len(sheet.shows) == 5 and sheet.shows[0].hasFocus()
    qtbot.keyClick(sheet.shows[4], Qt.Key.Key_Return)
    row = page.lots.row()
    assert row is not None and row.lot.units == -10
    assert page.window().focusWidget() is page.lots
    shown = page.products.rows.cell(page.products.row(), 1)  # type: ignore[arg-type]
    assert not isinstance(shown, str) and shown.chips[0].tone == "danger" and "10" in shown.chips[0].text


def test_both_days_of_a_movement_and_when_it_was_typed_are_said(page: StockPage, counter: Counter) -> None:
    line = DeliveryLine(counter.fluoxetine, "C1", date(2028, 1, 31), 20)
    counter.receive_lines(line, received_on=date(2026, 11, 20))
    page.movements.choose_at(page.movements.count() - 1)
    row = page.movements.row()
    assert row is not None and row.lot_number == "C1"
    cell: Any = page.movements.rows.cell(row, 0)
    assert cell.said() == "20-nov-2026 typed 23-nov-2026"
    assert "Typed on 23-nov-2026, 08:00" in page.who.text()


def test_the_papers_of_what_left_print_whatever_they_hold_and_name_no_illness(
    page: StockPage, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = counter.ask(transfers.receivers)[0].site_id
    transfer_id = new_id()
    lots = counter.ask(lambda r: r.plain("SELECT id FROM stock_lot"))
    lines = [Leaving(new_id(), lot[0], 10) for lot in lots]
    told = "</para>" + "x" * 20_000
    counter.do(
        partial(service.send, transfer_id=transfer_id, lines=lines, to_site_id=site, carrier_text=told, reason=None)
    )
    box, back = counter.ask(partial(slip_halves, transfer_id=transfer_id))
    assert box.folio == back.folio
    assert counter.ask(partial(packing_slip, transfer_id=transfer_id))[:4] == b"%PDF"
    tells = Letterhead("Clínica de salud mental", ("Calle 1",))
    monkeypatch.setattr("clinic_desktop.features.agenda.letters.calls.letterhead", lambda _asker: tells)
    box, back = counter.ask(partial(slip_halves, transfer_id=transfer_id))
    assert box.letterhead is None and back.letterhead is None


def test_in_the_smallest_window_one_list_stands_beside_the_shelf_and_enter_leads_inward(
    page: StockPage, qtbot: Any
) -> None:
    assert page.lots.isVisible() and page.movements.isVisible() and not page.side_tabs.isVisible()
    page.resize(827, 350)
    assert page.lots.isVisible() and not page.movements.isVisible()
    qtbot.keyClick(page.products, Qt.Key.Key_Return)
    qtbot.keyClick(page.lots, Qt.Key.Key_Return)
    assert page.movements.isVisible() and not page.lots.isVisible()
    assert page.movements.viewport().height() >= 2 * 46, "two lines can be read"
    qtbot.keyClick(page.products, Qt.Key.Key_Return)
    assert page.lots.isVisible()
