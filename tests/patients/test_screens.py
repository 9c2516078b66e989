"""People on the screen, as a receptionist uses them: by keys."""

import time
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.rules.patient import AllergyStatus, LinkKind
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.screens.persons import ALL, PersonsScreen
from clinic_desktop.features.patients.screens.registration import NEW, RegistrationScreen
from clinic_desktop.features.patients.screens.search import SearchPage
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import my_drafts
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.words import Phrase
from tests.patients.conftest import details

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
WHOLE = {"family_name": "Coj", "given_names": "Ana", "birth": "30", "community": "Pulay"}
"""What is needed beside the sex."""


@pytest.fixture
def screen_of(open_screen, monkeypatch):
    """A screen in front, without what other rooms hang on it."""
    monkeypatch.setattr(service, "after_registering", ())
    monkeypatch.setattr(slots, "deeds", ())
    monkeypatch.setattr(slots, "panels", ())
    monkeypatch.setattr(queries, "marks", ())
    opened: list[QWidget] = []

    def opening(screen_class, **arguments):
        opened.append(open_screen(screen_class, **arguments))
        return opened[-1]

    yield opening
    for screen in opened:
        screen.hide()


@pytest.fixture
def type_into(qtbot):
    def typing(screen, name, text):
        editor = screen.form.fields[name].editor
        if text.isascii():
            qtbot.keyClicks(editor, text)
        else:
            # The test keyboard has only plain letters.
            editor.insert(text)
            editor.textEdited.emit(editor.text())

    return typing


def fill(screen, type_into, **values):
    for name, text in values.items():
        type_into(screen, name, text)


def everybody(ask):
    return [row.said for row in ask(queries.recent)]


def answer(qtbot, words):
    dialog = dialogs.front()
    assert isinstance(dialog, dialogs.Asked)
    qtbot.keyClicks(dialog.edit, words)
    dialog.yes.click()


def test_a_new_person_is_registered_by_typing_alone(screen_of, qtbot, ask, office):
    screen = screen_of(RegistrationScreen)
    screen.take_focus()
    keys = 0
    for text in ("Tzoc", "", "Maria", "~39", "m"):
        focused = screen.focusWidget()
        qtbot.keyClicks(focused, text)
        keys += len(text)
        # A chosen sex moves on by itself.
        if text != "m":
            qtbot.keyClick(focused, ENTER)
            keys += 1
    # In English "m" is Man; the community has the focus now, and the municipality comes after it.
    assert screen.focusWidget() is screen.form.community
    qtbot.keyClicks(screen.form.community, "Pulay")
    qtbot.keyClick(screen.form.community, ENTER)
    screen.form.municipality.selectAll()
    qtbot.keyClicks(screen.form.municipality, "nebaj")
    qtbot.keyClick(screen.form.municipality, ENTER)
    keys += 12
    screen.primary.click()
    keys += 1
    known = ask(lambda r: queries.details(r, screen.patient_id)).details
    assert (known.family_name, known.given_names, known.sex) == ("Tzoc", "Maria", Sex.MALE)
    assert (known.municipality_code, known.community) == ("1413", "Pulay")
    assert known.birth and (known.birth.day, known.birth.estimated) == (PartialDate(1987), True)
    assert keys <= 40
    assert office.went == ("persons", {"patient_id": screen.patient_id})


def test_what_was_understood_stands_under_the_field(screen_of, type_into):
    screen = screen_of(RegistrationScreen)
    screen.form.sex.choose(0)
    type_into(screen, "birth", "~39")
    assert screen.form.fields["birth"].message() == "She was born about 1987 · estimated age, 39 years"
    type_into(screen, "phone", "5512 44")
    assert screen.form.fields["phone"].message() == "2 missing: 6 of 8"
    type_into(screen, "national_id", "5260181520701")
    assert "check digit" in screen.form.fields["national_id"].message()


def test_faults_are_said_beside_their_fields_and_nothing_is_lost(screen_of, type_into, ask):
    screen = screen_of(RegistrationScreen)
    fill(screen, type_into, given_names="Ana", birth="31/2/84")
    screen.primary.click()
    assert screen.form.fields["birth"].message() == "There is no such day: 31/2/84."
    assert screen.form.fields["sex"].message() == "Choose one"
    assert screen.form.value("given_names") == "Ana"
    assert everybody(ask) == []


