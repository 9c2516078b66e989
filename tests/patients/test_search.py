"""Finding people as one types."""

from functools import partial

import pytest
import sqlalchemy as sa

from clinic_desktop.features.patients.queries import memory
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.records import Community, Patient, PatientEntry, PatientPosting, PatientWord
from clinic_desktop.features.patients.rules.ranking import Level
from clinic_desktop.features.patients.service import filing, restricting
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from tests.patients.conftest import details


@pytest.fixture
def village(register):
    return {
        "maria": register(
            "Tzoc Pérez, María Ixchel", "14/7/87", municipality_code="1413", community="Pulay", phone="5512 4433",
            national_id="5260181510701", folder_number="A-17",
        ),
        "isabel": register("Tzok Pérez, María Isabel", "2/3/78", municipality_code="1405"),
        "brito": register("Tzoc Brito, María", "~39", municipality_code="1411"),
        "mariana": register("Tzoy Raymundo, Mariana", "30/11/86", municipality_code="1413", community="Xoloché"),
        "chavajay": register("Chavajay Cuc, Pedro", "1990"),
        "juan": register("Coj, Juan"),
        "sanjuan": register("Xicay, Ana", community="San Juan"),
    }  # fmt: skip


@pytest.fixture
def found(ask, village):
    names = {patient_id: name for name, patient_id in village.items()}
    return lambda words: [names[row.patient_id] for row in ask(lambda r: finding.find(r, words))]


@pytest.mark.parametrize("words", ["tzoc maria ixchel", "MARÍA tzoc ix", "ixchel", "perez ixchel", "tzo mar 87 pul"])
def test_words_are_found_in_any_order_with_or_without_accents(found, words):
    assert found(words)[0] == "maria"


def test_exact_goes_before_beginning_before_sound(found):
    assert found("tzoc")[:3] == ["brito", "maria", "isabel"]
    assert found("tzok")[0] == "isabel"
    assert found("maria")[-1] == "mariana"


def test_names_go_before_places(found):
    assert found("juan") == ["juan", "sanjuan", "brito"]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("chabajay", "chavajay"),
        ("chavajai kuk", "chavajay"),
        ("shicay", "sanjuan"),
        ("sicay", "sanjuan"),
        ("koj", "juan"),
    ],
)
def test_spellings_that_sound_alike_are_found(found, words, who):
    assert found(words) == [who]


@pytest.mark.parametrize("words", ["chvajay", "chavajya", "chavsjay", "chavjay pedro", "chavsj"])
def test_a_wrong_letter_is_forgiven(found, words):
    assert found(words) == ["chavajay"]


def test_short_names_forgive_nothing(found):
    assert found("cuk") == ["chavajay"]
    assert found("cul") == []


def test_year_place_number_telephone_card_and_folder_are_words_too(found, ask, village):
    number = ask(lambda r: queries.header(r, village["maria"])).number
    whole = number.split("-")
    for words in (
        "ixchel 1987",
        "maria pulay",
        "maria nebaj 87",
        number,
        number.lower(),
        f"{whole[1]}-{whole[2]}",
        "55124433",
        "5512 4433",
        "4433",
        "5260 18151 0701",
        "a17",
        "A-17",
    ):
        assert found(words)[0] == "maria", words
    assert ask(lambda r: queries.by_number(r, number.lower())) == village["maria"]


def test_a_wrong_year_is_forgiven_and_said(ask, village):
    rows = ask(lambda r: finding.find(r, "tzok isabel 1987"))
    assert [row.patient_id for row in rows] == [village["isabel"]]
    assert rows[0].level is Level.FAR
    assert rows[0].reasons == ("another year: 1978",)


def test_each_result_says_how_near_it_is_and_why(ask, village):
    rows = {row.patient_id: row for row in ask(lambda r: finding.find(r, "tzok maria 87"))}
    close = rows[village["maria"]]
    assert (close.level, close.reasons) == (Level.CLOSE, ("c for k", "same year"))
    assert (close.said, close.place) == ("TZOC PÉREZ, María Ixchel", "Santa María Nebaj, Pulay")


def test_those_opened_last_go_first_among_equals(do, found, village, clock):
    assert found("tzoc maria")[0] == "brito"
    clock.advance(minutes=1)
    do(partial(service.look, patient_id=village["maria"]))
    assert found("tzoc maria")[0] == "maria"


