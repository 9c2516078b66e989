"""The central's desk: what came from each clinic, what is missing, merging all sticks at once, writing the receipts."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.exchange.enrolment import Approval
from clinic_desktop.exchange.outcomes import Exported, MergeReport
from clinic_desktop.features.bundles.queries import clinics, waiting
from clinic_desktop.features.bundles.queries.clinics import ClinicState
from clinic_desktop.features.bundles.screens.parts import said_report
from clinic_desktop.features.bundles.screens.sticks import SticksList
from clinic_desktop.features.bundles.service import carrying, joining, taking
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled, stack
from clinic_desktop.uikit.marks import ProgressBar
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import LongJob

_ASIDE = 360


class CentralDesk(QWidget):
    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._job: LongJob | None = None
        self._zone = office.ask(_zone)
        self.sticks = SticksList(office)
        self.clinics = self._clinics_table()
        self._make_deeds()
        self._lay_out()
        office.follow(waiting.TABLES, self, self.reload)
        self.sticks.changed.connect(self._allow)
        self._set_busy(False)
        self.reload()
        self.sticks.look()

    def take_focus(self) -> None:
        (self.merge if self.merge.isEnabled() else self.clinics).setFocus()

    # building

    def _clinics_table(self) -> ListTable[ClinicState]:
        empty = EmptyState(_("No clinic has joined yet. Take in the request that a clinic brings on its stick."), None)
        columns = [
            Column[ClinicState](_("Clinic"), lambda c: cells.strong(f"{c.site_name} ({c.site_code})"), stretch=True),
            Column[ClinicState](_("Last bundle"), self._said_last, 190),
            Column[ClinicState](_("Missing"), _said_missing, 150),
            Column[ClinicState](_("Kept aside"), _said_aside, 120, wide_only=True),
        ]
        return ListTable(columns, key=lambda c: c.site_id, empty=empty)

    def _make_deeds(self) -> None:
        self.merge = Button(_("Merge everything on the stick"), "save", "primary", "download", tall=True)
        self.merge.clicked.connect(self._merge)
        self.answer = Button(_("Write the receipts"), icon="upload")
        self.answer.clicked.connect(self._answer)
        self.enrol = Button(_("Take in a new clinic…"), icon="building-hospital")
        self.enrol.clicked.connect(self._choose_request)
        if not self._office.may(Permission.KEEP_STAFF):
            self.enrol.hide()
        self.bar = ProgressBar()
        self.stop = Button(_("Stop"), kind="quiet")
        self.stop.clicked.connect(self._stop)

    def _lay_out(self) -> None:
        self.told = column(gap=S2)
        inside = QWidget()
        inside.setLayout(column(self.told, None))
        self.told_area = scrolled(inside)
        self.told_area.setVisible(False)
        self.told_area.setMaximumHeight(220)
        busy = row((self.bar, 1), self.stop, gap=S2)
        left = Card((self.clinics, 1), self.told_area, busy, margins=(1, 1, 1, 12), gap=S2)
        right = Card(
            Text(_("Sticks"), "head", "semi"),
            (self.sticks, 1),
            self.enrol,
            self.answer,
            self.merge,
            margins=(16, 16, 16, 12),
        )
        right.setFixedWidth(_ASIDE)
        body = QWidget()
        line_up(body, (left, 1), right, gap=S3)
        stack(self, (body, 1), margins=(16, 8, 16, 12), gap=S3)

    # what there is

    def reload(self) -> None:
        self.clinics.show_rows(self._office.ask(clinics.clinics))

    def _allow(self) -> None:
        stick = self.sticks.chosen()
        free = self._job is None
        self.merge.setEnabled(free and stick is not None and bool(stick.bundles))
        self.answer.setEnabled(free and stick is not None)

    def _said_last(self, clinic: ClinicState) -> cells.Cell | str:
        if clinic.last_number is None or clinic.last_made_at is None:
            return cells.quiet(_("none yet"))
        return f"{clinic.last_number:04d} · {say_instant(clinic.last_made_at, self._zone)}"

    # deeds

    def _merge(self) -> None:
        stick = self.sticks.chosen()
        if stick is not None:
            self._run(partial(taking.merge, files=stick.bundles), self._merged)

    def _answer(self) -> None:
        stick = self.sticks.chosen()
        if stick is not None:
            self._run(partial(carrying.write_receipt, folder=stick.folder), self._answered)

    def _choose_request(self) -> None:
        stick = self.sticks.chosen()
        start = str(stick.folder) if stick else ""
        name, _kind = QFileDialog.getOpenFileName(self, _("Take in a new clinic…"), start)
        if name:
            self.take_request(Path(name))

    def take_request(self, file: Path) -> None:
        """Take a clinic in; its answer goes beside its request."""
        job = partial(joining.approve_steps, file=file, folder=file.parent)
        self._office.run_long(job, self, then=self._approved, failed=self._failed)

    def _approved(self, done: tuple[Path, Approval]) -> None:
        path, approval = done
        words = _("{site} may join. Its answer is on the stick: {name}. Both of you must see this code: {code}").format(
            site=approval.site_name, name=path.name, code=approval.code
        )
        self._tell([Callout(words, "well", "key")])
        self.reload()

    def _run(self, job: Callable[[Any, Any], Any], then: Callable[[Any], None]) -> None:
        self._tell([])
        self.bar.set_progress(0, 0, "")

        def ended(result: Any) -> None:
            self._set_busy(False)
            then(result)

        self._set_busy(True)
        job_running = self._office.run_long(
            job, self, progress=self.bar.show_progress, then=ended, failed=self._failed, cancelled=self._stopped
        )
        self._job = job_running if self.bar.isVisibleTo(self) else None
        self._allow()

    def _set_busy(self, busy: bool) -> None:
        if not busy:
            self._job = None
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self._allow()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _stopped(self) -> None:
        self._set_busy(False)
        self._tell([Callout(_("Stopped. What was merged stays; merging again goes on where it ended."))])

    def _failed(self, error: ClinicError) -> None:
        self._set_busy(False)
        self._tell([Callout(error.sentence(), "danger", "alert-circle")])

    def _merged(self, report: MergeReport) -> None:
        self._tell(said_report(report))
        self.reload()

    def _answered(self, written: tuple[Exported, ...]) -> None:
        count = len(written)
        words = ngettext(
            "The receipt for {count} clinic is on the stick and was read back. You may take it out.",
            "The receipts for {count} clinics are on the stick and were read back. You may take it out.",
            count,
        ).format(count=count)
        self._tell([Callout(words, "well", "circle-check")])
        self.sticks.look()

    def _tell(self, callouts: list[Callout]) -> None:
        clear(self.told)
        for callout in callouts:
            self.told.addWidget(callout)
        self.told_area.setVisible(bool(callouts))


def _zone(reading: Reading) -> Any:
    return reading.place.zone


def _said_missing(clinic: ClinicState) -> cells.Cell | str:
    count = len(clinic.missing)
    if not count:
        return cells.quiet("–")
    return cells.chip(ngettext("{count} gap", "{count} gaps", count).format(count=count), "warning", "alert-triangle")


def _said_aside(clinic: ClinicState) -> cells.Cell | str:
    return cells.chip(str(clinic.aside), "danger", "alert-circle") if clinic.aside else cells.quiet("–")
