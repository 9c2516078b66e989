"""Asking for consent at the desk: one key each, nothing typed is lost, a yes is taken back from the person's page."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.rules.consents import (
    ConsentAnswer,
    ConsentPurpose,
    ConsentWay,
    Said,
    Talk,
    text_version,
)
from clinic_desktop.features.patients.screens import consents_panel, slots
from clinic_desktop.features.patients.screens.consent import DRAFT, ConsentScreen
from clinic_desktop.features.patients.screens.consents_panel import ConsentsPanel, WithdrawSheet
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.features.patients.service import consents as service
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing.preview import Leaving, Preview
from clinic_desktop.storage.drafts import find_draft
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.words import Phrase, Text
from tests.printing.reading import bare, texts

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
P, A = ConsentPurpose, ConsentAnswer


@pytest.fixture
def maria(register) -> str:
    return register("Tzoc Pérez, María", "14/7/1987", language_code="ixl")


@pytest.fixture
def entries(ask, maria) -> Callable[[], dict[ConsentPurpose, Any]]:
    return lambda: {entry.purpose: entry for entry in reversed(ask(lambda r: queries.of_patient(r, maria)))}


@pytest.fixture
def screen(open_screen, maria, qtbot) -> ConsentScreen:
    shown = open_screen(ConsentScreen, patient_id=maria)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    shown.take_focus()
    return shown


@pytest.fixture
def press(qtbot) -> Callable[[QWidget, str], None]:
    """Keys as a hand presses them, each on whatever has the focus then; "|" is Enter."""

    def pressing(screen: QWidget, keys: str) -> None:
        for letter in keys:
            focused = screen.focusWidget()
            assert focused is not None
            if letter == "|":
                qtbot.keyClick(focused, ENTER)
            else:
                qtbot.keyClicks(focused, letter)

    return pressing


@pytest.fixture
def previews(monkeypatch) -> list[Preview]:
    made: list[Preview] = []
    opening = Preview.open

    def remember(self: Preview) -> None:
        made.append(self)
        opening(self)

    monkeypatch.setattr(Preview, "open", remember)
    return made


def test_a_talk_is_written_down_by_keys_alone(screen, press, qtbot, entries, office, maria) -> None:
    press(screen, "y")
    # Calls yes; with Juana yes; no other clinic, no letters; of the rest nothing was asked.
    press(screen, "yyJuana|nn||||")
    # The language from the record stays, and today. Read aloud, said back; no interpreter.
    screen.form.fields["read_aloud"].editor.setFocus()
    press(screen, "yy|")
    screen.form.fields["way"].editor.setFocus()
    press(screen, "tPedro Cobo|n")
    qtbot.keyClick(screen.focusWidget(), ENTER, CTRL)
    said = entries()
    assert {purpose: entry.answer for purpose, entry in said.items()} == {
        P.CARE: A.GIVEN,
        P.CENTRAL: A.GIVEN,
        P.CALLS: A.GIVEN,
        P.RELATIVE: A.GIVEN,
        P.OUR_CLINIC: A.REFUSED,
        P.OTHER_SERVICE: A.REFUSED,
    }
    one = said[P.RELATIVE]
    assert (one.about, one.way, one.witness, one.witness_is_of_clinic) == (
        "Juana",
        ConsentWay.THUMBPRINT,
        "Pedro Cobo",
        False,
    )
    assert (one.language_code, one.read_aloud, one.said_back) == ("ixl", True, True)
    assert one.text_version == text_version()
    assert office.went == ("persons", {"patient_id": maria})


def test_the_spanish_answers_are_s_and_n_and_delete_takes_an_answer_back(open_screen, maria, qtbot) -> None:
    set_language("es")
    shown = open_screen(ConsentScreen, patient_id=maria)
    first, second = shown.rows[0].choice, shown.rows[1].choice
    qtbot.keyClick(first, Qt.Key.Key_S)
    qtbot.keyClick(second, Qt.Key.Key_N)
    assert [said.yes for said in shown.answers()] == [True, False]
    qtbot.keyClick(second, Qt.Key.Key_Delete)
    assert [said.purpose for said in shown.answers()] == [P.CALLS]


def test_enter_goes_through_every_field_in_the_order_of_the_paper(screen, press) -> None:
    order: list[str] = []
    by_editor = {field.editor: name for name, field in screen.form.fields.items()}
    for _step in by_editor:
        order.append(by_editor.get(screen.focusWidget(), "?"))
        press(screen, "|")
    hidden = {name for name, field in screen.form.fields.items() if not field.isVisibleTo(screen)}
    assert order[: len(by_editor) - len(hidden)] == [name for name in screen.form.fields if name not in hidden]


def test_whom_a_yes_names_is_asked_only_after_a_yes_and_said_at_its_field(screen, qtbot, entries) -> None:
    row = next(row for row in screen.rows if row.rule.purpose is P.RELATIVE)
    named = screen.form.fields[f"{P.RELATIVE}-about"]
    assert not named.isVisibleTo(screen)
    row.choice.choose(0)
    assert named.isVisibleTo(screen)
    screen.way.choose(0)
    qtbot.keyClick(screen.way, ENTER, CTRL)
    assert "With whom" in named.label.words and named.is_wrong()
    assert entries() == {}
    row.choice.choose(1)
    assert not named.isVisibleTo(screen)


def test_what_is_missing_is_said_at_its_field(screen, qtbot, entries) -> None:
    qtbot.keyClick(screen.together, ENTER, CTRL)
    assert screen.form.fields["together"].is_wrong()
    screen.rows[0].choice.choose(0)
    qtbot.keyClick(screen.together, ENTER, CTRL)
    assert screen.form.fields["way"].is_wrong()
    screen.way.choose(3)
    qtbot.keyClick(screen.together, ENTER, CTRL)
    assert screen.form.fields["witness"].is_wrong()
    screen.decided_on.setText("1/1/2030")
    qtbot.keyClick(screen.together, ENTER, CTRL)
    assert screen.form.fields["decided_on"].is_wrong()
    assert entries() == {}


def test_nothing_that_was_answered_is_lost_when_the_screen_goes_away(open_screen, screen, ask, maria, entries) -> None:
    screen.rows[0].choice.choose(1)
    screen.rows[1].choice.choose(0)
    screen.rows[1].about.setText("Juana <b>")
    screen.witness.setText("Pedro")
    screen._edited()
    screen.keep_draft()
    screen.close()
    again = open_screen(ConsentScreen, patient_id=maria)
    assert again.answers() == screen.answers()
    assert again.witness.text() == "Pedro" and again._act_id == screen._act_id
    assert again.form.fields[f"{P.RELATIVE}-about"].isVisibleTo(again)
    again.way.choose(0)
    again.save.click()
    assert set(entries()) == {P.CALLS, P.RELATIVE}
    assert ask(lambda reading: find_draft(reading, DRAFT, maria)) is None


def test_a_child_is_never_the_interpreter_is_said_before_anybody_is_named(screen) -> None:
    assert "Never a child" in screen.form.fields["interpreter"].message()


def test_a_minor_is_asked_with_whoever_decides(open_screen, register) -> None:
    child = register("Brito, Juana", "1/3/2015")
    shown = open_screen(ConsentScreen, patient_id=child)
    assert "Under 18" in shown.form.fields["guardian"].message()


def test_the_paper_is_shown_with_what_is_answered_and_leaves_only_written_down(
    screen, qtbot, previews, vault, actor, maria
) -> None:
    screen.rows[0].choice.choose(1)
    qtbot.keyClick(screen.together, Qt.Key.Key_P, CTRL)
    said = bare("".join(texts(previews[0]._pdf)))
    assert "TZOCPÉREZ,María" in said
    left: list[bool] = []
    previews[0]._record(Leaving("print", "HP", 1, 1), lambda: left.append(True))
    act = vault.ask(lambda r: r.connection.exec_driver_sql("SELECT act FROM ledger ORDER BY seq DESC").first(), actor)
    assert left == [True] and act[0] == "patients.note_printed"
    previews[0].close()


def test_every_field_has_a_name_for_the_screen_reader(screen) -> None:
    for field in screen.form.fields.values():
        assert field.editor.accessibleName()


@pytest.mark.parametrize("size", [(1366 - 84, 697 - 86), (911 - 60, 442 - 86)], ids=["100 %", "150 %"])
def test_it_fits_the_old_laptop(open_screen, maria, size) -> None:
    set_language("es")
    shown = open_screen(ConsentScreen, patient_id=maria)
    shown.resize(*size)
    QApplication.processEvents()
    needs = shown.minimumSizeHint()
    assert needs.width() <= size[0] and needs.height() <= size[1], needs


# -- the person's page


@pytest.fixture
def answered(do, maria) -> None:
    talk = Talk(decided_on=do(lambda work: work.today), way=ConsentWay.SIGNATURE, witness="Pedro Cobo")
    said = (Said(P.CARE, True), Said(P.CALLS, True), Said(P.RELATIVE, True, "Juana"), Said(P.TEACHING, False))
    do(partial(service.record_answers, act_id=new_id(), patient_id=maria, answers=said, talk=talk))


@pytest.fixture
def panel(open_screen, maria, answered, qtbot) -> ConsentsPanel:
    shown = open_screen(ConsentsPanel, patient_id=maria)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    return shown


def words(widget: QWidget) -> str:
    return "\n".join(child.text() for child in widget.findChildren(QWidget) if isinstance(child, Text | Phrase))


def test_the_page_says_what_holds_who_witnessed_it_and_what_nobody_asked(panel) -> None:
    said = words(panel)
    assert "Calls and messages · Yes, 23-nov-2026, witness: Pedro Cobo" in said
    assert "Teaching · No, 23-nov-2026" in said
    assert "Not asked: " in said and "A study" in said


def test_a_yes_is_taken_back_from_its_line_and_what_was_said_before_stays_readable(panel, qtbot, entries) -> None:
    assert len(panel.take_back) == 2, "care is not taken back here: whoever does not want it stays away"
    calls = next(link for link in panel.take_back if "Calls" in link.accessibleName())
    calls.click()
    sheet = next(child for child in panel.findChildren(WithdrawSheet) if child.isVisible())
    qtbot.keyClicks(sheet.note, "My sister-in-law answers")
    sheet.save.click()
    sheet.save.click()
    assert entries()[P.CALLS].answer is A.WITHDRAWN
    said = words(panel)
    assert "Calls and messages · Withdrawn, 23-nov-2026" in said
    assert "Before: Yes, 23-nov-2026, signature, witness: Pedro Cobo" in said
    assert len(panel.take_back) == 1


@pytest.mark.parametrize("enter", [Qt.Key.Key_Return, Qt.Key.Key_Enter], ids=["Enter", "number pad"])
def test_a_yes_is_taken_back_by_keys_alone(open_screen, maria, entries, do, qtbot, enter) -> None:
    house.furnish()
    recording = partial(service.record_answers, act_id=new_id(), patient_id=maria)
    talk = Talk(decided_on=date(2026, 11, 23), way=ConsentWay.MARK)
    do(partial(recording, answers=[Said(P.CALLS, yes=True)], talk=talk))
    page = open_screen(PersonPage, patient_id=maria)
    with qtbot.waitActive(page):
        page.activateWindow()
    link = page.findChild(ConsentsPanel).take_back[0]
    link.setFocus()
    qtbot.keyClick(link, ENTER)
    QApplication.processEvents()
    front = dialogs.front()
    assert isinstance(front, WithdrawSheet) and QApplication.focusWidget() is front.decided_on
    qtbot.keyClick(QApplication.focusWidget(), enter, CTRL)
    assert entries()[P.CALLS].answer is A.WITHDRAWN and dialogs.front() is None


def test_each_answer_opens_the_paper_it_stands_on(panel, previews, entries, do) -> None:
    papers = [
        link for link in panel.findChildren(consents_panel.Link) if link.text() == "Paper" and link.isVisibleTo(panel)
    ]
    papers[0].click()
    assert "Juana" in "".join(texts(previews[0]._pdf))
    previews[0].close()
    day = entries()[P.CALLS].decided_on
    do(partial(service.withdraw, consent_id=entries()[P.CALLS].id, act_id=new_id(), decided_on=day))
    panel._print(entries()[P.CALLS])
    assert bare("I take back my yes") in bare("".join(texts(previews[1]._pdf)))
    previews[1].close()


def test_ctrl_m_on_the_persons_page_opens_the_sheet(open_screen, maria, office, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(slots, "panels", slots.panels)
    monkeypatch.setattr(slots, "deeds", ())
    house.furnish()
    page = open_screen(PersonPage, patient_id=maria)
    with qtbot.waitActive(page):
        page.activateWindow()
    qtbot.keyClick(page, Qt.Key.Key_M, CTRL)
    assert office.went == ("persons", {"patient_id": maria, "consent": True})


def test_ctrl_m_while_registering_saves_and_goes_on_to_ask(open_screen, office, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(registering, "after_registering", ())
    form = open_screen(RegistrationScreen, words="Tzoc Juana")
    with qtbot.waitActive(form):
        form.activateWindow()
    values = {"sex": 0, "birth": "45"}
    form.form.fill(values)
    for name in form.form.find_faults():
        form.form.fill({name: values.get(name, "Pulay")})
    qtbot.keyClick(form.focusWidget() or form, Qt.Key.Key_M, CTRL)
    place, arguments = office.went or ("", {})
    assert place == "persons" and arguments.get("consent") is True, form.form.find_faults()
