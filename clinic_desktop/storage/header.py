"""vault.json: what must be readable before anybody has signed in, and the slots that lead to the data key.

Three copies of the same content. A checksum finds damage without a key, and then another copy serves; a MAC under the
data key finds a change made on purpose, and then nothing opens.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage.files import HEADER, write_durably
from clinic_desktop.storage.sealing import KEY_BYTES, SALT_BYTES, Cost, authenticate, derive, same
from clinic_desktop.storage.slots import FORMAT_VERSION, Binding, Lock, Slot, SlotKind

_FORMAT = "clinic-desktop-vault"
_COPIES = (HEADER, HEADER + ".bak", HEADER + ".bak2")
_LARGEST = 1_000_000


class HeaderMissing(Trouble):
    text = N_("The key file “vault.json” is not in this folder. Restore a backup, or look for the right data folder.")


class HeaderDamaged(Trouble):
    text = N_("The key file “vault.json” is damaged and no copy of it is whole. Restore it from the last backup.")


class HeaderChanged(HeaderDamaged):
    """Whole to the eye, but not written by somebody with the data key."""

    text = N_(
        "The key file “vault.json” was changed outside the program. Nothing was opened; restore it from a backup."
    )


class HeaderNewer(Trouble):
    text = N_("These data were made by a newer version of the program. Install that version here first.")


class HeaderFinding(StrEnum):
    """What reading found amiss without being stopped by it; mending after sign-in cures all of them."""

    MAIN_MISSING = "main missing"
    MAIN_DAMAGED = "main damaged"
    MAIN_OLDER = "main older"
    """A copy is newer than the main file: somebody put an old one back."""
    COPY_MISSING = "copy missing"
    COPY_DAMAGED = "copy damaged"
    COPY_OLDER = "copy older"


@dataclass(frozen=True, slots=True)
class Person:
    slot_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Header:
    vault_id: str
    generation: int
    """Of the data key; one more at each rotation."""
    revision: int
    site_name: str
    names_shown: bool
    """Whether the sign-in window lists the names or asks to type one."""
    last_backup_at: datetime | None
    slots: tuple[Slot, ...]
    mac: bytes = b""
    findings: tuple[HeaderFinding, ...] = ()

    @property
    def binding(self) -> Binding:
        return Binding(self.vault_id, self.generation)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everyone who can sign in with a password, by name."""
        users = (s for s in self.slots if s.kind is SlotKind.USER)
        return tuple(sorted((Person(s.id, s.display_name) for s in users), key=lambda p: p.display_name.casefold()))

    @property
    def recovery(self) -> Slot | None:
        return next((s for s in self.slots if s.kind is SlotKind.RECOVERY), None)

    @property
    def has_recovery(self) -> bool:
        return self.recovery is not None

    def slot(self, slot_id: str | None) -> Slot | None:
        return next((s for s in self.slots if s.id == slot_id), None)

    def find(self, typed_name: str) -> str | None:
        """The slot of a typed name, if just one person bears it; signing in with None takes the same time."""
        wanted = " ".join(typed_name.casefold().split())
        found = [p.slot_id for p in self.people if " ".join(p.display_name.casefold().split()) == wanted]
        return found[0] if len(found) == 1 else None

    def with_slot(self, slot: Slot) -> "Header":
        """With this slot in place of the one of the same id, or added."""
        return replace(self, slots=(*(s for s in self.slots if s.id != slot.id), slot))

    def is_from(self, data_key: bytes) -> bool:
        """Whether somebody with the data key wrote exactly this."""
        return same(self.mac, _mac(self, data_key))


def header_exists(folder: Path) -> bool:
    return any((folder / name).exists() for name in _COPIES)


def read_header(folder: Path) -> Header:
    """The newest whole copy, the main file first, with what was amiss in `findings`."""
    read = [_try(folder / name) for name in _COPIES]
    main, *copies = read
    whole = [header for header in copies if isinstance(header, Header)]
    if isinstance(main, Header):
        return replace(main, findings=tuple(dict.fromkeys(_amiss(main, copies))))
    if whole:
        finding = HeaderFinding.MAIN_MISSING if main is None else HeaderFinding.MAIN_DAMAGED
        return replace(max(whole, key=lambda h: h.revision), findings=(finding,))
    if all(header is None for header in read):
        raise HeaderMissing()
    raise HeaderDamaged()


def write_header(folder: Path, header: Header, data_key: bytes) -> Header:
    """Write the next revision to all three places; a slot that is gone is gone from the copies too."""
    signed = replace(header, revision=header.revision + 1, findings=())
    signed = replace(signed, mac=_mac(signed, data_key))
    data = encode(signed)
    write_durably(folder / HEADER, data)
    for name in _COPIES[1:]:
        try:
            write_durably(folder / name, data)
        except Trouble:
            # The change holds; the next sign-in mends the copy.
            continue
    return signed


