"""Booking in seconds: who, and a day as it is spoken of ("6s", "5/12")."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.rules.day import KIND_WORDS, VisitKind, read_when
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3

_BOOKABLE = (VisitKind.FOLLOW_UP, VisitKind.FIRST, VisitKind.DELIVERY)


class BookingSheet(Sheet):
    """Asks for the day (and, for a new booking, the person); says back which day was understood and how full it is."""

    def __init__(
        self, office: Office, parent: QWidget, title: str, patient_id: str | None, *, ask_person: bool
    ) -> None:
        super().__init__(title, parent)
        self._office = office
        # Asked once: fields are checked as they lose the focus, also while the program locks and the vault is closed.
        self._today = office.today()
        self.form = Form()
        self.person = Suggest(self._find, _("Name, year, community or record"), "search")
        self.when = Edit(placeholder=_("6s, 10d, 5/12"))
        self.time = Edit(placeholder="08:30")
        self.kind = Select([(kind, _(KIND_WORDS[kind])) for kind in _BOOKABLE])
        self._day_field = self.form.add("when", _("Which day"), self.when, check=self._complain_of_day)
        fields = [self._day_field, self.form.add("time", _("Time"), self.time, optional=True, check=_complain_of_time)]
        if ask_person:
            fields.insert(0, self.form.add("person", _("Person"), self.person, check=_someone))
            fields.append(self.form.add("kind", _("Kind of visit"), self.kind))
        if ask_person and patient_id is not None:
            who = PatientId(patient_id)
            self.person.set_value(who, office.ask(patients.said_names, [who])[who])
        stack(self.form, *fields, gap=S3)
        self.body.addWidget(self.form)
        self.when.textEdited.connect(self._say_back)
        self.make: Callable[[], None] | None = None
        """What the button does; the sheet stays open until that says it is done."""
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.book = self.add_deed(Button(_("Book"), "save", "primary", "calendar-plus"), self._book)
        (self.when if patient_id else self.person).setFocus()

    def _book(self) -> None:
        if self.make is not None:
            self.make()

    def day(self) -> date | None:
        return read_when(self.when.text(), self._today)

    def _find(self, words: str) -> list[tuple[str, str]]:
        found = self._office.ask(finding.find, words, 8)
        return [(f.patient_id, " · ".join(part for part in (f.said, f.born, f.place) if part)) for f in found]

    def _say_back(self, _typed: str = "") -> None:
        day = self.day()
        if day is None:
            self._day_field.say("")
            return
        count = self._office.ask(queries.booked_between, day, day).get(day, 0)
        people = ngettext("{count} person", "{count} people", count).format(count=count)
        self._day_field.say(f"{say_weekday(day)} {say_day(day)} · {people}")

    def _complain_of_day(self, typed: str) -> str | None:
        if read_when(typed, self._today) is None:
            return _("Write the day like 6s (in six weeks), 10d or 5/12.")
        return None


def ask_booking(office: Office, screen: QWidget, patient_id: str | None) -> BookingSheet:
    """Ask for a booking and make it; the sheet stays open with what was typed if it is refused."""
    sheet = BookingSheet(office, screen, _("New appointment"), patient_id, ask_person=True)
    drawn = new_id()

    def make() -> None:
        day = None if sheet.form.find_faults() else sheet.day()
        if day is None:
            return
        booking = partial(service.book, appointment_id=drawn, patient_id=sheet.person.value(), day=day)
        time = sheet.time.text().strip() or None
        _run(office, sheet, partial(booking, kind=sheet.kind.value(), time_text=time))

    sheet.make = make
    sheet.open()
    return sheet


def ask_other_day(office: Office, screen: QWidget, chosen: queries.DayRow) -> BookingSheet:
    """Move a booking to another day."""
    title = _("Another day for {name}").format(name=chosen.name)
    sheet = BookingSheet(office, screen, title, chosen.patient_id, ask_person=False)
    drawn = new_id()

    def make() -> None:
        day = None if sheet.form.find_faults() else sheet.day()
        if day is not None:
            moving = partial(service.move, appointment_id=chosen.appointment_id, new_appointment_id=drawn, day=day)
            _run(office, sheet, moving)

    sheet.make = make
    sheet.open()
    return sheet


def _run(office: Office, sheet: BookingSheet, use_case: Callable[..., object]) -> None:
    day = sheet.day()

    def done(_result: object) -> None:
        sheet.accept()
        if day is not None:
            office.notice(_("Booked for {day}").format(day=say_day(day)))

    def refused(error: ClinicError) -> None:
        sheet.form.complain("when", error.sentence())

    office.do(use_case, sheet, then=done, failed=refused)


def _someone(value: object) -> str | None:
    return None if isinstance(value, str) and len(value) == 36 else _("Choose the person from the list.")


def _complain_of_time(typed: str) -> str | None:
    text = typed.strip()
    hours, _sep, minutes = text.partition(":")
    digits = hours.isdigit() and minutes.isdigit() and len(minutes) == 2
    fits = digits and int(hours) < 24 and int(minutes) < 60
    return None if fits or not text else _("Write the time like 08:30.")
