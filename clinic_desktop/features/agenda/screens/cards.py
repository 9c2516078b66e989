"""Cards that go home: which one, whether it can be carried, shown first, written down before it leaves."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.letters import cards as letters
from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.queries import papers as queries
from clinic_desktop.features.agenda.service import papers as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form, give_letters
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Text


def ask_card(office: Office, patient_id: str, screen: QWidget) -> Sheet:
    """Which card: that of the next appointment, where there is one, or the person's own."""
    booked = office.ask(days.next_visit, patient_id)
    who = office.ask(queries.carried, patient_id)
    said = letters.in_words(booked.day) if booked else _("No appointment is booked.")
    only = _("The card says “{name}”, the number and the day, and nothing else.").format(name=who.called)
    form = Form()
    copies = Edit("1")
    copies.setFixedWidth(72)
    stack(form, form.add("copies", _("How many of the person's card"), copies, check=_complain))
    told = (Text(said, weight="semi"), Text(only, color="quiet", wrap=True), form)
    sheet = Sheet(_("Card to take home"), screen, *told, width=600)
    sheet.add_deed(Button(_("Go back"), "back", "quiet"))
    mine = Button(_("Person's card"), kind="secondary" if booked else "primary")

    def print_mine() -> None:
        if not form.find_faults():
            _close(sheet, partial(_person, office, patient_id, screen, int(copies.text())))

    sheet.add_deed(mine, print_mine)
    give_letters(mine)
    if booked is not None:
        main = Button(_("Appointment card"), "card", "primary")
        sheet.add_deed(main, partial(_close, sheet, partial(print_appointment, office, booked.appointment_id, screen)))
        main.setFocus()
    else:
        mine.setFocus()
    sheet.open()
    return sheet


def _complain(typed: str) -> str | None:
    text = typed.strip()
    fits = text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= letters.MOST
    return None if fits else _("Write a number between 1 and {count}.").format(count=letters.MOST)


def print_appointment(office: Office, appointment_id: str, screen: QWidget | None, *, asked: bool = False) -> None:
    """The card of one booking, once somebody said that it can be carried home; `asked` where they said so just now."""
    who = office.ask(queries.booking, appointment_id).patient_id

    def make() -> None:
        pdf = office.ask(letters.appointment_card, appointment_id)
        _show(office, screen, pdf, who, _("Appointment card"), "appointment-card", "cita.pdf")

    if asked:
        make()
    else:
        _if_safe(office, who, screen, make)


def _person(office: Office, patient_id: str, screen: QWidget, copies: int) -> None:
    def make() -> None:
        pdf = office.ask(letters.patient_card, patient_id, copies=copies)
        _show(office, screen, pdf, patient_id, _("Person's card"), "patient-card", "tarjeta.pdf")

    _if_safe(office, patient_id, screen, make)


def _if_safe(office: Office, patient_id: str, screen: QWidget | None, make: Callable[[], None]) -> None:
    """Where somebody at home must not learn of the clinic, ask once whether the paper can be carried."""
    if not office.ask(queries.carried, patient_id).must_ask:
        make()
        return
    dialogs.ask_yes_no(
        _("Ask the person: can this paper be carried home without danger?"),
        screen,
        make,
        yes_text=_("Yes, print it"),
        no_text=_("No, no paper"),
    )


def _close(sheet: Sheet, act: Callable[[], object]) -> None:
    sheet.accept()
    act()


def _show(
    office: Office, screen: QWidget | None, pdf: bytes, patient_id: str, title: str, what: str, suggested: str
) -> None:
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noted: Callable[..., Any] = partial(
            service.note_card_printed, patient_id=patient_id, what=what, way=leaving.way, copies=leaving.copies
        )
        office.do(noted, screen, then=lambda _done: proceed())

    Preview(pdf, title, parent=screen, record=record, suggested=suggested).open()
