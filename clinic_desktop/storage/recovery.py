"""The recovery code: 130 random bits and a check, in seven groups of four that survive being written by hand."""

import hashlib
import secrets

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

# Crockford's alphabet: no I, L, O, U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SLOPPY = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LENGTH = 28
_CHECK_BITS = 10
_SECRET_BITS = _LENGTH * 5 - _CHECK_BITS


class MistypedCode(Refused):
    text = N_(
        "The recovery code is not copied right. It has seven groups of four letters or digits; look at each one again."
    )


def new_code() -> str:
    """A code to print, for example "7K2M-…": it opens the data, so it is shown once and never stored."""
    return _written(secrets.randbits(_SECRET_BITS))


def secret_of(typed: str) -> bytes:
    """The secret a code carries; a slip of the pen is found here, before the slow computation."""
    kept = "".join(c for c in typed.upper() if c.isalnum()).translate(_SLOPPY)
    if len(kept) != _LENGTH or any(c not in _ALPHABET for c in kept):
        raise MistypedCode()
    value = 0
    for c in kept:
        value = value << 5 | _ALPHABET.index(c)
    secret = value >> _CHECK_BITS
    if value & (1 << _CHECK_BITS) - 1 != _check(secret):
        raise MistypedCode()
    return _bytes(secret)


def same_code(typed: str, shown: str) -> bool:
    """Whether the code was copied right: it is typed back before the first set-up ends."""
    try:
        return secrets.compare_digest(secret_of(typed), secret_of(shown))
    except MistypedCode:
        return False


def _written(secret: int) -> str:
    value = secret << _CHECK_BITS | _check(secret)
    letters = "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(letters[at : at + 4] for at in range(0, _LENGTH, 4))


def _check(secret: int) -> int:
    digest = hashlib.sha256(b"clinic-desktop/1/recovery-check" + _bytes(secret)).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _CHECK_BITS


def _bytes(secret: int) -> bytes:
    return secret.to_bytes((_SECRET_BITS + 7) // 8, "big")
