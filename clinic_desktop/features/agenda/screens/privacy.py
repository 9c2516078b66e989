"""Names off the list of the day, when somebody stands at the desk who should not read them.

It holds for this device until the key is pressed again, also over a lock: the process that the lock starts inherits it.
"""

import os

from clinic_desktop.features.agenda.queries.day import DayRow
from clinic_desktop.kernel.i18n import _

_MARK = "CLINIC_DESKTOP_NAMES_HIDDEN"


def are_names_hidden() -> bool:
    return _MARK in os.environ


def hide_names(hidden: bool) -> None:
    if hidden:
        os.environ[_MARK] = "1"
    else:
        os.environ.pop(_MARK, None)


def said_person(row: DayRow) -> str:
    """The name; while names are hidden the turn, which is what people are called by."""
    if not are_names_hidden():
        return row.name
    return _("Turn {number}").format(number=row.turn) if row.turn else _("Without a turn yet")
