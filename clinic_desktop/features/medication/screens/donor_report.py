"""The report to a donor: shown first, and written down when it leaves."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import donor_report as letters
from clinic_desktop.features.medication.service import donor_report as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.preview import Leaving, Preview
from clinic_desktop.uikit.office import Office


def open_donor_report(office: Office, partner_id: str, parent: QWidget) -> None:
    """Up to today, of all that this donor gave."""
    pdf = office.ask(letters.donor_paper, partner_id).pdf()

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(
            service.note_report_left, partner_id=partner_id, way=leaving.way, copies=leaving.copies
        )
        office.do(noting, parent, then=lambda _done: proceed())

    Preview(pdf, _("Report to the donor"), parent=parent, record=record, suggested="informe.pdf").open()
