"""People who are registered at two clinics: what is found, who is asked, what a decision does and where it goes."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel

from clinic_desktop.app import wiring
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.agenda.records import KeptApart
from clinic_desktop.features.bundles.queries import likely
from clinic_desktop.features.bundles.rules.kinds import MessageKind
from clinic_desktop.features.bundles.rules.likely import worth_asking
from clinic_desktop.features.bundles.screens.central import CentralDesk
from clinic_desktop.features.bundles.screens.desk import DeskScreen
from clinic_desktop.features.bundles.screens.likely import SamePage
from clinic_desktop.features.bundles.service import messages
from clinic_desktop.features.bundles.service.likely import look, look_again
from clinic_desktop.features.patients.queries import people, similar
from clinic_desktop.features.patients.queries.many_alike import ManyAlike
from clinic_desktop.features.patients.queries.search import find
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.patient import as_columns
from clinic_desktop.features.patients.service import filing, linking
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.duplicates import WRITTEN_FOR, make_region
from tests.makers.keyboard import Keyboard, settle
from tests.makers.network import Network, Office
from tests.makers.people import change, register

(MANAGER_ROLE,) = (role for role in FIRST_ROLES if role.code == "data-manager")
MANAGER = Actor("0193a000-0000-7000-8000-000000000009", "Ana", MANAGER_ROLE.permissions)
WHO = {"given_names": "Ventura", "family_name": "Choc", "second_family_name": "Tiul", "community": "Chiacté"}
BORN = {"birth_date": PartialDate(1979, 3, 2), "municipality_code": "1609"}


@pytest.fixture(autouse=True)
def rooms_are_wired() -> None:
    wiring.fill()


def filed(**fields: Any) -> Callable[[Work], PatientId]:
    def add(work: Work) -> PatientId:
        row_id = PatientId(register(**fields)(work))
        filing.refresh_search(work, [row_id])
        return row_id

    return add


def at_both(network: Network) -> tuple[PatientId, PatientId]:
    """One person registered at two clinics, known at the central."""
    first = network.clinics[0].do(filed(**WHO, **BORN))
    second = network.clinics[1].do(filed(**WHO | {"given_names": "Bentura"}, **BORN))
    network.round()
    return first, second


def look_at(office: Office) -> None:
    assert finish(look(office.vault, office.actor)) is not None


def test_the_batch_gives_the_answers_of_a_single_question(vault: Vault, actor: Actor) -> None:
    region, luck = make_region(4714, 400), random.Random(7)
    everybody = [*region.registered, *(region.again(luck, error).details for error in WRITTEN_FOR for _n in range(2))]
    ids: list[PatientId] = []

    def put(work: Work) -> None:
        for details in everybody:
            row = work.add(Patient(number=work.next_number("patient"), **as_columns(details)))
            ids.append(PatientId(row.id))
        filing.refresh_search(work, ids)

    vault.do(put, actor)
    waiting = vault.ask(likely.not_looked_at, actor)
    assert {patient_id for _entry, patient_id in waiting} == set(ids)
    alike = ManyAlike()
    found = vault.ask(partial(alike.look, entries=[entry for entry, _id in waiting]), actor)
    for patient_id in random.Random(8).sample(ids, 60):
        details = vault.ask(partial(people.details, patient_id=patient_id), actor).details
        one = vault.ask(partial(similar.similar, new=details, but=patient_id, limit=50), actor)
        assert [(other.patient_id, other.likeness.strong) for other in found[patient_id]] == [
            (other.patient_id, other.strong) for other in one
        ]


def test_who_is_registered_at_two_clinics_is_asked_about_once_with_both_numbers_and_places(network: Network) -> None:
    pair = at_both(network)
    central = network.central
    look_at(central)
    assert central.ask(likely.pairs) == [pair]
    (two,) = central.ask(partial(likely.page, pair_ids=[pair]))
    assert [two.first.site_name, two.second.site_name] == ["Clínica 1", "Clínica 2"]
    assert two.strong and two.first.number != two.second.number
    told = central.ask(partial(likely.compared, first=pair[0], second=pair[1]))
    assert "family names" in told.equal and "birth date" in told.equal
    assert central.ask(likely.count_not_looked_at) == 0
    look_at(central)
    assert central.ask(likely.pairs) == [pair], "looked for again, it is there once"


def test_a_decision_leaves_the_list_and_undone_comes_back(network: Network) -> None:
    first, second = at_both(network)
    central = network.central
    look_at(central)
    link = central.do(partial(linking.say_same, first=first, second=second))
    assert central.ask(likely.pairs) == []
    assert central.ask(likely.last_said) == (link, first, second)
    central.do(partial(linking.undo_link, link_id=link, reason="otra"))
    assert central.ask(likely.pairs) == [(first, second)]
    central.do(partial(linking.say_different, first=first, second=second))
    assert central.ask(likely.pairs) == []


def test_of_three_records_of_one_person_two_answers_are_enough(network: Network) -> None:
    first, second = at_both(network)
    third = network.clinics[2].do(filed(**WHO, **BORN)) if len(network.clinics) > 2 else PatientId("")
    central = network.central
    third = third or central.do(filed(**WHO, **BORN))
    network.round()
    look_at(central)
    assert len(central.ask(likely.pairs)) == 3
    central.do(partial(linking.say_same, first=first, second=second))
    assert len(central.ask(likely.pairs)) == 2
    central.do(partial(linking.say_different, first=second, second=third))
    assert central.ask(likely.pairs) == [], "what is said of one record is said of the person"


def test_both_clinics_learn_of_the_decision_and_both_numbers_find_the_person(network: Network) -> None:
    first, second = at_both(network)
    central = network.central
    look_at(central)
    central.do(partial(linking.say_same, first=first, second=second))
    network.round()
    network.round()
    for clinic in network.clinics:
        assert [row[:3] for row in clinic.sql("SELECT kind, first_id, second_id FROM patient_link")] == [
            ("same", first, second)
        ]
    for patient_id in (first, second):
        (number,) = (row[0] for row in central.sql("SELECT number FROM patient WHERE id = ?", [patient_id]))
        assert [one.patient_id for one in central.ask(partial(find, words=number))] == [patient_id]
        assert set(central.ask(partial(similar.same_person_ids, patient_id=patient_id))) == {first, second}


def test_who_was_corrected_is_looked_at_again(network: Network) -> None:
    pair = at_both(network)
    clinic, central = network.clinics[0], network.central
    look_at(central)
    clinic.do(change(pair[0], family_name="Pop", second_family_name="Ical", given_names="Elvira"))
    network.round()
    assert central.ask(likely.pairs) == [], "what was found of the old name holds no more"
    assert central.ask(likely.count_not_looked_at) == 1
    look_at(central)
    assert central.ask(likely.pairs) == []


def test_a_look_that_was_stopped_goes_on_where_it_was(network: Network) -> None:
    at_both(network)
    central = network.central
    steps = look(central.vault, central.actor)
    next(steps)
    steps.close()
    assert central.ask(likely.count_not_looked_at) == 2
    look_at(central)
    assert len(central.ask(likely.pairs)) == 1


def test_who_is_corrected_or_erased_while_the_look_goes_on_is_not_taken_for_looked_at(network: Network) -> None:
    at_both(network)
    central = network.central
    steps = look(central.vault, central.actor)
    next(steps)
    next(steps)
    (compared,) = (row[0] for row in central.sql("SELECT patient_id FROM looked_at"))
    (other,) = (row[0] for row in central.sql("SELECT id FROM patient WHERE id <> ?", [compared]))
    central.do(lambda work: look_again(work, [compared]))
    central.do(lambda work: work.cursor.execute("DELETE FROM patient_entry WHERE patient_id = ?", [other]) and None)
    finish(steps)
    assert central.sql("SELECT patient_id FROM looked_at") == []


def test_a_reserved_person_is_found_and_shown_only_to_who_may_open_the_record(network: Network) -> None:
    pair = at_both(network)
    clinic, central = network.clinics[0], network.central
    clinic.do(change(pair[0], restricted=True, restricted_as="7"))
    network.round()
    assert finish(look(central.vault, MANAGER)) is not None
    assert central.vault.ask(likely.pairs, MANAGER) == []
    assert central.vault.ask(likely.count_pairs, MANAGER) == 0
    assert central.vault.ask(partial(likely.page, pair_ids=[pair]), MANAGER) == []
    assert central.ask(likely.pairs) == [pair], "found all the same"


def test_two_who_are_never_booked_for_one_day_are_two(network: Network) -> None:
    first, second = at_both(network)
    central = network.central
    look_at(central)
    central.do(lambda work: work.add(KeptApart(first_id=second, second_id=first)).id)
    assert central.ask(likely.pairs) == []


def test_only_what_is_as_likely_one_person_as_two_is_asked_about() -> None:
    assert worth_asking(0.0, strong=False) and worth_asking(-1.0, strong=True)
    assert not worth_asking(-0.1, strong=False)


# -- the page and its keys


@pytest.fixture
def page(qtbot: Any, qapp: Any) -> Any:
    theme.start(qapp)

    def sit(office: Office, actor: Actor | None = None) -> tuple[Any, Keyboard]:
        window = Window(office.vault, actor or office.actor, voice=RememberingVoice(), immediate=True)
        shown = SamePage(window)
        qtbot.addWidget(shown)
        shown.resize(1282, 611)
        shown.show()
        shown.take_focus()
        return shown, Keyboard(shown)

    return sit


def hit(shown: Any, keyboard: Keyboard, stroke: str) -> None:
    shown._slip.stop()
    keyboard.press(stroke)


def two_pairs(network: Network) -> None:
    for names in (WHO, WHO | {"given_names": "Odilia", "family_name": "Xol", "second_family_name": "Pop"}):
        network.clinics[0].do(filed(**names, **BORN))
        network.clinics[1].do(filed(**names, **BORN))
    network.round()


def test_opened_the_page_looks_and_one_key_decides_each(network: Network, page: Any) -> None:
    two_pairs(network)
    central = network.central
    shown, keyboard = page(central)
    assert shown.table.count() == 2 and shown.in_front.strong
    said = " ".join(label.text() for label in shown.right.findChildren(QLabel))
    assert "Clínica 1" in said and "Clínica 2" in said and "No visit yet" in said
    first = shown.in_front.key
    hit(shown, keyboard, "1")
    assert shown.table.count() == 1 and shown.in_front.key != first
    hit(shown, keyboard, "2")
    assert shown.table.count() == 0
    assert {row[0] for row in central.sql("SELECT kind FROM patient_link")} == {"same", "different"}
    hit(shown, keyboard, "U")
    hit(shown, keyboard, "U")
    assert shown.table.count() == 2 and not shown.undo.isEnabled()


def test_both_clinics_are_asked_with_numbers_and_no_name_and_the_pair_stays(network: Network, page: Any) -> None:
    first, second = at_both(network)
    central = network.central
    shown, keyboard = page(central, MANAGER)
    hit(shown, keyboard, "3")
    assert shown.table.count() == 1 and not shown.ask.isEnabled()
    network.round()
    for clinic, mine, other in ((network.clinics[0], first, second), (network.clinics[1], second, first)):
        ((text, about, named),) = clinic.sql("SELECT message_text, about_id, other_id FROM message")
        assert (about, named) == (mine, other)
        assert "Choc" not in text and "CLA" in text and "CLB" in text


def test_what_one_clinic_answers_is_shown_though_the_other_has_not_answered(network: Network, page: Any) -> None:
    at_both(network)
    central, clinic = network.central, network.clinics[0]
    shown, keyboard = page(central)
    hit(shown, keyboard, "3")
    network.round()
    ((question,),) = clinic.sql("SELECT id FROM message")
    clinic.do(
        partial(
            messages.send, message_id=new_id(), to_site_id="", text="es la misma", kind=MessageKind.ANSWER,
            answers_id=question,
        )
    )  # fmt: skip
    network.round()
    shown.reload()
    said = " ".join(label.text() for label in shown.right.findChildren(QLabel))
    assert "es la misma" in said and "Not answered yet." in said
    assert shown.ask.isEnabled()


def test_a_pair_that_was_undone_is_in_front(network: Network, page: Any) -> None:
    two_pairs(network)
    shown, keyboard = page(network.central)
    first = shown.in_front.key
    hit(shown, keyboard, "1")
    hit(shown, keyboard, "U")
    assert shown.in_front.key == first


def test_every_deed_can_be_read_in_a_low_window(network: Network, qtbot: Any, qapp: Any) -> None:
    theme.start(qapp)
    set_language("es")
    two_pairs(network)
    central = network.central
    desk = DeskScreen(Window(central.vault, central.actor, voice=RememberingVoice(), immediate=True))
    qtbot.addWidget(desk)
    desk.resize(827, 356)
    desk.show()
    desk.open_tab("same")
    shown = desk.page()
    assert isinstance(shown, SamePage)
    settle()
    assert desk.width() == 827
    assert all(deed.width() >= deed.sizeHint().width() for deed in (shown.undo, shown.ask, shown.different, shown.same))


def test_a_key_held_down_on_a_button_presses_it_once(network: Network, page: Any) -> None:
    two_pairs(network)
    shown, _keyboard = page(network.central)
    shown.same.setFocus()
    for repeated in (False, True):
        shown._slip.stop()
        QApplication.sendEvent(
            shown.same,
            QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", repeated),
        )
    assert shown.table.count() == 1


def test_after_a_merge_at_the_desk_whoever_came_is_compared_by_itself(network: Network, qtbot: Any, qapp: Any) -> None:
    theme.start(qapp)
    central = network.central
    for clinic in network.clinics:
        clinic.do(filed(**WHO, **BORN))
    window = Window(central.vault, central.actor, voice=RememberingVoice(), immediate=True)
    desk = DeskScreen(window)
    qtbot.addWidget(desk)
    clinics = desk.page()
    assert isinstance(clinics, CentralDesk)
    clinics.merge_files([clinic.export().path for clinic in network.clinics])
    assert central.ask(likely.count_not_looked_at) == 0
    assert central.ask(likely.count_pairs) == 1
