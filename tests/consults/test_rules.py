"""Risk, sections, diagnoses and supervision, without a database."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules import diagnoses
from clinic_desktop.features.consults.rules.risk import (
    RiskAnswer,
    RiskLine,
    RiskStep,
    open_risk,
    reason_code,
    reason_item,
)
from clinic_desktop.features.consults.rules.sections import (
    FOLLOW_UP,
    TEMPLATES,
    EncounterKind,
    in_order,
    section_title,
    template_for,
)
from clinic_desktop.features.consults.rules.signing import (
    NoteState,
    SignatureKind,
    SupervisorStep,
    kept_sections,
    note_state,
)

DAY = date(2026, 11, 23)


def line(event_id: str, step: RiskStep, opening: str | None = None, **said: object) -> RiskLine:
    blank = dict.fromkeys(
        ("reason_code", "reason_text", "holder_name", "next_contact_on", "whom_to_look_for", "outcome_text", "by_name")
    )
    return RiskLine(event_id, opening, step, said.pop("on", DAY), **{**blank, **said})  # type: ignore[arg-type]


def test_an_opened_risk_stays_open_until_it_is_closed() -> None:
    opened = line("a", RiskStep.OPENED, holder_name="Juana")
    assert open_risk([]) is None
    standing = open_risk([opened])
    assert standing is not None
    assert (standing.holder_name, standing.next_contact_on) == ("Juana", date(2026, 11, 30))
    assert open_risk([opened, line("b", RiskStep.CLOSED, "a")]) is None


def test_a_contact_changes_the_holder_and_the_next_day() -> None:
    standing = open_risk(
        [
            line("a", RiskStep.OPENED, holder_name="Juana", whom_to_look_for="Rosa"),
            line(
                "b",
                RiskStep.CONTACT,
                "a",
                holder_name="Petrona",
                next_contact_on=date(2026, 12, 4),
                outcome_text="well",
            ),
            line("c", RiskStep.CONTACT, "another opening", holder_name="Nobody"),
        ]
    )
    assert standing is not None
    assert (standing.holder_name, standing.whom_to_look_for, standing.last_outcome) == ("Petrona", "Rosa", "well")
    assert standing.is_overdue(date(2026, 12, 5))
    assert not standing.is_overdue(date(2026, 12, 4))


def test_two_clinics_may_have_opened_one_each_and_both_must_be_closed() -> None:
    lines = [line("a", RiskStep.OPENED, holder_name="X"), line("b", RiskStep.OPENED, holder_name="Y")]
    standing = open_risk(lines)
    assert standing is not None
    assert (standing.opening_id, standing.also_open) == ("b", ("a",))
    assert open_risk([*lines, line("c", RiskStep.CLOSED, "b")]) is not None
    assert open_risk([*lines, line("c", RiskStep.CLOSED, "b"), line("d", RiskStep.CLOSED, "a")]) is None


STEPS = st.lists(st.tuples(st.sampled_from(list(RiskStep)), st.integers(0, 5)), max_size=12)


@settings(deadline=None)
@given(STEPS)
def test_a_risk_is_open_exactly_when_an_opening_has_no_closing(steps: list[tuple[RiskStep, int]]) -> None:
    lines = [
        line(str(at), step, None if step is RiskStep.OPENED else str(about), holder_name="X")
        for at, (step, about) in enumerate(steps)
    ]
    closed = {told.opening_id for told in lines if told.step is RiskStep.CLOSED}
    left = [told for told in lines if told.step is RiskStep.OPENED and told.event_id not in closed]
    assert (open_risk(lines) is not None) == bool(left)


def test_an_answer_needs_a_holder_or_words() -> None:
    assert not RiskAnswer(opens=True).is_answered
    assert not RiskAnswer(opens=True, words="words alone hold nobody").is_answered
    assert RiskAnswer(opens=True, holder_name="Juana").is_answered
    assert RiskAnswer(opens=False, words="passing thought, no plan").is_answered
    assert not RiskAnswer(opens=False, words="  ").is_answered


def test_a_reason_names_scale_and_question() -> None:
    assert reason_code("phq9", 9) == "phq9:9"
    assert reason_item("phq9:9") == 9
    assert reason_item("fear") is None
    assert reason_item(None) is None


def test_every_template_ends_with_a_plan_and_repeats_no_section() -> None:
    for template in TEMPLATES.values():
        assert len(set(template.codes)) == len(template.codes)
        assert template.codes[-1] == "plan"
        assert "risk" in template.codes
    assert len(FOLLOW_UP.sections) == 8


def test_every_kind_of_encounter_has_a_template() -> None:
    assert {template_for(kind).code for kind in EncounterKind} <= set(TEMPLATES)
    assert template_for("a newer kind") is FOLLOW_UP


def test_sections_come_in_the_order_of_the_template_and_none_is_lost() -> None:
    told = in_order({"plan": "b", "of-a-newer-program": "c", "how-are-you": "a"}, "follow-up")
    assert [code for code, _text in told] == ["how-are-you", "plan", "of-a-newer-program"]
    assert section_title("of-a-newer-program") == "of-a-newer-program"


def test_an_empty_section_is_not_kept() -> None:
    assert kept_sections({"plan": " as before\n", "risk": " \n"}) == {"plan": " as before\n"}


@pytest.mark.parametrize(
    ("wanted", "kinds", "state"),
    [
        (False, [], NoteState.SIGNED),
        (True, [], NoteState.WAITING),
        (True, [SignatureKind.RETURNED], NoteState.RETURNED),
        (True, [SignatureKind.SIGNED], NoteState.SIGNED),
        (True, [SignatureKind.RETURNED, SignatureKind.SIGNED], NoteState.SIGNED),
        (True, [SignatureKind.SIGNED, SignatureKind.RETURNED], NoteState.SIGNED),
    ],
)
def test_the_state_of_a_note_follows_from_its_signatures(
    wanted: bool, kinds: list[SignatureKind], state: NoteState
) -> None:
    assert note_state(wanted, [SupervisorStep(kind, "Dra. Pu", None) for kind in kinds]) is state


def test_three_letters_find_the_short_list_first() -> None:
    found = diagnoses.search("dep")
    assert found[0].code == "F32.0"
    assert found[0].is_short
    assert all(d.is_short for d in found[:4])


@pytest.mark.parametrize("typed", ["f32.1", "F321", "depresion moderada", "moder depr", "Depresión MODERADA"])
def test_a_diagnosis_is_found_by_code_and_by_words_in_any_order(typed: str) -> None:
    assert "F32.1" in [d.code for d in diagnoses.search(typed)]


def test_nothing_typed_shows_the_short_list() -> None:
    assert [d.is_short for d in diagnoses.search("  ")] == [True] * 12
    assert all(d.official for d in diagnoses.usual_list())


def test_the_rest_of_the_classification_is_found_after_mental_health() -> None:
    codes = [d.code for d in diagnoses.search("epil", limit=40)]
    assert codes[0] == "G40.9"
    assert len(codes) > 3
    assert diagnoses.search("zzzz") == ()


@settings(deadline=None)
@given(st.text(max_size=12))
def test_no_typing_breaks_the_search(typed: str) -> None:
    assert len(diagnoses.search(typed)) <= 12
