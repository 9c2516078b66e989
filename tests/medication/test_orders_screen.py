"""From what is proposed to an order on paper, by keys; and the pictures of the stock."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from python_calamine import CalamineWorkbook

from clinic_desktop.features.medication.letters.order import order_paper, order_rows
from clinic_desktop.features.medication.letters.stock_picture import expiry_paper, stock_paper
from clinic_desktop.features.medication.queries import expiring, history, ordering
from clinic_desktop.features.medication.rules.ordering import OrderState
from clinic_desktop.features.medication.rules.stock_course import MarkKind
from clinic_desktop.features.medication.rules.stock_drawing import draw_course, draw_expiry
from clinic_desktop.features.medication.screens.expiring import ExpiringSheet
from clinic_desktop.features.medication.screens.leaving import SendSheet
from clinic_desktop.features.medication.screens.order_new import NewOrder
from clinic_desktop.features.medication.screens.order_sheets import AskSheet, write_sheet
from clinic_desktop.features.medication.screens.orders import OrdersPage
from clinic_desktop.features.medication.screens.stock_picture import StockPictureSheet
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing.drawing import Letters
from clinic_desktop.uikit import dialogs
from tests.medication.counter import Counter
from tests.printing.reading import texts

LETTERS = Letters(lambda words, _small, _strong: 6.0 * len(words), 18, 14)


@pytest.fixture
def used(counter: Counter, clock: Any) -> Counter:
    """Two capsules a day on a month with stock, then none for two months."""
    counter.receive(120, "A1")
    counter.give(counter.prescribe("1-0-1", 30, note=new_id()), 60)
    clock.advance(days=30)
    counter.give(counter.prescribe("1-0-1", 30, note=new_id()), 60, accept_early=True)
    clock.advance(days=59)
    return counter


def test_an_order_is_written_by_keys_and_another_number_says_why(
    used: Counter, open_screen: Any, qtbot: Any, office: Any, tmp_path: Path
) -> None:
    page = open_screen(OrdersPage)
    page.open_new()
    new = page.pages.currentWidget()
    assert isinstance(new, NewOrder)
    qtbot.keyClick(new.table, Qt.Key.Key_Return)
    sheet = dialogs.front()
    assert isinstance(sheet, AskSheet)
    assert "In 90 days 120 capsules were handed out, on 31 days with stock." in sheet.why.text()
    sheet.units.setText("10x20")
    qtbot.keyClick(sheet.units, Qt.Key.Key_Return)
    assert sheet.isVisible(), "another number and no reason"
    sheet.reason.setText("no cabe más")
    qtbot.keyClick(sheet.reason, Qt.Key.Key_Return)
    assert not sheet.isVisible()
    new.save.click()
    (order,) = used.ask(ordering.orders)
    assert [(line.proposed, line.asked, line.reason) for line in order.lines] == [(300, 200, "no cabe más")]
    assert order.partner is None and order.state is OrderState.WRITTEN
    assert page.orders.row().order_id == order.order_id
    write_sheet(office, order.order_id, tmp_path / "no" / "pedido.xlsx", page)
    assert any("could not be saved" in str(said) for said in office.voice.said), "a folder that is not there is told"
    assert used.ask(partial(ordering.order, order_id=order.order_id)).state is OrderState.WRITTEN, "nothing left"
    write_sheet(office, order.order_id, tmp_path / "pedido.xlsx", page)
    read = CalamineWorkbook.from_path(str(tmp_path / "pedido.xlsx")).get_sheet_by_index(0).to_python()
    assert read[-1][1] == "fluoxetina" and read[-1][3] == 200
    assert used.ask(partial(ordering.order, order_id=order.order_id)).state is OrderState.SENT


def test_a_product_is_left_out_and_added(used: Counter, open_screen: Any) -> None:
    other = used.product("sertralina", "50 mg")
    page = open_screen(OrdersPage)
    page.open_new()
    new = page.pages.currentWidget()
    assert isinstance(new, NewOrder)
    new.leave_out.click()
    assert not new.save.isEnabled()
    new._put_in(other)
    sheet = dialogs.front()
    assert isinstance(sheet, AskSheet) and "Too few days" in sheet.why.text()
    sheet.level.click()
    level: Any = dialogs.front()
    level.least.setText("60")
    level.save.click()
    assert sheet.units.text() == "60", "the least that was just written is proposed"
    sheet.units.setText("40")
    sheet.reason.setText("empieza una persona")
    sheet.save.click()
    new.save.click()
    (order,) = used.ask(ordering.orders)
    assert [line.presentation_id for line in order.lines] == [other]
    new._written(order.number)
    assert page.pages.count() == 1, "a second Enter does not take the list away"


def test_an_order_on_paper_names_products_and_nobody(used: Counter, do: Any) -> None:
    from tests.medication.test_ordering import line_of, place

    order_id = place(used, line_of(used))
    page = " ".join(texts(used.ask(partial(order_paper, order_id=order_id)).pdf()))
    assert "fluoxetina 20 mg — capsule — by mouth" in page and "15 boxes × 20 = 300 capsules" in page
    assert "CETO" not in page
    rows = used.ask(partial(order_rows, order_id=order_id))
    assert len({len(row) for row in rows[6:]}) == 1


def test_the_course_of_a_product_tells_what_came_and_when_there_was_none(used: Counter) -> None:
    used.receive(90, "B2")
    course = used.ask(partial(history.stock_course, presentation_id=used.fluoxetine))
    assert [(mark.kind, mark.units) for mark in course.marks] == [(MarkKind.CAME, 120), (MarkKind.CAME, 90)]
    assert dict(course.usable)[course.today] == 90 == used.balance().usable
    ((first, last),) = course.gaps()
    assert (last - first).days + 1 == 59
    assert course.ends_on is not None and course.ahead()[-1][1] == 0
    drawn = draw_course(course, 700, 300, LETTERS)
    assert all(0 <= getattr(shape, "x", 0) <= 700 for shape in drawn.shapes)
    page = " ".join(texts(used.ask(partial(stock_paper, presentation_id=used.fluoxetine)).pdf()))
    assert "none left, for 59 days" in page and "90 usable" in page


def test_what_will_not_be_used_is_offered_elsewhere(used: Counter) -> None:
    from datetime import timedelta

    today = used.ask(lambda reading: reading.today)
    used.receive(400, "C3", today + timedelta(days=100), used.fluoxetine)
    (row,) = used.ask(expiring.expiring_soon)
    # 120 capsules on 32 days with stock are 3.75 a day: 378.75 of them until it expires.
    assert row.expiring.at_risk == 22
    months = used.ask(expiring.expiry_months)
    assert len(months) == 12 and sum(month.units for month in months) == 400
    assert draw_expiry(months, 700, 240, LETTERS).shapes
    page = " ".join(" ".join(texts(used.ask(expiry_paper).pdf())).split())
    assert "Use first; offer 22" in page, page


def test_the_arrows_say_every_point_of_a_picture(used: Counter, open_screen: Any, office: Any, qtbot: Any) -> None:
    used.receive(90, "B2")
    page = open_screen(OrdersPage)
    sheet = StockPictureSheet(office, used.fluoxetine, page)
    sheet.open()
    qtbot.keyClick(sheet.picture, Qt.Key.Key_Home)
    assert "120 capsules came" in sheet.picture.accessibleDescription() == sheet.said.text()
    qtbot.keyClick(sheet.picture, Qt.Key.Key_End)
    assert "none is left" in sheet.said.text()
    sheet.reject()
    soon = ExpiringSheet(office, page)
    soon.open()
    qtbot.keyClick(soon.picture, Qt.Key.Key_Right)
    assert soon.said.text() == soon.picture.accessibleDescription()
    soon.give.click()
    send = dialogs.front()
    assert isinstance(send, SendSheet) and send.product.value() == used.fluoxetine
    send.reject()
    soon.reject()
