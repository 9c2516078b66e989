"""A letter that was written already, shown once more to be printed; written down before it leaves."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.referrals import service
from clinic_desktop.features.referrals.letters import referral
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.office import Office


def print_again(office: Office, request_id: str, folio: str, screen: QWidget) -> None:
    from clinic_desktop.printing.preview import Leaving, Preview

    danger = [""]

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(
            service.note_printed, request_id=request_id, way=leaving.way, copies=leaving.copies, despite=danger[0]
        )
        office.do(noting, screen, then=lambda _done: proceed())

    def show(pdf: bytes) -> None:
        Preview(pdf, _("Referral letter"), parent=screen, record=record, suggested=f"referencia-{folio}.pdf").open()

    def making(work: Any, despite: str = "") -> bytes:
        danger[0] = despite
        return referral.again(work, request_id, despite)

    # Done, not asked: it may be refused, or need the danger in words in an emergency.
    office.do(making, screen, then=show)
