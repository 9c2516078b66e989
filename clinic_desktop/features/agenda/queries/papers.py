"""What the papers of a day need beside the day's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import calls, day
from clinic_desktop.features.agenda.records import Appointment, ConsultationPlace
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.naming import Name, name_of
from clinic_desktop.features.patients.rules.places import said_place
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_EVENING = 14
"""From this hour on the list that is printed is the next day's."""
_READERS = (Permission.RECEPTION, Permission.SEE_DAY, Permission.READ_CHART)


def day_to_print(asker: Asker) -> date:
    """Today in the morning of a consultation day; else the next day for which somebody is booked."""
    asker.require(*_READERS)
    morning = asker.now.astimezone(asker.place.zone).hour < _EVENING
    if morning and day.booked_between(asker, asker.today, asker.today):
        return asker.today
    return calls.next_day(asker) or asker.today


def communities(asker: Asker, patient_ids: Sequence[str]) -> dict[str, str]:
    """Where people come from; nothing of those whose record is hidden from the one who asks."""
    asker.require(*_READERS)
    chosen = sa.select(Patient.id, Patient.municipality_code, Patient.community).where(
        Patient.id.in_(patient_ids), restricted.shown(asker)
    )
    return {row.id: said_place(row.municipality_code, row.community) for row in asker.all(chosen)}


@dataclass(frozen=True, slots=True)
class Carried:
    """What a card that goes home may say, and whether that must be asked first."""

    patient_id: str
    number: str
    called: str
    """As the person wants to be called, else the first given name."""
    must_ask: bool
    """Somebody at home must not learn of the clinic: ask whether the paper can be carried."""
    nothing_known: bool = False
    """Nobody noted how this person may be reached."""


def carried(asker: Asker, patient_id: str) -> Carried:
    asker.require(Permission.RECEPTION, Permission.SEE_PATIENTS)
    restricted.must_open(asker, patient_id)
    row = asker.one(
        sa.select(
            Patient.number, Patient.given_names, Patient.family_name, Patient.second_family_name, Patient.married_name,
            Patient.known_as, Patient.do_not_call, Patient.do_not_visit, Patient.shared_phone, Patient.phone,
            Patient.contact_hours, Patient.cover_words,
            Patient.unidentified, Patient.met_where, Patient.met_on,
        ).where(Patient.id == patient_id)
    )  # fmt: skip
    must_ask = bool(row.do_not_call or row.do_not_visit or row.shared_phone)
    known = must_ask or any((said or "").strip() for said in (row.phone, row.contact_hours, row.cover_words))
    return Carried(patient_id, row.number or "", _called(name_of(row)), must_ask, not known)


def _called(name: Name) -> str:
    words = name.given.split()
    return name.known_as or (words[0] if words else "") or name.family


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment as its card says it."""

    appointment_id: str
    patient_id: str
    day: date
    time_text: str
    place: str


def booking(asker: Asker, appointment_id: str) -> Booking:
    asker.require(Permission.RECEPTION, Permission.SEE_DAY)
    row = asker.one(
        sa.select(Appointment.patient_id, Appointment.day, Appointment.time_text, ConsultationPlace.name)
        .outerjoin(ConsultationPlace, ConsultationPlace.id == Appointment.place_id)
        .where(Appointment.id == appointment_id)
    )
    restricted.must_open(asker, row.patient_id)
    return Booking(appointment_id, row.patient_id, row.day, row.time_text or "", row.name or "")
