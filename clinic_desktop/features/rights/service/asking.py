"""Keeping what somebody answered to the four questions. Whoever treated the person that day does not ask."""

from datetime import date

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.naming import clean, clean_line
from clinic_desktop.features.rights.queries.answers import treated_by
from clinic_desktop.features.rights.records import RightsAnswer
from clinic_desktop.features.rights.rules.asking import QUESTIONS, Answers, NotByThePrescriber
from clinic_desktop.features.rights.rules.kinds import InTheFuture
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def keep_answers(
    work: Work,
    answer_id: str,
    patient_id: str,
    answers: Answers,
    *,
    by_the_person: bool = False,
    asked_on: date | None = None,
    language_code: str = "",
    interpreter_name: str = "",
) -> None:
    """Keep one asking. The same `answer_id` twice keeps it once.

    Refused for whoever wrote or prescribed for the person that day, unless the person filled it in alone.
    """
    work.require(Permission.ASK_RIGHTS)
    restricted.must_open(work, patient_id)
    if work.session.get(RightsAnswer, answer_id) is not None:
        return
    day = asked_on or work.today
    if day > work.today:
        raise InTheFuture()
    if not by_the_person and work.actor.staff_id in treated_by(work, patient_id, day):
        raise NotByThePrescriber()
    answers.check()
    work.add(
        RightsAnswer(
            id=answer_id,
            patient_id=patient_id,
            asked_on=day,
            **{question.name: answers.of(question.name) for question in QUESTIONS},
            words=clean(answers.words) or None,
            by_the_person=by_the_person,
            language_code=language_code or None,
            interpreter_name=clean_line(interpreter_name) or None,
            asked_by_id=work.actor.staff_id,
            asked_by_name=staff.name_of(work, work.actor.staff_id) or work.actor.name,
        )
    )
    work.about(RightsAnswer.__tablename__, answer_id)
