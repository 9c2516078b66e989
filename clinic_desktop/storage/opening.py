"""Making and opening a vault, from opened keys to the first question; and whether it is still the same vault."""

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinic_desktop.kernel.clock import Clock, unix_ms
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.logs import log_bug
from clinic_desktop.storage import ledger
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.files import DATABASE, RESTORED
from clinic_desktop.storage.head import place_of, read_head
from clinic_desktop.storage.keys import KeyUse, Opened, sub_key
from clinic_desktop.storage.vault import Vault, VaultKeys
from clinic_desktop.storage.work import Actor

SYSTEM = Actor("", "", frozenset())
"""In whose name the program itself writes: opening, epochs."""


@dataclass(frozen=True, slots=True)
class NewVault:
    """What a new installation must know of itself."""

    site_name: str
    site_code: str
    """Three capital letters; begins every printed number."""
    zone: str
    role: str
    """"clinic" or "central"."""
    site_id: str = field(default_factory=new_id)
    demo: bool = False


def vault_keys(opened: Opened) -> VaultKeys:
    return VaultKeys(sub_key(opened, KeyUse.DATABASE), sub_key(opened, KeyUse.HEAD))


def make_vault(folder: Path, opened: Opened, new: NewVault, clock: Clock) -> Vault:
    """Create the encrypted database beside its header. Every room's records must be imported (app/house.py)."""
    from pyrage import x25519

    vault = Vault(folder, vault_keys(opened), clock, create=True)
    vault.opened = opened
    device = ThisDevice(
        device_id=new_id(unix_ms(clock.now())),
        site_id=new.site_id,
        site_code=new.site_code,
        site_name=new.site_name,
        zone=new.zone,
        role=new.role,
        demo=new.demo,
        epoch=secrets.token_hex(8),
        founded_at=clock.now(),
        signing_key=Ed25519PrivateKey.generate().private_bytes_raw(),
        age_identity=str(x25519.Identity.generate()),
    )
    try:
        vault.migrate()
        vault.settle_in(device)
        vault.find_itself()
        vault.start_reading()
        vault.trust()
        vault.settle()
    except BaseException:
        _close_quietly(vault)
        raise
    return vault


def _close_quietly(vault: Vault) -> None:
    """On the way out of an error, which is the one to be told."""
    try:
        vault.close()
    except Exception as error:  # noqa: BLE001 - the first error says more
        log_bug(error, "closing after an error")


def open_vault(
    folder: Path, opened: Opened, clock: Clock, *, before_migrating: Callable[[Vault], None] | None = None
) -> Vault:
    """Open an existing vault; bring it to this version; begin a new epoch if it may have been copied or put back.

    `before_migrating` cuts the waiting changes into a segment, so that none is left in the old shape. The doubt comes
    first: a segment cut by an old copy must not carry the number of another.
    """
    vault = Vault(folder, vault_keys(opened), clock)
    vault.opened = opened
    try:
        waiting = vault.needs_migration()
        vault.find_itself()
        _settle_doubt(vault)
        if waiting:
            if before_migrating is not None:
                before_migrating(vault)
            vault.migrate()
            vault.find_itself()
        vault.start_reading()
    except BaseException:
        _close_quietly(vault)
        raise
    return vault


def _settle_doubt(vault: Vault) -> None:
    reason = _why_doubtful(vault)
    if reason is not None:
        vault.begin_epoch(SYSTEM, reason)
        with contextlib.suppress(OSError):  # a mark that stays costs one more epoch
            (vault.folder / RESTORED).unlink(missing_ok=True)
    vault.trust()


def _why_doubtful(vault: Vault) -> str | None:
    """Why this may not be the database that was closed last, or None. A false alarm costs nothing."""
    if (vault.folder / RESTORED).exists():
        return "restored"
    head = read_head(vault.folder, vault.head_key)
    if head is None:
        return "head missing"
    if head.epoch != vault.place.epoch or not vault.has_line(ledger.Head(head.ledger_count, head.ledger_hash)):
        return "head is not of this database"
    if head.place != place_of(vault.folder / DATABASE):
        return "moved or copied"
    return None
