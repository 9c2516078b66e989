"""The place of medicines as hands use it: Enter, Ctrl+Enter, and what is shown when something cannot be given."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.medication.queries import handing, shelf
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import PartnerKind
from clinic_desktop.features.medication.screens.dispensing import LotSheet
from clinic_desktop.features.medication.screens.medicines import MedicinesScreen
from clinic_desktop.features.medication.service import partners, prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.medication.counter import Counter

Open = Callable[..., MedicinesScreen]


@pytest.fixture
def place(open_screen: Callable[..., Any]) -> Open:
    kept: list[MedicinesScreen] = []

    def show(**arguments: Any) -> MedicinesScreen:
        kept.append(open_screen(MedicinesScreen, **arguments))
        return kept[-1]

    return show


def page_of(screen: MedicinesScreen) -> Any:
    return screen.page()


def two_lines(counter: Counter) -> str:
    """fluoxetine (two lots) and biperiden (none)."""
    counter.receive(18, "A1", date(2027, 3, 31))
    counter.receive(222, "B1", date(2027, 9, 30))
    none = counter.product("biperideno", "2 mg")
    lines = [
        PrescriptionLine(new_id(), product, None, read_dose("1-0-0"), 30) for product in (counter.fluoxetine, none)
    ]
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=lines, note_id=new_id()))
    return none


def card(page: Any, name: str) -> Any:
    return next(card for card in page.cards if card.item.line.name == name)


def test_two_keys_hand_out_a_prescription_first_expiring_first(counter: Counter, place: Open, qtbot: Any) -> None:
    two_lines(counter)
    page = page_of(place())
    shown = card(page, "fluoxetina")
    assert [(t.lot.lot_number, t.units) for t in shown.takings()] == [("A1", 18), ("B1", 12)]
    assert page.side.give.text() == "Hand out 1 of 2"
    qtbot.keyClick(page.people, Qt.Key.Key_Return)
    assert page.side.give.isEnabled()
    qtbot.mouseClick(page.side.give, Qt.MouseButton.LeftButton)
    assert counter.lots() == {"A1": 0, "B1": 210}
    assert [c.item.line.name for c in page.cards] == ["biperideno"], "what is owed stays"


def test_a_shelf_without_usable_units_says_so_and_gives_nothing(
    counter: Counter, place: Open, clock: StillClock
) -> None:
    counter.receive(40, "C204", date(2027, 2, 28))
    clock.advance(days=98)
    counter.prescribe()
    page = page_of(place())
    shown = page.cards[0]
    assert shown.state.text() == "0 usable (40 expired)"
    assert shown.handout() is None
    assert not page.side.give.isEnabled()


def test_part_is_given_by_typing_the_amount(counter: Counter, place: Open) -> None:
    two_lines(counter)
    page = page_of(place())
    shown = card(page, "fluoxetina")
    for typed, fault in (("31", True), ("2.5", True), ("0", False), ("10", False)):
        shown.amount.setText(typed)
        shown.amount.textEdited.emit(typed)
        assert bool(shown.fault()) is fault
        assert page.side.give.isEnabled() is (typed == "10")
    page.give()
    owed = counter.ask(partial(handing.owed_to, patient_id=counter.patient))
    assert {item.line.name: item.owed for item in owed} == {"fluoxetina": 20, "biperideno": 30}


def test_another_lot_is_taken_with_a_reason(counter: Counter, place: Open) -> None:
    two_lines(counter)
    page = page_of(place())
    shown = card(page, "fluoxetina")
    shown.other_lot.emit()
    sheet = dialogs.front()
    assert isinstance(sheet, LotSheet)
    sheet.lot.set_value(shown.usable_lots()[1])
    sheet.take.click()
    assert shown.chosen is None, "not without a reason"
    sheet.reason.setText("caja abierta")
    sheet.take.click()
    page.give()
    assert counter.lots() == {"A1": 18, "B1": 192}


def test_a_second_handing_out_asks_and_a_yes_goes_on(
    counter: Counter, place: Open, office: Any, clock: StillClock
) -> None:
    counter.receive(200)
    counter.give(counter.prescribe(), 30)
    clock.advance(days=5)
    counter.prescribe()
    page_of(place()).give()
    assert len(office.voice.asked) == 1
    assert counter.balance().units == 140


def test_a_delivery_is_typed_line_by_line(counter: Counter, place: Open, qtbot: Any) -> None:
    page = page_of(place(tab="receive"))
    page.partner.set_value(counter.pharmacy, "Farmacia Nueva")
    qtbot.keyClicks(page.product, "flu")
    assert page.product.take_best()
    qtbot.keyClicks(page.lot, "a1123")
    qtbot.keyClicks(page.expiry, "0627")
    qtbot.keyClicks(page.units, "3x20")
    qtbot.keyClick(page.units, Qt.Key.Key_Return)
    assert [shown.line.units for shown in page.lines] == [60]
    assert page.receive.text() == "Receive 1 line"
    assert counter.balance().units == 0, "nothing is on the shelf before the delivery is received"
    page.receive.click()
    assert counter.lots() == {"A1123": 60}
    assert page.lines == []


def test_a_bad_line_stays_in_the_form_and_says_why(counter: Counter, place: Open, qtbot: Any) -> None:
    page = page_of(place(tab="receive"))
    page.add_line()
    assert page.form.fields["lot"].message()
    qtbot.keyClicks(page.product, "flu")
    page.product.take_best()
    for field, typed in (("lot", "A1"), ("expiry", "1026"), ("units", "0")):
        page.form.fill({field: typed})
    page.add_line()
    assert "31-oct-2026" in page.form.fields["expiry"].message()
    assert page.form.fields["units"].message()
    assert page.lines == []


def test_the_shelf_shows_only_what_was_given_when_that_is_asked(counter: Counter, place: Open) -> None:
    donor = counter.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Quien dona"))
    counter.receive(40, "C1")
    counter.receive_lines(DeliveryLine(counter.fluoxetine, "D1", date(2027, 6, 30), 60), partner_id=donor)
    counter.receive(30, "B1", product=counter.product("biperideno", "2 mg"))
    page = page_of(place(tab="stock"))
    assert page.products.count() == 2
    page.donated.click()
    assert [page.products.rows.row(at).name for at in range(page.products.count())] == ["fluoxetina"]
    page.products.choose_at(0)
    assert [page.lots.rows.row(at).lot.lot_number for at in range(page.lots.count())] == ["D1"]


def test_a_mistake_is_countered_from_the_shelf_with_a_reason(counter: Counter, place: Open) -> None:
    counter.receive(60)
    page = page_of(place(tab="stock"))
    page.movements.choose_at(0)
    assert page.counter.isEnabled()
    page.counter.click()
    asked: Any = dialogs.front()
    asked.edit.setText("otra caja")
    asked.accept()
    assert counter.balance().units == 0
    page.movements.choose_at(0)
    assert not page.counter.isEnabled(), "neither a mirror nor what it countered is countered again"


def test_a_paper_prescription_is_handed_out_by_its_folio(counter: Counter, place: Open, qtbot: Any) -> None:
    counter.receive(60)
    page = page_of(place(tab="paper"))
    qtbot.keyClicks(page.person, "ceto")
    assert page.person.take_best()
    page.head.fill({"folio": "r-77", "prescriber": "Dr. Pu"})
    qtbot.keyClicks(page.product, "flu")
    page.product.take_best()
    page.form.fill({"units": "30", "days": "30"})
    page.add_line()
    page.give.click()
    assert counter.balance().units == 30
    assert {m.document for m in counter.movements() if m.units < 0} == {"R-77"}


def test_everyone_sees_only_the_pages_they_may_use(vault: Vault, counter: Counter, qtbot: Any) -> None:
    store = Actor(new_id(), "Ana", frozenset({Permission.RECEIVE_STOCK}))
    screen = MedicinesScreen(Office(vault, store, voice=RememberingVoice(), immediate=True))
    qtbot.addWidget(screen)
    assert screen.tabs.at() == 0
    assert type(page_of(screen)).__name__ == "StockPage"
    names = counter.ask(partial(shelf.stock_ids))
    assert names == ()


def test_a_long_name_and_many_allergies_fit_the_small_window(
    counter: Counter, place: Open, do: Any, qtbot: Any
) -> None:
    counter.receive(60)
    name = Details(given_names="Juana Micaela de los Ángeles", family_name="Brito", second_family_name="Cobo")
    counter.patient = PatientId(new_id())
    do(partial(registering.register, patient_id=counter.patient, details=name))
    known = ["penicilina", "dipirona", "trimetoprima con sulfametoxazol", "carbamazepina", "lamotrigina"]
    for one in known:
        do(partial(registering.add_allergy, patient_id=counter.patient, substance=one))
    counter.prescribe()
    screen = place()
    screen.resize(911 - 60, 442 - 86)
    QApplication.processEvents()
    assert screen.minimumSizeHint().width() <= 911 - 60
    assert screen.minimumSizeHint().height() <= 442 - 86
