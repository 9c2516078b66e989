"""A day that was kept on paper, typed afterwards: what a line may say, and of which day it is."""

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


def read_past_day(typed: str, today: date) -> date | None:
    """The day of a paper: "hoy", "ayer", "2d" ago, "23/11", "23/11/26", "2311"; None if it is none."""
    text = typed.strip().casefold().replace("-", "/").replace(".", "/").replace(" ", "/")
    named = {_("today").casefold(): 0, _("yesterday").casefold(): 1, "0": 0}
    if text in named:
        return today - timedelta(days=named[text])
    if text[:-1].isdecimal() and len(text) < 5 and text[-1:] in ("d", "s") and int(text[:-1]) <= 400:
        return today - timedelta(days=int(text[:-1]) * (7 if text[-1] == "s" else 1))
    if text.isdecimal() and len(text) in (4, 6, 8):
        text = "/".join(part for part in (text[:2], text[2:4], text[4:]) if part)
    parts = text.split("/")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdecimal() and len(p) < 5 for p in parts):
        return None
    try:
        year = today.year if len(parts) == 2 else int(parts[2]) + (2000 if int(parts[2]) < 100 else 0)
        found = date(year, int(parts[1]), int(parts[0]))
        return found.replace(year=year - 1) if len(parts) == 2 and found > today else found
    except ValueError:
        return None
