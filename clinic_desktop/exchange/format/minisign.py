"""Signatures in minisign's own text form (prehashed), so that `minisign -Vm FILE -p KEY.pub` checks them.

A signature file holds: an untrusted comment; base64 of "ED", key id, Ed25519 over BLAKE2b-512 of the content; a trusted
comment; base64 of Ed25519 over the first signature and the trusted comment.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_HASHED = b"ED"
MAX_SIGNATURE = 1024
"""Bytes; a longer signature file is none."""


class BadSignature(Exception):
    """The signature is not one, or not of this content and key."""


def key_id(public: bytes) -> bytes:
    """Eight bytes that name the key; minisign draws them, we take them from the key itself."""
    return hashlib.blake2b(public, digest_size=8).digest()


def public_of(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, content: bytes, comment: str) -> str:
    """The content of a .minisig file. `comment` is signed too; one line."""
    return sign_parts(private, [content], comment)


def sign_parts(private: bytes, content: Iterable[bytes], comment: str) -> str:
    if not comment.isprintable():
        raise ValueError("a comment is one line")
    key = Ed25519PrivateKey.from_private_bytes(private)
    public = key.public_key().public_bytes_raw()
    signature = key.sign(_prehash(content))
    both = key.sign(signature + comment.encode())
    head = base64.b64encode(_HASHED + key_id(public) + signature).decode()
    return (
        f"untrusted comment: signature of a clinic desktop device\n{head}\n"
        f"trusted comment: {comment}\n{base64.b64encode(both).decode()}\n"
    )


def verify(public: bytes, content: bytes, signature: str) -> str:
    """The trusted comment, or BadSignature."""
    head, comment, both = _read(signature)
    if head[:2] != _HASHED or head[2:10] != key_id(public):
        raise BadSignature()
    key = Ed25519PublicKey.from_public_bytes(public)
    try:
        key.verify(head[10:], _prehash([content]))
        key.verify(both, head[10:] + comment.encode())
    except InvalidSignature as error:
        raise BadSignature() from error
    return comment


def _prehash(content: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b(digest_size=64)
    for piece in content:
        digest.update(piece)
    return digest.digest()


def _read(signature: str) -> tuple[bytes, str, bytes]:
    lines = signature.split("\n")
    if len(signature) > MAX_SIGNATURE or len(lines) != 5 or lines[4]:
        raise BadSignature()
    untrusted, trusted = "untrusted comment: ", "trusted comment: "
    if not lines[0].startswith(untrusted) or not lines[2].startswith(trusted):
        raise BadSignature()
    try:
        head, both = base64.b64decode(lines[1], validate=True), base64.b64decode(lines[3], validate=True)
    except binascii.Error as error:
        raise BadSignature() from error
    if len(head) != 74 or len(both) != 64:
        raise BadSignature()
    return head, lines[2][len(trusted) :], both
