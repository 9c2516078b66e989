"""A signed note as it is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PySide6.QtWidgets import QLabel

from clinic_desktop.features.consults.letters.trend import trend_paper
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries.sheet import sheet_blocks
from clinic_desktop.features.consults.rules.asking_danger import Asked, Assessment, QuestionAnswer
from clinic_desktop.features.consults.rules.course import say_star, spots
from clinic_desktop.features.consults.rules.score_words import say_circumstances, say_result
from clinic_desktop.features.consults.rules.scoring import GivenScale, HowGiven
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.screens.reading import NoteDeeds, NoteView, WordsSheet
from clinic_desktop.features.consults.screens.standing import parts_of
from clinic_desktop.features.consults.service import instruments
from clinic_desktop.features.consults.service.encounters import Conversation, describe_conversation
from clinic_desktop.features.consults.service.signing import Written, sign_note
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine, Stop
from clinic_desktop.features.referrals.queries import material
from clinic_desktop.features.rights.letters.own_data import own_data_paper
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Phrase
from tests.consults.conftest import phq9
from tests.consults.questionnaires import as_bytes, questionnaire
from tests.printing.reading import texts


def words_of(open_screen: Any, note_id: str) -> list[str]:
    view = open_screen(NoteView)
    view.show_note(note_id)
    return [label.text() for label in view.findChildren(QLabel)]


def test_a_note_signed_in_the_evening_was_typed_that_day(
    sign: Any, patient: str, open_screen: Any, clock: StillClock
) -> None:
    # In Greenwich it is tomorrow already.
    clock.advance(seconds=11 * 3600)
    assert not [words for words in words_of(open_screen, sign(patient).note_id) if "typed on" in words]


def told_of(open_screen: Any, note_id: str) -> str:
    view = open_screen(NoteView)
    view.show_note(note_id)
    return " ".join(phrase.text() for phrase in view.findChildren(Phrase))


def test_a_score_is_read_with_every_answer_and_with_how_it_came_about(
    sign: Any, patient: str, open_screen: Any
) -> None:
    answers = dict.fromkeys(range(1, 8), 1)
    given = GivenScale(new_id(), "gad7", answers, HowGiven.INTERPRETER, "ixl", "Rosa", read_by="Rosa")
    said = told_of(open_screen, sign(patient, scales=(given,)).note_id)
    assert "GAD-7  7 of 21 · mild" in said
    assert "read through an interpreter · Rosa · not validated in ixil" in said
    assert "1:1  2:1" in said


def test_wherever_a_score_is_shown_it_says_through_whom_and_in_which_language_it_was_read(
    ask: Any, sign: Any, patient: str
) -> None:
    answers = dict.fromkeys(range(1, 8), 1)
    sign(patient, scales=(GivenScale(new_id(), "gad7", answers, HowGiven.INTERPRETER, "ixl", "Rosa", read_by="Rosa"),))
    said = "read through an interpreter, not validated in ixil"
    chart = ask(partial(charts.chart, patient_id=patient))
    assert [said in line.title or said in line.under for line in chart.story.lines] == [True, True]
    assert [said in spot.words for spot in spots(chart.course)] == [True]
    assert any(said in words for words in ask(partial(material, patient_id=patient)).parts.values())
    course = " ".join(" ".join(texts(ask(partial(trend_paper, patient_id=patient)).pdf())).split())
    assert say_star(chart.course) in course
    assert "7*" in course


def test_what_was_asked_about_danger_and_done_and_what_ended_is_read_with_the_note(
    ask: Any, sign: Any, patient: str, tablets: Any, open_screen: Any
) -> None:
    line = PrescriptionLine(new_id(), tablets("fluoxetina"), None, read_dose("1-0-0"), 30)
    sign(patient, prescription=(line,))
    asked = (
        Asked("Does life weigh too much?", QuestionAnswer.YES),
        Asked("Is a poison near?", QuestionAnswer.NOT_ASKED),
    )
    assessment = Assessment(new_id(), asked, "She said it calmly.", "Called her sister.")
    note = sign(
        patient,
        sections={"plan": "Weekly."},
        assessment=assessment,
        stops=(Stop(line.request_id, "It made her shake."),),
    )
    said = "\n".join(words_of(open_screen, note.note_id))
    assert "Does life weigh too much? Yes" in said and "Is a poison near? Not asked" in said
    assert "What was done: Called her sister. (Coordinación)" in said
    assert "fluoxetina 20 mg: It made her shake." in said
    (told,) = [
        one for one in ask(partial(charts.chart, patient_id=patient)).story.lines if one.title == "Asked about danger"
    ]
    assert told.under == "She said it calmly. · Called her sister. · Coordinación · Does life weigh too much? Yes"


def test_portions_a_keeper_and_who_interpreted_are_read_with_the_note_and_in_the_chart(
    office: Office, do: Any, ask: Any, begin: Any, patient: str, tablets: Any, open_screen: Any
) -> None:
    encounter_id, note_id = begin(patient), new_id()
    told = Conversation(
        EncounterKind.FOLLOW_UP, "follow-up", language_code="ixl", interpreter_name="Rosa Brito",
        interpreter_relation="neighbour", interpreter_is_family=False, confidentiality_accepted=True,
    )  # fmt: skip
    do(partial(describe_conversation, encounter_id=encounter_id, told=told))
    line = PrescriptionLine(
        new_id(), tablets("fluoxetina"), None, read_dose("1-0-0"), 30, days_per_pickup=7, keeper_name="Ana, her aunt"
    )
    written = Written("follow-up", sections={"plan": "Weekly."}, prescription=(line,))
    do(partial(sign_note, encounter_id=encounter_id, note_id=note_id, written=written))
    said = "\n".join(words_of(open_screen, note_id))
    assert "Ixil · interpreter: Rosa Brito, neighbour, confidentiality told and accepted" in said
    kept = "For 7 days at a time · Ana, her aunt keeps it"
    assert kept in told_of(open_screen, note_id)
    chart = ask(partial(charts.chart, patient_id=patient))
    assert kept in " ".join(repr(line) for _head, lines in parts_of(chart, office.today()) for line in lines)


def test_a_total_from_paper_is_read_with_what_was_said_about_danger(sign: Any, patient: str, open_screen: Any) -> None:
    given = GivenScale(new_id(), "epds", {}, total=4, flagged=False)
    assert "EPDS  4 of 30   question 10: 0" in told_of(open_screen, sign(patient, scales=(given,)).note_id)
    assert say_circumstances(Shown("epds", flagged=None)) == ""
    assert say_result(Shown("a newer scale", total=3, band="high")) == "3 · high"


def test_a_form_without_a_score_is_read_by_its_own_title(do: Any, sign: Any, patient: str, open_screen: Any) -> None:
    own = as_bytes(questionnaire(3, code=[], title="Own questions"))
    kept = do(partial(instruments.import_instrument, data=own, confirmed=True))
    given = GivenScale(new_id(), f"form:{kept.instrument_id}", {1: 2})
    assert "Own questions  1 answers, no total" in told_of(open_screen, sign(patient, scales=(given,)).note_id)


@dataclass(frozen=True)
class Shown:
    scale_code: str
    answers: Mapping[int, int] = field(default_factory=dict[int, int])
    total: int | None = None
    band: str | None = None
    how_given: HowGiven = HowGiven.PAPER
    language_code: str | None = None
    interpreter_name: str | None = None
    read_by: str | None = None
    flagged: bool | None = None
    cutoff: int | None = None


def everywhere(ask: Any, patient: str, office: Office) -> str:
    """All that is said of somebody's scales: at the side of the chart, in story and course, and on every paper."""
    known = ask(partial(charts.chart, patient_id=patient, whole_story=True))
    side = [repr(line) for _title, lines in parts_of(known, office.today()) for line in lines]
    told = [f"{line.title} {line.under}" for line in known.story.lines]
    papers = [
        ask(lambda asker: trend_paper(asker, patient).pdf()),
        ask(lambda asker: own_data_paper(asker, patient, True).pdf()),
    ]
    printed = [text for paper in papers for text in texts(paper)]
    sheet = repr(ask(partial(sheet_blocks, patient_id=PatientId(patient))))
    return "\n".join((*side, *told, *printed, sheet, repr(ask(partial(material, patient_id=patient)))))


