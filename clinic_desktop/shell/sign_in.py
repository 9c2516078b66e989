"""The first window: who is it, and their password. Imports nothing that is not needed to paint it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QStackedWidget, QWidget

from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, language
from clinic_desktop.shell.caps_lock import CapsLock
from clinic_desktop.shell.doors import Doors, Entered, Threshold
from clinic_desktop.shell.people import People
from clinic_desktop.shell.slowly import Run, run_aside, sentence_of
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.fields import PasswordEdit
from clinic_desktop.uikit.layouts import column, drop_current, row, scrolled, stack
from clinic_desktop.uikit.marks import Chip, Icon
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import S2, S3, S4, S6, col
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import Courier

LOW = 620
"""A window lower than this lays people and password side by side."""
OTHER_LANGUAGE = {"es": ("en", "English"), "en": ("es", "Español")}


class SignIn(QWidget):
    """`entered` carries what the doors opened; `language_chosen` asks the app to build this window anew."""

    entered = Signal(object)
    language_chosen = Signal(str)

    def __init__(
        self,
        doors: Doors,
        *,
        run: Run | None = None,
        said_backup: Callable[[Threshold], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._doors = doors
        self._run: Run = run or run_aside(Courier(self))
        self._threshold = doors.threshold()
        self._said_backup = said_backup or say_backup
        self.pages = QStackedWidget()
        self._make_sign_in()
        inner = QWidget()
        stack(inner, None, row(None, self.card, None), None, self._footer(), margins=(S6, S4, S6, S3), gap=S3)
        self._signing = scrolled(inner)
        self.pages.addWidget(self._signing)
        stack(self, self.pages)
        self.setWindowTitle(self._threshold.site_name)

    # building

    def _make_sign_in(self) -> None:
        threshold = self._threshold
        self.people = People(threshold.people, names_shown=threshold.names_shown, last_slot_id=threshold.last_slot_id)
        self.password = PasswordEdit()
        self.asks = Text("", weight="semi")
        self.caps = QWidget()
        caps_words = Text(_("Caps Lock is on"), "small", color="warning")
        stack(self.caps, row(Icon("alert-triangle", "warning", 16), caps_words, None, gap=6))
        self.trouble = Callout("", "danger", "alert-circle")
        self.progress = Text("", "small", color="quiet")
        self.enter = Button(_("Sign in"), key="open", kind="primary", tall=True)
        self.cannot = Button(_("I cannot get in"), kind="quiet")
        left = QWidget()
        stack(left, Text(_("Who is it?"), weight="semi"), self.people, None)
        right = QWidget()
        stack(
            right, self.asks, self.password, self.caps, self.trouble, S2, self.enter, self.progress,
            row(None, self.cannot, None, gap=0), None,
        )  # fmt: skip
        self._halves = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._halves.setSpacing(S3)
        self._halves.addWidget(left, 1)
        self._halves.addWidget(right, 1)
        self.card = Card(self._head(), S2, self._halves, margins=(32, 24, 32, S4))
        for later in (self.caps, self.trouble, self.progress):
            later.hide()
        CapsLock(self.password).changed.connect(self.caps.setVisible)
        self.people.picked.connect(self._ask_password)
        self.people.name.textEdited.connect(self._name_password)
        self.password.returnPressed.connect(self._try)
        self.enter.clicked.connect(self._try)
        self.cannot.clicked.connect(self._show_other_ways)
        self._name_password()

    def _head(self) -> QBoxLayout:
        threshold = self._threshold
        name = Text(threshold.site_name, "title", "semi", wrap=True)
        demo = [Chip("DEMO", "warning", "flag")] if threshold.demo else []
        said = " · ".join(part for part in (threshold.today_said, _("works without a network")) if part)
        known = [Text(threshold.demo_words, "small", "semi", color="warning")] if threshold.demo_words else []
        return column(row((name, 1), *demo), Text(said, color="quiet"), *known, gap=S2)

    def _footer(self) -> QBoxLayout:
        backup = self._said_backup(self._threshold)
        well = self._threshold.last_backup_at is not None
        icon = Icon("circle-check" if well else "alert-triangle", "well" if well else "warning", 16)
        version = _("Version {number}").format(number=self._threshold.version) if self._threshold.version else ""
        self.language = Link(OTHER_LANGUAGE[language()][1], small=True)
        self.language.clicked.connect(self._choose_language)
        return row(
            None, icon, Text(backup, "small", color="quiet"), S6, Text(version, "small", color="quiet"), S6,
            Icon("language", "quiet", 16), self.language, None, gap=6,
        )  # fmt: skip

    def _choose_language(self) -> None:
        self.language_chosen.emit(OTHER_LANGUAGE[language()][0])

    # asking

    def _name_password(self) -> None:
        said = self.people.said()
        self.asks.setText(_("Password of {name}").format(name=said) if said else _("Password"))
        self.password.setAccessibleName(self.asks.text())

    def _ask_password(self) -> None:
        self._name_password()
        self._tell("")
        self.password.clear()
        self.password.setFocus()

    def _tell(self, sentence: str) -> None:
        self.trouble.words.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def _try(self) -> None:
        if not self.enter.isEnabled():
            return
        password, slot_id, name = self.password.text(), self.people.slot_id(), self.people.said()
        if not name:
            self.people.take_focus()
        elif not password:
            self.password.setFocus()
        else:
            self._wait(True)
            self._run(lambda: self._open(slot_id, name, password), self._entered, self._refused)

    def _open(self, slot_id: str, name: str, password: str) -> Entered:
        return self._doors.open(slot_id, password) if slot_id else self._doors.open_by_name(name, password)

    def _wait(self, waiting: bool) -> None:
        if waiting:
            self._tell("")
        self.progress.setText(_("Opening the data…") if waiting else "")
        self.progress.setVisible(waiting)
        # Nor the language: it would build this window anew, and nobody would be there to receive what is opening.
        for widget in (self.enter, self.password, self.people, self.cannot, self.language):
            widget.setEnabled(not waiting)

    def _entered(self, entered: Entered) -> None:
        self.password.clear()
        self.entered.emit(entered)

    def _refused(self, error: BaseException) -> None:
        self._wait(False)
        self._tell(sentence_of(error))
        self.password.selectAll()
        self.password.setFocus()

    # other ways

    def _show_other_ways(self) -> None:
        from clinic_desktop.shell.recover import Recover

        other = Recover(self._doors, self._threshold, self.people.slot_id(), self._run)
        other.left.connect(self._show_sign_in)
        other.recovered.connect(self._show_code)
        self._show_page(scrolled(_centred(other)))
        other.take_focus()

    def _show_code(self, entered: Entered) -> None:
        if not entered.new_code:
            self.entered.emit(entered)
            return
        from clinic_desktop.shell.recovery_code import CodeShown

        shown = CodeShown(entered.new_code, _("I have it on paper; go on"))
        shown.kept.connect(lambda: self.entered.emit(entered))
        title = Text(_("A new recovery code"), "title", "semi")
        self._show_page(scrolled(_centred(Card(title, S2, shown, margins=(32, 24, 32, 24)))))
        shown.take_focus()

    def _show_sign_in(self) -> None:
        self._drop_page()
        self.password.setFocus()

    def _show_page(self, page: QWidget) -> None:
        self._drop_page()
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)

    def _drop_page(self) -> None:
        if self.pages.count() > 1:
            drop_current(self.pages)

    # the window

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Up) and self.password.hasFocus() and not self.password.text():
            self.people.take_focus()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.people.is_answered():
            self.password.setFocus()
        else:
            self.people.take_focus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < LOW
        self._halves.setDirection(QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom)
        self._halves.setSpacing(S6 if low else S3)
        self.card.setFixedWidth(min(780 if low else 480, max(self.width() - 48, 320)))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), col("ground"))


def say_backup(threshold: Threshold) -> str:
    if threshold.last_backup_at is None:
        return _("No backup yet")
    day = threshold.last_backup_at.astimezone()
    return _("Last backup: {day}, checked").format(day=f"{say_day(day.date())} {day:%H:%M}")


def _centred(widget: QWidget) -> QWidget:
    holder = QWidget()
    widget.setMaximumWidth(560)
    widget.setMinimumWidth(480)
    stack(holder, None, row(None, widget, None), None, margins=(S4, S4, S4, S4))
    return holder