def test_recent_people_come_first_in_the_list_and_all_come_by_name(do, ask, village, clock):
    clock.advance(minutes=1)
    do(partial(service.look, patient_id=village["juan"]))
    assert ask(queries.recent)[0].patient_id == village["juan"]
    everybody = ask(lambda r: queries.by_name(r, 0, 100))
    rows = ask(lambda r: queries.rows_of(r, everybody))
    assert everybody[2:5] == ask(lambda r: queries.by_name(r, 2, 3))
    assert [ask(lambda r, e=entry: queries.place_by_name(r, e)) for entry in everybody] == list(range(len(village)))
    assert ask(lambda r: queries.place_by_name(r, 9999)) is None
    assert [row.said for row in rows] == sorted(row.said for row in rows)
    assert len(rows) == ask(queries.count) == len(village)


def test_nothing_typed_finds_nobody_and_signs_break_nothing(found):
    for words in ("", "  ", "'", "%", "*", "\x00", "<b>", "a" * 500, "😀", "--", "ʼ"):
        assert found(words) == [] or words.strip("<b>") == ""


def test_typed_words_are_split_by_how_people_here_use_them(ask, village):
    assert ask(lambda r: finding.split_name(r, "pedro chavajay")).given == "Pedro"
    assert ask(lambda r: finding.split_name(r, "chavajay pedro")).family == "Chavajay"


def test_communities_are_offered_as_they_were_written(ask, village):
    assert ask(lambda r: finding.communities(r, "1413", "pu")) == ("Pulay",)
    assert ask(lambda r: finding.communities(r, "1413", "san")) == ()


def index_of(ask):
    return (
        ask(
            lambda r: r.all(
                sa.select(PatientPosting.term, PatientPosting.chunk, PatientPosting.people).order_by("term")
            )
        ),
        ask(lambda r: r.all(sa.select(PatientWord.word, PatientWord.given, PatientWord.family).order_by("word"))),
    )


def test_rows_written_past_the_program_are_found_after_a_refresh(do, ask, village):
    before = index_of(ask)

    def raw(work):
        work.session.execute(sa.update(Patient).where(Patient.id == village["juan"]).values(given_names="Ramiro"))
        work.session.execute(sa.delete(PatientEntry).where(PatientEntry.patient_id == village["brito"]))

    do(raw)
    service_calls = [partial(filing.refresh_search), lambda w: filing.after_merge(w, {"patient": [village["juan"]]})]
    assert do(service_calls[0]) >= 1
    assert [r.patient_id for r in ask(lambda r: finding.find(r, "ramiro"))] == [village["juan"]]
    assert do(service_calls[1]) is None
    do(lambda w: w.session.execute(sa.update(Patient).where(Patient.id == village["juan"]).values(given_names="Juan")))
    do(partial(filing.refresh_search, patient_ids=[village["juan"]]))
    assert {row.word for row in index_of(ask)[1]} == {row.word for row in before[1]}


def test_the_index_forgets_a_person_without_a_trace(do, ask, village):
    before = index_of(ask)
    patient_id = PatientId(new_id())
    do(partial(service.register, patient_id=patient_id, details=details("Zuluaga, Xenia", "1970", community="Lejos")))
    assert index_of(ask) != before
    do(partial(service.void_registration, patient_id=patient_id, reason="prueba"))
    assert index_of(ask) == before


# -- the index in memory


@pytest.fixture
def load(vault, actor):
    return lambda: [*memory.load(vault, actor)]


QUESTIONS = (
    "tzoc", "tzoc maria", "mar", "m", "ma tz", "chabajay", "chvajay", "chavjay 1990", "koj", "ixchel 87", "pulay",
    "pula", "neb", "nebaj maria", "55124433", "5512", "5260 18151 0701", "1987", "19", "a17", "juan", "cul", "sicay",
    "pru", "zzz", "sanjuan", "san juan", "mria tzoc 1987", "raymundo 1985", "xolochee",
)  # fmt: skip


def answers(ask):
    told = {words: ask(lambda r, w=words: finding.search(r, w)) for words in QUESTIONS}
    return {words: ([row.patient_id for row in one.rows], one.total) for words, one in told.items()}


def test_memory_finds_whom_the_stored_index_finds(village, ask, load):
    stored = answers(ask)
    assert not ask(memory.is_loaded)
    load()
    assert ask(memory.is_loaded)
    assert answers(ask) == stored


