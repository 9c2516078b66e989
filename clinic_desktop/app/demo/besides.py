"""What is written beside a generated consultation: events, medicines from elsewhere, who follows a person.

Draws from a luck of its own, so that the stories stay those they were.
"""

from random import Random

from clinic_desktop.app.demo.people import words
from clinic_desktop.features.consults.rules.story import LifeEventKind
from clinic_desktop.features.consults.service import outside, story
from clinic_desktop.features.consults.service.outside import TakenElsewhere
from clinic_desktop.features.consults.service.story import Follower
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work

_AT_FIRST, _LATER = 0.5, 0.12


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
