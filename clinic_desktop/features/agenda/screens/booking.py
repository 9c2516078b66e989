"""Booking in seconds: who, and a day as it is spoken of ("6s", "5/12").

"6s" is the next consultation day in six weeks that has room; the arrows step to the next and the previous one.
"""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.agenda.rules.day import KIND_WORDS, VisitKind, is_span, read_when
from clinic_desktop.features.agenda.screens.cards import print_appointment
from clinic_desktop.features.agenda.screens.privacy import said_person
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.agenda.service import days as day_service
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Select, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import Item, clear, column, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3, Tone
from clinic_desktop.uikit.words import Text

_BOOKABLE = (VisitKind.FOLLOW_UP, VisitKind.FIRST, VisitKind.DELIVERY)


class BookingSheet(Sheet):
    """Asks for the day (and, for a new booking, the person); says back which day was understood and how full it is."""

    def __init__(
        self,
        office: Office,
        parent: QWidget,
        title: str,
        patient_id: str | None,
        *,
        ask_person: bool,
        known: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(title, parent, width=680)
        self._office = office
        self._patient_id, self._stepped = patient_id, False
        # Asked once: fields are checked as they lose the focus, also while the program locks and the vault is closed.
        self._today = office.today()
        self._asked = (office.ask(days.clinicians), office.ask(days.places))
        self.form = Form()
        self.person = Suggest(self._find, _("Name, year, community or record"), "search")
        self.when = Edit(placeholder=_("6s, 10d, 5/12"))
        self.time = Edit(placeholder="08:30")
        self.kind = Select([(kind, _(KIND_WORDS[kind])) for kind in _BOOKABLE])
        self.clinician = Select([(None, _("Whoever sees people")), *((q.clinician_id, q.name) for q in self._asked[0])])
        self.place = Select([(None, _("Any place")), *((p.place_id, p.name) for p in self._asked[1])])
        fields = self._lay_fields(ask_person=ask_person)
        if ask_person and patient_id is not None:
            who = PatientId(patient_id)
            known = who, office.ask(patients.said_names, [who])[who]
        if known is not None:
            self.person.set_value(*known)
        stack(self.form, *fields, gap=S3)
        self.body.addWidget(self.form)
        self.when.textEdited.connect(self._say_back)
        self.when.installEventFilter(self)
        for choice in (self.clinician, self.place):
            choice.activated.connect(self._say_back)
        self.make: Callable[[], None] | None = None
        """What the button does; the sheet stays open until that says it is done."""
        self.apart = self.add_deed(Button(_("Not together with…"), kind="quiet"), self._keep_apart)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.wants_card = False
        self.with_card = self.add_deed(Button(_("With card"), "card"), self._book_with_card)
        self.book = self.add_deed(Button(_("Book"), "save", "primary", "calendar-plus"), self._book)
        (self.when if patient_id or known else self.person).setFocus()

    def _book(self) -> None:
        self.wants_card = False
        self._make()

    def _book_with_card(self) -> None:
        """The card to take home comes with the booking."""
        self.wants_card = True
        self._make()

    def _make(self) -> None:
        if self.make is not None:
            self.make()

    def _lay_fields(self, *, ask_person: bool) -> list[Item]:
        """Pairs beside each other, so that the sheet fits a low window; what has one answer is not asked."""
        self._day_field = self.form.add("when", _("Which day"), self.when, check=self._complain_of_day)
        fields: list[Item] = [self._day_field]
        if ask_person:
            fields.insert(0, self.form.add("person", _("Person"), self.person, check=_someone))
        asked: list[Item] = []
        if len(self._asked[0]) > 1:
            asked.append((self.form.add("clinician", _("With whom"), self.clinician), 1))
        if len(self._asked[1]) > 1:
            asked.append((self.form.add("place", _("Place"), self.place), 1))
        if asked:
            fields.append(row(*asked, gap=S3))
        time: Item = (self.form.add("time", _("Time"), self.time, optional=True, check=_complain_of_time), 1)
        kinds: list[Item] = [(self.form.add("kind", _("Kind of visit"), self.kind), 1)] if ask_person else []
        fields.append(row(time, *kinds, gap=S3))
        return fields

    def day(self) -> date | None:
        """The day that is meant: of "6s" the next one with room, of a date that date."""
        return self._office.ask(days.meant_day, self.when.text(), *self._asked_for(), patient_id=self.who())

    def who(self) -> str | None:
        """Whose appointment it is; None while nobody was chosen."""
        chosen = self.person.value()
        return chosen if isinstance(chosen, str) else self._patient_id

    def _asked_for(self) -> tuple[str | None, str | None]:
        return self.clinician.value(), self.place.value()

    def prefer(self, clinician_id: str | None, place_id: str | None) -> None:
        """What is asked for unless something else is chosen."""
        self.clinician.set_value(clinician_id)
        self.place.set_value(place_id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.when and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Plus: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Minus: -1}.get(
                Qt.Key(event.key()), 0
            )
            # "5-12" is a date being typed; only after "6s" a minus can mean the day before.
            typing = event.key() == Qt.Key.Key_Minus and not is_span(self.when.text()) and not self._stepped
            if step and not typing and (self.day() is not None or not self.when.text()):
                self.step(step)
                return True
        return super().eventFilter(watched, event)

    def step(self, by: int) -> None:
        """To the next (1) or the previous (-1) consultation day."""
        start = self.day() or self._today
        day = self._office.ask(days.step_day, start, by, *self._asked_for())
        self.when.setText(f"{day.day}/{day.month}/{day.year}")
        self._stepped = True
        self._show_day()

    def _keep_apart(self) -> None:
        who = self.who()
        if who is None:
            self.form.find_faults()
        else:
            ask_kept_apart(self._office, self, who)

    def _find(self, words: str) -> list[tuple[str, str]]:
        found = self._office.ask(finding.find, words, 8)
        return [(f.patient_id, " · ".join(part for part in (f.said, f.born, f.place) if part)) for f in found]

    def _say_back(self, _typed: object = "") -> None:
        self._stepped = False
        self._show_day()

    def _show_day(self) -> None:
        """Which day was understood, where, with whom, how full it is, how far away."""
        day = self.day()
        if day is None:
            self._day_field.say("")
            return
        clinician_id, place_id = self._asked_for()
        load = self._office.ask(days.load_on, day, clinician_id, place_id)
        ahead = (day - self._today).days
        said = [
            f"{say_weekday(day)} {say_day(day)}",
            _one({self._names.get(one.place_id or "", "") for one in load.held}),
            _one({self._names.get(clinician_id or one.clinician_id or "", "") for one in load.held}),
            "" if load.held or not load.planned else _("no consultation day"),
            _people(load),
            ngettext("{count} day", "{count} days", ahead).format(count=ahead),
        ]
        tone: Tone = "warning" if load.room <= 0 or (load.planned and not load.held) else "accent"
        self._day_field.say(" · ".join(part for part in said if part), tone)

    @property
    def _names(self) -> dict[str, str]:
        return {q.clinician_id: q.name for q in self._asked[0]} | {p.place_id: p.name for p in self._asked[1]}

    def _complain_of_day(self, typed: str) -> str | None:
        if read_when(typed, self._today) is None:
            return _("Write the day like 6s (in six weeks), 10d or 5/12.")
        return None


def ask_booking(
    office: Office,
    screen: QWidget,
    patient_id: str | None = None,
    *,
    row: queries.DayRow | None = None,
    place_id: str | None = None,
) -> BookingSheet:
    """Ask for a booking and make it; the sheet stays open with what was typed if it is refused.

    `row` is somebody of the day's list, said as there: by a turn, or as reserved.
    """
    known = None if row is None else (row.patient_id, said_person(row))
    sheet = BookingSheet(office, screen, _("New appointment"), patient_id, ask_person=True, known=known)
    sheet.prefer(None, place_id)
    if row is not None and row.reserved:
        # Who is not booked together with a reserved person would tell who that is; a card would name it.
        sheet.apart.hide()
        sheet.with_card.hide()
    drawn = new_id()

    def make() -> None:
        day = None if sheet.form.find_faults() else sheet.day()
        if day is None:
            return
        booking = partial(service.book, appointment_id=drawn, patient_id=sheet.person.value(), day=day)
        time = sheet.time.text().strip() or None
        wanted = {"kind": sheet.kind.value(), "time_text": time}
        wanted |= {"clinician_id": sheet.clinician.value(), "place_id": sheet.place.value()}
        _run(office, sheet, partial(booking, **wanted), day)

    sheet.make = make
    sheet.open()
    return sheet


def ask_other_day(office: Office, screen: QWidget, chosen: queries.DayRow) -> BookingSheet:
    """Move a booking to another day."""
    title = _("Another day for {name}").format(name=said_person(chosen))
    sheet = BookingSheet(office, screen, title, chosen.patient_id, ask_person=False)
    sheet.prefer(chosen.clinician_id, chosen.place_id)
    # Who is not booked together with a reserved person would tell who that is.
    sheet.apart.setVisible(not chosen.reserved)
    sheet.with_card.setVisible(not chosen.reserved)
    drawn = new_id()

    def make() -> None:
        day = None if sheet.form.find_faults() else sheet.day()
        if day is not None:
            moving = partial(service.move, appointment_id=chosen.appointment_id, new_appointment_id=drawn, day=day)
            where = {"clinician_id": sheet.clinician.value(), "place_id": sheet.place.value()}
            _run(office, sheet, partial(moving, **where), day)

    sheet.make = make
    sheet.open()
    return sheet


def _run(office: Office, sheet: BookingSheet, use_case: Callable[..., object], day: date) -> None:
    def done(_result: object) -> None:
        sheet.accept()
        if sheet.wants_card:
            made: dict[str, object] = getattr(use_case, "keywords", {})
            drawn = made.get("new_appointment_id") or made.get("appointment_id")
            print_appointment(office, str(drawn), sheet.parentWidget())
        office.notice(_("Booked for {day}").format(day=f"{say_weekday(day)} {say_day(day)}"))

    def refused(error: ClinicError) -> None:
        sheet.form.complain("when", error.sentence())

    office.do(use_case, sheet, then=done, failed=refused)


class ApartSheet(Sheet):
    """With whom this person is not booked for one day. Nobody is asked why, and nothing keeps it."""

    def __init__(self, office: Office, parent: QWidget, patient_id: str) -> None:
        explained = Text(_("The two are booked for different days. No reason is kept."), color="quiet", wrap=True)
        super().__init__(_("Not together with…"), parent, explained)
        self._office, self._patient_id, self._drawn = office, patient_id, new_id()
        self.form = Form()
        self.person = Suggest(self._find, _("Name, year, community or record"), "search")
        stack(self.form, self.form.add("person", _("Person"), self.person, check=_someone))
        self.pairs = column(gap=S2)
        self.body.addLayout(self.pairs)
        self.body.addWidget(self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add = self.add_deed(Button(_("Keep apart"), "save", "primary"), self._add)
        self._show_pairs()
        self.person.setFocus()

    def _find(self, words: str) -> list[tuple[str, str]]:
        found = self._office.ask(finding.find, words, 8)
        others = [f for f in found if f.patient_id != self._patient_id]
        return [(f.patient_id, " · ".join(part for part in (f.said, f.born, f.place) if part)) for f in others]

    def _show_pairs(self) -> None:
        clear(self.pairs)
        known = self._office.ask(days.kept_apart_from, self._patient_id)
        names = self._office.ask(patients.said_names, [PatientId(other) for _row, other in known])
        for row_id, other in known:
            again = Link(_("Together again"))
            again.setAccessibleName(_("Together again: {name}").format(name=names.get(PatientId(other), "")))
            again.clicked.connect(partial(self._let, row_id))
            self.pairs.addLayout(row(Text(names.get(PatientId(other), "")), None, again))

    def _let(self, row_id: str, _checked: bool = False) -> None:
        letting: Callable[..., object] = partial(day_service.let_together, row_id=row_id)
        self._office.do(letting, self, then=lambda _done: self._show_pairs())

    def _add(self) -> None:
        if self.form.find_faults():
            return
        keeping = partial(
            day_service.keep_apart, row_id=self._drawn, first_id=self._patient_id, second_id=self.person.value()
        )

        def refused(error: ClinicError) -> None:
            self.form.complain("person", error.sentence())

        self._office.do(keeping, self, then=lambda _done: self.accept(), failed=refused)


def ask_kept_apart(office: Office, parent: QWidget, patient_id: str) -> ApartSheet:
    sheet = ApartSheet(office, parent, patient_id)
    sheet.open()
    return sheet


def _one(names: set[str]) -> str:
    """The name, where it is one; several would not fit a line."""
    return names.pop() if len(names) == 1 else ""


def _people(load: days.DayLoad) -> str:
    if load.held or not load.planned:
        capacity = load.booked + load.room
        return _("{count} of {capacity}").format(count=load.booked, capacity=max(capacity, 0))
    return ngettext("{count} person", "{count} people", load.booked).format(count=load.booked)


def _someone(value: object) -> str | None:
    return None if isinstance(value, str) and len(value) == 36 else _("Choose the person from the list.")


def _complain_of_time(typed: str) -> str | None:
    text = typed.strip()
    hours, _sep, minutes = text.partition(":")
    digits = hours.isdigit() and minutes.isdigit() and len(minutes) == 2
    fits = digits and int(hours) < 24 and int(minutes) < 60
    return None if fits or not text else _("Write the time like 08:30.")
