"""The day's list: who is expected, who is here, who waits how long. It never says why somebody comes."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QMenu, QWidget

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.agenda.rules.day import KIND_WORDS, STATUS_WORDS, AppointmentStatus
from clinic_desktop.features.agenda.screens import slots
from clinic_desktop.features.agenda.screens.booking import ask_booking
from clinic_desktop.features.agenda.screens.cards import ask_card
from clinic_desktop.features.agenda.screens.day_preview import LOOKS, Preview
from clinic_desktop.features.agenda.screens.papers import may_print, print_day
from clinic_desktop.features.agenda.screens.privacy import said_person
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells, theme
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.forms import give_letters
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.privacy import are_names_hidden, hide_names
from clinic_desktop.uikit.surfaces import Card, EmptyState, Strip
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

Status = AppointmentStatus
_HERE = (Status.WAITING, Status.IN_CONSULT)
_TABS: tuple[tuple[str, frozenset[Status] | None], ...] = (
    (N_("All"), None),
    (N_("Waiting"), frozenset({Status.WAITING})),
    (N_("To come"), frozenset({Status.BOOKED})),
    (N_("Attended"), frozenset({Status.SEEN})),
)
_TO_COME, _ATTENDED = 2, 3
_EVERYBODY, _ANYBODY = "", "-"
"""All queues; the queue of those who are nobody's in particular."""
_QUEUE_COLUMN = 4
_ROOM_FOR_ALL_BUTTONS, _ROOM_FOR_MARKS, _ROOM_FOR_MORE_FACTS = 1200, 1000, 440
_FACTS_WHEN_LOW, _FACTS_WHEN_MIDDLING = 3, 8


