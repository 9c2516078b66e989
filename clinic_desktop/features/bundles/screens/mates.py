"""Two computers of one clinic: an invitation, a request, an answer, and a code that both show."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.exchange.troubles import CompareBoth
from clinic_desktop.exchange.trust.pairing import Paired
from clinic_desktop.features.bundles.screens.join import NoStick
from clinic_desktop.features.bundles.screens.sticks import SticksList
from clinic_desktop.features.bundles.service import joining, pairing
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import line_up, scrolled
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class MatesSheet(Sheet):
    """Left what the computer does that has worked so far, right what the new one does; in the order of the steps."""

    def __init__(self, office: Office, parent: QWidget | None) -> None:
        super().__init__(_("Another computer of this clinic"), parent, width=640)
        self._office = office
        self.sticks = SticksList(office)
        self.invite = Button(_("1  Invite another computer"), icon="file-plus")
        self.take_in = Button(_("3  Take the other one in…"), icon="folder-open")
        self.ask_in = Button(_("2  Ask to be taken in"), icon="file-plus")
        self.enter = Button(_("4  Open the answer…"), icon="folder-open")
        self.invite.clicked.connect(partial(self._write, pairing.write_invitation))
        self.ask_in.clicked.connect(partial(self._write, pairing.ask_to_enter))
        self.take_in.clicked.connect(self._choose_request)
        self.enter.clicked.connect(self._choose_answer)
        self.told = Callout("", "well", "circle-check")
        self.told.hide()
        old = Card(Text(_("This computer has worked so far"), "head", "semi"), self.invite, self.take_in, gap=S2)
        new = Card(Text(_("This computer is new"), "head", "semi"), self.ask_in, self.enter, gap=S2)
        both = QWidget()
        line_up(both, (old, 1), (new, 1), gap=S3)
        body = QWidget()
        hint = _("The stick goes to and fro, this once. Afterwards each carries to the other as to the central office.")
        line_up(body, scrolled(self.sticks))
        body.setFixedHeight(120)
        for item in (Text(hint, color="quiet", wrap=True), body, both, self.told):
            self.body.addWidget(item)
        self.add_deed(Button(_("Close"), "back"))
        self.sticks.look()

    def _folder(self) -> Path | None:
        stick = self.sticks.chosen()
        return stick.folder if stick else None

    def _write(self, job: Callable[..., Any], _checked: bool = False) -> None:
        folder = self._folder()
        if folder is None:
            self._office.voice.say(NoStick(), self)
            return
        self._office.run_long(partial(job, folder=folder), self, then=self._written, failed=self._failed)

    def _written(self, path: Path) -> None:
        self._say(_("It is on the stick: {name}. Take it to the other computer.").format(name=path.name))

    def _choose(self, title: str) -> Path | None:
        folder = self._folder()
        name, _kind = QFileDialog.getOpenFileName(self, title, str(folder) if folder else "")
        return Path(name) if name else None

    def _choose_request(self) -> None:
        if file := self._choose(self.take_in.text()):
            self.take_request(file)

    def _choose_answer(self) -> None:
        if file := self._choose(self.enter.text()):
            self.take_answer(file)

    def take_request(self, file: Path, *, confirmed: bool = False) -> None:
        """At the first computer: asks for the code, then takes the other one in."""
        again = partial(self.take_request, file, confirmed=True)
        self._office.run_long(
            partial(pairing.take_in, file=file, confirmed=confirmed),
            self,
            then=self._taken_in,
            failed=partial(self._compare, again),
        )

    def _compare(self, again: Callable[[], None], error: ClinicError) -> None:
        if isinstance(error, CompareBoth):
            self._office.voice.confirm(error.sentence(), self, again)
        else:
            self._failed(error)

    def _taken_in(self, done: tuple[Path, Paired]) -> None:
        path, paired = done
        words = _("Taken in ({code}). The answer is on the stick: {name}. Open it at the other computer.")
        self._say(words.format(code=paired.code, name=path.name))

    def take_answer(self, file: Path) -> None:
        """At the second computer."""
        try:
            content = joining.read_small(file)
        except ClinicError as error:
            self._failed(error)
            return
        self._office.do(partial(pairing.enter, content=content, name=file.name), self, then=self._entered)

    def _entered(self, _code: str) -> None:
        self._say(_("The two computers know each other. From now on each carries to the other on the stick."))

    def _say(self, words: str) -> None:
        self.told.words.setText(words)
        self.told.show()

    def _failed(self, error: ClinicError) -> None:
        self._office.voice.say(error, self)
