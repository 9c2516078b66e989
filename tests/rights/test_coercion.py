"""Coercion: never closed blank, never removed, reviewed within 72 hours; chained at home is a plan of visits."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from clinic_desktop.features.rights.queries import coercion as queries
from clinic_desktop.features.rights.queries import told
from clinic_desktop.features.rights.rules.coercion import (
    NEEDED,
    Event,
    InsteadMissing,
    NotToldYet,
    OverAlready,
    StepLine,
    Told,
    VisitMissing,
    WordsMissing,
    count_chained,
    must_be_told,
)
from clinic_desktop.features.rights.rules.kinds import CoercionKind, CoercionStepKind
from clinic_desktop.features.rights.service import coercion
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import FinalRecord, Vault
from tests.rights.conftest import People

TODAY = date(2026, 11, 23)
WHOLE = Told("Ninguna", "El padre", "Hablar con ella", "Tengo frío")


@pytest.fixture
def write(do: Any, patient_id: str) -> Callable[..., str]:
    def made(kind: CoercionKind = CoercionKind.RESTRAINT, **more: Any) -> str:
        event_id = new_id()
        do(partial(coercion.record_event, event_id=event_id, patient_id=patient_id, kind=kind, **more))
        return event_id

    return made


@pytest.fixture
def step(do: Any) -> Callable[..., None]:
    def made(event_id: str, kind: CoercionStepKind, **more: Any) -> None:
        do(partial(coercion.add_step, step_id=new_id(), event_id=event_id, kind=kind, **more))

    return made


def test_an_event_is_not_closed_until_everything_is_told(write: Any, step: Any, ask: Any) -> None:
    event_id = write(told=Told(decided_by="El hermano"))
    with pytest.raises(NotToldYet) as refused:
        step(event_id, CoercionStepKind.ENDED, words="La soltaron")
    assert "Legal basis" in refused.value.sentence()
    assert "Who decided it" not in refused.value.sentence()
    with pytest.raises(WordsMissing):
        step(event_id, CoercionStepKind.ENDED, told=WHOLE)
    step(event_id, CoercionStepKind.ENDED, words="La soltaron", told=WHOLE)
    event = ask(lambda asker: queries.event(asker, event_id))
    assert event.has_ended
    assert event.whole.decided_by == "El hermano"
    with pytest.raises(OverAlready):
        step(event_id, CoercionStepKind.ENDED, words="Otra vez", told=WHOLE)


def test_what_has_ended_stays_open_until_it_was_reviewed(write: Any, step: Any, ask: Any, clock: StillClock) -> None:
    event_id = write(told=WHOLE, began_at=datetime(2026, 11, 23, 13, 0, tzinfo=UTC))
    step(event_id, CoercionStepKind.ENDED, words="La soltaron")
    assert [one.review_is_late for one in ask(queries.open_events)] == [False]
    clock.advance(days=2, minutes=23 * 60)
    assert [one.review_is_late for one in ask(queries.open_events)] == [False]
    clock.advance(minutes=2)
    assert [one.review_is_late for one in ask(queries.open_events)] == [True]
    step(event_id, CoercionStepKind.REVIEWED, words="Se pudo evitar")
    assert ask(queries.open_events) == ()


def test_chained_at_home_is_a_plan_of_visits_until_free(
    write: Any, step: Any, ask: Any, clock: StillClock, patient_id: str
) -> None:
    with pytest.raises(VisitMissing):
        write(CoercionKind.CHAINED)
    event_id = write(CoercionKind.CHAINED, next_visit_on=TODAY + timedelta(days=2), told=WHOLE)
    (line,) = ask(queries.open_events)
    assert (line.event.next_visit_on, line.visit_is_due) == (TODAY + timedelta(days=2), False)
    clock.advance(days=2)
    assert ask(queries.open_events)[0].visit_is_due
    with pytest.raises(VisitMissing):
        step(event_id, CoercionStepKind.VISIT, words="Sigue encadenada")
    step(event_id, CoercionStepKind.VISIT, words="Sigue encadenada", next_visit_on=TODAY + timedelta(days=9))
    with pytest.raises(InsteadMissing):
        step(event_id, CoercionStepKind.ENDED, words="La cadena se quitó")
    assert ask(queries.chained).freed == 0
    step(event_id, CoercionStepKind.ENDED, words="La cadena se quitó", done_instead="Una tía duerme con ella")
    event = ask(lambda asker: queries.events(asker, patient_id))[0]
    assert (event.is_freed, event.next_visit_on, event.done_instead) == (True, None, "Una tía duerme con ella")
    counted = ask(queries.chained)
    assert (counted.found, counted.freed) == (1, 1)


def test_a_mistake_is_countered_with_words_and_nothing_is_removed(
    write: Any, step: Any, ask: Any, patient_id: str
) -> None:
    event_id = write(CoercionKind.CHAINED, next_visit_on=TODAY)
    with pytest.raises(WordsMissing):
        step(event_id, CoercionStepKind.MISTAKE)
    step(event_id, CoercionStepKind.MISTAKE, words="Era otra persona")
    assert ask(queries.open_events) == ()
    assert ask(queries.chained).found == 0
    (kept,) = ask(lambda asker: queries.events(asker, patient_id))
    assert (kept.event_id, kept.is_mistake) == (event_id, True)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE coercion_event SET own_words = ''",
        "DELETE FROM coercion_event",
        "UPDATE coercion_step SET words = ''",
        "DELETE FROM coercion_step",
    ],
)
def test_what_was_written_is_neither_changed_nor_deleted_even_by_plain_sql(write: Any, do: Any, sql: str) -> None:
    write(CoercionKind.CHAINED, next_visit_on=TODAY, told=WHOLE)
    with pytest.raises((FinalRecord, dbapi2.IntegrityError)):
        do(lambda work: work.cursor.execute(sql))


def test_the_story_tells_of_it_and_of_its_end_and_strikes_a_mistake_out(
    write: Any, step: Any, ask: Any, patient_id: str
) -> None:
    event_id = write(told=WHOLE, where="Cocina")
    step(event_id, CoercionStepKind.ENDED, words="La soltaron")
    began, ended = ask(lambda asker: told.story_lines(asker, patient_id))
    assert (began.title, began.under, began.mark) == ("Held or tied", "Cocina", "Held or tied")
    assert (ended.title, ended.under) == ("Held or tied: it ended", "La soltaron")
    step(event_id, CoercionStepKind.MISTAKE, words="Era otra")
    assert all(line.voided and not line.mark for line in ask(lambda asker: told.story_lines(asker, patient_id)))


def test_reception_and_coordination_read_no_event_and_coordination_gets_the_counts(
    vault: Vault, people: People, write: Any
) -> None:
    write(CoercionKind.CHAINED, next_visit_on=TODAY)
    for actor in (people.reception, people.coordinator):
        with pytest.raises(NotAllowed):
            vault.ask(queries.open_events, actor)
    assert vault.ask(queries.chained, people.coordinator).found == 1


def _event(patient: str, *kinds: CoercionStepKind, kind: CoercionKind = CoercionKind.CHAINED) -> Event:
    steps = tuple(StepLine(str(n), k, TODAY, "x", "", Told(), None, "") for n, k in enumerate(kinds))
    return Event(f"{patient}{kinds}", patient, kind, TODAY, None, "", Told(), "", steps)


def test_people_are_counted_not_events() -> None:
    twice = [_event("a", CoercionStepKind.ENDED), _event("a"), _event("b", CoercionStepKind.ENDED)]
    others = [_event("c", CoercionStepKind.MISTAKE), _event("d", kind=CoercionKind.LOCKED)]
    counted = count_chained([*twice, *others])
    assert (counted.found, counted.freed) == (2, 1)


texts = st.sampled_from(["", " ", "\n", "algo"])


@given(st.builds(Told, texts, texts, texts, texts), st.builds(Told, texts, texts, texts, texts))
def test_it_is_told_only_when_each_of_the_four_is(first: Told, more: Told) -> None:
    event = Event("e", "p", CoercionKind.LOCKED, TODAY, None, "", first, "")
    all_told = all(getattr(first, name).strip() or getattr(more, name).strip() for name in NEEDED)
    if all_told:
        must_be_told(event, more)
    else:
        with pytest.raises(NotToldYet):
            must_be_told(event, more)
