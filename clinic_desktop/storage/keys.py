"""Who gets in: the verbs over vault.json. Nothing here needs the database, so it runs before sign-in has finished.

Verbs that change the header take the `Opened` of somebody already inside; opening itself writes nothing but the
throttle's count. The caller holds the vault's lock.
"""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage.header import (
    Header,
    HeaderChanged,
    HeaderDamaged,
    header_exists,
    read_header,
    write_header,
)
from clinic_desktop.storage.recovery import new_code, secret_of
from clinic_desktop.storage.sealing import FLOOR, KEY_BYTES, SALT_BYTES, Cost, NotOpened, derive, public_of, stretch
from clinic_desktop.storage.slots import (
    Slot,
    SlotKind,
    data_key,
    lock_slot,
    make_slot,
    new_slot_id,
    private_key,
    seal_slot,
)
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.words import check_password, made_of_words, normal_form

_P = ParamSpec("_P")
_R = TypeVar("_R")
# Reading, changing and writing the header is one act: a backup's thread notes its day while somebody adds a person.
_ONE_AT_A_TIME = threading.RLock()


def _alone(verb: Callable[_P, _R]) -> Callable[_P, _R]:
    @wraps(verb)
    def alone(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with _ONE_AT_A_TIME:
            return verb(*args, **kwargs)

    return alone


class WrongPassword(Refused):
    text = N_(
        "The password does not open these data. Look at capital letters and the keyboard language, and try again."
    )


class WrongCode(Refused):
    text = N_(
        "This recovery code does not open these data. It may belong to another clinic, or a newer one replaced it."
    )


class LastWayIn(Refused):
    text = N_("This is the last person who can sign in. Add another one first.")


class NoSuchPerson(Refused):
    text = N_("This person has no way in on this computer.")


class VaultExists(Refused):
    text = N_("This folder already holds a clinic's data. Choose an empty folder.")


class KeyUse(StrEnum):
    """What a sub-key is for: one never serves two uses."""

    DATABASE = "database"
    HEAD = "head-mac"
    LEDGER = "ledger-mac"
    ATTACHMENTS = "attachments"
    DRAFTS = "drafts"
    DEVICE = "device"
    BACKUP = "backup-mac"


@dataclass(frozen=True, slots=True)
class NewSlot:
    display_name: str
    staff_id: str
    password: str = field(repr=False)
    must_change: bool = False
    """Somebody else chose the password: its owner must choose another at the first sign-in."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody is inside. Drop it to lock; what Python still holds of it in memory only the process's end clears."""

    data_key: bytes = field(repr=False)
    private_key: bytes = field(repr=False)
    vault_id: str
    generation: int
    slot_id: str
    kind: SlotKind
    staff_id: str
    display_name: str
    must_change: bool = False


@_alone
def create_header(folder: Path, site_name: str, people: Sequence[NewSlot], *, cost: Cost = FLOOR) -> tuple[Opened, str]:
    """Found a vault in `folder`: a data key, a slot for each person, a recovery code. The first person is inside."""
    if header_exists(folder):
        raise VaultExists()
    if not people:
        raise ValueError("a vault needs somebody who can open it")
    for person in people:
        check_password(person.password, names=(person.display_name, site_name))
    key = secrets.token_bytes(KEY_BYTES)
    header = Header(secrets.token_hex(16), 1, 0, site_name, True, None, ())
    made = [_user_slot(header, key, person, new_slot_id(), cost) for person in people]
    for slot, _private in made:
        header = header.with_slot(slot)
    header, code = _with_new_code(header, key, cost)
    write_header(folder, header, key)
    first, private = made[0]
    return _opened(header, first, key, private), code


def open_with_password(folder: Path, slot_id: str | None, password: str, throttle: Throttle) -> Opened:
    """Sign in. An unknown slot takes as long and says the same as a wrong password."""
    header = read_header(folder)
    slot = header.slot(slot_id)
    if slot is None or slot.lock is None or slot.kind is not SlotKind.USER:
        throttle.begin("unknown")
        stretch(normal_form(password, of_words=False), bytes(SALT_BYTES), FLOOR)
        raise WrongPassword()
    throttle.begin(slot.id)
    private = _private_by_password(header, slot, password)
    throttle.succeeded(slot.id)
    return _enter(header, slot, private)


def open_with_code(folder: Path, code: str) -> Opened:
    """Come in by the recovery code. It serves once: the caller makes and shows `new_recovery_code` straight after."""
    secret = secret_of(code)
    header = read_header(folder)
    slot = header.recovery
    if slot is None:
        raise WrongCode()
    try:
        private = private_key(header.binding, slot, secret)
    except NotOpened as error:
        raise WrongCode() from error
    return _enter(header, slot, private)


def open_with_key(folder: Path, private: bytes) -> Opened:
    """Come in by a private key kept elsewhere (the central's escrow)."""
    header = read_header(folder)
    public = public_of(private)
    slot = next((s for s in header.slots if s.kind is SlotKind.ESCROW and s.public_key == public), None)
    if slot is None:
        raise WrongCode()
    return _enter(header, slot, private)


@_alone
def reset_by_code(
    folder: Path, code: str, slot_id: str, new_password: str, throttle: Throttle, *, cost: Cost = FLOOR
) -> tuple[Opened, str]:
    """A forgotten password: a new one with a new key pair, and a new recovery code, in one step. The old code is dead.

    What was sealed to the old pair alone (restricted charts) must be shared again by somebody else who holds it.
    """
    inside = open_with_code(folder, code)
    header = _ours(folder, inside)
    slot, private = _reset(header, inside.data_key, slot_id, new_password, cost, must_change=False)
    header, fresh_code = _with_new_code(header.with_slot(slot), inside.data_key, cost)
    header = write_header(folder, header, inside.data_key)
    throttle.succeeded(slot.id)
    return _opened(header, slot, inside.data_key, private), fresh_code


@_alone
def add_slot(folder: Path, opened: Opened, person: NewSlot, *, cost: Cost = FLOOR) -> str:
    header = _ours(folder, opened)
    check_password(person.password, names=(person.display_name, header.site_name))
    slot, _private = _user_slot(header, opened.data_key, person, new_slot_id(), cost)
    write_header(folder, header.with_slot(slot), opened.data_key)
    return slot.id


@_alone
def reset_slot(
    folder: Path,
    opened: Opened,
    slot_id: str,
    new_password: str,
    *,
    must_change: bool = True,
    throttle: Throttle | None = None,
    cost: Cost = FLOOR,
) -> None:
    """The coordinator gives somebody a new password, with a new pair; its owner changes it at the next sign-in."""
    header = _ours(folder, opened)
    slot, _private = _reset(header, opened.data_key, slot_id, new_password, cost, must_change=must_change)
    write_header(folder, header.with_slot(slot), opened.data_key)
    if throttle:
        throttle.succeeded(slot_id)


@_alone
def change_password(
    folder: Path, opened: Opened, old_password: str, new_password: str, throttle: Throttle, *, cost: Cost = FLOOR
) -> Opened:
    """One's own password; the pair stays, nothing sealed to it is lost. Asks the old one: a screen may stand open."""
    header = _ours(folder, opened)
    slot = _user(header, opened.slot_id)
    check_password(new_password, names=(slot.display_name, header.site_name))
    throttle.begin(slot.id)
    private = _private_by_password(header, slot, old_password)
    throttle.succeeded(slot.id)
    secret, of_words = _secret(new_password)
    changed = lock_slot(header.binding, replace(slot, must_change=False), private, secret, cost, of_words=of_words)
    header = write_header(folder, header.with_slot(changed), opened.data_key)
    return _opened(header, changed, opened.data_key, private)


@_alone
def remove_slot(folder: Path, opened: Opened, slot_id: str) -> None:
    """Close one person's way in. Copies of the old file still open with the old password: a rotation cures that."""
    header = _ours(folder, opened)
    slot = header.slot(slot_id)
    if slot is None:
        raise NoSuchPerson()
    if slot.kind is SlotKind.USER and len(header.people) == 1:
        raise LastWayIn()
    left = replace(header, slots=tuple(s for s in header.slots if s.id != slot_id))
    write_header(folder, left, opened.data_key)


@_alone
def new_recovery_code(folder: Path, opened: Opened, *, cost: Cost = FLOOR) -> str:
    """A new code; the old one opens nothing any more."""
    header, code = _with_new_code(_ours(folder, opened), opened.data_key, cost)
    write_header(folder, header, opened.data_key)
    return code


@_alone
def add_escrow(folder: Path, opened: Opened, name: str, public_key: bytes) -> str:
    """A way in for whoever holds the private key to `public_key`; nothing secret of theirs comes here."""
    header = _ours(folder, opened)
    blank = Slot(new_slot_id(), SlotKind.ESCROW, name, "", header.generation, public_key, b"")
    slot = seal_slot(header.binding, blank, opened.data_key)
    write_header(folder, header.with_slot(slot), opened.data_key)
    return slot.id


@_alone
def rename_slot(folder: Path, opened: Opened, slot_id: str, display_name: str) -> None:
    header = _ours(folder, opened)
    slot = replace(_user(header, slot_id), display_name=display_name)
    write_header(folder, header.with_slot(slot), opened.data_key)


def rename_site(folder: Path, opened: Opened, site_name: str) -> None:
    _change(folder, opened, lambda header: replace(header, site_name=site_name))


def show_names(folder: Path, opened: Opened, shown: bool) -> None:
    _change(folder, opened, lambda header: replace(header, names_shown=shown))


def note_backup(folder: Path, opened: Opened, at: datetime) -> None:
    """The day of the last verified backup, which the sign-in window shows to everybody."""
    _change(folder, opened, lambda header: replace(header, last_backup_at=at.astimezone(UTC)))


@_alone
def mend(folder: Path, opened: Opened) -> bool:
    """Rewrite all copies when reading found one amiss; true when there was something to mend."""
    header = _ours(folder, opened)
    if header.findings:
        write_header(folder, header, opened.data_key)
    return bool(header.findings)


def sub_key(opened: Opened, use: KeyUse) -> bytes:
    """32 bytes for one use; `KeyUse.DATABASE` is the raw key of vault.db."""
    return derive(opened.data_key, opened.vault_id.encode(), use.value)


@_alone
def _change(folder: Path, opened: Opened, change: Callable[[Header], Header]) -> None:
    write_header(folder, change(_ours(folder, opened)), opened.data_key)


def _ours(folder: Path, opened: Opened) -> Header:
    """The header as it stands, if it is the one `opened` came from and nobody else wrote it."""
    header = read_header(folder)
    ours = (header.vault_id, header.generation) == (opened.vault_id, opened.generation)
    if not ours or not header.is_from(opened.data_key):
        raise HeaderChanged()
    return header


def _enter(header: Header, slot: Slot, private: bytes) -> Opened:
    try:
        key = data_key(header.binding, slot, private)
    except NotOpened as error:
        raise HeaderDamaged() from error
    if not header.is_from(key):
        raise HeaderChanged()
    return _opened(header, slot, key, private)


def _opened(header: Header, slot: Slot, key: bytes, private: bytes) -> Opened:
    return Opened(
        data_key=key,
        private_key=private,
        vault_id=header.vault_id,
        generation=header.generation,
        slot_id=slot.id,
        kind=slot.kind,
        staff_id=slot.staff_id,
        display_name=slot.display_name,
        must_change=slot.must_change,
    )


def _private_by_password(header: Header, slot: Slot, password: str) -> bytes:
    of_words = slot.lock is not None and slot.lock.of_words
    try:
        return private_key(header.binding, slot, normal_form(password, of_words=of_words))
    except NotOpened as error:
        raise WrongPassword() from error


def _secret(password: str) -> tuple[bytes, bool]:
    of_words = made_of_words(password)
    return normal_form(password, of_words=of_words), of_words


def _user(header: Header, slot_id: str) -> Slot:
    slot = header.slot(slot_id)
    if slot is None or slot.kind is not SlotKind.USER:
        raise NoSuchPerson()
    return slot


def _user_slot(header: Header, key: bytes, person: NewSlot, slot_id: str, cost: Cost) -> tuple[Slot, bytes]:
    blank = Slot(
        id=slot_id,
        kind=SlotKind.USER,
        display_name=person.display_name,
        staff_id=person.staff_id,
        born=header.generation,
        public_key=b"",
        sealed=b"",
        must_change=person.must_change,
    )
    secret, of_words = _secret(person.password)
    return make_slot(header.binding, key, blank, secret, cost, of_words=of_words)


def _reset(
    header: Header, key: bytes, slot_id: str, password: str, cost: Cost, *, must_change: bool
) -> tuple[Slot, bytes]:
    old = _user(header, slot_id)
    check_password(password, names=(old.display_name, header.site_name))
    person = NewSlot(old.display_name, old.staff_id, password, must_change)
    return _user_slot(header, key, person, old.id, cost)


def _with_new_code(header: Header, key: bytes, cost: Cost) -> tuple[Header, str]:
    code = new_code()
    blank = Slot(new_slot_id(), SlotKind.RECOVERY, "", "", header.generation, b"", b"")
    slot, _private = make_slot(header.binding, key, blank, secret_of(code), cost)
    others = tuple(s for s in header.slots if s.kind is not SlotKind.RECOVERY)
    return replace(header, slots=(*others, slot)), code
