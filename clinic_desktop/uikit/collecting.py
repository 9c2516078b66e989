"""Rubbish is collected on the thread of the windows and on no other.

Python looks for unreachable rings of objects on whichever thread happens to ask for memory. A dialog that was closed is
such a ring; when the worker finds it, the window is torn down on a thread that owns no windows, and the program dies.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 2_000


def collect_what_is_due() -> None:
    """What Python would have done by itself, by its own thresholds."""
    due = [count > threshold > 0 for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)]
    for generation in (2, 1, 0):
        if due[generation]:
            gc.collect(generation)
            return


def collect_here(parent: QObject) -> QTimer:
    """From now on rubbish is collected by a timer of the calling thread, for as long as `parent` lives."""
    gc.disable()
    timer = QTimer(parent)
    timer.timeout.connect(collect_what_is_due)
    timer.destroyed.connect(gc.enable)
    timer.start(EVERY_MS)
    return timer
