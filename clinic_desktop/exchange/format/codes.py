"""Short codes that people read to each other: Crockford's letters, without those that are taken for another."""

import hashlib

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAKEN_FOR = str.maketrans("OIL", "011")


def spoken(content: bytes, length: int) -> str:
    """`length` characters (a multiple of four) from the SHA-256 of `content`, in groups of four."""
    return grouped(hashlib.sha256(content).digest(), length)


def grouped(digest: bytes, length: int) -> str:
    """The first `length` characters of a digest of 32 bytes, in groups of four."""
    number = int.from_bytes(digest)
    signs = "".join(_LETTERS[(number >> (256 - 5 * (n + 1))) & 31] for n in range(length))
    return "-".join(signs[n : n + 4] for n in range(0, length, 4))


def heard(typed: str) -> str:
    """What somebody typed as it was read to them: any case, with or without lines, and look-alikes."""
    signs = "".join(sign for sign in typed.upper().translate(_TAKEN_FOR) if sign in _LETTERS)
    return "-".join(signs[n : n + 4] for n in range(0, len(signs), 4))


def control_of(sha256: str) -> str:
    """The control of a bundle on its slip: twelve characters of the file's hash."""
    return spoken(bytes.fromhex(sha256), 12)
