"""The room of people."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _persons(
    office: Office,
    *,
    patient_id: str = "",
    new: bool = False,
    words: str = "",
    correct: bool = False,
    consent: bool = False,
    back_to: tuple[str, dict[str, Any]] | None = None,
    linking: bool = False,
    other_id: str = "",
    ask: str = "",
    **_arguments: Any,
) -> QWidget:
    """The list; with a person the page, its form or its consent; with `new` the empty form with the typed words.

    `ask` is the field that a form begins with.
    """
    if new or correct:
        from clinic_desktop.features.patients.screens.registration import RegistrationScreen

        whose = PatientId(patient_id) if correct else None
        return RegistrationScreen(office, words=words, patient_id=whose, back_to=back_to, ask=ask)
    if patient_id and consent:
        from clinic_desktop.features.patients.screens.consent import ConsentScreen

        return ConsentScreen(office, PatientId(patient_id))
    if patient_id and linking:
        from clinic_desktop.features.patients.screens.linking import LinkingScreen

        return LinkingScreen(office, PatientId(patient_id), PatientId(other_id) if other_id else None)
    if patient_id:
        from clinic_desktop.features.patients.screens.person_page import PersonPage

        return PersonPage(office, PatientId(patient_id))
    from clinic_desktop.features.patients.screens.persons import PersonsScreen

    return PersonsScreen(office)


def _communities(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.patients.screens.communities import CommunitiesScreen

    return CommunitiesScreen(office)


def _intake(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.patients.screens.intake import IntakeScreen

    return IntakeScreen(office)


_LOOKERS = frozenset({Permission.SEE_PATIENTS})
_COMMUNITIES = Place("communities", N_("Communities"), "map-pin", _LOOKERS, _communities, rail=False, under="persons")
_INTAKE = Place(
    "import-people",
    N_("People from a sheet"),
    "upload",
    frozenset({Permission.IMPORT_PATIENTS}),
    _intake,
    rail=False,
    under="persons",
)

ROOM = Room(
    "patients",
    places=(Place("persons", N_("People"), "users", _LOOKERS, _persons, order=30), _COMMUNITIES, _INTAKE),
)
