"""Registering, correcting and taking back, on a real vault."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.rules.ages import Birth, BornInTheFuture, TooOld
from clinic_desktop.features.patients.rules.patient import AllergyStatus, Details, LinkKind, NameMissing
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import linking
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.numbers import is_whole
from clinic_desktop.storage.work import Actor, ChangedMeanwhile, ReasonMissing
from tests.patients.conftest import details

MARIA = details(
    "Tzoc Pérez, María Ixchel",
    "14/7/87",
    sex=Sex.FEMALE,
    municipality_code="1413",
    community="Pulay",
    language_code="ixl",
    needs_interpreter=True,
    phone="5512 4433",
    national_id_kind="GT_CUI",
    national_id="5260181510701",
    contact_name="Juana Pérez",
    mother_name="Juana Pérez",
    folder_number="A-17",
)


def of(ask, patient_id):
    return ask(lambda r: queries.details(r, patient_id))


def test_a_registered_person_gets_a_number_with_its_check_sign_and_keeps_all_that_was_written(do, ask):
    made = do(partial(service.register, patient_id=PatientId(new_id()), details=MARIA))
    assert made.number.startswith("PRU-") and is_whole(made.number)
    known = of(ask, made.patient_id)
    assert replace(known.details, community_id="") == MARIA
    header = ask(lambda r: queries.header(r, made.patient_id))
    assert header.said == "TZOC PÉREZ, María Ixchel"
    assert (header.born, header.place) == ("14-jul-1987 (39 y)", "Santa María Nebaj, Pulay")
    assert (header.language, header.needs_interpreter) == ("Ixil", True)
    assert header.allergy_status is AllergyStatus.NOT_RECORDED


def test_a_second_enter_registers_nobody_again(do, ask):
    patient_id = PatientId(new_id())
    first = do(partial(service.register, patient_id=patient_id, details=MARIA))
    again = do(partial(service.register, patient_id=patient_id, details=MARIA, arrived=True))
    assert (again.number, again.again) == (first.number, True)
    assert ask(queries.count) == 1


def test_an_arrival_is_handed_on_in_the_same_transaction(do, ask, monkeypatch):
    arrived = []
    monkeypatch.setattr(service, "after_registering", (lambda work, patient_id: arrived.append(patient_id),))
    patient_id = PatientId(new_id())
    do(partial(service.register, patient_id=patient_id, details=MARIA, arrived=True))
    assert arrived == [patient_id]

    def fails(work, patient_id):
        raise NameMissing()

    monkeypatch.setattr(service, "after_registering", (fails,))
    with pytest.raises(NameMissing):
        do(partial(service.register, patient_id=PatientId(new_id()), details=MARIA, arrived=True))
    assert ask(queries.count) == 1


def test_one_name_is_enough_and_none_is_refused(do, register):
    register("Coj")
    register(", Ana")
    do(partial(service.register, patient_id=PatientId(new_id()), details=Details(known_as="doña Tonita")))
    with pytest.raises(NameMissing):
        do(partial(service.register, patient_id=PatientId(new_id()), details=Details(given_names="  ", community="x")))


def test_a_birth_that_cannot_be_is_refused(do):
    for day, error in ((PartialDate(2027), BornInTheFuture), (PartialDate(1850), TooOld)):
        wrong = replace(MARIA, birth=Birth(day))
        with pytest.raises(error):
            do(partial(service.register, patient_id=PatientId(new_id()), details=wrong))


def test_a_correction_changes_what_was_changed_and_the_search_follows(do, ask, register):
    patient_id = register("Tzok Pérez, María", "~39")
    seen = of(ask, patient_id).details
    assert do(partial(service.correct, patient_id=patient_id, seen=seen, to=replace(seen, family_name="Tzoc")))
    assert of(ask, patient_id).details == replace(seen, family_name="Tzoc")
    assert [f.said for f in ask(lambda r: finding.find(r, "tzoc"))] == ["TZOC PÉREZ, María"]
    same = of(ask, patient_id).details
    assert not do(partial(service.correct, patient_id=patient_id, seen=same, to=same))


def test_two_corrections_of_one_field_meet_and_the_second_is_told(do, ask, register):
    patient_id = register("Tzoc, María")
    seen = of(ask, patient_id).details
    do(partial(service.correct, patient_id=patient_id, seen=seen, to=replace(seen, phone="55124433")))
    do(partial(service.correct, patient_id=patient_id, seen=seen, to=replace(seen, community="Pulay")))
    with pytest.raises(ChangedMeanwhile) as told:
        do(partial(service.correct, patient_id=patient_id, seen=seen, to=replace(seen, phone="44556677")))
    assert told.value.fields == ("phone",)
    assert of(ask, patient_id).details == replace(seen, phone="55124433", community="Pulay")


def test_a_voided_registration_is_found_no_more_and_stays_readable(do, ask, register):
    patient_id = register("Tzoc, María")
    with pytest.raises(ReasonMissing):
        do(partial(service.void_registration, patient_id=patient_id, reason=" "))
    do(partial(service.void_registration, patient_id=patient_id, reason="registrada dos veces"))
    assert ask(lambda r: finding.find(r, "tzoc")) == ()
    assert ask(queries.count) == 0
    assert of(ask, patient_id).void_reason == "registrada dos veces"


def test_a_person_with_records_is_not_taken_back(do, ask, register, monkeypatch):
    patient_id = register("Tzoc, María")
    monkeypatch.setattr(service, "records_elsewhere", (lambda asker, who: None, lambda asker, who: "3 consultations"))
    with pytest.raises(service.HasRecords) as refused:
        do(partial(service.void_registration, patient_id=patient_id, reason="x"))
    assert "3 consultations" in refused.value.sentence()


def test_a_death_is_noted_as_well_as_it_is_known_and_can_be_taken_back(do, ask, register):
    patient_id = register("Tzoc, María")
    do(partial(service.mark_died, patient_id=patient_id, died_on=PartialDate(2026, 10)))
    assert of(ask, patient_id).died_on == PartialDate(2026, 10)
    assert ask(lambda r: finding.find(r, "tzoc"))[0].died
    with pytest.raises(service.DiedInTheFuture):
        do(partial(service.mark_died, patient_id=patient_id, died_on=PartialDate(2026, 12)))
    do(partial(service.mark_died, patient_id=patient_id, died_on=None, seen=PartialDate(2026, 10)))
    assert of(ask, patient_id).died_on is None


def test_allergies_have_four_states_and_the_list_always_wins(do, ask, register):
    patient_id = register("Tzoc, María")
    do(partial(service.set_allergy_status, patient_id=patient_id, status=AllergyStatus.NONE_KNOWN))
    assert of(ask, patient_id).allergy_status is AllergyStatus.NONE_KNOWN
    allergy = do(partial(service.add_allergy, patient_id=patient_id, substance="Penicilina"))
    assert do(partial(service.add_allergy, patient_id=patient_id, substance="penicilina ")) == allergy
    header = ask(lambda r: queries.header(r, patient_id))
    assert (header.allergy_status, header.allergies) == (AllergyStatus.KNOWN, ("Penicilina",))
    with pytest.raises(service.AllergiesOnTheList):
        do(partial(service.set_allergy_status, patient_id=patient_id, status=AllergyStatus.NONE_KNOWN))
    do(partial(service.void_allergy, allergy_id=allergy, reason="era otra persona"))
    assert of(ask, patient_id).allergy_status is AllergyStatus.NOT_RECORDED
    with pytest.raises(service.SubstanceMissing):
        do(partial(service.add_allergy, patient_id=patient_id, substance=" . "))


def test_that_it_is_another_person_is_kept_and_not_asked_again(do, ask, register):
    known = register("Tzoc Pérez, María", "1987", community="Pulay", municipality_code="1413")
    new = details("Tzoc Pérez, María", "1987", community="Pulay", municipality_code="1413")
    patient_id = PatientId(new_id())
    assert [s.patient_id for s in ask(lambda r: likely.similar(r, new))] == [known]
    do(partial(service.register, patient_id=patient_id, details=new, different_from=(known,)))
    assert ask(lambda r: likely.similar(r, new, but=patient_id)) == ()
    link = ask(lambda r: likely.links(r, known))[0]
    assert (link.other_id, link.kind) == (patient_id, LinkKind.DIFFERENT)
    do(partial(linking.undo_link, link_id=link.link_id, reason="me equivoqué"))
    assert ask(lambda r: likely.links(r, patient_id)) == ()
    assert [s.patient_id for s in ask(lambda r: likely.similar(r, new, but=patient_id))] == [known]
    with pytest.raises(linking.SamePerson):
        do(partial(linking.say_same, first=known, second=known))


def test_who_may_only_look_registers_nobody(vault, register):
    patient_id = register("Tzoc, María")
    reader = Actor(new_id(), "Lectora", frozenset({Permission.SEE_PATIENTS}))
    nobody = Actor(new_id(), "Nadie", frozenset())
    assert vault.ask(lambda r: finding.find(r, "tzoc"), reader)
    for use_case in (
        partial(service.register, patient_id=PatientId(new_id()), details=MARIA),
        partial(service.void_registration, patient_id=patient_id, reason="x"),
        partial(service.add_allergy, patient_id=patient_id, substance="x"),
        partial(service.mark_died, patient_id=patient_id, died_on=None),
    ):
        with pytest.raises(NotAllowed):
            vault.do(use_case, reader)
    with pytest.raises(NotAllowed):
        vault.ask(lambda r: queries.header(r, patient_id), nobody)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=200), st.text(max_size=40))
@example("0", "0.1")
@example("0", "\xad:")
@example("Ana", "1-2.3")
@example("\u200eRosa\u202e <b>", "=1+1")
def test_any_name_in_any_writing_is_stored_found_and_shown(do, ask, given_names, family_name):
    written = Details(given_names=given_names, family_name=family_name)
    patient_id = PatientId(new_id())
    try:
        do(partial(service.register, patient_id=patient_id, details=written))
    except NameMissing:
        return
    kept = of(ask, patient_id).details
    assert kept.given_names or kept.family_name
    words = f"{kept.given_names} {kept.family_name}"
    wanted = " ".join(words.split()[:3])
    assert patient_id in {found.patient_id for found in ask(lambda r: finding.find(r, wanted, limit=500))}
    assert ask(lambda r: queries.header(r, patient_id)).said
