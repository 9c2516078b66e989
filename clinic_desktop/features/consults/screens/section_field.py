"""One section of a note: a field that grows with its words, and where short words become the clinician's sentences."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.features.consults.rules.phrases import Expansion, expansion
from clinic_desktop.features.consults.rules.sections import Section
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.theme import metrics

MOST_LINES = 12
"""A longer section scrolls inside itself, so that the next one stays near."""
_LAST_SHOWN = 300
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class SectionField(TextArea):
    """As high as its words, between the section's own lines and twelve."""

    def __init__(self, section: Section, phrases: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.section = section
        self._phrases = phrases
        self._last, self._told = "", ""
        self.last_on: date | None = None
        self.setMinimumSize(80, 34)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(section.title)
        self.document().documentLayout().documentSizeChanged.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        lines = max(self.section.lines, min(self._lines(), MOST_LINES))
        wanted = lines * metrics().lineSpacing() + 17
        long = self._lines() > MOST_LINES
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if long else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if wanted != self.height() or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)

    def _lines(self) -> int:
        return round(self.document().documentLayout().documentSize().height())

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    # last time

    @property
    def last(self) -> str:
        return self._last

    def set_last(self, text: str, on: date | None) -> None:
        """Show last time's words, in quiet and dated, while nothing is written."""
        self._last, self.last_on = text, on
        told = " ".join(text[:_LAST_SHOWN].split())
        self._told = _("{day}: {words}").format(day=say_day(on).rpartition("-")[0], words=told) if told and on else ""
        self._show_last()

    def _show_last(self) -> None:
        # A hint that was cut in the middle of a line would look like writing.
        room = (self.width() - 24) * self.section.lines - (40 if self.section.lines > 1 else 0)
        self.setPlaceholderText(metrics().elidedText(self._told, Qt.TextElideMode.ElideRight, max(room, 0)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_last()

    def bring_last(self) -> bool:
        """Last time's words, at the caret, as one step that Ctrl+Z takes back."""
        if not self._last or self.isReadOnly():
            return False
        self.textCursor().insertText(self._last)
        return True

    def replace_all(self, text: str) -> None:
        """Other words, as one step that Ctrl+Z takes back."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    # short words

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and event.modifiers() in _PLAIN and self._expand(" "):
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab expands a short word; where there is none it goes on to the next field."""
        return (next and self._expand("")) or super().focusNextPrevChild(next)

    def _expand(self, after: str) -> bool:
        found = self._expansion()
        if found is None:
            return False
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.movePosition(cursor.MoveOperation.Left, cursor.MoveMode.KeepAnchor, found.length)
        cursor.insertText(found.words + after)
        cursor.endEditBlock()
        self.ensureCursorVisible()
        return True

    def _expansion(self) -> Expansion | None:
        cursor = self.textCursor()
        # Right after Ctrl+Z the short word is meant as it stands.
        if not self._phrases or self.isReadOnly() or cursor.hasSelection() or self.document().isRedoAvailable():
            return None
        words, at = cursor.block().text(), cursor.positionInBlock()
        return expansion(words[:at], words[at : at + 1], self._phrases)
