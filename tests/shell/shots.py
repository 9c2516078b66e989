"""Pictures of the windows around the rooms, in Spanish: `python tests/shell/shots.py FOLDER`, at QT_SCALE_FACTOR."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QApplication, QLabel, QWidget

from clinic_desktop.kernel.i18n import N_, set_language
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.shell.cover import ChoosePin
from clinic_desktop.shell.crash import CrashDialog
from clinic_desktop.shell.first_run import FirstRun
from clinic_desktop.shell.frame import Frame
from clinic_desktop.shell.help import help_place
from clinic_desktop.shell.key_strip import strip_pdf
from clinic_desktop.shell.new_clinic import NewClinicWizard
from clinic_desktop.shell.sign_in import SignIn
from clinic_desktop.shell.slots import Search, Slots, Status, StatusItem
from clinic_desktop.shell.slowly import run_at_once
from clinic_desktop.storage.cover_pin import CoverPin
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place
from tests.shell.doors_of_test import PlainDoors
from tests.uikit.gallery import left_column


class Ana:
    staff_id, name, permissions = "a", "Ana", frozenset(Permission)


class Reading:
    now, today = datetime(2026, 11, 23, 16, 42, tzinfo=UTC), date(2026, 11, 23)


class StillVault:
    """Knows what day it is."""

    def do(self, use_case: Callable[[Any], Any], actor: Any) -> Any:
        return use_case(Reading())

    def ask(self, query: Callable[[Any], Any], actor: Any) -> Any:
        return query(Reading())

    def follow(self, callback: Callable[[frozenset[str]], None]) -> None:
        """Nothing ever changes."""


PLACES = [
    Place("today", N_("Hoy"), "home", frozenset(), lambda office: left_column(), order=1),
    Place("dates", N_("Citas"), "calendar-event", frozenset(), lambda office: QLabel("Citas"), order=2),
    Place("people", N_("Personas"), "users", frozenset(), lambda office: QLabel("Personas"), order=3),
    Place("papers", N_("Papeles"), "printer", frozenset(), lambda office: QLabel("Papeles"), order=4),
    Place("stick", N_("Memoria"), "device-usb", frozenset(), lambda office: QLabel("Memoria"), order=5),
    help_place(Path("/nowhere"), "0.1.0"),
]
STATUS = Status(
    lambda office: (
        StatusItem("Memoria USB: hace 1 día", "device-usb", place="stick"),
        StatusItem("14 visitas por llevar", "file-text"),
        StatusItem("Respaldo ayer 16:40, comprobado", "circle-check", "well"),
    )
)
SLOTS = Slots(Search("Buscar: nombre, año, comunidad o expediente", lambda office: QLabel("Resultados")), (STATUS,))


def frame() -> Frame:
    made = Frame(Office(StillVault(), Ana(), immediate=True), PLACES, SLOTS, role_words="Recepción", title="Clínica")
    made.set_pin(CoverPin("2580"))
    return made


class Pictures:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        scale = float(os.environ.get("QT_SCALE_FACTOR", "1"))
        self.size = (round(1366 / scale), round((768 - 71 * scale) / scale) if scale > 1 else 697)
        self.mark = "" if scale == 1 else f"_{round(scale * 100)}"

    def take(self, name: str, widget: QWidget, resize: bool = True) -> QWidget:
        if resize:
            widget.resize(*self.size)
        widget.show()
        for _round in range(3):
            QApplication.processEvents()
        widget.grab().save(str(self.folder / f"{name}{self.mark}.png"))
        return widget


def wizard(pictures: Pictures) -> None:
    first = FirstRun(PlainDoors(), run=run_at_once)
    pictures.take("first_run", first)
    first.take("new")
    made = first.findChildren(NewClinicWizard)[0]
    made.name.setText("Clínica San Juan")
    made.code.setText("SJU")
    made.place.set_value("1413", "Nebaj, Quiché")
    pictures.take("first_run_clinic", first)
    made.step_on()
    made.first.setText("Juana Brito")
    made.new.propose()
    pictures.take("first_run_person", first)
    made.step_on()
    pictures.take("first_run_code", first)
    first.go_back()
    first.take("replace")
    pictures.take("first_run_replace", first)


def main() -> None:
    pictures = Pictures(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    app = QApplication(sys.argv[:1])
    set_language("es")
    theme.start(app)
    theme.wear(app, theme.DARK if "--dark" in sys.argv else theme.LIGHT)
    sign_in = SignIn(PlainDoors(), run=run_at_once)
    pictures.take("sign_in", sign_in)
    sign_in.caps.show()
    sign_in.password.setText("no es esta")
    sign_in.enter.click()
    pictures.take("sign_in_wrong", sign_in)
    sign_in.cannot.click()
    pictures.take("sign_in_recover", sign_in)
    wizard(pictures)
    made = frame()
    pictures.take("frame", made)
    made._office.notice("Llegó TZOC PÉREZ, María Ixchel: turno 8.", lambda: None)
    pictures.take("frame_notice", made)
    made.go("help", {})
    pictures.take("help", made)
    made.page().tabs.set_at(1)  # type: ignore[union-attr]
    pictures.take("diagnosis", made)
    made.cover()
    pictures.take("cover", made)
    try:
        _rows = {}["x"]
    except KeyError as error:
        pictures.take("crash", CrashDialog(error, None), resize=False)
    pictures.take("pin", ChoosePin(None), resize=False)
    (pictures.folder / "keys.pdf").write_bytes(strip_pdf())


if __name__ == "__main__":
    main()
