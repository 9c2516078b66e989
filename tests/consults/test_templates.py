"""What a note asks for is data: every profession its parts, nothing written lost, nothing kept apart in a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules import mental_state
from clinic_desktop.features.consults.rules.merging import merged_draft
from clinic_desktop.features.consults.rules.phrases import expansion, is_short
from clinic_desktop.features.consults.rules.plan_items import plan_items, say_plan_item
from clinic_desktop.features.consults.rules.sections import (
    OFFERED,
    SECTIONS,
    TEMPLATES,
    EncounterKind,
    in_order,
    is_restricted,
    template_for,
    template_named,
)
from clinic_desktop.kernel.i18n import LANGUAGES, set_language

WORDS = st.text(max_size=40)
PHRASES = {"sfh": "Sueño y hambre conservados", "fam": "La familia acompaña"}


def test_every_profession_has_parts_for_every_kind_of_visit_and_the_usual_ones_for_all_others() -> None:
    assert template_for(EncounterKind.FOLLOW_UP, "psychologist").code == "psychology"
    assert template_for(EncounterKind.FIRST, "nurse").code == "nursing"
    assert template_for(EncounterKind.FIRST, "general-doctor").code == "general-medicine"
    assert template_for(EncounterKind.FIRST, "resident").code == "first-visit"
    assert {template_for(kind, "nurse").code for kind in (EncounterKind.PHONE, EncounterKind.FAMILY)} == {"contact"}
    assert template_named("of-a-newer-program", EncounterKind.FIRST).code == "first-visit"


def test_every_part_has_a_title_in_both_languages_and_no_letter_of_a_template_is_kept_apart() -> None:
    assert all(set(section.titles) == set(LANGUAGES) for section in SECTIONS.values())
    asked = {section.code for template in TEMPLATES.values() for section in template.sections}
    assert not any(is_restricted(code) for code in asked)
    assert all(section.restricted for section in OFFERED)
    assert {section.code for section in OFFERED} == {"trauma", "third-party", "violence", "private-time"}


def test_a_part_that_this_program_does_not_know_is_kept_apart() -> None:
    assert is_restricted("of-a-newer-program")


@given(sections=st.dictionaries(st.sampled_from([*SECTIONS, "newer"]), WORDS), code=st.sampled_from([*TEMPLATES, "x"]))
def test_no_part_of_a_note_is_left_out_when_it_is_read(sections: dict[str, str], code: str) -> None:
    assert sorted(in_order(sections, code)) == sorted(sections.items())


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("Dice: sfh", "", 3), ("(SFH", " ", 3), ("sfh", "", 3),
        ("xsfh", "", None), ("sfh", "x", None), ("sfh ", "", None), ("a-sfh", "", None), ("", "", None),
    ],
)  # fmt: skip
def test_a_short_word_expands_only_whole_and_by_itself(before: str, after: str, wanted: int | None) -> None:
    found = expansion(before, after, PHRASES)
    assert (found.length if found else None) == wanted


@given(before=WORDS, after=WORDS)
def test_an_expansion_never_begins_inside_a_word(before: str, after: str) -> None:
    found = expansion(before + "fam", after, PHRASES)
    if found is not None:
        assert not (before[-1:].isalnum() or after[:1].isalnum())


def test_a_short_word_is_one_word() -> None:
    assert [is_short(word) for word in ("fam", "ef.1", "a b", "", "x" * 21, "fam.")] == [True, True] + [False] * 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mental_state_is_read_back_as_it_was_written_and_what_was_not_examined_is_never_normal(language: str) -> None:
    set_language(language)
    normal = mental_state.all_normal()
    assert mental_state.read_text(mental_state.as_text(normal)) == (normal, "")
    text = mental_state.as_text({"mood": "triste"}, "Llora al hablar.")
    assert text.count(mental_state.not_examined()) == len(mental_state.aspects()) - 1
    assert mental_state.read_text(text) == ({"mood": "triste"}, "Llora al hablar.")


@given(text=st.text(max_size=200))
def test_free_words_about_the_mental_state_are_never_lost(text: str) -> None:
    found, rest = mental_state.read_text(text)
    kept = mental_state.as_text(found, rest)
    assert all(line.strip() in kept for line in rest.splitlines())


def test_plan_items_are_said_in_the_spoken_language() -> None:
    set_language("es")
    assert say_plan_item("said-back") == "Lo dijo de vuelta con sus palabras"
    assert say_plan_item("of-a-newer-program") == "of-a-newer-program"
    assert len({item.code for item in plan_items()}) == len(plan_items())


DRAFTS = st.fixed_dictionaries({"sections": st.dictionaries(st.sampled_from("abc"), st.text("xyz\n", max_size=8))})


@given(seen=DRAFTS, mine=DRAFTS, theirs=DRAFTS)
def test_two_windows_on_one_note_lose_no_word(seen: dict, mine: dict, theirs: dict) -> None:
    found, _changed = merged_draft(seen, mine, theirs)
    for code in "abc":
        before, here, there, kept = (draft["sections"].get(code, "") for draft in (seen, mine, theirs, found))
        if here != before:
            assert here in kept or (there.startswith(here) and kept == there)
        if there != before:
            added = there.removeprefix(before).strip("\n") if before else there.strip("\n")
            assert added in kept


def test_what_was_changed_in_one_window_only_comes_to_the_other() -> None:
    seen = {"sections": {"plan": "Igual"}, "next_visit": "4s"}
    mine = {"sections": {"plan": "Igual. Camina", "risk": "No"}, "next_visit": "4s"}
    theirs = {"sections": {"plan": "Igual. Duerme", "work": "Teje"}, "next_visit": "6s", "newer": 1}
    found, changed = merged_draft(seen, mine, theirs)
    assert found["sections"] == {"plan": "Igual. Camina\n. Duerme", "risk": "No", "work": "Teje"}
    assert (found["next_visit"], found["newer"], sorted(changed)) == ("6s", 1, ["plan", "work"])