def test_a_doubtful_card_number_stops_nobody(screen_of, type_into, ask):
    screen = screen_of(RegistrationScreen)
    screen.form.sex.choose(0)
    fill(screen, type_into, **WHOLE | {"birth": "?", "national_id": "5260 18152 0701"})
    screen.primary.click()
    assert everybody(ask) == ["COJ, Ana"]


def test_two_presses_register_once(screen_of, type_into, ask):
    screen = screen_of(RegistrationScreen)
    screen.form.sex.choose(0)
    fill(screen, type_into, **WHOLE)
    screen.primary.click()
    screen.primary.click()
    assert everybody(ask) == ["COJ, Ana"]


def test_words_of_the_search_box_come_along(screen_of, register):
    register("Tzoc, María")
    screen = screen_of(RegistrationScreen, words="tzoc brito maria 1987")
    assert (screen.form.value("family_name"), screen.form.value("second_family_name")) == ("Tzoc", "Brito")
    assert (screen.form.value("given_names"), screen.form.value("birth")) == ("Maria", "1987")


@pytest.mark.parametrize("phone", ["55124433", "5512 4433", "+502 5512-4433"])
def test_a_telephone_and_a_date_typed_in_the_search_box_come_along(screen_of, phone):
    screen = screen_of(RegistrationScreen, words=f"coj {phone} ana 14/7/1987")
    assert [screen.form.value(name) for name in ("family_name", "given_names", "phone", "birth")] == [
        "Coj", "Ana", "55124433", "14/7/1987",
    ]  # fmt: skip


def test_what_is_typed_is_kept_and_comes_back(screen_of, type_into, ask):
    screen = screen_of(RegistrationScreen)
    fill(screen, type_into, given_names="K'iche' Ana 😀", birth="31/2", community="Pulay")
    screen.form.sex.choose(0)
    screen.keep_draft()
    again = screen_of(RegistrationScreen)
    assert again.patient_id == screen.patient_id
    assert again.form.kept() == screen.form.kept()
    fresh = screen_of(RegistrationScreen, words="coj")
    assert fresh.earlier.isVisible()
    fresh.earlier.click()
    assert fresh.form.value("given_names") == "K'iche' Ana 😀"
    fresh.discard.click()
    assert ask(my_drafts) == ()


def test_a_draft_is_gone_when_the_person_is_registered(screen_of, type_into, ask):
    screen = screen_of(RegistrationScreen)
    screen.form.sex.choose(0)
    fill(screen, type_into, **WHOLE)
    screen.keep_draft()
    assert [draft.screen for draft in ask(my_drafts)] == [NEW]
    screen.primary.click()
    assert ask(my_drafts) == ()


@pytest.fixture
def twin(register):
    return register("Tzoc Pérez, María", "14/7/87", sex=Sex.FEMALE, community="Pulay", municipality_code="1413")


@pytest.fixture
def alike(screen_of, type_into, twin):
    screen = screen_of(RegistrationScreen)
    screen.form.sex.choose(0)
    fill(screen, type_into, family_name="Tzok", second_family_name="Pérez", given_names="María", birth="39")
    fill(screen, type_into, community="Pulay")
    screen.look_for_similar()
    return screen


def test_who_may_be_the_same_is_shown_with_reasons(alike, twin):
    similar = alike.similar.rows[0]
    assert (similar.patient_id, similar.strong) == (twin, True)
    assert "community" in similar.equal
    assert similar.different == ("family name: Tzoc, not Tzok",)


def test_saving_asks_once_and_then_keeps_that_it_is_another_person(alike, twin, ask):
    alike.primary.click()
    assert len(everybody(ask)) == 1
    alike.primary.click()
    assert len(everybody(ask)) == 2
    assert [link.kind for link in ask(lambda r: likely.links(r, twin))] == [LinkKind.DIFFERENT]


