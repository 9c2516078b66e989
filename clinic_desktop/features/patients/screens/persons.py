"""The place of people: those met last, or all by name."""

from collections.abc import Sequence
from typing import Any, overload

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.rules.rows import Found
from clinic_desktop.features.patients.screens.people_table import PeopleTable
from clinic_desktop.features.patients.screens.preview import PersonPreview
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.layouts import line_up, row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState, Line
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

RECENT, ALL = 0, 1
_PAGE = 64


class ByName(Sequence[int]):
    """The filing numbers of everybody in the order of their names; only the page being looked at is read."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._count = office.ask(queries.count)
        self._pages: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> list[int]: ...
    def __getitem__(self, at: int | slice) -> int | list[int]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(self._count))]
        return self._page(at // _PAGE)[at % _PAGE]

    def _page(self, number: int) -> list[int]:
        if number not in self._pages:
            self._pages[number] = self._office.ask(queries.by_name, number * _PAGE, _PAGE)
        return self._pages[number]

    def index(self, value: Any, start: int = 0, stop: int = -1) -> int:
        at = self._office.ask(queries.place_by_name, value)
        if at is None:
            raise ValueError(value)
        return at


class PersonsScreen(QWidget):
    """A list that only fetches what is in sight, and the chosen person beside it."""

    accepts_typing = True

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.tabs = Tabs([_("Recent"), _("All by name")])
        self.tabs.setAccessibleName(_("Which people"))
        self.new = Button(_("New person"), key="new", icon="user-plus")
        if not office.may(Permission.REGISTER_PATIENTS):
            self.new.hide()
        self.new.clicked.connect(lambda: office.go("persons", new=True))
        self.communities = Button(_("Communities"))
        self.communities.clicked.connect(lambda: office.go("communities"))
        self.intake = Button(_("Bring from a sheet"))
        if not office.may(Permission.IMPORT_PATIENTS):
            self.intake.hide()
        self.intake.clicked.connect(lambda: office.go("import-people"))
        empty = EmptyState(_("Nobody is registered yet. Type a name above, or register the first person."))
        self.table = PeopleTable(empty, reasons=False)
        self.table.setAccessibleName(_("People"))
        self.preview = PersonPreview(office)
        self.tabs.chosen.connect(self.reload)
        self.table.chosen.connect(self.preview.show_person)
        self.table.opened.connect(self._open)
        self._lay_out()
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _lay_out(self) -> None:
        head = row(self.tabs, None, Text(_("Type a name above to search"), "small", color="quiet"))
        head.setContentsMargins(S2, 2, S4, 0)
        foot = row(self.new, None, self.communities, self.intake, gap=S2)
        foot.setContentsMargins(S3, S2, S3, S3)
        listed = Card(head, Line(), (self.table, 1), foot, margins=(1, 1, 1, 1), gap=0)
        line_up(self, (listed, 1), self.preview, margins=(S4, S4, S4, S4), gap=S3)

    def take_focus(self) -> None:
        self.reload()
        self.table.setFocus()

    def reload(self, *_chosen: int) -> None:
        self.tabs.set_counts([None, self._office.ask(queries.count)])
        if self.tabs.at() == RECENT:
            recent = self._office.ask(queries.recent)
            self.table.show_found(recent, ())
            visits = self._office.ask(queries.last_visits_of, [found.patient_id for found in recent])
            doubted = self._office.ask(queries.doubted_people, [found.patient_id for found in recent])
            self.table.show_more({}, visits, doubted)
        else:
            self.table.show_ids(ByName(self._office), lambda entries: self._office.ask(queries.rows_of, list(entries)))
        if self.table.row() is None:
            self.table.choose_at(0)

    def _open(self, found: Found) -> None:
        self._office.go("persons", patient_id=found.patient_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preview.fit(self.window().width(), self.height())
