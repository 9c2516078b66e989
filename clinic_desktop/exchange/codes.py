"""Short codes that people read to each other: Crockford's letters, without those that are taken for another."""

import hashlib

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def spoken(content: bytes, length: int) -> str:
    """`length` characters (a multiple of four) from the SHA-256 of `content`, in groups of four."""
    number = int.from_bytes(hashlib.sha256(content).digest())
    signs = "".join(_LETTERS[(number >> (256 - 5 * (n + 1))) & 31] for n in range(length))
    return "-".join(signs[n : n + 4] for n in range(0, length, 4))


def control_of(sha256: str) -> str:
    """The control of a bundle on its slip: twelve characters of the file's hash."""
    return spoken(bytes.fromhex(sha256), 12)
