"""The list of communities: what is one place, who may change it, and under which name its people are found."""

from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.app.demo.people import Region, invent
from clinic_desktop.features.patients.queries import communities as queries
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.queries.search import find as find_people
from clinic_desktop.features.patients.records import Community
from clinic_desktop.features.patients.rules import communities as rules
from clinic_desktop.features.patients.rules.communities import PlaceRow, holders, likely_same, read_minutes
from clinic_desktop.features.patients.service import communities as service
from clinic_desktop.features.patients.service import filing, registering
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor, ChangedMeanwhile, Work
from tests.exchange.conftest import make, network, saved_network
from tests.patients.conftest import TODAY

__all__ = ["make", "network", "saved_network"]
NEBAJ, CHAJUL = "1413", "1405"
OTHER_SITE = "0193a000-0000-7000-8000-0000000000ff"


@pytest.fixture
def add(do):
    return lambda name, town=NEBAJ, minutes=None: do(
        partial(service.add_community, name=name, municipality_code=town, minutes=minutes)
    )


@pytest.fixture
def lines(ask):
    return lambda: {line.name: line for line in ask(queries.listed)}


def of_another_clinic(work: Work, name: str = "Pulay") -> str:
    row_id = rules.community_id(OTHER_SITE, name, NEBAJ)
    row = Community(id=row_id, name=name, municipality_code=NEBAJ, origin_site_id=OTHER_SITE)
    return work.add(row).id


def found(ask, words):
    return [hit.said for hit in ask(partial(find_people, words=words))]


# -- which rows are one place

IDS = [f"row-{n}" for n in range(6)]
ROWS = st.lists(
    st.builds(
        PlaceRow,
        community_id=st.sampled_from(IDS),
        name=st.sampled_from(["Pulay", "PULÁY", "Acul", "Tzalbal"]),
        municipality_code=st.sampled_from([NEBAJ, CHAJUL]),
        same_as_id=st.none() | st.sampled_from([*IDS, "gone"]),
        retired=st.booleans(),
    ),
    unique_by=lambda row: row.community_id,
)


@given(ROWS)
def test_every_row_has_one_holder_and_a_holder_holds_for_itself_however_the_rows_point(rows):
    held = holders(rows)
    assert set(held) == {row.community_id for row in rows}
    assert all(held[holder] == holder for holder in held.values())


@given(ROWS, st.randoms())
def test_every_laptop_sees_the_same_places_in_whatever_order_the_rows_came(rows, rng):
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert holders(shuffled) == holders(rows)


@given(ROWS)
def test_one_name_in_one_municipality_is_listed_once_and_what_was_said_the_same_is_one(rows):
    held, known = holders(rows), {row.community_id: row for row in rows}
    shown = [(known[one].municipality_code, known[one].name.casefold().replace("á", "a")) for one in set(held.values())]
    assert len(shown) == len(set(shown))
    for row in rows:
        if row.same_as_id in known:
            assert held[row.community_id] == held[row.same_as_id]


def test_places_that_sound_alike_are_proposed_as_one_and_only_within_a_municipality():
    rows = [
        PlaceRow("a", "Chuacruz", NEBAJ), PlaceRow("b", "Cantón Chuacrus", NEBAJ),
        PlaceRow("c", "Chuacruz", CHAJUL), PlaceRow("d", "Pulay", NEBAJ),
    ]  # fmt: skip
    assert likely_same(rows) == {"a": "b", "b": "a"}


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("90", 90), ("90 min", 90), ("1:30", 90), ("0", None), ("1:75", None), ("-5", None), ("mucho", None), ("", None),
     ("99999", None), ("٣", None)],
)  # fmt: skip
def test_minutes_are_read_as_people_write_them(typed, minutes):
    assert read_minutes(typed) == minutes


# -- the list


def test_a_place_is_listed_with_its_minutes_and_how_many_people_live_there(add, register, lines):
    add("Pulay", minutes=90)
    add("Acul")
    for n in range(3):
        register(f"Coj, Ana{n}", "20", community="pulay", municipality_code=NEBAJ)
    pulay = lines()["Pulay"]
    assert (pulay.people, pulay.minutes_to_clinic, pulay.said, pulay.ours) == (3, 90, "Pulay, Santa María Nebaj", True)
    assert lines()["Acul"].people == 0


