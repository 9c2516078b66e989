"""A lot that is called back is given to nobody, and everybody who was given of it is found."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt

from clinic_desktop.features.medication.letters.recall import contact_list, say_how
from clinic_desktop.features.medication.queries import recalls, shelf
from clinic_desktop.features.medication.rules.kinds import RecallStep
from clinic_desktop.features.medication.rules.refusals import (
    CalledBackAlready,
    LotUnnamed,
    LotWithheld,
    RecallOver,
)
from clinic_desktop.features.medication.screens.recalls import RecallSheet, RecallsPage, ToldSheet
from clinic_desktop.features.medication.screens.stock import StockPage
from clinic_desktop.features.medication.service import correcting, vouchers
from clinic_desktop.features.medication.service import recalls as service
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.medication.service.vouchers import GivenAnswer
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering, restricting
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.medication.counter import Counter
from tests.medication.pharmacy import open_alliance
from tests.printing.reading import texts

JULY = date(2027, 7, 31)


def call_back(counter: Counter, lot: str | None, **more: Any) -> str:
    recall_id = new_id()
    counter.do(
        partial(
            service.call_back, recall_id=recall_id, presentation_id=counter.fluoxetine, lot_number=lot,
            reason="cápsulas rotas", source_text="MSPAS 12-2026", **more,
        )
    )  # fmt: skip
    return recall_id


@pytest.fixture
def given(counter: Counter) -> Counter:
    """Elena has of lot A1, somebody else of B2."""
    counter.receive(60, "A1")
    counter.give(counter.prescribe(), 30)
    first, other = counter.patient, PatientId(new_id())
    details = Details(given_names="Tomás", family_name="Raymundo", phone="5512 3344", do_not_call=True)
    counter.do(partial(registering.register, patient_id=other, details=details))
    counter.receive(100, "B2", JULY)
    counter.patient = other
    counter.give(counter.prescribe(days=60), 60)
    counter.patient = first
    return counter


def test_from_a_lot_to_the_people_and_back(given: Counter) -> None:
    recall_id = call_back(given, " a1 ")
    told = given.ask(partial(recalls.receivers, recall_id=recall_id))
    assert [(one.name, one.units, one.may_call) for one in told] == [
        ("CETO MARCOS, Elena", 30, True),
        ("RAYMUNDO, Tomás", 30, False),
    ]
    assert told[1].phone == "", "a number that must not be called stands on no list"
    reached = replace(told[0], hours="domingos", shared=True, cover_words="la escuela")
    assert say_how(reached) == "domingos · Others hear this telephone. · Say: la escuela"
    (row,) = given.ask(recalls.recalls)
    assert (row.lot_number, row.here, row.is_open) == ("A1", 0, True)


def test_a_mistake_reached_nobody_and_what_came_back_was_with_the_person(given: Counter) -> None:
    again = given.prescribe(note=new_id())
    mistaken = given.give(again, 30, lots=(), accept_early=True)
    wrong = next(m.movement_id for m in given.movements() if m.dispense_id == mistaken)
    recall_id = call_back(given, "B2")
    assert given.patient in {one.patient_id for one in given.ask(partial(recalls.receivers, recall_id=recall_id))}
    given.do(partial(correcting.counter_movement, movement_id=wrong, reason="otra persona"))
    assert given.patient not in {one.patient_id for one in given.ask(partial(recalls.receivers, recall_id=recall_id))}
    other = given.ask(partial(recalls.receivers, recall_id=recall_id))[0]
    dispense_id = next(
        str(m.dispense_id)
        for m in given.movements()
        if m.lot_number == "B2" and m.units == -30 and m.dispense_id != mistaken
    )
    back = partial(
        correcting.take_back, return_id=new_id(), dispense_id=dispense_id, units=60, reason="retiro", fit=False
    )
    given.do(back)
    (kept,) = given.ask(partial(recalls.receivers, recall_id=recall_id))
    assert (kept.patient_id, kept.units) == (other.patient_id, 0)


def test_nobody_is_given_of_it_until_it_ends(given: Counter) -> None:
    given.receive(50, "A1")
    recall_id = call_back(given, "A1")
    assert given.balance().usable == 70, "those of B2; what is called back is not usable"
    given.do(partial(service.end_recall, recall_id=recall_id, reason="la carta era de otro lote"))
    assert given.balance().usable == 120
    with pytest.raises(RecallOver):
        given.do(partial(service.end_recall, recall_id=recall_id, reason="otra vez"))


def test_a_lot_is_named_or_all_are_meant_and_once(given: Counter) -> None:
    with pytest.raises(LotUnnamed):
        call_back(given, "  ")
    call_back(given, None, every_lot=True)
    assert given.balance().usable == 0
    with pytest.raises(CalledBackAlready):
        call_back(given, None, every_lot=True)


def test_what_was_done_stands_beside_each_and_the_told_go_to_the_end(given: Counter) -> None:
    recall_id = call_back(given, "A1")
    event = new_id()
    for _twice in range(2):
        given.do(
            partial(
                service.note_told, event_id=event, recall_id=recall_id, patient_id=given.patient,
                step=RecallStep.TOLD, note="trae lo que queda el martes",
            )
        )  # fmt: skip
    told = given.ask(partial(recalls.receivers, recall_id=recall_id))
    assert [(one.step, one.note) for one in told][-1] == (RecallStep.TOLD, "trae lo que queda el martes")


def test_the_list_names_a_medicine_and_no_reason(given: Counter) -> None:
    recall_id = call_back(given, "A1")
    page = " ".join(texts(given.ask(partial(contact_list, recall_id=recall_id)).pdf()))
    assert "CETO MARCOS, Elena" in page and "A1" in page
    assert "5512" not in page and "cápsulas rotas" not in page


def test_a_reserved_person_is_counted_and_not_named(given: Counter, vault: Any, do: Any) -> None:
    recall_id = call_back(given, "A1")
    do(partial(restricting.restrict, patient_id=given.patient, reason="trabaja aquí"))
    pharmacy = Actor(new_id(), "Ana", frozenset({Permission.RECALL_LOTS, Permission.DISPENSE, Permission.SEE_PATIENTS}))
    seen = vault.ask(partial(recalls.receivers, recall_id=recall_id), pharmacy)
    assert [one.name for one in seen] == ["RAYMUNDO, Tomás"]
    assert vault.ask(partial(recalls.kept_from_view, recall_id=recall_id), pharmacy) == 1


def test_from_the_list_to_told_by_keys(given: Counter, open_screen: Any, qtbot: Any, office: Any) -> None:
    page = open_screen(RecallsPage)
    page.begin.click()
    sheet = dialogs.front()
    assert isinstance(sheet, RecallSheet)
    sheet.product.setFocus()
    qtbot.keyClicks(sheet.product, "fluo")
    qtbot.keyClick(sheet.product, Qt.Key.Key_Return)
    qtbot.keyClicks(sheet.lot, "a1")
    qtbot.keyClick(sheet.lot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert given.ask(recalls.recalls) == (), "without a reason nothing is withheld"
    qtbot.keyClicks(sheet.reason, "rotas")
    qtbot.keyClick(sheet.reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.people.count() == 2
    page.people.choose_at(0)
    qtbot.keyClick(page.people, Qt.Key.Key_1)
    told = dialogs.front()
    assert isinstance(told, ToldSheet)
    qtbot.keyClicks(told.note, "viene el martes")
    qtbot.keyClick(told.note, Qt.Key.Key_Return)
    row = next(one for one in given.ask(partial(recalls.receivers, recall_id=page.recalls.row().recall_id)) if one.step)
    assert (row.name, row.step, row.note) == ("CETO MARCOS, Elena", RecallStep.TOLD, "viene el martes")
    assert page.end.isEnabled()


def test_however_a_lot_is_written_and_where_no_number_was_noted_nobody_is_given_of_it_and_everybody_is_found(
    given: Counter,
) -> None:
    """The letter says "ab 12", the box "AB-12"; a box without a number, or a pharmacy that noted none, may be of it."""
    given.receive(20, "AB-12")
    unnamed = DeliveryLine(given.fluoxetine, None, date(2027, 5, 31), 10, without_number=True)
    given.receive_lines(unnamed)
    again = given.prescribe(days=60, note=new_id())
    given.give(again, 10, accept_early=True)
    voucher_id = open_alliance(given).send(again, 5, despite_stock=True, accept_early=True)
    given.do(partial(vouchers.answer_voucher, given=GivenAnswer(new_id(), voucher_id, 5, date(2026, 11, 23))))
    given.receive_lines(replace(unnamed, units=7))
    recall_id = call_back(given, "ab 12")
    (found,) = given.ask(partial(recalls.receivers, recall_id=recall_id))
    assert (found.patient_id, found.units, found.perhaps, found.from_pharmacy) == (given.patient, 15, True, True)
    (row,) = given.ask(recalls.recalls)
    assert (row.here, given.balance().withheld) == (27, 27)
    with pytest.raises(CalledBackAlready):
        call_back(given, "AB12")
    page = " ".join(" ".join(texts(given.ask(partial(contact_list, recall_id=recall_id)).pdf())).split())
    assert "lot not" in page


def test_what_is_on_the_screen_is_not_handed_out_once_it_is_called_back(given: Counter) -> None:
    given.receive(50, "C3", date(2027, 6, 15))
    request_id = given.prescribe(note=new_id())
    (lot_id,) = [row.lot.lot_id for row in given.ask(partial(shelf.lots, presentation_id=given.fluoxetine))
                 if row.lot.lot_number == "C3"]  # fmt: skip
    call_back(given, "C3")
    with pytest.raises(LotWithheld):
        given.give(request_id, 30, lots=((lot_id, 30),), lot_reason="primero", accept_early=True)
    given.give(request_id, 30, accept_early=True)
    assert given.lots()["C3"] == 50


def test_who_calls_back_and_treats_nobody_is_not_told_who_takes_it(
    given: Counter, vault: Any, qapp: Any, qtbot: Any
) -> None:
    recall_id = call_back(given, "A1")
    manager = Actor(new_id(), "Olga", next(role.permissions for role in FIRST_ROLES if role.code == "data-manager"))
    for ask in (recalls.receivers, recalls.kept_from_view, contact_list):
        with pytest.raises(NotAllowed):
            vault.ask(partial(ask, recall_id=recall_id), manager)
    office = Office(vault, manager, voice=RememberingVoice(), immediate=True)
    page = RecallsPage(office)
    qtbot.addWidget(page)
    page.show()
    assert (page.people.isVisible(), page.print.isVisible(), page.end.isVisible()) == (False, False, True)
    office.close()


def test_a_lot_is_called_back_from_the_shelf(given: Counter, open_screen: Any) -> None:
    page = open_screen(StockPage)
    page.lots.choose_at(0)
    page.recall.click()
    sheet = dialogs.front()
    assert isinstance(sheet, RecallSheet)
    assert (sheet.lot.text(), sheet.focusWidget()) == (page.lots.row().lot.lot_number, sheet.source)
    sheet.reason.setText("rotas")
    next(button for button in sheet.findChildren(Button) if button.text() == "Call it back").click()
    assert [row.is_open for row in given.ask(recalls.recalls)] == [True]
    assert page.lots.row().lot.withheld and not page.recall.isVisible()
