"""The last verified backup, one button for a new one, and whether the data are sound."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.backups import service
from clinic_desktop.features.backups.rules import Finding, said_size
from clinic_desktop.features.backups.screens.code import NewCode
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.backup import Backup
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import ask_yes_no
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled
from clinic_desktop.uikit.marks import ProgressBar, Seal
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState, Line
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import LongJob

_WIDE, _NARROW = 320, 270


class BackupsScreen(QWidget):
    """The state and the list at the left, checks and the ways back at the right."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._busy = False
        self._job: LongJob | None = None
        self._zone: tzinfo = UTC
        self._make_widgets()
        self.table = self._make_table()
        self._lay_out()
        self._connect()
        self._set_busy(False)
        self.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.aside.setFixedWidth(_NARROW if is_compact(self.window().width()) else _WIDE)

    def take_focus(self) -> None:
        self.make.setFocus()

    def reload(self) -> None:
        self._office.run_long(service.look, self, then=self._show)

    # building

    def _make_widgets(self) -> None:
        self.head = Text("", "head", "semi", wrap=True)
        self.where = Text("", "small", color="quiet", wrap=True)
        self.bar = ProgressBar()
        self.cancel = Button(_("Stop"), kind="quiet")
        self.make = Button(_("Back up now"), "save", "primary", "shield-check", tall=True)
        self.verify = Button(_("Check the chosen backup"), icon="clipboard-check")
        self.check = Button(_("Check the data"), icon="database")
        self.code = Button(_("New recovery code"), icon="key")
        if not self._office.may(Permission.KEEP_STAFF):
            self.code.hide()
        self._seal, self._told = column(), column(gap=S2)

    def _make_table(self) -> ListTable[Backup]:
        columns = [
            Column[Backup](_("Made"), lambda b: cells.strong(say_instant(b.made_at, self._zone)), 170),
            Column[Backup](_("Clinic"), lambda b: b.site_name, stretch=True),
            Column[Backup](_("Size"), lambda b: cells.number(said_size(b.size)), 90, right=True),
            Column[Backup](_("State"), _state, 140),
        ]
        empty = EmptyState(_("There is no backup yet. Make the first one now: it takes less than a minute."), None)
        return ListTable(columns, key=lambda b: b.path, empty=empty)

    def _lay_out(self) -> None:
        state = row(self._seal, (column(self.head, self.where, gap=2), 1), margins=(S4, 0, S4, 0), gap=S3)
        foot = row((self.bar, 1), self.cancel, None, self.make, margins=(S4, 0, S4, 0), gap=S3)
        listed = Card(state, Line(), (self.table, 1), foot, margins=(1, S3, 1, S3), gap=S2)
        restoring = _(
            "To restore: on the first screen of a new installation choose “Restore a backup”. "
            "It goes into a new folder, never over these data, and opens with the passwords of its day."
        )
        inside = QWidget()
        inside.setLayout(column(self._told, Callout(restoring, icon="history"), None, gap=S3))
        self.aside = Card(
            Text(_("Is everything sound?"), "head", "semi"),
            self.verify,
            self.check,
            (scrolled(inside), 1),
            self.code,
            margins=(16, 16, 16, 12),
            gap=S2,
        )
        self.aside.setFixedWidth(_WIDE)
        line_up(self, (listed, 1), self.aside, margins=(16, 16, 16, 16), gap=S3)

    def _connect(self) -> None:
        self.make.clicked.connect(self._back_up)
        self.cancel.clicked.connect(self._stop)
        self.verify.clicked.connect(self._verify)
        self.check.clicked.connect(self._check)
        self.code.clicked.connect(self._ask_new_code)
        self.table.chosen.connect(self._allow)

    # what there is

    def _show(self, found: service.Overview) -> None:
        self._zone = found.zone
        clear(self._seal)
        self._seal.addWidget(Seal("alert-triangle", "warning", 44) if found.due else Seal(size=44))
        self.head.setText(_say_last(found.last_at, found.zone))
        where = _("Kept in {folder}").format(folder=_short(found.folder))
        if found.beside_data:
            where += "\n" + _("That is the same disk as the data. A stick or a second disk is safer: see Settings.")
        self.where.setText(where)
        self.table.show_rows(found.backups)
        self._allow()

    def _allow(self, _row: object = None) -> None:
        """What can be pressed now."""
        self.verify.setEnabled(not self._busy and self.table.row() is not None)
        self.check.setEnabled(not self._busy)
        self.code.setEnabled(not self._busy)

    def _tell(self, *callouts: Callout) -> None:
        clear(self._told)
        for callout in callouts:
            self._told.addWidget(callout)

    # deeds

    def _back_up(self) -> None:
        self._start(service.back_up, self._made)

    def _made(self, made: Backup) -> None:
        self.reload()
        self._office.notice(_("The backup was made, opened and checked."))
        self._tell()

    def _verify(self) -> None:
        chosen = self.table.row()
        if chosen is not None:
            self._start(partial(service.verify, path=chosen.path), self._verified)

    def _verified(self, sound: Backup) -> None:
        when = say_instant(sound.made_at, self._zone)
        self._tell(Callout(_("The backup of {when} is whole and opens.").format(when=when), "well", "circle-check"))

    def _check(self) -> None:
        self._start(service.check_vault, self._checked)

    def _checked(self, findings: tuple[Finding, ...]) -> None:
        if not findings:
            sound = _("The data are sound: every page, and the record of who did what from its first line.")
            self._tell(Callout(sound, "well", "circle-check"))
            return
        self._tell(*(Callout(finding.sentence(), "danger", "alert-circle") for finding in findings))

    def _ask_new_code(self) -> None:
        question = _("Make a new recovery code? The paper with the old one opens nothing any more.")
        ask_yes_no(question, self, self._renew_code, yes_text=_("Make a new code"))

    def _renew_code(self) -> None:
        self._start(service.renew_recovery_code, lambda code: NewCode(code, self).open())

    # a long job and its end

    def _start(self, job: Callable[[Any, Any], Generator[Progress, None, Any]], then: Callable[[Any], object]) -> None:
        if self._busy:
            return
        self._set_busy(True)

        def ended(result: Any) -> None:
            self._set_busy(False)
            then(result)

        started = self._office.run_long(
            job,
            self,
            progress=self.bar.show_progress,
            then=ended,
            failed=self._failed,
            cancelled=self._stopped,
            apart=True,
        )
        self._job = started if self._busy else None

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._job = self._job if busy else None
        self.bar.set_progress(0, 0, "")
        self.bar.setVisible(busy)
        self.cancel.setVisible(busy)
        self.cancel.setEnabled(busy)
        self.make.setVisible(not busy)
        self._allow()

    def _stop(self) -> None:
        if self._job is not None:
            self.cancel.setEnabled(False)
            self._job.cancel()

    def _stopped(self) -> None:
        self._set_busy(False)
        self._office.notice(_("Stopped. Nothing was changed."))

    def _failed(self, error: ClinicError) -> None:
        self._set_busy(False)
        self._tell(Callout(error.sentence(), "danger", "alert-circle"))


def _say_last(at: datetime | None, zone: tzinfo) -> str:
    if at is None:
        return _("There is no verified backup yet")
    return _("Last verified backup: {when}").format(when=say_instant(at, zone))


def _state(backup: Backup) -> cells.Cell:
    if backup.sound:
        return cells.chip(_("Whole"), "well", "check")
    return cells.chip(_("Damaged"), "danger", "alert-circle")


def _short(folder: Path) -> str:
    """The end of a long path says more than its beginning."""
    said = str(folder)
    return said if len(said) <= 60 else "…" + said[-58:]
