"""Danger as people meet it: the clinic's own questions, the plan, whom to look for; and what reception never sees."""

import inspect
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.consults.letters import looking_for as seeking_letters
from clinic_desktop.features.consults.letters import safety_plan as letters
from clinic_desktop.features.consults.letters.safety_plan import NotToShare
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import notes, risks, safety_plans
from clinic_desktop.features.consults.rules.asking_danger import DangerQuestion, QuestionAnswer
from clinic_desktop.features.consults.rules.risk import ContactOutcome, RiskAnswer
from clinic_desktop.features.consults.rules.safety_plan import NewPlan, PlanWords
from clinic_desktop.features.consults.rules.story import EpisodeStep
from clinic_desktop.features.consults.screens import safety_plan as plan_screen
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.danger import AnswerSheet, OutcomeSheet
from clinic_desktop.features.consults.screens.looking_for import LookingForScreen, WordsSheet
from clinic_desktop.features.consults.screens.question_list import QuestionListScreen, QuestionSheet
from clinic_desktop.features.consults.screens.safety_plan import ChartPlanSheet, PlanSheet
from clinic_desktop.features.consults.service import risk, story
from clinic_desktop.features.consults.service import safety_plans as plans
from clinic_desktop.features.consults.service.risk import NobodyToLookFor, NotYourContact, OutcomeMissing
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.service import consents, registering, restricting
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.consults.conftest import HELD, phq9
from tests.printing.reading import texts

TODAY = date(2026, 11, 23)
SECRET = "pensó en el pozo"
DUE = RiskAnswer(True, "Juana Brito, promotora", TODAY, "hermana, Rosa", SECRET, "tienda El Sol, 5512 0000")


def role(code: str) -> Actor:
    return Actor(new_id(), "Lucía", next(r.permissions for r in FIRST_ROLES if r.code == code))


def opened(sheet_class: type[Any], screen: QWidget) -> Any:
    return next(child for child in screen.findChildren(sheet_class) if child.isVisible())


@pytest.fixture
def consult(open_screen: Any, patient: str) -> ConsultScreen:
    return open_screen(ConsultScreen, patient_id=patient)


def danger(do: Any, patient: str, answer: RiskAnswer = DUE) -> None:
    do(partial(risk.open_risk, patient_id=patient, answer=answer))


def make_plan(do: Any, patient: str, **words: str) -> str:
    plan_id = new_id()
    do(partial(plans.keep_plan, plan=NewPlan(plan_id, PlanWords(**words)), patient_id=patient))
    return plan_id


def agree(do: Any, patient: str, with_whom: str) -> list[str]:
    talk = Talk(
        decided_on=TODAY, way=ConsentWay.SPOKEN, language_code="spa", read_aloud=True, said_back=True, witness="Ana",
        witness_is_of_clinic=False, text_version="1",
    )  # fmt: skip
    said = [Said(ConsentPurpose.RELATIVE, yes=True, about=with_whom)]
    return do(partial(consents.record_answers, act_id=new_id(), patient_id=patient, answers=said, talk=talk))


# -- the clinic's own questions


