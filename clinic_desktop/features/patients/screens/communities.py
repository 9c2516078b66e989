"""The list of communities: adding, renaming, how far away, and which two are one place."""

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import communities as queries
from clinic_desktop.features.patients.rules.communities import CommunityLine, begins
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.features.patients.rules.terms import words_of
from clinic_desktop.features.patients.screens.community_sheets import ask_new, ask_same, ask_to_change
from clinic_desktop.features.patients.service import communities as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState, Line
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text

ALL, ALIKE = 0, 1


class CommunitiesScreen(QWidget):
    """One list; Enter changes the chosen place. Who may not change it only looks."""

    accepts_typing = True

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._keeps = office.may(Permission.KEEP_CATALOGS)
        self._lines: tuple[CommunityLine, ...] = ()
        self.tabs = Tabs([_("All communities"), _("Perhaps twice")])
        self.filter = Edit(placeholder=_("Part of the name"), icon="search")
        self.filter.setAccessibleName(_("Show only these communities"))
        self.table = self._make_table()
        self.table.setAccessibleName(_("Communities"))
        self._lay_out()
        self.tabs.chosen.connect(self._show)
        self.filter.textChanged.connect(self._show)
        self.filter.returnPressed.connect(self.take_focus)
        self.table.opened.connect(self._change)
        self.table.chosen.connect(self._allow)
        office.follow(queries.LISTED_TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.table.setFocus()
        if self.table.row() is None:
            self.table.choose_at(0)

    def reload(self) -> None:
        self._lines = self._office.ask(queries.listed)
        self._show()

    def _show(self, *_chosen: object) -> None:
        alike = [line for line in self._lines if line.like_id]
        self.tabs.set_counts([len(self._lines), len(alike)])
        words = words_of(self.filter.text())
        lines = alike if self.tabs.at() == ALIKE else self._lines
        self.table.show_rows([line for line in lines if not words or begins(line.said, words)])
        self._allow()

    def _make_table(self) -> ListTable[CommunityLine]:
        columns = [
            Column[CommunityLine](_("Community"), lambda line: cells.strong(line.name), stretch=True),
            Column[CommunityLine](_("Municipality"), lambda line: municipality_name(line.municipality_code), 200),
            Column[CommunityLine](_("On the road"), lambda line: cells.number(say_road(line.minutes_to_clinic)), 110,
                                  right=True),
            Column[CommunityLine](_("People"), lambda line: cells.number(f"{line.people:,}"), 90, right=True),
            Column[CommunityLine]("", _remark, 250),
        ]  # fmt: skip
        empty = EmptyState(
            _("No community is shown. Those of registered people come by themselves; “Add a community” adds others.")
        )
        return ListTable(columns, key=lambda line: line.community_id, empty=empty)

    def _lay_out(self) -> None:
        self.title = Text(_("Communities"), "title", "semi")
        self.hint = Text(_("People are found under the name that stands here."), "small", color="quiet")
        self.back = Button(_("Go back"), "back", "quiet")
        self.retire = Button(_("Not in use any more"))
        self.same = Button(_("It is the same as…"), icon="users-group")
        self.change = Button(_("Change"), "open")
        self.add = Button(_("Add a community"), kind="primary", icon="map-pin", tall=True)
        self.back.clicked.connect(self._office.back)
        self.retire.clicked.connect(self._retire)
        self.same.clicked.connect(self._same)
        self.change.clicked.connect(self._change)
        self.add.clicked.connect(self._add)
        for button in (self.retire, self.same, self.change, self.add):
            if not self._keeps:
                button.hide()
        head = row(self.tabs, None, self.filter, margins=(S2, 4, S3, 0))
        self.filter.setFixedWidth(260)
        listed = Card(head, Line(), (self.table, 1), margins=(1, 1, 1, 1), gap=0)
        deeds = row(self.back, None, self.retire, self.same, self.change, self.add, gap=S2)
        stack(self, row(self.title, None, self.hint), (listed, 1), deeds, margins=(S4, S3, S4, S3), gap=S2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        self.filter.setFixedWidth(190 if narrow else 260)
        self.hint.setVisible(not narrow)

    def _allow(self, _line: object = None) -> None:
        line = self.table.row()
        for button in (self.change, self.same, self.retire):
            button.setEnabled(line is not None and line.ours)

    # deeds

    def _own(self) -> CommunityLine | None:
        line = self.table.row()
        if line is None or not self._keeps:
            return None
        if not line.ours:
            self._office.voice.say(service.OfAnotherClinic(), self)
            return None
        return line

    def _add(self) -> None:
        ask_new(self._office, self, self.filter.text().strip(), self._choose)

    def _choose(self, community_id: str) -> None:
        """Show the place that was just added, wherever the list stood."""
        self.filter.clear()
        self.tabs.set_at(ALL)
        self.reload()
        self.table.choose(community_id)
        self.table.setFocus()

    def _change(self, _line: object = None) -> None:
        if line := self._own():
            ask_to_change(self._office, self, line)

    def _same(self) -> None:
        if line := self._own():
            ask_same(self._office, self, line)

    def _retire(self) -> None:
        line = self._own()
        if line is None:
            return
        back = partial(service.use_again, community_id=line.community_id)
        said = _("{name} is offered no more. Whoever lives there stays.").format(name=line.said)
        self._office.do(
            partial(service.retire, community_id=line.community_id),
            self,
            then=lambda _done: self._office.notice(said, lambda: self._office.do(back, None)),
        )


def say_road(minutes: int | None) -> str:
    """ "1 h 30 min"."""
    if minutes is None:
        return "–"
    hours, rest = divmod(minutes, 60)
    parts = [_("{hours} h").format(hours=hours)] if hours else []
    parts += [_("{minutes} min").format(minutes=rest)] if rest or not hours else []
    return " ".join(parts)


def _remark(line: CommunityLine) -> cells.Cell | str:
    if line.like:
        return cells.chip(_("Same as {name}?").format(name=line.like), "warning", "help-circle")
    return "" if line.ours else cells.chip(_("Of another clinic"))
