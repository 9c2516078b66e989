"""Records of one person: joined, parted, taken back, from either side and at any clinic, with one same answer."""

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.linking import Decision, linked
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.features.patients.service import linking
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor, NotAllowed
from tests.makers.network import make_network
from tests.patients.conftest import details

RECORDS = "ABCDEF"


@st.composite
def histories(draw):
    """Decisions as clinics may have written them: an undo names an earlier row, whatever that was."""
    rows: list[Decision] = []
    for at in range(draw(st.integers(0, 14))):
        link_id = f"{at:03d}"
        kind = draw(st.sampled_from(list(LinkKind)))
        if kind is LinkKind.UNDO:
            if not rows:
                continue
            of = draw(st.sampled_from(rows))
            rows.append(Decision(link_id, kind, of.first_id, of.second_id, of.link_id))
        else:
            first, second = draw(st.permutations(RECORDS))[:2]
            rows.append(Decision(link_id, kind, first, second))
    return rows


@given(histories(), st.randoms())
def test_the_order_in_which_decisions_arrive_changes_nothing(rows, luck):
    shuffled = [*rows, *rows[:3]]
    luck.shuffle(shuffled)
    assert linked(shuffled) == linked(rows)


@given(histories(), st.sampled_from(RECORDS), st.sampled_from(RECORDS))
def test_taking_a_decision_back_restores_what_was_before(rows, first, second):
    for kind in (LinkKind.SAME, LinkKind.DIFFERENT, LinkKind.LEADS):
        said = Decision("900", kind, first, second)
        back = Decision("901", LinkKind.UNDO, first, second, "900")
        assert linked([*rows, said, back]) == linked(rows)
        again = Decision("902", LinkKind.UNDO, first, second, "901")
        assert linked([*rows, said, back, again]) == linked([*rows, said])


@given(histories())
def test_nothing_vanishes_and_nobody_is_joined_with_whom_they_are_parted_from(rows):
    known = linked(rows)
    shown = {row.link_id for row in (*known.together, *known.apart, *known.leads, *known.doubted)}
    undone = {row.undoes_id for row in rows if row.kind is LinkKind.UNDO}
    assert {row.link_id for row in rows if row.kind is not LinkKind.UNDO} - undone <= shown
    members = [record for group in known.groups for record in group.ids]
    assert len(members) == len(set(members))
    for row in known.apart:
        assert row.second_id not in known.of(row.first_id).ids
        assert row.second_id in known.parted_from(row.first_id)
    for row in known.together:
        assert known.of(row.first_id) == known.of(row.second_id)
    for row in known.doubted:
        assert known.of(row.first_id) != known.of(row.second_id)


@given(histories())
def test_people_who_were_never_joined_have_no_say_in_each_other(rows):
    """So a screen may read only what concerns the people it shows."""
    known = linked(rows)
    for record in RECORDS:
        near, grown = {record}, True
        while grown:
            more = {one for row in rows if row.kind is LinkKind.SAME and row.pair & near for one in row.pair}
            grown, near = not more <= near, near | more
        few = linked(row for row in rows if row.pair & near)
        assert few.of(record) == known.of(record)
        assert few.parted_from(record) & near == known.parted_from(record) & near


def test_a_chain_is_one_person_until_a_link_is_taken_back():
    ab, bc = Decision("1", LinkKind.SAME, "A", "B"), Decision("2", LinkKind.SAME, "B", "C")
    assert linked([ab, bc]).of("C").ids == ("A", "B", "C")
    back = Decision("3", LinkKind.UNDO, "A", "B", "1")
    assert linked([ab, bc, back]).of("C").ids == ("B", "C")
    ring = Decision("4", LinkKind.SAME, "C", "A")
    assert linked([ab, bc, ring, back]).of("A").ids == ("A", "B", "C")


def test_between_decisions_that_did_not_know_of_each_other_two_people_stay_two():
    same, two = Decision("1", LinkKind.SAME, "A", "B"), Decision("2", LinkKind.DIFFERENT, "B", "A")
    known = linked([same, two])
    assert known.groups == ()
    assert known.doubted == (same,)


# -- in the vault


@pytest.fixture
def pair(register):
    one = register("Tzoc Pérez, María", "14/7/87", community="Pulay", municipality_code="1413")
    other = register("Tzok Pérez, María", "~39", community="Pulay", municipality_code="1413")
    return one, other


def group(ask, patient_id):
    return ask(lambda r: likely.same_person_ids(r, patient_id))


def test_both_records_stay_whole_and_both_numbers_are_found(do, ask, pair):
    one, other = pair
    numbers = [ask(lambda r, who=who: queries.header(r, who)).number for who in pair]
    do(partial(linking.say_same, first=other, second=one, reason="la misma"))
    assert group(ask, one) == group(ask, other) == (one, other)
    assert ask(lambda r: likely.linked_numbers(r, [one, other])) == {one: (numbers[1],), other: (numbers[0],)}
    for who, number in zip(pair, numbers, strict=True):
        assert ask(lambda r, n=number: queries.by_number(r, n)) == who
        assert who in {found.patient_id for found in ask(lambda r, n=number: finding.find(r, n))}
    (shown,) = ask(lambda r: likely.linked_records(r, other))
    assert (shown.patient_id, shown.number, shown.leading, shown.reason) == (one, numbers[0], True, "la misma")
    assert ask(lambda r: likely.linked_records(r, one))[0].leading is False


