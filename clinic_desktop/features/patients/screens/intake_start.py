"""Which sheet, and those that were taken in before."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.features.patients.queries import intake as queries
from clinic_desktop.features.patients.queries.intake import Run
from clinic_desktop.features.patients.service import intake as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit import cells, dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text


class StartPage(QWidget):
    opened = Signal(Path)
    left = Signal()

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.path = Edit(placeholder=_("Where the file is, for example D:\\people.xlsx"), icon="file-text")
        self.choose = Button(_("Choose the file…"), icon="folder-open")
        # In no form: Enter opens the sheet, it does not go on to the next field.
        self.field = Field(_("Sheet of people (.xlsx or .csv)"), self.path, beside=[self.choose])
        self.table = self._make_table()
        self.table.setAccessibleName(_("Sheets taken in before"))
        self.undo = Button(_("Undo the chosen load…"), icon="arrow-back-up")
        self.back = Button(_("Go back"), "back", "quiet")
        self.open = Button(_("Open the sheet"), "save", "primary", "upload", tall=True)
        before = Text(_("Sheets taken in before"), "small", "semi", "quiet")
        listed = Card(self.table, margins=(1, 4, 1, 1), gap=0)
        stack(self, self.field, before, (listed, 1), row(self.back, None, self.undo, self.open, gap=S2), gap=S2)
        self.choose.clicked.connect(self._choose)
        self.open.clicked.connect(self._open)
        self.path.returnPressed.connect(self._open)
        self.undo.clicked.connect(self._undo)
        self.back.clicked.connect(self.left)
        self.table.chosen.connect(self._allow)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.path.setFocus()
        self.path.selectAll()

    def reload(self) -> None:
        self.table.show_rows(self._office.ask(queries.runs))
        self._allow()

    def ask_where(self, name: str) -> Path | None:
        """Where to write a file of this name; beside the sheet, unless somebody says otherwise."""
        beside = _as_path(self.path.text()).parent / name
        said, _kind = QFileDialog.getSaveFileName(self, _("Save the lines with a fault"), str(beside), "CSV (*.csv)")
        return Path(said) if said else None

    def _make_table(self) -> ListTable[Run]:
        columns = [
            Column[Run](_("File"), lambda run: cells.strong(run.file_name), stretch=True),
            Column[Run](_("Taken in"), lambda run: say_day(self._office.local(run.taken_at).date()), 140),
            Column[Run](_("Brought"), lambda run: cells.number(f"{run.people:,}"), 90, right=True),
            Column[Run](_("Still here"), lambda run: cells.number(f"{run.still_there:,}"), 110, right=True),
            Column[Run]("", lambda run: cells.chip(_("Undone")) if run.undone else "", 120),
        ]
        empty = EmptyState(
            _("None yet. First you see who is in the sheet; nothing is kept until you say so, and it can be undone.")
        )
        return ListTable(columns, key=lambda run: run.run_id, empty=empty)

    def _allow(self, _run: object = None) -> None:
        run = self.table.row()
        self.undo.setEnabled(run is not None and not run.undone)

    def _choose(self) -> None:
        sheets = f"{_('Sheets')} (*.xlsx *.csv *.txt *.tsv)"
        name, _kind = QFileDialog.getOpenFileName(self, _("Choose the file…"), str(_as_path(self.path.text())), sheets)
        if name:
            self.path.setText(name)
            self._open()

    def _open(self) -> None:
        if not self.path.text().strip():
            self.field.complain(_("Choose the file, or write where it is."))
            self.path.setFocus()
            return
        self.field.complain(None)
        self.opened.emit(_as_path(self.path.text()))

    def _undo(self) -> None:
        run = self.table.row()
        if run is not None and not run.undone:
            ask_to_undo(self._office, self, run.run_id, run.file_name, self.reload)


def ask_to_undo(office: Office, screen: QWidget, run_id: str, file_name: str, then: Callable[[], object]) -> None:
    """Ask why, then take the whole load back; of whom something was recorded since, the service asks."""

    def with_reason(reason: str) -> None:
        office.do(partial(service.undo_run, run_id=run_id, reason=reason), screen, then=undone)

    def undone(result: service.Undone) -> None:
        office.notice(_say_undone(result))
        then()

    question = _("Why is the load of “{name}” undone?").format(name=file_name)
    dialogs.ask_text(question, screen, with_reason, yes_text=_("Undo the load"))


def _say_undone(result: service.Undone) -> str:
    gone = ngettext("{count} person was taken out again.", "{count} people were taken out again.", result.voided)
    said = gone.format(count=result.voided)
    if result.stayed:
        stay = ngettext("{count} stays, with records since.", "{count} stay, with records since.", result.stayed)
        said += " " + stay.format(count=result.stayed)
    return said


def _as_path(typed: str) -> Path:
    """Windows copies a path with quotation marks around it."""
    return Path(typed.strip().strip('"').strip()).expanduser()
