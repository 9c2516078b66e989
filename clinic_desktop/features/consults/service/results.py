"""Keeping what came back from a laboratory."""

from datetime import date

from clinic_desktop.features.consults.queries import results as queries
from clinic_desktop.features.consults.records.findings import LabResult
from clinic_desktop.features.consults.rules.results import Result, checked, say_test
from clinic_desktop.features.consults.rules.vitals import TakenInTheFuture
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

WRITERS = (Permission.WRITE_NOTES, Permission.TAKE_VITALS)


class ResultCorrectedMeanwhile(Refused):
    text = N_("This result was corrected already. Correct its newest version.")


class ResultOfSomebodyElse(Refused):
    text = N_("This result is of another person.")


def keep_result(
    work: Work,
    *,
    result_id: str,
    patient_id: str,
    result: Result,
    taken_on: date | None = None,
    encounter_id: str | None = None,
    amends_id: str | None = None,
) -> str:
    """Keep one under an id that the form drew; the same id twice keeps it once. Returns the id.

    With `amends_id` it corrects that one, which stays readable.
    """
    work.require(*WRITERS)
    restricted.must_open(work, patient_id)
    if work.session.get(LabResult, result_id) is not None:
        return result_id
    kept, day = checked(result), taken_on or work.today
    if day > work.today:
        raise TakenInTheFuture(day=say_day(day))
    if amends_id is not None:
        if work.load(LabResult, amends_id).patient_id != patient_id:
            raise ResultOfSomebodyElse()
        if queries.is_corrected(work, amends_id):
            raise ResultCorrectedMeanwhile()
    work.add(
        LabResult(
            id=result_id, patient_id=patient_id, encounter_id=encounter_id, test_code=kept.test_code,
            # In words as well, for those who do not know the code.
            test_text=say_test(kept.test_code, kept.test_text), value_text=kept.value,
            unit_text=kept.unit or None, taken_on=day, amends_id=amends_id, by_id=work.actor.staff_id,
            by_name=work.actor.name,
        )
    )  # fmt: skip
    work.about(LabResult.__tablename__, result_id)
    return result_id
