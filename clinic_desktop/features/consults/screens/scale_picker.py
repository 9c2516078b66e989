"""Which scale to open: those that are due first, then those this person knows, then the others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import scales as queries
from clinic_desktop.features.consults.rules.score_words import say_doubts
from clinic_desktop.features.consults.rules.scoring import FORM, scales, totals_only
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.names import fold
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.cells import Cell
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable


@dataclass(frozen=True, slots=True)
class Offer:
    code: str
    title: str
    measures: str
    last: str
    last_on: date | None
    due_on: date | None


def offers(office: Office, patient_id: str) -> tuple[Offer, ...]:
    """Every scale and form that can be opened for this person, in the order of the list."""
    due = {one.scale_code: one.due_on for one in office.ask(queries.due, patient_id)}
    newest = {row.scale_code: row for row in office.ask(queries.scores, patient_id)}
    known = [(s.code, s.title, str(s.measures)) for s in scales().values()]
    known += [(s.code, s.title, f"{s.measures} · {_('total only')}") for s in totals_only().values()]
    known += [(FORM + f.instrument_id, f.title, _("form, not added up")) for f in office.ask(queries.forms)]
    found: list[Offer] = []
    for code, title, measures in known:
        row = newest.get(code)
        total = "" if row is None else str(row.total) if row.total is not None else _("no total")
        parts = (total, say_day(row.occurred_on), say_doubts(row)) if row is not None else ()
        said = " · ".join(part for part in parts if part)
        found.append(Offer(code, title, measures, said, row.occurred_on if row else None, due.get(code)))
    return tuple(sorted(found, key=_order))


def _order(offer: Offer) -> tuple[int, date]:
    if offer.due_on is not None:
        return 0, offer.due_on
    return (1, offer.last_on) if offer.last_on is not None else (2, date.max)


class FilterEdit(Edit):
    """Up and Down move in the list while the letters stay here."""

    def __init__(self, placeholder: str, move: Callable[[int], object]) -> None:
        super().__init__(placeholder=placeholder, icon="search")
        self._move = move

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self._move(step)
        else:
            super().keyPressEvent(event)


class ScalePicker(Sheet):
    def __init__(self, office: Office, patient_id: str, screen: QWidget, then: Callable[[str], object]) -> None:
        self._screen, self._then = screen, then
        self._offers = offers(office, patient_id)
        self._found: list[Offer] = []
        self.field = FilterEdit(_("letters of the scale, or of what it is about"), self._step)
        columns = [
            Column[Offer](_("Scale"), lambda offer: cells.strong(offer.title), 130),
            Column[Offer](_("Measures"), lambda offer: offer.measures, stretch=True),
            Column[Offer](_("Last"), lambda offer: cells.quiet(offer.last), 130),
            Column[Offer]("", _due_cell, 84),
        ]
        empty = EmptyState(_("No scale is called so."))
        self.table: ListTable[Offer] = ListTable(columns, key=lambda offer: offer.code, empty=empty)
        self.table.setAccessibleName(_("Scales"))
        self.table.setMinimumHeight(232)
        super().__init__(_("Another scale"), screen, self.field, self.table, width=620)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.take = self.add_deed(Button(_("Open the scale"), key="open", kind="primary"), self._take)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._take)
        self.table.opened.connect(self._take)
        self._filter("")
        self.field.setFocus()

    def _filter(self, typed: str) -> None:
        wanted = fold(typed)
        self._found = [o for o in self._offers if wanted in fold(f"{o.title} {o.code} {o.measures}")]
        self.table.show_rows(self._found)
        self.table.choose_at(0)
        self.take.setEnabled(bool(self._found))

    def _step(self, by: int) -> None:
        row = self.table.row()
        at = self._found.index(row) if row in self._found else 0
        self.table.choose_at(max(0, min(at + by, len(self._found) - 1)))

    def _take(self, _row: object = None) -> None:
        """The list is gone before the scale takes the focus."""
        row = self.table.row()
        if row is not None:
            self.accept()
            QTimer.singleShot(0, self._screen, lambda: self._then(row.code))


def _due_cell(offer: Offer) -> Cell | str:
    return cells.chip(_("due again"), "accent") if offer.due_on is not None else ""


def ask_scale(office: Office, patient_id: str, screen: QWidget, then: Callable[[str], object]) -> ScalePicker:
    """Open the list; `then` gets the code of the scale."""
    picker = ScalePicker(office, patient_id, screen, then)
    picker.open()
    return picker
