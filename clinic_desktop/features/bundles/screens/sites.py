"""A clinic closes: on which day, and who goes on with its people."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import clinics
from clinic_desktop.features.bundles.queries.clinics import ClinicState
from clinic_desktop.features.bundles.screens.days import read_day
from clinic_desktop.features.bundles.service import sites, succession
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.theme import S3


class CloseSheet(Sheet):
    def __init__(self, office: Office, clinic: ClinicState, parent: QWidget | None) -> None:
        super().__init__(_("{site} closes").format(site=clinic.site_name), parent, width=520)
        self._office, self._clinic = office, clinic
        self.form = Form()
        self.day = Edit(f"{office.today():%d/%m/%Y}")
        others = self._others() if office.may(Permission.SHARE_RECORDS) else []
        self.goes_on = Select([(None, _("nobody, the records stay as they are")), *others])
        stack(
            self.form,
            self.form.add("day", _("Its last day"), self.day, check=self._complain_of_day),
            self.form.add("goes_on", _("Who goes on with its people"), self.goes_on),
            gap=S3,
        )
        words = _("Let it copy a last time before. Its computers are cut off; what is still on its way is taken in.")
        self.body.addWidget(Callout(words))
        self.body.addWidget(self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.close_it = self.add_deed(Button(_("Close the clinic"), "save", "primary"), self._close)
        self.day.setFocus()

    def _others(self) -> list[tuple[str, str]]:
        found = self._office.ask(clinics.clinics)
        open_ones = [c for c in found if c.closed_on is None and c.site_id != self._clinic.site_id]
        return [(c.site_id, c.site_name) for c in sorted(open_ones, key=lambda c: c.site_name)]

    def _complain_of_day(self, typed: str) -> str | None:
        return None if read_day(typed, self._office.today()) else _("Write a day, like 23/11/2026.")

    def _close(self) -> None:
        day = read_day(self.day.text(), self._office.today())
        if self.form.find_faults() or day is None:
            return
        successor_id = self.goes_on.value()
        deed = partial(sites.close_site, site_id=self._clinic.site_id, closed_on=day, successor_id=successor_id)
        self._office.do(deed, self, then=lambda _none: self._closed(successor_id))

    def _closed(self, successor_id: str | None) -> None:
        self._office.notice(_("{site} is closed.").format(site=self._clinic.site_name))
        if successor_id is not None:
            self._office.run_long(succession.send_people, None)
        self.accept()
