"""The few pieces of cryptography everything else is made of: stretch a password, wrap, seal, derive, authenticate.

The libraries are imported where they are used: the sign-in window reads the key file, and must not wait for them.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from clinic_desktop.kernel.clock import Clock

KEY_BYTES = 32
SALT_BYTES = 16
_NONCE_BYTES = 12
_DOMAIN = b"clinic-desktop/1/"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a password costs: memory, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int = 1

    def acceptable(self) -> bool:
        """Read from a file before it can be trusted: neither a cheap guess nor an endless computation."""
        return (
            FLOOR.memory_kib <= self.memory_kib <= _CEILING_KIB
            and FLOOR.passes <= self.passes <= _CEILING_PASSES
            and 1 <= self.lanes <= 4
        )


FLOOR = Cost(memory_kib=64 * 1024, passes=3)
_CEILING_KIB = 1024 * 1024
_CEILING_PASSES = 10
_LADDER_MIB = (96, 128, 256)


class NotOpened(Exception):
    """A wrap or seal did not open: the wrong key, or not what was written. Callers say it in their own words."""


def measure_cost(clock: Clock, *, limit_seconds: float = 1.0) -> Cost:
    """The highest cost whose one guess stays within the limit on this computer; never below the floor."""
    started = clock.monotonic()
    stretch(b"a measurement", b"\0" * SALT_BYTES, FLOOR)
    seconds = clock.monotonic() - started
    # The work is proportional to the memory, so one measurement tells the rest of the ladder.
    fitting = [mib for mib in _LADDER_MIB if seconds * mib * 1024 / FLOOR.memory_kib <= limit_seconds]
    return Cost(max(fitting) * 1024, FLOOR.passes) if fitting and seconds > 0 else FLOOR


def stretch(password: bytes, salt: bytes, cost: Cost) -> bytes:
    """The key a password stands for. Slow by intention: call it off the GUI thread."""
    from argon2.low_level import Type, hash_secret_raw

    if not cost.acceptable():
        raise ValueError("this cost is never computed")
    return hash_secret_raw(
        password,
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def new_pair() -> tuple[bytes, bytes]:
    """A new X25519 pair: private, public."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_of(private: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def wrap(key: bytes, secret: bytes, context: bytes) -> bytes:
    """`secret` under `key`; opens only where the same context is said again."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, secret, context)


def unwrap(key: bytes, wrapped: bytes, context: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise NotOpened() from error


def seal(public: bytes, secret: bytes, context: bytes) -> bytes:
    """`secret` for the holder of the private key to `public`; sealing needs nothing secret."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    once = X25519PrivateKey.generate()
    once_public = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    return once_public + wrap(_seal_key(shared, once_public, public), secret, context)


def unseal(private: bytes, sealed: bytes, context: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    once_public, wrapped = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
    try:
        holder = X25519PrivateKey.from_private_bytes(private)
        shared = holder.exchange(X25519PublicKey.from_public_bytes(once_public))
    except ValueError as error:
        raise NotOpened() from error
    return unwrap(_seal_key(shared, once_public, public_of(private)), wrapped, context)


def _seal_key(shared: bytes, once_public: bytes, public: bytes) -> bytes:
    return derive(shared, once_public + public, "seal")


def derive(key: bytes, salt: bytes, label: str) -> bytes:
    """A key for one use, from which neither `key` nor the key of another use can be found."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt, _DOMAIN + label.encode()).derive(key)


def authenticate(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(one, other)
