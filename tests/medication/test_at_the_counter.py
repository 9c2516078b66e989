"""The counter as hands use it: keys counted, what is owed, who took it away, papers made and joined."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.medication.queries import handed, handing, papers, proof
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import ReceiverSign
from clinic_desktop.features.medication.screens.brought_back import BroughtBackSheet
from clinic_desktop.features.medication.screens.dispensing import DispensePage, LotSheet
from clinic_desktop.features.medication.screens.handed_papers import HandedCard, PapersSheet
from clinic_desktop.features.medication.screens.joining import JoinSheet
from clinic_desktop.features.medication.screens.medicines import MedicinesScreen
from clinic_desktop.features.medication.screens.paper import PaperPage
from clinic_desktop.features.medication.service import dispensing, prescribing, recalls
from clinic_desktop.features.medication.service.dispensing import Handout
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.screens import slots as patient_slots
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.preview import Preview
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.dialogs import Question
from tests.medication.counter import Counter
from tests.medication.test_dispensing import paper
from tests.medication.test_screens import two_lines

TODAY = date(2026, 11, 23)
CTRL = Qt.KeyboardModifier.ControlModifier
Show = Callable[..., Any]


@pytest.fixture
def show(open_screen: Callable[..., Any]) -> Show:
    kept: list[MedicinesScreen] = []

    def opened(**arguments: Any) -> Any:
        kept.append(open_screen(MedicinesScreen, **arguments))
        kept[-1].activateWindow()
        return kept[-1].page()

    return opened


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key goes to whatever has the focus, as under a hand."""
    QApplication.processEvents()
    held = QApplication.focusWidget()
    assert held is not None
    QTest.keyClick(held, key, modifier)
    QApplication.processEvents()


def front(kind: type[Any]) -> Any:
    QApplication.processEvents()
    dialog = dialogs.front()
    assert isinstance(dialog, kind)
    return dialog


def type_amount(card: Any, typed: str) -> None:
    card.amount.setText(typed)
    card.amount.textEdited.emit(typed)


def test_a_whole_prescription_takes_one_key_from_the_list(counter: Counter, show: Show) -> None:
    two_lines(counter)
    page: DispensePage = show()
    page.take_focus()
    press(Qt.Key.Key_Return, CTRL)
    assert counter.lots() == {"A1": 0, "B1": 210}


def test_enter_confirms_a_line_and_the_last_enter_hands_out(counter: Counter, show: Show) -> None:
    counter.receive(100)
    counter.prescribe()
    page: DispensePage = show()
    page.take_focus()
    press(Qt.Key.Key_Return)
    assert page.cards[0].amount.hasFocus()
    press(Qt.Key.Key_Return)
    assert page.cards[0].state.text() == "Checked"
    assert page.side.give.hasFocus()
    press(Qt.Key.Key_Space)
    assert counter.lots() == {"A1": 70}


def test_handing_out_says_what_stays_and_how_long_it_lasts(
    counter: Counter, show: Show, office: Any, clock: StillClock
) -> None:
    counter.receive(100)
    clock.advance(days=29)
    counter.prescribe()
    show().give()
    told = office.voice.notices[-1]
    assert told.startswith("Handed out. 70 capsules of fluoxetina stay, they last ")


def test_the_last_units_end_at_zero_usable_and_say_what_expired(
    counter: Counter, show: Show, office: Any, clock: StillClock
) -> None:
    counter.receive(40, "C204", date(2027, 2, 28))
    clock.advance(days=98)
    counter.receive(30, "D1", date(2028, 6, 30))
    counter.prescribe()
    show().give()
    assert office.voice.notices[-1] == "Handed out. fluoxetina: 0 usable (40 expired)."


def test_part_says_what_is_owed_and_until_when(counter: Counter, show: Show, clock: StillClock) -> None:
    counter.receive(10)
    counter.prescribe()
    page: DispensePage = show()
    card = page.cards[0]
    assert card.amount.text() == "10", "what the shelf has"
    assert "owed 20 capsules, pick up until 22-dec-2026" in card.terms.text()
    page.give()
    clock.advance(days=1)
    counter.receive(60, "A2")
    page.which.set_at(1)
    page.which.chosen.emit(1)
    person = page.people.row()
    assert person is not None
    assert person.said == "CETO MARCOS, Elena"
    page.give()
    assert counter.lots() == {"A1": 0, "A2": 40}


def test_fewer_are_proposed_where_the_lot_does_not_last_and_all_of_it_asks(
    counter: Counter, show: Show, office: Any
) -> None:
    line = DeliveryLine(counter.fluoxetine, "A1", TODAY + timedelta(days=19), 100)
    counter.receive_lines(line, accept_short=True)
    counter.prescribe()
    page: DispensePage = show()
    card = page.cards[0]
    assert card.amount.text() == "20"
    type_amount(card, "30")
    assert "20 last" in card.note.text()
    assert page.side.give.isEnabled()
    page.give()
    assert len(office.voice.asked) == 1
    assert counter.lots() == {"A1": 70}


