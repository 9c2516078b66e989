"""One line over the footer: a word of success with its undo, or what could not be done. And the frame's voice."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, TONES, Tone
from clinic_desktop.uikit.words import Text

LOW = 36
SHOWN_FOR = 10_000
"""A success stays ten seconds: long enough to be read and undone. A refusal stays until it was read."""


class MessageBar(Card):
    """Lies over the footer and the page's margin: nothing moves, and no button of a page is ever under it."""

    def __init__(self, parent: QWidget) -> None:
        self._icon = Icon("circle-check", "well")
        self.words = Text("", wrap=True)
        self.undo = Button(_("Undo"), key="undo")
        self.understood = Button(_("Understood"), kind="quiet")
        line = row(self._icon, (self.words, 1), self.undo, self.understood, gap=S2)
        super().__init__(line, margins=(S3, 3, 4, 3), parent=parent)
        self._undo: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_FOR)
        self._timer.timeout.connect(self.hide)
        self.undo.clicked.connect(self._take_back)
        self.understood.clicked.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The frame's own resize comes before its layout has moved the parent.
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.place()
        return super().eventFilter(watched, event)

    def tell(self, text: str, tone: Tone, undo: Callable[[], None] | None = None) -> None:
        ink, ground = TONES[tone]
        self.set_ground(ground, ink)
        self._icon.set_icon({"well": "circle-check", "danger": "alert-circle"}.get(tone, "alert-triangle"), ink)
        self.words.setText(text)
        self.setAccessibleName(text)
        self._undo = undo
        self.undo.setVisible(undo is not None)
        self.understood.setVisible(tone != "well")
        if tone == "well":
            self._timer.start()
        else:
            self._timer.stop()
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """At the bottom of its parent, as wide as it may be."""
        around = self.parentWidget()
        if around is None:
            return
        width = around.width() - 8
        height = max(self.body.heightForWidth(width), LOW)
        self.setGeometry(4, around.height() - height - 2, width, height)

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        self.hide()
        if undo is not None:
            undo()


class FrameVoice:
    """Speaks in the frame's bar; asks and admits mistakes by dialog."""

    def __init__(self, bar: MessageBar) -> None:
        self._bar = bar

    def say(self, error: ClinicError, near: QWidget | None) -> None:
        self._bar.tell(error.sentence(), "warning")

    def confirm(self, question: str, near: QWidget | None, yes: Callable[[], None]) -> None:
        dialogs.ask_yes_no(question, self._bar.window(), yes)

    def ask_words(self, question: str, near: QWidget | None, then: Callable[[str], None]) -> None:
        dialogs.ask_text(question, self._bar.window(), then)

    def notice(self, text: str, undo: Callable[[], None] | None) -> None:
        self._bar.tell(text, "well", undo)

    def crash(self, error: BaseException, near: QWidget | None) -> None:
        from clinic_desktop.shell.crash import show_crash

        show_crash(error, self._bar.window())
