"""Open conflicts: both values, who wrote them and where; one press decides."""

from collections.abc import Sequence
from datetime import tzinfo
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.exchange.conflicts import Conflict, Side
from clinic_desktop.features.bundles.queries import conflicts, waiting
from clinic_desktop.features.bundles.rules.said import said_unit, said_values
from clinic_desktop.features.bundles.rules.settling import who_settles
from clinic_desktop.features.bundles.service import settling
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import column, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Text

DOUBTS = N_("What differs between clinics")
NOT_YOURS = N_("Who works with this record at the clinic decides this.")


class ConflictsTable(ListTable[Conflict]):
    """All of them, or those of one person."""

    def __init__(self, office: Office, patient_id: str | None = None) -> None:
        self._patient_id = patient_id
        self._whose: dict[tuple[str, str], str] = {}
        super().__init__(
            [
                Column[Conflict](_("Person"), lambda c: cells.strong(self._whose.get((c.table, c.row_id), "")), 190),
                Column[Conflict](_("Field"), lambda c: _(said_unit(c.table, c.unit)), 190),
                Column[Conflict](_("Shown for now"), lambda c: _said(c, c.sides[0]), stretch=True),
                Column[Conflict](_("Also written"), lambda c: _said(c, c.sides[-1]), 200),
                Column[Conflict](_("At"), lambda c: cells.quiet(c.sides[-1].site_name), 150, wide_only=True),
            ],
            key=lambda c: (c.table, c.row_id, c.unit),
            empty=EmptyState(_("Nobody wrote two different things. There is nothing to decide."), None),
        )
        self._office = office
        self.opened.connect(self.decide)

    def reload(self) -> None:
        found = self._office.ask(self._found)
        self._whose = self._office.ask(partial(conflicts.whose, found=found))
        self.show_rows(found)

    def _found(self, reading: Reading) -> Sequence[Conflict]:
        if self._patient_id is None:
            return conflicts.open_conflicts(reading)
        return conflicts.of_person(reading, self._patient_id)

    def decide(self, conflict: Conflict) -> None:
        """Ask which value holds."""
        sheet = DecideSheet(self._office, conflict, self)
        sheet.accepted.connect(self.reload)
        sheet.open()


class ConflictsPage(QWidget):
    """The central's worklist of what was written apart."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = ConflictsTable(office)
        stack(self, (self.table, 1), margins=(16, 12, 16, 16))
        office.follow(waiting.TABLES, self, self.table.reload)
        self.table.reload()

    def take_focus(self) -> None:
        self.table.setFocus()


class DoubtsSheet(Sheet):
    """What differs of one person, beside their chart: whoever may decide does it here."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget | None) -> None:
        super().__init__(_(DOUBTS), parent, width=860)
        self.table = ConflictsTable(office, patient_id)
        self.table.setAccessibleName(_(DOUBTS))
        self.table.reload()
        self.body.addWidget(self.table)
        self.add_deed(Button(_("Close"), "back"))


class DecideSheet(Sheet):
    """Every value with its author; the press of a button settles it. Other hands than those allowed only look."""

    def __init__(self, office: Office, conflict: Conflict, parent: QWidget | None) -> None:
        super().__init__(_(said_unit(conflict.table, conflict.unit)), parent, width=560)
        self._office = office
        self._conflict = conflict
        self._zone = office.ask(_zone)
        self.buttons: list[Button] = []
        settlers = who_settles(conflict.table, conflict.unit)
        may = office.may(*settlers)
        whose = office.ask(partial(conflicts.whose, found=(conflict,))).get((conflict.table, conflict.row_id), "")
        if whose:
            self.body.addWidget(Text(whose, weight="semi", wrap=True))
        for side in conflict.sides:
            self.body.addWidget(self._side(side, may=may))
        if not may:
            only_prescribers = settlers == (Permission.PRESCRIBE,)
            words = _("Only a prescriber decides this. Ask the clinic.") if only_prescribers else _(NOT_YOURS)
            self.body.addWidget(Text(words, color="quiet", wrap=True))
        self.add_deed(Button(_("Not now"), "back"))

    def _side(self, side: Side, *, may: bool) -> Card:
        who = self._office.ask(conflicts.said_author, side.author_id)
        when = say_instant(side.at, self._zone) if side.at else ""
        under = " · ".join(part for part in (who, side.site_name, when) if part)
        button = Button(_("This one holds"))
        button.setEnabled(may)
        button.clicked.connect(partial(self._settle, side))
        self.buttons.append(button)
        words = column(Text(_said(self._conflict, side), weight="semi", wrap=True), Text(under, "small", color="quiet"))
        return Card(words, button)

    def _settle(self, side: Side, _checked: bool = False) -> None:
        one = self._conflict
        use_case = partial(
            settling.settle_conflict,
            table=one.table,
            row_id=one.row_id,
            unit=one.unit,
            values=side.values,
            seen=one.sides,
        )
        self._office.do(use_case, self.parentWidget(), then=lambda _done: self._office.notice(_("Settled.")))
        self.accept()


def _said(conflict: Conflict, side: Side) -> str:
    return said_values(conflict.table, conflict.columns, side.values)


def _zone(reading: Reading) -> tzinfo:
    return reading.place.zone
