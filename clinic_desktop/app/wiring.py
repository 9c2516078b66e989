"""Gives the lower rooms what the upper ones know, for windows and commands alike. No Qt; screens are in house.py."""

from collections.abc import Collection, Mapping, Sequence

from clinic_desktop.exchange.carrying import relaying, told
from clinic_desktop.exchange.erasure import erasing
from clinic_desktop.exchange.merge import applying
from clinic_desktop.features.agenda.letters import sheets
from clinic_desktop.features.agenda.queries import calls
from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.rules.day import STATUS_WORDS
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.bundles.queries import likely, overdue, sharing
from clinic_desktop.features.bundles.service import entitled
from clinic_desktop.features.bundles.service.erasing import forget_pairs
from clinic_desktop.features.bundles.service.likely import look_again
from clinic_desktop.features.consults.queries import diagnoses, episodes, outside, public, sheet, story
from clinic_desktop.features.medication.queries import donor_report, prescriptions
from clinic_desktop.features.medication.service import late, passing_on
from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.queries import people as patients_queries
from clinic_desktop.features.patients.rules.rows import Mark
from clinic_desktop.features.patients.service import filing
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.referrals import queries as referrals
from clinic_desktop.features.rights.queries import told as rights
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.work import Asker, Work


def fill() -> None:
    """Repeating it changes nothing."""
    patients.after_registering = (_arrive,)
    patients.after_death = (agenda.close_for_death,)
    patients.records_elsewhere = (_count_appointments, public.what_is_here, _count_medicines)
    calls.not_expected = (episodes.ended_people,)
    sheets.sheet_contents = (sheet.sheet_blocks,)
    donor_report.count_diagnoses = diagnoses.count_groups
    story.more = (referrals.story_lines, rights.story_lines)
    patients_queries.doubted_in_charts = (outside.MEDICINES,)
    patients_queries.last_visits = public.last_visit_days
    patients_queries.marks = (_day_marks, public.last_visit_marks, _consent_marks, _clinic_marks)
    filing.refiled = (look_again,)
    if entitled.audiences not in relaying.audiences:
        relaying.audiences.append(entitled.audiences)
        relaying.named.append(entitled.named)
        relaying.entitling.append(entitled.go_on_again)
        relaying.may_change.append(entitled.may_change)
    if passing_on.audiences not in relaying.audiences:
        relaying.audiences.append(passing_on.audiences)
        relaying.named.append(passing_on.named)
    if likely.link_audiences not in relaying.audiences:
        relaying.audiences.append(likely.link_audiences)
    if overdue.tell_others not in told.speakers:
        told.speakers.append(overdue.tell_others)
    if _forget not in erasing.after_erasing:
        erasing.after_erasing.append(_forget)
    if _derive_again not in applying.after_merge:
        applying.after_merge.append(_derive_again)


def _arrive(work: Work, patient_id: PatientId) -> None:
    """ "Save and arrived": the new person is in the waiting room."""
    agenda.arrive(work, patient_id=patient_id, new_appointment_id=new_id())


def _day_marks(asker: Asker, patient_ids: Sequence[PatientId]) -> Mapping[PatientId, Sequence[Mark]]:
    """Today's or the next appointment beside a name. Nothing here says why."""
    marks: dict[PatientId, Sequence[Mark]] = {}
    for patient_id, booking in agenda_queries.next_bookings(asker, patient_ids).items():
        day = _("today") if booking.day == asker.today else say_day(booking.day)
        words = _("Appointment {day}: {state}").format(day=day, state=_(STATUS_WORDS[booking.status]))
        marks[PatientId(patient_id)] = (Mark(words, icon="clock"),)
    return marks


def _consent_marks(asker: Asker, patient_ids: Sequence[PatientId]) -> Mapping[PatientId, Sequence[Mark]]:
    """Quiet, and only until somebody asked: nobody is turned away for it."""
    unasked = consents.never_asked(asker, patient_ids)
    return {PatientId(one): (Mark(_("Consent not asked yet"), icon="circle-dashed"),) for one in unasked}


def _clinic_marks(asker: Asker, patient_ids: Sequence[PatientId]) -> Mapping[PatientId, Sequence[Mark]]:
    """That another clinic has the record too, and writes in it."""
    known = sharing.also_at(asker, patient_ids)
    words = _("Also at {clinic}")
    icon = "building-hospital"
    return {PatientId(one): [Mark(words.format(clinic=each), icon=icon) for each in known[one]] for one in known}


def _derive_again(work: Work, changed: Mapping[str, Collection[str]]) -> None:
    """After a merge: what the rooms compute from rows that came in."""
    filing.after_merge(work, changed)
    late.settle_merged(work, changed)
    entitled.after_merge(work, changed)
    passing_on.after_merge(work, changed)


def _forget(work: Work, patient_ids: Collection[str]) -> None:
    """After an erasure: what the rooms keep of these people on this computer."""
    filing.forget(work, patient_ids)
    forget_pairs(work, patient_ids)


def _count_appointments(asker: Asker, patient_id: PatientId) -> str | None:
    count = len(agenda_queries.of_patient(asker, patient_id))
    return ngettext("{count} appointment", "{count} appointments", count).format(count=count) if count else None


def _count_medicines(asker: Asker, patient_id: PatientId) -> str | None:
    count = prescriptions.count_of(asker, patient_id)
    if count and asker.actor.permissions.isdisjoint(prescriptions.READERS):
        # The desk is told that something hangs on this record, not that somebody takes medicine.
        return _("clinical records")
    said = ngettext("{count} medicine line", "{count} medicine lines", count)
    return said.format(count=count) if count else None