def test_who_took_it_away_is_kept_with_kinship_and_sign(counter: Counter, show: Show) -> None:
    counter.receive(100)
    counter.prescribe()
    page: DispensePage = show()
    assert page.side.taken.kinship.isHidden()
    page.side.taken.name.setText("Juan Ceto")
    assert not page.side.taken.kinship.isHidden()
    page.side.taken.kinship.setText("hijo")
    page.side.taken.sign.set_value(ReceiverSign.THUMBPRINT)
    page.give()
    (given,) = counter.ask(partial(handed.handed_on, patient_id=counter.patient, day=TODAY))
    assert (given.received_by, given.received_sign) == ("Juan Ceto (hijo)", ReceiverSign.THUMBPRINT)
    assert page.side.taken.receiver().said is None, "the next person is another one"


def test_labels_and_receipt_are_printed_with_the_handing_out_and_again_later(counter: Counter, show: Show) -> None:
    counter.receive(100)
    counter.prescribe()
    page: DispensePage = show()
    page.take_focus()
    press(Qt.Key.Key_P, CTRL)
    assert counter.lots() == {"A1": 70}
    front(PapersSheet).labels.click()
    front(Preview).reject()
    front(PapersSheet).receipt.click()
    front(Preview).reject()
    front(PapersSheet).reject()
    (card,) = page.findChildren(HandedCard)
    card.papers.click()
    front(PapersSheet).reject()


def test_what_a_colleague_hands_out_meanwhile_is_gone_from_the_proposal(
    counter: Counter, show: Show, vault: Vault
) -> None:
    counter.receive(40)
    counter.prescribe()
    other = PatientId(new_id())
    counter.do(partial(registering.register, patient_id=other, details=Details(given_names="Pedro")))
    line = PrescriptionLine(new_id(), counter.fluoxetine, None, read_dose("1-0-0"), 30)
    counter.do(partial(prescribing.prescribe, patient_id=other, lines=[line], note_id=None))
    page: DispensePage = show()
    assert page.cards[0].amount.text() == "30"
    mateo = Actor(new_id(), "Mateo", frozenset({Permission.DISPENSE}))
    vault.do(partial(dispensing.dispense, patient_id=other, handouts=[Handout(new_id(), line.request_id, 30)]), mateo)
    assert page.cards[0].amount.text() == "10"


def test_a_second_key_hands_out_nothing_more_and_enter_opens_the_next_person(
    counter: Counter, show: Show, clock: StillClock
) -> None:
    counter.receive(100)
    counter.prescribe()
    pedro = PatientId(new_id())
    counter.do(partial(registering.register, patient_id=pedro, details=Details(given_names="Pedro")))
    line = PrescriptionLine(new_id(), counter.fluoxetine, None, read_dose("1-0-0"), 30)
    counter.do(partial(prescribing.prescribe, patient_id=pedro, lines=[line], note_id=None))
    page: DispensePage = show()
    type_amount(page.cards[0], "10")
    for _twice in range(2):
        press(Qt.Key.Key_Return, CTRL)
    assert counter.lots() == {"A1": 90}, "10 and not the other 20 behind them"
    assert page.cards[0].terms.text().startswith("10 capsules left today already")
    type_amount(page.cards[0], "20")
    for _twice in range(2):
        press(Qt.Key.Key_Return, CTRL)
    assert counter.lots() == {"A1": 70}, "nor those of the next in the list, who was not looked at"
    press(Qt.Key.Key_Return)
    assert page.cards[0].item.line.patient_id == pedro
    assert page.cards[0].amount.hasFocus()


def test_what_was_typed_stays_when_something_arrives_under_the_hand(counter: Counter, show: Show) -> None:
    counter.receive(30, "A1", TODAY + timedelta(days=200))
    counter.receive(30, "B1", TODAY + timedelta(days=300))
    counter.prescribe()
    page: DispensePage = show()
    page.cards[0].focus()
    type_amount(page.cards[0], "10")
    page.cards[0].other_lot.emit()
    sheet = front(LotSheet)
    counter.receive(30, "C1", TODAY + timedelta(days=400))
    sheet.lot.setCurrentIndex(1)
    sheet.reason.setText("caja abierta")
    sheet.take.click()
    assert page.cards[0].amount.text() == "10"
    counter.receive(30, "D1", TODAY + timedelta(days=400))
    page.give()
    assert counter.lots() == {"A1": 30, "B1": 20, "C1": 30, "D1": 30}


