"""What passes between the demonstration's offices before today: somebody who moved, somebody registered twice, a phone
written down at two places, lines of the central, a stick that was lost."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from clinic_desktop.app.clinic import OpenClinic
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.bundles.queries import carried
from clinic_desktop.features.bundles.queries import likely as alike
from clinic_desktop.features.bundles.queries import sharing as shared
from clinic_desktop.features.bundles.service import carrying, likely, losing, messages, sharing
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk, text_version
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import consents, linking, registering
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.work import Reading, Work

CAME_TWICE = 4
"""People of the first clinic who are registered at the second too."""
SAID_THE_SAME = 2
"""Of them, those of whom the central has said so; one of these goes to both clinics."""
PHONES = ("5018-2244", "5018-2245")
NO_ROAD = "El camino a Sololá está cortado: la memoria sale el jueves."
NOBODY_THERE = "El viernes no hay quien reciba en la oficina. Por favor, entreguen la memoria el jueves."


def before_the_stick(first: OpenClinic, second: OpenClinic, central: OpenClinic) -> None:
    """What the clinics and the central wrote without knowing of each other."""
    met = first.vault.ask(_some_people, first.actor)
    for patient_id in met[:CAME_TWICE]:
        known = first.vault.ask(partial(people.details, patient_id=patient_id), first.actor).details
        second.vault.do(
            partial(_register_again, details=replace(known, folder_number="", community_id="")), second.actor
        )
    for office, phone in zip((first, central), PHONES, strict=True):
        office.vault.do(partial(_write_phone, patient_id=met[CAME_TWICE], phone=phone), office.actor)
    second.vault.do(partial(_write_line, to_site_id="", words=NO_ROAD), second.actor)


def at_the_central(first: OpenClinic, second: OpenClinic, central: OpenClinic) -> None:
    """After the sticks were taken in: who is registered twice, one of them sent on, and a line for the clinics."""
    finish(likely.look(central.vault, central.actor))
    pairs = central.vault.ask(alike.pairs, central.actor)
    for one, other in pairs[:SAID_THE_SAME]:
        said = partial(linking.say_same, first=PatientId(one), second=PatientId(other))
        central.vault.do(said, central.actor)
    ready = [one for one in central.vault.ask(shared.shared_records, central.actor) if one.step is shared.Step.READY]
    for one in ready[:1]:
        sending = partial(
            sharing.share, share_id=new_id(), patient_id=one.patient_id, to_site_id=one.to_site_id,
            consent_id=one.consent_id,
        )  # fmt: skip
        central.vault.do(sending, central.actor)
    for site_id in (first.vault.place.site_id, second.vault.place.site_id):
        central.vault.do(partial(_write_line, to_site_id=site_id, words=NOBODY_THERE), central.actor)


def lose_a_stick(clinic: OpenClinic, folder: Path) -> None:
    """A copy that never arrived: somebody says so, and what it carried waits for the next one."""
    made = finish(carrying.export(clinic.vault, clinic.actor, folder=folder))
    assert made is not None, "nobody stops it"
    made.path.unlink()
    newest = clinic.vault.ask(carried.carried, clinic.actor)[0]
    clinic.vault.do(partial(losing.stick_is_lost, log_key=newest.log_key), clinic.actor)


def _some_people(reading: Reading) -> list[PatientId]:
    rows = reading.all(
        sa.select(Patient.id)
        .where(Patient.family_name.is_not(None), Patient.voided_at.is_(None), Patient.restricted.is_not(True))
        .where(Patient.died_on.is_(None), Patient.birth_date.is_not(None), Patient.unidentified.is_not(True))
        .order_by(Patient.id)
        .limit(CAME_TWICE + 1)
    )
    return [PatientId(row[0]) for row in rows]


def _register_again(work: Work, details: Details) -> None:
    patient_id = PatientId(_id(work))
    registering.register(work, patient_id, details)
    talk = Talk(
        decided_on=work.today,
        way=ConsentWay.SIGNATURE,
        language_code=details.language_code,
        read_aloud=True,
        said_back=True,
        witness="",
        witness_is_of_clinic=False,
        text_version=text_version(),
    )
    said = [Said(ConsentPurpose.CARE, yes=True), Said(ConsentPurpose.OUR_CLINIC, yes=True)]
    consents.record_answers(work, _id(work), patient_id, said, talk)


def _write_phone(work: Work, patient_id: PatientId, phone: str) -> None:
    seen = people.details(work, patient_id).details
    registering.correct(work, patient_id, seen=seen, to=replace(seen, phone=phone))


def _write_line(work: Work, to_site_id: str, words: str) -> None:
    messages.send(work, _id(work), to_site_id, words)


def _id(work: Work) -> str:
    return new_id(unix_ms(work.now))
