"""Consent: asked purpose by purpose, free to refuse, taken back on any day, and honoured from the next paper on."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.app import wiring
from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.rules import consents as rules
from clinic_desktop.features.patients.rules.consents import (
    PURPOSES,
    REFUSABLE,
    AboutMissing,
    CannotBeRefused,
    ConsentAnswer,
    ConsentPurpose,
    ConsentWay,
    DecidedInTheFuture,
    NothingAnswered,
    NothingToWithdraw,
    Said,
    Talk,
    Unasked,
    WayMissing,
    WitnessMissing,
    allows,
    key_of,
    must_ask,
    says_no,
    standing,
)
from clinic_desktop.features.patients.service import consents as service
from clinic_desktop.features.patients.service import linking, registering
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import FinalRecord
from clinic_desktop.storage.work import Actor
from tests.patients.talking import TALK, TODAY, no, yes

P, A = ConsentPurpose, ConsentAnswer


@dataclass(frozen=True)
class Row:
    id: str
    purpose: ConsentPurpose
    about: str | None
    answer: ConsentAnswer
    step: int


# -- the purposes


def test_every_purpose_of_the_table_has_a_rule_in_words_and_says_what_happens_to_who_was_not_asked() -> None:
    assert [rule.purpose for rule in PURPOSES] == list(dict.fromkeys(rule.purpose for rule in PURPOSES))
    assert {rule.purpose for rule in PURPOSES} == set(ConsentPurpose)
    assert all(rule.title and rule.yes and rule.no for rule in PURPOSES)
    assert {rule.purpose: rule.unasked for rule in PURPOSES} == {
        P.CARE: Unasked.GOES,
        P.CENTRAL: Unasked.GOES,
        P.CALLS: Unasked.GOES,
        P.RELATIVE: Unasked.STAYS,
        P.OUR_CLINIC: Unasked.STAYS,
        P.OTHER_SERVICE: Unasked.ASK,
        P.MINISTRY: Unasked.STAYS,
        P.DONOR_COUNTS: Unasked.STAYS,
        P.TEACHING: Unasked.STAYS,
        P.STUDY: Unasked.STAYS,
        P.PHOTO: Unasked.STAYS,
    }
    assert {rule.purpose for rule in PURPOSES if not rule.refusable} == {P.CARE, P.CENTRAL}
    assert {rule.purpose for rule in PURPOSES if rule.about} == {P.RELATIVE, P.OTHER_SERVICE, P.STUDY}


def test_the_words_that_are_read_have_a_version_that_changes_with_them(monkeypatch) -> None:
    before = rules.text_version()
    assert before.startswith("en-")
    set_language("es")
    assert rules.text_version().startswith("es-")
    set_language("en")
    changed = (replace(PURPOSES[0], yes="Other words"), *PURPOSES[1:])
    monkeypatch.setattr(rules, "PURPOSES", changed)
    assert rules.text_version() != before


# -- what holds

answers = st.lists(
    st.builds(
        Row,
        id=st.uuids().map(str),
        purpose=st.sampled_from(ConsentPurpose),
        about=st.sampled_from([None, "", "Juana Pérez", "juana perez", "Hospital"]),
        answer=st.sampled_from(ConsentAnswer),
        step=st.integers(1, 4),
    ),
    max_size=12,
    unique_by=lambda row: row.id,
)


@given(answers, st.randoms(use_true_random=False))
def test_what_holds_does_not_depend_on_the_order_in_which_answers_came(rows, random) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    assert standing(mixed) == standing(rows)


@given(answers)
def test_a_yes_holds_only_if_no_answer_of_the_same_or_a_later_step_says_no(rows) -> None:
    for (purpose, about), stands in standing(rows).items():
        same = [row for row in rows if key_of(row.purpose, row.about) == (purpose, about)]
        last = max(row.step for row in same)
        nos = [row for row in same if row.step == last and row.answer is not A.GIVEN]
        assert stands.is_yes == (not nos)
        assert stands.step == last


@given(answers, st.sampled_from(ConsentPurpose), st.sampled_from(["", "Juana Pérez", "Somebody else"]))
def test_what_is_refused_is_never_allowed_and_what_is_not_asked_is_no_yes(rows, purpose, about) -> None:
    stands = standing(rows)
    assert not (says_no(stands, purpose, about) and allows(stands, purpose, about))
    if must_ask(stands, purpose, about):
        assert not allows(stands, purpose, about)
    assert not must_ask({}, P.CALLS) and must_ask({}, P.OTHER_SERVICE, "Hospital")


def test_a_no_to_everybody_said_last_holds_for_whom_was_named_before_and_a_later_name_for_itself() -> None:
    hospital = Row("1", P.OTHER_SERVICE, "Hospital", A.GIVEN, 1)
    nobody = Row("2", P.OTHER_SERVICE, None, A.REFUSED, 2)
    again = Row("3", P.OTHER_SERVICE, "hospital", A.GIVEN, 3)
    assert allows(standing([hospital]), P.OTHER_SERVICE, "HOSPITAL")
    assert not allows(standing([hospital]), P.OTHER_SERVICE, "Health centre")
    assert not allows(standing([hospital, nobody]), P.OTHER_SERVICE, "Hospital")
    assert allows(standing([hospital, nobody, again]), P.OTHER_SERVICE, "Hospital")
    assert not allows(standing([hospital, nobody, again]), P.OTHER_SERVICE, "Health centre")


def test_two_answers_that_did_not_know_of_each_other_leave_the_one_that_protects() -> None:
    given_there = Row("9", P.TEACHING, None, A.GIVEN, 2)
    for careful in (A.REFUSED, A.WITHDRAWN):
        assert not allows(standing([given_there, Row("1", P.TEACHING, None, careful, 2)]), P.TEACHING)


# -- one talk


def test_a_talk_is_kept_once_however_often_the_key_is_pressed(say, ask, maria) -> None:
    act = new_id()
    first = say(yes(P.CALLS), no(P.TEACHING), act_id=act)
    assert say(yes(P.CALLS), no(P.TEACHING), act_id=act) == first
    entries = ask(lambda reading: queries.of_patient(reading, maria))
    assert {(entry.purpose, entry.answer) for entry in entries} == {(P.CALLS, A.GIVEN), (P.TEACHING, A.REFUSED)}
    assert {entry.act_id for entry in entries} == {act}
    one = entries[0]
    assert (one.way, one.language_code, one.read_aloud, one.said_back) == (ConsentWay.THUMBPRINT, "ixl", True, True)
    assert (one.interpreter, one.witness, one.witness_is_of_clinic) == ("Catarina Brito, vecina", "Pedro Cobo", False)


@pytest.mark.parametrize(
    ("given_answers", "talk", "refusal"),
    [
        ((), TALK, NothingAnswered),
        ((no(P.CARE),), TALK, CannotBeRefused),
        ((no(P.CENTRAL),), TALK, CannotBeRefused),
        ((yes(P.RELATIVE, " ' "),), TALK, AboutMissing),
        ((yes(P.CALLS),), replace(TALK, way=None), WayMissing),
        ((yes(P.CALLS),), replace(TALK, way=ConsentWay.SPOKEN, witness=" "), WitnessMissing),
        ((no(P.CALLS),), replace(TALK, decided_on=TODAY + timedelta(days=1)), DecidedInTheFuture),
    ],
)
def test_a_talk_that_no_paper_could_hold_is_refused(say, ask, maria, given_answers, talk, refusal) -> None:
    with pytest.raises(refusal):
        say(*given_answers, talk=talk)
    assert ask(lambda reading: queries.of_patient(reading, maria)) == ()


def test_a_refusal_needs_no_signature_no_witness_and_no_name(say, allowed) -> None:
    say(no(P.RELATIVE), no(P.CALLS), talk=Talk(decided_on=TODAY))
    assert not allowed(P.RELATIVE, "Juana") and not allowed(P.CALLS)


@given(words=st.text(max_size=60))
def test_any_words_are_stored_and_shown_as_they_are_or_refused(words: str) -> None:
    said = Said(P.RELATIVE, True, words)
    try:
        rules.check([said], TALK, TODAY)
    except AboutMissing:
        assert not key_of(P.RELATIVE, words)[1]


def test_an_answer_is_final_and_a_change_of_mind_is_a_new_one(say, do, allowed) -> None:
    (kept,) = say(yes(P.TEACHING))
    assert allowed(P.TEACHING)

    def rewrite(work) -> None:
        work.cursor.execute("UPDATE consent SET answer = 'refused' WHERE id = ?", (kept,))

    with pytest.raises(FinalRecord):
        do(rewrite)
    say(no(P.TEACHING))
    assert not allowed(P.TEACHING)
    say(yes(P.TEACHING))
    assert allowed(P.TEACHING)


def test_a_clock_that_goes_back_changes_nothing_of_what_holds(say, allowed, clock) -> None:
    say(yes(P.TEACHING))
    clock.advance(seconds=-3 * 86400)
    say(no(P.TEACHING), talk=replace(TALK, decided_on=TODAY - timedelta(days=3)))
    assert not allowed(P.TEACHING)


def test_only_who_meets_people_may_write_it_down(vault, maria) -> None:
    nobody = Actor("0193a000-0000-7000-8000-0000000000aa", "Ana", frozenset({Permission.SEE_STOCK}))
    recording = partial(service.record_answers, act_id=new_id(), patient_id=maria, answers=[yes(P.CALLS)], talk=TALK)
    with pytest.raises(NotAllowed):
        vault.do(recording, nobody)
    with pytest.raises(NotAllowed):
        vault.ask(lambda reading: queries.of_patient(reading, maria), nobody)


# -- taking back


def test_a_yes_is_taken_back_on_any_day_without_a_reason_and_stays_readable(
    say, take_back, allowed, ask, maria
) -> None:
    (kept,) = say(yes(P.RELATIVE, "Juana Pérez, hermana"))
    assert allowed(P.RELATIVE, "juana perez hermana")
    take_back(kept, witness="Pedro Cobo")
    assert not allowed(P.RELATIVE, "Juana Pérez, hermana")
    entries = ask(lambda reading: queries.of_patient(reading, maria))
    assert [entry.answer for entry in entries] == [A.WITHDRAWN, A.GIVEN]
    (line,) = [line for line in rules.lines(entries) if line.rule.purpose is P.RELATIVE]
    assert line.entry is not None and line.entry.answer is A.WITHDRAWN
    assert [entry.answer for entry in line.earlier] == [A.GIVEN]


def test_it_is_taken_back_once_and_only_where_there_is_a_yes(say, do, take_back, entry_of) -> None:
    say(yes(P.CALLS), no(P.TEACHING))
    kept, refused = entry_of(P.CALLS).id, entry_of(P.TEACHING).id
    act = new_id()
    once = partial(service.withdraw, consent_id=kept, act_id=act, decided_on=TODAY)
    assert do(once) == do(once)
    for consent_id in (kept, refused):
        with pytest.raises(NothingToWithdraw):
            take_back(consent_id)
    with pytest.raises(DecidedInTheFuture):
        do(partial(service.withdraw, consent_id=kept, act_id=new_id(), decided_on=TODAY + timedelta(days=1)))


# -- what lists and exports ask


def test_lists_learn_who_said_no_and_for_whom_it_may_be_done(say, register, ask, maria) -> None:
    juana = register("Brito, Juana")
    say(no(P.CALLS), yes(P.TEACHING))
    people_of_the_list = [maria, juana]
    assert ask(lambda r: queries.refusing(r, P.CALLS, people_of_the_list)) == {maria}
    assert ask(lambda r: queries.allowing(r, P.CALLS, people_of_the_list)) == {juana}
    assert ask(lambda r: queries.allowing(r, P.TEACHING, people_of_the_list)) == {maria}
    assert ask(lambda r: queries.refusing(r, P.TEACHING, people_of_the_list)) == frozenset()


@pytest.mark.parametrize("rule", REFUSABLE, ids=lambda rule: str(rule.purpose))
def test_a_withdrawal_leaves_the_next_list_of_every_purpose(rule, say, take_back, ask, maria) -> None:
    about = "Juana" if rule.about else ""
    (kept,) = say(yes(rule.purpose, about))
    assert ask(lambda r: queries.allowing(r, rule.purpose, [maria], about)) == {maria}
    take_back(kept)
    assert ask(lambda r: queries.allowing(r, rule.purpose, [maria], about)) == frozenset()
    assert ask(lambda r: queries.refusing(r, rule.purpose, [maria], about)) == {maria}


def test_a_no_in_one_of_a_persons_records_holds_for_the_other_until_the_link_is_undone(
    say, register, do, ask, maria
) -> None:
    other = register("Tzoc, María")
    say(no(P.CALLS), yes(P.TEACHING))
    link = do(partial(linking.say_same, first=maria, second=other))
    assert ask(lambda r: queries.refusing(r, P.CALLS, [other])) == {other}
    assert ask(lambda r: queries.allowing(r, P.TEACHING, [other])) == {other}
    do(partial(linking.undo_link, link_id=link, reason="Two people"))
    assert ask(lambda r: queries.refusing(r, P.CALLS, [other])) == frozenset()
    assert ask(lambda r: queries.allowing(r, P.TEACHING, [other])) == frozenset()


def test_a_no_is_found_however_many_records_lie_between(say, register, do, ask, maria) -> None:
    second, third, last = register("Tzoc, María"), register("Tzoc, M."), register("Pérez, María")
    for one, other in ((maria, second), (third, second), (last, third)):
        do(partial(linking.say_same, first=one, second=other))
    say(no(P.CALLS))
    assert ask(lambda r: queries.refusing(r, P.CALLS, [last])) == {last}
    many = [*(new_id() for _n in range(1200)), last]
    assert ask(lambda r: queries.refusing(r, P.CALLS, many)) == {last}


def test_a_long_list_costs_a_few_questions(say, ask, maria) -> None:
    say(no(P.CALLS))
    many = [*(new_id() for _n in range(1200)), maria]
    assert ask(lambda r: queries.refusing(r, P.CALLS, many)) == {maria}


def test_who_was_never_asked_has_a_quiet_mark_until_somebody_asks(say, do, ask, register, maria, monkeypatch) -> None:
    monkeypatch.setattr(people, "marks", (wiring._consent_marks,))
    dead = register("Pu, Ana")
    do(partial(registering.mark_died, patient_id=dead, died_on=PartialDate(2026)))

    def marks() -> dict[str, list[str]]:
        found = ask(lambda reading: people.marks_of(reading, [maria, dead]))
        return {patient_id: [mark.text for mark in some] for patient_id, some in found.items()}

    assert marks() == {maria: ["Consent not asked yet"], dead: []}
    say(yes(P.CARE), yes(P.CENTRAL))
    assert marks()[maria] == ["Consent not asked yet"]
    say(no(P.CALLS))
    assert marks()[maria] == []


def test_who_does_not_want_to_be_called_shows_no_number_beside_the_name(do, say, take_back, ask, register) -> None:
    juana = register("Brito, Juana", phone="5512 3344")

    def shown() -> str:
        return ask(lambda reading: people.header(reading, juana)).phone

    assert shown() == "5512 3344"
    say(yes(P.CALLS), patient_id=juana)
    (given_before,) = ask(lambda reading: queries.of_patient(reading, juana))
    assert shown() == "5512 3344"
    take_back(given_before.id)
    assert shown() == ""
    assert ask(lambda reading: people.details(reading, juana)).details.phone == "5512 3344", "it is kept, not lost"