def test_adding_twice_adds_once_and_keeps_what_was_there(add, lines):
    assert add("Pulay", minutes=90) == add("  PULÁY ", minutes=15)
    assert lines()["Pulay"].minutes_to_clinic == 90


def test_a_place_needs_a_name_and_a_municipality_of_the_list(add):
    with pytest.raises(service.CommunityNameMissing):
        add(" . ")
    with pytest.raises(service.MunicipalityMissing):
        add("Pulay", "")


def test_the_name_is_text_whatever_stands_in_it(add, lines):
    add("<b>Pulay</b> 'OR 1=1 😀")
    assert "<b>Pulay</b> 'OR 1=1 😀" in lines()


def test_after_renaming_people_are_found_under_the_new_name_and_their_own_words_stay(add, register, do, ask):
    place = add("Pulai")
    maria = register("Tzoc, María", "20", community="Pulai", municipality_code=NEBAJ)
    do(partial(service.rename, community_id=place, name="Pulay Grande", seen="Pulai"))
    assert found(ask, "tzoc grande") == ["TZOC, María"]
    assert ask(partial(people.details, patient_id=maria)).details.community == "Pulai"


def test_renaming_what_somebody_renamed_meanwhile_is_refused_and_a_name_that_is_taken_too(add, do):
    place = add("Pulai")
    add("Acul")
    with pytest.raises(ChangedMeanwhile):
        do(partial(service.rename, community_id=place, name="Pulay", seen="Pulaj"))
    with pytest.raises(service.CommunityNameTaken):
        do(partial(service.rename, community_id=place, name="ACÚL", seen="Pulai"))


def test_writing_the_old_name_of_a_renamed_place_gives_that_place(add, do):
    place = add("Pulai")
    do(partial(service.rename, community_id=place, name="Pulay Grande", seen="Pulai"))
    assert add("Pulai") == place


def test_two_that_are_one_place_are_listed_as_one_and_undone_they_are_two(add, register, do, ask, lines):
    wrong, right = add("Pulai"), add("Pulay")
    register("Tzoc, María", "20", community="Pulai", municipality_code=NEBAJ)
    register("Coj, Ana", "20", community="Pulay", municipality_code=NEBAJ)
    assert lines()["Pulai"].like == "Pulay"
    joined = do(partial(service.say_same, community_id=wrong, as_id=right))
    assert set(lines()) == {"Pulay"} and lines()["Pulay"].people == 2
    assert [choice.name for choice in ask(partial(queries.find, typed="pulai"))] == ["Pulay"]
    do(partial(service.take_apart, joined=joined))
    assert {name: line.people for name, line in lines().items()} == {"Pulai": 1, "Pulay": 1}


def test_people_of_a_joined_place_are_found_under_the_name_that_holds_however_long_the_chain(add, register, do, ask):
    first, second, third = add("Chuacorral"), add("Xolcuay"), add("Tzalbal")
    register("Tzoc, María", "20", community="Chuacorral", municipality_code=NEBAJ)
    do(partial(service.say_same, community_id=first, as_id=second))
    do(partial(service.say_same, community_id=second, as_id=third))
    assert found(ask, "tzoc tzalbal") == ["TZOC, María"]
    assert [hit.place for hit in ask(partial(find_people, words="tzoc"))] == ["Santa María Nebaj, Tzalbal"]


def test_a_place_cannot_be_the_same_as_itself_nor_turn_in_a_ring(add, do):
    first, second = add("Pulai"), add("Pulay")
    do(partial(service.say_same, community_id=first, as_id=second))
    for one, other in ((first, first), (second, first), (first, second)):
        with pytest.raises(service.SamePlace):
            do(partial(service.say_same, community_id=one, as_id=other))


def test_two_laptops_that_each_said_it_of_the_other_still_show_one_place(add, do, lines):
    first, second, third = add("Pulai"), add("Pulay"), add("Acul")
    do(lambda work: [_point(work, first, second), _point(work, second, first)])
    assert len(lines()) == 2
    do(partial(service.say_same, community_id=third, as_id=first))
    assert len(lines()) == 1


