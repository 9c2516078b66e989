"""The files of an import, read and written beside the windows: a large sheet takes seconds to open."""

from collections.abc import Generator
from pathlib import Path

from clinic_desktop.features.patients.rules.intake import Judgement, Sheet
from clinic_desktop.features.patients.service.intake import faulty_csv
from clinic_desktop.features.patients.service.sheets import open_sheet
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import write_durably
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor


def open_in_steps(_vault: Vault, actor: Actor, *, path: Path) -> Generator[Progress, None, Sheet]:
    """Read the sheet; nothing of it is kept."""
    _must_be_allowed(actor)
    yield Progress(0, 0, _("Opening “{name}”").format(name=path.name))
    return open_sheet(path)


def save_faulty_in_steps(
    _vault: Vault, actor: Actor, *, path: Path, sheet: Sheet, judgement: Judgement
) -> Generator[Progress, None, Path]:
    """Write the lines with a fault and why, to mend them in a spreadsheet program."""
    _must_be_allowed(actor)
    path = path if path.suffix else path.with_suffix(".csv")
    yield Progress(0, 0, _("Writing “{name}”").format(name=path.name))
    write_durably(path, faulty_csv(sheet, judgement))
    return path


def _must_be_allowed(actor: Actor) -> None:
    if not actor.may(Permission.IMPORT_PATIENTS):
        raise NotAllowed()
