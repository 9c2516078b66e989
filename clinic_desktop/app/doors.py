"""What the first windows ask, answered: who may be named, the ways in, a new clinic, a restored one.

Light until something is really opened: SQLAlchemy is imported by the slow verbs only, on their own thread.
"""

import contextlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from clinic_desktop.kernel.clock import Clock, unix_ms
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.version import __version__
from clinic_desktop.shell.doors import Entered, Invited, Known, Municipality, NewClinicAnswers, Threshold
from clinic_desktop.storage import keys
from clinic_desktop.storage.files import DATABASE, HEAD, HEADER, RESTORED, TRIES, replace_quickly
from clinic_desktop.storage.header import header_exists, read_header
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.vault_lock import VaultLock
from clinic_desktop.storage.words import check_password

REMEMBERED = "window.json"
DEMO_MARK = "DEMO.txt"
_ZONES = {"GT": "America/Guatemala", "MX": "America/Mexico_City"}


class FolderDoors:
    """The doors of one data folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._throttle = Throttle(folder, clock)

    def is_new(self) -> bool:
        return not header_exists(self.folder)

    def threshold(self) -> Threshold:
        header = read_header(self.folder)
        known = remembered(self.folder)
        demo_words, posts = _demo_words(self.folder)
        today = self._clock.now().astimezone().date()  # the computer's zone: the clinic's is inside the vault
        return Threshold(
            site_name=header.site_name,
            people=tuple(Known(p.slot_id, p.display_name, posts.get(p.display_name, "")) for p in header.people)
            if header.names_shown
            else (),
            names_shown=header.names_shown,
            last_slot_id=known.get("slot", ""),
            last_backup_at=header.last_backup_at,
            today_said=f"{say_weekday(today)} {say_day(today)}",
            version=__version__,
            demo=(self.folder / DEMO_MARK).exists(),
            demo_words=demo_words,
        )

    def open(self, slot_id: str, password: str) -> Entered:
        entered = self._enter(lambda: keys.open_with_password(self.folder, slot_id, password, self._throttle))
        remember(self.folder, slot=slot_id)
        return entered

    def open_by_name(self, name: str, password: str) -> Entered:
        slot_id = read_header(self.folder).find(name)
        return self._enter(lambda: keys.open_with_password(self.folder, slot_id, password, self._throttle))

    def recover(self, code: str, name_or_slot: str, password: str) -> Entered:
        from clinic_desktop.app.clinic import reset_with_code

        header = read_header(self.folder)
        slots = {p.slot_id for p in header.people}
        slot_id = name_or_slot if name_or_slot in slots else header.find(name_or_slot)
        if slot_id is None:
            raise keys.NoSuchPerson()
        clinic, new_code = reset_with_code(self.folder, code, slot_id, password, self._clock)
        return Entered(clinic, new_code)

    def found(self, answers: NewClinicAnswers) -> Entered:
        from clinic_desktop.app.clinic import NewClinic, found_clinic
        from clinic_desktop.exchange.trust.pairing import Beginning
        from clinic_desktop.features.patients.rules.places import municipality

        place = municipality(answers.municipality_code)
        beginning: Beginning | None = answers.beginning
        zone = beginning.zone if beginning else _ZONES.get(place.country if place else "GT", "America/Guatemala")
        new = NewClinic(
            answers.site_name,
            answers.site_code,
            answers.role,
            zone,
            answers.municipality_code or None,
            answers.coordinator_name,
            answers.password,
            language=answers.language,
            site_id=answers.site_id,
            person_id=answers.person_id,
            beginning=beginning,
        )
        clinic, code = found_clinic(self.folder, new, self._clock)
        remember(self.folder, language=answers.language)
        leads_to = "devices" if answers.site_id else "stick" if answers.joins_central else ""
        return Entered(clinic, code, leads_to)

    def invitation(self, file: Path) -> Invited:
        from clinic_desktop.exchange.trust.pairing import read_invitation
        from clinic_desktop.features.bundles.service.joining import read_small
        from clinic_desktop.features.patients.rules.places import municipality

        found = read_invitation(read_small(file), file.name)
        place = municipality(found.beginning.municipality_code or "")
        return Invited(
            found.site_id, found.site_name, found.site_code, found.person_id, found.person_name,
            place=Municipality(place.code, place.name, place.department, place.country) if place else None,
            beginning=found.beginning,
        )  # fmt: skip

    def check_new_password(self, password: str, names: Sequence[str]) -> None:
        check_password(password, names=names)

    def restore(self, file: Path, name: str, secret: str, *, replaces: bool) -> None:
        """`file` is the backup's folder. What lies in the data folder already is set aside, never overwritten."""
        from clinic_desktop.storage.backup import restore

        if name:
            opened = keys.open_with_password(file, read_header(file).find(name), secret, self._throttle)
        else:
            opened = keys.open_with_code(file, secret)
        now = self._clock.now()
        beside = self.folder.with_name(f"{self.folder.name}-{unix_ms(now)}")
        with VaultLock(self.folder):  # nobody is at work on what is set aside
            restore(file, opened, beside, now)
            if header_exists(self.folder):
                aside = self.folder.with_name(f"{self.folder.name}-apartado-{unix_ms(now)}")
                aside.mkdir()
                _move_vault(self.folder, aside)
            _move_vault(beside, self.folder)
            beside.rmdir()
        self._throttle = Throttle(self.folder, self._clock)

    def municipalities(self, words: str) -> Sequence[Municipality]:
        from clinic_desktop.features.patients.rules.places import find_municipalities

        return [Municipality(m.code, m.name, m.department, m.country) for m in find_municipalities(words)]

    def _enter(self, opening: Callable[[], keys.Opened]) -> Entered:
        from clinic_desktop.app.clinic import open_clinic

        return Entered(open_clinic(self.folder, opening, self._clock))


def _move_vault(source: Path, to: Path) -> None:
    """The files of a vault, and nothing else: the log of the running program stays where it is."""
    for name in (
        DATABASE,
        f"{DATABASE}-wal",
        f"{DATABASE}-shm",
        HEADER,
        f"{HEADER}.bak",
        f"{HEADER}.bak2",
        HEAD,
        TRIES,
        RESTORED,
    ):
        if (source / name).exists():
            (source / name).replace(to / name)


def remembered(folder: Path) -> dict[str, str]:
    """What the window keeps for itself between two starts: the language and who signed in last."""
    try:
        found: object = json.loads((folder / REMEMBERED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(value) for name, value in cast("dict[object, object]", found).items()}


def _demo_words(folder: Path) -> tuple[str, dict[str, str]]:
    """What the mark of a demonstration says: the password line, and who does what. Nothing for a real clinic."""
    try:
        lines = (folder / DEMO_MARK).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return "", {}
    told = [line for line in lines[1:] if ": " in line]
    people = [(name, post) for name, post in (line.split(": ", 1) for line in told[1:])]
    return (told[0] if told else ""), dict(people)


def remember(folder: Path, **facts: str) -> None:
    """Only a comfort: a full disk keeps nobody out of their data."""
    with contextlib.suppress(Trouble):
        replace_quickly(folder / REMEMBERED, json.dumps({**remembered(folder), **facts}, sort_keys=True).encode())
