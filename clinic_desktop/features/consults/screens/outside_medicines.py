"""Medicines from elsewhere: of another service, a shop, a healer; plants too, without a raised eyebrow."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import outside as queries
from clinic_desktop.features.consults.queries.outside import OutsideMedicineRow
from clinic_desktop.features.consults.screens.beside import LinesSheet, PastField, Standing
from clinic_desktop.features.consults.service import outside as service
from clinic_desktop.features.consults.service.outside import TakenElsewhere
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import quiet, semi


class OutsideMedicinesSheet(LinesSheet):
    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._office, self._patient_id = office, patient_id
        self._medicine_id = new_id()
        self.name, self.dose, self.whom = Edit(), Edit(), Edit(placeholder=_("a shop, a hospital, a healer, a plant"))
        self.since = PastField(office.today())
        form = Form()
        stack(
            form,
            row(
                (form.add("name", _("What the person takes"), self.name), 3),
                (form.add("dose", _("How much, how often"), self.dose, optional=True), 2),
                gap=S3,
            ),
            row(
                (form.add("whom", _("From whom"), self.whom, optional=True), 3),
                (form.add("since", _("Since when"), self.since, optional=True, check=self.since.complaint), 2),
                gap=S3,
            ),
            gap=S3,
        )
        super().__init__(
            _("Medicines from elsewhere"), parent, form, empty=_("None is written. That nobody asked is possible too."),
            keep=_("Keep"), width=640,
        )  # fmt: skip
        office.follow(queries.TABLES, self, self.reload)
        self.reload()
        self.name.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(queries.outside_medicines, self._patient_id)
        self.show_lines([self._line(row_) for row_ in rows])

    def _line(self, known: OutsideMedicineRow) -> Standing:
        told = [known.dose_text, known.from_whom]
        if known.since:
            told.append(_("since {day}").format(day=known.since.said()))
        if known.ended:
            told.append(_("until {day}").format(day=known.ended.said()))
        said = (semi(known.name), quiet("  " + " · ".join(words for words in told if words)))
        if known.ended:
            return Standing(said)
        return Standing(
            said, ((_("Change"), partial(self._change, known)), (_("No longer takes it"), partial(self._end, known)))
        )

    def _change(self, known: OutsideMedicineRow) -> None:
        self._medicine_id = known.medicine_id
        since = known.since
        parts = (since.day, since.month, since.year) if since else ()
        self.form.fill(
            {
                "name": known.name, "dose": known.dose_text, "whom": known.from_whom,
                "since": "/".join(str(part) for part in parts if part is not None),
            }
        )  # fmt: skip
        self.name.setFocus()

    def _end(self, known: OutsideMedicineRow) -> None:
        told = TakenElsewhere(
            known.name, known.dose_text, known.from_whom, known.since, PartialDate.of(self._office.today())
        )
        end = partial(
            service.note_outside_medicine, medicine_id=known.medicine_id, patient_id=self._patient_id, told=told
        )
        self._office.do(end, self)

    def keep_form(self) -> None:
        if self.form.find_faults():
            return
        told = TakenElsewhere(self.name.text(), self.dose.text(), self.whom.text(), self.since.value())
        note = partial(
            service.note_outside_medicine, medicine_id=self._medicine_id, patient_id=self._patient_id, told=told
        )
        self._office.do(note, self, then=self._kept, failed=lambda e: self.form.complain("name", e.sentence()))

    def _kept(self, _none: None) -> None:
        self._medicine_id = new_id()
        self.form.clear()
        self._office.notice(_("It is kept"))
        self.name.setFocus()


def open_outside_medicines(office: Office, patient_id: PatientId, _encounter: str | None, screen: QWidget) -> None:
    OutsideMedicinesSheet(office, patient_id, screen).open()
