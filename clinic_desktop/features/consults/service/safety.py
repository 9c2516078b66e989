"""What a prescriber answered to a note of safety; called by the signing of a note, inside its transaction."""

from collections.abc import Sequence

from clinic_desktop.features.consults.records.findings import SafetyAnswer
from clinic_desktop.features.consults.rules.safety import GivenAnswer
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def keep_safety_answers(work: Work, answers: Sequence[GivenAnswer], *, patient_id: str, note_id: str | None) -> None:
    """Each under the id that the form drew; the same id twice is kept once."""
    work.require(Permission.PRESCRIBE)
    restricted.must_open(work, patient_id)
    for answer in answers:
        if work.session.get(SafetyAnswer, answer.answer_id) is None:
            work.add(
                SafetyAnswer(
                    id=answer.answer_id, patient_id=patient_id, note_id=note_id, rule_code=answer.rule_code,
                    about=answer.about, reason=answer.reason.strip() or None, answered_on=work.today,
                    by_id=work.actor.staff_id, by_name=work.actor.name,
                )
            )  # fmt: skip
