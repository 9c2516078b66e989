"""Sheets of the consultation days: adding some, how many fit one, where they are held."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import days as queries
from clinic_desktop.features.agenda.queries.days import DayLine
from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.agenda.rules.days import MOST_OF_A_SERIES, MOST_PEOPLE, MOST_WEEKS, series
from clinic_desktop.features.agenda.service import days as service
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import clear, column, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class DaysSheet(Sheet):
    """A day, or one every few weeks; says back which days are meant before they are made."""

    def __init__(self, office: Office, parent: QWidget) -> None:
        super().__init__(_("Add consultation days"), parent, width=560)
        self._office, self._drawn = office, new_id()
        self._today = office.today()
        self.form = Form()
        self.when = Edit(placeholder=_("6s, 10d, 5/12"))
        self.weeks, self.times = Edit("1"), Edit("1")
        self.place = Select([(None, "–"), *((p.place_id, p.name) for p in office.ask(queries.places))])
        self.clinician = Select([(None, "–"), *((q.clinician_id, q.name) for q in office.ask(queries.clinicians))])
        self.capacity, self.begins = Edit(placeholder=_("as in the settings")), Edit(placeholder="08:00")
        self._lay_fields()
        self.body.addWidget(self.form)
        for edit in (self.when, self.weeks, self.times):
            edit.textEdited.connect(self._say_back)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Add"), "save", "primary", "calendar-plus"), self._save)
        self.when.setFocus()

    def _lay_fields(self) -> None:
        add = self.form.add
        self.meant = Text("", "small", "semi", "accent")
        """Under all three fields: a whole series does not fit under one."""
        self._day_field = add("when", _("First day"), self.when, check=self._complain_of_day)
        weeks = add("weeks", _("Every … weeks"), self.weeks, check=partial(_number, most=MOST_WEEKS))
        times = add("times", _("How many days"), self.times, check=partial(_number, most=MOST_OF_A_SERIES))
        place = add("place", _("Place"), self.place)
        clinician = add("clinician", _("With whom"), self.clinician)
        fits = partial(_number, most=MOST_PEOPLE)
        people = add("capacity", _("People"), self.capacity, optional=True, check=fits)
        begins = add("begins", _("Begins"), self.begins, optional=True, check=_clock)
        stack(
            self.form,
            row((self._day_field, 2), (weeks, 1), (times, 1), gap=S3),
            self.meant,
            row((place, 1), (clinician, 1), gap=S3),
            row((people, 1), (begins, 1), gap=S3),
            gap=S3,
        )

    def days(self) -> tuple[date, ...]:
        first = read_when(self.when.text(), self._today)
        weeks, times = _whole(self.weeks.text()), _whole(self.times.text())
        if first is None or not 0 < (weeks or 0) <= MOST_WEEKS or not 0 < (times or 0) <= MOST_OF_A_SERIES:
            return ()
        return series(first, weeks or 1, times or 1)

    def _say_back(self, _typed: str = "") -> None:
        days = self.days()
        said = f"{say_weekday(days[0])} {say_day(days[0])}" if days else ""
        if len(days) > 1:
            said = _("{first}, {count} days until {last}").format(first=said, count=len(days), last=say_day(days[-1]))
        self.meant.setText(said)

    def _complain_of_day(self, typed: str) -> str | None:
        if read_when(typed, self._today) is None:
            return _("Write the day like 6s (in six weeks), 10d or 5/12.")
        return None

    def _save(self) -> None:
        days = () if self.form.find_faults() else self.days()
        if not days:
            return
        adding = partial(
            service.add_days,
            drawn=self._drawn,
            first=days[0],
            place_id=self.place.value(),
            clinician_id=self.clinician.value(),
            capacity=_whole(self.capacity.text()),
            begins_text=self.begins.text().strip() or None,
            every_weeks=_whole(self.weeks.text()) or 1,
            count=len(days),
        )

        def done(added: int) -> None:
            self.accept()
            said = ngettext("{count} consultation day added", "{count} consultation days added", added)
            self._office.notice(said.format(count=added) if added else _("These days were there already."))

        self._office.do(adding, self, then=done, failed=self._refuse)

    def _refuse(self, error: ClinicError) -> None:
        self.form.complain("when", error.sentence())


def ask_days(office: Office, screen: QWidget) -> DaysSheet:
    sheet = DaysSheet(office, screen)
    sheet.open()
    return sheet


class CapacitySheet(Sheet):
    """How many fit a day, and when it begins."""

    def __init__(self, office: Office, parent: QWidget, line: DayLine) -> None:
        super().__init__(f"{say_weekday(line.day)} {say_day(line.day)}", parent)
        self._office, self._line = office, line
        self.form = Form()
        self.capacity = Edit(str(line.held.capacity or ""), placeholder=_("as in the settings"))
        self.begins = Edit(line.held.begins_text, placeholder="08:00")
        people = self.form.add(
            "capacity", _("People"), self.capacity, optional=True, check=partial(_number, most=MOST_PEOPLE)
        )
        begins = self.form.add("begins", _("Begins"), self.begins, optional=True, check=_clock)
        stack(self.form, row((people, 1), (begins, 1), gap=S3))
        self.body.addWidget(Text(f"{say_weekday(line.day)} {say_day(line.day)}", "head", "semi"))
        self.body.addWidget(self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Save"), "save", "primary"), self._save)
        self.capacity.setFocus()
        self.capacity.selectAll()

    def _save(self) -> None:
        if self.form.find_faults():
            return
        changing = partial(
            service.revise_day,
            day_id=self._line.day_id,
            seen_capacity=self._line.held.capacity,
            capacity=_whole(self.capacity.text()),
            begins_text=self.begins.text().strip() or None,
        )

        def refused(error: ClinicError) -> None:
            self.form.complain("capacity", error.sentence())

        self._office.do(changing, self, then=lambda _done: self.accept(), failed=refused)


def ask_capacity(office: Office, screen: QWidget, line: DayLine) -> CapacitySheet:
    sheet = CapacitySheet(office, screen, line)
    sheet.open()
    return sheet


# -- places


class PlacesSheet(Sheet):
    """Where days are held: adding a place, and saying that no more are held at one."""

    def __init__(self, office: Office, parent: QWidget) -> None:
        super().__init__(_("Places of consultation"), parent)
        self._office = office
        self.known = column(gap=S2)
        self.form = Form()
        self.name = Edit()
        stack(self.form, self.form.add("name", _("New place"), self.name))
        self.body.addLayout(self.known)
        self.body.addWidget(self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Add place"), "save", "primary"), self._add)
        self._show()
        self.name.setFocus()

    def _show(self) -> None:
        clear(self.known)
        for place in self._office.ask(queries.places):
            retire = Link(_("Retire"))
            retire.setAccessibleName(_("Retire: {name}").format(name=place.name))
            retire.clicked.connect(partial(self._retire, place.place_id, place.name))
            self.known.addLayout(row(Text(place.name), None, retire))

    def _retire(self, place_id: str, name: str, _checked: bool = False) -> None:
        back: Callable[..., object] = partial(service.add_place, name=name)
        self._office.do(
            partial(service.retire_place, place_id=place_id),
            self,
            then=lambda _done: self._said(
                _("No more days at {name}").format(name=name), lambda: self._office.do(back, None)
            ),
        )

    def _said(self, words: str, undo: Callable[[], None]) -> None:
        self._show()
        self._office.notice(words, undo)

    def _add(self) -> None:
        def refused(error: ClinicError) -> None:
            self.form.complain("name", error.sentence())

        def done(_place_id: str) -> None:
            self.name.clear()
            self._show()

        self._office.do(partial(service.add_place, name=self.name.text()), self, then=done, failed=refused)


def ask_places(office: Office, screen: QWidget) -> PlacesSheet:
    sheet = PlacesSheet(office, screen)
    sheet.open()
    return sheet


# -- what was typed


def _whole(typed: str) -> int | None:
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _number(typed: str, most: int) -> str | None:
    fits = not typed.strip() or 1 <= (_whole(typed) or 0) <= most
    return None if fits else _("Write a number between 1 and {count}.").format(count=most)


def _clock(typed: str) -> str | None:
    hours, _colon, minutes = typed.strip().partition(":")
    digits = hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit() and len(minutes) == 2
    fits = not typed.strip() or (digits and int(hours) < 24 and int(minutes) < 60)
    return None if fits else _("Write the time like 08:30.")
