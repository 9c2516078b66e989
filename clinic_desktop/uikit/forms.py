"""Forms: label above, access key, message beside the field, what was understood said back.

Enter moves to the next field, the primary button's key="save" saves with Ctrl+Enter. Access keys are given by the
form itself: a letter of the label that neither the key registry nor another label of the form has, so a translation
can never make two fields share one.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Choice, Select, Suggest
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.keys import taken_letters
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.theme import Role, Tone, col, font, metrics
from clinic_desktop.uikit.words import Text

Complaint = str | None
"""What is wrong with a field, in words that say how far it is ("van 6 de 8"); None when nothing is."""

_ICONS: dict[Tone, str] = {
    "accent": "check",
    "danger": "alert-circle",
    "warning": "alert-triangle",
    "well": "circle-check",
    "neutral": "",
}
_INKS: dict[Tone, Role] = {
    "accent": "accent",
    "danger": "danger",
    "warning": "warning",
    "well": "well",
    "neutral": "quiet",
}


_UNBOUNDED = 16_777_215
"""Qt's QWIDGETSIZE_MAX: an editor narrower than this does not fill its row."""


class Label(QWidget):
    """The label above a field: its words, "optional" in quiet, and its access key underlined."""

    def __init__(self, words: str, *, optional: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self._optional, self.letter = words, optional, ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)

    def sizeHint(self) -> QSize:
        extra = metrics().horizontalAdvance(_("optional")) + 10 if self._optional else 0
        return QSize(metrics().horizontalAdvance(self.words) + extra + 2, metrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.setFont(font())
        painter.setPen(col("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.words)
        width = metrics().horizontalAdvance(self.words)
        if self._optional:
            painter.setPen(col("quiet"))
            painter.drawText(area.adjusted(width + 8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, _("optional"))
        at = self.words.casefold().find(self.letter.casefold()) if self.letter else -1
        if at >= 0:
            left = metrics().horizontalAdvance(self.words[:at])
            base = (area.height() + metrics().ascent() - metrics().descent()) / 2 + 2
            painter.fillRect(QRectF(left, base, metrics().horizontalAdvance(self.words[at]), 1), col("quiet"))


class _FromTop(QVBoxLayout):
    """Gives its items the height that they need at this width, and leaves the rest below: no message is cut."""

    def setGeometry(self, rect: QRect) -> None:
        if self.expandingDirections() & Qt.Orientation.Vertical:
            super().setGeometry(rect)
            return
        needed = self.heightForWidth(rect.width()) if self.hasHeightForWidth() else self.sizeHint().height()
        super().setGeometry(QRect(rect.x(), rect.y(), rect.width(), min(rect.height(), needed)))


class Field(QWidget):
    """A label, its editor and one line under it."""

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        optional: bool = False,
        beside: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.label = Label(label, optional=optional)
        self.editor = editor
        self._icon = Icon("", "quiet", 16)
        self._message = Text("", "small", wrap=True)
        self._under = QWidget()
        row_under = stack(self._under, row(self._icon, (self._message, 1), gap=5))
        row_under.setContentsMargins(0, 1, 0, 0)
        self._under.hide()
        named = label if not optional else f"{label} ({_('optional')})"
        editor.setAccessibleName(named)
        tail: list[Any] = list(beside)
        if isinstance(editor, Choice) or editor.maximumWidth() < _UNBOUNDED:
            tail.append(None)
            line = row(editor, *tail)
        else:
            line = row((editor, 1), *tail)
        lines = _FromTop(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(3)
        lines.addWidget(self.label)
        lines.addLayout(line)
        lines.addWidget(self._under)

    def say(self, words: str, tone: Tone = "accent") -> None:
        """What was understood ("Nacida hacia 1987"), or any other word under the field. Empty takes it away."""
        self._message.setText(words)
        self._message.set_color(_INKS[tone])
        self._message.set_weight("regular" if tone == "neutral" else "semi")
        self._icon.set_icon(_ICONS[tone], _INKS[tone])
        self._icon.setVisible(bool(_ICONS[tone]))
        self._under.setVisible(bool(words))
        self._mark_editor(tone == "danger" and bool(words))
        self.editor.setAccessibleDescription(words)

    def complain(self, words: Complaint) -> None:
        """Say what is wrong, with the danger border; None takes it back."""
        if words:
            self.say(words, "danger")
        elif self.is_wrong():
            self.say("")

    def is_wrong(self) -> bool:
        return bool(getattr(self.editor, "_wrong", False))

    def message(self) -> str:
        return self._message.text() if not self._under.isHidden() else ""

    def _mark_editor(self, wrong: bool) -> None:
        mark = getattr(self.editor, "set_wrong", None)
        if callable(mark):
            mark(wrong)


def value_of(editor: QWidget) -> Any:
    """What an editor holds: words, a chosen value, an index, yes or no."""
    if isinstance(editor, Suggest):
        return editor.value() if editor.value() is not None else editor.text().strip() or None
    if isinstance(editor, Select):
        return editor.value()
    if isinstance(editor, Choice):
        return editor.at()
    if isinstance(editor, Check):
        return editor.isChecked()
    if isinstance(editor, QPlainTextEdit):
        return editor.text() if isinstance(editor, TextArea) else editor.toPlainText()
    if isinstance(editor, QLineEdit):
        return editor.text().strip()
    raise TypeError(type(editor).__name__)


def put_value(editor: QWidget, value: Any) -> None:
    if isinstance(editor, Select):
        editor.set_value(value)
    elif isinstance(editor, Choice):
        editor.set_at(value)
    elif isinstance(editor, Check):
        editor.setChecked(bool(value))
    elif isinstance(editor, QPlainTextEdit):
        editor.setPlainText(value or "")
    elif isinstance(editor, QLineEdit):
        editor.setText(value or "")
    else:
        raise TypeError(type(editor).__name__)


class Form(QWidget):
    """Fields by name. Lay them out yourself with `stack(form, form.add(...), row(form.add(...), form.add(...)))`."""

    edited = Signal()
    """Something was typed or chosen by a person: time for a draft."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._checks: dict[str, Callable[[Any], Complaint]] = {}
        self._letters: set[str] = set(taken_letters())

    def add(
        self,
        name: str,
        label: str,
        editor: QWidget,
        *,
        optional: bool = False,
        check: Callable[[Any], Complaint] | None = None,
        beside: Sequence[QWidget] = (),
    ) -> Field:
        """A field of this form. `check(value)` is asked on leaving the field and by `find_faults`."""
        field = Field(label, editor, optional=optional, beside=beside)
        self.fields[name] = field
        if check is not None:
            self._checks[name] = check
        self._give_letter(field)
        editor.installEventFilter(self)
        self._listen(editor)
        return field

    def _listen(self, editor: QWidget) -> None:
        if isinstance(editor, Choice):
            editor.chosen.connect(self.edited)
        elif isinstance(editor, QComboBox):
            editor.activated.connect(self.edited)
        elif isinstance(editor, Check):
            editor.clicked.connect(self.edited)
        elif isinstance(editor, QPlainTextEdit):
            editor.textChanged.connect(self.edited)
        elif isinstance(editor, QLineEdit):
            editor.textEdited.connect(self.edited)

    def _give_letter(self, field: Field) -> None:
        letter = free_letter(field.label.words, self._letters)
        if not letter:
            return
        self._letters.add(letter)
        field.label.letter = letter
        shortcut = QShortcut(QKeySequence(f"Alt+{letter}"), field)
        shortcut.activated.connect(lambda: field.editor.setFocus(Qt.FocusReason.ShortcutFocusReason))

    # values

    def values(self) -> dict[str, Any]:
        return {name: value_of(field.editor) for name, field in self.fields.items()}

    def value(self, name: str) -> Any:
        return value_of(self.fields[name].editor)

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put `values` in; fields that are not named keep what they hold."""
        for name, value in values.items():
            if name in self.fields:
                put_value(self.fields[name].editor, value)

    def clear(self) -> None:
        for field in self.fields.values():
            put_value(field.editor, None)
            field.say("")

    # faults

    def find_faults(self) -> list[str]:
        """Ask every check, show what they say, go to the first fault; the names of the faulty fields."""
        faulty = [name for name in self._checks if self._check(name)]
        if faulty:
            self.fields[faulty[0]].editor.setFocus(Qt.FocusReason.OtherFocusReason)
        return faulty

    def complain(self, name: str, words: Complaint) -> None:
        """A fault that somebody else found (a service that refused)."""
        self.fields[name].complain(words)
        if words:
            self.fields[name].editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self, name: str) -> bool:
        field = self.fields[name]
        complaint = self._checks[name](value_of(field.editor))
        field.complain(complaint)
        return complaint is not None

    # moving on

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._moved_on(watched, event)
        if event.type() == QEvent.Type.FocusOut:
            self._left(watched)
        return super().eventFilter(watched, event)

    def _moved_on(self, watched: QObject, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (enter and plain) or isinstance(watched, QPlainTextEdit):
            return False
        if isinstance(watched, Suggest):
            watched.take_best()
        self.focusNextChild()
        return True

    def _left(self, watched: QObject) -> None:
        for name, field in self.fields.items():
            # An untouched empty field is not wrong yet: it is only not filled in yet.
            if field.editor is watched and name in self._checks and value_of(field.editor) not in (None, ""):
                # A check may ask the vault, which a lock has just closed; an error here would end the process.
                with contextlib.suppress(ClinicError):
                    self._check(name)


def free_letter(words: str, taken: set[str]) -> str:
    """The best access key for `words`: a first letter if one is free, else any letter of them; "" if none is."""
    plain = [letter.upper() for letter in words if letter.isascii() and letter.isalpha()]
    firsts = [word[0].upper() for word in words.split() if word[0].isascii() and word[0].isalpha()]
    return next((letter for letter in (*firsts, *plain) if letter not in taken), "")


def give_letters(*buttons: Button) -> None:
    """Access keys for the buttons of a screen that have no key of the registry: none taken, and no two alike."""
    taken = set(taken_letters())
    for button in buttons:
        letter = free_letter(button.text(), taken)
        if letter:
            taken.add(letter)
            button.set_letter(letter)
