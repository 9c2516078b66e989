"""Where people write: one line, a password, several lines. Always plain text."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from clinic_desktop.uikit.keys import LetKeysPass, cap
from clinic_desktop.uikit.painting import draw_icon, draw_keycap, keycap_width, paint_field
from clinic_desktop.uikit.theme import CONTROL, font

# Pasted from a web page or a sheet, these stay in a line unseen and come out in letters and lists.
_ONE_LINE = dict.fromkeys((*range(32), 0x7F, 0x85, 0x2028, 0x2029), " ")


def _bare(widget: QWidget) -> None:
    """Takes Qt's own ground away, so that the field paints its rounded one; the ink stays the palette's."""
    palette = QPalette(widget.palette())
    palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
    widget.setPalette(palette)


class Edit(QLineEdit):
    """One line. An icon inside, a key cap or an icon at the end, a danger border when it is wrong."""

    def __init__(
        self,
        text: str = "",
        placeholder: str = "",
        icon: str = "",
        *,
        key: str = "",
        trailing: str = "",
        height: int = CONTROL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon, self._cap, self._trailing, self._wrong = icon, cap(key), trailing, False
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setFrame(False)
        self.setMinimumHeight(height)
        self._make_room()
        _bare(self)
        self.installEventFilter(LetKeysPass(self))

    def _make_room(self) -> None:
        end = keycap_width(self._cap) + 14 if self._cap else 34 if self._trailing else 8
        self.setTextMargins(34 if self._icon else 8, 0, end, 0)

    def text(self) -> str:
        """One line, whatever was pasted."""
        return super().text().translate(_ONE_LINE)

    def set_wrong(self, wrong: bool) -> None:
        self._wrong = wrong
        self.update()

    def is_wrong(self) -> bool:
        return self._wrong

    def set_cap(self, words: str) -> None:
        """Another cap at the end: the search box shows F2, and Esc while it is in use."""
        self._cap = words
        self._make_room()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area, middle = QRectF(self.rect()), self.height() / 2
        focused = self.hasFocus()
        paint_field(painter, area, wrong=self._wrong, focused=focused, enabled=self.isEnabled())
        if self._icon:
            draw_icon(painter, 10, middle - 9, self._icon, "accent" if focused else "quiet")
        if self._trailing:
            draw_icon(painter, area.width() - 28, middle - 9, self._trailing, "quiet")
        if self._cap:
            draw_keycap(painter, area.width() - keycap_width(self._cap) - 9, middle, self._cap)
        painter.end()
        super().paintEvent(event)


class PasswordEdit(Edit):
    """Shows dots; the eye at its end shows the letters while it is held down, by mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(trailing="eye", height=42, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)

    def text(self) -> str:
        """As it was typed: every sign counts."""
        return QLineEdit.text(self)

    def _on_eye(self, event: QMouseEvent) -> bool:
        return event.position().x() > self.width() - 34

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._on_eye(event):
            self.setEchoMode(QLineEdit.EchoMode.Normal)
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Password)
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._on_eye(event) else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)


class TextArea(QPlainTextEdit):
    """Several lines of plain text; what is pasted comes as plain text too. Tab moves on."""

    def __init__(self, text: str = "", placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._wrong = False
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(8)
        self.setMinimumSize(120, 56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFont(font())
        _bare(self)
        self.installEventFilter(LetKeysPass(self))

    def text(self) -> str:
        return self.toPlainText().replace("\0", "")

    def setText(self, text: str) -> None:
        self.setPlainText(text)

    def set_wrong(self, wrong: bool) -> None:
        self._wrong = wrong
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(240, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = QRectF(self.viewport().rect())
        paint_field(painter, area, wrong=self._wrong, focused=self.hasFocus(), enabled=self.isEnabled())
        painter.end()
        super().paintEvent(event)
