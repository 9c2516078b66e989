"""Codes that two people compare or copy: large, in groups one can count."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class CodeCard(Card):
    """A line for each line of the code."""

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        lines = [Text("   ".join(line.split("-")), "title", "semi") for line in code.splitlines()]
        super().__init__(*lines, ground="accent_soft", flat=True, margins=(S3, S2, S3, S2), gap=S2, parent=parent)
        self.setAccessibleName(code.replace("-", " ").replace("\n", ". "))
