"""From a folder to a person at work: founding, opening, signing in and out. Windows and commands use it alike.

Imports SQLAlchemy and every room's tables: load it after the sign-in window is painted.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clinic_desktop.app import tables
from clinic_desktop.exchange.carrying import segments
from clinic_desktop.exchange.merge import integrating
from clinic_desktop.exchange.trust.pairing import Beginning
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.features.settings import service as settings
from clinic_desktop.features.staff import queries as staff_queries
from clinic_desktop.features.staff import service as staff
from clinic_desktop.features.staff.rules import COORDINATOR, DATA_MANAGER
from clinic_desktop.kernel.clock import Clock
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import keys
from clinic_desktop.storage.files import DATABASE, HEAD, HEADER
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.opening import SYSTEM, NewVault, make_vault, open_vault
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.vault_lock import VaultLock
from clinic_desktop.storage.work import Actor

TABLE_MODULES = tables.TABLE_MODULES


class BadSiteCode(Refused):
    text = N_("The clinic's code is three capital letters, without ñ: they begin every printed number.")


class NoSuchZone(Refused):
    text = N_("The time zone {zone} is not known. Example: America/Guatemala.")


class SiteNameMissing(Refused):
    text = N_("Write the clinic's name.")


@dataclass(frozen=True, slots=True)
class NewClinic:
    """What the first screen asks."""

    site_name: str
    site_code: str
    role: str
    """"clinic" or "central"."""
    zone: str
    municipality_code: str | None
    coordinator_name: str
    password: str = field(repr=False)
    demo: bool = False
    language: str = "es"
    site_id: str = ""
    """Given where this is one more computer of a clinic that exists."""
    person_id: str = ""
    """Of its coordinator there."""
    beginning: Beginning | None = None
    """What that clinic says of itself and of this person."""


@dataclass(slots=True)
class OpenClinic:
    """A vault with its lock and the person who signed in."""

    vault: Vault
    lock: VaultLock
    actor: Actor
    must_change: bool = False
    """The password was given by somebody else; the person should choose an own one."""

    def close(self) -> None:
        """Drop the keys: ledger head and log are settled first."""
        try:
            self.vault.close()
        finally:
            self.lock.release()


def found_clinic(folder: Path, new: NewClinic, clock: Clock) -> tuple[OpenClinic, str]:
    """Make the encrypted vault with its first person. Returns it open, and the recovery code to be shown once."""
    if len(new.site_code) != 3 or not (new.site_code.isascii() and new.site_code.isalpha() and new.site_code.isupper()):
        raise BadSiteCode()
    if not new.site_name.strip():
        raise SiteNameMissing()
    try:
        ZoneInfo(new.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NoSuchZone(zone=new.zone) from error
    folder.mkdir(parents=True, exist_ok=True)
    lock = VaultLock(folder)
    lock.take()
    try:
        return _found(folder, new, clock, lock)
    except BaseException:
        lock.release()
        raise


def _found(folder: Path, new: NewClinic, clock: Clock, lock: VaultLock) -> tuple[OpenClinic, str]:
    if (folder / DATABASE).exists():
        raise keys.VaultExists()
    staff_id = new.person_id or new_id()
    slot = keys.NewSlot(new.coordinator_name, staff_id, new.password)
    opened, code = keys.create_header(folder, new.site_name, [slot])
    try:
        return _furnish(folder, new, clock, lock, opened, staff_id), code
    except BaseException:
        # Half a clinic would be neither opened nor founded again.
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", HEAD, HEADER, f"{HEADER}.bak", f"{HEADER}.bak2"):
            with contextlib.suppress(OSError):
                (folder / name).unlink(missing_ok=True)
        raise


def _furnish(
    folder: Path, new: NewClinic, clock: Clock, lock: VaultLock, opened: keys.Opened, staff_id: str
) -> OpenClinic:
    shape = NewVault(new.site_name, new.site_code, new.zone, new.role, new.site_id or new_id(), new.demo)
    vault = make_vault(folder, opened, shape, clock)
    try:
        return OpenClinic(vault, lock, _first_rows(vault, new, staff_id))
    except BaseException:
        vault.close()
        raise


def _first_rows(vault: Vault, new: NewClinic, staff_id: str) -> Actor:
    fill_slots()
    role = DATA_MANAGER if new.role == "central" else COORDINATOR
    first = staff.NewMember(staff_id, new.coordinator_name, new.coordinator_name, role)
    told = new.beginning or Beginning()
    if new.person_id and told.role_code:
        first = replace(
            first, full_name=told.full_name, role_code=told.role_code, licence=told.licence,
            valid_until=told.valid_until,
        )  # fmt: skip
    place = told.municipality_code or new.municipality_code
    begin = partial(staff.found, first=first, municipality_code=place, address=told.address, phone=told.phone)
    vault.do(begin, Actor(staff_id, "", frozenset()))
    actor = vault.do(partial(staff.sign_in, staff_id=staff_id), SYSTEM)
    vault.do(formulary.take_formulary, actor)
    if new.language != "es":
        vault.do(partial(settings.choose, key="language", value=new.language), actor)
    vault.settle()
    return actor


def open_clinic(folder: Path, opening: Callable[[], keys.Opened], clock: Clock) -> OpenClinic:
    """Open with whatever `opening` does (a password, a code), and sign that person in.

    Raises what `opening` raises, AlreadyOpen, NotInService, or a Trouble of the vault.
    """
    lock = VaultLock(folder)
    lock.take()
    try:
        opened = opening()
        return enter(folder, opened, clock, lock)
    except BaseException:
        lock.release()
        raise


def enter(folder: Path, opened: keys.Opened, clock: Clock, lock: VaultLock) -> OpenClinic:
    """The second half of opening: from opened keys to a person at work. The caller holds the lock."""
    fill_slots()
    vault = open_vault(folder, opened, clock, before_migrating=segments.cut_before_migrating)
    try:
        integrating.take_up(vault)
        keys.mend(folder, opened)
        actor = vault.do(partial(staff.sign_in, staff_id=opened.staff_id or ""), SYSTEM)
    except BaseException:
        vault.close()
        raise
    return OpenClinic(vault, lock, actor, opened.must_change)


def opener(folder: Path, name: str, password: str, clock: Clock) -> Callable[[], keys.Opened]:
    """Open as the person of this display name."""

    def opening() -> keys.Opened:
        return keys.open_with_password(folder, read_header(folder).find(name), password, Throttle(folder, clock))

    return opening


def reset_with_code(folder: Path, code: str, slot_id: str, password: str, clock: Clock) -> tuple[OpenClinic, str]:
    """Nobody remembers the password: the recovery code gives a new one. The code is spent; returns the next."""
    new_code = ""

    def opening() -> keys.Opened:
        nonlocal new_code
        opened, new_code = keys.reset_by_code(folder, code, slot_id, password, Throttle(folder, clock))
        return opened

    return open_clinic(folder, opening, clock), new_code


def fill_slots() -> None:
    """Give the lower rooms what the upper ones know. Repeating it changes nothing."""
    from clinic_desktop.app.wiring import fill

    fill()


def person(vault: Vault, staff_id: str) -> Actor | None:
    """A person in service by id, for walks and commands that act for several people."""
    return vault.ask(lambda reading: staff_queries.actor(reading, staff_id), SYSTEM)
