"""The central's desk: what came from each clinic, what is missing, merging all sticks at once, writing the receipts."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.exchange.outcomes import Merged, MergeReport
from clinic_desktop.features.bundles.queries import clinics, overdue, waiting
from clinic_desktop.features.bundles.queries.clinics import ClinicState
from clinic_desktop.features.bundles.screens.clinic_sheet import ClinicSheet, said_gap
from clinic_desktop.features.bundles.screens.sticks import SticksList
from clinic_desktop.features.bundles.screens.summary import Session, said_summary
from clinic_desktop.features.bundles.service import answering, likely, taking
from clinic_desktop.features.bundles.service.answering import Answers
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.cells import ChipIn
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled, stack
from clinic_desktop.uikit.marks import ProgressBar
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import LongJob

_ASIDE = 300
_LOW = 420
TABLES = waiting.TABLES | {"site", "peer_word", "setting_value"}


class CentralDesk(QWidget):
    """Everything on all sticks by one press; files and folders may be dropped onto it too."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._job: LongJob | None = None
        self._comparing: LongJob | None = None
        self._session = Session()
        self._files: tuple[Merged, ...] = ()
        self._zone = office.ask(_zone)
        self.setAcceptDrops(True)
        self.sticks = SticksList(office)
        self.clinics = self._clinics_table()
        self._make_deeds()
        self._lay_out()
        office.follow(TABLES, self, self.reload)
        self.sticks.changed.connect(self._allow)
        self._set_busy(False)
        self.reload()
        self.sticks.look()

    @property
    def long_cover(self) -> bool:
        """A month's work is merged while nobody sits here: the lock waits for it."""
        return self._job is not None

    def take_focus(self) -> None:
        (self.merge if self.merge.isEnabled() else self.clinics).setFocus()

    # building

    def _clinics_table(self) -> ListTable[ClinicState]:
        empty = EmptyState(_("No clinic has joined yet. Take in the request that a clinic brings on its stick."), None)
        columns = [
            Column[ClinicState](_("Clinic"), _said_clinic, stretch=True),
            Column[ClinicState](_("Last bundle"), self._said_last, 190, wide_only=True),
            Column[ClinicState](_("Silent for"), _said_age, 100),
            Column[ClinicState](_("Missing"), _said_missing, 120),
            Column[ClinicState](_("Kept aside"), _said_aside, 90, wide_only=True),
            Column[ClinicState](_("Conflicts"), _said_conflicts, 90, wide_only=True),
        ]
        table = ListTable(columns, key=lambda c: c.site_id, empty=empty)
        table.setAccessibleName(_("Clinics"))
        table.opened.connect(self.open_clinic)
        return table

    def _make_deeds(self) -> None:
        self.merge = Button(_("Merge everything"), "save", "primary", "download", tall=True)
        self.merge.clicked.connect(self._merge)
        self.choose = Button(_("Choose files…"), icon="folder-open")
        self.choose.clicked.connect(self._choose_files)
        self.answer = Button(_("Write the receipts"), icon="upload")
        self.answer.clicked.connect(lambda: self.write_answers())
        self.enrol = Button(_("Take in a new clinic…"), icon="building-hospital")
        self.enrol.clicked.connect(lambda: self._office.go("stick", tab="devices"))
        if not self._office.may(Permission.KEEP_DEVICES):
            self.enrol.hide()
        self.bar = ProgressBar()
        self.stop = Button(_("Stop"), kind="quiet")
        self.stop.clicked.connect(self._stop)

    def _lay_out(self) -> None:
        self.warnings = QWidget()
        self._warned = stack(self.warnings, margins=(12, 8, 12, 0), gap=S2)
        self.told = column(gap=S2)
        inside = QWidget()
        inside.setLayout(column(self.told, None, margins=(12, 8, 12, 0)))
        self.told_area = scrolled(inside)
        self.told_area.setVisible(False)
        self.told_area.setMinimumHeight(120)
        busy = row((self.bar, 1), self.stop, gap=S2, margins=(12, 0, 12, 0))
        left = Card(self.warnings, (self.clinics, 3), (self.told_area, 2), busy, margins=(1, 1, 1, 12), gap=S2)
        sticks = QWidget()
        sticks.setLayout(column(Text(_("Sticks"), "head", "semi"), (self.sticks, 1), self.enrol, self.choose, gap=S2))
        right = Card((scrolled(sticks), 1), self.answer, self.merge, margins=(16, 12, 16, 12), gap=S2)
        right.setFixedWidth(_ASIDE)
        body = QWidget()
        line_up(body, (left, 1), right, gap=S3)
        stack(self, (body, 1), margins=(16, 8, 16, 12), gap=S3)

    # what there is

    def reload(self) -> None:
        found = self._office.ask(clinics.clinics)
        self.clinics.show_rows(found)
        clear(self._warned)
        words = " ".join(self._warnings(found))
        if words:
            self._warned.addWidget(Callout(words, "danger", "alert-circle"))
        self._show_warnings()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_warnings()

    def _show_warnings(self) -> None:
        """In a low window what was just merged takes their place; the list says it in red too."""
        fits = self.height() >= _LOW or not self.told_area.isVisibleTo(self)
        self.warnings.setVisible(self._warned.count() > 0 and fits)

    def _warnings(self, found: Sequence[ClinicState]) -> list[str]:
        told: list[str] = []
        late = [one for one in found if one.late]
        if late:
            words = ngettext(
                "Nothing came from {names} for {days} days. Call them.",
                "Nothing came for more than {days} days from {count} clinics: {names}. Call them.",
                len(late),
            )
            days = late[0].days if len(late) == 1 else self._office.ask(overdue.stick_days)
            told.append(words.format(names=", ".join(c.site_name for c in late), days=days, count=len(late)))
        kept = self._office.ask(overdue.central_kept)
        if kept is not None and kept.late:
            told.append(said_backup(kept))
        return told

    def open_clinic(self, clinic: ClinicState) -> None:
        """Its detail sheet."""
        sheet = ClinicSheet(self._office, clinic, self)
        sheet.answer_asked.connect(lambda: self.write_answers((clinic.site_id,)))
        sheet.open()

    def _allow(self) -> None:
        free = self._job is None
        self.merge.setEnabled(free and any(stick.bundles for stick in self.sticks.found()))
        self.answer.setEnabled(free and self.sticks.chosen() is not None)
        self.choose.setEnabled(free)

    def _said_last(self, clinic: ClinicState) -> cells.Cell | str:
        if clinic.last_number is None or clinic.last_made_at is None:
            return cells.quiet(_("none yet"))
        return f"{clinic.last_number:04d} · {say_instant(clinic.last_made_at, self._zone)}"

    # merging

    def _merge(self) -> None:
        self.merge_files([stick.folder for stick in self.sticks.found() if stick.bundles])

    def _choose_files(self) -> None:
        stick = self.sticks.chosen()
        names, _kind = QFileDialog.getOpenFileNames(self, _("Choose files…"), str(stick.folder) if stick else "")
        self.merge_files([Path(name) for name in names])

    def merge_files(self, files: Sequence[Path]) -> None:
        """Take in files, and what is in folders, in any order; nothing is asked on the way."""
        if files and self._job is None:
            self._files = ()
            self._run(partial(taking.merge, files=tuple(files)), self._merged, self._stopped_merging)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._job is None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.merge_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _merged(self, report: MergeReport) -> None:
        self._session.hear(report.files)
        self._tell(said_summary(report.files, self._session, report))
        self.reload()
        if self.answer.isEnabled():
            self.answer.setFocus()
        # Who came is compared with everybody meanwhile; what is pressed next does not wait for it.
        self._comparing = self._office.run_long(likely.look, self, failed=lambda _error: None)

    def _stopped_merging(self) -> None:
        self._session.hear(self._files)
        words = _("Stopped. What was merged stays; merging again goes on where it ended.")
        self._tell([Callout(words), *said_summary(self._files, self._session)])
        self.reload()

    # answering

    def write_answers(self, site_ids: Sequence[str] = ()) -> None:
        """The receipts for all clinics, or for these, onto the chosen stick."""
        stick = self.sticks.chosen()
        if stick is None:
            self._tell([Callout(_("Insert the USB stick first."), "warning", "device-usb")])
        elif self._job is None:
            job = partial(answering.answer, folder=stick.folder, site_ids=tuple(site_ids))
            self._run(job, self._answered, self._stopped_answering)

    def _answered(self, answers: Answers) -> None:
        told = [Callout(f"{name}: {sentence}", "danger", "alert-circle") for name, sentence in answers.refused]
        count = len(answers.written)
        words = ngettext(
            "The receipt for {count} clinic is on the stick and was read back. You may take it out.",
            "The receipts for {count} clinics are on the stick and were read back. You may take it out.",
            count,
        ).format(count=count)
        if count:
            told.append(Callout(words, "well", "circle-check"))
        removed = sum(one.removed for one in answers.written)
        if removed:
            gone = ngettext(
                "{count} bundle that had arrived was taken off the stick.",
                "{count} bundles that had arrived were taken off the stick.",
                removed,
            )
            told.append(Callout(gone.format(count=removed), "neutral", "check"))
        self._tell(told)
        self.sticks.look()

    def _stopped_answering(self) -> None:
        self._tell([Callout(_("Stopped. Receipts that were finished are on the stick."))])
        self.sticks.look()

    # long jobs

    def _run(self, job: Callable[[Any, Any], Any], then: Callable[[Any], None], stopped: Callable[[], None]) -> None:
        if self._comparing is not None:
            self._comparing.cancel()
            self._comparing = None
        self._tell([])
        self.bar.set_progress(0, 0, "")

        def ended(result: Any) -> None:
            self._set_busy(False)
            then(result)

        def was_stopped() -> None:
            self._set_busy(False)
            stopped()

        self._set_busy(True)
        running = self._office.run_long(
            job, self, progress=self._show_progress, then=ended, failed=self._failed, cancelled=was_stopped
        )
        self._job = running if self.bar.isVisibleTo(self) else None
        self._allow()

    def _show_progress(self, progress: object) -> None:
        self._files = getattr(progress, "files", self._files)
        self.bar.show_progress(progress)

    def _set_busy(self, busy: bool) -> None:
        if not busy:
            self._job = None
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self._allow()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _failed(self, error: ClinicError) -> None:
        self._set_busy(False)
        self._tell([Callout(error.sentence(), "danger", "alert-circle")])

    def _tell(self, callouts: list[Callout]) -> None:
        clear(self.told)
        for callout in callouts:
            self.told.addWidget(callout)
        self.told_area.setVisible(bool(callouts))
        self._show_warnings()


