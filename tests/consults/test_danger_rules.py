"""Open risks whose steps come from two clinics in any order; the clinic's questions; plans; violence at home."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules.asking_danger import (
    Asked,
    Assessment,
    DangerQuestion,
    QuestionAnswer,
    QuestionEmpty,
    QuestionTooLong,
    QuestionTwice,
    TooManyQuestions,
    checked_questions,
    kept_answers,
    read_answers,
    usual_questions,
)
from clinic_desktop.features.consults.rules.risk import ContactOutcome, RiskLine, RiskStep, next_after, open_risk
from clinic_desktop.features.consults.rules.safety_plan import PlanWords, read_words, write_words
from clinic_desktop.features.consults.rules.violence import NotAlone, ViolenceSaid, ViolenceTold, check

DAY = date(2026, 11, 23)


def step(event_id: str, kind: RiskStep, opening: str | None = None, **said: object) -> RiskLine:
    blank = dict.fromkeys(
        ("reason_code", "reason_text", "holder_name", "next_contact_on", "whom_to_look_for", "outcome_text", "by_name")
    )
    return RiskLine(event_id, opening, kind, said.pop("on", DAY), **{**blank, **said})  # type: ignore[arg-type]


def days(count: int) -> date:
    return DAY + timedelta(days=count)


@st.composite
def told(draw: st.DrawFn) -> list[RiskLine]:
    """What two clinics wrote: openings, contacts, closings and slips, about each other's or about nothing."""
    count = draw(st.integers(1, 9))
    about = st.integers(0, count - 1).map(str)
    return [
        step(
            str(at), kind := draw(st.sampled_from(list(RiskStep))),
            None if kind is RiskStep.OPENED else draw(about),
            holder_name=draw(st.sampled_from([None, "Juana", "Rosa"])) if kind is not RiskStep.OPENED else "Petrona",
            next_contact_on=draw(st.one_of(st.none(), st.integers(0, 20).map(days))),
            outcome_code=draw(st.sampled_from([None, *ContactOutcome])) if kind is RiskStep.CONTACT else None,
            undoes_id=draw(st.one_of(st.none(), about)) if kind is RiskStep.CONTACT else None,
            on=days(draw(st.integers(-2, 2))),
        )
        for at in range(count)
    ]  # fmt: skip


@given(told(), st.randoms())
def test_the_same_steps_in_any_order_and_twice_stand_the_same_everywhere(lines: list[RiskLine], chance: object) -> None:
    shuffled = [*lines, *lines[: len(lines) // 2]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert open_risk(shuffled) == open_risk(lines)


@given(told())
def test_an_open_risk_has_a_holder_and_a_day_whatever_was_written(lines: list[RiskLine]) -> None:
    standing = open_risk(lines)
    if standing is not None:
        assert standing.holder_name
        assert standing.next_contact_on


def test_of_two_openings_the_contact_that_is_due_first_counts_until_somebody_was_there() -> None:
    here = step("1", RiskStep.OPENED, holder_name="Juana", next_contact_on=days(2))
    there = step("2", RiskStep.OPENED, holder_name="Rosa", next_contact_on=days(9))
    both = open_risk([here, there])
    assert both is not None
    assert (both.next_contact_on, both.holder_name, both.also_held_by) == (days(2), "Rosa", ("Juana",))
    seen = step("3", RiskStep.CONTACT, "2", next_contact_on=days(9))
    after = open_risk([here, there, seen])
    assert after is not None
    assert after.next_contact_on == days(9)


def test_what_a_computer_with_a_wrong_clock_wrote_of_an_open_risk_is_not_lost_and_puts_nothing_off() -> None:
    opened = step("5", RiskStep.OPENED, holder_name="Juana", next_contact_on=days(1))
    behind = step("1", RiskStep.CONTACT, "5", on=days(-3000), holder_name="Rosa", outcome_code="not-found")
    seen = open_risk([behind, opened])
    assert seen is not None
    assert (seen.holder_name, seen.last_contact) == ("Rosa", "not-found"), "it belongs to the opening: it came after"
    ahead = step("9", RiskStep.CONTACT, "5", on=days(9000), next_contact_on=days(9007), outcome_code="reached-well")
    later = open_risk([opened, ahead])
    assert later is not None and later.is_due(days(1))
    first = step("8", RiskStep.CONTACT, "5", on=days(2), outcome_code="not-found")
    then = step("7", RiskStep.CONTACT, "5", on=days(3), outcome_code="reached-well")
    newest = open_risk([opened, first, then])
    assert newest is not None and newest.last_contact == "reached-well", "by the day, whoever typed it first"


def test_a_contact_taken_back_does_not_count() -> None:
    opened = step("1", RiskStep.OPENED, holder_name="Juana", next_contact_on=days(0))
    slip = step("2", RiskStep.CONTACT, "1", next_contact_on=days(7), outcome_code="reached-well")
    back = step("3", RiskStep.CONTACT, "1", undoes_id="2")
    assert open_risk([opened, slip, back]) == open_risk([opened])


def test_only_somebody_who_is_well_is_looked_for_again_later() -> None:
    assert next_after(ContactOutcome.REACHED_WELL, DAY) == days(7)
    assert {next_after(one, DAY) for one in ContactOutcome if one is not ContactOutcome.REACHED_WELL} == {None}


def test_not_asked_is_never_no() -> None:
    asked = (Asked("Does it hurt?", QuestionAnswer.NOT_ASKED), Asked("Alone?", QuestionAnswer.NO))
    assert read_answers(kept_answers(asked)) == asked
    assert read_answers([{"question": "Alone?", "answer": "perhaps"}, {"question": "Alone?"}]) == (
        (Asked("Alone?", QuestionAnswer.NOT_ASKED),) * 2
    )
    assert Assessment("a", asked[:1]).is_empty
    assert not Assessment("a", asked).is_empty
    assert not Assessment("a", (), done_text="Called her sister").is_empty


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ([" "], QuestionEmpty), (["x" * 301], QuestionTooLong), (["Alone?", "alone? "], QuestionTwice),
        ([f"Question {n}?" for n in range(13)], TooManyQuestions),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused(words: list[str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked_questions([DangerQuestion(str(at), said) for at, said in enumerate(words)])


def test_the_first_questions_are_few_and_speak_both_languages() -> None:
    for spoken in ("es", "en"):
        assert checked_questions(usual_questions(spoken)) == usual_questions(spoken)
    assert {q.question_id for q in usual_questions("es")} == {q.question_id for q in usual_questions("en")}


def test_a_plan_is_read_from_a_draft_as_far_as_it_is_understood() -> None:
    words = PlanWords(warning_signs="No duermo", whom_to_call="Rosa")
    assert read_words(write_words(words)) == words
    assert read_words({"warning_signs": 3, "new_part": "x", "what_i_can_do": "andar"}) == PlanWords(
        what_i_can_do="andar"
    )
    assert PlanWords(shared_with="Rosa", language_code="quc").is_empty


def test_an_answer_that_others_heard_is_none() -> None:
    for alone in (False, None):
        with pytest.raises(NotAlone):
            check(ViolenceTold(ViolenceSaid.NO, alone))
    check(ViolenceTold(ViolenceSaid.NOT_SAID, asked_alone=True))
