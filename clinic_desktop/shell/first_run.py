"""The first screen of a new installation: a new clinic, one that joins a central, one more computer, a
backup, a new laptop."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _, language
from clinic_desktop.shell.doors import Doors, Entered, Invited
from clinic_desktop.shell.new_clinic import NewClinicWizard
from clinic_desktop.shell.sign_in import OTHER_LANGUAGE
from clinic_desktop.shell.slowly import Run, run_aside, sentence_of
from clinic_desktop.shell.ways import Way, WayButton
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.fields import Edit, PasswordEdit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import drop_current, row, scrolled, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import S2, S3, S4, col
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import Courier

WAYS: tuple[Way, ...] = (
    Way("new", "home", N_("A new clinic"), N_("This computer begins with nothing written yet.")),
    Way("join", "building-hospital", N_("A clinic that joins a central office"),
        N_("As a new clinic; then it carries a request to the central office on the USB stick.")),
    Way("beside", "users", N_("Another computer of a clinic"),
        N_("The first computer of the clinic writes an invitation on the USB stick.")),
    Way("restore", "database", N_("Bring back a backup"), N_("The data of this clinic are in a backup.")),
    Way("replace", "refresh", N_("Replace a laptop"),
        N_("This computer takes the place of another one, from its backup. The other is not used again.")),
)  # fmt: skip


class FirstRun(QWidget):
    """`entered` carries a new clinic with its recovery code already kept; `restored` means: go to the sign-in."""

    entered = Signal(object)
    restored = Signal()
    language_chosen = Signal(str)

    def __init__(self, doors: Doors, *, run: Run | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doors = doors
        self._run: Run = run or run_aside(Courier(self))
        self.pages = QStackedWidget()
        stack(self, self.pages)
        self.ways = tuple(WayButton(way, at + 1) for at, way in enumerate(WAYS))
        self.language = Link(OTHER_LANGUAGE[language()][1])
        self.language.clicked.connect(self._choose_language)
        for button in self.ways:
            button.clicked.connect(lambda _checked=False, code=button.way.code: self.take(code))
        card = Card(
            Text(_("Welcome"), "title", "semi"),
            Text(_("What is this computer for?"), color="quiet"),
            S2,
            *self.ways,
            margins=(32, 24, 32, 24),
            gap=S2,
        )
        card.setFixedWidth(560)
        first = QWidget()
        stack(
            first,
            None,
            row(None, card, None),
            S2,
            row(None, Icon("language"), self.language, None),
            None,
            margins=(S4, S4, S4, S4),
        )
        self.pages.addWidget(scrolled(first))

    def _choose_language(self) -> None:
        self.language_chosen.emit(OTHER_LANGUAGE[language()][0])

    def take(self, code: str) -> None:
        """Go one of the five ways."""
        if code in ("new", "join"):
            self._found(NewClinicWizard(self._doors, self._run, joins_central=code == "join"))
        elif code == "beside":
            page = Invitation(self._doors)
            page.left.connect(self.go_back)
            page.invited.connect(self._found_beside)
            self._show(page)
            page.take_focus()
        else:
            page = Restore(self._doors, self._run, replaces=code == "replace")
            page.left.connect(self.go_back)
            page.restored.connect(self.restored)
            self._show(page)
            page.take_focus()

    def _found_beside(self, invited: Invited) -> None:
        drop_current(self.pages)
        self._found(NewClinicWizard(self._doors, self._run, joins_central=False, invited=invited))

    def _found(self, wizard: NewClinicWizard) -> None:
        wizard.left.connect(self.go_back)
        wizard.entered.connect(self.entered)
        self._show(wizard)
        wizard.take_focus()

    def _show(self, page: QWidget) -> None:
        holder = QWidget()
        page.setMaximumWidth(720)
        stack(holder, None, row(None, (page, 4), None), None, margins=(S4, S4, S4, S4))
        area = scrolled(holder)
        self.pages.addWidget(area)
        self.pages.setCurrentWidget(area)

    def go_back(self) -> None:
        if self.pages.count() > 1:
            drop_current(self.pages)
        self.ways[0].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if event.key() == Qt.Key.Key_Escape and self.pages.count() > 1:
            self.go_back()
        elif self.pages.count() == 1 and typed.isdigit() and 1 <= int(typed) <= len(WAYS):
            self.take(WAYS[int(typed) - 1].code)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), col("ground"))


class Invitation(Card):
    """The file of the clinic's first computer, from which one more computer begins."""

    invited = Signal(object)
    left = Signal()

    def __init__(self, doors: Doors) -> None:
        super().__init__(margins=(32, 24, 32, 24), gap=S3)
        self._doors = doors
        lines = (
            _("1   At the first computer: USB stick, Computers, Another computer of this clinic."),
            _("2   Bring the stick here and look for the file."),
            _("3   Afterwards both computers show a code. It must be the same."),
        )
        self.trouble = Callout("", "danger", "alert-circle")
        self.trouble.hide()
        self.leave = Button(_("Go back"), key="back", kind="quiet")
        self.look = Button(_("Look for the invitation"), key="save", kind="primary", icon="folder-open", tall=True)
        self.body.addWidget(Text(_("Another computer of a clinic"), "title", "semi"))
        for line in lines:
            self.body.addWidget(Text(line, wrap=True))
        self.body.addWidget(self.trouble)
        self.body.addLayout(row(self.leave, None, self.look))
        self.leave.clicked.connect(self.left)
        self.look.clicked.connect(self._look)

    def take_focus(self) -> None:
        self.look.setFocus()

    def _look(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Look for the invitation"), str(Path.home()))
        if chosen:
            self.take(Path(chosen))

    def take(self, file: Path) -> None:
        """Go on with this file, if it is an invitation."""
        try:
            invited = self._doors.invitation(file)
        except ClinicError as error:
            self.trouble.words.setText(error.sentence())
            self.trouble.show()
            return
        self.invited.emit(invited)


class Restore(Card):
    """A backup (a folder), and the recovery code or a person's password that opens it."""

    restored = Signal()
    left = Signal()

    def __init__(self, doors: Doors, run: Run, *, replaces: bool) -> None:
        super().__init__(margins=(32, 24, 32, 24), gap=S3)
        self._doors, self._run, self._replaces = doors, run, replaces
        self.form = Form()
        self.file = Edit("", _("Its name ends in .vault"), "archive")
        self.look = Button(_("Look for it"), icon="folder-open")
        self.name, self.secret = Edit(), PasswordEdit()
        fields = (
            self.form.add("file", _("Folder of the backup"), self.file, check=_is_backup, beside=[self.look]),
            self.form.add("name", _("Name of who signs in"), self.name, optional=True),
            self.form.add(
                "secret", _("Their password; or, without a name, the recovery code"), self.secret, check=_needed
            ),
        )
        stack(self.form, *fields, gap=S3)
        self.trouble = Callout("", "danger", "alert-circle")
        self.trouble.hide()
        self.leave = Button(_("Go back"), key="back", kind="quiet")
        self.go_on = Button(_("Bring the data back"), key="save", kind="primary", tall=True)
        title = _("Replace a laptop") if replaces else _("Bring back a backup")
        hint = _("The data are checked page by page first. This takes some minutes and changes nothing in the backup.")
        warning = _("The other laptop must not be used again: what is written there after the backup would be lost.")
        self.body.addWidget(Text(title, "title", "semi"))
        self.body.addWidget(Text(hint, color="quiet", wrap=True))
        if replaces:
            self.body.addWidget(Callout(warning, "warning", "alert-triangle"))
        self.body.addWidget(self.form)
        self.body.addWidget(self.trouble)
        self.body.addLayout(row(self.leave, None, self.go_on))
        self.leave.clicked.connect(self.left)
        self.look.clicked.connect(self._look)
        self.go_on.clicked.connect(self._try)

    def take_focus(self) -> None:
        self.look.setFocus()

    def _look(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, _("Folder of the backup"), str(Path.home()))
        if chosen:
            self.file.setText(chosen)
            self.form.fields["file"].complain(None)

    def _try(self) -> None:
        if self.form.find_faults():
            return
        file, name, secret = Path(self.file.text().strip()), self.name.text().strip(), self.secret.text()
        self._wait(True)
        self._run(lambda: self._restore(file, name, secret), lambda _nothing: self.restored.emit(), self._refused)

    def _restore(self, file: Path, name: str, secret: str) -> Entered:
        self._doors.restore(file, name, secret, replaces=self._replaces)
        return Entered(None)

    def _refused(self, error: BaseException) -> None:
        self._wait(False)
        self.trouble.words.setText(sentence_of(error))
        self.trouble.show()

    def _wait(self, waiting: bool) -> None:
        self.trouble.hide()
        self.go_on.setText(_("Checking and copying…") if waiting else _("Bring the data back"))
        waits: Sequence[QWidget] = (self.form, self.go_on, self.leave)
        for widget in waits:
            widget.setEnabled(not waiting)


def _needed(value: object) -> str | None:
    return None if value else _("This is needed.")


def _is_backup(value: str) -> str | None:
    return None if value and Path(value).is_dir() else _("There is no such folder.")
