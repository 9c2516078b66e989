"""Names of files on a stick."""

import re
import secrets

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_NAME = re.compile(r"(\d{4,})-[0-9a-z]{8}\.bundle")


def new_file_name(number: int) -> str:
    """A neutral name: the sender's own count and eight drawn signs. It tells neither who nor what."""
    return f"{number:04d}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}.bundle"


def number_in(file_name: str) -> int | None:
    """The sender's count in a file name that nobody changed."""
    found = _NAME.fullmatch(file_name)
    return int(found[1]) if found else None
