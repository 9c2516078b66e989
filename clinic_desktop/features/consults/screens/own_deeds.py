"""What this room itself offers beside the note, in the order of the menu. Light: a sheet is imported when it opens."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.screens.slots import ChartDeed
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office

_WRITERS = frozenset({Permission.WRITE_NOTES})


def _events(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.events import open_events

    open_events(office, patient_id, encounter_id, screen)


def _medicines(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.outside_medicines import open_outside_medicines

    open_outside_medicines(office, patient_id, encounter_id, screen)


def _papers(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.outside_papers import open_papers

    open_papers(office, patient_id, encounter_id, screen)


def _followers(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.shared_care import open_shared_care

    open_shared_care(office, patient_id, encounter_id, screen)


def _episode(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.episode import open_episode

    open_episode(office, patient_id, encounter_id, screen)


def _paper_note(office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.paper_note import PaperNoteSheet

    PaperNoteSheet(office, patient_id, screen).open()


def _scale(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.answers import give_scale
    from clinic_desktop.features.consults.screens.consult import ConsultScreen

    if encounter_id is not None and isinstance(screen, ConsultScreen):
        # There it is signed with the note.
        screen.scale.pick()
    else:
        give_scale(office, patient_id, screen)


def _results(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.results import ask_result

    ask_result(office, patient_id, encounter_id, screen)


def _reproduction(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.reproduction import ask_reproduction

    ask_reproduction(office, patient_id, encounter_id, screen)


def _reactions(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.reactions import ask_reaction

    ask_reaction(office, patient_id, encounter_id, screen)


def _allergies(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.allergies import ask_allergies

    ask_allergies(office, patient_id, encounter_id, screen)


def _plan(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.safety_plan import open_plan

    open_plan(office, patient_id, encounter_id, screen)


def _violence(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.violence import ask_violence

    ask_violence(office, patient_id, encounter_id, screen)


def _injections(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.injection import open_injections

    open_injections(office, patient_id, encounter_id, screen)


def _prescription(office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.prescription_paper import ask_paper

    ask_paper(office, patient_id, screen)


OWN: tuple[ChartDeed, ...] = (
    ChartDeed(N_("Events"), "calendar-event", _WRITERS, _events),
    ChartDeed(N_("Medicines from elsewhere"), "pill", _WRITERS, _medicines),
    ChartDeed(N_("Injections"), "pill", frozenset({Permission.TAKE_VITALS, Permission.PRESCRIBE}), _injections),
    ChartDeed(N_("Print the prescription"), "printer", frozenset({Permission.PRESCRIBE}), _prescription),
    ChartDeed(N_("Papers from elsewhere"), "file-text", _WRITERS, _papers),
    ChartDeed(N_("Who follows the person"), "users", _WRITERS, _followers),
    ChartDeed(N_("A note from paper"), "note", _WRITERS, _paper_note),
    ChartDeed(N_("Scale"), "clipboard-list", _WRITERS, _scale),
    ChartDeed(N_("Results"), "list-check", _WRITERS | {Permission.TAKE_VITALS}, _results),
    ChartDeed(
        N_("Pregnancy, lactation, contraception"), "heartbeat", _WRITERS | {Permission.TAKE_VITALS}, _reproduction
    ),
    ChartDeed(N_("Adverse reactions"), "alert-triangle", _WRITERS, _reactions),
    ChartDeed(N_("Allergies"), "alert-circle", _WRITERS, _allergies),
    ChartDeed(N_("Safety plan"), "clipboard-check", _WRITERS, _plan),
    ChartDeed(N_("Violence at home"), "home", _WRITERS, _violence),
    ChartDeed(N_("End of care, or coming back"), "logout", _WRITERS, _episode),
)
