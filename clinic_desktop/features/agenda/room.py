"""The room of the day."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _today(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.agenda.screens.today import TodayScreen

    return TodayScreen(office)


def _calls(office: Office, *, which: str = "tomorrow", **_arguments: Any) -> QWidget:
    from clinic_desktop.features.agenda.rules.calls import CallList
    from clinic_desktop.features.agenda.screens.calls import CallsScreen

    return CallsScreen(office, CallList(which))


def _paper_day(office: Office, *, day: str = "", patient_id: str = "", **_arguments: Any) -> QWidget:
    """With a day and a person: back from registering somebody who was not found."""
    from clinic_desktop.features.agenda.screens.paper_day import PaperDayScreen

    return PaperDayScreen(office, day, patient_id)


def _days(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.agenda.screens.consultation_days import DaysScreen

    return DaysScreen(office)


_RECEPTION = frozenset({Permission.RECEPTION})
_CALLS = Place("calls", N_("Calls"), "phone", _RECEPTION, _calls, rail=False, under="today")
_PAPER_DAY = Place("paper-day", N_("Paper day"), "edit", _RECEPTION, _paper_day, rail=False, under="today")
_TYPING = Place("paper-typing", N_("Paper day"), "edit", frozenset({Permission.TRANSCRIBE}), _paper_day, order=99)
"""For those who type papers and have no day of their own."""

_DAYS = Place(
    "days",
    N_("Consultation days"),
    "calendar-event",
    frozenset({Permission.SEE_DAY}),
    _days,
    rail=False,
    under="today",
)

ROOM = Room(
    "agenda",
    places=(
        Place("today", N_("Today"), "home", frozenset({Permission.SEE_DAY}), _today, order=10),
        _DAYS,
        _CALLS,
        _PAPER_DAY,
        _TYPING,
    ),
)
