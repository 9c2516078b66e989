"""Canonical JSON: one content has one writing, so that its hash and signature mean one thing.

UTF-8, no spaces, keys sorted, no escapes but the needed ones, integers only as numbers. What is read must equal its own
writing again: duplicate keys, other orders and other spellings are refused.
"""

import hashlib
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")
_encoder = msgspec.json.Encoder(order="sorted")


class NotCanonical(Exception):
    """Not JSON, not canonical, or not of the expected form."""


def write(value: Any) -> bytes:
    return _encoder.encode(value)


def read(content: bytes, form: type[Shape]) -> Shape:
    """Decodes into `form`. Fields that `form` does not know are allowed: a newer program may write them."""
    try:
        plain = msgspec.json.decode(content)
        if _encoder.encode(plain) != content:
            raise NotCanonical()
        return msgspec.convert(plain, form)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        raise NotCanonical() from error


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
