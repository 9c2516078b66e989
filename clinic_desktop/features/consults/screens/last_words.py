"""What was written last time in the section that one is in: whole, quiet and dated, to be read while writing."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from clinic_desktop.features.consults.screens.section_field import SectionField
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.painting import focus_ring
from clinic_desktop.uikit.theme import S1, col, font, is_compact, metrics
from clinic_desktop.uikit.words import Text

_MOST_LINES, _FEW_LINES = 3, 2


class _Quiet(TextArea):
    """Words that are read, without the border of a field in which one writes."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFont(font("small"))
        self.document().setDocumentMargin(1)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(60, 20)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # A read-only text has no caret of its own, and must be reached by keyboard all the same.
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = QPalette(self.palette())
        if palette.color(QPalette.ColorRole.Text) != col("quiet"):
            palette.setColor(QPalette.ColorRole.Text, col("quiet"))
            self.setPalette(palette)
        QPlainTextEdit.paintEvent(self, event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            focus_ring(painter, QRectF(self.viewport().rect()), 4)


class LastWords(QWidget):
    """Under the sections; `moved` is told when they have more or less room because of it."""

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = Text("", "small", "semi", "quiet")
        self.words = _Quiet()
        self._shown: SectionField | None = None
        self._has_room = True
        brings = Text(_("brings the last text"), "small", color="quiet")
        stack(self, row(self._head, None, KeyCap(cap("last_text")), brings, gap=S1), self.words, gap=1)
        self.hide()

    def show_of(self, field: SectionField) -> None:
        self._shown = field
        self.setVisible(bool(field.last.strip()) and self._has_room)
        if not field.last.strip() or field.last_on is None:
            return
        self._head.setText(f"{say_day(field.last_on)} · {field.section.title}")
        self.words.setAccessibleName(self._head.text())
        if self.words.text() != field.last:
            self.words.setText(field.last)
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
        self.moved.emit()

    def give_room(self, yes: bool) -> None:
        """In a very low card the section itself needs all of it."""
        if yes != self._has_room:
            self._has_room = yes
            self.again()

    def again(self) -> None:
        """The chart was read again."""
        if self._shown is not None:
            self.show_of(self._shown)

    def forget(self) -> None:
        self._shown = None
        self.hide()

    def fit(self) -> None:
        lines = round(self.words.document().documentLayout().documentSize().height())
        most = _FEW_LINES if is_compact(self.window().width()) else _MOST_LINES
        wanted = max(1, min(lines, most)) * metrics("small").lineSpacing() + 4
        if self.words.height() != wanted:
            self.words.setFixedHeight(wanted)
