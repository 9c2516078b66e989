"""A slot: one way in. A key pair whose private half a password, a code or somebody elsewhere holds.

The data key is sealed to the public half. So a new data key reaches everybody without anybody's password, and the same
pair can open what is sealed to one person alone.
"""

import json
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum

from clinic_desktop.storage.sealing import (
    SALT_BYTES,
    Cost,
    new_pair,
    seal,
    stretch,
    unseal,
    unwrap,
    wrap,
)

FORMAT_VERSION = 1


class SlotKind(StrEnum):
    USER = "user"
    RECOVERY = "recovery"
    ESCROW = "escrow"
    """The private half lies elsewhere, at the central; this computer never sees it."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What keeps a private key: salt and cost of the stretching, and the key under the result."""

    salt: bytes
    cost: Cost
    of_words: bool
    """The password is compared by its letters only; set when it was chosen, so that it stays true."""
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Slot:
    id: str
    kind: SlotKind
    display_name: str
    staff_id: str
    born: int
    """The generation in which the pair was made: bound to its lock, which outlives generations."""
    public_key: bytes
    sealed: bytes
    """The data key of the present generation."""
    lock: Lock | None = None
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a slot belongs: nothing wrapped or sealed opens in another vault or generation."""

    vault_id: str
    generation: int


def new_slot_id() -> str:
    return secrets.token_hex(8)


def make_slot(
    binding: Binding, data_key: bytes, blank: Slot, secret: bytes, cost: Cost, *, of_words: bool = False
) -> tuple[Slot, bytes]:
    """`blank` with a new pair, locked by the secret, and the data key sealed to it; also the private key."""
    private, public = new_pair()
    fresh = replace(blank, born=binding.generation, public_key=public)
    locked = lock_slot(binding, fresh, private, secret, cost, of_words=of_words)
    return seal_slot(binding, locked, data_key), private


def lock_slot(
    binding: Binding, slot: Slot, private: bytes, secret: bytes, cost: Cost, *, of_words: bool = False
) -> Slot:
    """`slot` with its private key under a new secret; the pair stays."""
    salt = secrets.token_bytes(SALT_BYTES)
    key = stretch(secret, salt, cost)
    wrapped = wrap(key, private, _lock_context(binding, slot, salt, cost, of_words))
    # Whatever is stored must open: better to fail here than at the next sign-in.
    if unwrap(key, wrapped, _lock_context(binding, slot, salt, cost, of_words)) != private:
        raise RuntimeError("the lock does not open")
    return replace(slot, lock=Lock(salt, cost, of_words, wrapped))


def seal_slot(binding: Binding, slot: Slot, data_key: bytes) -> Slot:
    """`slot` with the data key of the binding's generation; a rotation does this for every slot."""
    return replace(slot, sealed=seal(slot.public_key, data_key, _seal_context(binding, slot)))


def private_key(binding: Binding, slot: Slot, secret: bytes) -> bytes:
    """The private key, or NotOpened."""
    lock = slot.lock
    if lock is None:
        raise ValueError("this slot's private key is not here")
    key = stretch(secret, lock.salt, lock.cost)
    return unwrap(key, lock.wrapped, _lock_context(binding, slot, lock.salt, lock.cost, lock.of_words))


def data_key(binding: Binding, slot: Slot, private: bytes) -> bytes:
    """The data key, or NotOpened."""
    return unseal(private, slot.sealed, _seal_context(binding, slot))


def _lock_context(binding: Binding, slot: Slot, salt: bytes, cost: Cost, of_words: bool) -> bytes:
    numbers = (cost.memory_kib, cost.passes, cost.lanes)
    return _context("lock", binding.vault_id, slot.born, slot.id, slot.kind.value, salt.hex(), *numbers, of_words)


def _seal_context(binding: Binding, slot: Slot) -> bytes:
    return _context("seal", binding.vault_id, binding.generation, slot.id, slot.kind.value, slot.public_key.hex())


def _context(*parts: str | int) -> bytes:
    return json.dumps([FORMAT_VERSION, *parts], separators=(",", ":")).encode()
