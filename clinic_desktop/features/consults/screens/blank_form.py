"""The blank form, shown before it is printed."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.letters.blank_form import blank_form
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.office import Office


def open_blank_form(office: Office, instrument_id: str, screen: QWidget) -> None:
    """Nothing is written down: no person is on it."""
    from clinic_desktop.printing.preview import Preview

    try:
        pdf = office.ask(blank_form, instrument_id)
    except ClinicError as error:
        office.voice.say(error, screen)
        return
    Preview(
        pdf, _("Blank form"), parent=screen, record=lambda _leaving, proceed: proceed(), suggested="formulario.pdf"
    ).open()
