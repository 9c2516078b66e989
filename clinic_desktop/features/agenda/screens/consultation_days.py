"""The consultation days to come: where, with whom, how full; adding them in a few keys, calling one off, moving it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import days as queries
from clinic_desktop.features.agenda.queries.days import DayLine
from clinic_desktop.features.agenda.screens.day_sheets import ask_capacity, ask_days, ask_places
from clinic_desktop.features.agenda.screens.moving_day import ask_move, take_back
from clinic_desktop.features.agenda.service import days as service
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells, dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.forms import give_letters
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState, Strip
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

_MAY_PLAN = (Permission.RECEPTION, Permission.KEEP_SETTINGS)


class DaysScreen(QWidget):
    """One list; Enter changes how many fit."""

    accepts_typing = True

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.title = Text(_("Consultation days"), "title", "semi")
        self.hint = Text(_("Bookings like “6s” look for the next of these days that has room."), color="quiet")
        self.table = self._make_table()
        self.take_back = Button(_("Move them back"))
        self.take_back.clicked.connect(self._take_back)
        self._moved: queries.Moved | None = None
        self.moved_strip = Strip("", tone="warning", icon="calendar-event", button=self.take_back)
        self._lay_out()
        self.table.opened.connect(self._change)
        self.table.chosen.connect(self._allow)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.table.setFocus()
        if self.table.row() is None:
            self.table.choose_at(0)

    def reload(self) -> None:
        self._today = self._office.today()
        self.table.show_rows(self._office.ask(queries.coming))
        self._show_moved()
        self._allow()

    def _show_moved(self) -> None:
        """Until the evening a day that was moved can be moved back."""
        moves = self._office.ask(queries.moved_today) if self._office.may(Permission.RECEPTION) else ()
        self._moved = moves[0] if moves else None
        if self._moved is not None:
            count = len(self._moved.old_ids)
            said = ngettext(
                "{count} person moved from {day} to {other}", "{count} people moved from {day} to {other}", count
            )
            days = {"day": say_day(self._moved.from_day), "other": say_day(self._moved.to_day)}
            self.moved_strip.head.setText(said.format(count=count, **days))
        self.moved_strip.setVisible(self._moved is not None)

    def _take_back(self) -> None:
        if self._moved is not None:
            take_back(self._office, self, self._moved)

    def _allow(self, _line: object = None) -> None:
        there = self.table.row() is not None
        for button in (self.change, self.call_off, self.move_all):
            button.setEnabled(there)

    def _make_table(self) -> ListTable[DayLine]:
        columns = [
            Column[DayLine](_("Day"), lambda line: cells.strong(f"{say_weekday(line.day)} {say_day(line.day)}"), 190),
            Column[DayLine](_("Place"), lambda line: line.place or "–", stretch=True),
            Column[DayLine](_("With whom"), lambda line: line.clinician or "–", 170),
            Column[DayLine](_("Begins"), lambda line: line.held.begins_text or "–", 76, wide_only=True),
            Column[DayLine](_("Booked"), _say_booked, 210),
            Column[DayLine](_("In"), self._say_ahead, 90, right=True),
        ]
        empty = EmptyState(
            _("No consultation days are planned, so every date is like another. “Add days” plans the first.")
        )
        return ListTable(columns, key=lambda line: line.day_id, empty=empty)

    def _say_ahead(self, line: DayLine) -> cells.Cell:
        ahead = (line.day - self._today).days
        return cells.number(ngettext("{count} day", "{count} days", ahead).format(count=ahead) if ahead else _("today"))

    def _lay_out(self) -> None:
        self.places = Button(_("Places"), icon="map-pin")
        self.change = Button(_("Change"), "open")
        self.call_off = Button(_("Call off"))
        self.move_all = Button(_("Move everybody"))
        self.add = Button(_("Add days"), kind="primary", icon="calendar-plus", tall=True)
        self.back = Button(_("Go back"), "back", "quiet")
        for button, act in (
            (self.places, lambda: ask_places(self._office, self)),
            (self.change, self._change),
            (self.call_off, self._call_off),
            (self.move_all, self._move),
            (self.add, self._add),
            (self.back, self._office.back),
        ):
            button.clicked.connect(partial(_call, act))
        give_letters(self.add, self.move_all, self.call_off, self.places, self.take_back)
        if not self._office.may(*_MAY_PLAN):
            for button in (self.places, self.change, self.call_off, self.add):
                button.hide()
        if not self._office.may(Permission.RECEPTION):
            self.move_all.hide()
        deeds = row(self.back, self.places, None, self.call_off, self.move_all, self.change, self.add, gap=S2)
        listed = Card(self.table, margins=(1, 4, 1, 1), gap=0)
        stack(
            self,
            row(self.title, None, self.hint),
            self.moved_strip,
            (listed, 1),
            deeds,
            margins=(S4, S3, S4, S3),
            gap=S2,
        )

    def _add(self) -> None:
        ask_days(self._office, self)

    def _change(self, _line: object = None) -> None:
        line = self.table.row()
        if line is not None and self._office.may(*_MAY_PLAN):
            ask_capacity(self._office, self, line)

    def _call_off(self) -> None:
        line = self.table.row()
        if line is None:
            return

        def with_reason(reason: str) -> None:
            drawn = new_id()
            back: Callable[..., object] = partial(service.hold_after_all, day_id=line.day_id, new_day_id=drawn)
            self._office.do(
                partial(service.call_off, day_id=line.day_id, reason=reason),
                self,
                then=lambda _done: self._office.notice(
                    _("{day} is called off").format(day=say_day(line.day)), lambda: self._office.do(back, self)
                ),
            )

        question = _("Why is {day} called off?").format(day=f"{say_weekday(line.day)} {say_day(line.day)}")
        dialogs.ask_text(question, self, with_reason, yes_text=_("Call off"))

    def _move(self) -> None:
        line = self.table.row()
        if line is not None:
            ask_move(self._office, self, line)


def _call(act: Callable[[], object], _checked: bool = False) -> None:
    act()


def _say_booked(line: DayLine) -> cells.Cell | str:
    said = _("{count} of {capacity}").format(count=line.booked, capacity=line.capacity)
    if line.for_anybody:
        said += " · " + _("{count} with whoever is free").format(count=line.for_anybody)
    return cells.warn(said) if line.booked >= line.capacity else said
