"""What else belongs to a person's story: events, the end of their care here, who follows them in between."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.consults.records.story import EpisodeEvent, LifeEvent, SharedCare
from clinic_desktop.features.consults.rules.story import EpisodeStep, LifeEventKind, StillToCome
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import ReasonMissing, Work


class WordsMissing(Refused):
    text = N_("Write what happened.")


class WhoMissing(Refused):
    text = N_("Write who follows the person.")


class WhereToMissing(Refused):
    text = N_("Write where the person goes, or who looks after them now.")


def note_event(
    work: Work,
    *,
    event_id: str,
    patient_id: str,
    kind: LifeEventKind,
    happened_on: PartialDate,
    words: str = "",
    encounter_id: str | None = None,
    amends_id: str | None = None,
) -> None:
    """Keep an event under an id that the form drew; the same id twice keeps it once. One that is corrected is named."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(LifeEvent, event_id) is not None:
        return
    if happened_on.earliest() > work.today:
        raise StillToCome()
    told = words.strip() or None
    if kind is LifeEventKind.OTHER and told is None:
        raise WordsMissing()
    work.add(
        LifeEvent(
            id=event_id, patient_id=patient_id, encounter_id=encounter_id, kind=kind, happened_on=happened_on,
            words=told, amends_id=amends_id, by_id=work.actor.staff_id, by_name=work.actor.name,
        )
    )  # fmt: skip


def note_episode(
    work: Work,
    *,
    event_id: str,
    patient_id: str,
    step: EpisodeStep,
    happened_on: date,
    reason: str = "",
    to_whom: str = "",
    encounter_id: str | None = None,
) -> None:
    """That care here ended, and how; or that the person came back. An open danger stays open."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(EpisodeEvent, event_id) is not None:
        return
    if happened_on > work.today:
        raise StillToCome()
    if step in (EpisodeStep.DISCHARGED, EpisodeStep.LOST) and not reason.strip():
        raise ReasonMissing()
    if step is EpisodeStep.TRANSFERRED and not to_whom.strip():
        raise WhereToMissing()
    work.add(
        EpisodeEvent(
            id=event_id, patient_id=patient_id, step=step, happened_on=happened_on, reason=reason.strip() or None,
            to_whom=to_whom.strip() or None, encounter_id=encounter_id, by_id=work.actor.staff_id,
            by_name=work.actor.name,
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows a person between consultation days, and what was agreed with them."""

    who: str
    role_text: str = ""
    phone: str = ""
    may_change: str = ""
    call_when: str = ""


def share_care(work: Work, *, shared_id: str, patient_id: str, follower: Follower) -> None:
    """Agree with somebody, or change what was agreed with them."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if not follower.who.strip():
        raise WhoMissing()
    told = {
        "who": follower.who.strip(),
        "role_text": follower.role_text.strip() or None,
        "phone": follower.phone.strip() or None,
        "may_change": follower.may_change.strip() or None,
        "call_when": follower.call_when.strip() or None,
    }
    row = work.session.get(SharedCare, shared_id)
    if row is None:
        work.add(SharedCare(id=shared_id, patient_id=patient_id, since=work.today, ended=None, **told))
    else:
        work.revise(row, seen={}, to=told)


def end_shared_care(work: Work, shared_id: str) -> None:
    """Somebody no longer follows the person; that they did stays."""
    work.require(Permission.WRITE_NOTES)
    row = work.load(SharedCare, shared_id)
    restricted.must_open(work, row.patient_id)
    work.revise(row, seen={}, to={"ended": work.today})
