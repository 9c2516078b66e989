"""One's own note from paper, typed later: of which day it is, and on which sheet it stands."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.rules.paper_day import read_past_day
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class PaperNoteSheet(Sheet):
    """Opens the consultation of that day; both days are kept, and shown wherever the note is read."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._office, self._patient_id, self._today = office, patient_id, office.today()
        self.day, self.folio = Edit(placeholder=_("20/11, yesterday")), Edit()
        self.form = Form()
        self._day_field = self.form.add("day", _("Day of the paper"), self.day, check=self._complain)
        folio = self.form.add("folio", _("Number of the sheet"), self.folio, optional=True)
        stack(self.form, row((self._day_field, 1), (folio, 1), gap=S3))
        hint = Text(_("The day on the paper and today are both kept."), "small", color="quiet")
        super().__init__(_("A note from paper"), parent, self.form, hint, width=480)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Type it"), key="save", kind="primary", icon="edit"), self._open)
        self.day.textEdited.connect(self._say_back)
        self.day.setFocus()

    def _say_back(self, typed: str) -> None:
        day = read_past_day(typed, self._today)
        self._day_field.say(f"{say_weekday(day)} {say_day(day)}" if day else "")

    def _complain(self, typed: object) -> str | None:
        day = read_past_day(str(typed or ""), self._today)
        if day is None:
            return _("Write the day of the paper like 20/11 or 20/11/26.")
        return _("This day has not come yet.") if day > self._today else None

    def _open(self) -> None:
        day = read_past_day(self.day.text(), self._today)
        if self.form.find_faults() or day is None:
            return
        self.accept()
        self._office.go(
            "consult", patient_id=self._patient_id, occurred_on=day.isoformat(), paper_folio=self.folio.text().strip()
        )
