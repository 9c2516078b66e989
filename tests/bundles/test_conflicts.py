"""What was written apart, as a worklist: both values with their writers, one key each, undone, asked, and carried."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from clinic_desktop.app import wiring
from clinic_desktop.features.bundles.queries import conflicts, worklist
from clinic_desktop.features.bundles.queries.names import names_of
from clinic_desktop.features.bundles.rules.kinds import MessageKind
from clinic_desktop.features.bundles.rules.said import said_values
from clinic_desktop.features.bundles.screens.conflicts import Conflicts, ConflictsPage
from clinic_desktop.features.bundles.screens.doubts import DoubtsSheet
from clinic_desktop.features.bundles.service import messages, settling
from clinic_desktop.features.consults.queries import safety
from clinic_desktop.features.consults.records.story import OutsideMedicine
from clinic_desktop.features.medication.screens.whose import banner_of
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.queries.restricted import ReservedRecord
from clinic_desktop.features.patients.records import Allergy, Community
from clinic_desktop.features.patients.rules.banner import say_what_is_not_borne
from clinic_desktop.features.staff.records import Role, StaffMember
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Actor, Work
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.bundles.conftest import apart, phones
from tests.makers.keyboard import Keyboard
from tests.makers.network import Network, Office
from tests.makers.people import allergy, change, register

(MANAGER_ROLE,) = (role for role in FIRST_ROLES if role.code == "data-manager")
MANAGER = Actor("0193a000-0000-7000-8000-000000000009", "Ana", MANAGER_ROLE.permissions)


# -- the worklist and its keys


@pytest.fixture
def at_the_desk(qtbot: Any, qapp: Any) -> Callable[..., Any]:
    """The page in a real window, with a keyboard in front of it."""
    wiring.fill()
    theme.start(qapp)

    def sit(office: Office, build: Callable[[Window], Any], actor: Actor | None = None) -> tuple[Any, Keyboard]:
        window = Window(office.vault, actor or office.actor, voice=RememberingVoice(), immediate=True)
        page = build(window)
        qtbot.addWidget(page)
        page.resize(1282, 611)
        page.show()
        page.take_focus()
        return page, Keyboard(page)

    return sit


def hit(page: Any, keyboard: Keyboard, *strokes: str) -> None:
    """A hand that rests between two decisions."""
    for stroke in strokes:
        page._slip.stop()
        keyboard.press(stroke)


def heads(page: Any) -> list[str]:
    return [page.table.rows.row(at).key[2] for at in range(page.table.count())]


def many(network: Network) -> tuple[str, str]:
    """Two people with a telephone, and one of them with a sex, that differ."""
    clinic, central = network.clinics[0], network.central
    first = clinic.do(register(given_names="Zoila", phone="5555", sex="female"))
    second = clinic.do(register(given_names="Ana", family_name="Ac", phone="6666"))
    network.round()
    for office, phone, sex in ((clinic, "1111", "male"), (central, "2222", "unknown")):
        office.do(change(first, phone=phone))
        office.do(change(first, sex=sex))
        office.do(change(second, phone=phone, phone_note=f"de {phone}"))
    network.round()
    return first, second


def test_blocking_ones_come_first_then_by_person(network: Network) -> None:
    first, second = many(network)
    assert network.central.ask(worklist.worklist) == [
        ("patient", first, "sex"),
        ("patient", second, "phone"),
        ("patient", first, "phone"),
    ]


def test_one_key_decides_and_the_next_is_in_front_at_once(network: Network, at_the_desk: Any) -> None:
    _first, second = many(network)
    central = network.central
    page, keyboard = at_the_desk(central, ConflictsPage)
    assert heads(page) == ["sex", "phone", "phone"]
    other = page.in_front.sides[1].values
    hit(page, keyboard, "2")
    assert page.in_front.conflict.key == ("patient", second, "phone")
    assert central.sql("SELECT sex FROM patient WHERE given_names = 'Zoila'") == [other]
    shown = page.in_front.sides[0].values
    hit(page, keyboard, "1")
    assert central.sql("SELECT phone, phone_note FROM patient WHERE given_names = 'Ana'") == [shown]
    hit(page, keyboard, "1")
    assert page.in_front is None and central.ask(conflicts.count_conflicts) == 0


def test_a_key_pressed_twice_in_a_slip_does_not_decide_the_next(network: Network, at_the_desk: Any) -> None:
    many(network)
    page, keyboard = at_the_desk(network.central, ConflictsPage)
    keyboard.press("1", "1")
    assert page.table.count() == 2


def test_what_changes_while_it_is_in_front_is_not_decided_by_a_key_meant_for_what_stood_there(
    network: Network, at_the_desk: Any
) -> None:
    central = network.central
    patient = apart(network)
    page, keyboard = at_the_desk(central, ConflictsPage)
    page._slip.stop()
    central.do(change(patient, phone="3333"))
    keyboard.press("2")
    assert page.table.count() == 1 and len(page.in_front.sides) == 2
    hit(page, keyboard, "2")
    assert page.table.count() == 0


def test_who_wrote_the_other_value_in_the_record_has_settled_it_and_one_key_says_so(
    network: Network, at_the_desk: Any
) -> None:
    patient = apart(network)
    central = network.central
    page, keyboard = at_the_desk(central, ConflictsPage)
    (other,) = page.in_front.sides[1].values[:1]
    central.do(change(patient, phone=other))
    assert [side.values[0] for side in page.in_front.sides] == [other]
    hit(page, keyboard, "1")
    assert page.table.count() == 0
    network.round()
    assert phones(central) == phones(network.clinics[0]) == {other}


def test_both_keeps_the_second_telephone_in_the_note_and_is_not_offered_for_what_is_one(
    network: Network, at_the_desk: Any
) -> None:
    many(network)
    central = network.central
    page, keyboard = at_the_desk(central, ConflictsPage)
    assert page.in_front.conflict.unit == "sex" and not page.both.isVisible()
    hit(page, keyboard, "B")
    assert page.table.count() == 3, "nothing was decided"
    hit(page, keyboard, "Down", "B")
    ((phone, note),) = central.sql("SELECT phone, phone_note FROM patient WHERE given_names = 'Ana'")
    assert {phone, *note.split("; ")} == {"1111", "2222", "de 1111", "de 2222"}
    network.round()
    assert network.clinics[0].sql("SELECT phone, phone_note FROM patient WHERE given_names = 'Ana'") == [(phone, note)]


def test_undo_is_one_key_and_brings_the_last_one_back(network: Network, at_the_desk: Any) -> None:
    many(network)
    page, keyboard = at_the_desk(network.central, ConflictsPage)
    assert not page.undo.isEnabled()
    hit(page, keyboard, "1", "1", "U")
    assert heads(page) == ["phone", "phone"]
    hit(page, keyboard, "Down", "U")
    assert heads(page) == ["sex", "phone", "phone"]
    assert page.in_front.conflict.unit == "sex", "what came back is in front"
    assert not page.undo.isEnabled()


def test_a_decision_that_somebody_changed_since_does_not_keep_earlier_ones_from_being_undone(
    network: Network, at_the_desk: Any
) -> None:
    _first, second = many(network)
    page, keyboard = at_the_desk(network.central, ConflictsPage)
    hit(page, keyboard, "1", "1")
    network.central.do(change(second, phone="9999"))
    hit(page, keyboard, "U")
    assert heads(page) == ["sex", "phone"]


def test_the_clinic_is_asked_once_the_conflict_stays_and_the_answer_is_shown(
    network: Network, at_the_desk: Any
) -> None:
    first, _second = many(network)
    clinic, central = network.clinics[0], network.central
    page, keyboard = at_the_desk(central, ConflictsPage)
    hit(page, keyboard, "P", "P")
    assert page.table.count() == 3 and not page.ask.isEnabled()
    network.round()
    ((question, text, unit),) = clinic.sql("SELECT id, message_text, about_unit FROM message")
    assert unit == "sex" and "«male»" not in text and "«Man»" in text
    answer = partial(
        messages.send, message_id=new_id(), to_site_id="", text="es mujer", kind=MessageKind.ANSWER, answers_id=question
    )
    clinic.do(answer)
    network.round()
    (line,) = central.ask(partial(worklist.page, conflict_keys=[("patient", first, "sex")]))
    assert line.asked is not None and line.asked.answer == "es mujer"
    page.reload()
    assert page.ask.isEnabled(), "it may be asked again"
    hit(page, keyboard, "Up", "Up", "1", "U")
    (again,) = central.ask(partial(worklist.page, conflict_keys=[("patient", first, "sex")]))
    assert again.asked is not None, "decided and undone, the answer still stands beside it"


def test_an_answer_about_values_that_were_decided_says_nothing_of_those_written_later(
    network: Network, at_the_desk: Any
) -> None:
    clinic, central = network.clinics[0], network.central
    patient = apart(network)
    page, keyboard = at_the_desk(central, ConflictsPage)
    hit(page, keyboard, "P")
    hit(page, keyboard, "1")
    network.round()
    clinic.do(change(patient, phone="7777"))
    central.do(change(patient, phone="8888"))
    network.round()
    assert page.in_front.line.asked is None and page.ask.isEnabled()
    hit(page, keyboard, "P")
    assert central.sql("SELECT count(*) FROM message") == [(2,)]


def test_who_may_not_settle_sees_why_and_may_ask(network: Network, at_the_desk: Any) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register(allergy_status="none"))
    network.round()
    clinic.do(change(patient, allergy_status="has"))
    central.do(change(patient, allergy_status="unknown"))
    network.round()
    page, keyboard = at_the_desk(central, ConflictsPage, MANAGER)
    assert page.in_front.conflict.blocking and not page.in_front.may
    assert [button.isEnabled() for button in page.sides] == [False, False]
    told = " ".join(label.text() for label in page.right.findChildren(QLabel))
    assert "Only a prescriber decides this" in told
    hit(page, keyboard, "1")
    assert page.table.count() == 1
    hit(page, keyboard, "P")
    assert central.sql("SELECT about_unit FROM message") == [("allergy_status",)]
    (text,) = (row[0] for row in central.sql("SELECT message_text FROM message"))
    assert "«" not in text, "who carries the stick reads no chart"


def test_a_safety_field_is_marked_at_every_place_that_holds_the_record_until_it_is_decided(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register(sex="female"))
    other = clinic.do(register(given_names="Ana", phone="1"))
    network.round()
    clinic.do(change(patient, sex="male"))
    central.do(change(patient, sex="unknown"))
    clinic.do(change(other, phone="2"))
    central.do(change(other, phone="3"))
    network.round()
    for office in (central, clinic):
        assert office.ask(partial(people.header, patient_id=patient)).doubted == ("sex",)
        assert office.ask(partial(people.doubted_people, ids=[patient, other])) == {patient}
    settle_key = central.ask(worklist.worklist)[0]
    (one,) = central.ask(partial(worklist.page, conflict_keys=[settle_key]))
    central.do(
        partial(
            settling.settle_conflict, table="patient", row_id=patient, unit="sex", values=("female",),
            seen=one.conflict.sides,
        )
    )  # fmt: skip
    network.round()
    for office in (central, clinic):
        assert office.ask(partial(people.header, patient_id=patient)).doubted == ()
        assert office.ask(partial(people.doubted_people, ids=[patient, other])) == frozenset()


def test_until_a_prescriber_decides_none_of_the_substances_is_borne_and_every_paper_says_the_doubt(
    network: Network, qtbot: Any
) -> None:
    wiring.fill()
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    noted = clinic.do(allergy(patient, "penicilina"))
    network.round()
    clinic.do(change(noted, Allergy, substance="sulfas"))
    central.do(change(noted, Allergy, substance="aspirina"))
    network.round()
    for office in (central, clinic):
        header = office.ask(partial(people.header, patient_id=patient))
        assert set(header.allergies) == {"sulfas", "aspirina"}
        assert set(office.ask(partial(safety.situation, patient_id=patient)).allergies) == {"sulfas", "aspirina"}
        assert say_what_is_not_borne(header).endswith("In doubt between clinics: allergies")
        banner = banner_of(header)
        qtbot.addWidget(banner)
        assert [chip.accessibleName() for chip in banner.findChildren(Chip)] == ["In doubt between clinics: allergies"]
    (one,) = clinic.ask(partial(worklist.page, conflict_keys=[("allergy", noted, "substance")]))
    assert one.conflict.blocking, "it comes first in the list"
    clinic.do(
        partial(
            settling.settle_conflict, table="allergy", row_id=noted, unit="substance", values=("sulfas",),
            seen=one.conflict.sides,
        )
    )  # fmt: skip
    network.round()
    for office in (central, clinic):
        header = office.ask(partial(people.header, patient_id=patient))
        assert header.allergies == ("sulfas",) and "doubt" not in say_what_is_not_borne(header)


def test_the_desk_of_a_clinic_decides_who_somebody_is_and_sees_no_chart(network: Network, at_the_desk: Any) -> None:
    clinic, central = network.clinics[0], network.central
    patient = apart(network)
    clinic.do(change(patient, allergy_status="has"))
    central.do(change(patient, allergy_status="unknown"))
    network.round()
    (role,) = (role for role in FIRST_ROLES if role.code == "receptionist")
    desk = Actor("0193a000-0000-7000-8000-000000000009", "Ana", role.permissions)
    keys = clinic.vault.ask(partial(worklist.keys_of_person, patient_id=patient), desk)
    assert keys == [("patient", patient, "phone")]
    assert (
        clinic.vault.ask(partial(worklist.in_front, conflict_key=("patient", patient, "allergy_status")), desk) is None
    )
    sheet, keyboard = at_the_desk(
        clinic, lambda window: Conflicts(window, partial(worklist.keys_of_person, patient_id=patient), "-"), desk
    )
    sheet.reload()
    sheet.take_focus()
    hit(sheet, keyboard, "2")
    assert sheet.table.count() == 0
    network.round()
    assert phones(central) == phones(clinic)


def test_a_prescriber_decides_beside_the_chart(network: Network, at_the_desk: Any, qtbot: Any) -> None:
    clinic, central = network.clinics[0], network.central
    patient, other = clinic.do(register()), clinic.do(register(given_names="Ana"))
    told = clinic.do(lambda work: work.add(OutsideMedicine(patient_id=patient, name="té", dose_text="1")).id)
    network.round()
    clinic.do(change(told, OutsideMedicine, dose_text="2"))
    central.do(change(told, OutsideMedicine, dose_text="3"))
    clinic.do(change(other, phone="1"))
    central.do(change(other, phone="2"))
    network.round()
    window = Window(clinic.vault, clinic.actor, voice=RememberingVoice(), immediate=True)
    sheet = DoubtsSheet(window, patient, None)
    qtbot.addWidget(sheet)
    sheet.show()
    assert heads(sheet.doubts) == ["medicine"]
    assert sheet.doubts.in_front is not None
    held = sheet.doubts.in_front.sides[1].values
    hit(sheet.doubts, Keyboard(sheet), "2")
    assert clinic.sql("SELECT name, dose_text FROM outside_medicine") == [held]
    assert sheet.doubts.table.count() == 0
    assert clinic.ask(conflicts.count_conflicts) == 1, "the other person's phone is not theirs"


def test_the_list_is_filtered_by_clinic_and_pages_past_two_hundred(make: Any, at_the_desk: Any) -> None:
    network = make(2)
    one, two, central = *network.clinics, network.central
    people_of_one = [one.do(register(given_names=f"A{n:03d}", phone="0")) for n in range(8)]
    of_two = two.do(register(given_names="Beto", phone="0"))
    network.round()
    for patient in people_of_one:
        one.do(change(patient, phone="1"))
        central.do(change(patient, phone="2"))
    two.do(change(of_two, phone="1"))
    central.do(change(of_two, phone="2"))
    network.round()
    ((sides,),) = central.sql("SELECT sides FROM open_conflict LIMIT 1")

    def add_many(work: Work) -> None:
        ids = [register(given_names=f"C{n:03d}")(work) for n in range(250)]
        work.cursor.executemany(
            "INSERT INTO open_conflict (tbl, id, unit, blocking, waiting, sides, found_at) VALUES (?,?,?,0,0,?,?)",
            [("patient", row_id, "phone", sides, "2026-11-23T14:00:00.000Z") for row_id in ids],
        )

    central.do(add_many)
    page, _keyboard = at_the_desk(central, ConflictsPage)
    assert page.table.count() == 259
    page.table.choose_at(258)
    assert page.in_front.line.whose == "TZOC, C249"
    page.clinic.set_value(two.vault.place.site_id)
    assert page.table.count() == 1
    assert page.in_front.line.whose == "TZOC, Beto"


def test_what_a_missing_bundle_may_explain_waits_apart_with_its_number(network: Network, at_the_desk: Any) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register(phone="0"))
    network.round()
    clinic.do(change(patient, phone="1"))
    lost = clinic.export().path
    kept = clinic.stick.parent / "lost.bundle"
    lost.rename(kept)
    clinic.do(change(patient, phone="2"))
    central.do(change(patient, phone="3"))
    last = only_last(clinic)
    central.merge(last)
    page, keyboard = at_the_desk(central, ConflictsPage)
    if page.table.count():
        pytest.fail("it may still clear up")
    page.kind.chosen.emit(1)
    assert page.in_front.conflict.waiting and not page.in_front.may
    assert page.in_front.line.waits_for.endswith("(Clínica 1)")
    hit(page, keyboard, "1")
    assert page.table.count() == 1, "nobody decides it yet"
    assert central.ask(partial(worklist.keys_of_person, patient_id=patient)), "their page says what is in doubt"


def only_last(clinic: Office) -> Any:
    """A bundle without the segments of those before it: as if they had been told to have arrived."""
    clinic.do(lambda work: work.cursor.execute("UPDATE segment SET receipted_at = '2026-11-23T14:00:00.000Z'") and None)
    return clinic.export().path


def test_a_reserved_persons_conflicts_are_only_for_who_may_open_the_record(network: Network) -> None:
    patient = apart(network, restricted=True, restricted_as="7")
    central = network.central
    assert central.vault.ask(worklist.worklist, MANAGER) == []
    assert central.vault.ask(partial(worklist.in_front, conflict_key=("patient", patient, "phone")), MANAGER) is None
    assert central.vault.ask(conflicts.count_conflicts, MANAGER) == 0
    with pytest.raises(ReservedRecord):
        central.vault.do(
            partial(settling.ask_the_clinic, message_id=new_id(), table="patient", row_id=patient, unit="phone"),
            MANAGER,
        )
    assert central.ask(worklist.worklist) == [("patient", patient, "phone")]


def colleague(work: Work) -> StaffMember:
    role = work.add(Role(code="x", title="x", permissions=[]))
    return StaffMember(display_name="Dra. Ixchel", full_name="Ixchel Cuz", role_id=role.id, active=True)


def test_ids_are_said_as_names_and_lists_never_as_they_are_written(network: Network) -> None:
    central = network.central
    staff = central.do(lambda work: work.add(colleague(work)).id)
    community = central.do(lambda work: work.add(Community(name="Chamelco")).id)
    for table, columns, values, words in (
        ("encounter", ("clinician_id",), (staff,), "Dra. Ixchel"),
        ("patient", ("municipality_code", "community", "community_id"), (None, "Chamelco", community), "Chamelco"),
        ("encounter", ("clinician_id",), (new_id(),), "a record that is not here"),
    ):
        names = central.ask(partial(names_of, table=table, columns=columns, values=[values]))
        assert said_values(table, columns, values, names) == words
    assert said_values("patient", ("functioning",), ('{"seeing": 2}',)) == "Seeing, even with glasses: a little hard"
    assert said_values("role", ("permissions",), ('["a", "b"]',)) == "2 entries"
    assert said_values("setting_value", ("value",), ("true",)) == "yes"