def _point(work, row_id, as_id):
    work.load(Community, row_id).same_as_id = as_id


def test_a_retired_place_is_offered_no_more_and_comes_back(add, do, ask, lines):
    place = add("Pulay")
    do(partial(service.retire, community_id=place))
    assert lines() == {} and ask(partial(queries.find, typed="pul")) == ()
    do(partial(service.use_again, community_id=place))
    assert "Pulay" in lines()
    do(partial(service.retire, community_id=place))
    assert add("pulay") == place and "Pulay" in lines()


def test_registering_under_a_name_that_was_joined_gives_the_place_that_holds(add, register, do, lines):
    wrong, right = add("Pulai"), add("Pulay")
    do(partial(service.say_same, community_id=wrong, as_id=right))
    register("Tzoc, María", "20", community="Pulai", municipality_code=NEBAJ)
    assert lines()["Pulay"].people == 1


def test_minutes_are_kept_within_reason_and_taken_back(add, do, lines):
    place = add("Pulay")
    do(partial(service.set_minutes, community_id=place, minutes=120, seen=None))
    assert lines()["Pulay"].minutes_to_clinic == 120
    with pytest.raises(service.MinutesOutOfReach):
        do(partial(service.set_minutes, community_id=place, minutes=5000, seen=120))
    do(partial(service.set_minutes, community_id=place, minutes=None, seen=120))
    assert lines()["Pulay"].minutes_to_clinic is None


# -- whose row it is


def test_a_place_that_another_clinic_wrote_is_seen_and_not_changed(do, add, lines):
    other = do(of_another_clinic)
    own = add("Acul")
    assert not lines()["Pulay"].ours
    for deed in (
        partial(service.rename, community_id=other, name="Pulay Grande", seen="Pulay"),
        partial(service.set_minutes, community_id=other, minutes=30, seen=None),
        partial(service.say_same, community_id=other, as_id=own),
        partial(service.retire, community_id=other),
    ):
        with pytest.raises(service.OfAnotherClinic):
            do(deed)
    do(partial(service.say_same, community_id=own, as_id=other))
    assert set(lines()) == {"Pulay"}


def test_whoever_only_sees_people_sees_the_list_and_changes_nothing(vault, add):
    place = add("Pulay")
    looker = Actor(new_id(), "Ana", frozenset({Permission.SEE_PATIENTS}))
    assert len(vault.ask(queries.listed, looker)) == 1
    with pytest.raises(NotAllowed):
        vault.do(partial(service.retire, community_id=place), looker)


def test_the_people_of_the_demonstration_live_in_places_of_the_list(do, ask):
    rng = Random(3)
    for _ in range(12):
        person = invent(rng, Region(("0710", "0709"), "cak", "P"), TODAY)
        do(partial(registering.register, patient_id=PatientId(new_id()), details=person))
    lines = ask(queries.listed)
    assert sum(line.people for line in lines) == 12
    assert {line.municipality_code for line in lines} <= {"0710", "0709"}


# -- between clinics


def test_two_clinics_that_added_the_same_place_show_one_at_the_central_office_which_may_change_it(network):
    names = ("Pulay", "PULÁY")
    for clinic, name in zip(network.clinics[:2], names, strict=True):
        clinic.do(partial(service.add_community, name=name, municipality_code=NEBAJ))
    network.round()
    central = network.central
    (line,) = central.ask(queries.listed)
    assert line.ours and central.sql("SELECT count(*) FROM community") == [(2,)]
    central.do(partial(service.rename, community_id=line.community_id, name="Pulay Grande", seen=line.name))
    assert [line.name for line in central.ask(queries.listed)] == ["Pulay Grande"]
    network.round()
    network.round()
    assert [clinic.ask(queries.listed)[0].name for clinic in network.clinics[:2]] == ["Pulay Grande"] * 2


def test_after_a_merge_people_are_filed_under_the_name_that_came(do, add, register, ask):
    place = add("Pulai")
    register("Tzoc, María", "20", community="Pulai", municipality_code=NEBAJ)
    do(lambda work: setattr(work.load(Community, place), "name", "Chuatuj"))
    do(partial(filing.after_merge, changed={"community": [place]}))
    assert found(ask, "tzoc chuatuj") == ["TZOC, María"]
