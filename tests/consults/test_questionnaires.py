"""What of a stranger's questionnaire is taken over, and what is refused."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules.questionnaires import (
    LARGEST,
    MixedAnswers,
    NoScores,
    NotAQuestionnaire,
    NotOfTheScale,
    OtherFhir,
    OtherLength,
    OtherScores,
    QuestionnaireTooLarge,
    QuestionTwice,
    TooManyQuestions,
    UnsureIsNotNever,
    printed_items,
    read_questionnaire,
)
from clinic_desktop.kernel.errors import Refused
from tests.consults.questionnaires import as_bytes, item, option, questionnaire


def test_a_loinc_panel_names_the_scale_and_only_scored_items_count() -> None:
    wording = read_questionnaire(as_bytes(questionnaire()))
    assert wording.scale_code == "phq9"
    assert [i.link for i in wording.items] == [str(n) for n in range(1, 10)]
    assert wording.items[0].options[1] == (1, "answer 1")
    assert (wording.version, wording.language, wording.copyright) == ("2", "es", "nobody")


def test_a_canonical_url_names_the_scale_too() -> None:
    found = read_questionnaire(as_bytes(questionnaire(code=[], url="http://loinc.org/q/44249-1")))
    assert found.scale_code == "phq9"


def test_items_inside_groups_are_found() -> None:
    group = {"linkId": "g", "type": "group", "item": [item(str(n)) for n in range(1, 10)]}
    assert read_questionnaire(as_bytes(questionnaire(item=[group]))).scale_code == "phq9"


def test_a_stranger_is_kept_without_a_score() -> None:
    assert read_questionnaire(as_bytes(questionnaire(4, code=[]))).scale_code is None


def test_the_coordinator_may_say_which_scale_it_is() -> None:
    data = as_bytes(questionnaire(code=[]))
    assert read_questionnaire(data, as_scale="phq9").scale_code == "phq9"
    with pytest.raises(OtherLength):
        read_questionnaire(data, as_scale="gad7")


def sure(link: str) -> dict[str, Any]:
    """The lowest answer as it was once misprinted."""
    return item(link) | {"answerOption": [option(0, "Not at all sure"), *(option(n, str(n)) for n in (1, 2, 3))]}


def test_a_code_of_any_shape_matches_nothing() -> None:
    assert read_questionnaire(as_bytes(questionnaire(code=[{"code": ["phq-9"]}]))).scale_code is None


def test_answers_may_run_from_the_highest_down() -> None:
    turned = [item(str(n), (3, 2, 1, 0)) for n in range(1, 10)]
    assert read_questionnaire(as_bytes(questionnaire(item=turned))).scale_code == "phq9"


def test_a_number_between_two_limits_is_an_answer_too() -> None:
    limits = [
        {"url": f"http://hl7.org/fhir/StructureDefinition/{name}Value", "valueInteger": value}
        for name, value in (("min", 0), ("max", 3))
    ]
    numbers = [{"linkId": str(n), "type": "integer", "text": "x", "extension": limits} for n in range(1, 10)]
    found = read_questionnaire(as_bytes(questionnaire(item=numbers)))
    assert (found.scale_code, found.items[0].options) == ("phq9", ((0, "0"), (1, "1"), (2, "2"), (3, "3")))


def test_who_says_which_scale_it_is_is_told_from_a_file_that_says_so() -> None:
    assert read_questionnaire(as_bytes(questionnaire())).is_said_by_file
    assert not read_questionnaire(as_bytes(questionnaire(code=[])), as_scale="phq9").is_said_by_file
    assert not read_questionnaire(as_bytes(questionnaire(4, code=[]))).is_said_by_file


def test_a_scale_that_takes_no_wording_gets_none() -> None:
    with pytest.raises(NotOfTheScale):
        read_questionnaire(as_bytes(questionnaire(code=[])), as_scale="epds")


def test_the_form_is_printed_whole_and_in_its_order() -> None:
    printed = printed_items(questionnaire(2, code=[]))
    assert [(p.text, p.number) for p in printed] == [
        ("Invented introduction", None), ("Invented question 1", 1), ("Invented question 2", 2),
        ("Invented question difficulty", None),
    ]  # fmt: skip
    assert printed[1].options[:2] == ("0  answer 0", "1  answer 1")
    assert printed[3].options == ("answer None", "answer None")


def deep(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"linkId": "x", "type": "group"}
    for level in range(levels):
        inner = {"linkId": f"l{level}", "type": "group", "item": [inner]}
    return questionnaire(item=[inner])


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotAQuestionnaire),
        (b"\xff\xfe not text", NotAQuestionnaire),
        (b"{", NotAQuestionnaire),
        (b"[]", NotAQuestionnaire),
        (b'"Questionnaire"', NotAQuestionnaire),
        (b'{"resourceType": "Questionnaire", "x": NaN}', NotAQuestionnaire),
        (b'{"resourceType": "Questionnaire", "title": "\\ud800"}', NotAQuestionnaire),
        (b"[" * 100_000, NotAQuestionnaire),
        (b'{"resourceType": "Questionnaire", "x": 1e999}', NotAQuestionnaire),
        (as_bytes(questionnaire(title="a\0b")), NotAQuestionnaire),
        (b'{"resourceType": "Questionnaire", "x": ' + b"[" * 200 + b"]" * 200 + b"}", NotAQuestionnaire),
        (as_bytes(questionnaire(title="Ánimo")).decode().encode("latin-1"), NotAQuestionnaire),
        (as_bytes({"resourceType": "Bundle", "entry": [{"resource": questionnaire()}]}), NotAQuestionnaire),
        (as_bytes(deep(60)), NotAQuestionnaire),
        (as_bytes(questionnaire(resourceType="Bundle")), NotAQuestionnaire),
        (b" " * (LARGEST + 1), QuestionnaireTooLarge),
        (as_bytes(questionnaire(item=[item("1"), item("1")])), QuestionTwice),
        (as_bytes(questionnaire(item=[])), NoScores),
        (as_bytes(questionnaire(item="nothing")), NoScores),
        (as_bytes(questionnaire(item=[item("1", (None, None))])), NoScores),
        (as_bytes(questionnaire(8)), OtherLength),
        (as_bytes(questionnaire(item=[item(str(n), (0, 1, 2)) for n in range(1, 10)])), OtherScores),
        (as_bytes(questionnaire(item=[item(str(n), (1, 2, 3, 4)) for n in range(1, 10)])), OtherScores),
        (as_bytes(questionnaire(item=[item("1", (0.5, 1))])), NoScores),
        (as_bytes(questionnaire(code=[], item=[item("1", (1e300, 1))])), NoScores),
        (as_bytes(questionnaire(fhirVersion="3.0.2")), OtherFhir),
        (as_bytes(questionnaire(fhirVersion=5)), OtherFhir),
        (as_bytes(questionnaire(item=[item("1") | {"type": "coding"}])), OtherFhir),
        (as_bytes(questionnaire(item=[{"linkId": "1", "option": []}])), OtherFhir),
        (as_bytes(questionnaire(101, code=[])), TooManyQuestions),
        (as_bytes(questionnaire(code=[], item=[item("1", tuple(range(21)))])), TooManyQuestions),
        (as_bytes(questionnaire(item=[item(str(n), (0, 2, 1, 3)) for n in range(1, 10)])), MixedAnswers),
        (as_bytes(questionnaire(item=[item(str(n), (0, 0, 1, 2, 3)) for n in range(1, 10)])), MixedAnswers),
        (as_bytes(questionnaire(item=[sure(str(n)) for n in range(1, 10)])), UnsureIsNotNever),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(data: bytes, error: type[Refused]) -> None:
    with pytest.raises(error) as refused:
        read_questionnaire(data)
    assert refused.value.sentence().endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["code", "item", "url", "title", "version", "language"]), JSON))
def test_no_shape_of_a_file_is_a_bug(changes: dict[str, Any]) -> None:
    try:
        read_questionnaire(as_bytes(questionnaire(**changes)))
    except Refused:
        pass


@pytest.mark.skipif("CLINIC_INSTRUMENTS" not in os.environ, reason="no folder with official questionnaires")
@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("phq9-es-us", "phq9"),
        ("phq9-ces-chiapas", "phq9"),
        ("gad7-es-us", "gad7"),
        ("gad7-ces", "gad7"),
        ("who5-es", "who5"),
        ("srq20-es", "srq20"),
        ("phq2-ces", "phq2"),
        ("gad2-ces", "gad2"),
        ("audit-es", "audit"),
    ],
)
def test_official_questionnaires_find_their_scale(name: str, scale: str | None) -> None:
    data = (Path(os.environ["CLINIC_INSTRUMENTS"]) / f"{name}.json").read_bytes()
    assert read_questionnaire(data).scale_code == scale
