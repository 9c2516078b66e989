"""What upper rooms hang on a person's card and page. Filled by app/house.py; light enough to be imported early."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.office import Office


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do with a person ("Arrived"). `title` is a msgid, `key` a name of the key registry."""

    title: str
    key: str
    icon: str
    permission: Permission
    run: Callable[[Office, PatientId, QWidget], None]
    primary: bool = False
    place: Literal["both", "preview", "page"] = "both"
    already: Callable[[Office, PatientId], str] | None = None
    """Why there is nothing to do now, in words that then stand on the button; "" where there is."""
    tables: frozenset[str] = frozenset()
    """What `already` is told by."""
    or_with: frozenset[Permission] = frozenset()
    """Any one of these is enough instead of `permission`."""

    def show_on(self, button: Button, office: Office, patient_id: PatientId) -> None:
        """Put the deed, or why it is not needed, on its button."""
        words = self.already(office, patient_id) if self.already else ""
        button.setText(words or _(self.title))
        button.setEnabled(not words)


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of the person's page (past visits, medicines). `title` is a msgid."""

    title: str
    permission: Permission
    build: Callable[[Office, PatientId], QWidget]
    wanted: Callable[[Office], bool] | None = None
    """Whether the clinic has it at all; None where every clinic has."""
    of_person: Callable[[Office, PatientId], bool] | None = None
    """Whether there is anything to show of this person; None where there always is."""


deeds: tuple[Deed, ...] = ()
panels: tuple[Panel, ...] = ()


def deeds_for(office: Office, place: Literal["preview", "page"]) -> list[Deed]:
    """Those this person may do, the primary one last, where its button stands."""
    mine = [deed for deed in deeds if office.may(deed.permission, *deed.or_with)]
    allowed = [deed for deed in mine if deed.place in ("both", place)]
    return sorted(allowed, key=lambda deed: deed.primary)


def panels_for(office: Office) -> list[Panel]:
    allowed = [panel for panel in panels if office.may(panel.permission)]
    return [panel for panel in allowed if panel.wanted is None or panel.wanted(office)]