def test_the_same_person_is_opened_instead_of_registered(alike, twin, ask, office, qtbot):
    qtbot.keyClick(alike, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert office.went == ("persons", {"patient_id": twin})
    assert len(everybody(ask)) == 1


def test_a_correction_shows_what_is_known_and_changes_only_that(screen_of, twin, ask):
    screen = screen_of(RegistrationScreen, patient_id=twin)
    assert screen.form.value("birth") == "14/7/1987"
    screen.form.fill({"family_name": "Tzok"})
    screen.primary.click()
    known = ask(lambda r: queries.details(r, twin)).details
    assert (known.family_name, known.community, known.sex) == ("Tzok", "Pulay", Sex.FEMALE)


def test_an_untouched_estimate_keeps_the_day_it_was_made(screen_of, register, ask, clock):
    patient_id = register("Coj, Ana", "~39", sex=Sex.FEMALE)
    before = ask(lambda r: queries.details(r, patient_id)).details.birth
    clock.advance(days=800)
    screen = screen_of(RegistrationScreen, patient_id=patient_id)
    screen.form.fill({"family_name": "Koj"})
    screen.primary.click()
    assert ask(lambda r: queries.details(r, patient_id)).details.birth == before


def test_two_who_correct_the_same_field_are_told(screen_of, twin, ask, do, office):
    screen = screen_of(RegistrationScreen, patient_id=twin)
    seen = ask(lambda r: queries.details(r, twin)).details
    do(partial(service.correct, patient_id=twin, seen=seen, to=replace(seen, phone="11112222")))
    screen.form.fill({"phone": "33334444"})
    screen.primary.click()
    assert office.voice.said
    assert "11112222" in screen.form.fields["phone"].message()
    assert screen.form.value("phone") == "33334444"
    screen.primary.click()
    assert ask(lambda r: queries.details(r, twin)).details.phone == "33334444"


def test_search_results_follow_the_words_and_open_by_enter(screen_of, twin, register, office):
    register("Coj, Ana")
    screen = screen_of(SearchPage)
    screen.look_for("tzo")
    assert screen.table.count() == 1
    assert screen.preview.name.text() == "TZOC PÉREZ, María"
    screen.move_choice(1)
    screen.open_chosen()
    assert office.went == ("persons", {"patient_id": twin})
    screen.look_for("zzzz")
    screen.open_chosen()
    assert screen.head.text() == "Nobody found"
    screen.new.click()
    assert office.went == ("persons", {"new": True, "words": "zzzz"})


def test_what_other_rooms_hang_in_is_done_to_the_chosen_person(screen_of, twin, monkeypatch):
    done = []
    deed = slots.Deed(
        "Arrived",
        "arrived",
        "user-check",
        Permission.RECEPTION,
        lambda office, who, screen: done.append(who),
        primary=True,
    )
    monkeypatch.setattr(slots, "deeds", (deed,))
    monkeypatch.setattr(queries, "marks", (lambda asker, ids: {i: [queries.Mark("Appointment 10:30")] for i in ids},))
    screen = screen_of(SearchPage)
    screen.look_for("tzoc")
    screen.preview._buttons[-1].click()
    assert done == [twin]


def test_a_deed_that_is_done_says_so_instead_of_offering_itself(screen_of, twin, monkeypatch):
    state = ["Waiting"]
    deed = slots.Deed(
        "Arrived", "arrived", "user-check", Permission.RECEPTION, lambda *_told: None, primary=True,
        already=lambda _office, _who: state[0], tables=frozenset({"patient"}),
    )  # fmt: skip
    monkeypatch.setattr(slots, "deeds", (deed,))
    screen = screen_of(SearchPage)
    screen.look_for("tzoc")
    screen.show_rest()
    in_preview = screen.preview._buttons[-1]
    page = screen_of(PersonPage, patient_id=twin)
    on_page = page._deed_buttons[-1][1]
    for button in (in_preview, on_page):
        assert (button.text(), button.isEnabled()) == ("Waiting", False)
    state[0] = ""
    page._say_status(AllergyStatus.NONE_KNOWN)
    assert (on_page.text(), on_page.isEnabled()) == ("Arrived", True)


@pytest.fixture
def computer_in_tokyo(monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("computer_in_tokyo")
def test_times_are_those_of_the_clinic_whatever_the_computer_thinks(screen_of, type_into, twin, clock):
    clock.advance(seconds=11 * 3600)
    screen = screen_of(RegistrationScreen)
    fill(screen, type_into, given_names="Ana")
    screen.keep_draft()
    assert screen.saved_words.text() == "Draft kept 19:00:00"


def test_somebody_registered_in_the_evening_was_registered_that_day(screen_of, register, clock):
    clock.advance(seconds=11 * 3600)
    page = screen_of(PersonPage, patient_id=register("Coj, Ana"))
    said = [phrase.accessibleName() for phrase in page.findChildren(Phrase)]
    assert "23-nov-2026" in said and "24-nov-2026" not in said


def test_the_list_of_all_fetches_only_what_is_in_sight(screen_of, do, office, monkeypatch):
    def register_many(work):
        for at in range(150):
            service.register(work, PatientId(new_id()), details(f"Coj{at:03d}, Ana"))

    do(register_many)
    screen = screen_of(PersonsScreen)
    asked: list[int] = []
    plain = queries.rows_of
    monkeypatch.setattr(queries, "rows_of", lambda asker, entries: asked.append(len(entries)) or plain(asker, entries))
    screen.tabs.set_at(ALL)
    screen.grab()
    assert screen.table.count() == 150
    assert len(asked) <= 2 and max(asked) <= 64
    screen.table.choose_at(0)
    screen.table.opened.emit(screen.table.row())
    assert office.went[0] == "persons"


def test_the_page_says_who_it_is_and_notes_who_looked(screen_of, twin, qtbot, ask, office, vault):
    before = vault.last_head.count
    page = screen_of(PersonPage, patient_id=twin)
    qtbot.waitUntil(lambda: vault.last_head.count > before)
    said = [label.text() for label in page.findChildren(QLabel)]
    assert "TZOC PÉREZ, María" in said
    page.correct.click()
    assert office.went == ("persons", {"patient_id": twin, "correct": True})


def test_allergies_are_added_and_taken_off_on_the_page(screen_of, twin, qtbot, ask):
    page = screen_of(PersonPage, patient_id=twin)
    page.add_allergy.click()
    answer(qtbot, "penicilina")
    known = ask(lambda r: queries.details(r, twin))
    assert (known.allergy_status, known.allergies[0].substance) == (AllergyStatus.KNOWN, "penicilina")
    page._ask_void_allergy(known.allergies[0])
    answer(qtbot, "otra persona")
    assert ask(lambda r: queries.details(r, twin)).allergy_status is AllergyStatus.NOT_RECORDED
    page._say_status(AllergyStatus.NONE_KNOWN)
    assert ask(lambda r: queries.details(r, twin)).allergy_status is AllergyStatus.NONE_KNOWN


def test_a_registration_is_taken_back_with_a_reason(screen_of, twin, qtbot, ask, office):
    page = screen_of(PersonPage, patient_id=twin)
    page.void.click()
    answer(qtbot, "dos veces")
    assert office.went == ("persons", {})
    assert ask(queries.count) == 0


def test_a_death_is_noted_and_taken_back(screen_of, twin, qtbot, ask):
    page = screen_of(PersonPage, patient_id=twin)
    page.died.click()
    answer(qtbot, "10/2026")
    assert ask(lambda r: queries.details(r, twin)).died_on == PartialDate(2026, 10)
    page.died.click()
    assert ask(lambda r: queries.details(r, twin)).died_on is None


@pytest.mark.parametrize("name", ["<b>Ana</b>", "=1+1", "\u202eanA", "A" * 200, "😀"])
def test_any_name_is_shown_as_text(screen_of, register, name):
    patient_id = register(f"{name}, {name}")
    page = screen_of(PersonPage, patient_id=patient_id)
    page.grab()
    for label in page.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText
    screen = screen_of(SearchPage)
    screen.look_for(name)
    screen.grab()
    assert screen.table.row().patient_id == patient_id


def test_every_field_has_a_name_for_a_screen_reader_and_its_own_letter(screen_of):
    screen = screen_of(RegistrationScreen)
    letters = [field.label.letter for field in screen.form.fields.values() if field.label.letter]
    assert len(letters) == len(set(letters))
    assert all(field.editor.accessibleName() for field in screen.form.fields.values())


def test_tab_goes_through_the_fields_in_reading_order(screen_of, qtbot):
    screen = screen_of(RegistrationScreen)
    screen.take_focus()
    visited: list[QWidget] = []
    for _step in range(6):
        visited.append(screen.focusWidget())
        qtbot.keyClick(screen.focusWidget(), Qt.Key.Key_Tab)
    fields = screen.form.fields
    wanted = ("family_name", "second_family_name", "given_names", "birth", "sex", "community")
    assert visited == [fields[name].editor for name in wanted]


@pytest.mark.parametrize("screen_class", [RegistrationScreen, PersonsScreen, SearchPage])
def test_every_screen_fits_a_window_at_150_percent(screen_of, screen_class):
    assert screen_of(screen_class).minimumSizeHint().width() <= 911 - 60


def test_the_page_fits_a_window_at_150_percent(screen_of, twin):
    page = screen_of(PersonPage, patient_id=twin)
    page.resize(851, 350)
    page.grab()
    assert page.minimumSizeHint().width() <= 911 - 60
