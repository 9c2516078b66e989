"""Cards that go home: a name, a day, a number. Whoever finds one learns nothing else."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pypdfium2
import pytest
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.letters import cards
from clinic_desktop.features.agenda.queries import papers as queries
from clinic_desktop.features.agenda.screens.cards import ask_card, print_appointment
from clinic_desktop.features.agenda.service import day as booking
from clinic_desktop.features.agenda.service import days as consultation_days
from clinic_desktop.features.patients.queries.restricted import ReservedRecord
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing import cards as printing
from clinic_desktop.printing.ink import Box
from clinic_desktop.printing.paper import PaperSize
from clinic_desktop.printing.qr import squares
from clinic_desktop.printing.render import _ruler
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.words import Text
from tests.makers import people as make
from tests.printing.reading import bare, sizes, texts

DAY = date(2027, 1, 4)
SIZES = ("letter", "a4", "half-letter")
TELLING = (
    "mental", "psiqui", "psico", "salud", "consulta", "terapia", "clínica", "clinica", "depres", "ansied", "medic",
    "control", "primera", "seguimiento", "diagn", "quispe",
)  # fmt: skip
NAMES = ("", "x" * 200, "María de los Ángeles " * 10, "<b>Ana</b> & Co", "Ana 😀", "ana\u202eanA", "=1+1", "Kʼicheʼ")


@pytest.fixture
def booked(do):
    """Somebody with an appointment; its id, and the person's."""

    def make_one(*, time_text: str | None = "08:30", place: str = "", **fields: Any) -> tuple[str, str]:
        given = {"given_names": "Rosa María", "family_name": "Quispe"} | fields
        who, appointment_id = do(make.register(**given)), new_id()
        at = do(partial(consultation_days.add_place, name=place)) if place else None
        booking_it = partial(booking.book, appointment_id=appointment_id, patient_id=who, day=DAY, confirmed=True)
        do(partial(booking_it, time_text=time_text, place_id=at))
        return appointment_id, who

    return make_one


@pytest.fixture
def window(qtbot) -> QWidget:
    shown = QWidget()
    qtbot.addWidget(shown)
    stack(shown)
    shown.resize(1000, 600)
    shown.show()
    return shown


def both(appointment_id: str, patient_id: str) -> tuple[Callable[..., bytes], ...]:
    return (
        partial(cards.appointment_card, appointment_id=appointment_id),
        partial(cards.patient_card, patient_id=patient_id),
    )


def code_on(pdf: bytes, number: str, size: str) -> bool:
    """Whether the squares of this number stand on the first card, read from the picture of the sheet."""
    page = printing.lay_out([printing.Card("", "")], PaperSize(size), _ruler())[0]
    corner = next(placed for placed in page.inks if isinstance(placed.ink, Box))
    document: Any = pypdfium2.PdfDocument(pdf)
    scale = 6.0
    picture = document[0].render(scale=scale).to_pil().convert("L")
    wanted = squares(number)
    right, bottom = corner.x + printing.WIDTH - printing.PAD, corner.y + printing.HEIGHT - printing.PAD
    step = printing.CODE / len(wanted)

    def is_dark(row: int, column: int) -> bool:
        x, y = right - printing.CODE + (column + 0.5) * step, bottom - printing.CODE + (row + 0.5) * step
        return picture.getpixel((x * scale, y * scale)) < 128

    return all(is_dark(r, c) == dark for r, line in enumerate(wanted) for c, dark in enumerate(line))


@pytest.mark.parametrize("size", SIZES)
def test_the_appointment_card_says_who_when_and_where_and_can_be_scanned(booked, ask, do, size) -> None:
    do(partial(settings.choose, key="paper_size", value=size))
    appointment_id, who = booked(place="Santiago Atitlán")
    set_language("es")
    pdf = ask(lambda asker: cards.appointment_card(asker, appointment_id))
    said = " ".join(texts(pdf)[0].split())
    number = ask(lambda asker: queries.carried(asker, who)).number
    for words in ("Cita", "Rosa", "lunes 4 de enero", "2027", "A las 08:30", "Santiago Atitlán", number):
        assert words in said
    assert code_on(pdf, number, size)


@pytest.mark.parametrize("size", SIZES)
def test_the_persons_card_has_the_number_in_figures_and_code(booked, ask, do, size) -> None:
    do(partial(settings.choose, key="paper_size", value=size))
    _appointment, who = booked(known_as="Doña Rosa")
    pdf = ask(lambda asker: cards.patient_card(asker, who))
    number = ask(lambda asker: queries.carried(asker, who)).number
    said = texts(pdf)[0]
    assert said.count("Doña Rosa") == 1 and said.count(number) == 1, "one card, for one person"
    assert code_on(pdf, number, size)


def test_ten_cards_are_one_sheet_of_letter_or_a4(booked, ask, do) -> None:
    _appointment, who = booked()
    for size in ("letter", "a4"):
        do(partial(settings.choose, key="paper_size", value=size))
        assert len(sizes(ask(lambda asker: cards.patient_card(asker, who, copies=cards.MOST)))) == 1