def encode(header: Header) -> bytes:
    body = _body(header) | {"mac": header.mac.hex()}
    return _text(body | {"sum": hashlib.sha256(_text(body)).hexdigest()})


def decode(data: bytes) -> Header:
    """The header these bytes are, and no others: raises HeaderDamaged for anything not written just so."""
    try:
        found: Any = json.loads(data)
        if found["format"] == _FORMAT and isinstance(found["version"], int) and found["version"] > FORMAT_VERSION:
            raise HeaderNewer()
        header = _header(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HeaderDamaged() from error
    if encode(header) != data:
        raise HeaderDamaged()
    return header


def _try(path: Path) -> Header | HeaderDamaged | None:
    try:
        with path.open("rb") as file:
            return decode(file.read(_LARGEST))
    except FileNotFoundError:
        return None
    except OSError:
        return HeaderDamaged()
    except HeaderDamaged as error:
        return error


def _amiss(main: Header, copies: Iterable[Header | HeaderDamaged | None]) -> Iterable[HeaderFinding]:
    for copy in copies:
        if copy is None:
            yield HeaderFinding.COPY_MISSING
        elif isinstance(copy, HeaderDamaged):
            yield HeaderFinding.COPY_DAMAGED
        elif copy.revision > main.revision:
            yield HeaderFinding.MAIN_OLDER
        elif copy != main:
            yield HeaderFinding.COPY_OLDER


def _mac(header: Header, data_key: bytes) -> bytes:
    key = derive(data_key, header.vault_id.encode(), "header-mac")
    return authenticate(key, _text(_body(header)))


def _text(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, indent=1, ensure_ascii=True).encode("ascii")


def _body(header: Header) -> dict[str, Any]:
    backup = header.last_backup_at
    return {
        "format": _FORMAT,
        "version": FORMAT_VERSION,
        "vault_id": header.vault_id,
        "generation": header.generation,
        "revision": header.revision,
        "site_name": header.site_name,
        "names_shown": header.names_shown,
        "last_backup_at": None if backup is None else backup.isoformat(),
        "slots": [_slot_body(slot) for slot in header.slots],
    }


def _slot_body(slot: Slot) -> dict[str, Any]:
    lock = slot.lock
    return {
        "id": slot.id,
        "kind": slot.kind.value,
        "display_name": slot.display_name,
        "staff_id": slot.staff_id,
        "born": slot.born,
        "public_key": _b64(slot.public_key),
        "sealed": _b64(slot.sealed),
        "must_change": slot.must_change,
        "lock": None
        if lock is None
        else {
            "salt": _b64(lock.salt),
            "memory_kib": lock.cost.memory_kib,
            "passes": lock.cost.passes,
            "lanes": lock.cost.lanes,
            "of_words": lock.of_words,
            "wrapped": _b64(lock.wrapped),
        },
    }


def _header(found: Any) -> Header:
    backup = found["last_backup_at"]
    return Header(
        vault_id=_str(found["vault_id"]),
        generation=_int(found["generation"]),
        revision=_int(found["revision"]),
        site_name=_str(found["site_name"]),
        names_shown=_bool(found["names_shown"]),
        last_backup_at=None if backup is None else datetime.fromisoformat(_str(backup)),
        slots=tuple(_slot(slot) for slot in found["slots"]),
        mac=bytes.fromhex(_str(found["mac"])),
    )


def _slot(found: Any) -> Slot:
    lock, kind = found["lock"], SlotKind(found["kind"])
    if (lock is None) != (kind is SlotKind.ESCROW):
        raise ValueError("only an escrow slot has no lock")
    return Slot(
        id=_str(found["id"]),
        kind=kind,
        display_name=_str(found["display_name"]),
        staff_id=_str(found["staff_id"]),
        born=_int(found["born"]),
        public_key=_bytes(found["public_key"], KEY_BYTES),
        sealed=_bytes(found["sealed"]),
        must_change=_bool(found["must_change"]),
        lock=None if lock is None else _lock(lock),
    )


def _lock(found: Any) -> Lock:
    cost = Cost(_int(found["memory_kib"]), _int(found["passes"]), _int(found["lanes"]))
    # Judged before anything is computed: a cost of 4 GiB in the file must not stop the computer.
    if not cost.acceptable():
        raise ValueError("cost out of bounds")
    return Lock(_bytes(found["salt"], SALT_BYTES), cost, _bool(found["of_words"]), _bytes(found["wrapped"]))


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _int(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _bytes(value: Any, length: int | None = None) -> bytes:
    data = base64.b64decode(_str(value), validate=True)
    if length is not None and len(data) != length:
        raise ValueError("wrong length")
    return data


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
