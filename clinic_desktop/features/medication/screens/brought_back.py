"""What a person brings back of what they were given."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries.handed import HandedOut
from clinic_desktop.features.medication.rules.shelf import read_units, say_units
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class BroughtBackSheet(Sheet):
    """It goes back to the lot it came from. Unless somebody says that it may be given again it leaves at once, lost."""

    def __init__(
        self, office: Office, given: Sequence[HandedOut], screen: QWidget, noted: Callable[[], object]
    ) -> None:
        self._office, self._noted, self._return_id = office, noted, new_id()
        self.which = Select([(one.dispense_id, _said(one)) for one in given])
        self.units, self.reason = Edit(), Edit(placeholder=_("for example: the dose was changed"))
        self.fit = Check(_("Closed and dry: it goes back to the shelf"))
        self.form = Form()
        stack(
            self.form,
            self.form.add("which", _("Handed out"), self.which),
            self.form.add("units", _("Units"), self.units, check=_check_units),
            self.form.add("reason", _("Reason"), self.reason),
            gap=S3,
        )
        title = _("What was brought back")
        otherwise = _("Without this mark it is written off at once. What was called back or expired stays set apart.")
        told = Text(otherwise, color="quiet", wrap=True)
        super().__init__(title, screen, Text(title, "head", "semi"), self.form, self.fit, told, width=640)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.note = self.add_deed(Button(_("Write it down"), "save", "primary"), self._note)
        self.units.setFocus()

    def _note(self) -> None:
        if self.form.find_faults():
            return
        use_case = partial(
            correcting.take_back,
            return_id=self._return_id,
            dispense_id=self.which.value(),
            units=read_units(self.units.text()),
            reason=self.reason.text(),
            fit=self.fit.isChecked(),
        )
        self._office.do(use_case, self, then=lambda _none: self._done(), failed=self._failed)

    def _done(self) -> None:
        if not self.result():
            self.accept()
            self._noted()

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("units" if self.reason.text().strip() else "reason", error.sentence())


def _said(one: HandedOut) -> str:
    return " · ".join((say_day(one.given_on), say_units(one.units, one.unit), one.said))


def _check_units(typed: str) -> str | None:
    try:
        read_units(typed)
    except Refused as refused:
        return refused.sentence()
    return None
