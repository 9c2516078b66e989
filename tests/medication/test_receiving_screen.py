"""A delivery as hands and scanners type it: few keys, nothing wrong on the shelf, nothing lost by a power cut."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.features.medication.queries import barcodes, deliveries, donations, ordering, senders, transfers
from clinic_desktop.features.medication.records.partners import Donation
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement, StockTransfer
from clinic_desktop.features.medication.rules.kinds import ColdChain, Gift, MovementKind, PartnerKind
from clinic_desktop.features.medication.screens.medicines import MedicinesScreen
from clinic_desktop.features.medication.screens.receiving import ReceivePage
from clinic_desktop.features.medication.service import barcodes as learning
from clinic_desktop.features.medication.service import donations as giving
from clinic_desktop.features.medication.service import ordering as ordering_service
from clinic_desktop.features.medication.service import partners
from clinic_desktop.features.medication.service.donations import NewGift
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit import dialogs
from tests.medication.counter import Counter

TODAY = date(2026, 11, 23)
GTIN = "07501234567893"
Open = Callable[..., ReceivePage]


@pytest.fixture
def receive(open_screen: Callable[..., Any]) -> Open:
    kept: list[MedicinesScreen] = []

    def show() -> Any:
        kept.append(open_screen(MedicinesScreen, tab="receive"))
        kept[-1].activateWindow()
        QTest.qWaitForWindowActive(kept[-1])
        return kept[-1].page()

    return show


def keys(text: str) -> int:
    """Type to wherever the keyboard goes, "\n" for Enter, "\t" for Tab; how many keys that was."""
    for sign in text:
        target: QWidget | None = QApplication.activePopupWidget() or QApplication.focusWidget()
        assert target is not None
        if sign == "\n":
            QTest.keyClick(target, Qt.Key.Key_Return)
        elif sign == "\t":
            QTest.keyClick(target, Qt.Key.Key_Tab)
        elif sign == "\x1d":
            QTest.keyClick(target, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
        else:
            QTest.keyClicks(target, sign)
    return len(text)


def typed_lines(page: ReceivePage) -> list[tuple[str | None, date, int]]:
    return [(x.line.lot_number, x.line.expires_on, x.line.units) for x in page.lines]


def test_a_line_is_in_with_twenty_keys_and_the_hand_is_at_the_next(counter: Counter, receive: Open) -> None:
    page = receive()
    keys("nueva\nF-12\n\n")
    for lot in ("a1123", "b2234"):
        assert QApplication.focusWidget() is page.product
        assert keys(f"flu\n{lot}\n0627\n3x20\n") <= 20
    june = date(2027, 6, 30)
    assert typed_lines(page) == [("A1123", june, 60), ("B2234", june, 60)]
    assert counter.balance().units == 0
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert counter.lots() == {"A1123": 60, "B2234": 60}
    assert {m.document for m in counter.movements()} == {"F-12"}


def test_a_scanner_fills_product_lot_and_expiry_and_its_enter_or_tab_closes_and_saves_nothing(
    counter: Counter, receive: Open
) -> None:
    learn = partial(learning.learn_barcode, barcode_id=new_id(), gtin=GTIN, presentation_id=counter.fluoxetine)
    counter.do(partial(learn, pack_units=30))
    page = receive()
    page.partner.set_value(counter.pharmacy, "Farmacia Nueva")
    page.take_focus()
    for text, lot in ((f"01{GTIN}1727063010A1\n", "A1"), (f"]d201{GTIN}10A21B7\x1d17270600\n", "A21B7")):
        keys(text)
        assert page.lot.text() == lot
        assert QApplication.focusWidget() is page.units
        keys("2x\n")
    assert typed_lines(page) == [("A1", date(2027, 6, 30), 60), ("A21B7", date(2027, 6, 30), 60)]
    for at in page.form._editors().values():
        at.setFocus()
        keys(f"+d201{GTIN}1727063010A1\t")
        assert (page.product.value(), page.lot.text(), page.units.text()) == (counter.fluoxetine, "A1", "")
        assert QApplication.focusWidget() is page.units and len(page.lines) == 2
        page.form.clear_line()
    page.product.setFocus()
    keys("7501234567893\t")
    assert QApplication.focusWidget() is page.lot and page.product.value() == counter.fluoxetine
    page.form.clear_line()
    page.product.setFocus()
    assert counter.balance().units == 0
    keys(f"01{GTIN}1727063010A21B7\n")
    assert page.lot.text() == "" and QApplication.focusWidget() is page.lot, "a lot that may end twice is not guessed"
    page.form.clear_line()
    page.product.setFocus()
    keys(f"01{GTIN[:-1]}41727063010A1\n")
    assert page.form.fields["product"].is_wrong() and len(page.lines) == 2


def test_a_new_barcode_is_asked_about_once(counter: Counter, receive: Open) -> None:
    page = receive()
    page.product.setFocus()
    keys("7501234567893\n")
    sheet: Any = dialogs.front()
    QTest.keyClicks(sheet.product, "flu")
    QTest.keyClick(sheet.product, Qt.Key.Key_Return)
    assert sheet.product.value() == counter.fluoxetine
    assert sheet.pack.text() == "20"
    sheet.pack.setText("30")
    QTest.keyClick(sheet.pack, Qt.Key.Key_Return)
    assert page.product.value() == counter.fluoxetine
    known = counter.ask(partial(barcodes.meaning, gtin=GTIN))
    assert (known.presentation_id, known.pack_units) == (counter.fluoxetine, 30)
    page.form.clear_line()
    page.product.setFocus()
    keys("7501234567893\n")
    assert page.product.value() == counter.fluoxetine
    assert QApplication.focusWidget() is page.lot


def test_another_product_chosen_after_a_scan_is_asked_and_learned(counter: Counter, receive: Open, office: Any) -> None:
    other = counter.product("sertralina", "50 mg")
    learn = partial(learning.learn_barcode, barcode_id=new_id(), gtin=GTIN, presentation_id=counter.fluoxetine)
    counter.do(learn)
    page = receive()
    page.product.setFocus()
    keys("7501234567893\n")
    page.product.setFocus()
    page.product.selectAll()
    keys("sert\n")
    assert len(office.voice.asked) == 1
    assert counter.ask(partial(barcodes.meaning, gtin=GTIN)).presentation_id == other


def test_the_barcode_of_the_box_is_never_taken_for_its_lot(counter: Counter, receive: Open) -> None:
    page = receive()
    page.product.setFocus()
    keys("flu\n7501234567893\n0627\n60\n")
    assert page.lines == []
    assert page.form.fields["lot"].is_wrong()


IMPOSSIBLE = {
    "expiry": ("1026", "0299", "soon", "3127", "0027"),
    "units": ("0", "-5", "1000000000", "1.5", "½", "1,5", "3x", "-", "sixty"),
    "lot": ("   ", "7501234567893", f"01{GTIN}1727063010A1"),
}


def test_what_cannot_be_is_said_beside_its_field_and_changes_nothing(counter: Counter, receive: Open) -> None:
    other = counter.product("loratadina", "10 mg", pack=None)
    page = receive()
    page.product.setFocus()
    keys("lora\n")
    good = {"lot": "A1", "expiry": "0627", "units": "60"}
    for field, several in IMPOSSIBLE.items():
        for typed in several:
            page.form.fill(good | {field: typed})
            page.add_line()
            assert page.form.fields[field].is_wrong(), typed
            assert page.form.fields[field].message().count(". ") <= 1, "one sentence, and what to do"
            assert page.lines == [] and counter.movements(other) == ()
            assert page.product.value() == other, "what was right stays"
            page.form.complain(field, None)
    page.form.fill(good | {"expiry": "1026"})
    page.head.day.setFocus()
    keys("1/2/2026\n")
    page.add_line()
    assert len(page.lines) == 1, "it expired after it came: typed late, it stands in the books"


def test_a_box_without_number_is_asked_about_and_recorded_so(counter: Counter, receive: Open) -> None:
    page = receive()
    page.partner.set_value(counter.pharmacy, "Farmacia Nueva")
    page.product.setFocus()
    keys("flu\n\n")
    assert QApplication.focusWidget() is page.no_lot
    keys(" 0627\n60\n")
    assert typed_lines(page) == [(None, date(2027, 6, 30), 60)]
    page.receive.click()
    assert counter.lots() == {None: 60}


def test_a_power_cut_loses_no_line_and_nothing_is_received_twice(counter: Counter, receive: Open, do: Any) -> None:
    page = receive()
    keys("nueva\nF-12\n\n")
    for at in range(40):
        page.form.fill({"lot": f"l{at}", "expiry": "0627", "units": "1x20"})
        page.product.setText("flu")
        page.product.textEdited.emit("flu")
        page.product.take_best()
        page.add_line()
    keys("flu\nbegun")
    page.keep_draft()
    again = receive()
    assert [x.line for x in again.lines] == [x.line for x in page.lines]
    assert (again.document.text(), again.lot.text(), again.partner.text()) == (
        "F-12", "begun", page.partner.text(),
    )  # fmt: skip
    again.form.clear_line()
    again.receive.click()
    assert counter.balance().units == 800
    assert again.lines == []
    page.form.clear_line()
    page.receive.click()
    assert counter.balance().units == 800, "the first window holds the same delivery"
    assert receive().lines == []


def test_a_gift_is_made_once_for_its_delivery_and_its_lots_name_it(counter: Counter, receive: Open) -> None:
    counter.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Laboratorio Ejemplo"))
    page = receive()
    keys("labor\n")
    assert page.head.fields["gift"].isVisible()
    page.product.setFocus()
    keys("flu\ns1\n0627\n60\n")
    page.receive.click()
    assert page.head.fields["gift"].is_wrong() and counter.balance().units == 0, "the gift is asked first"
    page.head._new_gift.click()
    sheet: Any = dialogs.front()
    sheet.document.setText("DON-7")
    sheet.value.setText("1,250.50")
    sheet.least_days.setText("365")
    sheet.save.click()
    assert page.document.text() == "DON-7"
    page.receive.click()
    (gift,) = counter.ask(donations.donations)
    assert (gift.kind, gift.document, str(gift.value.amount), gift.least_days) == (
        Gift.MEDICINE, "DON-7", "1250.50", 365,
    )  # fmt: skip
    (lot,) = counter.ask(partial(donations.lots_of, donation_id=gift.donation_id))
    assert (lot.lot_number, lot.fate.received, lot.fate.left) == ("S1", 60, 60)


def test_what_came_warm_or_broken_is_noted_and_leaves_the_shelf_at_once(counter: Counter, receive: Open) -> None:
    page = receive()
    page.partner.set_value(counter.pharmacy, "Farmacia Nueva")
    page.product.setFocus()
    keys("flu\na1\n0627\n3x20\n")
    page.condition.click()
    sheet: Any = dialogs.front()
    sheet.cold.set_at(1)
    sheet.damaged.setText("61")
    sheet.deeds.itemAt(sheet.deeds.count() - 1).widget().click()
    assert sheet.form.fields["damaged"].is_wrong()
    sheet.damaged.setText("4")
    sheet.what.setText("mojadas")
    sheet.deeds.itemAt(sheet.deeds.count() - 1).widget().click()
    page.receive.click()
    assert sorted((m.kind, m.units) for m in counter.movements()) == [
        (MovementKind.LOSS, -4),
        (MovementKind.RECEIPT, 60),
    ]
    (row,) = counter.ask(deliveries.deliveries)
    (line,) = counter.ask(partial(deliveries.lines_of, delivery_id=row.delivery_id))
    assert (line.units, line.damaged, line.damage_text, line.cold_chain) == (60, 4, "mojadas", ColdChain.BROKEN)


def test_short_lots_are_refused_by_a_letter_and_then_not_received(
    counter: Counter, receive: Open, office: Any, qtbot: Any
) -> None:
    donor = counter.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Laboratorio Ejemplo"))
    gift = NewGift(donor, Gift.MEDICINE, TODAY, "DON-7", least_days=365)
    counter.do(partial(giving.add_donation, donation_id=new_id(), gift=gift))
    page = receive()
    keys("labor\n")
    page.gift.setCurrentIndex(1)
    page.gift.activated.emit(1)
    page.product.setFocus()
    keys("flu\ns1\n0527\n60\nflu\ns2\n0628\n60\n")
    assert page.refuse.isVisible()
    page.refuse.click()
    preview: Any = dialogs.front()
    done: list[bool] = []
    preview._record(_leaving(), lambda: done.append(True))
    preview.close()
    assert done == [True]
    assert [lot for lot, _day, _units in typed_lines(page)] == ["S2"]
    page.receive.click()
    assert office.voice.asked == []
    assert counter.lots() == {"S2": 60}


def _send_from(work: Work, site_id: str, product: str, donor: str, transfer_id: str) -> str:
    """What a merge brings of another clinic: its lot with its gift, and the sending that left it."""
    work.add(Site(id=site_id, code="NEB", name="Nebaj", kind="clinic", zone="UTC", origin_site_id=site_id))
    gift = Donation(partner_id=donor, kind=Gift.MEDICINE, given_on=TODAY, origin_site_id=site_id)
    donation_id = work.add(gift).id
    lot = StockLot(
        presentation_id=product, lot_number="N1", expires_on=date(2027, 6, 30), partner_id=donor,
        donation_id=donation_id, origin_site_id=site_id,
    )  # fmt: skip
    lot_id = work.add(lot).id
    sent = StockTransfer(id=transfer_id, number="NEB-1", to_site_id=work.site_id, sent_on=TODAY, origin_site_id=site_id)
    work.add(sent)
    for kind, units in ((MovementKind.RECEIPT, 100), (MovementKind.TRANSFER_OUT, -40)):
        of_sending = transfer_id if units < 0 else None
        moved = StockMovement(
            lot_id=lot_id, site_id=site_id, kind=kind, units=units, occurred_on=TODAY, transfer_id=of_sending,
            origin_site_id=site_id,
        )  # fmt: skip
        work.add(moved)
    return donation_id


def test_what_another_clinic_sent_is_there_to_be_compared_and_stays_of_its_gift(
    counter: Counter, receive: Open, do: Any
) -> None:
    donor = do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Laboratorio Ejemplo"))
    send = partial(_send_from, site_id=new_id(), product=counter.fluoxetine, donor=donor, transfer_id=new_id())
    donation_id = do(send)
    page = receive()
    keys("neb\n")
    assert typed_lines(page) == [("N1", date(2027, 6, 30), 40)]
    page.receive.click()
    assert counter.balance().units == 40
    assert {m.kind for m in counter.movements()} == {MovementKind.TRANSFER_IN}
    (lot,) = counter.ask(partial(donations.lots_of, donation_id=donation_id))
    assert (lot.lot_number, lot.fate.left) == ("N1", 40)
    assert counter.ask(transfers.awaited) == ()


def test_a_delivery_answers_the_order_that_was_picked(counter: Counter, receive: Open, do: Any) -> None:
    order_id = new_id()
    do(
        partial(
            ordering_service.place_order,
            order_id=order_id,
            partner_id=counter.pharmacy,
            lines=[ordering_service.AskedLine(counter.fluoxetine, 60, None, "campaña")],
            plan=counter.ask(ordering.plan),
        )
    )
    page = receive()
    assert counter.ask(partial(senders.senders, words="nueva"))[0].what.startswith("order")
    keys("nueva\n")
    page.product.setFocus()
    keys("flu\na1\n0627\n3x20\n")
    page.receive.click()
    assert counter.ask(ordering.open_orders) == ()
    assert counter.balance().units == 60


def _leaving() -> Any:
    from clinic_desktop.printing.preview import Leaving

    return Leaving("print", "office", 1, 1)
