"""The folder beside the vault where bundles are made and looked at, and small things that every journey needs."""

import hashlib
from pathlib import Path

import sqlalchemy as sa

from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.files import CannotWrite
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading

TRAVEL = "travel"
"""The folder beside the vault for bundles in the making; what lies there is sealed."""


def own_identity(reading: Reading) -> str:
    return reading.one(sa.select(ThisDevice.age_identity))[0]


def need(actor: Actor, *permissions: Permission) -> None:
    if not any(actor.may(p) for p in permissions):
        raise NotAllowed()


def travel_folder(vault: Vault) -> Path:
    folder = vault.folder / TRAVEL
    try:
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()  # left over by a power cut; one job runs at a time
    except OSError as error:
        raise CannotWrite(name=TRAVEL) from error
    return folder


def hash_file(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, path.stat().st_size


def free_name(folder: Path, name: str) -> Path:
    path = folder / name
    count = 1
    while path.exists():
        count += 1
        path = folder / f"{Path(name).stem}-{count}{Path(name).suffix}"
    return path