def test_what_is_brought_back_goes_to_its_lot_or_is_lost_and_one_called_back_stays_apart(
    counter: Counter, show: Show, office: Any
) -> None:
    counter.receive(60)
    page: DispensePage = show()
    page.show_person(counter.patient)
    page.take_back()
    assert office.voice.notices[-1] == "Nothing was handed out to this person."
    request_id = counter.prescribe()
    counter.give(request_id, 30)
    page.take_back()
    sheet = front(BroughtBackSheet)
    for units in ("31", "10"):
        sheet.units.setText(units)
        sheet.reason.setText("le sobraron")
        sheet.note.click()
    assert dialogs.front() is None
    assert counter.balance().units == 30, "written off at once, as nobody said that it may be given again"
    called = partial(recalls.call_back, recall_id=new_id(), presentation_id=counter.fluoxetine, lot_number="A1")
    counter.do(partial(called, reason="moho", source_text="circular 7"))
    page.take_back()
    sheet = front(BroughtBackSheet)
    sheet.fit.setChecked(True)
    sheet.units.setText("20")
    sheet.reason.setText("retirado")
    sheet.note.click()
    balance = counter.balance()
    assert (balance.units, balance.usable, balance.withheld) == (50, 0, 50)
    assert counter.ask(proof.check_sums) == ()


# -- papers


def test_a_medicine_that_was_served_from_paper_asks_whether_it_is_the_same(counter: Counter, show: Show) -> None:
    counter.receive(100)
    paper(counter)
    counter.prescribe()
    page: DispensePage = show()
    page.cards[0].same_paper.emit()
    front(JoinSheet)
    press(Qt.Key.Key_Return)
    assert dialogs.front() is None
    assert page.cards == [], "nothing of it is owed any more"
    assert counter.lots() == {"A1": 70}


def test_the_page_of_papers_counts_those_to_join_and_joins_with_one_key(
    counter: Counter, show: Show, office: Any
) -> None:
    counter.receive(200)
    paper(counter, 60)
    page: PaperPage = show(tab="paper")
    assert page.joining.isHidden()
    counter.prescribe()
    QApplication.processEvents()
    assert page.joining.text() == "1 paper to join"
    page.joining.click()
    front(JoinSheet)
    press(Qt.Key.Key_Return)
    assert len(office.voice.asked) == 1, "60 were handed out and 30 are owed"
    assert counter.ask(papers.served_papers) == ()


def test_where_two_prescriptions_fit_a_paper_the_one_that_is_meant_is_asked(counter: Counter, show: Show) -> None:
    counter.receive(200)
    paper(counter)
    paper(counter, 10, "R-78", accept_early=True)
    first, second = counter.prescribe(), counter.prescribe()
    page: PaperPage = show(tab="paper")
    page.joining.click()
    sheet = front(JoinSheet)
    chosen = sheet.table.row()
    press(Qt.Key.Key_Return)
    front(Question).yes.click()
    QApplication.processEvents()
    QTest.keyClick(sheet.table, Qt.Key.Key_Return)
    assert front(JoinSheet).table.count(), "a second Enter joins nothing more"
    left = {one: counter.ask(partial(handing.request_line, request_id=one)).owed for one in (first, second)}
    assert left.pop(chosen.item.line.request_id) == 0
    assert set(left.values()) == {30}


def test_a_paper_of_last_week_is_typed_with_its_day(
    counter: Counter, show: Show, clock: StillClock, qtbot: Any
) -> None:
    counter.receive(100)
    clock.advance(days=9)
    page: PaperPage = show(tab="paper")
    qtbot.keyClicks(page.person, "ceto")
    assert page.person.take_best()
    page.head.fill({"folio": "r-77", "prescriber": "Dr. Pu", "day": "5/12/2026"})
    qtbot.keyClicks(page.product, "flu")
    page.product.take_best()
    page.form.fill({"units": "30"})
    page.add_line()
    page.give.click()
    assert page.head.fields["day"].message(), "that day is still to come"
    page.head.fill({"day": "25/11/2026"})
    page.give.click()
    (served,) = counter.ask(papers.served_papers)
    assert (served.given_on, served.units) == (date(2026, 11, 25), 30)


def test_from_a_person_one_key_leads_to_what_they_collect_and_one_hands_it_out(
    counter: Counter, show: Show, office: Any
) -> None:
    counter.receive(100)
    counter.prescribe()
    house.furnish()
    (deed,) = [one for one in patient_slots.deeds_for(office, "preview") if one.key == "hand_out"]
    deed.run(office, counter.patient, QWidget())
    place, arguments = office.went
    assert place == "medicines"
    show(**arguments)
    press(Qt.Key.Key_Return, CTRL)
    assert counter.lots() == {"A1": 70}
