"""The room of the consultation."""

from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _home(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.home import ConsultsHome

    return ConsultsHome(office)


def _consult(
    office: Office,
    patient_id: str | None = None,
    appointment_id: str | None = None,
    encounter_id: str | None = None,
    occurred_on: str = "",
    paper_folio: str = "",
    **_arguments: Any,
) -> QWidget:
    from clinic_desktop.features.consults.screens.consult import ConsultScreen

    return ConsultScreen(
        office, patient_id=patient_id, appointment_id=appointment_id, encounter_id=encounter_id,
        occurred_on=date.fromisoformat(occurred_on) if occurred_on else None, paper_folio=paper_folio or None,
    )  # fmt: skip


def _paper_notes(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.transcribe import TranscribeScreen

    return TranscribeScreen(office)


def _chart(office: Office, patient_id: str, note_id: str | None = None, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.chart import ChartScreen

    return ChartScreen(office, patient_id=patient_id, note_id=note_id)


def _supervision(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.supervision import SupervisionScreen

    return SupervisionScreen(office)


def _short_list(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.short_list import ShortListScreen

    return ShortListScreen(office)


def _instruments(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.instruments import InstrumentsScreen

    return InstrumentsScreen(office)


def _looking_for(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.looking_for import LookingForScreen

    return LookingForScreen(office)


def _questions(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.consults.screens.question_list import QuestionListScreen

    return QuestionListScreen(office)


_READ, _WRITE = frozenset({Permission.READ_CHART}), frozenset({Permission.WRITE_NOTES})

ROOM = Room(
    "consults",
    places=(
        Place("consults", N_("Consultation"), "stethoscope", _READ, _home, order=20),
        Place("consult", N_("Consultation"), "stethoscope", _WRITE, _consult, rail=False, under="consults"),
        Place(
            "short-list",
            N_("Short list of diagnoses"),
            "list-check",
            frozenset({Permission.KEEP_CATALOGS}),
            _short_list,
            rail=False,
            under="settings",
        ),
        Place(
            "paper-notes", N_("Paper notes"), "file-text", frozenset({Permission.TRANSCRIBE}), _paper_notes, order=98
        ),
        Place(
            "instruments",
            N_("Wordings of scales"),
            "list-numbers",
            frozenset({Permission.KEEP_CATALOGS}),
            _instruments,
            rail=False,
            under="settings",
        ),
        Place(
            "danger-questions",
            N_("Questions about danger"),
            "list-check",
            frozenset({Permission.KEEP_CATALOGS}),
            _questions,
            rail=False,
            under="settings",
        ),
        Place(
            "looking-for",
            N_("Whom to look for"),
            "map-pin",
            frozenset({Permission.SEEK_PEOPLE}),
            _looking_for,
            order=25,
        ),
        Place("risks", N_("Whom to look for"), "map-pin", _READ, _looking_for, rail=False, under="consults"),
        Place("supervision", N_("Supervision"), "signature", _WRITE, _supervision, rail=False, under="consults"),
        Place("chart", N_("Chart"), "file-text", _READ, _chart, rail=False, under="consults"),
    ),
)
