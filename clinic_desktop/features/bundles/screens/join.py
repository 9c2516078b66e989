"""Joining a central office: a request on the stick, and the answer that comes back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.exchange.trust.enrolment import Joined
from clinic_desktop.features.bundles.screens.codes import CodeCard
from clinic_desktop.features.bundles.screens.sticks import SticksList
from clinic_desktop.features.bundles.service import joining
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text


class NoStick(Refused):
    text = N_("Insert the USB stick first.")


class CompareSheet(Sheet):
    """The code, large; both sides read it out before anybody is believed."""

    def __init__(self, joined: Joined, parent: QWidget, then: Callable[[], None]) -> None:
        lead = _("Call {site}. Read this code out, both ways, group by group:").format(site=joined.central_name)
        half = joined.code.split("-")
        lines = "\n".join("-".join(half[at : at + 2]) for at in range(0, len(half), 2))
        super().__init__(_("Compare the code"), parent, Text(lead, wrap=True), CodeCard(lines))
        told = _("If they read another code, somebody changed the file on the way: press “It differs” and tell them.")
        self.body.addWidget(Text(told, color="quiet", wrap=True))
        self._then = then
        self.differs = self.add_deed(Button(_("It differs"), kind="danger"))
        self.same = self.add_deed(Button(_("It is the same"), "save", "primary", "check"), self._take)

    def _take(self) -> None:
        self.accept()
        self._then()


class JoinCard(QWidget):
    """Shown while the clinic works alone, or to join `again`."""

    joined = Signal()

    def __init__(
        self, office: Office, sticks: SticksList, parent: QWidget | None = None, *, again: bool = False
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._sticks = sticks
        alone = _("Works alone so far. To join: take a request to the central office and bring its answer back.")
        unknown = _(
            "Only if the central office says that it does not know this computer. Take a request there and bring its "
            "answer back; nothing that is here is lost."
        )
        words = Callout(unknown if again else alone)
        self.ask = Button(_("Write the request"), icon="file-plus")
        self.ask.clicked.connect(self._write)
        self.answer = Button(_("Open the answer…"), icon="folder-open")
        self.answer.clicked.connect(self._choose)
        stack(self, words, self.ask, self.answer, gap=S2)

    def _write(self) -> None:
        stick = self._sticks.chosen()
        if stick is None:
            self._office.voice.say(NoStick(), self)
            return
        self._office.run_long(
            partial(joining.write_request_steps, folder=stick.folder), self, then=self._written, failed=self._failed
        )

    def _written(self, path: Path) -> None:
        self._office.notice(_("The request is on the stick: {name}").format(name=path.name))

    def _choose(self) -> None:
        stick = self._sticks.chosen()
        start = str(stick.folder) if stick else ""
        name, _kind = QFileDialog.getOpenFileName(self, _("Open the answer…"), start)
        if name:
            self.take(Path(name))

    def take(self, file: Path) -> None:
        """Take in the answer; both sides compare the code first."""
        try:
            content = joining.read_small(file)
            joined = self._office.ask(joining.read_out, content, file.name)
        except ClinicError as error:
            self._failed(error)
            return
        CompareSheet(joined, self, partial(self._join, content, file.name)).open()

    def _join(self, content: bytes, name: str) -> None:
        self._office.do(partial(joining.join, content=content, name=name, confirmed=True), self, then=self._done)

    def _done(self, joined: Joined) -> None:
        self._office.notice(_("Joined to {name}.").format(name=joined.central_name))
        self.joined.emit()

    def _failed(self, error: ClinicError) -> None:
        self._office.voice.say(error, self)


class JoinAgainSheet(Sheet):
    """A central that was set up anew, or put back from a backup older than this clinic, knows it no more."""

    def __init__(self, office: Office, parent: QWidget) -> None:
        super().__init__(_("Join the central office again"), parent, width=520)
        self.sticks = SticksList(office)
        self.join = JoinCard(office, self.sticks, again=True)
        area = scrolled(self.sticks)
        area.setFixedHeight(120)
        self.body.addWidget(area)
        self.body.addWidget(self.join)
        self.add_deed(Button(_("Close"), "back"))
        self.join.joined.connect(self.accept)
        self.sticks.look()
