"""The list of people: two lines a person, the letters that match underlined."""

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QResizeEvent

from clinic_desktop.features.patients.rules.ranking import Level, say_level
from clinic_desktop.features.patients.rules.rows import Found
from clinic_desktop.features.patients.rules.terms import matched
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.cells import Cell, ChipIn
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import is_compact
from clinic_desktop.uikit.words import Piece, marked

ROW_HEIGHT = 60
_WIDE, _NARROW = {1: 235, 2: 185}, {1: 165, 2: 140}
"""The widths of the columns beside the name, by the window's."""


class PeopleTable(ListTable[Found]):
    """Also a result list: `show_found` remembers what was typed."""

    def __init__(self, empty: EmptyState, *, reasons: bool) -> None:
        self._typed: tuple[str, ...] = ()
        self._linked: Mapping[PatientId, tuple[str, ...]] = {}
        self._visits: Mapping[PatientId, str] = {}
        self._doubted: frozenset[PatientId] = frozenset()
        columns = [
            Column[Found](_("Person"), self._person, stretch=True),
            Column[Found](_("Birth and community"), self._birth, _WIDE[1]),
            Column[Found](_("Mother and last visit"), self._mother, _WIDE[2]),
        ]
        if reasons:
            columns.append(Column[Found](_("Why"), _why, 190, wide_only=True))
        super().__init__(columns, lambda row: row.entry, empty=empty, row_height=ROW_HEIGHT)
        if reasons:
            self.horizontalHeader().hide()

    def show_found(
        self,
        rows: Sequence[Found],
        typed: tuple[str, ...],
        linked: Mapping[PatientId, tuple[str, ...]] | None = None,
    ) -> None:
        """`linked`: the other numbers of those who are registered more than once."""
        self._typed, self._linked = typed, linked or {}
        self.show_rows(rows)

    def show_more(
        self,
        linked: Mapping[PatientId, tuple[str, ...]],
        visits: Mapping[PatientId, str],
        doubted: frozenset[PatientId] = frozenset(),
    ) -> None:
        """What is asked only when the hand rests: other numbers, last visits, who is in doubt between clinics."""
        self._linked, self._visits, self._doubted = linked, visits, doubted
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for at, width in (_NARROW if is_compact(self.window().width()) else _WIDE).items():
            self.setColumnWidth(at, width)

    def _mother(self, row: Found) -> Cell:
        visit = self._visits.get(row.patient_id, "")
        return cells.two_lines(row.mother, under=_("Last visit {day}").format(day=visit) if visit else "")

    def _person(self, row: Found) -> Cell:
        more = self._linked.get(row.patient_id, ())
        also = _("also {numbers}").format(numbers=", ".join(more)) if more else ""
        doubt = _("in doubt between clinics") if row.patient_id in self._doubted else ""
        told = (doubt, row.number, also, row.known_as, _("died") if row.died else "")
        under = " · ".join(part for part in told if part)
        return cells.two_lines(*self._marked(row.said), under=under, ink="strong")

    def _birth(self, row: Found) -> Cell:
        return cells.two_lines(row.born, under=row.community_first)

    def _marked(self, text: str) -> list[Piece]:
        return [marked(piece) if hit else piece for piece, hit in matched(text, self._typed)]


def _why(row: Found) -> Cell:
    tone, icon = ("well", "circle-check") if row.level is Level.EXACT else ("neutral", "")
    level = ChipIn(say_level(row.level), tone, icon)
    return cells.chips(level, *(ChipIn(reason) for reason in row.reasons[:2]))
