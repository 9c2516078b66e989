"""Papers of this room: shown first, written down before they leave."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office


def if_safe(screen: QWidget, show: Callable[[], object]) -> None:
    """What is written of a person, or what they want, goes home only after the question."""
    dialogs.ask_yes_no(
        _("Ask the person: can this paper be carried home without danger?"),
        screen,
        show,
        yes_text=_("Yes, print it"),
        no_text=_("No, no paper"),
    )


def show_paper(
    office: Office, screen: QWidget, pdf: bytes, title: str, noting: Callable[..., Any] | None = None
) -> None:
    """`noting` takes the way and the number of copies. The file's name names nobody and no illness."""
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        if noting is None:
            proceed()
        else:
            use_case = partial(noting, way=leaving.way, copies=leaving.copies)
            office.do(use_case, screen, then=lambda _done: proceed())

    Preview(pdf, title, parent=screen, record=record, suggested="hoja.pdf").open()
