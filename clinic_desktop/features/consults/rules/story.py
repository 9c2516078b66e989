"""What happens to a person beside the consultation, and how their care here ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_


class LifeEventKind(StrEnum):
    CRISIS = "crisis"
    ADMISSION = "admission"
    HOSPITAL_LEFT = "hospital-left"
    GROUP = "group"
    LOSS = "loss"
    MOVED = "moved"
    WORK = "work"
    BIRTH = "birth"
    DISCRIMINATION = "discrimination"
    OTHER = "other"


class EpisodeStep(StrEnum):
    DISCHARGED = "discharged"
    TRANSFERRED = "transferred"
    LOST = "lost"
    """Looked for and not found."""
    RETURNED = "returned"


LIFE_EVENT_WORDS = {
    LifeEventKind.CRISIS: N_("Crisis"),
    LifeEventKind.ADMISSION: N_("Admission to hospital"),
    LifeEventKind.HOSPITAL_LEFT: N_("Left hospital"),
    LifeEventKind.GROUP: N_("Came to a group"),
    LifeEventKind.LOSS: N_("Loss of somebody"),
    LifeEventKind.MOVED: N_("Moved"),
    LifeEventKind.WORK: N_("Change of work"),
    LifeEventKind.BIRTH: N_("Birth"),
    LifeEventKind.DISCRIMINATION: N_("Treated with contempt"),
    LifeEventKind.OTHER: N_("Another event"),
}
EPISODE_WORDS = {
    EpisodeStep.DISCHARGED: N_("Discharged"),
    EpisodeStep.TRANSFERRED: N_("Transferred"),
    EpisodeStep.LOST: N_("Not found any more"),
    EpisodeStep.RETURNED: N_("Came back"),
}


class PastUnclear(Refused):
    text = N_("Write when: 2019, 3/2024, 5/11, 5/11/24, 3d, 2s, 6m or 2a ago.")


class StillToCome(Refused):
    text = N_("This day is still to come.")


_SPAN = re.compile(r"(\d{1,3})\s*(d|s|w|m|a|y)\w*")
_DAYS_BACK = {"d": 1, "s": 7, "w": 7}


def read_past(typed: str, today: date) -> PartialDate:
    """ "2019", "3/2024", "5/11" (the last one), "5/11/24"; "3d", "2s", "6m", "2a" ago. Months and years are told
    roughly, so they are kept as a month or a year. Raises PastUnclear or StillToCome."""
    text = typed.strip().lower().replace("-", "/").replace(".", "/")
    found = _back(text, today) if _SPAN.fullmatch(text) else _written(text, today)
    if found.earliest() > today:
        raise StillToCome()
    return found


def _back(text: str, today: date) -> PartialDate:
    match = _SPAN.fullmatch(text)
    assert match is not None
    count, unit = int(match[1]), match[2]
    if unit in _DAYS_BACK:
        return PartialDate.of(today - timedelta(days=count * _DAYS_BACK[unit]))
    if unit in "ay":
        return _partial(today.year - count)
    months = today.year * 12 + today.month - 1 - count
    return _partial(months // 12, months % 12 + 1)


def _written(text: str, today: date) -> PartialDate:
    parts = text.split("/")
    if not 1 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        raise PastUnclear()
    numbers = [int(part) for part in parts]
    if len(parts) == 1:
        return _partial(_whole_year(parts[0]))
    if len(parts) == 3:
        year = numbers[2] + 2000 if len(parts[2]) == 2 and numbers[2] + 2000 <= today.year else numbers[2]
        return _partial(_whole_year(str(year)), numbers[1], numbers[0])
    if len(parts[1]) == 4:
        return _partial(numbers[1], numbers[0])
    near = _partial(today.year, numbers[1], numbers[0])
    return _partial(today.year - 1, numbers[1], numbers[0]) if near.earliest() > today else near


def _whole_year(text: str) -> int:
    if len(text) != 4:
        raise PastUnclear()
    return int(text)


def _partial(year: int, month: int | None = None, day: int | None = None) -> PartialDate:
    if year < 1900:
        raise PastUnclear()
    try:
        return PartialDate(year, month, day)
    except ValueError:
        raise PastUnclear() from None


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """One step as it was written."""

    event_id: str
    step: EpisodeStep
    happened_on: date
    reason: str
    to_whom: str
    by_name: str


def standing_episode(lines: Sequence[EpisodeLine], last_seen: date | None) -> EpisodeLine | None:
    """What ended the care, if it is ended: the last step by day, unless the person came back. Two clinics may have
    written one each; of one day the later written holds. Being seen on a later day is coming back, said or not."""
    if not lines:
        return None
    last = max(lines, key=lambda line: (line.happened_on, line.event_id))
    came_again = last_seen is not None and last_seen > last.happened_on
    return None if last.step is EpisodeStep.RETURNED or came_again else last
