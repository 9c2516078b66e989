"""Injections and the next one; portions when a risk is open; a trainee's prescription waits for a supervisor."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.letters.prescription import prescription_paper
from clinic_desktop.features.medication.queries import handing, injections, prescriptions
from clinic_desktop.features.medication.rules.courses import TooManySteps, read_course
from clinic_desktop.features.medication.rules.doses import DaysImplausible, read_dose
from clinic_desktop.features.medication.rules.kinds import Form, Route, Unit
from clinic_desktop.features.medication.rules.refusals import (
    GivenAlready,
    MoreThanPortion,
    NoDepot,
    NotYet,
    OwnPrescription,
    SameLineTwice,
    StoppedMeanwhile,
    WaitsForSignature,
)
from clinic_desktop.features.medication.rules.shelf import UnitsImplausible
from clinic_desktop.features.medication.service import administering, formulary, prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.medication.counter import Counter

MAY = frozenset({Permission.PRESCRIBE, Permission.READ_CHART, Permission.SEE_PATIENTS})
TRAINEE = Actor("0193a000-0000-7000-8000-0000000000c1", "Dr. Residente", MAY)
SUPERVISOR = Actor("0193a000-0000-7000-8000-0000000000c2", "Dra. Morales", MAY | {Permission.SIGN_NOTES})


@pytest.fixture
def depot(counter: Counter) -> str:
    """A prescribed injection, once in four weeks."""
    new = formulary.NewPresentation(
        "haloperidol decanoato", Form.AMPOULE, "50 mg/mL", Unit.AMPOULE, 1, Route.INTRAMUSCULAR
    )
    return counter.prescribe("1 c/28d", 84, counter.do(partial(formulary.add_presentation, new=new)))


def give(counter: Counter, request_id: str, days_ago: int = 0, **more: Any) -> Any:
    today = counter.ask(lambda asker: asker.today)
    administration_id = more.pop("administration_id", None) or new_id()
    return counter.do(
        partial(
            administering.give_injection, administration_id=administration_id, request_id=request_id,
            given_on=today - timedelta(days=days_ago), **more,
        )
    )  # fmt: skip


def depots(counter: Counter) -> tuple[injections.Depot, ...]:
    return counter.ask(partial(injections.depots, patient_id=counter.patient))


def test_a_depot_says_who_gave_it_and_when_the_next_is_due(counter: Counter, depot: str) -> None:
    (before,) = depots(counter)
    assert before.given_on is None and before.due_on == before.begins_on
    due = give(counter, depot, where_text="glúteo derecho")
    (after,) = depots(counter)
    assert (after.due_on, after.where_text) == (due, "glúteo derecho")
    assert after.given_by and after.given_on is not None
    assert after.due_on - after.given_on == timedelta(days=28)


def test_the_same_injection_is_written_once_and_another_one_too_soon_is_asked_about(
    counter: Counter, depot: str
) -> None:
    once = new_id()
    assert give(counter, depot, administration_id=once) == give(counter, depot, administration_id=once)
    with pytest.raises(GivenAlready):
        give(counter, depot)
    give(counter, depot, confirmed=True)


def test_a_correction_stands_in_place_of_what_it_corrects(counter: Counter, depot: str) -> None:
    wrong = new_id()
    give(counter, depot, administration_id=wrong)
    give(counter, depot, 3, amends_id=wrong)
    (row,) = depots(counter)
    assert row.due_on == counter.ask(lambda asker: asker.today) + timedelta(days=25)


def test_what_is_late_is_listed_and_what_ends_is_not(counter: Counter, depot: str) -> None:
    give(counter, depot, 40)
    assert [row.name for row in counter.ask(injections.due_now)] == ["haloperidol decanoato"]
    assert counter.patient in counter.ask(partial(injections.due_for, patient_ids=[counter.patient]))
    counter.do(partial(prescribing.stop_medicine, request_id=depot, reason="no more"))
    assert counter.ask(injections.due_now) == ()
    with pytest.raises(StoppedMeanwhile):
        give(counter, depot)


def test_nobody_is_looked_for_with_an_injection_after_their_death(counter: Counter, depot: str) -> None:
    give(counter, depot, 40)
    who = PatientId(counter.patient)
    counter.do(partial(registering.mark_died, patient_id=who, died_on=PartialDate(2026, 11, 22)))
    assert counter.ask(injections.due_now) == ()


def test_an_injection_of_tomorrow_or_of_a_tablet_is_refused(counter: Counter, depot: str) -> None:
    with pytest.raises(NotYet):
        give(counter, depot, -1)
    with pytest.raises(NoDepot):
        give(counter, counter.prescribe("1-0-0"))


# -- portions


def test_no_more_than_a_portion_leaves_at_once(counter: Counter) -> None:
    counter.receive(200)
    request_id = counter.prescribe("1-0-1", 28, days_per_pickup=7, keeper_name="Rosa")
    (item,) = counter.ask(partial(handing.owed_to, patient_id=counter.patient))
    today = item.line.signed_on
    assert (item.owed, item.most_now(today), item.line.keeper_name) == (56, 14, "Rosa")
    assert item.next_pickup(today, 14) == today + timedelta(days=7)
    with pytest.raises(MoreThanPortion):
        counter.give(request_id, 15)
    counter.give(request_id, 14)
    with pytest.raises(MoreThanPortion):
        counter.give(request_id, 1)


# -- of somebody in training


@pytest.fixture
def prescribe(vault: Vault, counter: Counter) -> Callable[..., str]:
    def make(actor: Actor = TRAINEE, note_id: str | None = None, **more: Any) -> str:
        line = PrescriptionLine(new_id(), counter.fluoxetine, None, read_dose("1-0-0"), 30)
        vault.do(
            partial(
                prescribing.prescribe, patient_id=counter.patient, lines=[line], note_id=note_id or new_id(), **more
            ),
            actor,
        )
        return line.request_id

    return make


def test_a_trainees_prescription_waits_for_its_signature(
    vault: Vault, counter: Counter, prescribe: Callable[..., str]
) -> None:
    counter.receive(100)
    note_id = new_id()
    request_id = prescribe(note_id=note_id)
    (line,) = counter.ask(partial(prescriptions.prescribed_in, note_id=note_id))
    assert line.unsigned
    with pytest.raises(WaitsForSignature):
        counter.give(request_id, 30)
    with pytest.raises(WaitsForSignature):
        counter.ask(partial(prescription_paper, note_id=note_id))
    for _twice in range(2):
        vault.do(partial(prescribing.sign_prescriptions, note_id=note_id), SUPERVISOR)
    assert not any(one.unsigned for one in counter.ask(partial(prescriptions.prescribed_in, note_id=note_id)))
    counter.give(request_id, 30)
    assert counter.ask(partial(prescription_paper, note_id=note_id)).folio == line.folio


def test_an_urgent_one_is_handed_out_with_its_reason_in_sight(counter: Counter, prescribe: Callable[..., str]) -> None:
    counter.receive(100)
    note_id = new_id()
    request_id = prescribe(note_id=note_id, urgent_reason="fits since this morning")
    counter.give(request_id, 30)
    (line,) = counter.ask(partial(prescriptions.prescribed_in, note_id=note_id))
    assert (line.unsigned, line.urgent_reason) == (False, "fits since this morning")


def test_nobody_signs_a_prescription_of_their_own(vault: Vault, prescribe: Callable[..., str]) -> None:
    note_id = new_id()
    prescribe(note_id=note_id)
    promoted = Actor(TRAINEE.staff_id, TRAINEE.name, MAY | {Permission.SIGN_NOTES})
    with pytest.raises(OwnPrescription):
        vault.do(partial(prescribing.sign_prescriptions, note_id=note_id), promoted)


def test_who_may_sign_needs_no_other_signature(counter: Counter, prescribe: Callable[..., str]) -> None:
    note_id = new_id()
    prescribe(SUPERVISOR, note_id, urgent_reason="not kept")
    (line,) = counter.ask(partial(prescriptions.prescribed_in, note_id=note_id))
    assert (line.unsigned, line.supervisor_wanted, line.urgent_reason) == (False, False, None)


# -- what is refused, and what is read back


def test_what_cannot_be_prescribed_is_refused(counter: Counter) -> None:
    with pytest.raises(DaysImplausible):
        counter.prescribe("1-0-0", 0)
    with pytest.raises(DaysImplausible):
        counter.prescribe("1-0-0", 367)
    with pytest.raises(UnitsImplausible):
        counter.prescribe("1-0-0", 30, units=10**9)
    with pytest.raises(TooManySteps):
        read_course(" > ".join(["1-0-0 7d"] * 5), 1)
    line = PrescriptionLine(new_id(), counter.fluoxetine, None, read_dose("1-0-0"), 30)
    with pytest.raises(SameLineTwice):
        counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[line, line], note_id=new_id()))


@pytest.mark.parametrize("typed", ["1-0-1", "½ sos 2", "1 c/28d", "1-0-1 7d > 1-0-0 14d > ½-0-0 7d"])
def test_what_is_kept_is_read_as_it_was_written(counter: Counter, typed: str) -> None:
    course = read_course(typed, 28)
    line = PrescriptionLine(new_id(), counter.fluoxetine, None, course, 1)
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[line], note_id=new_id()))
    (found,) = counter.ask(partial(prescriptions.current_medicines, patient_id=counter.patient))
    assert (found.course, found.days) == (course, 28)
    assert found.ends_on == course.ends_on(found.signed_on)


def test_since_when_goes_over_repeats_and_not_over_what_was_taken_back(counter: Counter, clock: StillClock) -> None:
    begun = counter.ask(lambda asker: asker.today)
    counter.prescribe("1-0-0", 30)
    clock.advance(days=35)
    counter.prescribe("2-0-0", 30)
    since = partial(prescriptions.since_when, patient_id=counter.patient)
    assert set(counter.ask(since).values()) == {begun}
    clock.advance(days=265)
    note_id = new_id()
    wrong = counter.prescribe("2-0-0", 30, note=note_id)
    counter.do(partial(prescribing.stop_medicine, request_id=wrong, reason="wrong chart", note_id=note_id))
    assert set(counter.ask(since).values()) == {begun}
    counter.prescribe("1-0-0", 30)
    assert set(counter.ask(since).values()) == {begun + timedelta(days=300)}


def test_what_was_taken_back_with_its_note_hides_nothing(counter: Counter) -> None:
    counter.prescribe("1-0-0", 30)
    note_id = new_id()
    wrong = counter.prescribe("2-0-0", 30, note=note_id)
    counter.do(partial(prescribing.stop_medicine, request_id=wrong, reason="wrong chart", note_id=note_id))
    (line,) = counter.ask(partial(prescriptions.current_medicines, patient_id=counter.patient))
    assert str(line.course) == "1-0-0"
