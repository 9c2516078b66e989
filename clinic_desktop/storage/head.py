"""The side file: where epoch, segments and ledger stood, kept outside the database so that an old copy is noticed."""

import hashlib
import json
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from clinic_desktop.storage.files import HEAD, replace_quickly, write_durably
from clinic_desktop.storage.sealing import authenticate, same


@dataclass(frozen=True, slots=True)
class Head:
    epoch: str
    segment: int
    ledger_count: int
    ledger_hash: str
    place: str = ""
    """`place_of` the database when this was written: another machine, path or file means a copy."""


def write_head(folder: Path, head: Head, key: bytes, *, durable: bool) -> None:
    """After each commit quickly; durably at checkpoint, lock and export. The key makes it this vault's own."""
    body = asdict(head)
    data = json.dumps(body | {"mac": _mac(body, key)}, sort_keys=True, indent=1).encode()
    (write_durably if durable else replace_quickly)(folder / HEAD, data)


def read_head(folder: Path, key: bytes) -> Head | None:
    """None when missing, damaged or another vault's. All mean the same: begin a new epoch, which costs nothing."""
    try:
        found: Any = json.loads((folder / HEAD).read_bytes())
        mac = found.pop("mac")
        if not same(mac.encode(), _mac(found, key).encode()) or set(found) != {f.name for f in fields(Head)}:
            return None
        return Head(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def place_of(database: Path) -> str:
    """A fingerprint of machine, data path and the file itself; it changes when any of them does."""
    seen = database.stat()
    parts = (_machine(), str(database.resolve()), str(seen.st_dev), str(seen.st_ino))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _machine() -> str:
    """The operating system's own number for this installation, or nothing where it keeps none."""
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        except OSError:
            return ""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _mac(body: dict[str, Any], key: bytes) -> str:
    return authenticate(key, json.dumps(body, sort_keys=True).encode()).hex()
