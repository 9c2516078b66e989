"""Slow things of the first windows: run aside, and their end told in a sentence."""

from collections.abc import Callable

from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.logs import log_bug
from clinic_desktop.shell.doors import Entered
from clinic_desktop.uikit.voice import crash_sentence
from clinic_desktop.uikit.worker import Courier, aside

Run = Callable[[Callable[[], Entered], Callable[[Entered], object], Callable[[BaseException], object]], object]
"""Runs the slow thing and calls back: (work, done, failed)."""


def run_aside(courier: Courier) -> Run:
    """On a thread of its own; the answers come to the thread of `courier`."""
    return lambda work, done, failed: aside(work, done, failed, courier)


def run_at_once(
    work: Callable[[], Entered], done: Callable[[Entered], object], failed: Callable[[BaseException], object]
) -> None:
    """Here and now: for walks without a person, and for tests."""
    try:
        result = work()
    except ClinicError as error:
        failed(error)
    else:
        done(result)


def sentence_of(error: BaseException) -> str:
    """One sentence for the person; a bug is noted in the log and named by its kind only."""
    if isinstance(error, ClinicError):
        return error.sentence()
    log_bug(error, "opening")
    return crash_sentence(error)
