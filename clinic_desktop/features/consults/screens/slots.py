"""What upper rooms hang into the chart. Filled by app/house.py; light enough to be imported early."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office


@dataclass(frozen=True, slots=True)
class ChartPanel:
    """A section beside the notes (letters and what came back). `title` is a msgid."""

    title: str
    permission: Permission
    build: Callable[[Office, PatientId], QWidget]
    wanted: Callable[[Office, PatientId], bool] | None = None
    """Whether there is anything to show; None where there always is."""


chart_panels: tuple[ChartPanel, ...] = ()
