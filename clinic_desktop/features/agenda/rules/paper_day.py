"""A day that was kept on paper, typed afterwards: what a line may say, and how two typings of one paper become one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.kernel.i18n import N_, _

OLD_AFTER = timedelta(days=60)
"""A paper older than this is typed only after a yes: the year may be wrong."""


class CameOrNot(StrEnum):
    """What the paper says of a person."""

    SEEN = "seen"
    LEFT = "left"
    MISSED = "missed"


CAME_WORDS = {
    CameOrNot.SEEN: N_("Was seen"),
    CameOrNot.LEFT: N_("Left unseen"),
    CameOrNot.MISSED: N_("Did not come"),
}
"""In the order of their keys, 1 to 3. Texts are msgids."""

BECOMES = {CameOrNot.SEEN: Status.SEEN, CameOrNot.LEFT: Status.LEFT, CameOrNot.MISSED: Status.MISSED}


@dataclass(frozen=True, slots=True)
class Booked:
    """One appointment as far as telling twins apart needs it."""

    appointment_id: str
    patient_id: str
    day: date
    from_paper: bool
    status: Status


_TELLS_MOST = (Status.IN_CONSULT, Status.WAITING, Status.SEEN, Status.LEFT, Status.MISSED, Status.BOOKED)
_GONE = (Status.CANCELLED, Status.MOVED)


def typed_again(appointments: Iterable[Booked]) -> frozenset[str]:
    """Appointments that say again what another one of the same person and day says: not shown and not counted.

    Two laptops may type one paper without knowing of each other, and each writes rows of its own: after the merge both
    are there. Of each person and day with a line from paper the one that tells most holds, whatever came first; among
    equals the one that was booked, then the smallest id, so that every clinic sees the same one.
    """
    groups: dict[tuple[str, date], list[Booked]] = defaultdict(list)
    for one in appointments:
        if one.status not in _GONE:
            groups[one.patient_id, one.day].append(one)
    again: set[str] = set()
    for group in groups.values():
        if len(group) > 1 and any(one.from_paper for one in group):
            holds = min(group, key=lambda one: (_TELLS_MOST.index(one.status), one.from_paper, one.appointment_id))
            # A second visit that was booked on the computer is no twin of the first.
            empty = (Status.BOOKED, Status.MISSED)
            again |= {
                one.appointment_id for one in group if one is not holds and (one.from_paper or one.status in empty)
            }
    return frozenset(again)


def read_past_day(typed: str, today: date) -> date | None:
    """The day of a paper: "hoy", "ayer", "2d" ago, "23/11", "23/11/26", "2311"; None if it is none."""
    text = typed.strip().casefold().replace("-", "/").replace(".", "/").replace(" ", "/")
    named = {_("today").casefold(): 0, _("yesterday").casefold(): 1, "0": 0}
    if text in named:
        return today - timedelta(days=named[text])
    if text[:-1].isdecimal() and text[-1:] in ("d", "s") and int(text[:-1]) <= 400:
        return today - timedelta(days=int(text[:-1]) * (7 if text[-1] == "s" else 1))
    if text.isdecimal() and len(text) in (4, 6, 8):
        text = "/".join(part for part in (text[:2], text[2:4], text[4:]) if part)
    parts = text.split("/")
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    try:
        year = today.year if len(parts) == 2 else int(parts[2]) + (2000 if int(parts[2]) < 100 else 0)
        found = date(year, int(parts[1]), int(parts[0]))
        return found.replace(year=year - 1) if len(parts) == 2 and found > today else found
    except ValueError:
        return None
