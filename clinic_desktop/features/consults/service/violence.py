"""That violence at home was asked about, alone, and what was said."""

from clinic_desktop.features.consults.records.findings import ViolenceAnswer
from clinic_desktop.features.consults.rules.violence import ViolenceTold, check
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def keep_violence_answer(
    work: Work,
    told: ViolenceTold,
    *,
    answer_id: str,
    patient_id: str,
    encounter_id: str | None = None,
    amends_id: str | None = None,
) -> None:
    """Keep it under an id that the form drew; a correction names the answer it corrects."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    check(told)
    if work.session.get(ViolenceAnswer, answer_id) is not None:
        return
    work.add(
        ViolenceAnswer(
            id=answer_id, patient_id=patient_id, encounter_id=encounter_id, asked_on=work.today, answer=told.answer,
            asked_alone=told.asked_alone, wants_help=told.wants_help, amends_id=amends_id,
            by_id=work.actor.staff_id,
        )
    )  # fmt: skip
