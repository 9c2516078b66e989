"""The root key on paper: two lines of four groups, each with its own check, so that a slip is found on its line."""

import hashlib
import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clinic_desktop.exchange.trust.troubles import MistypedLine, MistypedRoot

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U."""
_SLOPPY = str.maketrans({"O": "0", "I": "1", "L": "1"})
LINES = 2
_SIGNS = 16
_CHECK_BITS = 15
_LINE_BITS = _SIGNS * 5 - _CHECK_BITS


def draw() -> str:
    """130 random bits as they are printed: two lines. Never stored."""
    return "\n".join(_line(n, secrets.randbits(_LINE_BITS)) for n in range(LINES))


def key_of(typed: str) -> bytes:
    """The private Ed25519 key of a code. A slip is told with the number of its line."""
    signs = "".join(c for c in typed.upper() if c.isalnum()).translate(_SLOPPY)
    if len(signs) != LINES * _SIGNS or any(c not in _ALPHABET for c in signs):
        raise MistypedRoot()
    secret = 0
    for n in range(LINES):
        value = 0
        for c in signs[n * _SIGNS : (n + 1) * _SIGNS]:
            value = value << 5 | _ALPHABET.index(c)
        bits = value >> _CHECK_BITS
        if value & (1 << _CHECK_BITS) - 1 != _check(n, bits):
            raise MistypedLine(line=n + 1)
        secret = secret << _LINE_BITS | bits
    stretched = HKDF(SHA256(), 32, None, b"clinic-desktop/1/root")
    return stretched.derive(secret.to_bytes((LINES * _LINE_BITS + 7) // 8))


def _line(n: int, bits: int) -> str:
    value = bits << _CHECK_BITS | _check(n, bits)
    signs = "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(_SIGNS)))
    return "-".join(signs[at : at + 4] for at in range(0, _SIGNS, 4))


def _check(n: int, bits: int) -> int:
    digest = hashlib.sha256(b"clinic-desktop/1/root-check" + bytes([n]) + bits.to_bytes(_LINE_BITS // 8 + 1)).digest()
    return int.from_bytes(digest[:2]) >> 16 - _CHECK_BITS
