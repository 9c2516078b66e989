"""Printing the day: which list, shown first, written down before it leaves."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.letters import day as papers
from clinic_desktop.features.agenda.queries.day import DayRow
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Text


def may_print(office: Office) -> bool:
    return office.may(Permission.RECEPTION, Permission.READ_CHART)


def print_day(office: Office, screen: QWidget) -> Sheet | None:
    """The list that the person's role needs; who has both roles is asked which."""
    if not office.may(Permission.READ_CHART):
        print_desk_list(office, screen)
        return None
    if not office.may(Permission.RECEPTION):
        print_clinicians_list(office, screen)
        return None
    explained = Text(_("Neither list says why somebody comes."), color="quiet", wrap=True)
    sheet = Sheet(_("Which list?"), screen, explained)
    sheet.add_deed(Button(_("Go back"), "back", "quiet"))
    numbered, desk = Button(_("Numbered, for the consulting room")), Button(_("For the desk"), kind="primary")
    sheet.add_deed(numbered, lambda: _after(sheet, lambda: print_clinicians_list(office, screen)))
    sheet.add_deed(desk, lambda: _after(sheet, lambda: print_desk_list(office, screen)))
    desk.setFocus()
    sheet.open()
    return sheet


def print_desk_list(office: Office, screen: QWidget) -> None:
    pdf = office.ask(papers.desk_list).pdf()
    _show(office, screen, pdf, _("People of the day"), "desk-list", "lista-del-dia.pdf")


def print_clinicians_list(office: Office, screen: QWidget) -> None:
    def made(work: Any) -> bytes:
        return papers.clinicians_list(work).pdf()

    office.do(
        made,
        screen,
        then=lambda pdf: _show(office, screen, pdf, _("Numbered list"), "numbered-list", "lista-numerada.pdf"),
    )


def print_turn(office: Office, screen: QWidget, row: DayRow) -> None:
    pdf = office.ask(papers.turn_slip, row).pdf()
    _show(office, screen, pdf, _("Turn {number}").format(number=row.turn), "turn", f"turno-{row.turn}.pdf")


def _after(sheet: Sheet, act: Callable[[], None]) -> None:
    sheet.accept()
    act()


def _show(office: Office, screen: QWidget, pdf: bytes, title: str, what: str, suggested: str) -> None:
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(service.note_printed, what=what, way=leaving.way, copies=leaving.copies)
        office.do(noting, screen, then=lambda _done: proceed())

    Preview(pdf, title, parent=screen, record=record, suggested=suggested).open()
