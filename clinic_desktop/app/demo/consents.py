"""What invented people say when they are asked for consent; some were not asked yet, some say no, as everywhere."""

from random import Random

from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk, text_version
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import consents
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.work import Work

ASKED = 0.85
SAYS_YES = {
    ConsentPurpose.CALLS: 0.93,
    ConsentPurpose.MINISTRY: 0.7,
    ConsentPurpose.DONOR_COUNTS: 0.85,
    ConsentPurpose.TEACHING: 0.6,
}
_WAYS = (ConsentWay.SIGNATURE, ConsentWay.SIGNATURE, ConsentWay.THUMBPRINT, ConsentWay.MARK)


def ask_consent(work: Work, patient_id: PatientId, told: Details, rng: Random) -> None:
    """One talk at the first visit, in the person's language."""
    if rng.random() >= ASKED:
        return
    said = [Said(ConsentPurpose.CARE, yes=True), Said(ConsentPurpose.CENTRAL, yes=True)]
    said += [Said(purpose, rng.random() < often) for purpose, often in SAYS_YES.items() if rng.random() < 0.9]
    if told.contact_name and rng.random() < 0.5:
        named = ", ".join(part for part in (told.contact_name, told.contact_kinship) if part)
        said.append(Said(ConsentPurpose.RELATIVE, yes=True, about=named))
    talk = Talk(
        decided_on=work.today,
        way=rng.choice(_WAYS),
        language_code=told.language_code,
        read_aloud=True,
        said_back=rng.random() < 0.8,
        witness=told.contact_name if rng.random() < 0.6 else "",
        witness_is_of_clinic=False,
        text_version=text_version(),
    )
    consents.record_answers(work, new_id(unix_ms(work.now)), patient_id, said, talk)