def test_a_link_is_undone_from_either_side_and_once(do, ask, pair):
    one, other = pair
    link_id = do(partial(linking.say_same, first=one, second=other, link_id=new_id()))
    assert do(partial(linking.say_same, first=other, second=one)) == link_id
    undone = do(partial(linking.undo_link, link_id=ask(lambda r: likely.links(r, other))[0].link_id, reason="no"))
    assert do(partial(linking.undo_link, link_id=link_id, reason="no")) == undone
    assert group(ask, one) == (one,)
    assert ask(lambda r: likely.linked_numbers(r, [one, other])) == {}


def test_the_one_to_go_on_with_is_the_first_registered_unless_another_is_named(do, ask, pair):
    one, other = pair
    with pytest.raises(linking.NotLinked):
        do(partial(linking.go_on_with, patient_id=other))
    do(partial(linking.say_same, first=other, second=one))
    do(partial(linking.go_on_with, patient_id=other))
    assert group(ask, one) == (other, one)
    do(partial(linking.go_on_with, patient_id=one))
    do(partial(linking.go_on_with, patient_id=one))
    assert group(ask, other) == (one, other)


def test_a_record_that_was_taken_back_is_never_the_one_to_go_on_with(do, ask, pair):
    one, other = pair
    do(partial(linking.say_same, first=one, second=other))
    do(partial(service.void_registration, patient_id=one, reason="dos veces"))
    assert group(ask, one) == group(ask, other) == (other, one)
    assert [(row.patient_id, row.leading) for row in ask(lambda r: likely.linked_records(r, one))] == [(other, True)]
    assert [(row.patient_id, row.leading) for row in ask(lambda r: likely.linked_records(r, other))] == [(one, False)]


def test_whoever_says_the_same_takes_back_that_they_were_two(do, ask, pair):
    one, other = pair
    do(partial(linking.say_different, first=one, second=other, reason="otra edad"))
    do(partial(linking.say_different, first=other, second=one))
    assert [link.kind for link in ask(lambda r: likely.links(r, one))] == [LinkKind.DIFFERENT]
    do(partial(linking.say_same, first=one, second=other))
    assert [link.kind for link in ask(lambda r: likely.links(r, one))] == [LinkKind.SAME]
    do(partial(linking.say_different, first=one, second=other))
    assert [link.kind for link in ask(lambda r: likely.links(r, one))] == [LinkKind.DIFFERENT]
    assert group(ask, one) == (one,)


def test_of_one_person_only_one_record_is_offered_and_none_of_it_to_itself(do, ask, pair):
    one, other = pair
    new = details("Tzoc Pérez, María", "14/7/87", community="Pulay", municipality_code="1413")
    assert {found.patient_id for found in ask(lambda r: likely.similar(r, new))} == {one, other}
    do(partial(linking.say_same, first=one, second=other))
    assert len(ask(lambda r: likely.similar(r, new))) == 1
    assert ask(lambda r: likely.similar(r, new, but=one)) == ()


def test_what_one_record_says_is_not_borne_is_said_of_the_other_of_the_same_person(vault, do, ask, pair):
    one, other = pair
    do(partial(service.add_allergy, patient_id=one, substance="penicilina"))
    link = do(partial(linking.say_same, first=one, second=other))
    assert ask(lambda r: queries.header(r, other)).allergies == ("penicilina",)
    do(lambda work: work.revise(work.load(Patient, one), seen={}, to={"restricted": True}))
    desk = Actor(new_id(), "Recepción", frozenset({Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS}))
    assert vault.ask(lambda r: queries.header(r, other), desk).allergies == (), "not of a record that is hidden"
    do(partial(linking.undo_link, link_id=link, reason="no era ella"))
    assert ask(lambda r: queries.header(r, other)).allergies == ()


def test_what_was_said_of_one_record_holds_for_the_other_of_the_same_person(do, ask, register, pair):
    one, other = pair
    sister = register("Tzoc Pérez, María", "14/7/87", community="Pulay", municipality_code="1413")
    do(partial(linking.say_different, first=sister, second=other))
    do(partial(linking.say_same, first=one, second=other))
    new = details("Tzoc Pérez, María", "14/7/87", community="Pulay", municipality_code="1413")
    assert ask(lambda r: likely.similar(r, new, but=sister)) == ()


