"""Generated people could be nobody, their stories add up, and a demonstration never touches another folder."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from clinic_desktop.app.demo.history import Plan, consult_days
from clinic_desktop.app.demo.illness import COURSES, ITEMS, Burden, answer
from clinic_desktop.app.demo.marks import NotADemoFolder, mark_folder, must_be_free
from clinic_desktop.app.demo.people import Region, invent
from clinic_desktop.app.demo.sites import CLINICS
from clinic_desktop.features.consults.rules import diagnoses, scoring
from clinic_desktop.features.patients.rules.patient import must_have_name
from clinic_desktop.features.patients.rules.places import municipality
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.storage.words import check_password

REGION = Region(("0710", "0709"), "cak", "P")
TODAY = date(2026, 11, 23)


def test_the_same_seed_invents_the_same_people() -> None:
    first, again = ([invent(Random(7), REGION, TODAY) for _ in range(3)] for _ in range(2))
    assert first == again


def test_nobody_invented_has_a_number_that_could_be_somebodys() -> None:
    people = [invent(rng, REGION, TODAY) for rng in [Random(1)] for _ in range(300)]
    assert {p.national_id for p in people} == {""}
    phones = {phone for p in people for phone in (p.phone, p.contact_phone) if phone}
    assert all(phone.startswith("00") for phone in phones)
    for person in people:
        must_have_name(person)
        assert person.birth is None or person.birth.day.earliest() <= TODAY


def test_the_stories_use_the_short_list_verified_scales_and_the_demonstrated_formulary() -> None:
    products = {(row["atc"], row["strength"]) for row in read_catalog("demo_presentations")}
    short = {row["code"] for row in read_catalog("diagnosis_short_list")}
    for course in COURSES:
        assert course.code in short
        assert diagnoses.find(course.code) is not None
        assert course.scale is None or len(scoring.scale_of(course.scale).items) == ITEMS[course.scale]
        assert course.atc is None or (course.atc, course.strength) in products


@pytest.mark.parametrize("scale", sorted(ITEMS))
def test_invented_answers_are_complete_and_follow_the_burden(scale: str) -> None:
    heavy = answer(Random(3), scale, Burden(20, 2, 0.8, troubled=True))
    light = answer(Random(3), scale, Burden(3, 2, 0.8, troubled=True))
    totals = [scoring.score(scoring.scale_of(scale), given).total for given in (heavy, light)]
    assert totals[0] is not None and totals[1] is not None
    assert totals[0] > totals[1]
    assert bool(scoring.score(scoring.scale_of(scale), heavy).critical) == (scale == "phq9")
    assert not scoring.score(scoring.scale_of(scale), light).critical


def test_the_last_day_is_a_consultation_day_and_a_big_clinic_has_more_of_them() -> None:
    few = consult_days(Plan(REGION, 40, date(2026, 9, 1), TODAY, 0, 1))
    many = consult_days(Plan(REGION, 400, date(2026, 9, 1), TODAY, 0, 1))
    assert few[-1] == many[-1] == TODAY
    assert len(many) > 2 * len(few)


def test_the_clinics_of_the_demonstration_lie_where_their_names_say() -> None:
    for site in CLINICS:
        here = municipality(site.region.municipalities[0])
        assert here is not None
        assert here.department == "Sololá"
        assert here.name in site.name
        assert "demostración" in site.name


def test_the_known_password_would_be_accepted_from_anybody() -> None:
    from clinic_desktop.app.demo.team import PASSWORD

    check_password(PASSWORD)


def test_a_demonstration_goes_only_into_a_free_folder_or_over_an_older_one(tmp_path: Path) -> None:
    must_be_free(tmp_path / "new")
    old = tmp_path / "old"
    mark_folder(old)
    must_be_free(old)
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("x")
    real = tmp_path / "real"
    real.mkdir()
    (real / "vault.json").write_text("{}")
    for folder in (full, real, real / "demo", tmp_path):
        with pytest.raises(NotADemoFolder):
            must_be_free(folder)
