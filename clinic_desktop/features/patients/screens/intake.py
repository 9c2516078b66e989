"""People from a sheet, in three looks: which file, what its columns hold, who is in it. Then they come in at once."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.patients.queries import intake as queries
from clinic_desktop.features.patients.rules.intake import Judgement, Sheet, propose
from clinic_desktop.features.patients.screens.intake_columns import ColumnsPage
from clinic_desktop.features.patients.screens.intake_result import ResultPage
from clinic_desktop.features.patients.screens.intake_review import ReviewPage
from clinic_desktop.features.patients.screens.intake_start import StartPage, ask_to_undo
from clinic_desktop.features.patients.service import intake as service
from clinic_desktop.features.patients.service import intake_files as files
from clinic_desktop.kernel.errors import ClinicError, NeedsConfirmation
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.marks import ProgressBar, Steps
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import LongJob

START, COLUMNS, REVIEW, RESULT = range(4)


class IntakeScreen(QWidget):
    """Leaving it in the middle asks nothing: until people are taken in, nothing was changed."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._job: LongJob | None = None
        self._busy = False
        self._sheet: Sheet | None = None
        self._judgement: Judgement | None = None
        self._taken: service.Taken | None = None
        self._run_id = ""
        self.start, self.columns = StartPage(office), ColumnsPage(office)
        self.review, self.result = ReviewPage(), ResultPage()
        self._lay_out()
        self._connect()
        self._set_busy(False)

    def _lay_out(self) -> None:
        self.steps = Steps([_("The sheet"), _("Its columns"), _("Its people"), _("Done")])
        self.trouble = Text("", weight="semi", color="danger", wrap=True)
        self.trouble.hide()
        self.pages = QStackedWidget()
        for page in (self.start, self.columns, self.review, self.result):
            self.pages.addWidget(page)
        self.bar = ProgressBar()
        self.stop = Button(_("Stop"), kind="quiet")
        stack(
            self,
            row(self.steps, None),
            self.trouble,
            (self.pages, 1),
            row((self.bar, 1), self.stop, gap=S3),
            margins=(S4, S2, S4, S3),
            gap=S2,
        )

    def _connect(self) -> None:
        self.start.opened.connect(self.open_file)
        self.start.left.connect(self._office.back)
        self.columns.ready.connect(self._judge)
        self.columns.left.connect(self.step_back)
        self.review.ready.connect(self._take)
        self.review.left.connect(self.step_back)
        self.review.faulty_wanted.connect(self._ask_where)
        self.result.lines_wanted.connect(partial(self._show, REVIEW))
        self.result.undo_wanted.connect(self._undo)
        self.result.another.connect(self._begin_again)
        self.result.done.connect(partial(self._office.go, "persons"))
        self.stop.clicked.connect(self._stop)

    def take_focus(self) -> None:
        (self.start, self.columns, self.review, self.result)[self.pages.currentIndex()].take_focus()

    def step_back(self) -> bool:
        """One look back; whether there was one."""
        if self._busy:
            self._stop()
            return True
        before = {COLUMNS: START, REVIEW: RESULT if self._taken else COLUMNS}.get(self.pages.currentIndex())
        if before is not None:
            self._show(before)
        return before is not None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a low window the lines are worth more than the way there."""
        narrow = is_compact(self.window().width())
        self.steps.setVisible(not (narrow and self.pages.currentIndex() == REVIEW))

    def _show(self, at: int) -> None:
        self._say_trouble("")
        self.pages.setCurrentIndex(at)
        self.steps.set_at(at)
        self._fit()
        self.take_focus()

    # the steps

    def open_file(self, path: Path) -> None:
        self._start(partial(files.open_in_steps, path=path), self._opened, apart=True)

    def _opened(self, sheet: Sheet) -> None:
        self._sheet, self._taken, self._judgement = sheet, None, None
        remembered = self._office.ask(queries.remembered_columns, sheet.headings)
        self.columns.show_sheet(sheet, remembered or propose(sheet.headings), remembered is not None)
        self._show(COLUMNS)

    def _judge(self) -> None:
        if self._sheet is None or (columns := self.columns.chosen()) is None:
            return
        told_on = self.columns.told_on()
        job = partial(service.judge_in_steps, sheet=self._sheet, columns=columns, told_on=told_on)
        self._start(job, self._judged)

    def _judged(self, judgement: Judgement) -> None:
        self._judgement, self._run_id = judgement, new_id()
        self.review.show_judgement(judgement)
        self._show(REVIEW)

    def _take(self, confirmed: bool = False) -> None:
        columns = self.columns.chosen()
        if self._sheet is None or self._taken is not None or columns is None:
            return
        job = partial(
            service.take_in_steps,
            run_id=self._run_id,
            sheet=self._sheet,
            columns=columns,
            told_on=self.columns.told_on(),
            doubtful=self.review.doubtful(),
            confirmed=confirmed,
        )
        self._start(job, self._took)

    def _took(self, taken: service.Taken) -> None:
        self._taken = taken
        self.review.finish()
        if self._sheet is not None and self._judgement is not None:
            self.result.show_taken(taken, self._sheet.file_name, self._judgement.counts, self.review.chosen_doubtful())
        self._show(RESULT)

    def _undo(self) -> None:
        if self._taken is not None and self._sheet is not None:
            ask_to_undo(self._office, self, self._taken.run_id, self._sheet.file_name, self._begin_again)

    def _begin_again(self) -> None:
        self._sheet = self._judgement = self._taken = None
        self.start.reload()
        self._show(START)

    # lines to mend

    def _ask_where(self) -> None:
        if self._sheet is None:
            return
        name = _("to mend {name}").format(name=Path(self._sheet.file_name).stem) + ".csv"
        if chosen := self.start.ask_where(name):
            self.save_faulty(chosen)

    def save_faulty(self, path: Path) -> None:
        if self._sheet is None or self._judgement is None:
            return
        job = partial(files.save_faulty_in_steps, path=path, sheet=self._sheet, judgement=self._judgement)
        self._start(job, self._saved, apart=True)

    def _saved(self, path: Path) -> None:
        self._office.notice(_("The lines with a fault are in {path}").format(path=path))
        self.take_focus()

    # a long job and its end

    def _start(self, job: Callable[..., Any], then: Callable[[Any], object], *, apart: bool = False) -> None:
        if self._busy:
            return
        self._say_trouble("")
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
            apart=apart,
        )
        self._job = started if self._busy else None
        if self._job is not None and then == self._judged:
            # Nobody waits for a preview whose screen was left.
            self.destroyed.connect(started.cancel)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._job = self._job if busy else None
        self.pages.setEnabled(not busy)
        self.bar.set_progress(0, 0, "")
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.stop.setEnabled(busy)
        if busy:
            self.stop.setFocus()

    def _stop(self) -> None:
        if self._job is not None:
            self.stop.setEnabled(False)
            self._job.cancel()

    def _stopped(self) -> None:
        self._set_busy(False)
        self._office.notice(_("Stopped. Nothing was changed."))
        self.take_focus()

    def _failed(self, error: ClinicError) -> None:
        self._set_busy(False)
        if isinstance(error, NeedsConfirmation):
            self._office.voice.confirm(error.sentence(), self, partial(self._take, **error.again))
            return
        self._say_trouble(error.sentence())
        # Once the pages can have it again.
        QTimer.singleShot(0, self, self.take_focus)

    def _say_trouble(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))
