"""Notes of safety: what fires, what stays silent, and that only verified facts are shown."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules import safety_catalog
from clinic_desktop.features.consults.rules.reproduction import Contraception, Reproduction
from clinic_desktop.features.consults.rules.safety import (
    ALLERGY,
    NO_COUNT,
    REACTION,
    SAME_GROUP,
    EarlierAnswer,
    KnownCondition,
    KnownReaction,
    KnownResult,
    LineToCheck,
    SafetyNote,
    Situation,
    Taken,
    notes_for,
)
from clinic_desktop.features.consults.rules.safety_catalog import (
    Wants,
    allergy_means,
    codes_in,
    is_verified,
    read_rules,
)
from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.assets import read_catalog, read_json

TODAY = date(2026, 11, 28)
WOMAN = Situation(TODAY, sex=Sex.FEMALE, age=30)
PLAN = Reproduction(contraception=Contraception.IMPLANT)


def new(name: str, atc: str | None = None) -> LineToCheck:
    return LineToCheck(name, atc, is_new=True)


VALPROATE, HALOPERIDOL = new("valproato", "N03AG01"), new("haloperidol", "N05AD01")
FLUOXETINE, CITALOPRAM = new("fluoxetina", "N06AB03"), new("citalopram", "N06AB04")
TRANYLCYPROMINE = new("Tranilcipromina 10 mg")


def codes(situation: Situation, *lines: LineToCheck) -> set[str]:
    return {note.rule_code for note in notes_for(situation, lines)}


def note(code: str, situation: Situation, *lines: LineToCheck) -> SafetyNote:
    (found,) = [n for n in notes_for(situation, lines) if n.rule_code == code]
    return found


# -- valproate


@pytest.mark.parametrize(
    ("age", "estimated", "sex", "asks"),
    [
        (10, False, Sex.FEMALE, True),
        (55, False, Sex.FEMALE, True),
        (56, False, Sex.FEMALE, False),
        (9, False, Sex.FEMALE, False),
        (58, True, Sex.FEMALE, True),
        (None, False, Sex.FEMALE, True),
        (30, False, Sex.UNKNOWN, True),
        (30, False, Sex.OTHER, True),
        (30, False, Sex.MALE, False),
    ],
)
def test_valproate_asks_for_contraception_where_a_pregnancy_cannot_be_ruled_out(
    age: int | None, estimated: bool, sex: Sex, asks: bool
) -> None:
    here = Situation(TODAY, sex=sex, age=age, age_is_estimated=estimated)
    assert ("VPA-PREG" in codes(here, VALPROATE)) is asks


def test_contraception_not_asked_is_said_as_not_asked_and_not_as_none() -> None:
    asked = note("VPA-PREG", WOMAN, VALPROATE)
    told = note("VPA-PREG", replace(WOMAN, reproduction=Reproduction(contraception=Contraception.NONE)), VALPROATE)
    assert (asked.facts, told.facts) == ("Contraception: not asked.", "Contraception: none, she says.")
    assert asked.wants is Wants.REPRODUCTION
    assert asked.about != told.about, "when it is told, the note is a new one"
    assert "VPA-PREG" not in codes(replace(WOMAN, reproduction=PLAN), VALPROATE)


def test_an_age_nobody_knows_is_said() -> None:
    assert note("VPA-PREG", replace(WOMAN, age=None), VALPROATE).facts.startswith("The age is not known.")


@pytest.mark.parametrize("told", [Pregnancy.YES, Pregnancy.POSSIBLE])
def test_a_pregnancy_comes_before_the_question_of_contraception(told: Pregnancy) -> None:
    here = replace(WOMAN, reproduction=Reproduction(pregnancy=told, pregnancy_told_on=TODAY))
    assert {"VPA-PREGNANT", "VPA-PREG"} & codes(here, VALPROATE) == {"VPA-PREGNANT"}


def test_a_pregnancy_told_a_year_ago_is_over_and_nothing_is_known_of_another() -> None:
    told = Reproduction(pregnancy=Pregnancy.YES, pregnancy_told_on=TODAY - timedelta(days=365))
    assert {"VPA-PREGNANT", "VPA-PREG"} & codes(replace(WOMAN, reproduction=told), VALPROATE) == {"VPA-PREG"}


def test_valproate_asks_for_liver_tests_until_one_of_the_last_half_year_is_there() -> None:
    result = KnownResult("alt", "ALT 30 U/L", TODAY - timedelta(days=20))
    assert note("VPA-HEP", WOMAN, VALPROATE).tests == ("alt", "ast")
    assert "VPA-HEP" not in codes(replace(WOMAN, results=(result,)), VALPROATE)
    old = replace(result, taken_on=TODAY - timedelta(days=300))
    assert "ALT 30 U/L" in note("VPA-HEP", replace(WOMAN, results=(old,)), VALPROATE).facts


def test_liver_tests_are_not_asked_for_again_years_into_the_treatment() -> None:
    going_on = replace(VALPROATE, is_new=False)
    young = Taken("valproato", "N03AG01", since=TODAY - timedelta(days=60))
    assert "VPA-HEP" in codes(replace(WOMAN, taken=(young,)), going_on)
    assert "VPA-HEP" not in codes(replace(WOMAN, taken=(replace(young, since=date(2020, 1, 1)),)), going_on)


# -- an MAOI


def test_an_maoi_never_goes_with_an_antidepressant_also_one_from_elsewhere() -> None:
    assert "SSRI-MAOI" in codes(WOMAN, FLUOXETINE, TRANYLCYPROMINE)
    outside = replace(WOMAN, taken=(Taken("pastillas de fluoxetina 20", None),))
    assert "SSRI-MAOI" in codes(outside, TRANYLCYPROMINE)
    assert "SSRI-MAOI" not in codes(outside, VALPROATE), "what is not being written is not talked about"


@pytest.mark.parametrize(("days", "waits"), [(0, True), (34, True), (35, False)])
def test_after_fluoxetine_five_weeks_pass_before_an_maoi(days: int, waits: bool) -> None:
    ended = Taken("fluoxetina", "N06AB03", ended_on=TODAY - timedelta(days=days))
    assert ("SSRI-MAOI-5W" in codes(replace(WOMAN, taken=(ended,)), TRANYLCYPROMINE)) is waits


@pytest.mark.parametrize(("days", "waits"), [(13, True), (14, False)])
def test_after_an_maoi_fourteen_days_pass_before_an_antidepressant(days: int, waits: bool) -> None:
    ended = Taken("fenelzina", None, ended_on=TODAY - timedelta(days=days))
    assert ("SSRI-MAOI-14D" in codes(replace(WOMAN, taken=(ended,)), FLUOXETINE)) is waits


def test_an_end_that_nobody_noted_is_not_long_ago() -> None:
    ended = replace(WOMAN, taken=(Taken("fluoxetina", None, end_unknown=True),))
    assert note("SSRI-MAOI-5W", ended, TRANYLCYPROMINE).facts == "Nobody noted when fluoxetina ended."


# -- the others


def test_two_that_lengthen_qt_are_one_note_and_one_is_none() -> None:
    assert "QT" not in codes(WOMAN, CITALOPRAM)
    found = note("QT", replace(WOMAN, taken=(Taken("fluconazol", None),)), CITALOPRAM, HALOPERIDOL)
    assert found.medicines == ("citalopram", "fluconazol", "haloperidol")


@pytest.mark.parametrize(
    ("code", "told"), [("F03", True), ("G20", True), ("I50.9", True), ("I10", False), ("F32", False)]
)
def test_haloperidol_with_dementia_parkinson_or_heart_disease(code: str, told: bool) -> None:
    here = replace(WOMAN, conditions=(KnownCondition(code, "x"),))
    assert ("HAL-DEM" in codes(here, HALOPERIDOL)) is told
    assert "HAL-DEM" not in codes(here, new("risperidona", "N05AX08"))


def test_what_is_good_to_know_is_told_when_an_antipsychotic_begins_and_not_later() -> None:
    assert {"NMS", "AP-EPS"} <= codes(WOMAN, HALOPERIDOL)
    assert codes(WOMAN, new("risperidona", "N05AX08")) == {"NMS"}
    assert codes(WOMAN, replace(HALOPERIDOL, is_new=False)) == set()


def test_haloperidol_is_taken_away_little_by_little_whether_stopped_in_the_note_or_just_before() -> None:
    assert "STOP-TAPER" in codes(WOMAN, replace(HALOPERIDOL, is_new=False, stops=True))
    stopped = Taken("haloperidol", "N05AD01", ended_on=TODAY, stopped_here=True)
    assert "STOP-TAPER" in codes(replace(WOMAN, taken=(stopped,)))
    assert "STOP-TAPER" not in codes(replace(WOMAN, taken=(stopped,)), HALOPERIDOL), "it goes on in another dose"


def test_two_of_one_group_are_said_to_be_of_one_group_and_two_strengths_of_one_are_not() -> None:
    assert note(SAME_GROUP, WOMAN, FLUOXETINE, CITALOPRAM).medicines == ("citalopram", "fluoxetina")
    assert SAME_GROUP not in codes(WOMAN, FLUOXETINE, new("Fluoxetina 10 mg", "N06AB03"))
    others = new("mirtazapina", "N06AX11"), new("venlafaxina", "N06AX16")
    assert SAME_GROUP not in codes(WOMAN, *others), "a group of others is no class"


@pytest.mark.parametrize(
    ("substance", "name", "atc", "means"),
    [
        ("Ácido Valproico", "valproato", "N03AG01", True),
        ("haloperidol (se puso tiesa)", "haloperidol", "N05AD01", True),
        ("FENOTIAZINAS", "clorpromazina", "N05AA01", True),
        ("penicilina", "amoxicilina", "J01CA04", True),
        ("penicilina", "haloperidol", "N05AD01", False),
        ("maní", "haloperidol", "N05AD01", False),
        ("Haldol", "haloperidol", "N05AD01", False),
        ("", "haloperidol", "N05AD01", False),
        ("agua florida", "Agua florida", None, True),
        ("</p><b>=1+1", "=1+1", None, False),
    ],
)
def test_an_allergy_is_found_by_its_name_or_by_a_class_that_leaves_no_doubt(
    substance: str, name: str, atc: str | None, means: bool
) -> None:
    assert allergy_means(substance, name, atc) is means
    assert (ALLERGY in codes(replace(WOMAN, allergies=(substance,)), new(name, atc))) is means


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("metilfenidato", "fenelzina", "ONC-1"),
        ("tramadol", "selegilina", "ONC-6"),
        ("carbamazepina", "ritonavir", "ONC-10"),
        ("tizanidina", "fluvoxamina", "ONC-13"),
        ("sumatriptán", "isocarboxazida", "ONC-15"),
    ],
)
def test_the_pairs_of_the_published_list(one: str, other: str, code: str) -> None:
    assert code in codes(WOMAN, new(one), new(other))
    assert code not in codes(WOMAN, new(one))


def test_of_clozapine_only_what_the_chart_holds_is_said() -> None:
    clozapine = new("clozapina", "N05AH02")
    assert note(NO_COUNT, WOMAN, clozapine).wants is Wants.RESULT
    counted = replace(WOMAN, results=(KnownResult("neutrophils", "4.2", TODAY),))
    assert NO_COUNT not in codes(counted, clozapine)


def test_an_adverse_reaction_to_the_same_medicine_is_said_unless_it_is_on_the_list_of_allergies() -> None:
    here = replace(WOMAN, reactions=(KnownReaction("Haloperidol 5 mg", "se puso tiesa " * 20),))
    assert len(note(REACTION, here, HALOPERIDOL).sentence) < 180
    assert REACTION not in codes(here, FLUOXETINE)
    listed = replace(here, allergies=("haloperidol",))
    assert {ALLERGY, REACTION} & codes(listed, HALOPERIDOL) == {ALLERGY}


# -- once, and again when something changed


def test_what_was_answered_is_not_asked_again_while_the_medicine_goes_on() -> None:
    (asked,) = [n for n in notes_for(WOMAN, [VALPROATE]) if n.rule_code == "VPA-PREG"]
    answered = replace(WOMAN, answers=(EarlierAnswer(asked.rule_code, asked.about),))
    going_on = replace(answered, taken=(Taken("valproato", "N03AG01", since=TODAY),))
    assert "VPA-PREG" not in codes(going_on, replace(VALPROATE, is_new=False))
    assert "VPA-PREG" in codes(answered, VALPROATE), "it begins anew"
    told = replace(going_on, reproduction=Reproduction(contraception=Contraception.NONE))
    assert "VPA-PREG" in codes(told, replace(VALPROATE, is_new=False)), "what was told changed"


def test_the_most_severe_come_first() -> None:
    lines = [FLUOXETINE, CITALOPRAM, TRANYLCYPROMINE, HALOPERIDOL, VALPROATE]
    order = list(safety_catalog.Severity)
    ranks = [order.index(found.severity) for found in notes_for(WOMAN, lines)]
    assert len(ranks) > 6
    assert ranks == sorted(ranks)


# -- always


NAMES = [(row["name"], row["atc"]) for row in (*read_catalog("medicines"), *read_catalog("safety_medicines"))]
_LINES = st.builds(
    lambda known, coded, is_new, stops: LineToCheck(known[0], known[1] if coded else None, is_new, stops),
    st.sampled_from(NAMES), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
_TAKEN = st.builds(
    lambda known, ended, unknown: Taken(known[0], known[1], since=TODAY, ended_on=ended, end_unknown=unknown),
    st.sampled_from(NAMES), st.none() | st.dates(date(2026, 9, 1), TODAY), st.booleans(),
)  # fmt: skip
_SITUATIONS = st.builds(
    Situation,
    today=st.just(TODAY),
    sex=st.sampled_from(Sex),
    age=st.none() | st.integers(0, 100),
    allergies=st.lists(st.sampled_from(["penicilina", "fluoxetina", "fenotiazinas", "polvo"])).map(tuple),
    taken=st.lists(_TAKEN, max_size=5).map(tuple),
    conditions=st.lists(st.sampled_from([KnownCondition("F03", "a"), KnownCondition("I50", "b")])).map(tuple),
)


@given(_SITUATIONS, st.lists(_LINES, max_size=6), st.randoms())
def test_the_order_of_lines_and_of_what_is_taken_never_changes_the_notes(
    situation: Situation, lines: list[LineToCheck], chance: Random
) -> None:
    shuffled, taken = list(lines), list(situation.taken)
    chance.shuffle(shuffled)
    chance.shuffle(taken)
    assert notes_for(replace(situation, taken=tuple(taken)), shuffled) == notes_for(situation, lines)


@given(_SITUATIONS, st.lists(_LINES, max_size=6))
def test_a_rule_never_fires_without_its_medicine(situation: Situation, lines: list[LineToCheck]) -> None:
    named = {name for line in lines for name in (line.name, safety_catalog.generic_name(line.atc or ""))}
    written = {safety_catalog.generic_name(code) for name in named for code in codes_in(name)} | named
    ended_today = {safety_catalog.generic_name(t.atc or "") for t in situation.taken if t.stopped_here}
    for found in notes_for(situation, lines):
        assert set(found.medicines) & (written | ended_today)
        assert found.sentence
        assert found.source


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_are_a_medicine_that_no_rule_knows_or_one_it_does(name: str, substance: str) -> None:
    notes_for(replace(WOMAN, allergies=(substance,)), [new(name)])


def test_an_unverified_row_never_shows() -> None:
    catalog = read_json("safety_rules")
    assert all(is_verified(raw) for raw in catalog["rules"])
    for raw in catalog["rules"]:
        for doubt in ({"shown": False}, {"confidence": "conocimiento general, no verificado"}, {"confidence": ""}):
            doubted = {**catalog, "rules": [{**raw, **doubt}]}
            assert read_rules(doubted) == ()


def test_every_rule_says_its_sentence_in_both_languages_and_names_its_source() -> None:
    for rule in safety_catalog.rules():
        assert set(rule.sentences) == {"en", "es"}
        assert all(rule.sentences.values())
        assert rule.source
