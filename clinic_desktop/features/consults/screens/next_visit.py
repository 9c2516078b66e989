"""When the person comes again: `6s` for six weeks, or a day."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, Signal

from clinic_desktop.features.agenda.queries import days as agenda_days
from clinic_desktop.features.consults.screens.parts import Here, kept_text
from clinic_desktop.features.consults.screens.prescription import StepField
from clinic_desktop.features.consults.service.signing import NextVisit, Written
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Text


class NextVisitPart(QObject):
    """`field` is typed in, `said` says the day back; the screen places both."""

    edited = Signal()

    def __init__(self, office: Office, parent: QObject) -> None:
        super().__init__(parent)
        self._office = office
        self._patient_id: str | None = None
        # Drawn once and kept, so that signing twice, also after a crash, books once.
        self._appointment_id = new_id()
        self.field = StepField(placeholder="6s")
        self.field.setFixedWidth(74)
        self.field.setAccessibleName(_("Next visit"))
        self.said = Text("", "small", color="accent")
        self.field.textChanged.connect(self._typed)

    def _typed(self) -> None:
        self.day()
        self.edited.emit()

    def day(self) -> date | None:
        """What is meant by what is typed, said back beside the field."""
        typed = self.field.text()
        found = self._office.ask(
            agenda_days.meant_day, typed, self._office.actor.staff_id, patient_id=self._patient_id or ""
        )
        self.field.set_wrong(bool(typed.strip()) and found is None)
        self.said.setText(say_day(found) if found else "")
        return found

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self._appointment_id = kept_text(draft, "next_appointment_id", self._appointment_id)
        self.field.setText(kept_text(draft, "next_visit"))

    def kept(self) -> Mapping[str, Any]:
        return {"next_appointment_id": self._appointment_id, "next_visit": self.field.text().strip()}

    def show_here(self, here: Here) -> None:
        self._patient_id = here.encounter.patient_id

    def written(self, so_far: Written) -> Written:
        day = self.day()
        return replace(so_far, next_visit=NextVisit(self._appointment_id, day) if day else None)

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        misread = bool(self.field.text().strip()) and so_far.next_visit is None
        return self.field.setFocus if misread else None
