"""A voucher on paper: written down before it leaves."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import statement as statement_letters
from clinic_desktop.features.medication.letters import voucher as letters
from clinic_desktop.features.medication.service import statements, vouchers
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.office import Office


def print_vouchers(office: Office, voucher_ids: Sequence[str], screen: QWidget, *, at_once: bool = False) -> Any:
    """Show them ready to print; None where the record is reserved. `at_once` prints where there is a printer: whoever
    pressed Enter wanted the paper."""
    from clinic_desktop.printing.preview import Leaving, Preview

    try:
        pdf = office.ask(letters.vouchers_pdf, voucher_ids)
    except Refused as refused:
        office.voice.say(refused, screen)
        return None

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(
            vouchers.note_vouchers_printed, voucher_ids=voucher_ids, way=leaving.way, copies=leaving.copies
        )
        office.do(noting, screen, then=lambda _done: proceed())

    shown = Preview(pdf, _("Voucher for a pharmacy"), parent=screen, record=record, suggested="vale.pdf")
    shown.open()
    if at_once and shown.print_button.isEnabled():
        shown.print_button.click()
    return shown


def print_statement(office: Office, statement_id: str, number: str, screen: QWidget) -> Any:
    from clinic_desktop.printing.preview import Leaving, Preview

    pdf = office.ask(statement_letters.statement_paper, statement_id).pdf()

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(
            statements.note_statement_printed, statement_id=statement_id, way=leaving.way, copies=leaving.copies
        )
        office.do(noting, screen, then=lambda _done: proceed())

    title, named = _("Monthly statement of a pharmacy"), f"estado-{number}.pdf"
    shown = Preview(pdf, title, parent=screen, record=record, suggested=named)
    shown.open()
    return shown
