"""The day's list: who is expected, who is here, who waits how long. It never says why somebody comes."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.rules.day import KIND_WORDS, MAY_FOLLOW, STATUS_WORDS, AppointmentStatus, EventKind
from clinic_desktop.features.agenda.screens.booking import ask_booking, ask_other_day
from clinic_desktop.features.agenda.screens.papers import may_print, print_day, print_turn
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells, theme
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.layouts import column, line_up, row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Facts, Text

Status = AppointmentStatus
_LOOKS: dict[Status, tuple[theme.Tone, str]] = {
    Status.WAITING: ("neutral", "clock"),
    Status.IN_CONSULT: ("accent", "stethoscope"),
    Status.SEEN: ("well", "check"),
}
_WIDE, _NARROW = 320, 228
_FACTS_WHEN_NARROW = 3
_HERE = (Status.WAITING, Status.IN_CONSULT)
_TABS: tuple[tuple[str, frozenset[Status] | None], ...] = (
    (N_("All"), None),
    (N_("Waiting"), frozenset({Status.WAITING})),
    (N_("To come"), frozenset({Status.BOOKED})),
    (N_("Attended"), frozenset({Status.SEEN})),
)


class TodayScreen(QWidget):
    """Reception's home: the list at the left, the chosen person and the one thing to do at the right."""

    accepts_typing = True

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._rows: tuple[queries.DayRow, ...] = ()
        self._compact = False
        self.tabs = Tabs([_(name) for name, _statuses in _TABS])
        self.last_call = Text("", "small", color="quiet")
        self.table = self._make_table()
        self.preview = Preview(office, self)
        self._lay_out()
        self.tabs.chosen.connect(self._show)
        self.table.chosen.connect(self.preview.show_row)
        self.table.opened.connect(self.open_row)
        office.follow(queries.TABLES, self, self.reload)
        office.every_minute(self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.table.setFocus()

    def reload(self) -> None:
        """Ask for the day again; the chosen row stays chosen."""
        self._rows = self._office.ask(queries.today)
        self.tabs.set_counts([self._count(statuses) for _name, statuses in _TABS])
        turns = [r.turn for r in self._rows if r.turn and r.status not in (Status.WAITING, Status.BOOKED)]
        self.last_call.setText(_("Last called: turn {turn}").format(turn=max(turns)) if turns else "")
        self._show()

    def _count(self, statuses: frozenset[Status] | None) -> int:
        return sum(statuses is None or r.status in statuses for r in self._rows)

    def _show(self, _at: int = 0) -> None:
        statuses = _TABS[self.tabs.at()][1]
        self.table.show_rows([r for r in self._rows if statuses is None or r.status in statuses])
        self.preview.show_row(self.table.row())

    def _make_table(self) -> ListTable[queries.DayRow]:
        columns = [
            Column[queries.DayRow](
                _("Turn"), lambda r: cells.number(str(r.turn or "–"), "strong" if r.turn else "quiet"), 64, right=True
            ),
            Column[queries.DayRow](_("Time"), lambda r: r.time_text or "–", 72),
            Column[queries.DayRow](_("Person"), self._person, stretch=True),
            Column[queries.DayRow](_("Kind of visit"), lambda r: _(KIND_WORDS[r.kind]), 130, wide_only=True),
            Column[queries.DayRow](_("State"), self._state, 140),
            Column[queries.DayRow](_("Waits"), _waits, 80, right=True),
        ]
        empty = EmptyState(_("Nobody is expected today. Type a name above, or register a new person."), None)
        return ListTable(columns, key=lambda r: r.appointment_id, empty=empty, flush=True)

    def _person(self, line: queries.DayRow) -> cells.Cell | str:
        marks = (_priority(),) if line.priority and not self._compact else ()
        return cells.strong(line.name, *marks) if line.status in (*_HERE, Status.SEEN) else line.name

    def _state(self, line: queries.DayRow) -> cells.Cell | str:
        words = _(STATUS_WORDS[line.status])
        look = _LOOKS.get(line.status)
        if line.priority and self._compact and line.status in (Status.WAITING, Status.BOOKED):
            # No room for it beside the name, and it must not be lost.
            return cells.chips(_priority())
        return cells.chip(words, *look) if look else cells.quiet(words)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 16, 0)
        head.addWidget(self.tabs)
        head.addStretch()
        head.addWidget(self.last_call)
        self.new_person = Button(_("New person"), "new", icon="user-plus")
        self.new_booking = Button(_("New appointment"), "appointment", icon="calendar-plus")
        self.print = Button(_("Print list"), "print", icon="printer")
        self.new_person.setVisible(self._office.may(Permission.REGISTER_PATIENTS))
        self.new_booking.setVisible(self._office.may(Permission.RECEPTION))
        self.new_person.clicked.connect(lambda: self._office.go("persons", new=True))
        self.print.setVisible(may_print(self._office))
        self.new_booking.clicked.connect(self._book)
        self.print.clicked.connect(lambda: print_day(self._office, self))
        deeds = row(self.new_person, self.new_booking, None, self.print, gap=S2, margins=(12, 8, 12, 8))
        listed = Card(head, self.table, deeds, margins=(1, 4, 1, 1), gap=0)
        self._frame = line_up(self, (listed, 1), self.preview, margins=(S4, S4, S4, S4), gap=S3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._compact = theme.is_compact(self.window().width())
        edge = S3 if self._compact else S4
        self._frame.setContentsMargins(edge, edge, edge, edge)
        self.preview.set_compact(self._compact)
        self.last_call.setVisible(not self._compact)

    def open_row(self, chosen: queries.DayRow) -> None:
        if self._office.may(Permission.READ_CHART):
            self._office.go("chart", patient_id=chosen.patient_id, appointment_id=chosen.appointment_id)
        else:
            self._office.go("persons", patient_id=chosen.patient_id)

    def _book(self) -> None:
        chosen = self.table.row()
        ask_booking(self._office, self, None if chosen is None else chosen.patient_id)


class Preview(Card):
    """Who is chosen, and what reception can do for that person now."""

    def __init__(self, office: Office, screen: TodayScreen) -> None:
        super().__init__(margins=(16, 16, 16, 12), gap=S2)
        self._office, self._screen = office, screen
        self._row: queries.DayRow | None = None
        self._compact = False
        self.setFixedWidth(_WIDE)
        self.name = Text("", "head", "bold", wrap=True)
        self.state = Chip("")
        self.facts = Facts([], label_width=92)
        self.nobody = Text(_("Choose a person in the list, or type a name above."), color="quiet", wrap=True)
        self.open = Button(_("Open record"), "open")
        self.other_day = Button(_("Change appointment"), "change_appointment")
        self.first = Button(_("Call first"))
        self.left = Button(_("Left without being seen"))
        self.turn = Button(_("Print turn"))
        self.undo = Button(_("Take “arrived” back"))
        self.arrived = Button(_("Arrived"), "arrived", "primary", "user-check", tall=True)
        self._connect()
        self.body.addLayout(
            column(
                self.nobody,
                self.name,
                row(self.state, None),
                4,
                self.facts,
                None,
                self.open,
                self.other_day,
                self.first,
                self.left,
                self.turn,
                self.undo,
                self.arrived,
                gap=S2,
            )
        )

    def _connect(self) -> None:
        self.open.clicked.connect(self._open)
        self.arrived.clicked.connect(self._check_in)
        self.undo.clicked.connect(lambda: self._do(service.undo_check_in, N_("{name}: taken back")))
        self.turn.clicked.connect(self._print_turn)
        self.left.clicked.connect(lambda: self._do(service.leave, N_("{name} left")))
        self.first.clicked.connect(self._toggle_priority)
        self.other_day.clicked.connect(self._move)

    def show_row(self, chosen: queries.DayRow | None) -> None:
        """Show this line of the list; only what can be done now has its button."""
        self._row = chosen
        there = chosen is not None
        self.nobody.setVisible(not there)
        for widget in (self.name, self.state, self.facts, self.open):
            widget.setVisible(there)
        desk = self._office.may(Permission.RECEPTION)
        status = chosen.status if chosen else None
        self.arrived.setVisible(desk and status in MAY_FOLLOW[EventKind.ARRIVED])
        self.other_day.setVisible(desk and status is Status.BOOKED)
        self.undo.setVisible(desk and status is Status.WAITING)
        self.left.setVisible(desk and status is Status.WAITING)
        self.first.setVisible(desk and status is Status.WAITING)
        self.turn.setVisible(desk and status is Status.WAITING and not self._compact)
        # In a low window Enter opens the record, and what only the mouse reaches keeps its button.
        self.open.setVisible(there and not (self._compact and desk and status is Status.WAITING))
        if chosen is not None:
            self._fill(chosen)

    def _fill(self, chosen: queries.DayRow) -> None:
        tone, icon = _LOOKS.get(chosen.status, ("neutral", ""))
        time = f" {chosen.time_text}" if chosen.time_text else ""
        self.name.setText(chosen.name)
        self.state.set_state(_(STATUS_WORDS[chosen.status]) + time, tone, icon)
        self.first.setText(_("No longer first") if chosen.priority else _("Call first"))
        known = self._office.ask(patients.header, PatientId(chosen.patient_id))
        language = known.language + (_(", with interpreter") if known.needs_interpreter else "")
        facts = [
            (_("Born"), known.born),
            (_("Sex"), say_sex(known.sex)),
            (_("Record"), known.number),
            (_("Community"), known.place),
            (_("Mother"), known.mother),
            (_("Language"), language),
        ]
        told = [(label, value) for label, value in facts if value]
        self.facts.show_facts(told[:_FACTS_WHEN_NARROW] if self._compact else told)

    def set_compact(self, compact: bool) -> None:
        """In a small window: narrower, with half the facts."""
        if compact != self._compact:
            self._compact = compact
            self.setFixedWidth(_NARROW if compact else _WIDE)
            self.show_row(self._row)

    def _open(self) -> None:
        if self._row is not None:
            self._screen.open_row(self._row)

    def _print_turn(self) -> None:
        if self._row is not None:
            print_turn(self._office, self._screen, self._row)

    def _move(self) -> None:
        if self._row is not None:
            ask_other_day(self._office, self._screen, self._row)

    def _check_in(self) -> None:
        self._do(service.check_in, N_("{name} is in the waiting room"), undo=service.undo_check_in)

    def _toggle_priority(self) -> None:
        if self._row is not None:
            use_case = partial(
                service.set_priority, appointment_id=self._row.appointment_id, urgent=not self._row.priority
            )
            self._office.do(use_case, self)

    def _do(self, deed: Callable[..., object], said: str, undo: Callable[..., object] | None = None) -> None:
        """Do one thing to the chosen person; say it, and offer to take it back where that is possible."""
        chosen = self._row
        if chosen is None:
            return

        def back() -> None:
            if undo is not None:
                self._office.do(partial(undo, appointment_id=chosen.appointment_id), self._screen)

        words = _(said).format(name=chosen.name)
        self._office.do(
            partial(deed, appointment_id=chosen.appointment_id),
            self,
            then=lambda _result: self._office.notice(words, back if undo else None),
        )


def _priority() -> cells.ChipIn:
    return cells.ChipIn(_("Priority"), "warning", "flag")


def _waits(line: queries.DayRow) -> cells.Cell | str:
    if line.waits_minutes is None or line.status not in _HERE:
        return cells.number("–", "quiet")
    return cells.number(ngettext("{n} min", "{n} min", line.waits_minutes).format(n=line.waits_minutes))
