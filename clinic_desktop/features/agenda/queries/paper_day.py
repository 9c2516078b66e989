"""The day that is being typed from paper: what stands there already."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.records import Appointment
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = days.TABLES
_GONE = (AppointmentStatus.CANCELLED, AppointmentStatus.MOVED)


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One person of that day, typed or still to be typed."""

    appointment_id: str
    patient_id: str
    name: str
    number: str
    status: AppointmentStatus
    next_day: date | None

    @property
    def typed(self) -> bool:
        return self.status is not AppointmentStatus.BOOKED


def died_on(asker: Asker, patient_id: str) -> PartialDate | None:
    """As well as the day is known; also of somebody whose record is reserved, for who was here that day is typed."""
    asker.require(Permission.RECEPTION, Permission.TRANSCRIBE)
    return asker.value(sa.select(Patient.died_on).where(Patient.id == patient_id))


def lines(asker: Asker, day: date) -> tuple[PaperLine, ...]:
    """Those still to be typed first, then the others, by name."""
    asker.require(Permission.RECEPTION, Permission.TRANSCRIBE)
    found = asker.all(
        sa.select(
            Appointment.id, Appointment.patient_id, Patient.number, Patient.given_names, Patient.family_name,
            Patient.second_family_name, Patient.married_name, Patient.known_as,
            Patient.unidentified, Patient.met_where, Patient.met_on,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(Appointment.day == day, days.told_once(asker, Appointment.day == day))
    )  # fmt: skip
    stands = days.standings(asker, [row.id for row in found])
    hidden = restricted.hidden_from(asker, [row.patient_id for row in found])
    following = days.next_bookings(asker, [row.patient_id for row in found])
    told: list[PaperLine] = []
    for row in found:
        reserved = hidden.get(row.patient_id)
        booked = following.get(row.patient_id)
        if stands[row.id].status not in _GONE:
            told.append(
                PaperLine(
                    row.id,
                    row.patient_id,
                    reserved or said_name(name_of(row)),
                    "" if reserved else row.number or "",
                    stands[row.id].status,
                    booked.day if booked and booked.day > day else None,
                )
            )
    return tuple(sorted(told, key=lambda line: (line.typed, line.name, line.appointment_id)))
