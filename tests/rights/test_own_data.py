"""Mis datos: all that is written of a person, in plain words, without what was told apart unless asked for alone."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, Diagnosis
from clinic_desktop.features.consults.rules.scoring import GivenScale, HowGiven
from clinic_desktop.features.consults.rules.sections import SECTIONS
from clinic_desktop.features.consults.rules.violence import ViolenceSaid, ViolenceTold
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.consults.service.violence import keep_violence_answer
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.service import registering, restricting
from clinic_desktop.features.rights.letters.own_data import own_data_paper
from clinic_desktop.features.rights.letters.sheets import leaflet, question_sheet
from clinic_desktop.features.rights.letters.wishes import wishes_paper
from clinic_desktop.features.rights.rules.disclosures import Given
from clinic_desktop.features.rights.rules.kinds import DisclosureKind
from clinic_desktop.features.rights.rules.wishes import Wishes
from clinic_desktop.features.rights.service import disclosures, wishes
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.printing.reading import texts
from tests.rights.conftest import People, register

APART = next(code for code, section in SECTIONS.items() if section.restricted)
SECRET = "Su hermano le contó de la milpa robada"
ON_EVERY_ONE = "Who wants it asks for it alone."
TODAY = date(2026, 11, 23)


def paper(ask: Any, patient_id: str, *, whole: bool = False) -> str:
    return "\n".join(texts(ask(lambda asker: own_data_paper(asker, patient_id, whole).pdf())))


def in_words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def written(do: Any, patient_id: PatientId) -> None:
    came = do(partial(agenda.arrive, patient_id=patient_id, new_appointment_id=new_id()))
    opening = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id, appointment_id=came)
    encounter_id = do(opening)
    note = signing.Written(
        "follow-up",
        sections={"plan": "Caminar cada día </para> & <b>", APART: SECRET},
        scales=(GivenScale(new_id(), "phq9", dict.fromkeys(range(1, 10), 1) | {9: 0}),),
        conditions=(ConditionChange(Diagnosis("F32.1", "Depresión moderada", "")),),
    )
    do(partial(signing.sign_note, encounter_id=encounter_id, note_id=new_id(), written=note, confirmed=True))
    do(partial(registering.look, patient_id=patient_id))


@pytest.mark.usefixtures("written")
def test_it_says_what_is_written_in_words_and_no_code_alone(ask: Any, patient_id: str) -> None:
    said = in_words(paper(ask, patient_id))
    for words in ("Caminar cada día </para> & <b>", "Depresión moderada, presumptive, active", "Seen", "23-nov-2026"):
        assert words in said
    assert "F32.1" not in said
    assert "phq9" not in said
    assert ": 8 · " in said
    assert "Who opened your record on this computer" in said


@pytest.mark.usefixtures("written")
def test_what_was_told_apart_is_there_only_when_asked_for_alone(ask: Any, patient_id: str) -> None:
    usual, whole = in_words(paper(ask, patient_id)), in_words(paper(ask, patient_id, whole=True))
    assert SECRET not in usual
    assert SECRET in whole
    assert ON_EVERY_ONE not in whole


def test_the_usual_paper_does_not_tell_that_there_is_more(do: Any, ask: Any) -> None:
    """Whoever reads it at home learns neither that violence was told of nor that a fuller paper was made."""
    with_it, without = register(do, "Ana", "Pu"), register(do, "Eva", "Pu")
    told = ViolenceTold(ViolenceSaid.YES, asked_alone=True)
    do(partial(keep_violence_answer, told=told, answer_id=new_id(), patient_id=with_it))
    report = Given(DisclosureKind.DUTY, TODAY, SECRET, given=SECRET, coordinator_told=True)
    do(partial(disclosures.record_disclosure, disclosure_id=new_id(), patient_id=with_it, given=report))
    print_it = partial(disclosures.own_data_printed, patient_id=with_it, way="printer", copies=1)
    do(partial(print_it, disclosure_id=new_id(), whole=True))
    usual, other = in_words(paper(ask, with_it)), in_words(paper(ask, without))
    assert ON_EVERY_ONE in usual
    assert ON_EVERY_ONE in other
    for words in (SECRET, "violence", "Told in confidence", "asked for alone", "Report that the law asks for"):
        assert words not in usual
    assert "Own data given to the person" in usual
    assert SECRET in in_words(paper(ask, with_it, whole=True))


def test_points_read_through_an_interpreter_say_so(do: Any, ask: Any, patient_id: str) -> None:
    came = do(partial(agenda.arrive, patient_id=PatientId(patient_id), new_appointment_id=new_id()))
    opening = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id, appointment_id=came)
    answers = dict.fromkeys(range(1, 8), 1)
    scale = GivenScale(new_id(), "gad7", answers, HowGiven.INTERPRETER, "ixl", "Rosa", read_by="Rosa")
    note = signing.Written("follow-up", sections={"plan": "Caminar"}, scales=(scale,))
    do(partial(signing.sign_note, encounter_id=do(opening), note_id=new_id(), written=note, confirmed=True))
    said = "mild · read through an interpreter, not validated in ixil"
    assert said in in_words(paper(ask, patient_id))


def test_a_record_with_nothing_in_it_prints_too(ask: Any, patient_id: str) -> None:
    said = paper(ask, patient_id)
    assert "CHAVAJAY, Juana" in said
    assert "Your medicines" not in said


def test_any_length_prints(do: Any, ask: Any, patient_id: str) -> None:
    long = "Quiero sentarme en el patio con mi hermana y que nadie grite. " * 330
    do(partial(wishes.keep_wishes, wishes_id=new_id(), patient_id=patient_id, wishes=Wishes(long, "Policía")))
    pages = texts(ask(lambda asker: own_data_paper(asker, patient_id).pdf()))
    assert len(pages) > 2
    assert "Policía" in pages[-1] or "Policía" in pages[-2]
    small = texts(ask(lambda asker: wishes_paper(asker, patient_id).pdf()))
    assert "crisis" not in small[0]


def test_who_reads_no_chart_prints_nobodys_data_and_a_reserved_record_stays_closed(
    vault: Vault, do: Any, people: People, patient_id: str
) -> None:
    for actor in (people.reception, people.coordinator):
        with pytest.raises(NotAllowed):
            vault.ask(lambda asker: own_data_paper(asker, patient_id), actor)
    do(partial(restricting.restrict, patient_id=patient_id, reason="Trabaja aquí"))
    nurse = Actor(new_id(), "Enfermera", people.psychiatrist.permissions - {Permission.OPEN_RESTRICTED})
    with pytest.raises(restricted.ReservedRecord):
        vault.ask(lambda asker: own_data_paper(asker, patient_id), nurse)


def test_the_leaflet_and_the_sheet_name_nobody_and_no_illness(ask: Any, patient_id: str) -> None:
    for made in (leaflet, question_sheet):
        said = "\n".join(texts(ask(lambda asker, made=made: made(asker).pdf()))).casefold()
        assert "chavajay" not in said
        assert "mental" not in said
        assert "psiq" not in said