def said_backup(kept: overdue.Kept) -> str:
    if kept.days is None:
        return _("No backup of {name} was made and checked yet. Make one today.").format(name=kept.name)
    words = ngettext(
        "The last backup of {name} that was checked is {days} day old. Make one today.",
        "The last backup of {name} that was checked is {days} days old. Make one today.",
        kept.days,
    )
    return words.format(name=kept.name, days=kept.days)


def _zone(reading: Reading) -> Any:
    return reading.place.zone


def _said_clinic(clinic: ClinicState) -> cells.Cell:
    marks: list[ChipIn] = []
    if clinic.closed_on is not None:
        marks.append(ChipIn(_("closed")))
    if clinic.restored:
        marks.append(ChipIn(_("restored"), "warning"))
    return cells.strong(f"{clinic.site_name} ({clinic.site_code})", *marks)


def _said_age(clinic: ClinicState) -> cells.Cell:
    words = ngettext("{count} day", "{count} days", clinic.days).format(count=clinic.days)
    return cells.chip(words, "danger", "alert-circle") if clinic.late else cells.quiet(words)


def _said_missing(clinic: ClinicState) -> cells.Cell:
    if not clinic.missing:
        return cells.quiet("–")
    return cells.chip(said_gap(clinic, most=3), "warning", "alert-triangle")


def _said_aside(clinic: ClinicState) -> cells.Cell:
    count = clinic.aside + clinic.held
    return cells.chip(str(count), "danger", "alert-circle") if count else cells.quiet("–")


def _said_conflicts(clinic: ClinicState) -> cells.Cell:
    return cells.number(str(clinic.conflicts)) if clinic.conflicts else cells.quiet("–")
