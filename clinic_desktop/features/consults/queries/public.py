"""What other rooms may show everywhere: that somebody was here, and when. Nothing of what was said."""

from collections.abc import Mapping, Sequence
from datetime import date

from clinic_desktop.features.consults.queries import notes
from clinic_desktop.features.patients.rules.rows import Mark
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.storage.work import Asker


def last_visit_marks(asker: Asker, patient_ids: Sequence[PatientId]) -> Mapping[PatientId, Sequence[Mark]]:
    """For patients.queries.marks: the day of the last consultation."""
    found = notes.last_visits(asker, patient_ids)
    return {
        patient_id: (Mark(say_day(found[patient_id]), label=_("Last visit")),)
        for patient_id in patient_ids
        if patient_id in found
    }


def last_visit_days(asker: Asker, patient_ids: Sequence[PatientId]) -> Mapping[PatientId, date]:
    """For patients.queries.last_visits: one question for all the rows of a list."""
    return {PatientId(patient_id): day for patient_id, day in notes.last_visits(asker, patient_ids).items()}


def what_is_here(asker: Asker, patient_id: PatientId) -> str | None:
    """For patients.service.records_elsewhere: why a registration cannot simply be taken back."""
    count = notes.count_of(asker, patient_id)
    return ngettext("{count} consultation", "{count} consultations", count).format(count=count) if count else None
