"""Writing down what came of a call or a knock at the door. A try taken back is a new row, like everything else."""

from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.records import CallAttempt
from clinic_desktop.features.agenda.rules.calls import CallOutcome
from clinic_desktop.features.agenda.service.day import HasDied
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class DayOfDeathMissing(Refused):
    text = N_("Write when the person died, as well as it is known: a day, a month or a year.")


def note_try(
    work: Work,
    *,
    attempt_id: str,
    patient_id: str,
    outcome: CallOutcome,
    appointment_id: str | None = None,
    died_on: PartialDate | None = None,
    note: str = "",
) -> None:
    """What came of one try. A death told by telephone is noted on the person as well as its day is known.

    The form draws `attempt_id` beforehand: the same key pressed twice is one try.
    """
    work.require(Permission.RECEPTION)
    if work.session.get(CallAttempt, attempt_id) is not None:
        return
    restricted.must_open(work, patient_id)
    if days.has_died(work, patient_id):
        raise HasDied()
    if outcome is CallOutcome.DIED:
        if died_on is None:
            raise DayOfDeathMissing()
        patients.mark_died(work, PatientId(patient_id), died_on)
    work.add(
        CallAttempt(
            id=attempt_id,
            patient_id=patient_id,
            appointment_id=appointment_id,
            outcome=outcome,
            at=work.now,
            note=note.strip() or None,
        )
    )
    work.about("patient", patient_id)


def take_back_try(work: Work, *, attempt_id: str, new_attempt_id: str) -> None:
    """The wrong person, or the wrong key: that try counts no more, nor a death that was noted with it."""
    work.require(Permission.RECEPTION)
    if work.session.get(CallAttempt, new_attempt_id) is not None:
        return
    wrong = work.load(CallAttempt, attempt_id)
    restricted.must_open(work, wrong.patient_id)
    who = PatientId(wrong.patient_id)
    if wrong.outcome is CallOutcome.DIED and days.has_died(work, who):
        patients.mark_died(work, who, None, seen=people.details(work, who).died_on)
    work.add(
        CallAttempt(
            id=new_attempt_id,
            patient_id=wrong.patient_id,
            appointment_id=wrong.appointment_id,
            outcome=wrong.outcome,
            at=work.now,
            undoes_id=attempt_id,
        )
    )
    work.about("patient", wrong.patient_id)


def note_list_printed(work: Work, which: str, *, way: str, copies: int) -> None:
    """A list of people to reach left the computer."""
    work.require(Permission.RECEPTION)
    work.act, work.detail = "agenda.note_call_list", {"what": which, "way": way, "copies": copies}
    work.about("site", work.site_id)
