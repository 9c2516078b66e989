"""Who sees people does not come: moving everybody of a consultation day."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import days as queries
from clinic_desktop.features.agenda.queries.days import DayLine
from clinic_desktop.features.agenda.rules.calls import CallList
from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.agenda.service import days as service
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import Progress


class MoveSheet(Sheet):
    """Who sees people does not come: everybody of the day goes to another, and it says who must be told."""

    def __init__(self, office: Office, parent: QWidget, line: DayLine) -> None:
        title = _("Move everybody of {day}").format(day=f"{say_weekday(line.day)} {say_day(line.day)}")
        super().__init__(title, parent, width=520)
        self._office, self._line, self._today = office, line, office.today()
        self.form = Form()
        self.when, self.reason = Edit(placeholder=_("6s, 10d, 5/12")), Edit()
        self._day_field = self.form.add("when", _("To which day"), self.when, check=self._complain_of_day)
        why = self.form.add("reason", _("Why"), self.reason, check=_needed)
        stack(self.form, self._day_field, why, gap=S3)
        count = line.booked
        people = ngettext("{count} person is booked", "{count} people are booked", count).format(count=count)
        self.body.addWidget(Text(title, "head", "semi", wrap=True))
        self.body.addWidget(Text(people, color="quiet"))
        self.body.addWidget(self.form)
        self.how_far = Text("", color="quiet")
        self.body.addWidget(self.how_far)
        self.when.textEdited.connect(self._say_back)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Move them"), "save", "primary"), self._save)
        following = office.ask(queries.step_day, line.day, 1, *self._whose())
        if following != line.day and office.ask(queries.is_planned):
            self.when.setText(f"{following.day}/{following.month}/{following.year}")
            self._say_back()
        self.when.setFocus()
        self.when.selectAll()

    def _whose(self) -> tuple[str | None, str | None]:
        return self._line.held.clinician_id, self._line.held.place_id

    def day(self) -> date | None:
        return self._office.ask(queries.meant_day, self.when.text(), *self._whose())

    def _say_back(self, _typed: str = "") -> None:
        day = self.day()
        if day is None:
            self._day_field.say("")
            return
        load = self._office.ask(queries.load_on, day, *self._whose())
        there = "" if load.held or not load.planned else " · " + _("no consultation day")
        room = ngettext("room for {count} more", "room for {count} more", max(load.room, 0)).format(
            count=max(load.room, 0)
        )
        tight = load.room < self._line.booked or bool(there)
        self._day_field.say(f"{say_weekday(day)} {say_day(day)}{there} · {room}", "warning" if tight else "accent")

    def _complain_of_day(self, typed: str) -> str | None:
        if read_when(typed, self._today) is None:
            return _("Write the day like 6s (in six weeks), 10d or 5/12.")
        return None

    def _save(self) -> None:
        day = None if self.form.find_faults() else self.day()
        if day is None:
            return
        clinician_id, place_id = self._whose()
        move: dict[str, Any] = {
            "from_day": self._line.day,
            "to_day": day,
            "reason": self.reason.text().strip(),
            "place_id": place_id,
            "clinician_id": clinician_id,
        }

        def refused(error: ClinicError) -> None:
            self.form.complain("when", error.sentence())

        first = partial(service.move_day, **move, at_most=service.AT_ONCE)
        self._office.do(first, self, then=partial(self._go_on, move), failed=refused)

    def _go_on(self, move: dict[str, Any], step: service.DayMoved) -> None:
        """What one transaction did not do goes on in steps, with a word about how far it is."""
        if not step.left:
            self._done(step.moved)
            return
        job = partial(service.move_day_in_steps, expected=step.left, **move)

        def say(told: Progress) -> None:
            self.how_far.setText(
                _("{count} of {total}").format(count=step.moved + told.done, total=step.moved + told.total)
            )

        self.save.setEnabled(False)
        self._office.run_long(job, self, progress=say, then=lambda moved: self._done(step.moved + moved))

    def _done(self, moved: int) -> None:
        self.accept()
        said = ngettext("{count} person moved. Call them.", "{count} people moved. Call them.", moved)
        words = said.format(count=moved) if moved else _("Nobody was left to move. The day is called off.")
        last = self._office.ask(queries.moved_today)
        back = partial(take_back, self._office, self.parentWidget(), last[0]) if moved and last else None
        self._office.notice(words, back)
        if moved:
            self._office.go("calls", which=CallList.CHANGED.value)


def take_back(office: Office, screen: QWidget | None, move: queries.Moved) -> None:
    """Everybody back to the day from which they were moved."""
    back = partial(service.take_back_move, from_day=move.from_day, to_day=move.to_day, reason=move.reason)

    def done(so_far: int, step: service.DayMoved) -> None:
        if step.left:
            again: Callable[..., service.DayMoved] = partial(back, confirmed=True, at_most=service.AT_ONCE)
            office.do(again, screen, then=partial(done, so_far + step.moved))
            return
        count = so_far + step.moved
        said = ngettext("{count} person is back on {day}", "{count} people are back on {day}", count)
        office.notice(said.format(count=count, day=say_day(move.from_day)))

    office.do(partial(back, at_most=service.AT_ONCE), screen, then=partial(done, 0))


def ask_move(office: Office, screen: QWidget, line: DayLine) -> MoveSheet:
    sheet = MoveSheet(office, screen, line)
    sheet.open()
    return sheet


def _needed(typed: str) -> str | None:
    return None if typed.strip() else _("Write the reason.")
