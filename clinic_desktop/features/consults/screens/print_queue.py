"""The papers of a consultation, right after it was signed: ticked, shown one after the other, or all left alone."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import papers as going_home
from clinic_desktop.features.consults.queries import supervision
from clinic_desktop.features.consults.screens import slots
from clinic_desktop.features.consults.screens.slots import SignedPaper
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text

_AGAIN_MS = 150


class PrintQueue(Sheet):
    """Space ticks, Enter shows the chosen paper and moves on, Ctrl+P all that are ticked, Esc leaves."""

    def __init__(self, office: Office, note_id: str, papers: tuple[SignedPaper, ...], parent: QWidget) -> None:
        self._office, self._note_id, self._papers = office, note_id, papers
        self._safe = False
        self._still: list[int] = []
        self.lines = [Check(_(paper.title), checked=True) for paper in papers]
        self.done_marks = [Chip(_("shown"), "well", "check") for _paper in papers]
        shown = [row(line, None, mark, gap=S3) for line, mark in zip(self.lines, self.done_marks, strict=True)]
        for mark in self.done_marks:
            mark.hide()
        how = Text(_("Space ticks a paper, Enter shows it."), "small", color="quiet")
        super().__init__(_("Papers"), parent, Text(_("Papers of this consultation"), "head", "semi"), *shown, how)
        self.add_deed(Button(_("Without paper"), key="back", kind="quiet"))
        every = Button(_("Print what is ticked"), key="print", kind="primary", icon="printer")
        self.all = self.add_deed(every, self.print_all)
        bind(self, "save", self.print_all)
        self._watch = QTimer(self)
        self._watch.setInterval(_AGAIN_MS)
        self._watch.timeout.connect(self._go_on)
        for line in self.lines:
            line.installEventFilter(self)
        self.lines[0].setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self.lines:
            at = [line is watched for line in self.lines].index(True)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self.show_one_if_safe(at)
                return True
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.lines[(at + step) % len(self.lines)].setFocus()
                return True
        return super().eventFilter(watched, event)

    def print_all(self) -> None:
        """Those that are ticked, each after the one before was closed."""
        self._still = [at for at, line in enumerate(self.lines) if line.isChecked()]
        if self._still:
            self._if_safe(self._go_on)
        else:
            self.reject()

    def show_one_if_safe(self, at: int) -> None:
        self._if_safe(partial(self.show_one, at))

    def show_one(self, at: int) -> None:
        self.done_marks[at].show()
        self.lines[(at + 1) % len(self.lines)].setFocus()
        self._papers[at].open(self._office, self._note_id, self)

    def _go_on(self) -> None:
        """The next one, once nothing stands over this sheet any more; after the last the queue is done."""
        if dialogs.front() not in (self, None):
            return
        self._watch.stop()
        if self._still:
            self.show_one(self._still.pop(0))
            self._watch.start()
        else:
            self.accept()

    def _must_ask(self) -> bool:
        patient_id = self._office.ask(supervision.origin_of, self._note_id)[1]
        who = self._office.ask(going_home.carried, patient_id)
        return who.must_ask or who.nothing_known or any(paper.always_ask for paper in self._papers)

    def _if_safe(self, act: Callable[[], None]) -> None:
        """Asked once, before the first paper, where there is something to fear or nothing is known; after a no none."""
        if self._safe or not self._must_ask():
            act()
            return

        def yes() -> None:
            self._safe = True
            self.activateWindow()
            act()

        dialogs.ask_yes_no(
            _("Ask the person: can these papers be carried home without danger?"),
            self,
            yes,
            self.reject,
            yes_text=_("Yes, print them"),
            no_text=_("No, no paper"),
        )


def show_papers(
    office: Office, note_id: str, screen: QWidget, then: Callable[[], object] | None = None
) -> PrintQueue | None:
    """The queue, if this note brings any paper; `then` is called when it is left, at once where there is none."""
    papers = tuple(paper for paper in slots.signed_papers if paper.wanted(office, note_id))
    if not papers:
        if then is not None:
            then()
        return None
    queue = PrintQueue(office, note_id, papers, screen)
    if then is not None:
        dialogs.when_closed(queue, then)
    queue.open()
    return queue
