"""Names of files on a stick."""

import secrets

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def new_file_name(number: int) -> str:
    """A neutral name: the sender's own count and eight drawn signs. It tells neither who nor what."""
    return f"{number:04d}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}.bundle"
