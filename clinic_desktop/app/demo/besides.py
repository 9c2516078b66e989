"""What is written with and beside a generated consultation: goals, what was agreed, a plan for a danger, events.

Draws from a luck of its own, so that the stories stay those they were.
"""

from dataclasses import replace
from random import Random

from clinic_desktop.app.demo.people import words
from clinic_desktop.features.consults.queries import goals
from clinic_desktop.features.consults.rules.goals import OVER, GoalChange, GoalStanding
from clinic_desktop.features.consults.rules.safety_plan import NewPlan, PlanWords
from clinic_desktop.features.consults.rules.story import LifeEventKind
from clinic_desktop.features.consults.service import outside, story
from clinic_desktop.features.consults.service.outside import TakenElsewhere
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.features.consults.service.story import Follower
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work

_AT_FIRST, _LATER = 0.5, 0.12


def with_note(work: Work, rng: Random, patient_id: str, written: Written) -> Written:
    """The note with the person's own goals, what was agreed and, where a danger is opened, a plan."""
    standing = [goal for goal in goals.goals(work, patient_id) if goal.standing not in OVER]
    told = [GoalChange(goal.goal_id, goal.words, rng.choice(_SAID)) for goal in standing]
    if not standing and rng.random() < 0.6:
        told = [GoalChange(_new(work), rng.choice(words()["goals"]), is_new=True)]
    agreed = rng.sample(sorted(row["code"] for row in read_catalog("plan_items")), rng.randint(0, 3))
    plan = _plan(work, rng) if written.risk is not None and written.risk.opens else None
    return replace(written, goals=tuple(told), plan_items=tuple(agreed), safety_plan=plan)


_SAID = (GoalStanding.SAME, GoalStanding.SAME, GoalStanding.FURTHER, GoalStanding.FURTHER, GoalStanding.REACHED)


def _plan(work: Work, rng: Random) -> NewPlan:
    return NewPlan(_new(work), PlanWords(**{name: rng.choice(told) for name, told in words()["safety_plan"].items()}))


def write_besides(work: Work, rng: Random, patient_id: str, *, first: bool) -> int:
    """Now and then something; more often at the first visit. Returns how many things were written."""
    often = _AT_FIRST if first else _LATER
    written = 0
    if rng.random() < often:
        _note_event(work, rng, patient_id)
        written += 1
    if first and rng.random() < 0.3:
        name, dose, whom = rng.choice(words()["outside_medicines"])
        told = TakenElsewhere(name, dose, whom, PartialDate(work.today.year - rng.randint(0, 3)))
        outside.note_outside_medicine(work, medicine_id=_new(work), patient_id=patient_id, told=told)
        written += 1
    if first and rng.random() < 0.25:
        who, when = rng.choice(words()["followers"])
        follower = Follower(who.capitalize(), who, call_when=when)
        story.share_care(work, shared_id=_new(work), patient_id=patient_id, follower=follower)
        written += 1
    return written


def _note_event(work: Work, rng: Random, patient_id: str) -> None:
    kind = rng.choice(list(words()["events"]))
    story.note_event(
        work, event_id=_new(work), patient_id=patient_id, kind=LifeEventKind(kind),
        happened_on=PartialDate.of(work.in_days(-rng.randint(1, 20))), words=rng.choice(words()["events"][kind]),
    )  # fmt: skip


def _new(work: Work) -> str:
    return new_id(unix_ms(work.now))
