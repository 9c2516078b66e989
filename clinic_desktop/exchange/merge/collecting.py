"""No search for unreachable rings of objects while one segment is read.

Reading a part makes many small lists at once, and after every few hundred Python looks through all that the program
holds for rings. There are none among them; the search took most of the time of a merge.
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Generator[None]:
    """For one segment, not for a whole load: what is made meanwhile stays small."""
    if not gc.isenabled():  # with windows it is off anyhow (uikit/collecting.py)
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
