"""Slows down guessing at the sign-in window. It guards the screen only: a copied file knows no throttle."""

import json
from pathlib import Path
from typing import Any, cast

from clinic_desktop.kernel.clock import Clock
from clinic_desktop.kernel.errors import Refused, Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage.files import TRIES, write_durably

FIRST_DELAY = 5
LONGEST_DELAY = 300
STOPPED_AT = 100
# A count that cannot be read is not an empty one: somebody may have damaged it to guess on.
_UNREADABLE = 5


class TooManyTries(Refused):
    text = N_("Wait {seconds} seconds before trying again.")


class SlotStopped(Refused):
    text = N_(
        "This name has had 100 wrong passwords and is stopped. The coordinator or the recovery code can give a new one."
    )


class Throttle:
    """One per process, made when it starts: delays run by the monotonic clock from then, whatever the date says.

    A try is counted on disk before the password is looked at, so switching off in the middle wins nothing.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / TRIES
        self._clock = clock
        self._since: dict[str, float] = {}
        self._started = clock.monotonic()
        self._misses, self._base = _read(self._path)

    def misses(self, slot_id: str) -> int:
        return self._misses.get(slot_id, self._base)

    def seconds_left(self, slot_id: str) -> int:
        """How long this name must still wait; 0 means now."""
        misses = self.misses(slot_id)
        if misses == 0:
            return 0
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(misses - 1, 10))
        passed = self._clock.monotonic() - self._since.get(slot_id, self._started)
        return max(0, -int(-(delay - passed) // 1))

    def begin(self, slot_id: str) -> None:
        """Count a try as missed before it is made, or refuse it."""
        if self.misses(slot_id) >= STOPPED_AT:
            raise SlotStopped()
        if seconds := self.seconds_left(slot_id):
            raise TooManyTries(seconds=seconds)
        self._misses[slot_id] = self.misses(slot_id) + 1
        self._since[slot_id] = self._clock.monotonic()
        self._write()

    def succeeded(self, slot_id: str) -> None:
        """The right password, or a new one given by somebody entitled: the count starts again."""
        self._since.pop(slot_id, None)
        if self._misses.pop(slot_id, 0) or self._base:
            self._misses[slot_id] = 0
            self._write()

    def _write(self) -> None:
        kept = {slot: misses for slot, misses in self._misses.items() if misses or self._base}
        body = {"version": 1, "base": self._base, "misses": kept}
        try:
            write_durably(self._path, json.dumps(body, sort_keys=True).encode())
        except Trouble:
            # A full disk must not keep people out of their data; the count goes on in memory.
            return


def _read(path: Path) -> tuple[dict[str, int], int]:
    try:
        body: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}, 0
    except (OSError, ValueError, RecursionError):
        return {}, _UNREADABLE
    match body:
        case {"version": 1, "base": int(base), "misses": dict()} if base >= 0:
            listed = cast(dict[str, Any], body["misses"])
            return {slot: misses for slot, misses in listed.items() if isinstance(misses, int) and misses >= 0}, base
        case _:
            return {}, _UNREADABLE