def test_a_reserved_record_is_similar_to_nobody_for_those_who_may_not_open_it(vault, actor, do, ask, pair, register):
    one, other = pair
    do(partial(linking.say_same, first=one, second=other))
    do(lambda work: work.revise(work.load(Patient, other), seen={}, to={"restricted": True}))
    reception = Actor(new_id(), "Recepción", frozenset({Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS}))
    new = details("Tzok Pérez, María", "~39", community="Pulay", municipality_code="1413")
    seen = vault.ask(lambda r: likely.similar(r, new), reception)
    assert [found.patient_id for found in seen] == [one]
    assert vault.ask(lambda r: likely.linked_numbers(r, [one]), reception) == {}
    assert vault.ask(lambda r: likely.same_person_ids(r, one), reception) == (one,)
    assert vault.ask(lambda r: likely.linked_records(r, one), reception) == ()
    assert vault.ask(lambda r: likely.links(r, one), reception) == ()
    with pytest.raises(NotAllowed):
        vault.do(partial(linking.say_different, first=one, second=other), reception)
    assert group(ask, one) == (one, other)


def test_only_who_registers_links(vault, pair):
    one, other = pair
    reader = Actor(new_id(), "Lectora", frozenset({Permission.SEE_PATIENTS}))
    for use_case in (linking.say_same, linking.say_different):
        with pytest.raises(NotAllowed):
            vault.do(partial(use_case, first=one, second=other), reader)
    with pytest.raises(NotAllowed):
        vault.do(partial(linking.go_on_with, patient_id=one), reader)


def test_a_record_is_not_linked_with_itself_or_with_nobody(do, pair):
    one, _other = pair
    for use_case in (linking.say_same, linking.say_different):
        with pytest.raises(linking.SamePerson):
            do(partial(use_case, first=one, second=one))
        with pytest.raises(NotHere):
            do(partial(use_case, first=one, second=PatientId(new_id())))


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2)), max_size=8))
def test_whatever_is_said_the_records_stay_and_the_last_word_holds(do, ask, register, deeds):
    people = [register(f"Coj Tum, Ana {at}", "1980") for at in range(3)]
    for deed, first, second in deeds:
        one, other = people[first], people[second]
        if one == other:
            continue
        if deed in (0, 3):
            do(partial(linking.say_same, first=one, second=other))
            assert group(ask, one) == group(ask, other)
        elif deed == 1:
            do(partial(linking.say_different, first=one, second=other))
            assert other not in group(ask, one)
        elif deed == 2:
            for link in ask(lambda r, who=one: likely.links(r, who)):
                do(partial(linking.undo_link, link_id=link.link_id, reason="x"))
            assert group(ask, one) == (one,)
    assert all(ask(lambda r, who=who: queries.header(r, who)).number for who in people)


# -- between offices


@pytest.fixture
def network(made_vault, tmp_path, clock):
    made = make_network(tmp_path / "net", made_vault[1], made_vault[0], clock, 2)
    yield made
    made.close()


def at(office, written):
    patient_id = PatientId(new_id())
    office.do(partial(service.register, patient_id=patient_id, details=written))
    return patient_id


def carried(network):
    """Everybody carries everything, twice: what one clinic said reaches the other."""
    network.round()
    network.round()


MARIA = details("Tzoc Pérez, María", "14/7/87", community="Pulay", municipality_code="1413")
ALIKE = details("Tzok Pérez, María", "~39", community="Pulay", municipality_code="1413")


def test_that_it_is_another_person_travels_and_nobody_asks_again(network):
    here, there = network.clinics
    known = at(here, MARIA)
    other = PatientId(new_id())
    assert [one.patient_id for one in here.ask(lambda r: likely.similar(r, ALIKE))] == [known]
    here.do(partial(service.register, patient_id=other, details=ALIKE, different_from=(known,)))
    carried(network)
    for office in network.all():
        if office.sql("SELECT 1 FROM patient WHERE id = ?", [known]):
            assert office.ask(lambda r: likely.similar(r, ALIKE, but=other)) == ()
            assert [link.kind for link in office.ask(lambda r: likely.links(r, known))] == [LinkKind.DIFFERENT]
    assert network.central.sql("SELECT count(*) FROM patient") == [(2,)]
    assert there.ask(lambda r: likely.similar(r, ALIKE)) == () or there.sql("SELECT count(*) FROM patient") == [(2,)]


def test_decisions_of_two_offices_that_contradict_end_alike_everywhere(network):
    here = network.clinics[0]
    one, other = at(here, MARIA), at(here, ALIKE)
    carried(network)
    central = network.central
    here.do(partial(linking.say_same, first=one, second=other))
    central.do(partial(linking.say_different, first=one, second=other, reason="dos DPI"))
    carried(network)
    answers = [office.ask(lambda r: likely.linked_records(r, one)) for office in (here, central)]
    assert answers[0] == answers[1]
    assert answers[0][0].doubted
    assert here.ask(lambda r: likely.same_person_ids(r, one)) == (one,)
    here.do(partial(linking.say_same, first=other, second=one, reason="lo dijo su madre"))
    carried(network)
    for office in (here, central):
        assert office.ask(lambda r: likely.same_person_ids(r, other)) == (one, other)
        assert office.sql("SELECT count(*) FROM patient_link") == [(3,)]
