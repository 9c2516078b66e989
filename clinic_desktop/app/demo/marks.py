"""The mark of a demonstration folder, and the refusal to touch any other."""

from collections.abc import Mapping
from pathlib import Path

from clinic_desktop.app.demo.team import PASSWORD
from clinic_desktop.app.doors import DEMO_MARK
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.storage.files import HEADER, replace_quickly


class NotADemoFolder(Refused):
    text = N_("{folder} is not a demonstration. Choose an empty folder, outside the clinic's data.")


def mark_folder(folder: Path, people: Mapping[str, str] | None = None) -> None:
    """Say for people and for the program that nothing here is real, and who (name: role code) may sign in how."""
    titles = {role.code: _(role.title) for role in FIRST_ROLES}
    lines = [_("DEMO: the people and records in this folder are invented.")]
    if people:
        lines += ["", f"{_('Password')}: {PASSWORD}", *(f"{name}: {titles[code]}" for name, code in people.items())]
    folder.mkdir(parents=True, exist_ok=True)
    replace_quickly(folder / DEMO_MARK, ("\n".join(lines) + "\n").encode())


def is_demo(folder: Path) -> bool:
    return (folder / DEMO_MARK).exists()


def must_be_free(folder: Path) -> None:
    """A demonstration goes into a new or empty folder or over an older one, and never into anybody's data."""
    inside = any((above / HEADER).exists() for above in (folder, *folder.parents))
    others = folder.is_dir() and any(folder.iterdir()) and not is_demo(folder)
    if (inside and not is_demo(folder)) or others or any(_is_real(above) for above in folder.parents):
        raise NotADemoFolder(folder=folder)
    if folder.is_dir() and any(_is_real(below) for below in folder.iterdir() if below.is_dir()):
        raise NotADemoFolder(folder=folder)


def _is_real(folder: Path) -> bool:
    return (folder / HEADER).exists() and not is_demo(folder)