def test_a_critical_answer_opens_the_clinics_questions_which_are_signed_with_the_note(
    ask: Any, consult: ConsultScreen, patient: str
) -> None:
    QTest.keyClick(consult, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    for digit in "000000002":
        QTest.keyClicks(consult.focusWidget() or consult, digit)
    consult.sign()
    sheet = opened(AnswerSheet, consult)
    assert len(sheet.questions.choices) == 6
    for key in "12":
        QTest.keyClicks(sheet.focusWidget(), key)
    sheet.questions.done.setText("Llamé a su hermana (Dra. P.)")
    sheet.form.fill({"holder": "Juana Brito", "reach": "tienda El Sol"})
    sheet.keep.click()
    plan = opened(PlanSheet, consult)
    plan.areas["warning_signs"].setPlainText("No duermo")
    plan.keep.click()
    consult.risk.open()
    opened(AnswerSheet, consult).keep.click()
    assert not [sheet for sheet in consult.findChildren(PlanSheet) if sheet.isVisible()], "once is enough"
    consult.sign()
    assert ask(partial(safety_plans.newest, patient_id=patient)).words.warning_signs == "No duermo"
    (row,) = ask(partial(risks.assessments, patient_id=patient))
    assert [one.answer for one in row.asked] == [QuestionAnswer.YES, QuestionAnswer.NO, *[QuestionAnswer.NOT_ASKED] * 4]
    assert (row.done_text, row.by_name) == ("Llamé a su hermana (Dra. P.)", "Coordinación")
    standing = ask(partial(risks.risk_of, patient_id=patient))
    assert (standing.holder_contact, standing.reason_code) == ("tienda El Sol", "phq9:9")


def test_what_was_answered_about_danger_survives_with_the_draft(ask: Any, do: Any, consult: ConsultScreen) -> None:
    consult.risk.open()
    sheet = opened(AnswerSheet, consult)
    QTest.keyClicks(sheet.focusWidget(), "3")
    QTest.keyClicks(sheet.focusWidget(), "1")
    sheet.tabs.set_at(1)
    sheet.form.fill({"words": "Está tranquila"})
    sheet.keep.click()
    kept = consult.risk.kept()
    consult.risk.fill({})
    consult.risk.fill(kept)
    assert consult.risk.kept() == kept
    consult.sign()
    assert kept["assessment"]["answers"][0]["answer"] == "not-asked"


def test_every_scale_that_asks_is_named_and_asked_again_while_the_risk_is_open(
    do: Any, open_screen: Any, patient: str
) -> None:
    from clinic_desktop.features.consults.rules.scoring import CriticalAnswer

    danger(do, patient)
    screen = open_screen(ConsultScreen, patient_id=patient)
    screen.risk.set_critical((CriticalAnswer("phq9", 9, 2), CriticalAnswer("srq20", 17, 1)))
    assert screen.risk.strip.words.text().count("question") == 2
    assert screen.risk.strip.ask.isVisible()
    screen.risk.ask()
    assert screen.risk.kept()["assessment"] is None


def test_the_coordinator_words_the_questions(office: Any, ask: Any, open_screen: Any, do: Any) -> None:
    screen = open_screen(QuestionListScreen)
    assert screen.table.model().rowCount() == 6
    screen.add.click()
    sheet = opened(QuestionSheet, screen)
    sheet.save.click()
    assert sheet.form.fields["words"].is_wrong()
    sheet.words.setText("Does the milpa still give you joy?")
    sheet.save.click()
    assert len(ask(risks.questions)) == 7
    with pytest.raises(NotAllowed):
        office_of = partial(risk.keep_questions, questions=(DangerQuestion(new_id(), "Alone?"),))
        screen._office._vault.do(office_of, role("psychiatrist"))


# -- the plan


def test_the_plan_is_typed_with_the_note_kept_on_every_pause_and_signed_with_it(
    ask: Any, consult: ConsultScreen, patient: str, office: Any
) -> None:
    QTest.keyClick(consult, Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    sheet = opened(PlanSheet, consult)
    sheet.areas["warning_signs"].setPlainText("No duermo tres noches")
    consult.keep_draft()
    assert consult.encounter is not None
    draft = ask(partial(notes.draft_of, encounter_id=consult.encounter.encounter_id))
    assert draft.fields["safety_plan"]["words"]["warning_signs"] == "No duermo tres noches"
    sheet.keep.click()
    consult.sign()
    plan = ask(partial(safety_plans.newest, patient_id=patient))
    assert plan.words.warning_signs == "No duermo tres noches"
    note = ask(partial(notes.last_note, patient_id=patient))
    assert plan_screen.wanted(office, note.note_id)


def test_the_newest_plan_is_brought_over_and_the_old_one_stays_readable(
    office: Any, do: Any, ask: Any, open_screen: Any, patient: str
) -> None:
    make_plan(do, patient, warning_signs="Lloro", whom_to_call="Rosa")
    chart = open_screen(ChartScreen, patient_id=patient)
    QTest.keyClick(chart, Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    sheet = opened(ChartPlanSheet, chart)
    assert sheet.areas["whom_to_call"].text() == "Rosa"
    sheet.areas["whom_to_call"].setPlainText("Rosa y Juana")
    sheet.reject()
    assert ask(partial(safety_plans.plan_draft, patient_id=patient)) is not None, "left, not lost"
    again = ChartPlanSheet(office, patient, chart)
    again.keep.click()
    assert [p.words.whom_to_call for p in ask(partial(safety_plans.plans, patient_id=patient))] == [
        "Rosa y Juana", "Rosa",
    ]  # fmt: skip
    assert ask(partial(safety_plans.plan_draft, patient_id=patient)) is None


def test_a_plan_that_nobody_changed_is_not_made_anew(
    do: Any, ask: Any, office: Any, consult: ConsultScreen, patient: str
) -> None:
    make_plan(do, patient, warning_signs="Lloro")
    consult.safety_plan._take(plan_screen.begun_with(ask(partial(safety_plans.plans, patient_id=patient))))
    assert consult.written().safety_plan is None


def test_the_persons_paper_names_no_illness_and_prints_whatever_stands_in_it(do: Any, ask: Any, register: Any) -> None:
    patient = register("María Ixchel", "Tzoc", community="Caserío Los Encuentros")
    for words in ({"whom_to_call": "Rosa"}, dict.fromkeys(("warning_signs", "making_it_safe"), "<b>añ\n" * 4000)):
        plan_id = make_plan(do, patient, **words)
        said = " ".join(texts(ask(partial(letters.plan_paper, plan_id=plan_id)).pdf()))
        assert "María" in said
        assert not [w for w in ("Tzoc", "risk", "suicid", "psychiatr", "mental") if w.casefold() in said.casefold()]


def test_a_relative_gets_a_copy_only_with_a_yes_that_still_holds(do: Any, ask: Any, patient: str) -> None:
    plan_id = make_plan(do, patient, warning_signs="Lloro", shared_with="Rosa, su hermana")
    copy = partial(letters.relative_copy, plan_id=plan_id)
    with pytest.raises(NotToShare):
        ask(copy)
    (consent_id,) = agree(do, patient, "Rosa, su hermana")
    assert ask(partial(safety_plans.relatives, patient_id=patient)) == ("Rosa, su hermana",)
    assert "Rosa, su hermana" in " ".join(texts(ask(copy).pdf()))
    do(partial(consents.withdraw, consent_id=consent_id, act_id=new_id(), decided_on=TODAY))
    with pytest.raises(NotToShare):
        ask(copy)


# -- whom to look for


def test_a_community_worker_learns_whom_and_how_and_nothing_of_why(
    vault: Vault, do: Any, ask: Any, register: Any, qapp: Any, qtbot: Any
) -> None:
    safe = register("Ana", "Brito", community="Los Encuentros", phone="5544 1122")
    hidden = register("Rosa", "Quispe", do_not_visit=True, do_not_call=True, phone="5544 3344", cover_words="del censo")
    later, reserved, dead = register("Eva", "Coj"), register("Luz", "Ixim"), register("Inés", "Sac")
    for one in (safe, hidden, reserved, dead):
        danger(do, one)
    danger(do, later, HELD)
    do(partial(restricting.restrict, patient_id=reserved, reason="lo pide"))
    do(partial(registering.mark_died, patient_id=PatientId(dead), died_on=PartialDate(2026, 11, 22)))
    worker = role("community-worker")
    office = Office(vault, worker, voice=RememberingVoice(), immediate=True)
    screen = LookingForScreen(office)
    qtbot.addWidget(screen)
    screen.resize(1280, 600)
    screen.show()
    rows = vault.ask(risks.looking_for, worker)
    assert {row.patient_id for row in rows} == {safe, hidden}
    assert SECRET not in repr(rows)
    (kept,) = [row for row in rows if row.patient_id == hidden]
    assert (kept.phone, kept.community, kept.cover_words) == ("", "", "del censo")
    printed = " ".join(texts(vault.ask(seeking_letters.looking_for_list, worker).pdf()))
    assert "Ana" in printed
    assert not [w for w in (SECRET, "5544 3344", "Luz", "Inés", "Eva", "risk") if w in printed]
    assert not screen.chart.isVisible()
    assert not screen.person.why.isVisible()
    with pytest.raises(NotAllowed):
        vault.ask(partial(risks.risk_of, patient_id=safe), worker)


def test_the_number_that_nobody_may_call_does_not_come_back_as_the_number_of_the_one_nearby(
    do: Any, ask: Any, register: Any
) -> None:
    near = replace(DUE, holder_contact="Rosa, 5512-3456, mañanas")
    kept, free = register("Rosa", "Quispe", do_not_call=True, phone="+502 5512 3456"), register(phone="5512 3456")
    for one in (kept, free):
        danger(do, one, near)
    reach = {row.patient_id: row.reach for row in ask(risks.looking_for)}
    assert reach == {kept: "", free: "Rosa, 5512-3456, mañanas"}


def test_in_a_low_window_the_outcomes_keep_their_height_and_the_cover_words_come_first(
    do: Any, open_screen: Any, register: Any
) -> None:
    phone = {"phone": "5544 1122", "contact_hours": "solo de 2 a 4 de la tarde", "cover_words": "la maestra"}
    danger(do, register("María Ixchel Candelaria", "Chavajay Sacalxot", community="Los Encuentros", **phone))
    screen = open_screen(LookingForScreen)
    screen.resize(911 - 60, 442 - 86)
    screen.take_focus()
    assert all(button.height() >= button.sizeHint().height() for button in screen.person.outcomes.values())
    first = screen.person.facts.findChildren(QLabel)[0]
    assert first.text() == "Say"


def test_one_digit_notes_what_came_of_it_and_can_be_undone(
    office: Any, ask: Any, do: Any, open_screen: Any, patient: str
) -> None:
    danger(do, patient)
    screen = open_screen(LookingForScreen)
    screen.take_focus()
    assert "Why" in screen.person.why.text()
    QTest.keyClicks(screen.table, "3")
    assert ask(risks.looking_for)[0].last == ContactOutcome.NOT_FOUND, "not found: still to be looked for"
    screen.person._just_noted.stop()
    QTest.keyClicks(screen.table, "2")
    sheet = opened(WordsSheet, screen)
    sheet.keep.click()
    assert sheet.form.fields["words"].is_wrong()
    sheet.words.setPlainText("Come poco")
    sheet.keep.click()
    chart = open_screen(ChartScreen, patient_id=patient)
    assert "Reached, not well" in chart.strip.words.text(), "no clinician may overlook it"
    chart.close()
    screen.person._just_noted.stop()
    QTest.keyClicks(screen.table, "1")
    assert ask(risks.looking_for) == ()
    assert ask(partial(risks.risk_of, patient_id=patient)).next_contact_on == TODAY + timedelta(days=7)
    told = [line.under for line in ask(partial(charts.chart, patient_id=patient)).story.lines]
    assert any("Reached, and well" in under for under in told)
    office.voice.undo()
    told = [line.under for line in ask(partial(charts.chart, patient_id=patient)).story.lines]
    assert not any("Reached, and well" in under for under in told)
    assert [row.last for row in ask(risks.looking_for)] == [ContactOutcome.REACHED_NOT_WELL]


def test_a_contact_is_noted_once_and_taken_back_only_by_its_author(
    vault: Vault, do: Any, ask: Any, patient: str
) -> None:
    contact = new_id()
    found = partial(risk.note_found, patient_id=patient, contact_id=contact, outcome=ContactOutcome.REACHED_WELL)
    worker = role("community-worker")
    with pytest.raises(NobodyToLookFor):
        vault.do(found, worker)
    danger(do, patient)
    for _time in range(2):
        vault.do(found, worker)
    assert len(ask(partial(risks.risk_steps, patient_id=patient))) == 2
    with pytest.raises(NotYourContact):
        do(partial(risk.take_contact_back, contact_id=contact))
    with pytest.raises(OutcomeMissing):
        vault.do(partial(found, contact_id=new_id(), outcome=ContactOutcome.OTHER), worker)


def test_the_clinicians_sheet_notes_with_one_key_and_only_a_signer_closes(
    do: Any, ask: Any, open_screen: Any, patient: str
) -> None:
    danger(do, patient)
    chart = open_screen(ChartScreen, patient_id=patient)
    chart.strip.button.click()
    sheet = opened(OutcomeSheet, chart)
    QTest.keyClicks(sheet.outcome, "3")
    sheet.keep.click()
    assert ask(partial(risks.risk_of, patient_id=patient)).is_due(TODAY), "who was not found stays due"
    chart.strip.button.click()
    sheet = opened(OutcomeSheet, chart)
    sheet.form.fill({"words": "Un mes sin esas ideas"})
    sheet.close_risk.click()
    assert ask(partial(risks.risk_of, patient_id=patient)) is None
    assert not chart.strip.isVisible()


@pytest.mark.parametrize("end", [EpisodeStep.DISCHARGED, EpisodeStep.TRANSFERRED, EpisodeStep.LOST])
def test_the_end_of_care_closes_no_risk(do: Any, ask: Any, patient: str, end: EpisodeStep) -> None:
    danger(do, patient)
    told = partial(story.note_episode, event_id=new_id(), patient_id=patient, step=end, happened_on=TODAY)
    do(partial(told, reason="se muda", to_whom="Centro de Salud"))
    assert [row.patient_id for row in ask(charts.open_risks)] == [patient]
    assert [row.patient_id for row in ask(risks.looking_for)] == [patient]


def test_a_death_leaves_the_lists_and_the_chart_says_that_nobody_closed_it(
    do: Any, ask: Any, open_screen: Any, patient: str
) -> None:
    danger(do, patient)
    do(partial(registering.mark_died, patient_id=PatientId(patient), died_on=PartialDate(2026, 11, 22)))
    assert (ask(charts.open_risks), ask(risks.looking_for)) == ((), ())
    chart = open_screen(ChartScreen, patient_id=patient)
    assert "died" in chart.strip.words.text()
    assert ask(partial(risks.risk_of, patient_id=patient)) is not None


# -- never on reception's screens


def test_reception_finds_nothing_of_danger_in_any_screen(
    vault: Vault, do: Any, patient: str, arrive: Any, sign: Any, qtbot: Any, qapp: Any
) -> None:
    sign(patient, sections={"risk": SECRET}, scales=(phq9("333333333"),), risk=DUE)
    make_plan(do, patient, warning_signs=SECRET)
    arrive(patient)
    house.furnish()
    desk = role("receptionist")
    office = Office(vault, desk, voice=RememberingVoice(), immediate=True)
    shown = 0
    for place in house.places():
        if place.permissions and not desk.permissions & place.permissions:
            continue
        needed = {"patient_id": patient} if "patient_id" in inspect.signature(place.build).parameters else {}
        screen = place.build(office, **needed)
        qtbot.addWidget(screen)
        screen.resize(1280, 620)
        screen.show()
        told = " ".join(_words(screen)).casefold()
        for secret in (
            SECRET,
            "Juana Brito",
            "hermana, Rosa",
            "open risk",
            "whom to look for",
            "safety plan",
            "violence",
        ):
            assert secret.casefold() not in told, (place.code, secret)
        shown += 1
    assert shown >= 5
    for query in (risks.looking_for, partial(safety_plans.newest, patient_id=patient)):
        with pytest.raises(NotAllowed):
            vault.ask(query, desk)
    with pytest.raises(NotAllowed):
        vault.ask(seeking_letters.looking_for_list, desk)


def _words(widget: QWidget) -> list[str]:
    """What stands on it and on everything in it, tables included."""
    found: list[str] = []
    for one in (widget, *widget.findChildren(QWidget)):
        for name in ("text", "placeholderText", "accessibleName", "toolTip", "toPlainText"):
            said = getattr(one, name, None)
            if callable(said):
                found.append(str(said()))
        model = getattr(one, "model", lambda: None)()
        if model is not None and hasattr(model, "rowCount"):
            cells = ((r, c) for r in range(model.rowCount()) for c in range(model.columnCount()))
            found += [
                str(model.index(r, c).data(Qt.ItemDataRole.AccessibleTextRole) or model.index(r, c).data())
                for r, c in cells
            ]
    return found