class TodayScreen(QWidget):
    """Reception's home: the list at the left, the chosen person and the one thing to do at the right."""

    accepts_typing = True

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._rows: tuple[queries.DayRow, ...] = ()
        self._queues: tuple[days.Queue, ...] = ()
        self._compact = False
        self._long_wait = 0
        self._known: dict[str, list[cells.ChipIn]] = {}
        """What those who may know see beside a name, by person."""
        self.tabs = Tabs([_(name) for name, _statuses in _TABS])
        self.queue, self.place = Select(), Select()
        self.last_call = Text("", "small", color="quiet")
        self.table = self._make_table()
        self.preview = Preview(office, self, self.open_row)
        self._make_strips()
        self._lay_out()
        give_letters(self.days, self.more, self.close_that_day, self.preview.turn, self.preview.undo)
        self._listen()
        self._choose_place_of_today()
        self.reload()
        self.look_at_yesterday()

    def _listen(self) -> None:
        self.tabs.chosen.connect(self._show)
        self.queue.activated.connect(self._show)
        self.place.activated.connect(self._show)
        self.table.chosen.connect(self.preview.show_row)
        self.table.opened.connect(self.open_row)
        tables = queries.TABLES | days.TABLES
        for mark in slots.marks_for(self._office):
            tables |= mark.tables
        self._office.follow(tables, self, self.reload)
        self._office.every_minute(self, self.reload)
        # In a small window their buttons are in the menu, and a hidden button has no key.
        bind(self, "hide_names", self.toggle_names)
        if self._office.may(Permission.RECEPTION):
            bind(self, "paper_day", lambda: self._office.go("paper-day"))
            bind(self, "card", self.make_card)
        bind(self, "print", lambda: self.print.click() if may_print(self._office) else None)

    def take_focus(self) -> None:
        self.table.setFocus()

    def reload(self) -> None:
        """Ask for the day again; the chosen row stays chosen."""
        self._rows = self._office.ask(queries.today)
        self._long_wait = self._office.ask(setting, "long_wait_minutes")
        self._learn_marks()
        self._learn_queues()
        turns = [r.turn for r in self._rows if r.turn and r.status not in (Status.WAITING, Status.BOOKED)]
        self.last_call.setText(_("Last called: turn {turn}").format(turn=max(turns)) if turns else "")
        self._show()

    def _learn_marks(self) -> None:
        self._known = {}
        people = [line.patient_id for line in self._rows if not line.reserved]
        for mark in slots.marks_for(self._office) if people else ():
            for patient_id in mark.of(self._office, people):
                self._known.setdefault(patient_id, []).append(cells.ChipIn(_(mark.word), "warning"))

    def _learn_queues(self) -> None:
        self._queues = self._office.ask(days.queues)
        _offer(
            self.queue,
            [
                (_EVERYBODY, _("All queues")),
                *((q.clinician_id, q.name) for q in self._queues),
                (_ANYBODY, _("Whoever is free")),
            ],
        )
        places = self._office.ask(days.places)
        _offer(self.place, [(_EVERYBODY, _("All places")), *((p.place_id, p.name) for p in places)])
        self.queue.setVisible(len(self._queues) > 1)
        self.place.setVisible(len(places) > 1)
        self.preview.set_queues(self._queues)
        self._fit()

    def _choose_place_of_today(self) -> None:
        """One laptop may serve several villages: it shows the one where today's day is held."""
        places = self._office.ask(days.places)
        _offer(self.place, [(_EVERYBODY, _("All places")), *((p.place_id, p.name) for p in places)])
        self.place.set_value(self._office.ask(lambda asker: days.place_of_day(asker, asker.today)) or _EVERYBODY)

    def chosen_place(self) -> str | None:
        """The place whose people are shown; None where that is all of them."""
        return self.place.value() or None

    def _is_shown(self, line: queries.DayRow) -> bool:
        place, queue = self.chosen_place(), self.queue.value()
        at_place = place is None or line.place_id in (None, place)
        return at_place and (len(self._queues) < 2 or queue == _EVERYBODY or (line.clinician_id or _ANYBODY) == queue)

    def _show(self, _at: int = 0) -> None:
        shown = [r for r in self._rows if self._is_shown(r)]
        self.tabs.set_counts([sum(s is None or r.status in s for r in shown) for _name, s in _TABS])
        statuses = _TABS[self.tabs.at()][1]
        self.table.show_rows([r for r in shown if statuses is None or r.status in statuses])
        self.preview.show_row(self.table.row())

    # the list

    def _make_table(self) -> ListTable[queries.DayRow]:
        columns = [
            Column[queries.DayRow](
                _("Turn"), lambda r: cells.number(str(r.turn or "–"), "strong" if r.turn else "quiet"), 64, right=True
            ),
            Column[queries.DayRow](_("Time"), lambda r: r.time_text or "–", 72),
            Column[queries.DayRow](_("Person"), self._person, stretch=True),
            Column[queries.DayRow](_("Kind of visit"), lambda r: _(KIND_WORDS[r.kind]), 120, wide_only=True),
            Column[queries.DayRow](_("Queue"), self._queue_of, 110),
            Column[queries.DayRow](_("State"), self._state, 136),
            Column[queries.DayRow](_("Waits"), self._waits, 96, right=True),
        ]
        empty = EmptyState(_("Nobody is expected today. Type a name above, or register a new person."), None)
        return ListTable(columns, key=lambda r: r.appointment_id, empty=empty, flush=True)

    def _person(self, line: queries.DayRow) -> cells.Cell | str:
        name = said_person(line)
        known = () if are_names_hidden() else self._known.get(line.patient_id, ())
        marks = (*known, *(_marks(line) if self._has_marks() else ()))[:3]
        if line.status in (*_HERE, Status.SEEN):
            return cells.strong(name, *marks)
        return cells.Cell(name, chips=marks) if marks else name

    def _queue_of(self, line: queries.DayRow) -> cells.Cell | str:
        return next((q.name for q in self._queues if q.clinician_id == line.clinician_id), cells.quiet("–"))

    def _state(self, line: queries.DayRow) -> cells.Cell | str:
        words = _(STATUS_WORDS[line.status])
        look = LOOKS.get(line.status)
        if line.priority and not self._has_marks() and line.status in (Status.WAITING, Status.BOOKED):
            # No room for it beside the name, and it must not be lost.
            return cells.chips(_priority())
        return cells.chip(words, *look) if look else cells.quiet(words)

    def _waits(self, line: queries.DayRow) -> cells.Cell | str:
        if line.waits_minutes is None or line.status not in _HERE:
            return cells.number("–", "quiet")
        long = line.status is Status.WAITING and 0 < self._long_wait <= line.waits_minutes
        said = ngettext("{n} min", "{n} min", line.waits_minutes).format(n=line.waits_minutes)
        return cells.number(said, "warn" if long else "plain")

    # the frame around it

    def _make_strips(self) -> None:
        self.show_names = Button(_("Show names"), "hide_names")
        self.show_names.clicked.connect(self.toggle_names)
        told = _("Names are hidden. People are called by their turn.")
        self.hidden_strip = Strip(told, tone="accent", icon="eye-off", button=self.show_names)
        self.close_that_day = Button(_("Close that day"))
        self.close_that_day.clicked.connect(self._close_earlier_day)
        self._earlier: queries.Closing | None = None
        self.open_strip = Strip("", tone="warning", icon="calendar-event", button=self.close_that_day)
        self.open_strip.hide()

    def _lay_out(self) -> None:
        self.queue.setAccessibleName(_("Queue"))
        self.place.setAccessibleName(_("Place"))
        self.hide_button = Button("", "hide_names", icon="eye-off")
        self.hide_button.setAccessibleName(_("Hide names"))
        self.hide_button.setToolTip(_("Hide names"))
        self.hide_button.clicked.connect(self.toggle_names)
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 12, 0)
        head.setSpacing(S2)
        for widget in (self.tabs, None, self.last_call, self.queue, self.place, self.hide_button):
            head.addStretch() if widget is None else head.addWidget(widget)
        listed = Card(head, self.table, self._make_deeds(), margins=(1, 4, 1, 1), gap=0)
        self._frame = stack(
            self,
            self.open_strip,
            self.hidden_strip,
            (row((listed, 1), self.preview, gap=S3), 1),
            margins=(S4, S4, S4, S4),
            gap=S2,
        )
        # What there is no room for goes into the menu; the window must not be kept from becoming small meanwhile.
        self._frame.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.hidden_strip.setVisible(are_names_hidden())

    def _make_deeds(self) -> QHBoxLayout:
        self.new_person = Button(_("New person"), "new", icon="user-plus")
        self.new_booking = Button(_("New appointment"), "appointment", icon="calendar-plus")
        self.print = Button(_("Print list"), "print", icon="printer")
        self.days = Button(_("Consultation days"), icon="calendar-event")
        self.more = Button(_("More"), icon="chevron-up")
        for button, may in (
            (self.new_person, self._office.may(Permission.REGISTER_PATIENTS)),
            (self.new_booking, self._office.may(Permission.RECEPTION)),
            (self.print, may_print(self._office)),
        ):
            if not may:
                button.hide()
        self.new_person.clicked.connect(lambda: self._office.go("persons", new=True))
        self.new_booking.clicked.connect(self._book)
        self.print.clicked.connect(lambda: self._unless_seen(lambda: print_day(self._office, self)))
        self.days.clicked.connect(lambda: self._office.go("days"))
        self.more.clicked.connect(self._show_menu)
        return row(
            self.new_person, self.new_booking, self.print, None, self.days, self.more, gap=S2, margins=(12, 8, 12, 8)
        )

    def menu_deeds(self) -> list[tuple[str, Callable[[], object]]]:
        """What is wanted once a day: the words, and what they do."""
        deeds: list[tuple[str, Callable[[], object]]] = []
        if self._is_tight():
            deeds.append((_("Consultation days"), self.days.click))
            if may_print(self._office):
                deeds.append((_("Print list"), self.print.click))
        if self._office.may(Permission.RECEPTION):
            deeds.append((_("Calls"), lambda: self._office.go("calls")))
            deeds.append((_("Paper day"), lambda: self._office.go("paper-day")))
            deeds.append((_("Card to take home"), self.make_card))
        deeds.append((_("Show names") if are_names_hidden() else _("Hide names"), self.toggle_names))
        if self._office.may(Permission.RECEPTION):
            deeds.append((_("Close the day"), self.close_today))
        return deeds

    def _show_menu(self) -> None:
        menu = QMenu(self)
        for words, act in self.menu_deeds():
            menu.addAction(words, act)
        self._menu = menu
        # Upwards: the button stands at the foot of the window.
        menu.popup(self.more.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._compact = theme.is_compact(self.window().width())
        edge = S3 if self._compact else S4
        self._frame.setContentsMargins(edge, edge, edge, edge)
        self.preview.set_compact(self._compact)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What there is room for."""
        filtered = len(self._queues) > 1
        self.table.setColumnHidden(_QUEUE_COLUMN, self._compact or not filtered)
        several = filtered and self.place.count() > 2
        self.tabs.leave_out(*((_TO_COME, _ATTENDED) if several else (_TO_COME,)) if not self._has_marks() else ())
        strips = (self.hidden_strip, self.open_strip)
        taken = any(strip.isVisibleTo(self) for strip in strips)
        few = _FACTS_WHEN_LOW if self.height() < _ROOM_FOR_MORE_FACTS else _FACTS_WHEN_MIDDLING
        self.preview.set_room(few - 2 * taken if self._compact else None)
        self.last_call.setVisible(not self._compact and not several)
        self.hide_button.setVisible(not self._compact and not are_names_hidden())
        self.days.setVisible(not self._is_tight())
        self.print.setVisible(not self._is_tight() and may_print(self._office))
        for choice in (self.queue, self.place):
            choice.setFixedWidth(124 if self._compact else 156)

    def _has_marks(self) -> bool:
        """Whether there is room for them beside the name."""
        return not self._compact or self.width() >= _ROOM_FOR_MARKS

    def _is_tight(self) -> bool:
        return self._compact or self.width() < _ROOM_FOR_ALL_BUTTONS

    # what is done

    def open_row(self, chosen: queries.DayRow) -> None:
        if chosen.reserved:
            self._office.notice(_("This record is reserved. It is not opened from here."))
        elif self._office.may(Permission.READ_CHART):
            self._office.go("chart", patient_id=chosen.patient_id, appointment_id=chosen.appointment_id)
        else:
            self._office.go("persons", patient_id=chosen.patient_id)

    def _book(self) -> None:
        chosen = self.table.row()
        if chosen is not None and are_names_hidden() and not chosen.turn:
            # "Without a turn yet" would not say who is meant.
            chosen = None
        ask_booking(self._office, self, row=chosen, place_id=self.chosen_place())

    def make_card(self) -> None:
        """For the chosen person: the appointment's, or the person's own."""
        chosen = self.table.row()
        if chosen is not None and not chosen.reserved:
            self._unless_seen(partial(ask_card, self._office, chosen.patient_id, self))

    def _unless_seen(self, show: Callable[[], object]) -> None:
        """What shows names is asked for twice while they are hidden."""
        if are_names_hidden():
            question = _("This shows names on the screen. Is nobody else looking?")
            self._office.voice.confirm(question, self, lambda: _call(show))
        else:
            show()

    def toggle_names(self) -> None:
        hide_names(not are_names_hidden())
        # In the place of an older word that may name somebody.
        hidden = are_names_hidden()
        told = _("Names are hidden. People are called by their turn.") if hidden else _("Names are shown again.")
        self._office.notice(told)
        self.hidden_strip.setVisible(are_names_hidden())
        self._fit()
        self._show()

    def close_today(self) -> None:
        self._ask_to_close(self._office.ask(queries.closing, self._office.today()))

    def _close_earlier_day(self) -> None:
        if self._earlier is not None:
            self._ask_to_close(self._earlier)

    def _ask_to_close(self, told: queries.Closing) -> None:
        absent = ngettext("{count} person did not come", "{count} people did not come", told.absent)
        parts = [absent.format(count=told.absent)]
        if told.still_here:
            here = ngettext("{count} is still here and stays so", "{count} are still here and stay so", told.still_here)
            parts.append(here.format(count=told.still_here))
        question = _("Close {day}? {what}.").format(day=say_day(told.day), what="; ".join(parts))
        self._office.voice.confirm(question, self, lambda: self._close(told.day))

    def _close(self, day: date) -> None:
        def done(count: int) -> None:
            said = ngettext("Closed: {count} did not come", "Closed: {count} did not come", count).format(count=count)
            undo: Callable[..., object] = partial(service.reopen_day, day=day)
            self._office.notice(said, (lambda: self._office.do(undo, self)) if count else None)
            self.look_at_yesterday()

        self._office.do(partial(service.close_day, day=day), self, then=done)

    def look_at_yesterday(self) -> None:
        """In the morning: a day that nobody closed is offered."""
        may = self._office.may(Permission.RECEPTION)
        self._earlier = self._office.ask(queries.left_open) if may else None
        if self._earlier is not None:
            day, count = self._earlier.day, self._earlier.absent
            said = ngettext(
                "{day} was not closed: {count} person is still “to come”.",
                "{day} was not closed: {count} people are still “to come”.",
                count,
            )
            self.open_strip.head.setText(said.format(day=f"{say_weekday(day)} {say_day(day)}", count=count))
        self.open_strip.setVisible(self._earlier is not None)
        self._fit()


def _call(act: Callable[[], object]) -> None:
    act()


def _offer(choice: Select, options: list[tuple[str, str]]) -> None:
    """Only where they changed: an open list must not close under the hand each minute."""
    known = [(choice.itemData(at), choice.itemText(at)) for at in range(choice.count())]
    if known != options:
        choice.set_options(options)


def _priority() -> cells.ChipIn:
    return cells.ChipIn(_("Priority"), "warning", "flag")


def _marks(line: queries.DayRow) -> tuple[cells.ChipIn, ...]:
    """What changes how somebody is called. Never why."""
    if line.status not in (Status.WAITING, Status.BOOKED):
        return ()
    told = (
        (line.priority, _priority()),
        (line.interpreter, cells.ChipIn(_("Interpreter"), "neutral", "language")),
        (line.from_far and not line.reserved, cells.ChipIn(_("From far"), "neutral", "map-pin")),
    )
    return tuple(chip for is_so, chip in told if is_so)
