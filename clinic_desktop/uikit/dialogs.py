"""The few dialogs: say one sentence, ask yes or no, ask for words. They never stop the program: answers come by call.

In a test: `dialogs.front()` is the dialog that is open, with its buttons `yes`, `no`.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.fields import Edit, PasswordEdit, TextArea
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import Item, column, row, stack
from clinic_desktop.uikit.marks import Seal
from clinic_desktop.uikit.theme import S2, S3, S4, S6, Tone, col
from clinic_desktop.uikit.words import Text

_ICONS: dict[Tone, str] = {
    "accent": "help-circle",
    "danger": "alert-circle",
    "warning": "alert-triangle",
    "well": "circle-check",
    "neutral": "info-circle",
}


@runtime_checkable
class Coverable(Protocol):
    """The window that can be blanked and locked."""

    def cover(self) -> None: ...
    def lock(self) -> None: ...


def bind_cover(dialog: QDialog) -> None:
    """Over a dialog the keys of the window behind it do not act, and somebody may come in at any moment."""

    def ask(act: Callable[[Coverable], None]) -> None:
        behind = dialog.parentWidget()
        while behind is not None and not isinstance(behind, Coverable):
            behind = behind.parentWidget()
        if isinstance(behind, Coverable):
            act(behind)

    bind(dialog, "cover", lambda: ask(lambda window: window.cover()))
    bind(dialog, "lock", lambda: ask(lambda window: window.lock()))


LONG = 40
"""So many letters are not typed twice gladly."""


class Sheet(QDialog):
    """A dialog of the house: a title, a body, deeds at the bottom right with the main one last. Esc leaves, and asks
    first where words would be lost; `reject` never asks (the lock closes so)."""

    keeps_words = False
    """Whether what is typed is kept as it is typed, so that nothing is lost by leaving."""

    def __init__(self, title: str, parent: QWidget | None, *body: Item, width: int = 460) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowModality(Qt.WindowModality.WindowModal if parent else Qt.WindowModality.ApplicationModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(width)
        self.setMaximumWidth(max(width, 640))
        self.body = column(*body, gap=S2)
        self.deeds = row(None, gap=S2)
        self._stood: dict[QWidget, str] | None = None
        bind_cover(self)
        stack(self, self.body, S3, self.deeds, margins=(S6, S6, S6, S4), gap=S2)

    def add_deed(self, button: Button, act: Callable[[], object] | None = None) -> Button:
        """Put `button` at the right of the others; without `act` it only closes."""
        self.deeds.addWidget(button)
        button.clicked.connect(act if act is not None else self.go_back)
        return button

    def go_back(self) -> None:
        """Close without doing anything; after a question, if something would be lost."""
        if not self.would_lose():
            self.reject()
            return
        question = _("Close without keeping what was typed?")
        ask_yes_no(question, self, self.reject, yes_text=_("Close"), no_text=_("Stay here"))

    def would_lose(self) -> bool:
        """Whether many words were typed here that nobody kept."""
        typed = [words for field, words in self._words_typed() if words != (self._stood or {}).get(field, "")]
        return not self.keeps_words and sum(map(len, typed)) >= LONG

    def _words_typed(self) -> list[tuple[QWidget, str]]:
        fields = (*self.findChildren(Edit), *self.findChildren(TextArea))
        return [(field, field.text().strip()) for field in fields if not isinstance(field, PasswordEdit)]

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and self.would_lose():
            event.ignore()
            self.go_back()
        else:
            super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.go_back()
            return
        # Enter is for the button that has the focus, and that can be seen; QDialog would press one by itself.
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), col("surface"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stood is None:
            # Shown again after a cover it still holds what nobody kept.
            self._stood = dict(self._words_typed())
        self.activateWindow()


class Question(Sheet):
    """Yes or no, with the default visible: it has the focus."""

    def __init__(
        self,
        question: str,
        parent: QWidget | None,
        *,
        yes_text: str,
        no_text: str,
        default_yes: bool,
        tone: Tone,
        title: str,
    ) -> None:
        self.sentence = Text(question, wrap=True)
        super().__init__(title, parent, row(Seal(_ICONS[tone], tone, 40), (self.sentence, 1), gap=S4))
        self.no = self.add_deed(Button(no_text, key="back", kind="quiet"), self.reject)
        self.yes = self.add_deed(Button(yes_text, kind="primary" if default_yes else "secondary"), self.accept)
        (self.yes if default_yes else self.no).setFocus()


def _answer(dialog: QDialog, yes: Callable[[], object] | None, no: Callable[[], object] | None) -> None:
    """Call one of them once the dialog is done, and let go of both.

    Qt deletes a closed dialog later. If it still held what was to be called, the screen behind it could live by that
    alone, and would be deleted by the end of its own child: the end of the program.
    """
    acts = {QDialog.DialogCode.Accepted: yes, QDialog.DialogCode.Rejected: no}

    def done(result: int) -> None:
        act = acts.get(QDialog.DialogCode(result))
        acts.clear()
        if act is not None:
            act()

    dialog.finished.connect(done)


def when_closed(dialog: QDialog, then: Callable[[], object]) -> None:
    """Go on once `dialog` is left, whichever way."""
    _answer(dialog, then, then)


def ask_yes_no(
    question: str,
    parent: QWidget | None,
    yes: Callable[[], object],
    no: Callable[[], object] | None = None,
    *,
    yes_text: str = "",
    no_text: str = "",
    default_yes: bool = False,
    tone: Tone = "warning",
) -> Question:
    """Ask; `yes` is called after a yes. The harmless answer is the default unless told otherwise."""
    dialog = Question(
        question,
        parent,
        yes_text=yes_text or _("Yes, go on"),
        no_text=no_text or _("No, go back"),
        default_yes=default_yes,
        tone=tone,
        title=_("Please confirm"),
    )
    _answer(dialog, yes, no)
    dialog.open()
    return dialog


class Said(Sheet):
    """One sentence and a way on."""

    def __init__(self, sentence: str, parent: QWidget | None, tone: Tone) -> None:
        self.sentence = Text(sentence, wrap=True)
        super().__init__(_("Please note"), parent, row(Seal(_ICONS[tone], tone, 40), (self.sentence, 1), gap=S4))
        self.yes = self.add_deed(Button(_("Understood"), kind="primary"), self.accept)
        self.yes.setFocus()


def say(
    sentence: str, parent: QWidget | None, *, tone: Tone = "warning", then: Callable[[], object] | None = None
) -> Said:
    """Tell one sentence; `then` is called when it was read."""
    dialog = Said(sentence, parent, tone)
    _answer(dialog, then, then)
    dialog.open()
    return dialog


class Asked(Sheet):
    """One line of words."""

    def __init__(self, question: str, parent: QWidget | None, *, yes_text: str, text: str, hint: str) -> None:
        label = Text(question, wrap=True)
        self.edit = Edit(text, hint)
        self.edit.setAccessibleName(question)
        super().__init__(_("Please answer"), parent, label, self.edit)
        self.no = self.add_deed(Button(_("Go back"), key="back", kind="quiet"), self.reject)
        self.yes = self.add_deed(Button(yes_text, key="open", kind="primary"), self._answer)
        self.edit.returnPressed.connect(self._answer)
        self.edit.textChanged.connect(self._weigh)
        self._weigh()
        self.edit.setFocus()

    def _weigh(self) -> None:
        self.yes.setEnabled(bool(self.edit.text().strip()))

    def _answer(self) -> None:
        if self.edit.text().strip():
            self.accept()


def ask_text(
    question: str,
    parent: QWidget | None,
    then: Callable[[str], object],
    *,
    text: str = "",
    hint: str = "",
    yes_text: str = "",
) -> Asked:
    """Ask for one line (a reason to void, a lot's number); `then` gets it without blanks around it."""
    dialog = Asked(question, parent, yes_text=yes_text or _("Go on"), text=text, hint=hint)
    _answer(dialog, lambda: then(dialog.edit.text().strip()), None)
    dialog.open()
    return dialog


def front() -> QDialog | None:
    """The dialog that is open now, for tests and for the lock, which closes it."""
    shown = QApplication.activeModalWidget()
    return shown if isinstance(shown, QDialog) else None
