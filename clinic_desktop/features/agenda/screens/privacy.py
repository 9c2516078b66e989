"""How somebody on the day's list is called, while names may be read there and while not."""

from clinic_desktop.features.agenda.queries.day import DayRow
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.privacy import are_names_hidden


def said_person(row: DayRow) -> str:
    """The name; while names are hidden the turn, which is what people are called by."""
    if not are_names_hidden():
        return row.name
    return _("Turn {number}").format(number=row.turn) if row.turn else _("Without a turn yet")
