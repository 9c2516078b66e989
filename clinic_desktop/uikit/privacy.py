"""Whether names may be read on the list of the day: taken off when somebody stands at the desk who should not.

It holds for this device until the key is pressed again, also over a lock: the process that the lock starts inherits it.
"""

import os

_MARK = "CLINIC_DESKTOP_NAMES_HIDDEN"


def are_names_hidden() -> bool:
    return _MARK in os.environ


def hide_names(hidden: bool) -> None:
    if hidden:
        os.environ[_MARK] = "1"
    else:
        os.environ.pop(_MARK, None)
