"""Erasing what was written of a person: a link on the person's page at the central, and a sheet that says it all."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import erasing as queries
from clinic_desktop.features.bundles.queries.erasing import ErasurePlan
from clinic_desktop.features.bundles.screens.days import read_day
from clinic_desktop.features.bundles.service import erasing as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import column, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.theme import S2, S3, is_compact
from clinic_desktop.uikit.words import Text

_HIGH, _LOW = 430, 260


class ErasingPanel(QWidget):
    """Seldom needed and weighing much: a link, at the end of the page."""

    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._patient_id = office, patient_id
        words = _("Where the law or the person asks for it, everything that was written can be erased, everywhere.")
        self.erase = Link(_("Erase what was written of this person…"), small=True)
        self.erase.clicked.connect(self._ask)
        stack(self, Text(words, "small", color="quiet", wrap=True), row(self.erase, None), gap=S2)

    def _ask(self) -> None:
        EraseSheet(self._office, self._patient_id, self).open()


class EraseSheet(Sheet):
    """What goes, what stays, what nobody can reach; and who asked, who decides, who agrees."""

    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None) -> None:
        super().__init__(_("Erase what was written of this person"), parent, width=560)
        self._office, self._patient_id, self._erasure_id = office, patient_id, new_id()
        plan = office.ask(partial(queries.before_erasing, patient_id=patient_id))
        self.form = Form()
        self.reason, self.asked_by, self.second, self.number = Edit(), Edit(), Edit(), Edit()
        self.asked_on = Edit(f"{office.today():%d/%m/%Y}")
        self.asked_by.setPlaceholderText(_("the person, who answers for them, a court"))
        typed = _("Number of the record ({number})").format(number=plan.number)
        stack(
            self.form,
            self.form.add("reason", _("Why"), self.reason, check=_complain_if_empty),
            self.form.add("asked_by", _("Who asked for it, without a name"), self.asked_by, check=_complain_if_empty),
            self.form.add("asked_on", _("On which day"), self.asked_on, check=self._complain_of_day),
            self.form.add("second", _("Second person who agrees"), self.second, check=_complain_if_empty),
            self.form.add("number", typed, self.number, check=_complain_if_empty),
            gap=S3,
        )
        inside = QWidget()
        inside.setLayout(column(*_told(plan), self.form, None, gap=S3))
        area = scrolled(inside)
        area.setFixedHeight(_LOW if parent is None or is_compact(parent.window().width()) else _HIGH)
        self.body.addWidget(area)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.erase = self.add_deed(Button(_("Erase everywhere"), "save", "primary", "eraser"), self._erase)
        self.reason.setFocus()

    def _complain_of_day(self, typed: str) -> str | None:
        return None if read_day(typed, self._office.today()) else _("Write a day, like 23/11/2026.")

    def _erase(self) -> None:
        day = read_day(self.asked_on.text(), self._office.today())
        if self.form.find_faults() or day is None:
            return
        deed = partial(
            service.erase_person,
            erasure_id=self._erasure_id,
            patient_id=self._patient_id,
            reason=self.reason.text(),
            asked_by=self.asked_by.text(),
            asked_on=day,
            second_name=self.second.text(),
            typed_number=self.number.text(),
        )
        self._office.do(deed, self, then=lambda _rows: self._erased())

    def _erased(self) -> None:
        office = self._office
        office.notice(_("Erased here. The next sticks carry it to the clinics."))
        self.accept()
        office.go("persons")
        # The window is free meanwhile; what is still in free places of the file is overwritten.
        office.run_long(service.clean, None)


def _told(plan: ErasurePlan) -> list[QWidget]:
    goes = _("Name, notes, medicines and letters go, here and with the next sticks in every clinic that has it.")
    stays = _("that there was somebody, the days of the visits and what left the shelf, so that counts still add up.")
    told: list[QWidget] = [
        Callout(f"{_('This cannot be undone')}. {goes}", "danger", "eraser"),
        Callout(f"{_('What stays, without a name')}: {stays}"),
        Callout(f"{_('What this does not reach')}: {_said_out_of_reach(plan)}", "warning", "alert-triangle"),
    ]
    if plan.backups:
        days = ", ".join(f"{name} {say_day(day)}" for name, day in plan.backups)
        told.append(Text(_("Last backups known: {days}").format(days=days), "small", color="quiet", wrap=True))
    if plan.joined:
        words = ngettext(
            "{count} record is joined with this one as the same person's. It is erased only by itself.",
            "{count} records are joined with this one as the same person's. Each is erased only by itself.",
            plan.joined,
        )
        told.append(Callout(words.format(count=plan.joined), "warning", "link"))
    return told


def _said_out_of_reach(plan: ErasurePlan) -> str:
    sticks = ngettext(
        "{count} bundle of ours that may still lie on a stick", "{count} bundles of ours that may still lie on sticks",
        plan.sticks,
    ).format(count=plan.sticks)  # fmt: skip
    clinics = ngettext("{count} clinic", "{count} clinics", plan.clinics).format(count=plan.clinics)
    return _(
        "backups made before, here and at {clinics}; {sticks}; papers. Make new backups and destroy the old ones."
    ).format(clinics=clinics, sticks=sticks)


def _complain_if_empty(typed: str) -> str | None:
    return None if typed.strip() else _("Write it, please.")
