"""The marks of a person's rights, on the person's page and at the side of the chart; Alt+H opens all of it."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from clinic_desktop.features.rights.queries import strip
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import clear, column, row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class RightsPanel(QWidget):
    def __init__(self, office: Office, patient_id: PatientId) -> None:
        super().__init__()
        self._office, self._patient_id = office, patient_id
        self._lines = column(gap=S2)
        self.open = Button(_("Rights"), "rights", icon="clipboard-check")
        self.open.clicked.connect(lambda: office.go("person-rights", patient_id=patient_id))
        stack(self, self._lines, row(self.open, None), gap=S3)
        office.follow(strip.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        clear(self._lines)
        for mark in self._office.ask(strip.marks, self._patient_id):
            self._lines.addLayout(mark_row(mark))


def mark_row(mark: strip.RightsMark) -> QHBoxLayout:
    if mark.is_urgent:
        return row(Icon("alert-triangle", "warning"), (Text(mark.text, weight="semi", wrap=True), 1), gap=S2)
    icon = Icon("circle-check", "well") if mark.is_good else Icon("circle-dashed", "quiet")
    return row(icon, (Text(mark.text, color="text" if mark.is_good else "quiet", wrap=True), 1), gap=S2)
