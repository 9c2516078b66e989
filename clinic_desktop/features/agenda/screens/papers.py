"""Printing a day: which day, which paper, shown first, written down before it leaves."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.letters import day as papers
from clinic_desktop.features.agenda.letters import sheets
from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.queries import papers as queries
from clinic_desktop.features.agenda.queries.day import DayRow
from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.agenda.service import papers as noting
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.marks import ProgressBar
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import LongJob


def may_print(office: Office) -> bool:
    return office.may(Permission.RECEPTION, Permission.READ_CHART)


def print_day(office: Office, screen: QWidget) -> "PrintSheet":
    """Ask which day and which paper; only what the person's role needs is offered."""
    sheet = PrintSheet(office, screen)
    sheet.open()
    return sheet


class PrintSheet(Sheet):
    """The day that is to be printed stands there already: today in the morning, in the evening the next one."""

    def __init__(self, office: Office, screen: QWidget) -> None:
        super().__init__(_("Print the day"), screen)
        self._office, self._screen = office, screen
        self._today = office.today()
        self._job: LongJob | None = None
        self.form = Form()
        self.when = Edit(placeholder=_("6s, 10d, 5/12"))
        self._field = self.form.add("when", _("Which day"), self.when, check=self._complain)
        stack(self.form, self._field)
        self.progress = ProgressBar()
        self.progress.hide()
        for item in (self.form, Text(_("No list says why somebody comes."), color="quiet", wrap=True), self.progress):
            self.body.addWidget(item)
        self.back = self.add_deed(Button(_("Go back"), "back", "quiet"), self.reject)
        self._deeds = self._add_deeds()
        self.when.textChanged.connect(self._say_back)
        day = office.ask(queries.day_to_print)
        self.when.setText(f"{day:%d/%m/%Y}")
        self.main = self._deeds[-1]
        self.main.setFocus()
        self.rejected.connect(self._cancel)

    def _add_deeds(self) -> list[Button]:
        wanted: list[tuple[str, Callable[[], object]]] = []
        if self._office.may(Permission.READ_CHART):
            wanted += [(_("With consult sheets"), self._print_set), (_("Numbered"), self._print_numbered)]
        if self._office.may(Permission.RECEPTION):
            wanted.append((_("For the desk"), self._print_desk))
        last = len(wanted) - 1
        return [
            self.add_deed(Button(words, kind="primary" if at == last else "secondary"), act)
            for at, (words, act) in enumerate(wanted)
        ]

    def day(self) -> date | None:
        return read_when(self.when.text(), self._today)

    def _complain(self, typed: str) -> str | None:
        return None if read_when(typed, self._today) else _("Write the day like 6s (in six weeks), 10d or 5/12.")

    def _say_back(self, _typed: str = "") -> None:
        day = self.day()
        if day is None:
            self._field.say("")
            return
        count = self._office.ask(days.booked_between, day, day).get(day, 0)
        people = ngettext("{count} person", "{count} people", count).format(count=count)
        self._field.say(f"{say_weekday(day)} {say_day(day)} · {people}")

    def _chosen(self) -> date | None:
        return None if self.form.find_faults() else self.day()

    def _print_desk(self) -> None:
        if (day := self._chosen()) is not None:
            self.accept()
            pdf = self._office.ask(papers.desk_list, day).pdf()
            _show(self._office, self._screen, pdf, _("People of the day"), "desk-list", "lista-del-dia.pdf")

    def _print_numbered(self) -> None:
        day = self._chosen()
        if day is None:
            return

        def made(work: Any) -> bytes:
            return papers.clinicians_list(work, day).pdf()

        self.accept()
        screen, office = self._screen, self._office
        office.do(
            made,
            screen,
            then=lambda pdf: _show(office, screen, pdf, _("Numbered list"), "numbered-list", "lista-numerada.pdf"),
        )

    def _print_set(self) -> None:
        """Takes seconds for forty people: the sheet stays, shows how far it is, and going back cancels."""
        day = self._chosen()
        if day is None or self._job is not None:
            return
        for button in self._deeds:
            button.setEnabled(False)
        self.when.setEnabled(False)
        self.progress.show()
        self.back.setText(_("Cancel"))
        self.back.setFocus()
        # With an office that works at once the job is over before it has a name.
        self._job = self._office.run_long(
            partial(sheets.set_of_day, day=day),
            self,
            progress=self.progress.show_progress,
            then=partial(self._show_set, day),
            failed=self._not_made,
            cancelled=self.close,
        )

    def _not_made(self, error: ClinicError) -> None:
        self.reject()
        self._office.voice.say(error, self._screen)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _show_set(self, day: date, pdf: bytes) -> None:
        if not self.isVisible():
            return
        self.accept()
        from clinic_desktop.printing.preview import Leaving, Preview

        office, screen = self._office, self._screen

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            use_case: Callable[..., Any] = partial(
                noting.note_set_printed,
                day=day.isoformat(),
                way=leaving.way,
                copies=leaving.copies,
                pages=leaving.pages,
            )
            office.do(use_case, screen, then=lambda _done: proceed())

        Preview(pdf, _("Papers of the day"), parent=screen, record=record, suggested="hojas-del-dia.pdf").open()


def print_turn(office: Office, screen: QWidget, row: DayRow) -> None:
    pdf = office.ask(papers.turn_slip, row).pdf()
    _show(office, screen, pdf, _("Turn {number}").format(number=row.turn), "turn", f"turno-{row.turn}.pdf")


def _show(office: Office, screen: QWidget, pdf: bytes, title: str, what: str, suggested: str) -> None:
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noted: Callable[..., Any] = partial(service.note_printed, what=what, way=leaving.way, copies=leaving.copies)
        office.do(noted, screen, then=lambda _done: proceed())

    Preview(pdf, title, parent=screen, record=record, suggested=suggested).open()
