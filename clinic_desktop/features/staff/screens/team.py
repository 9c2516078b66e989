"""Who works here: added on the spot, with a last day; a forgotten password; the end of an access."""

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.staff import queries, service
from clinic_desktop.features.staff.queries import Member
from clinic_desktop.features.staff.rules import in_service
from clinic_desktop.features.staff.screens.member import AddMember, ChangeMember
from clinic_desktop.features.staff.screens.password import PasswordShown
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.storage.words import suggest_password
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import ask_yes_no
from clinic_desktop.uikit.layouts import line_up, row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState, Line
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, is_compact
from clinic_desktop.uikit.words import Facts, Text

_SOON_DAYS = 30
_WIDE, _NARROW = 300, 240


class TeamScreen(QWidget):
    """The list at the left, the chosen person at the right."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._row: Member | None = None
        self.table = self._make_table()
        self.count = Text("", "small", color="quiet")
        self.add = Button(_("Add a person"), "new", "primary", "user-plus", tall=True)
        self._make_aside()
        title = row(Text(_("Team"), "head", "semi"), None, self.count, margins=(20, 10, 16, 6))
        listed = Card(title, self.table, row(None, self.add, margins=(12, 8, 12, 8)), margins=(1, 1, 1, 1), gap=0)
        line_up(self, (listed, 1), self.aside, margins=(16, 16, 16, 16), gap=S3)
        self.table.chosen.connect(self.show_member)
        self.table.opened.connect(self._change)
        self.add.clicked.connect(lambda: AddMember(self._office, self).open())
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.aside.setFixedWidth(_NARROW if is_compact(self.window().width()) else _WIDE)

    def take_focus(self) -> None:
        self.table.setFocus()

    def reload(self) -> None:
        people = self._office.ask(queries.members)
        today = self._office.today()
        here = [m for m in people if in_service(m.active, m.valid_until, today)]
        gone = [m for m in people if m not in here]
        self.table.show_rows([*here, *gone])
        words = ngettext("{count} person may sign in", "{count} people may sign in", len(here))
        self.count.setText(words.format(count=len(here)))
        self.show_member(self.table.row())

    def _make_table(self) -> ListTable[Member]:
        columns = [
            Column[Member](_("Person"), self._person, stretch=True),
            Column[Member](_("Signs in as"), lambda m: m.display_name, 150, wide_only=True),
            Column[Member](_("Role"), lambda m: _(m.role_title), 170),
            Column[Member](_("Last day"), self._last_day, 170),
        ]
        empty = EmptyState(_("Nobody works here yet. Add the first person."), None)
        return ListTable(columns, key=lambda m: m.staff_id, empty=empty)

    def _make_aside(self) -> None:
        self.name = Text("", "head", "bold", wrap=True)
        self.facts = Facts([], label_width=104)
        self.nobody = Text(_("Choose a person in the list."), color="quiet", wrap=True)
        self.change = Button(_("Change"), "open", icon="edit")
        self.renew = Button(_("New password"), icon="key")
        self.end = Button(_("End the access"), kind="danger", icon="ban")
        self.aside = Card(
            self.nobody,
            self.name,
            self.facts,
            None,
            self.change,
            self.renew,
            Line(),
            self.end,
            margins=(16, 16, 16, 12),
            gap=S2,
        )
        self.aside.setFixedWidth(_WIDE)
        self.change.clicked.connect(self._change)
        self.renew.clicked.connect(self._ask_new_password)
        self.end.clicked.connect(self._ask_end)

    def show_member(self, chosen: Member | None) -> None:
        self._row = chosen
        self.nobody.setVisible(chosen is None)
        for widget in (self.name, self.facts, self.change, self.renew, self.end):
            widget.setVisible(chosen is not None)
        if chosen is None:
            return
        working = in_service(chosen.active, chosen.valid_until, self._office.today())
        self.renew.setVisible(working)
        self.end.setVisible(working and chosen.staff_id != self._office.actor.staff_id)
        self.name.setText(chosen.full_name)
        supervisor = self._office.ask(queries.name_of, chosen.supervisor_id) if chosen.supervisor_id else ""
        facts = [
            (_("Signs in as"), chosen.display_name),
            (_("Role"), _(chosen.role_title)),
            (_("Licence"), chosen.licence or ""),
            (_("Supervised by"), supervisor),
            (_("Last day"), say_day(chosen.valid_until) if chosen.valid_until else _("without an end")),
        ]
        self.facts.show_facts([(label, value) for label, value in facts if value])

    def _person(self, member: Member) -> cells.Cell | str:
        today = self._office.today()
        if in_service(member.active, member.valid_until, today):
            return cells.strong(member.full_name)
        return cells.quiet(member.full_name)

    def _last_day(self, member: Member) -> cells.Cell | str:
        if not member.active:
            return cells.chip(_("Access ended"), "neutral", "ban")
        if member.valid_until is None:
            return cells.quiet(_("without an end"))
        left = (member.valid_until - self._office.today()).days
        if left < 0:
            return cells.chip(_("Ended {day}").format(day=say_day(member.valid_until)), "neutral", "ban")
        return cells.warn(say_day(member.valid_until)) if left <= _SOON_DAYS else say_day(member.valid_until)

    # deeds

    def _change(self, _row: object = None) -> None:
        if self._row is not None:
            saved = partial(self._office.notice, _("Saved"))
            ChangeMember(self._office, self, self._row, saved).open()

    def _ask_new_password(self) -> None:
        chosen = self._row
        if chosen is None:
            return
        question = _("Give {name} a new password? The old one will not open this computer any more.")
        ask_yes_no(
            question.format(name=chosen.display_name),
            self,
            lambda: self._renew(chosen),
            yes_text=_("Give a new one"),
        )

    def _renew(self, chosen: Member) -> None:
        password = suggest_password()
        job = partial(service.renew_access, staff_id=chosen.staff_id, password=password)
        self._office.run_long(job, self, then=lambda _done: PasswordShown(chosen.display_name, password, self).open())

    def _ask_end(self) -> None:
        chosen = self._row
        if chosen is None:
            return
        question = _("End the access of {name}? It ends here at once and elsewhere with the next stick.")
        ask_yes_no(
            question.format(name=chosen.display_name),
            self,
            lambda: self._end(chosen),
            yes_text=_("End the access"),
        )

    def _end(self, chosen: Member) -> None:
        job = partial(service.stop_access, staff_id=chosen.staff_id)
        said = _("{name} can no longer sign in here.").format(name=chosen.display_name)
        self._office.run_long(job, self, then=lambda _done: self._office.notice(said))
