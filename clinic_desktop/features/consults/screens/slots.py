"""What hangs into the chart and follows a signature. Filled by app/house.py; light enough to be imported early."""

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
    first: Callable[[Office, PatientId], bool] | None = None
    """Whether it stands before all else now; None where it never does."""


chart_panels: tuple[ChartPanel, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartDeed:
    """Something done beside the note: a result, an event, a paper from elsewhere. `title` is a msgid."""

    title: str
    icon: str
    permissions: frozenset[Permission]
    """Any of these is enough."""
    act: Callable[[Office, PatientId, str | None, QWidget], object]
    """Office, person, the open consultation if there is one, and the screen that a sheet opens over."""


chart_deeds: tuple[ChartDeed, ...] = ()
"""In the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """A paper that a person may take home from this consultation. `title` is a msgid.

    Before the first one is shown, the queue asks whether papers can be carried home without danger, where somebody at
    home must not learn of the clinic or where nothing is known of that.
    """

    title: str
    wanted: Callable[[Office, str], bool]
    """Office and the signed note: whether there is such a paper to print."""
    open: Callable[[Office, str, QWidget], object]
    """Shows it, ready to print."""
    always_ask: bool = False
    """Whoever reads it learns what is nobody else's: asked also where nobody at home must be feared."""


signed_papers: tuple[SignedPaper, ...] = ()
"""In the order in which they are printed."""
