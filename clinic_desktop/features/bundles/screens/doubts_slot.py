"""For app/house.py: what differs of one person between clinics, on their page. Light; the screen comes when called."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit.office import Office

DOUBTS = N_("What differs between clinics")


def panel(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.bundles.screens.doubts import DoubtsPanel

    return DoubtsPanel(office, patient_id)


def has_any(office: Office, patient_id: PatientId) -> bool:
    """Whether anything stands open that the one who sits here may see."""
    from clinic_desktop.features.bundles.queries.conflicts import AT_THE_DESK
    from clinic_desktop.features.bundles.queries.worklist import keys_of_person

    return office.may(*AT_THE_DESK) and bool(office.ask(keys_of_person, patient_id))


def open_sheet(office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.bundles.screens.doubts import DoubtsSheet

    DoubtsSheet(office, patient_id, screen).open()
