"""Somebody is typed as new and turns out to be here already: nothing of what they told is lost."""

from datetime import date

import pytest
from PySide6.QtCore import Qt

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.rules.patient import AllergyStatus, Details
from clinic_desktop.features.patients.rules.rows import Known
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.rules.side_by_side import side_by_side
from clinic_desktop.features.patients.rules.told_again import told_again
from clinic_desktop.features.patients.screens.registration import CORRECT, RegistrationScreen
from clinic_desktop.storage.drafts import my_drafts
from tests.conftest import MONDAY
from tests.patients.conftest import details

PULAY = {"municipality_code": "1413", "community": "Pulay"}
KNOWN = details(
    "Tzoc Pérez, María Ixchel", "14/7/87", sex=Sex.FEMALE, phone="5512 4433", contact_name="Juana Pérez", **PULAY
)


def told(said: str = "", born: str = "", **more: object) -> Details:
    return details(said, born, **more)


@pytest.mark.parametrize(
    "same",
    [
        told(),
        told("tzoc, maria"),
        told("Tzok Perez, Maria", "~39", sex=Sex.FEMALE),
        told("Tzoc Pérez, María Ixchel", "1987", phone="+502 55124433", **PULAY),
    ],
)
def test_what_the_record_says_already_is_nothing_new(same):
    assert not told_again(KNOWN, same)


def test_another_way_to_reach_is_proposed_and_who_somebody_is_stays_as_it_is():
    today = told(
        "Tzoc Ramírez, Juana", "3/5/88", phone="44556677", mother_name="Ana Pérez", do_not_call=True, community="Acul"
    )
    again = told_again(KNOWN, today)
    assert dict(again.proposed) == {"phone": "44556677", "mother_name": "Ana Pérez", "do_not_call": True}
    assert set(again.otherwise) == {"second_family_name", "given_names", "birth"}
    assert again.moved


@pytest.fixture
def typed(open_screen, register):
    """María comes again and is typed as new, with another telephone, her mother's name and a new village."""
    known = register(
        "Tzoc Pérez, María", "14/7/87", sex=Sex.FEMALE, phone="5512 4433", contact_name="Juana Pérez", **PULAY
    )
    screen = open_screen(RegistrationScreen)
    screen.form.sex.choose(0)
    screen.form.fill({"family_name": "Tzok", "second_family_name": "Pérez", "given_names": "María", "birth": "39"})
    screen.form.fill({"phone": "44556677", "mother_name": "Ana Pérez", "do_not_visit": True})
    screen.form.bring_back(screen.form.kept() | {"community_words": "Acul"})
    screen.look_for_similar()
    yield known, screen
    screen.hide()


def test_what_was_told_is_proposed_in_the_correction_and_overwrites_nothing_until_it_is_saved(
    typed, open_screen, office, ask, qtbot
):
    known, screen = typed
    before = ask(lambda r: queries.details(r, known)).details
    screen.keep_draft()
    qtbot.keyClick(screen, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert office.went == ("persons", {"patient_id": known, "correct": True})
    assert [(draft.screen, draft.record_id) for draft in ask(my_drafts)] == [(CORRECT, known)]
    assert ask(lambda r: queries.details(r, known)).details == before
    page = open_screen(RegistrationScreen, patient_id=known)
    assert page.form.value("family_name") == "Tzoc"
    assert (page.form.value("phone"), page.form.value("mother_name")) == ("44556677", "Ana Pérez")
    assert page.form.fields["phone"].message() == "Told today. Until now: 5512 4433"
    assert page.form.fields["mother_name"].message() == "Told today"
    assert "Pulay" in page.form.fields["community"].message()
    page.take_focus()
    assert page.focusWidget() is page.form.community, "the first of what was told, in reading order"
    page.keep_draft()
    again = open_screen(RegistrationScreen, patient_id=known)
    assert again.form.fields["phone"].message() == "Told today. Until now: 5512 4433"
    again.primary.click()
    after = ask(lambda r: queries.details(r, known)).details
    assert (after.phone, after.mother_name, after.community, after.do_not_visit) == (
        "44556677", "Ana Pérez", "Acul", True,
    )  # fmt: skip
    assert (after.family_name, after.birth, after.contact_name) == (before.family_name, before.birth, "Juana Pérez")
    assert ask(my_drafts) == () and ask(queries.count) == 1


def test_a_number_that_must_not_be_called_is_not_said_where_another_was_told_nor_where_two_records_are_compared():
    quiet = details("Tzoc, María", "1987", phone="55124433", do_not_call=True)
    known = Known(
        details=quiet, number="PRU-1", registered_at=MONDAY, died_on=None, voided=False, void_reason="",
        allergy_status=AllergyStatus.NOT_RECORDED, allergies=(),
    )  # fmt: skip
    lines = side_by_side(known, known, date(2026, 11, 23))
    assert not any("55124433" in words for line in lines for words in (line.one, line.other))


def test_another_place_that_sent_for_a_new_person_goes_on_with_who_was_here_already(
    open_screen, register, office, qtbot
):
    known = register("Tzoc Pérez, María", "14/7/87", sex=Sex.FEMALE, **PULAY)
    screen = open_screen(RegistrationScreen, back_to=("booking", {"day": "2026-11-24"}))
    screen.form.sex.choose(0)
    screen.form.fill({"family_name": "Tzok", "second_family_name": "Pérez", "given_names": "María", "birth": "39"})
    screen.look_for_similar()
    screen.similar.same.emit(known)
    assert office.went == ("booking", {"patient_id": known, "day": "2026-11-24"})
    screen.hide()
