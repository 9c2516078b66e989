"""All that the room of rights can hold of somebody, for the tests that look for what is told of a person."""

from datetime import date
from functools import partial
from typing import Any

from clinic_desktop.features.rights.rules.asking import Answers
from clinic_desktop.features.rights.rules.coercion import Told
from clinic_desktop.features.rights.rules.disclosures import Given
from clinic_desktop.features.rights.rules.kinds import CoercionKind, DisclosureKind
from clinic_desktop.features.rights.rules.wishes import Decision, Wishes
from clinic_desktop.features.rights.service import asking, coercion, complaints, disclosures, wishes
from clinic_desktop.kernel.ids import new_id


def tell_of_rights(do: Any, patient_id: str, name: str, words: str, today: date) -> dict[str, str]:
    """Each kind of row once, with these words and this name in every field that holds any; the ids by their names."""
    event_id, complaint_id = new_id(), new_id()
    force = partial(coercion.record_event, event_id=event_id, patient_id=patient_id, kind=CoercionKind.CHAINED)
    do(partial(force, told=Told(name, name, words, words), next_visit_on=today))
    complain = partial(complaints.take_complaint, complaint_id=complaint_id, patient_id=patient_id, words=words)
    do(partial(complain, from_whom=name))
    keep = partial(asking.keep_answers, answer_id=new_id(), patient_id=patient_id)
    do(partial(keep, answers=Answers(words=words), by_the_person=True))
    wanted, decided = Wishes(words, words, name), Decision(decision=words, supporter_name=name)
    do(partial(wishes.keep_wishes, wishes_id=new_id(), patient_id=patient_id, wishes=wanted))
    do(partial(wishes.keep_decision, decision_id=new_id(), patient_id=patient_id, decision=decided))
    given = Given(DisclosureKind.AUTHORITY, today, name, words, words, coordinator_told=True)
    do(partial(disclosures.record_disclosure, disclosure_id=new_id(), patient_id=patient_id, given=given))
    return {"event_id": event_id, "complaint_id": complaint_id}
