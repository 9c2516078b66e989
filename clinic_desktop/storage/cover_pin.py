"""The short PIN that lifts the cover. It lives in memory only and protects the screen, not the data."""

import hashlib
import hmac
import secrets
from itertools import pairwise

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

TRIES = 3


class WeakPin(Refused):
    text = N_("Choose 4 to 8 digits that are not all the same and not in order.")


class CoverPin:
    """Made once per sign-in and never stored: a PIN of a few digits falls at once to whoever holds its hash.

    After three misses nothing opens any more: the program locks and asks for the password.
    """

    def __init__(self, pin: str) -> None:
        if not _good(pin):
            raise WeakPin()
        self._salt = secrets.token_bytes(32)
        self._hash = self._digest(pin)
        self.tries_left = TRIES

    @property
    def spent(self) -> bool:
        return self.tries_left == 0

    def check(self, typed: str) -> bool:
        if self.spent:
            return False
        if hmac.compare_digest(self._digest(typed), self._hash):
            self.tries_left = TRIES
            return True
        self.tries_left -= 1
        return False

    def _digest(self, pin: str) -> bytes:
        return hashlib.blake2b(pin.encode("utf-8", "surrogatepass"), key=self._salt).digest()


def _good(pin: str) -> bool:
    if not (4 <= len(pin) <= 8 and pin.isascii() and pin.isdigit()):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps not in ({0}, {1}, {-1})
