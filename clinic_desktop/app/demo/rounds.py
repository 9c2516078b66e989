"""The coordinator looks round: team, settings, backup, help, the covered window; and English for a moment."""

from pathlib import Path

from clinic_desktop.app.demo.hands import Hands
from clinic_desktop.features.backups import service as backups
from clinic_desktop.kernel.i18n import language
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage.backup import list_backups
from clinic_desktop.uikit.office import Office

PLACES = ("team", "settings", "backups", "stick", "persons", "medicines", "supply", "help")
NAMES = {
    "team": "equipo",
    "settings": "ajustes",
    "backups": "respaldos",
    "stick": "memoria",
    "persons": "personas-coordinacion",
    "medicines": "medicamentos-coordinacion",
    "supply": "abastecimiento-coordinacion",
    "help": "ayuda",
}


def looks_round(hands: Hands, name: str) -> None:
    """Every place of the coordinator, a verified backup, the cover and the lock."""
    hands.sign_in(name)
    made = _back_up(hands.office)
    hands.summary.check("el respaldo se comprobó", [b for b in list_backups(made) if b.sound])
    for place in PLACES:
        hands.office.go(place)
        hands.picture(NAMES[place])
        hands.narrow_picture(NAMES[place])
    hands.press("Ctrl+K")
    home = hands.program.home
    hands.summary.check("Ctrl+K cubre la pantalla", home is not None and home.page.is_covered())
    hands.picture("cubierta")
    hands.leave()
    hands.summary.check("al bloquear se vuelve a la entrada", hands.program.home is None)
    hands.summary.check("todo estuvo en español", language() == "es")


def _back_up(office: Office) -> Path:
    made: list[Path] = []
    office.run_long(backups.back_up, None, then=lambda one: made.append(one.path))
    return made[0].parent


def check_whole(hands: Hands, name: str) -> None:
    """Every page, the ledger from its first line, each row against its newest line."""
    from clinic_desktop.app.demo.network import sign_in

    clinic = sign_in(hands.folder, name, hands.clock)
    try:
        findings = finish(backups.check_vault(clinic.vault, clinic.actor))
    finally:
        clinic.close()
    hands.summary.check("la revisión completa no encuentra nada", findings == ())