def test_half_a_scale_is_nowhere_a_number_or_a_band_and_what_is_better_is_said(
    sign: Any, ask: Any, patient: str, office: Office
) -> None:
    who5 = GivenScale(new_id(), "who5", {1: 5, 2: 4, 3: 4, 4: 3, 5: 2})
    phq2 = GivenScale(new_id(), "phq2", {1: 2, 2: 3})
    sign(patient, scales=(phq9("33333333-"), who5, phq2))
    said = everywhere(ask, patient, office)
    assert re.search(r"\b24\b|severe", said) is None
    assert "no total" in said
    assert said.count("higher is better") >= 5
    assert " ()" not in said.replace("= ()", "")


def test_an_addendum_that_was_refused_is_not_lost(sign: Any, patient: str, office: Office, open_screen: Any) -> None:
    view = open_screen(NoteView)
    view.show_note(sign(patient).note_id)
    deeds = NoteDeeds(office, view, view)
    deeds.addendum.click()
    sheet = dialogs.front()
    assert isinstance(sheet, WordsSheet)
    sheet.area.setText("What her sister told by phone.")
    writer = office.actor
    office.actor = Actor(writer.staff_id, writer.name, frozenset({Permission.READ_CHART}))
    sheet.keep.click()
    assert sheet.isVisible()
    office.actor = writer
    sheet.keep.click()
    assert not sheet.isVisible()
    assert view.page is not None
    assert [added.text for added in view.page.addenda] == ["What her sister told by phone."]
