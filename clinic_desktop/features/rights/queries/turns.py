"""Whom to ask today: drawn from the day's list, so that nobody chooses who looks content."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.queries.day import DayRow
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.rights.queries.answers import asked_on, treated_by_me
from clinic_desktop.features.rights.rules.asking import is_turn
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = agenda.TABLES
_CAME = (AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT, AppointmentStatus.SEEN)


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody who is asked today. Nothing here says why they came."""

    appointment_id: str
    patient_id: str
    name: str
    turn: int | None
    is_ready: bool
    """Seen already: the questions are about a visit that is over."""
    is_asked: bool
    by_somebody_else: bool
    """The reader saw this person today."""


def turns(asker: Asker) -> tuple[Turn, ...]:
    """Those who came today and whose turn it is: who can be asked now first, those already asked last."""
    asker.require(Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS)
    every = setting(asker, "rights_every")
    if not asker.actor.may(Permission.SEE_DAY):
        return ()
    rows = [row for row in agenda.today(asker) if _comes(row) and is_turn(row.appointment_id, asker.today, every)]
    return _told(asker, rows)


def _comes(row: DayRow) -> bool:
    return row.status in _CAME and not row.reserved


def _told(asker: Asker, rows: Sequence[DayRow]) -> tuple[Turn, ...]:
    asked = asked_on(asker, asker.today)
    mine = treated_by_me(asker, [row.patient_id for row in rows], asker.today)
    found = [
        Turn(
            row.appointment_id,
            row.patient_id,
            row.name,
            row.turn,
            row.status is AppointmentStatus.SEEN,
            row.patient_id in asked,
            row.patient_id in mine,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda turn: (turn.is_asked, not turn.is_ready, turn.turn or 0)))
