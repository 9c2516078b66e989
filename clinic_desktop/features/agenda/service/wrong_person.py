"""What a consultation in the wrong chart did to the list of the day and to the next booking, taken back."""

from datetime import date, datetime

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.records import Appointment
from clinic_desktop.features.agenda.rules.day import AppointmentStatus, EventKind
from clinic_desktop.features.agenda.service.day import send_back, write_event
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def wait_again(work: Work, appointment_id: str) -> None:
    """Nobody saw this person yet: back to the waiting room with the same turn. Of another day nothing is changed."""
    work.require(Permission.WRITE_NOTES)
    standing = queries.standing(work, appointment_id)
    if standing.status is AppointmentStatus.SEEN and work.load(Appointment, appointment_id).day == work.today:
        write_event(work, appointment_id, EventKind.UNDONE, undoes_id=standing.last_event_id)
        standing = queries.standing(work, appointment_id)
    if standing.status is AppointmentStatus.IN_CONSULT:
        send_back(work, appointment_id)


def cancel_booked_with(work: Work, patient_id: str, *, day: date, booked_at: datetime, reason: str) -> None:
    """The visit that was booked for `day` at that moment is cancelled; one that somebody booked apart stays."""
    work.require(Permission.WRITE_NOTES)
    for known in queries.of_patient(work, patient_id):
        if known.day != day or known.status is not AppointmentStatus.BOOKED:
            continue
        if work.load(Appointment, known.appointment_id).recorded_at == booked_at:
            write_event(work, known.appointment_id, EventKind.CANCELLED, reason=reason)
