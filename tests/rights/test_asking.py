"""The four questions: who is asked, who asks, and who learns what was said."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.service import restricting
from clinic_desktop.features.rights.queries import answers, turns
from clinic_desktop.features.rights.rules.asking import (
    Answers,
    NotByThePrescriber,
    NothingAnswered,
    countable,
    counts,
    is_turn,
)
from clinic_desktop.features.rights.rules.kinds import InTheFuture, RightsAnswerKind
from clinic_desktop.features.rights.service import asking
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.rights.conftest import People, register

YES, NO = RightsAnswerKind.YES, RightsAnswerKind.NO
CONTENT = Answers(understood=YES, respected=YES, words="Me escucharon")


def test_whoever_wrote_of_somebody_that_day_does_not_ask_them(
    vault: Vault, people: People, patient_id: str, see: Any
) -> None:
    see(people.psychiatrist, patient_id)
    ask_her = partial(asking.keep_answers, patient_id=patient_id, answers=CONTENT)
    with pytest.raises(NotByThePrescriber):
        vault.do(partial(ask_her, answer_id=new_id()), people.psychiatrist)
    vault.do(partial(ask_her, answer_id=new_id()), people.other_psychiatrist)
    vault.do(partial(ask_her, answer_id=new_id()), people.reception)
    vault.do(partial(ask_her, answer_id=new_id(), by_the_person=True), people.psychiatrist)


def test_who_saw_the_person_on_another_day_may_ask(
    vault: Vault, people: People, patient_id: str, see: Any, clock: Any
) -> None:
    see(people.psychiatrist, patient_id)
    clock.advance(days=1)
    vault.do(
        partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id, answers=CONTENT), people.psychiatrist
    )


def test_a_single_answer_is_read_by_the_coordinator_only_and_the_others_learn_that_somebody_asked(
    vault: Vault, people: People, patient_id: str, see: Any
) -> None:
    see(people.psychiatrist, patient_id)
    vault.do(partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id, answers=CONTENT), people.reception)
    for actor in (people.psychiatrist, people.other_psychiatrist, people.reception):
        (told,) = vault.ask(lambda asker: answers.askings(asker, patient_id), actor)
        assert told.answers is None
    (told,) = vault.ask(lambda asker: answers.askings(asker, patient_id), people.coordinator)
    assert told.answers is not None
    assert (told.answers.understood, told.answers.privacy, told.answers.words) == (YES, None, "Me escucharon")


def test_who_treats_somebody_on_another_day_does_not_read_their_answers(
    vault: Vault, people: People, patient_id: str, see: Any, clock: Any
) -> None:
    both = Actor(new_id(), "Dr. Tun", people.coordinator.permissions | people.psychiatrist.permissions)
    vault.do(partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id, answers=CONTENT), people.reception)
    read = partial(answers.askings, patient_id=patient_id)
    assert vault.ask(read, both)[0].answers is not None
    clock.advance(days=3)
    see(both, patient_id)
    assert vault.ask(read, both)[0].answers is None


def test_the_same_asking_sent_twice_is_kept_once(do: Any, ask: Any, patient_id: str) -> None:
    once = partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id, answers=CONTENT)
    do(once)
    do(once)
    assert len(ask(lambda asker: answers.askings(asker, patient_id))) == 1


def test_nothing_answered_and_days_to_come_are_refused(do: Any, patient_id: str) -> None:
    keep = partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id)
    with pytest.raises(NothingAnswered):
        do(partial(keep, answers=Answers(words="  ", privacy=RightsAnswerKind.NOT_ASKED)))
    with pytest.raises(InTheFuture):
        do(partial(keep, answers=CONTENT, asked_on=date(2030, 1, 1)))


def test_the_auditor_and_who_may_not_open_a_reserved_record_ask_nothing(
    vault: Vault, do: Any, people: People, patient_id: str
) -> None:
    keep = partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id, answers=CONTENT)
    with pytest.raises(NotAllowed):
        vault.do(keep, people.auditor)
    do(partial(restricting.restrict, patient_id=patient_id, reason="Su esposo trabaja aquí"))
    with pytest.raises(restricted.ReservedRecord):
        vault.do(keep, people.reception)


@given(st.integers(0, 400))
def test_answers_are_counted_in_whole_fives(number: int) -> None:
    assert countable(number) % 5 == 0
    assert number - 5 < countable(number) <= number


def test_four_answers_tell_nothing_and_five_are_counted(do: Any, ask: Any) -> None:
    for at in range(4):
        whose = register(do, f"Ana {at}", "Pu")
        do(partial(asking.keep_answers, answer_id=new_id(), patient_id=whose, answers=Answers(understood=NO)))
    many, _told = ask(answers.counted)
    assert many == 0
    whose = register(do, "Rosa", "Pu")
    do(partial(asking.keep_answers, answer_id=new_id(), patient_id=whose, answers=Answers(understood=YES)))
    many, told = ask(answers.counted)
    assert many == 5
    assert (told[0].yes, told[0].no, told[1].yes, told[1].no) == (1, 4, 0, 0)


def test_not_asked_and_not_said_count_as_neither_yes_nor_no() -> None:
    told = counts([Answers(), Answers(privacy=RightsAnswerKind.NOT_SAID), Answers(privacy=YES)])
    assert (told[2].yes, told[2].no) == (1, 0)


def test_every_fifth_is_drawn_without_looking_at_anybody() -> None:
    day = date(2026, 11, 23)
    ids = [f"0193a000-0000-7000-8000-{n:012x}" for n in range(2000)]
    drawn = [i for i in ids if is_turn(i, day, 5)]
    assert 320 < len(drawn) < 480
    assert drawn == [i for i in ids if is_turn(i, day, 5)]
    assert drawn != [i for i in ids if is_turn(i, day + timedelta(days=1), 5)]
    assert all(is_turn(i, day, 1) for i in ids)
    assert not any(is_turn(i, day, 0) for i in ids)


def test_the_turns_of_today_say_who_can_be_asked_now_and_not_by_whom_they_were_seen(
    vault: Vault, do: Any, people: People, patient_id: str, see: Any
) -> None:
    do(partial(settings.choose, key="rights_every", value=1))
    see(people.psychiatrist, patient_id)
    waiting = register(do, "Petrona", "Ixmatá")
    do(partial(agenda.arrive, patient_id=waiting, new_appointment_id=new_id()))
    first, second = vault.ask(turns.turns, people.reception)
    assert (first.patient_id, first.is_ready, first.by_somebody_else) == (patient_id, True, False)
    assert (second.patient_id, second.is_ready) == (waiting, False)
    mine = vault.ask(turns.turns, people.psychiatrist)
    assert [turn.by_somebody_else for turn in mine] == [True, False]
    vault.do(partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id, answers=CONTENT), people.reception)
    assert [turn.is_asked for turn in vault.ask(turns.turns, people.reception)] == [False, True]


def test_chosen_by_hand_nobody_is_drawn(do: Any, ask: Any, patient_id: str, people: People, see: Any) -> None:
    do(partial(settings.choose, key="rights_every", value=0))
    see(people.psychiatrist, patient_id)
    assert ask(turns.turns) == ()
