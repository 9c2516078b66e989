"""What the installer and an update run on the machine itself: does every part that the program needs work here?"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clinic_desktop.kernel.clock import SystemClock


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    trouble: str = ""
    """Empty when the check passed; else the kind of the error."""


def run_all() -> list[Result]:
    """Every check, in order; one that fails does not stop the others."""
    return [_try(name, check) for name, check in CHECKS]


def _try(name: str, check: Callable[[], object]) -> Result:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other checks must still run and this one be named
        return Result(name, type(error).__name__)
    return Result(name)


def _cipher() -> None:
    """An encrypted vault can be made, closed and opened again with its password."""
    from clinic_desktop.app.clinic import NewClinic, found_clinic, open_clinic, opener

    folder = Path(tempfile.mkdtemp(prefix="clinic-self-test-"))
    try:
        new = NewClinic(
            "Prueba", "PRU", "clinic", "America/Guatemala", None, "Prueba", "mesa lago pino tela", demo=True
        )
        clinic, _code = found_clinic(folder / "data", new, SystemClock())
        clinic.close()
        opening = opener(folder / "data", "Prueba", "mesa lago pino tela", SystemClock())
        open_clinic(folder / "data", opening, SystemClock()).close()
        if (folder / "data" / "vault.db").read_bytes()[:15] == b"SQLite format 3":
            raise AssertionError
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _paper() -> None:
    """A page can be set and shown."""
    import pypdfium2

    from clinic_desktop.printing.paper import Letterhead, Paper, Words

    data = Paper(title="Prueba", letterhead=Letterhead(name="Prueba"), blocks=(Words("ñ K’iche’ á"),)).pdf()
    if len(pypdfium2.PdfDocument(data)) != 1:
        raise AssertionError


def _words() -> None:
    """The Spanish words are there."""
    from clinic_desktop.kernel.i18n import _, language, set_language

    before = language()
    set_language("es")
    said = _("Today")
    set_language(before)
    if said == "Today":
        raise AssertionError


def _catalogs() -> None:
    from clinic_desktop.features.patients.rules.places import municipalities

    if len(municipalities("GT")) != 340:
        raise AssertionError


def _bundle() -> None:
    """What is sealed opens again."""
    from pyrage import decrypt, encrypt, x25519

    identity = x25519.Identity.generate()
    if decrypt(encrypt(b"x", [identity.to_public()]), [identity]) != b"x":
        raise AssertionError


CHECKS: tuple[tuple[str, Callable[[], object]], ...] = (
    ("encrypted vault", _cipher),
    ("paper", _paper),
    ("words", _words),
    ("catalogues", _catalogs),
    ("bundle", _bundle),
)
