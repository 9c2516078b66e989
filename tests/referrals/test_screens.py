"""Writing a letter and entering its answer, as a clinician does it."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.patients.queries import consents as consent_queries
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, Said, Talk
from clinic_desktop.features.patients.service import consents
from clinic_desktop.features.referrals import queries, service
from clinic_desktop.features.referrals.rules import Consent, Part, Urgency
from clinic_desktop.features.referrals.screens.open_referrals import OpenReferralsScreen
from clinic_desktop.features.referrals.screens.panel import LettersPanel
from clinic_desktop.features.referrals.screens.referral import ReferralScreen
from clinic_desktop.features.referrals.screens.reply import ReplySheet
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing.preview import Leaving, Preview
from clinic_desktop.storage.drafts import find_draft
from clinic_desktop.uikit.dialogs import Asked
from clinic_desktop.uikit.words import Phrase
from tests.printing.reading import bare, texts
from tests.referrals.conftest import SECRET

ENTER, ALT, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def screen(open_screen: Callable[..., Any], chart: str, qtbot: Any) -> ReferralScreen:
    shown = open_screen(ReferralScreen, patient_id=chart)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    shown.take_focus()
    return shown


def write(screen: ReferralScreen, qtbot: Any) -> None:
    if not screen.receiver.text():
        qtbot.keyClicks(screen.receiver, "Hospital Regional")
    qtbot.keyClick(screen.urgency, Qt.Key.Key_2)
    qtbot.keyClick(screen.consent, Qt.Key.Key_1)
    qtbot.keyClicks(screen.reason, "Admission?")


def leave(preview: Preview, way: Literal["print", "file"] = "print") -> list[bool]:
    """What the preview does when the paper leaves: it asks to have it written down first."""
    left: list[bool] = []
    preview._record(Leaving(way, "HP", 1, 1), lambda: left.append(True))
    return left


@pytest.fixture
def previews(monkeypatch: pytest.MonkeyPatch) -> list[Preview]:
    """The previews that were opened, kept to be looked at."""
    made: list[Preview] = []
    opening = Preview.open

    def remember(self: Preview) -> None:
        made.append(self)
        opening(self)

    monkeypatch.setattr(Preview, "open", remember)
    return made


def test_the_letter_is_shown_with_ctrl_p_and_is_no_record_before_it_leaves(screen, qtbot, previews, ask, chart) -> None:
    write(screen, qtbot)
    qtbot.keyClick(screen.reason, Qt.Key.Key_P, CTRL)
    assert len(previews) == 1
    said = bare("".join(texts(previews[0]._pdf)))
    assert "HospitalRegional" in said and "Admission?" in said
    assert bare(SECRET) not in said
    assert ask(lambda reading: queries.of_patient(reading, chart)) == ()
    previews[0].close()


def test_what_leaves_is_kept_and_its_draft_is_gone(screen, qtbot, previews, ask, chart, office) -> None:
    write(screen, qtbot)
    screen.keep_draft()
    screen.print.click()
    assert leave(previews[0]) == [True]
    (letter,) = ask(lambda reading: queries.of_patient(reading, chart))
    assert letter.folio == screen._folio and letter.urgency is Urgency.PRIORITY
    assert ask(lambda reading: find_draft(reading, service.DRAFT, chart)) is None
    assert letter.folio in office.voice.notices[-1]
    previews[0].close()


def test_a_paper_that_leaves_twice_is_one_letter_and_a_changed_one_keeps_the_folio(
    screen, qtbot, previews, ask, chart
) -> None:
    write(screen, qtbot)
    screen.print.click()
    leave(previews[0], "file")
    leave(previews[0], "file")
    assert len(ask(lambda reading: queries.of_patient(reading, chart))) == 1
    folio = screen._folio
    previews[0].close()
    qtbot.keyClicks(screen.reason, " Or treatment here?")
    screen.print.click()
    leave(previews[1], "file")
    (letter,) = ask(lambda reading: queries.of_patient(reading, chart))
    assert letter.folio == folio
    kept = ask(lambda reading: queries.kept(reading, letter.request_id))
    assert kept.written.reason_text.endswith("Or treatment here?")
    previews[1].close()


def test_what_is_missing_is_said_at_its_field_and_nothing_is_shown(screen, qtbot, previews) -> None:
    screen.print.click()
    assert previews == []
    said = {name: field.message() for name, field in screen.form.fields.items() if field.is_wrong()}
    assert set(said) == {"receiver", "urgency", "consent", "reason"}
    assert screen.receiver.hasFocus()


def test_nothing_that_was_typed_is_lost_when_the_screen_goes_away(open_screen, screen, qtbot, chart) -> None:
    write(screen, qtbot)
    line = screen.parts.line(Part.RISK)
    qtbot.mouseClick(line.check, Qt.MouseButton.LeftButton)
    screen.keep_draft()
    screen.close()
    again = open_screen(ReferralScreen, patient_id=chart)
    written = again.written()
    assert (written.receiver_text, written.urgency, written.reason_text, written.consent) == (
        "Hospital Regional", Urgency.PRIORITY, "Admission?", Consent.AGREED,
    )  # fmt: skip
    assert Part.RISK in written.parts


def test_a_pause_in_typing_keeps_the_draft_by_itself(screen, qtbot, ask, chart) -> None:
    screen._pause.setInterval(10)
    qtbot.keyClicks(screen.reason, "Why")
    qtbot.waitUntil(lambda: screen.kept.text().startswith("Saved"), timeout=2000)
    assert ask(lambda reading: find_draft(reading, service.DRAFT, chart)).fields["reason"] == "Why"


def test_the_sentence_says_what_goes_and_what_stays_as_it_is_ticked(screen, qtbot) -> None:
    assert "Risk" in screen.parts.staying.text() and "Risk" not in screen.parts.summary.text()
    qtbot.mouseClick(screen.parts.line(Part.RISK).check, Qt.MouseButton.LeftButton)
    assert "Risk" in screen.parts.summary.text() and "Risk" not in screen.parts.staying.text()


def test_an_emergency_takes_half_a_page_with_one_key_and_a_hand_has_the_last_word(screen, qtbot) -> None:
    qtbot.keyClick(screen.urgency, Qt.Key.Key_1)
    assert screen.written().half_page
    qtbot.keyClick(screen.urgency, Qt.Key.Key_3)
    assert not screen.written().half_page
    qtbot.mouseClick(screen.parts.half_page, Qt.MouseButton.LeftButton)
    qtbot.keyClick(screen.urgency, Qt.Key.Key_2)
    assert screen.written().half_page


def test_the_last_receiver_stands_there_already(refer, open_screen, chart) -> None:
    refer("Hospital Regional")
    assert open_screen(ReferralScreen, patient_id=chart).written().receiver_text == "Hospital Regional"


def test_a_chart_without_anything_says_so(open_screen, patient) -> None:
    shown = open_screen(ReferralScreen, patient_id=patient)
    offered = [line.part for line in shown.parts.lines]
    assert offered == [Part.CONTACT, Part.NATIONAL_ID]
    assert shown.parts.ticked() == []


def test_both_screens_fit_the_old_laptop_at_150_percent(screen, open_screen, refer) -> None:
    refer()
    listed = open_screen(OpenReferralsScreen)
    listed.table.choose_at(0)
    for shown in (screen, listed):
        shown.resize(851, 356)
        QApplication.processEvents()
        need = shown.minimumSizeHint()
        assert need.width() <= 851 and need.height() <= 356


def test_every_field_has_an_accessible_name(screen) -> None:
    for field in screen.form.fields.values():
        assert field.editor.accessibleName()
    assert all(line.check.accessibleName() for line in screen.parts.lines)


# -- what comes back


@pytest.fixture
def listed(open_screen: Callable[..., Any], refer: Callable[..., str], qtbot: Any) -> OpenReferralsScreen:
    refer()
    shown = open_screen(OpenReferralsScreen)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    return shown


def sheet_of(screen: OpenReferralsScreen, kind: type[Any]) -> Any:
    return next(child for child in screen.findChildren(kind) if child.isVisible())


def test_the_folio_of_a_slip_opens_its_answer_and_saving_closes_the_letter(listed, qtbot, ask, chart) -> None:
    folio = listed.table.row().folio if listed.table.row() else listed.table.rows.row(0).folio
    qtbot.keyClicks(listed.folio, folio.lower().replace("-", " "))
    qtbot.keyClick(listed.folio, ENTER)
    sheet = sheet_of(listed, ReplySheet)
    qtbot.keyClicks(sheet.seen_on, "20/11")
    assert sheet._seen.message() == "Friday 20-nov-2026"
    qtbot.keyClicks(sheet.advice, "Go on")
    sheet.save.click()
    sheet.save.click()
    assert listed.table.count() == 0
    (letter,) = ask(lambda reading: queries.of_patient(reading, chart))
    assert [reply.advice_text for reply in letter.replies] == ["Go on"]


def test_a_wrong_folio_is_said_in_one_sentence(listed, qtbot) -> None:
    qtbot.keyClicks(listed.folio, "PRU-XX00001-1")
    qtbot.keyClick(listed.folio, ENTER)
    assert "PRU-XX00001-1" in listed.wrong.text()
    qtbot.keyClicks(listed.folio, "2")
    assert listed.wrong.text() == ""


def test_an_empty_answer_is_refused_at_its_field(listed, qtbot) -> None:
    listed.table.choose_at(0)
    listed.aside.answer.click()
    sheet = sheet_of(listed, ReplySheet)
    sheet.save.click()
    assert sheet.isVisible() and sheet.form.fields["advice"].is_wrong()
    sheet.reject()


def test_asking_after_a_letter_is_noted_and_it_stays_in_the_list(listed, qtbot, ask) -> None:
    listed.table.choose_at(0)
    listed.aside.called.click()
    asked = sheet_of(listed, Asked)
    qtbot.keyClicks(asked.edit, "The slip was lost")
    asked.yes.click()
    (letter,) = ask(queries.open_referrals)
    assert letter.replies[0].advice_text == "The slip was lost"


def test_printing_again_notes_it_before_anything_leaves(listed, previews, vault, actor) -> None:
    listed.table.choose_at(0)
    listed.aside.again.click()
    assert leave(previews[0]) == [True]

    def last(reading):
        return reading.connection.exec_driver_sql("SELECT act FROM ledger ORDER BY seq DESC LIMIT 1").scalar()

    assert vault.ask(last, actor) == "referrals.note_printed"
    previews[0].close()


def test_an_empty_list_says_where_letters_are_written(open_screen) -> None:
    shown = open_screen(OpenReferralsScreen)
    assert "Ctrl+D" in shown.table._empty.sentence.text() and shown.table._empty.isVisible()


def test_the_whole_way_to_the_printer_writes_it_down_before_the_first_page(
    screen, qtbot, tmp_path, ask, chart, previews
) -> None:
    out, order = tmp_path / "out.pdf", []

    def opens(_order: Any) -> QPrinter:
        order.append(len(ask(lambda reading: queries.of_patient(reading, chart))))
        printer = QPrinter()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(out))
        return printer

    write(screen, qtbot)
    screen.print.click()
    shown = previews[0]
    printing = Preview(
        shown._pdf, "T", record=shown._record, printers=lambda: ["HP LaserJet"], opens=opens, parent=screen
    )
    shown.close()
    printing.show()
    printing.print_button.click()
    qtbot.waitUntil(lambda: out.exists() and out.stat().st_size > 0, timeout=20_000)
    assert order == [1]


def test_a_letter_for_somebody_who_said_no_says_so_and_keeps_what_was_typed(
    screen, qtbot, previews, do, chart, office
) -> None:
    talk = Talk(decided_on=office.today())
    said = [Said(ConsentPurpose.OTHER_SERVICE, yes=False)]
    do(partial(consents.record_answers, act_id=new_id(), patient_id=chart, answers=said, talk=talk))
    write(screen, qtbot)
    screen.print.click()
    assert previews == [] and "said no" in office.voice.said[-1]
    assert screen.reason.text() == "Admission?"
    qtbot.keyClick(screen.urgency, Qt.Key.Key_1)
    office.voice.answer = False
    screen.print.click()
    assert previews == [] and "life is in danger" in office.voice.asked[-1]
    office.voice.answer, office.voice.words = True, "Tomó veneno hoy"
    screen.print.click()
    assert len(previews) == 1
    asked = len(office.voice.asked)
    assert leave(previews[0], "file") == [True]
    assert len(office.voice.asked) == asked, "asked once for one paper"
    ((detail,),) = office.ask(lambda reading: reading.plain("SELECT detail FROM ledger ORDER BY seq DESC LIMIT 1"))
    assert "Tomó veneno hoy" in detail
    previews[0].close()


def test_a_letter_is_not_printed_again_after_the_yes_was_taken_back(listed, previews, do, ask, chart, office) -> None:
    (given,) = ask(lambda reading: consent_queries.of_patient(reading, chart))
    taking = partial(consents.withdraw, consent_id=given.id, act_id=new_id(), decided_on=given.decided_on)
    do(taking)
    listed.table.choose_at(0)
    listed.aside.again.click()
    assert previews == [] and "said no" in office.voice.said[-1]


def test_the_chart_says_which_letter_waits_for_its_answer_and_writes_another_with_ctrl_d(
    open_screen, chart, refer, do, ask, clock, qtbot
) -> None:
    refer()
    clock.advance(days=9)
    panel = open_screen(LettersPanel, patient_id=chart)
    said = " ".join(phrase.text() for phrase in panel.findChildren(Phrase))
    assert "Hospital Regional" in said and "no answer for 9 days" in said
    page = open_screen(ChartScreen, patient_id=chart)
    with qtbot.waitActive(page):
        page.activateWindow()
    qtbot.keyClick(page, Qt.Key.Key_D, CTRL)
    assert page._office.went == ("referral", {"patient_id": chart})
