"""Depots: which are due, and who gave the last one. For nurses and prescribers."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.screens.beside import LinesSheet, PastField, Standing
from clinic_desktop.features.medication.queries import injections, shelf
from clinic_desktop.features.medication.queries.injections import Depot
from clinic_desktop.features.medication.service import administering
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text, quiet, semi


class InjectionSheet(LinesSheet):
    """What is due above; below, the injection that was given. Enter twice writes it once."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._office, self._patient_id = office, patient_id
        self._administration_id, self._dispense_id = new_id(), new_id()
        self._amends_id: str | None = None
        self._corrected: Depot | None = None
        self._said_ampoule = False
        """Somebody chose where it comes from: nothing that happens elsewhere changes that."""
        self._depots = office.ask(injections.depots, patient_id)
        first = sorted(self._depots, key=lambda depot: depot.due_on)
        self.which = Select([(depot.request_id, f"{depot.name} {depot.product}") for depot in first])
        self.ampoule = Select([])
        self.when, self.where = PastField(office.today(), _("today")), Edit(placeholder=_("left arm, right buttock"))
        form = Form()
        stack(
            form,
            row(
                (form.add("which", _("Medicine"), self.which), 1),
                (form.add("ampoule", _("The ampoule"), self.ampoule), 1),
                gap=S3,
            ),
            row(
                (form.add("when", _("Given on"), self.when, check=self.when.complaint), 1),
                (form.add("where", _("Where on the body"), self.where, optional=True), 1),
                gap=S3,
            ),
            gap=S3,
        )
        super().__init__(
            _("Injections"), parent, form, empty=_("No injection that is repeated is prescribed."),
            keep=_("It was given"),
        )  # fmt: skip
        if not self._depots:
            form.hide()
            self.keep.hide()
        self.which.activated.connect(self._other_medicine)
        self.ampoule.activated.connect(self._ampoule_chosen)
        office.follow(shelf.TABLES, self, self.reload)
        self.reload()
        (self.where if self._depots else self).setFocus()

    def reload(self) -> None:
        self._depots = self._office.ask(injections.depots, self._patient_id)
        self.show_lines([_standing(depot, self._office.today(), self._correct) for depot in self._depots])
        if self._amends_id is None:
            self._offer_ampoules()

    def _ampoule_chosen(self, _at: int = 0) -> None:
        self._said_ampoule = True

    def _other_medicine(self, _at: int = 0) -> None:
        self._said_ampoule = False
        if self._amends_id is None:
            self._offer_ampoules()

    def _offer_ampoules(self) -> None:
        """Ours only where there is one that is still owed; it is proposed unless the person was given one to bring."""
        request_id = self.which.value()
        found = self._office.ask(injections.ampoules, str(request_id)) if request_id else None
        options = [(False, _("the person has it already"))]
        if found is not None and found.usable and found.owed:
            words = ngettext("from our shelf ({count} usable)", "from our shelf ({count} usable)", found.usable)
            options.insert(0, (True, words.format(count=f"{found.usable:,}")))
        chosen = self.ampoule.value() if self._said_ampoule else found is not None and found.is_ours
        self.ampoule.set_options(options)
        self.ampoule.set_value(bool(chosen) and len(options) > 1)

    def _correct(self, depot: Depot) -> None:
        self._amends_id, self._corrected = depot.administration_id, depot
        self.which.set_value(depot.request_id)
        # What left the shelf stays as it is: a mistake there is countered where movements are.
        self.ampoule.set_options([(False, _("as it was written"))])
        self.which.setEnabled(depot.dispense_id is None)
        self.when.setText(f"{depot.given_on:%d/%m/%Y}" if depot.given_on else "")
        self.where.setText(depot.where_text)
        self.when.setFocus()

    def keep_form(self) -> None:
        if not self._depots or self.form.find_faults():
            return
        told = self.when.value()
        if told is not None and told.day is None:
            self.form.complain("when", _("Write the day."))
            return
        given_on = told.earliest() if told is not None else self._office.today()
        give = partial(
            administering.give_injection, administration_id=self._administration_id,
            request_id=self._request_id(), given_on=given_on, where_text=self.where.text(),
            dispense_id=self._dispense_id if self.ampoule.value() else None, amends_id=self._amends_id,
        )  # fmt: skip
        self._office.do(give, self, then=self._kept, failed=lambda error: self.form.complain("when", error.sentence()))

    def _request_id(self) -> str:
        """What is corrected stays with the line it was given for, also when a newer one took its place."""
        chosen, corrected = str(self.which.value()), self._corrected
        same = corrected is not None and corrected.request_id == chosen
        return corrected.given_for or chosen if same and corrected else chosen

    def _kept(self, due_on: date) -> None:
        self._administration_id, self._dispense_id, self._amends_id = new_id(), new_id(), None
        self._office.notice(_("Written down. The next one is due on {day}.").format(day=say_day(due_on)))
        self.accept()


def _standing(depot: Depot, today: date, correct: Callable[[Depot], object]) -> Standing:
    due = _("due {day}").format(day=say_day(depot.due_on))
    tone = semi(f"  {due}", "danger" if depot.is_overdue(today) else "text")
    last = ""
    if depot.given_on is not None:
        last = _("last {day}, {who}").format(day=say_day(depot.given_on), who=depot.given_by)
    deeds = ((_("Correct"), partial(correct, depot)),) if depot.administration_id else ()
    return Standing((semi(depot.name), f" {depot.dose_said}", tone, quiet(f"  {last}")), deeds)


def open_injections(office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget) -> None:
    InjectionSheet(office, patient_id, screen).open()


class DueSheet(Sheet):
    """Whose injection is due or late; Enter opens the chart."""

    def __init__(self, office: Office, parent: QWidget) -> None:
        self._office = office
        self.people = self._list()
        due = office.ask(injections.due_now)
        self._names = office.ask(patients.said_names, [PatientId(depot.patient_id) for depot in due])
        title = _("Injections that are due")
        super().__init__(title, parent, Text(title, "head", "semi"), (self.people, 1), width=620)
        self.people.setMinimumHeight(min(60 + 48 * len(due), 252))
        self.people.opened.connect(self._open)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.people.show_rows(due)
        self.people.choose_at(0)
        self.people.setFocus()

    def _list(self) -> ListTable[Depot]:
        columns = [
            Column[Depot](_("Person"), lambda d: cells.two_lines(self._names.get(PatientId(d.patient_id), ""),
                                                                 under=f"{d.name} · {d.dose_said}"), stretch=True),
            Column[Depot](_("Since"), self._since, 190),
        ]  # fmt: skip
        empty = EmptyState(_("No injection is due."))
        return ListTable(columns, key=lambda d: d.request_id, empty=empty, row_height=48)

    def _since(self, depot: Depot) -> cells.Cell:
        late = (self._office.today() - depot.due_on).days
        if not late:
            return cells.chip(_("due today"), "warning")
        return cells.two_lines(say_day(depot.due_on), under=_("{count} d late").format(count=late), ink="warn")

    def _open(self, depot: Depot) -> None:
        self.accept()
        self._office.go("chart", patient_id=depot.patient_id)