@pytest.mark.parametrize("name", ["Clínica de Salud Mental", "Centro Psicológico", "Hospital Psiquiátrico"])
def test_nothing_on_a_card_says_why_somebody_comes(booked, ask, do, name) -> None:
    do(partial(settings.choose, key="letterhead_name", value=name))
    appointment_id, who = booked(place=name)
    set_language("es")
    made = (
        ask(lambda asker: cards.appointment_card(asker, appointment_id)),
        ask(lambda asker: cards.patient_card(asker, who)),
    )
    for pdf in made:
        said = "".join(texts(pdf)).casefold()
        assert [word for word in TELLING if word in said] == []
        document: Any = pypdfium2.PdfDocument(pdf)
        title = document.get_metadata_dict().get("Title", "").casefold()
        assert [word for word in TELLING if word in title] == []


def test_a_neutral_letterhead_stands_on_the_card(booked, ask, do) -> None:
    do(partial(settings.choose, key="letterhead_name", value="Casa Las Nubes"))
    appointment_id, _who = booked()
    assert "Casa Las Nubes" in texts(ask(lambda asker: cards.appointment_card(asker, appointment_id)))[0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_any_name_and_any_empty_field_make_a_card(booked, ask, do, size, name) -> None:
    do(partial(settings.choose, key="paper_size", value=size))
    do(partial(settings.choose, key="letterhead_name", value=name[:200]))
    appointment_id, who = booked(time_text=None, given_names=name, family_name=None, known_as=name or None)
    for make_card in both(appointment_id, who):
        pdf = ask(make_card)
        assert pdf == ask(make_card), "the same facts give the same bytes"
        said = texts(pdf)
        assert len(said) == 1 and "None" not in said[0]
        if name.startswith("<b>"):
            assert bare(name) in bare(said[0])


def test_a_card_holds_no_surname_and_no_place_of_the_person(booked, ask) -> None:
    appointment_id, _who = booked(community="Panabaj", phone="5512-3456", mother_name="Petrona")
    said = "".join(texts(ask(lambda asker: cards.appointment_card(asker, appointment_id))))
    assert not any(word in said for word in ("Quispe", "QUISPE", "Panabaj", "5512", "Petrona"))


def test_a_reserved_record_has_no_card_for_the_desk(booked, vault) -> None:
    appointment_id, who = booked(restricted=True, restricted_as="2")
    desk = Actor(new_id(), "Ana", frozenset({Permission.RECEPTION, Permission.SEE_PATIENTS, Permission.SEE_DAY}))
    for making in both(appointment_id, who):
        with pytest.raises(ReservedRecord):
            vault.ask(making, desk)
    with pytest.raises(NotAllowed):
        vault.ask(partial(cards.patient_card, patient_id=who), Actor(new_id(), "Eva", frozenset({Permission.DISPENSE})))


# -- the screen


@pytest.mark.parametrize("mark", ["do_not_call", "do_not_visit", "shared_phone"])
def test_whether_it_can_be_carried_is_asked_once_where_it_must_be(booked, office, window, mark) -> None:
    from clinic_desktop.printing.preview import Preview

    appointment_id, _who = booked(**{mark: True})
    print_appointment(office, appointment_id, window)
    asked = dialogs.front()
    assert isinstance(asked, dialogs.Question) and "without danger" in asked.sentence.text()
    assert not window.findChildren(Preview), "not before the answer"
    asked.yes.click()
    (shown,) = window.findChildren(Preview)
    shown.close()


def test_a_card_of_somebody_without_such_a_mark_is_shown_at_once(booked, office, window) -> None:
    from clinic_desktop.printing.preview import Preview

    appointment_id, _who = booked()
    print_appointment(office, appointment_id, window)
    (shown,) = window.findChildren(Preview)
    shown.close()


def test_somebody_without_an_appointment_gets_the_own_card_only(do, office, window) -> None:
    who = do(make.register(given_names="Rosa"))
    sheet = ask_card(office, who, window)
    words = [button.text() for button in sheet.findChildren(dialogs.Button)]
    assert "Person's card" in words and "Appointment card" not in words
    sheet.close()


def test_days_are_said_whole() -> None:
    set_language("es")
    assert cards.in_words(DAY) == "lunes 4 de enero de 2027"
    assert cards.in_words(DAY + timedelta(days=360)).endswith("diciembre de 2027")


def test_the_desk_says_how_many_cards(booked, office, window) -> None:
    from clinic_desktop.printing.preview import Preview

    _appointment, who = booked()
    sheet = ask_card(office, who, window)
    mine = next(button for button in sheet.findChildren(dialogs.Button) if button.text() == "Person's card")
    copies = sheet.findChildren(Edit)[0]
    assert copies.text() == "1"
    for wrong in ("0", "11", "x", ""):
        copies.setText(wrong)
        mine.click()
        assert sheet.isVisible() and not window.findChildren(Preview)
    copies.setText("3")
    mine.click()
    (shown,) = window.findChildren(Preview)
    assert texts(shown._pdf)[0].count("Rosa") == 3
    shown.close()


def test_the_card_of_somebody_who_is_here_says_the_next_visit_and_not_todays(booked, do, office, window) -> None:
    _appointment, who = booked()
    do(lambda work: booking.book(work, appointment_id=new_id(), patient_id=who, day=work.today, confirmed=True))
    do(partial(booking.arrive, patient_id=who, new_appointment_id=new_id()))
    sheet = ask_card(office, who, window)
    assert any("4 January 2027" in words.text() for words in sheet.findChildren(Text))
    sheet.reject()
