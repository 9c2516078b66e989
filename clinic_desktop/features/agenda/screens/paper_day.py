"""Typing the paper of a day without light, as fast as one types: who, came or not, when again, and the next line."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.agenda.queries import paper_day as queries
from clinic_desktop.features.agenda.queries.paper_day import PaperLine
from clinic_desktop.features.agenda.rules.day import STATUS_WORDS, is_span, read_when
from clinic_desktop.features.agenda.rules.paper_day import CAME_WORDS, CameOrNot, read_past_day
from clinic_desktop.features.agenda.service import paper_day as service
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Select, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3

_CAME = tuple(CameOrNot)


class PaperDayScreen(QWidget):
    """The day and who saw people stay; the other fields are empty again after each line."""

    accepts_typing = False

    def __init__(self, office: Office, day: str = "", patient_id: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self._agreed: date | None = None
        """A day so old that it was asked, and answered with yes."""
        self.lines: tuple[PaperLine, ...] = ()
        self._draw_ids()
        self.form = Form()
        self._make_fields()
        self.table = self._make_table()
        self._lay_out()
        office.follow(queries.TABLES, self, self.reload)
        if day:
            self.when.setText(f"{date.fromisoformat(day):%d/%m/%Y}")
        self._say_day()
        if patient_id:
            who = PatientId(patient_id)
            self.person.set_value(who, office.ask(people.said_names, [who])[who])
        QTimer.singleShot(0, self, self.take_focus)

    def _draw_ids(self) -> None:
        self._line_id, self._next_id = new_id(), new_id()

    # building

    def _make_fields(self) -> None:
        self.when = Edit(placeholder=_("20/11, yesterday"))
        self.when.setFixedWidth(150)
        self.clinician = Select([(None, _("Nobody in particular")), *self._clinicians()])
        self.person = Suggest(self._find, _("Name, year, community or record"), "search")
        self.came = Choice([_(CAME_WORDS[each]) for each in _CAME], 0, moves_on=True)
        self.next = Edit(placeholder=_("6s, 10d, 5/12"))
        self.next.setFixedWidth(150)
        self._day_field = self.form.add("when", _("Day of the paper"), self.when, check=self._complain_of_day)
        who_saw = self.form.add("clinician", _("Who saw people"), self.clinician)
        someone = self.form.add("person", _("Person"), self.person, check=_someone)
        came = self.form.add("came", _("What the paper says"), self.came)
        self._next_field = self.form.add(
            "next", _("Next visit"), self.next, optional=True, check=self._complain_of_next
        )
        top = row((self._day_field, 2), (who_saw, 3), gap=S3)
        line = row((someone, 1), gap=S3)
        last = row(came, self._next_field, None, gap=S3)
        stack(self.form, top, line, last, gap=S2)
        # After the form's own, so that it is asked first: Enter at the end of the line saves it.
        self.next.installEventFilter(self)
        self.when.textChanged.connect(self._say_day)
        self.next.textEdited.connect(self._say_next)
        self.person.picked.connect(self._go_on)

    def _go_on(self, _patient_id: object) -> None:
        self.came.setFocus()

    def _clinicians(self) -> list[tuple[str | None, str]]:
        return [(one.clinician_id, one.name) for one in self._office.ask(days.clinicians)]

    def _make_table(self) -> ListTable[PaperLine]:
        columns = [
            Column[PaperLine](_("Person"), lambda r: cells.strong(r.name) if r.typed else r.name, stretch=True),
            Column[PaperLine](_("Record"), lambda r: r.number, 150, wide_only=True),
            Column[PaperLine](_("State"), _state, 170),
            Column[PaperLine](_("Next visit"), lambda r: say_day(r.next_day) if r.next_day else "–", 120),
        ]
        empty = EmptyState(_("Nothing is typed for this day yet."), None)
        table = ListTable(columns, key=lambda r: r.appointment_id, empty=empty, flush=True)
        table.opened.connect(self._take)
        return table

    def _lay_out(self) -> None:
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(self._office.back)
        self.new_person = Button(_("New person"), "new", icon="user-plus")
        self.new_person.clicked.connect(self._register)
        if not self._office.may(Permission.REGISTER_PATIENTS):
            self.new_person.hide()
        self.save_line = Button(_("Save line"), "save", "primary", "check")
        self.save_line.clicked.connect(self.save)
        deeds = row(self.back, None, self.new_person, self.save_line, gap=S2)
        written = Card(self.form, (self.table, 1), deeds, margins=(16, 6, 16, 6), gap=S2)
        stack(self, (written, 1), margins=(4, 4, 4, 4))
        self.table.setMinimumHeight(62)

    def take_focus(self) -> None:
        if self.day() is None:
            self.when.setFocus()
        elif self.person.value() is not None:
            self.came.setFocus()
        else:
            self.person.setFocus()

    # reading

    def day(self) -> date | None:
        day = read_past_day(self.when.text(), self._today)
        return None if day is None or day > self._today else day

    def next_day(self) -> date | None:
        """Counted from the day of the paper, where it was said; "6s" is the next consultation day with room."""
        day = read_when(self.next.text(), self.day() or self._today)
        if day is None or day <= self._today or not is_span(self.next.text()):
            return day
        who = self.person.value()
        return self._office.ask(days.next_free_day, day, self.clinician.value(), None, patient_id=who) or day

    def _find(self, words: str) -> Sequence[tuple[str, str]]:
        found = self._office.ask(finding.find, words, 8)
        return [(f.patient_id, " · ".join(part for part in (f.said, f.born, f.place) if part)) for f in found]

    def reload(self) -> None:
        day = self.day()
        self.lines = self._office.ask(queries.lines, day) if day else ()
        self.table.show_rows(self.lines)

    def _say_day(self, _typed: str = "") -> None:
        day = self.day()
        self.reload()
        if day is None:
            self._day_field.say("")
            return
        typed = sum(line.typed for line in self.lines)
        said = ngettext("{count} line typed", "{count} lines typed", typed).format(count=typed)
        self._day_field.say(f"{say_weekday(day)} {say_day(day)} · {said}")

    def _say_next(self, _typed: str = "") -> None:
        day = self.next_day()
        self._next_field.say(f"{say_weekday(day)} {say_day(day)}" if day else "")

    def _complain_of_day(self, typed: str) -> str | None:
        day = read_past_day(typed, self._today)
        if day is None:
            return _("Write the day of the paper like 20/11 or 20/11/26.")
        return service.PaperOfTheFuture(day=say_day(day)).sentence() if day > self._today else None

    def _complain_of_next(self, typed: str) -> str | None:
        if not typed.strip() or self.next_day() is not None:
            return None
        return _("Write the day like 6s (in six weeks), 10d or 5/12.")

    # doing

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        enter = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if watched is self.next and enter and event.type() == QEvent.Type.KeyPress:
            self.save()
            return True
        return super().eventFilter(watched, event)

    def _take(self, line: PaperLine) -> None:
        """Somebody booked for that day, taken from the list instead of typed."""
        self.person.set_value(line.patient_id, line.name)
        self.came.setFocus()

    def save(self, *_clicked: object) -> None:
        """Keep the line; the fields of the next one are empty and the cursor stands on the person."""
        self.person.take_only()
        day = None if self.form.find_faults() else self.day()
        if day is None:
            return
        line = partial(
            service.type_line,
            line_id=self._line_id,
            next_id=self._next_id,
            patient_id=self.person.value(),
            day=day,
            came=_CAME[self.came.at() or 0],
            clinician_id=self.clinician.value(),
            next_day=self.next_day(),
            confirmed=self._agreed == day,
        )
        name = self.person.text().split(" · ")[0]
        self._office.do(line, self, then=partial(self._saved, name, day), failed=self._refused)

    def _saved(self, name: str, day: date, typed: service.Typed) -> None:
        self._agreed = day
        self._draw_ids()

        def back() -> None:
            self._office.do(partial(service.take_back_line, typed=typed), self)

        self._office.notice(_say(name, typed), back if not typed.already or typed.next_id else None)
        self.person.set_value(None, "")
        self.came.set_at(0)
        self.next.setText("")
        self._next_field.say("")
        self._say_day()
        self.person.setFocus()

    def _refused(self, error: ClinicError) -> None:
        self.form.complain(_FIELD_OF.get(type(error), "person"), error.sentence())

    def _register(self) -> None:
        """Somebody who is not found: registered, and back to this line."""
        day = self.day()
        words = "" if self.person.value() else self.person.text()
        here = "paper-day" if self._office.may(Permission.RECEPTION) else "paper-typing"
        back: tuple[str, dict[str, Any]] = (here, {"day": day.isoformat() if day else ""})
        self._office.go("persons", new=True, words=words, back_to=back)


_FIELD_OF: dict[type[ClinicError], str] = {
    service.PaperOfTheFuture: "when",
    service.NextNotAfter: "next",
}


def _someone(value: object) -> str | None:
    return None if isinstance(value, str) and len(value) == 36 else _("Choose the person from the list.")


def _state(line: PaperLine) -> cells.Cell | str:
    return _(STATUS_WORDS[line.status]) if line.typed else cells.quiet(_("Not typed yet"))


def _say(name: str, typed: service.Typed) -> str:
    said = _("{name}: it was there already, {state}") if typed.already else _("{name}: {state}")
    words = said.format(name=name, state=_(STATUS_WORDS[typed.status]))
    return f"{words}. {_('The next visit was there already.')}" if typed.next_already else words
