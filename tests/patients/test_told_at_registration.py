"""What registration keeps beside the name: communities, safe contact, guardians, difficulties, who has no name."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from clinic_desktop.features.patients.queries import communities
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.records import Community
from clinic_desktop.features.patients.rules.patient import Details, MeetingPlaceMissing, NameMissing
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.screens.preview import PersonPreview
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.work import ChangedMeanwhile
from clinic_desktop.uikit.words import Phrase
from tests.patients.conftest import details

TOLD = details(
    "Tzoc, María",
    "1987",
    self_identification_code="maya",
    functioning={"seeing": 2, "walking": 0},
    found_by_code="radio",
    found_by_text="Radio Ixil",
    phone="5512 4433",
    do_not_call=True,
    do_not_visit=False,
    shared_phone=True,
    contact_hours="por la tarde",
    cover_words="del grupo de tejido",
    contact_may_know="solo que llamaron",
    guardian_name="Juana Pérez",
    guardian_kinship="madre",
    guardian_phone="4455 6677",
    guardian_proof="partida",
    minutes_to_clinic=90,
)


@pytest.fixture
def keep(do):
    def keeping(told):
        return do(partial(service.register, patient_id=PatientId(new_id()), details=told)).patient_id

    return keeping


def of(ask, patient_id):
    return ask(lambda r: queries.details(r, patient_id)).details


def said_on(page):
    labels = [label.text() for label in page.findChildren(QLabel)]
    return [*labels, *(phrase.accessibleName() for phrase in page.findChildren(Phrase))]


def write(screen, **values):
    for name, text in values.items():
        editor = screen.form.fields[name].editor
        editor.setText(text)
        editor.textEdited.emit(text)


def test_all_that_was_told_is_kept_with_the_day_it_was_asked(keep, ask):
    assert of(ask, keep(TOLD)) == replace(TOLD, functioning_asked_on=date(2026, 11, 23))


def test_two_who_change_the_same_new_field_are_told_and_others_are_not(keep, do, ask):
    who = keep(TOLD)
    seen = of(ask, who)
    do(partial(service.correct, patient_id=who, seen=seen, to=replace(seen, cover_words="del molino")))
    do(partial(service.correct, patient_id=who, seen=seen, to=replace(seen, minutes_to_clinic=120)))
    with pytest.raises(ChangedMeanwhile) as told:
        do(partial(service.correct, patient_id=who, seen=seen, to=replace(seen, cover_words="de la milpa")))
    assert told.value.fields == ("cover_words",)


def test_an_answer_that_no_question_gives_is_not_kept(keep, ask):
    assert of(ask, keep(replace(TOLD, functioning={"seeing": 9, "flying": 1}))).functioning == {}


# -- communities


def test_a_new_community_becomes_a_row_with_the_person_and_the_same_name_names_the_same_row(keep, ask, vault):
    one = of(ask, keep(details("Tzoc, Ana", municipality_code="1413", community="Chuatuj")))
    other = of(ask, keep(details("Coj, Eva", municipality_code="1413", community="CHUATÚJ")))
    elsewhere = of(ask, keep(details("Coj, Eva", municipality_code="0701", community="Chuatuj")))
    assert one.community_id and one.community_id == other.community_id != elsewhere.community_id
    found = ask(lambda r: communities.find(r, "chua", "0701"))
    assert [choice.municipality_code for choice in found] == ["0701", "1413"]


def test_a_community_is_not_kept_when_the_person_is_not(do, ask):
    nobody = Details(municipality_code="1413", community="Chuatuj")
    with pytest.raises(NameMissing):
        do(partial(service.register, patient_id=PatientId(new_id()), details=nobody))
    assert ask(lambda r: r.value(sa.select(sa.func.count(Community.id)))) == 0


def test_three_letters_and_enter_take_the_community_and_its_municipality(keep, open_screen, qtbot):
    keep(details("Tzoc, Ana", municipality_code="1413", community="Pulay"))
    form = open_screen(RegistrationScreen).form
    qtbot.keyClicks(form.community, "pul")
    qtbot.keyClick(form.community, Qt.Key.Key_Return)
    assert (form.details().community, form.details().municipality_code) == ("Pulay", "1413")
    assert form.details().community_id
    write(type("Screen", (), {"form": form}), community="Pulay Nuevo")
    assert form.details().community_id == ""


def test_the_municipality_is_that_of_the_clinic_until_another_is_chosen(do, open_screen):
    def live_in_solola(work):
        work.session.execute(sa.delete(Site).where(Site.id == work.site_id))
        work.add(Site(id=work.site_id, code="SOL", name="Sololá", kind="clinic", municipality_code="0701", zone="UTC"))

    do(live_in_solola)
    assert open_screen(RegistrationScreen).form.details().municipality_code == "0701"


# -- names


def test_who_has_no_family_name_is_said_by_one_key_and_it_is_kept(open_screen, qtbot, ask):
    screen = open_screen(RegistrationScreen)
    screen.form.sex.choose(0)
    write(screen, given_names="Ixchel", birth="30", community="?")
    screen.primary.click()
    assert "Alt+N" in screen.form.fields["family_name"].message()
    with qtbot.waitActive(screen):
        screen.activateWindow()
    qtbot.keyClick(screen, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    screen.primary.click()
    known = of(ask, screen.patient_id)
    assert (known.has_no_family_name, known.family_name, known.community) == (True, "", "")


@pytest.mark.parametrize("filler", [".", "-", "xx", "XXX", "N/N", "--"])
def test_no_dummy_is_needed_and_one_is_asked_about(open_screen, filler):
    screen = open_screen(RegistrationScreen)
    write(screen, family_name=filler, given_names="Ana")
    screen.primary.click()
    assert "leave it empty" in screen.form.fields["family_name"].message()
    assert screen.form.value("family_name") == filler


def test_somebody_without_a_name_is_known_by_place_and_day_until_the_name_is_known(open_screen, do, ask):
    screen = open_screen(RegistrationScreen)
    screen.unnamed.click()
    screen.form.sex.choose(1)
    write(screen, birth="~50")
    screen.primary.click()
    assert screen.form.fields["met_where"].message()
    write(screen, met_where="mercado de Sololá")
    screen.primary.click()
    who = screen.patient_id
    before = ask(lambda r: queries.header(r, who))
    assert before.said == "UNIDENTIFIED (mercado de Sololá, 23-nov-2026)"
    for words in ("sin identificar", "identificar mercado"):
        assert [row.said for row in ask(lambda r, words=words: finding.find(r, words))] == [before.said]
    seen = of(ask, who)
    do(partial(service.correct, patient_id=who, seen=seen, to=replace(seen, given_names="Pedro", family_name="Coj")))
    after = ask(lambda r: queries.header(r, who))
    assert (after.said, after.number) == ("COJ, Pedro", before.number)
    assert of(ask, who).unidentified is None
    assert ask(lambda r: finding.find(r, "sin identificar")) == ()


def test_who_has_no_name_needs_a_place(do):
    with pytest.raises(MeetingPlaceMissing):
        do(partial(service.register, patient_id=PatientId(new_id()), details=Details(unidentified=True)))


# -- children, telephones, what is asked later


def test_for_a_child_who_answers_is_asked_with_the_first_fields(open_screen):
    form = open_screen(RegistrationScreen).form
    order = lambda: form.fields["guardian_name"].y() < form.fields["phone"].y()  # noqa: E731
    write(type("Screen", (), {"form": form}), birth="45")
    QApplication.processEvents()
    assert not order()
    write(type("Screen", (), {"form": form}), birth="8m")
    QApplication.processEvents()
    form.grab()
    assert order()


def test_a_number_that_must_not_be_called_is_shown_only_on_purpose(keep, open_screen, office, ask):
    who = keep(TOLD)
    preview = PersonPreview(office)
    preview.show_person(ask(lambda r: queries.recent(r))[0])
    assert not any("5512" in words for words in said_on(preview))
    page = open_screen(PersonPage, patient_id=who)
    assert not any("5512" in words for words in said_on(page))
    assert any("Do not call" in words for words in said_on(page))
    page.show_phone.click()
    assert any("5512" in words for words in said_on(page))


def test_a_number_that_must_not_be_called_is_hidden_also_where_the_trusted_person_has_the_same(register, open_screen):
    who = register("Coj, Ana", phone="5512 4433", do_not_call=True, contact_phone="+502 55124433", contact_name="Juan")
    page = open_screen(PersonPage, patient_id=who)
    said = " ".join(widget.accessibleName() for widget in page.findChildren(QWidget))
    assert "4433" not in said
    page.show_phone.click()
    said = " ".join(widget.accessibleName() for widget in page.findChildren(QWidget))
    assert "55124433" in said
    page.hide()


def test_what_was_not_asked_is_one_press_away(keep, open_screen, office):
    who = keep(details("Tzoc, Ana", "1990"))
    page = open_screen(PersonPage, patient_id=who)
    page.missing[0].click()
    assert office.went == ("persons", {"patient_id": who, "correct": True, "ask": "phone"})
    screen = open_screen(RegistrationScreen, patient_id=who, ask="found_by_code")
    screen.take_focus()
    QApplication.processEvents()
    field = screen.form.fields["found_by_code"]
    assert field.editor.hasFocus()
    assert not field.editor.visibleRegion().isEmpty(), "and it is in sight"


def test_the_form_shows_all_of_it_again_and_an_untouched_form_changes_nothing(keep, open_screen, ask):
    child = replace(TOLD, has_no_family_name=True, family_name="", community="Pulay", municipality_code="1413")
    who = keep(child)
    known = of(ask, who)
    form = open_screen(RegistrationScreen, patient_id=who).form
    assert form.details(known) == known


def test_a_draft_brings_all_of_it_back(open_screen):
    screen = open_screen(RegistrationScreen)
    screen.unnamed.click()
    write(screen, met_where="mercado", contact_hours="tarde", guardian_name="Juana")
    screen.form.do_not_call.click()
    screen.form.fields["seeing"].editor.set_value(3)
    screen.keep_draft()
    again = open_screen(RegistrationScreen)
    assert again.form.kept() == screen.form.kept()
    assert again.form.is_unidentified()
    assert again.form.details().functioning == {"seeing": 3}
