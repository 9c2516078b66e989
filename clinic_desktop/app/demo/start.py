"""The command `demo`: build the network, then open it in a window, or live a day in it where nobody looks."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from clinic_desktop.app.arguments import data_folder
from clinic_desktop.app.cli import Answer, Desk
from clinic_desktop.app.demo.marks import is_demo, must_be_free
from clinic_desktop.app.demo.network import DAY_OF_PEOPLE, Wanted, build, remove
from clinic_desktop.app.demo.sites import CENTRAL, CLINICS, PANAJACHEL, ZONE
from clinic_desktop.app.demo.team import PASSWORD
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, language, ngettext
from clinic_desktop.storage.header import header_exists
from clinic_desktop.storage.vault_lock import VaultLock

DEMO_FOLDER = "ClinicDesktop-demo"
RESULTS = "resultado"


class NoFolder(Refused):
    text = N_("There is no folder {folder} with questionnaires.")


def start(desk: Desk) -> Answer:
    """Build (or, the same day, find) the demonstration; then the window, or the day without one."""
    folder = demo_folder(desk.wanted.data)
    questionnaires: Path | None = desk.wanted.instruments
    if questionnaires is not None and not questionnaires.is_dir():
        raise NoFolder(folder=questionnaires)
    if desk.wanted.no_window or not has_display():
        return _live_unseen(desk, folder, questionnaires)
    return _open(desk, folder, questionnaires)


def demo_folder(given: Path) -> Path:
    """A folder of its own beside the person's data, unless another was named."""
    own = data_folder()
    return own.with_name(DEMO_FOLDER) if given == own else given


def has_display() -> bool:
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return False
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(desk: Desk, folder: Path, questionnaires: Path | None) -> Answer:
    must_be_free(folder)
    if not _is_of_today(folder, desk.clock.now()):
        _tell(desk, _("Building the demonstration; it takes about a minute."))
        clear(folder)
        build(folder, desk.clock, _wanted(desk), lambda said: _tell(desk, said))
        _import(folder, questionnaires, desk)
    said = _("DEMO. Everybody's password: {password}").format(password=PASSWORD)
    _tell(desk, said)
    from clinic_desktop.app.run import open_window

    code = open_window(folder / PANAJACHEL.folder)
    return Answer({"data": str(folder), "password": PASSWORD}, [], code)


def _live_unseen(desk: Desk, folder: Path, questionnaires: Path | None) -> Answer:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from clinic_desktop.app.demo.day import live_day

    output: Path = desk.wanted.output or folder / RESULTS
    must_be_free(folder)
    clear(folder)
    clock = StillClock(working_hour(desk.clock.now()))
    _tell(desk, _("Building the demonstration; it takes about a minute."))
    network = build(folder, clock, _wanted(desk), lambda said: _tell(desk, said))
    _import(folder, questionnaires, desk)
    _tell(desk, _("Living one day in it."))
    summary = live_day(network, output, clock)
    return Answer({"output": str(output), **summary.facts()}, [*summary.sentences(), str(output)])


def _wanted(desk: Desk) -> Wanted:
    return Wanted(people=desk.wanted.patients or DAY_OF_PEOPLE, language=language())


def working_hour(now: datetime) -> datetime:
    """Ten in the morning of the same day in the clinics, whenever and wherever the command is given."""
    return now.astimezone(ZoneInfo(ZONE)).replace(hour=10, minute=0, second=0, microsecond=0)


def _is_of_today(folder: Path, now: datetime) -> bool:
    """Whether the demonstration there was built today; an older one has no people waiting any more."""
    mark = folder / CENTRAL
    if not is_demo(folder) or not header_exists(mark) or not header_exists(folder / CLINICS[-1].folder):
        return False
    there = ZoneInfo(ZONE)
    made = datetime.fromtimestamp((mark / "DEMO.txt").stat().st_mtime, there)
    return made.date() == now.astimezone(there).date() and now - made < timedelta(days=1)


def clear(folder: Path) -> None:
    """Take an older demonstration away, unless it is open somewhere."""
    if not folder.exists() or not is_demo(folder):
        return
    for inner in (CENTRAL, *(site.folder for site in CLINICS)):
        if header_exists(folder / inner):
            lock = VaultLock(folder / inner)
            lock.take()
            lock.release()
    remove(folder)


def _import(folder: Path, questionnaires: Path | None, desk: Desk) -> None:
    if questionnaires is not None:
        from clinic_desktop.app.demo.wording import import_all

        count = import_all([folder / site.folder for site in CLINICS], questionnaires, desk.clock)
        said = ngettext("{count} questionnaire was imported.", "{count} questionnaires were imported.", count)
        _tell(desk, said.format(count=count))


def _tell(desk: Desk, sentence: str) -> None:
    """Progress goes to the error stream: --json keeps one object on the other."""
    if not desk.wanted.json:
        sys.stderr.write(sentence + "\n")
