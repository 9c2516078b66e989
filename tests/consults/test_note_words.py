"""What is written in a note: by keys, in short words of one's own, with goals; in two windows, and a month later."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.consults.queries import goals, notes, phrases
from clinic_desktop.features.consults.rules import mental_state
from clinic_desktop.features.consults.rules.goals import GoalChange, GoalStanding
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.screens.about import AboutSheet
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.goals_part import GoalsSheet
from clinic_desktop.features.consults.screens.mental_state import MentalStateSheet
from clinic_desktop.features.consults.screens.plan_part import PlanSheet
from clinic_desktop.features.consults.service import encounters, moving, risk, signing
from clinic_desktop.features.consults.service import phrases as own_phrases
from clinic_desktop.features.consults.service.encounters import Conversation
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.consults.conftest import HELD

ODD = "=1+1\t<b>&amp;</b> ﷽ 𝔸́ ꞌ ʼ {x} %s \u202e"


@pytest.fixture
def consult(open_screen: Any, patient: str) -> ConsultScreen:
    return open_screen(ConsultScreen, patient_id=patient)


@pytest.fixture
def fam(do: Any) -> None:
    do(partial(own_phrases.keep_phrase, phrase_id=new_id(), short="fam", words="La familia acompaña."))


def test_each_part_has_a_key_and_the_next_one_is_a_key_away(consult: ConsultScreen) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(consult, Qt.Key.Key_3, both)
    assert consult.note.focused() == list(consult.note.fields)[2]
    for key, wanted in ((Qt.Key.Key_Down, 3), (Qt.Key.Key_Up, 2)):
        QTest.keyClick(consult.note.fields[consult.note.focused() or ""], key, Qt.KeyboardModifier.AltModifier)
        assert consult.note.focused() == list(consult.note.fields)[wanted]


def test_a_short_word_and_a_space_write_the_sentence_and_ctrl_z_takes_it_back(
    fam: None, consult: ConsultScreen
) -> None:
    field = consult.note.fields["plan"]
    field.setFocus()
    QTest.keyClicks(field, "Hoy: fam ")
    assert field.text() == "Hoy: La familia acompaña. "
    field.undo()
    assert field.text() == "Hoy: fam"
    QTest.keyClicks(field, " ")
    assert field.text() == "Hoy: fam ", "taken back, it is meant as it stands"
    QTest.keyClicks(field, "fam")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "Hoy: fam La familia acompaña."
    assert field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert not field.hasFocus()


def test_nothing_expands_in_what_is_pasted(fam: None, consult: ConsultScreen) -> None:
    field = consult.note.fields["plan"]
    QApplication.clipboard().setText("fam y fam ")
    field.paste()
    assert field.text() == "fam y fam "


def test_phrases_are_of_one_person_and_a_short_word_is_there_once(
    do: Any, ask: Any, fam: None, vault: Vault, resident: Actor
) -> None:
    with pytest.raises(Refused):
        do(partial(own_phrases.keep_phrase, phrase_id=new_id(), short="FAM", words="x"))
    (mine,) = ask(phrases.my_phrases)
    with pytest.raises(Refused):
        vault.do(partial(own_phrases.retire_phrase, phrase_id=mine.phrase_id), resident)
    assert vault.ask(phrases.my_phrases, resident) == ()
    do(partial(own_phrases.retire_phrase, phrase_id=mine.phrase_id))
    assert ask(phrases.my_phrases) == ()


def test_one_key_writes_all_as_normal_and_the_next_says_what_is_not(consult: ConsultScreen) -> None:
    consult.writing.mental.click()
    field = consult.note.fields[mental_state.SECTION]
    assert mental_state.read_text(field.text()) == (mental_state.all_normal(), "")
    consult.writing.mental.click()
    sheet = next(child for child in consult.findChildren(MentalStateSheet) if child.isVisible())
    QTest.keyClicks(sheet.words["mood"], "sad")
    sheet.choices["memory"].choose(2)
    sheet.keep.click()
    found, _rest = mental_state.read_text(field.text())
    assert (found["mood"], found.get("memory")) == ("sad", None)
    assert "Attention and memory: not examined." in field.text()


def test_goals_are_named_and_marked_with_the_note(
    ask: Any, consult: ConsultScreen, patient: str, open_screen: Any
) -> None:
    consult.goals.ask()
    sheet = next(child for child in consult.findChildren(GoalsSheet) if child.isVisible())
    QTest.keyClicks(sheet.new, "To weave again")
    QTest.keyClick(sheet.new, Qt.Key.Key_Return)
    (choice,) = sheet.choices.values()
    choice.choose(0)
    sheet.keep.click()
    consult.keep_draft()
    again = open_screen(ConsultScreen, patient_id=patient)
    assert [(g.words, g.standing) for g in again.written().goals] == [("To weave again", GoalStanding.FURTHER)]
    again.sign()
    (row,) = ask(partial(goals.goals, patient_id=patient))
    assert (row.words, row.standing) == ("To weave again", GoalStanding.FURTHER)


def test_a_goal_named_in_the_wrong_chart_goes_with_it(do: Any, ask: Any, sign: Any, patient: str) -> None:
    signed = sign(patient, goals=(GoalChange(new_id(), "x", GoalStanding.SAME, is_new=True),))
    do(partial(encounters.void_encounter, encounter_id=signed.encounter_id, reason="wrong"))
    assert ask(partial(goals.goals, patient_id=patient)) == ()


def test_what_was_agreed_is_ticked_and_signed(ask: Any, consult: ConsultScreen) -> None:
    consult.plan.ask()
    sheet = next(child for child in consult.findChildren(PlanSheet) if child.isVisible())
    QTest.keyClick(sheet.checks["walking"], Qt.Key.Key_Space)
    sheet.keep.click()
    consult.sign()
    assert ask(partial(notes.note_page, note_id=consult._note_id)).plan_items == ("walking",)


def test_two_windows_on_one_note_lose_no_word(open_screen: Any, consult: ConsultScreen, patient: str) -> None:
    other = open_screen(ConsultScreen, patient_id=patient)
    consult.note.fields["plan"].setText("Walks.")
    consult.keep_draft()
    other.note.fields["plan"].setText("Sleeps.")
    other.note.fields["work"].setText("Weaves.")
    other.keep_draft()
    assert other.note.values()["plan"] == "Sleeps.\nWalks."
    consult.note.fields["risk"].setText("None told.")
    consult.keep_draft()
    assert consult.note.values()["work"] == "Weaves."
    assert consult.note.values()["plan"] == "Sleeps.\nWalks."


def test_any_words_and_20000_letters_are_signed_as_they_were_typed(ask: Any, consult: ConsultScreen) -> None:
    long = (ODD + "\n") * (20_000 // len(ODD))
    consult.note.fields["plan"].setText(ODD)
    consult.note.fields["work"].setText(long)
    typed = consult.note.values()
    consult.sign()
    kept = ask(partial(notes.note_page, note_id=consult._note_id)).sections
    assert (kept["plan"], kept["work"]) == (typed["plan"], typed["work"])
    assert kept["plan"] == ODD


def test_a_note_begun_a_month_ago_is_offered_and_found(clock: Any, ask: Any, open_screen: Any, patient: str) -> None:
    before = open_screen(ConsultScreen, patient_id=patient)
    before.note.fields["plan"].setText("Not signed yet.")
    before.keep_draft()
    clock.advance(days=31)
    now = open_screen(ConsultScreen, patient_id=patient)
    assert now.encounter.encounter_id != before.encounter.encounter_id
    assert "23-nov-2026" in now.begun.words.text()
    now.begun.button.click()
    assert now._office.went == ("consult", {"encounter_id": before.encounter.encounter_id})
    again = open_screen(ConsultScreen, encounter_id=before.encounter.encounter_id)
    assert again.note.values()["plan"] == "Not signed yet."
    assert "23-nov-2026" in again.about.accessibleName()


def test_a_draft_of_another_version_is_read_as_far_as_it_is_understood_and_kept_whole(
    do: Any, ask: Any, begin: Any, open_screen: Any, patient: str
) -> None:
    encounter_id = begin(patient)
    strange = {
        "sections": {"newer": "Words.", "plan": "Same."},
        "goals": "?",
        "plan_items": [1, "newer"],
        "future": {"a": 1},
    }
    do(partial(encounters.keep_note, encounter_id=encounter_id, fields=strange, caret={"section": "newer", "at": "x"}))
    screen = open_screen(ConsultScreen, patient_id=patient)
    assert screen.note.values()["newer"] == "Words."
    screen.note.fields["plan"].setText("Same. More.")
    screen.keep_draft()
    kept = ask(partial(notes.draft_of, encounter_id=encounter_id)).fields
    assert (kept["future"], kept["sections"]["newer"], kept["plan_items"]) == ({"a": 1}, "Words.", ["newer"])


def test_a_part_kept_apart_is_added_once_and_marked(consult: ConsultScreen) -> None:
    consult.note.add_section("trauma")
    consult.note.fields["trauma"].setText("Told.")
    consult.note.add_section("trauma")
    assert list(consult.note.fields).count("trauma") == 1
    assert consult.note.fields["trauma"].section.restricted
    assert consult.written().sections["trauma"] == "Told."


def test_a_note_of_the_wrong_chart_goes_to_the_right_one_with_all_its_words(
    do: Any, ask: Any, register: Any, sign: Any, patient: str
) -> None:
    right, new = register("Ana", "Brito"), new_id()
    signed = sign(patient, on=date(2026, 11, 10), sections={"plan": "Walks.", "trauma": "Told."})
    move = partial(
        moving.move_note, encounter_id=signed.encounter_id, patient_id=right, new_encounter_id=new, reason="x"
    )
    assert do(move) == do(move) == new
    (wrong,) = ask(partial(notes.timeline, patient_id=patient))
    assert wrong.voided
    moved = ask(partial(notes.encounter, encounter_id=new))
    assert (moved.patient_id, moved.occurred_on) == (right, date(2026, 11, 10))
    assert ask(partial(notes.draft_of, encounter_id=new)).fields["sections"] == {"plan": "Walks.", "trauma": "Told."}


def test_a_child_never_interprets_and_a_family_interpreter_is_asked_about(
    do: Any, ask: Any, begin: Any, patient: str
) -> None:
    encounter_id = begin(patient)
    told = {"kind": EncounterKind.FOLLOW_UP, "template": "psychology", "interpreter_name": "Rosa"}
    change = partial(encounters.describe_conversation, encounter_id=encounter_id)
    with pytest.raises(encounters.ChildInterpreter):
        do(partial(change, told=Conversation(**told, interpreter_is_adult=False)))
    do(partial(change, told=Conversation(**told, interpreter_is_family=True, asked_again_alone=True)))
    found = ask(partial(notes.encounter, encounter_id=encounter_id))
    assert (found.template, found.interpreter_is_family, found.asked_again_alone) == ("psychology", True, True)


def test_a_paper_note_keeps_both_days_and_its_sheet(ask: Any, open_screen: Any, patient: str) -> None:
    day = date(2026, 11, 23) - timedelta(days=4)
    screen = open_screen(ConsultScreen, patient_id=patient, occurred_on=day, paper_folio="H-12")
    assert "19-nov-2026, typed 23-nov-2026" in screen.about.accessibleName()
    assert "H-12" in screen.about.accessibleName()
    screen.note.fields["plan"].setText("From paper.")
    screen.sign()
    page = ask(partial(notes.note_page, note_id=screen._note_id))
    assert (page.occurred_on, page.encounter.paper_folio) == (day, "H-12")
    assert page.recorded_at.date() == date(2026, 11, 23)


def test_somebody_elses_note_is_said_and_what_is_typed_stays(
    office: Any, consult: ConsultScreen, vault: Vault, supervisor: Actor, patient: str
) -> None:
    consult.note.fields["plan"].setText("mine")
    begun = vault.do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient), supervisor)
    theirs = signing.Written("follow-up", {"plan": "theirs"})
    vault.do(partial(signing.sign_note, encounter_id=begun, note_id=new_id(), written=theirs), supervisor)
    assert any("Dra. Supervisora" in told for told in office.voice.notices)
    assert consult.note.values()["plan"] == "mine"


def test_signed_on_another_laptop_meanwhile_nothing_typed_here_is_lost(
    do: Any, ask: Any, office: Any, consult: ConsultScreen
) -> None:
    assert consult.encounter is not None
    encounter_id = consult.encounter.encounter_id
    there = signing.Written("follow-up", {"plan": "there"})
    do(partial(signing.sign_note, encounter_id=encounter_id, note_id=new_id(), written=there))
    consult.note.fields["plan"].setText("here")
    consult.keep_draft()
    consult.sign()
    assert office.voice.said == ["This consultation is signed already. Write an addendum or a correction."]
    assert consult.note.values()["plan"] == "here"
    assert ask(partial(notes.draft_of, encounter_id=encounter_id)).fields["sections"] == {"plan": "here"}
    assert [note.encounter_id for note in ask(notes.begun_notes)] == [encounter_id]


def test_the_conversation_is_told_by_keyboard_and_nothing_is_asked_of_an_interpreter_who_was_not_there(
    ask: Any, consult: ConsultScreen
) -> None:
    assert consult.encounter is not None
    consult.about.click()
    sheet = next(child for child in consult.findChildren(AboutSheet) if child.isVisible())
    assert not sheet.form.fields["accepted"].isVisible()
    sheet.form.fill({"template": "psychology", "whom": "sister", "interpreter": "Rosa", "is_family": 0, "alone": 0})
    sheet.keep.click()
    found = ask(partial(notes.encounter, encounter_id=consult.encounter.encounter_id))
    assert (found.template, found.with_whom, found.interpreter_name) == ("psychology", "sister", "Rosa")
    assert (found.interpreter_is_family, found.asked_again_alone, found.confidentiality_accepted) == (True, True, None)
    assert "worked-on" in consult.note.fields


def test_with_everything_over_it_the_page_still_fits_the_small_window(
    do: Any, clock: Any, open_screen: Any, patient: str
) -> None:
    before = open_screen(ConsultScreen, patient_id=patient)
    before.note.fields["plan"].setText("Not signed yet.")
    before.keep_draft()
    before.close()
    do(partial(risk.open_risk, patient_id=patient, answer=HELD))
    clock.advance(days=31)
    day = date(2026, 12, 20)
    screen = open_screen(ConsultScreen, patient_id=patient, occurred_on=day, paper_folio="H-" + "9" * 30)
    for width, height in ((1282, 611), (851, 356)):
        # The four columns give way first; then there is room to be smaller.
        for _ in range(2):
            screen.resize(width, height)
            QTest.qWait(30)
        assert screen.begun.isVisible() and screen.risk.strip.isVisible()
        assert (screen.width(), screen.height()) == (width, height)
        assert screen.note.fields["plan"].isVisible() and screen.sign_button.isVisible()
