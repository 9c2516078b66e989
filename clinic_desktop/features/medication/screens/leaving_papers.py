"""Showing a paper of the shelf: nothing leaves before it is written down who printed it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit.office import Office


def show_paper(
    office: Office, screen: QWidget, pdf: bytes, title: str, noting: Callable[..., Any], suggested: str
) -> None:
    """`noting` is the use case that writes it down; it is told the way and the copies."""
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noted: Callable[..., Any] = partial(noting, way=leaving.way, copies=leaving.copies)
        office.do(noted, screen, then=lambda _none: proceed())

    Preview(pdf, title, parent=screen, record=record, suggested=suggested).open()
