"""Depots: which are due, and who gave the last one. For nurses and prescribers."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.screens.beside import LinesSheet, PastField, Standing
from clinic_desktop.features.medication.queries import injections
from clinic_desktop.features.medication.queries.injections import Depot
from clinic_desktop.features.medication.service import administering
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi


class InjectionSheet(LinesSheet):
    """What is due above; below, the injection that was given. Enter twice writes it once."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._office, self._patient_id = office, patient_id
        self._administration_id = new_id()
        self._amends_id: str | None = None
        self._depots = office.ask(injections.depots, patient_id)
        self.which = Select([(depot.request_id, f"{depot.name} {depot.product}") for depot in self._depots])
        self.when, self.where = PastField(office.today(), _("today")), Edit(placeholder=_("left arm, right buttock"))
        form = Form()
        stack(
            form,
            form.add("which", _("Medicine"), self.which),
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
        office.follow(injections.TABLES, self, self.reload)
        self.reload()
        (self.where if self._depots else self).setFocus()

    def reload(self) -> None:
        self._depots = self._office.ask(injections.depots, self._patient_id)
        self.show_lines([_standing(depot, self._office.today(), self._correct) for depot in self._depots])

    def _correct(self, depot: Depot) -> None:
        self._amends_id = depot.administration_id
        self.which.set_value(depot.request_id)
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
            request_id=str(self.which.value()), given_on=given_on, where_text=self.where.text(),
            amends_id=self._amends_id,
        )  # fmt: skip
        self._office.do(give, self, then=self._kept, failed=lambda error: self.form.complain("when", error.sentence()))

    def _kept(self, due_on: date) -> None:
        self._administration_id, self._amends_id = new_id(), None
        self._office.notice(_("Written down. The next one is due on {day}.").format(day=say_day(due_on)))
        self.accept()


def _standing(depot: Depot, today: date, correct: Callable[[Depot], object]) -> Standing:
    due = _("due {day}").format(day=say_day(depot.due_on))
    tone = semi(f"  {due}", "danger" if depot.is_overdue(today) else "text")
    last = ""
    if depot.given_on is not None:
        last = _("last {day}, {who}").format(day=say_day(depot.given_on), who=depot.given_by)
    deeds = ((_("Correct"), partial(correct, depot)),) if depot.administration_id else ()
    return Standing((semi(depot.name), tone, quiet(f"  {last}")), deeds)


def open_injections(office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget) -> None:
    InjectionSheet(office, patient_id, screen).open()


class OverdueSheet(Sheet):
    """Whose injection is late; a name opens the chart."""

    def __init__(self, office: Office, parent: QWidget) -> None:
        self._office = office
        late = office.ask(injections.overdue)
        names = office.ask(patients.said_names, [PatientId(depot.patient_id) for depot in late])
        host = QWidget()
        lines = stack(host, gap=S2)
        self.links: list[Link] = []
        for depot in late:
            link = Link(names.get(PatientId(depot.patient_id), ""), small=True)
            link.clicked.connect(partial(self._open, depot.patient_id))
            days = (office.today() - depot.due_on) // timedelta(days=1)
            said = Phrase(quiet(_("{medicine}, due {day}").format(medicine=depot.name, day=say_day(depot.due_on))),
                          semi("  " + _("{count} d late").format(count=days), "danger"))  # fmt: skip
            lines.addLayout(row(link, (said, 1), gap=S3))
            self.links.append(link)
        if not late:
            lines.addWidget(Text(_("No injection is late."), color="quiet"))
        lines.addStretch(1)
        area = scrolled(host)
        area.setMinimumHeight(min(40 + 30 * len(late), 240))
        super().__init__(_("Late injections"), parent, Text(_("Late injections"), "head", "semi"), (area, 1), width=600)
        self.add_deed(Button(_("Go back"), "back", "quiet"))

    def _open(self, patient_id: str) -> None:
        self.accept()
        self._office.go("chart", patient_id=patient_id)