def test_memory_follows_registrations_corrections_and_those_taken_back(village, do, ask, load, found, register):
    load()
    assert found("zuluaga") == []
    patient_id = PatientId(new_id())
    new = details("Zuluaga Tzoc, Xenia", "1970", community="Lejos")
    do(partial(service.register, patient_id=patient_id, details=new))
    for words in ("zuluaga", "suluaga", "zulu", "zuluga 1970", "z", "xenia lejos", "lej", "tzoc 70"):
        assert [row.patient_id for row in ask(lambda r, w=words: finding.find(r, w))][:1] == [patient_id], words
    other = details("Barrios Tzoc, Xenia", "1971", community="Cerca")
    do(partial(service.correct, patient_id=patient_id, seen=new, to=other))
    assert [row.patient_id for row in ask(lambda r: finding.find(r, "barrios cerca 1971"))] == [patient_id]
    assert found("zuluaga") == found("lejos") == []
    do(partial(service.void_registration, patient_id=patient_id, reason="prueba"))
    assert found("barrios") == found("cerca") == []
    assert ask(memory.is_loaded)
    in_memory = answers(ask)
    do(lambda work: work.cursor.execute("INSERT INTO patient_filing (entry, was) VALUES (0, '')") and None)
    assert not ask(memory.is_loaded)
    assert answers(ask) == in_memory


def test_what_changes_while_memory_is_loading_is_in_it(village, vault, actor, do, ask):
    steps = memory.load(vault, actor)
    next(steps)
    patient_id = PatientId(new_id())
    do(partial(service.register, patient_id=patient_id, details=details("Zuluaga, Xenia", "1970")))
    for _step in steps:
        pass
    assert ask(memory.is_loaded)
    assert [row.patient_id for row in ask(lambda r: finding.find(r, "zuluaga"))] == [patient_id]


def test_what_a_use_case_wrote_and_gave_up_is_not_in_memory(village, do, ask, load):
    load()

    def fails(work):
        service.register(work, PatientId(new_id()), details("Zuluaga, Xenia", "1970"))
        assert finding.find(work, "zuluaga")
        raise LookupError

    with pytest.raises(LookupError):
        do(fails)
    assert not ask(lambda r: finding.find(r, "zuluaga"))


def test_a_restricted_person_is_not_found_listed_or_counted(village, do, vault, actor, load):
    do(partial(restricting.restrict, patient_id=village["maria"], reason="prueba"))
    desk = Actor(actor.staff_id, actor.name, actor.permissions - {Permission.OPEN_RESTRICTED})
    for _once in (load(), None):
        for words in ("ixchel", "tzoc maria", "5512", "a17", "pulay", "ixhcel"):
            seen = vault.ask(lambda r, w=words: finding.search(r, w), desk)
            assert village["maria"] not in [row.patient_id for row in seen.rows], words
            assert seen.total == len(seen.rows)
        vault._remembered.clear()
    assert vault.ask(queries.count, desk) == len(village) - 1


@pytest.mark.parametrize(
    "words",
    ["+502 5512 4433", "+50255124433", "5512-4433", "(502) 55124433", "5260-18151-0701", "5260181510701", "5260 18151",
     "ixchel 5512 4433", "0701", "18151"],
)  # fmt: skip
def test_numbers_are_found_however_they_are_grouped(found, load, words):
    assert found(words) == ["maria"]
    load()
    assert found(words) == ["maria"]


def test_a_scanned_card_finds_its_person_whatever_the_keyboard(found, ask, village, load):
    load()
    number = ask(lambda r: queries.header(r, village["chavajay"])).number
    for words in (number, number.replace("-", ""), number.replace("-", "'"), number.replace("-", "/"), number.lower()):
        assert found(words) == ["chavajay"], words


@pytest.mark.parametrize(
    "words",
    ["\u200ftzoc\u200f ixchel", "tzoc\nixchel\n", "ＴＺＯＣ ixchel", "Tzo\u200bc ixchel",
     "t'zoc ixchel", "\ud800 tzoc ixchel"],
)  # fmt: skip
def test_what_comes_along_with_a_paste_is_not_looked_for(found, words):
    assert found(words) == ["maria"]


def test_the_community_found_and_shown_is_the_one_of_the_list(do, ask, village, load):
    here, same = new_id(), new_id()

    def add(work):
        work.add(Community(id=same, name="Xoloché Grande", municipality_code="1413"))
        work.add(Community(id=here, name="Pulay Viejo", municipality_code="1413"))
        work.session.execute(
            sa.update(Patient).where(Patient.id == village["maria"]).values(community_id=here, community="Pulai")
        )
        filing.refile_community(work, here)

    do(add)
    load()
    one = ask(lambda r: finding.find(r, "ixchel viejo"))[0]
    assert one.place == "Santa María Nebaj, Pulay Viejo"

    def merge(work):
        work.load(Community, here).same_as_id = same
        filing.after_merge(work, {"community": [here]})

    do(merge)
    assert ask(lambda r: finding.find(r, "ixchel grande"))[0].place == "Santa María Nebaj, Xoloché Grande"
    assert not ask(lambda r: finding.find(r, "ixchel viejo"))
