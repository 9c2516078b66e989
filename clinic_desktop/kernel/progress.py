"""How far a long job is: what its steps report on the way to the person who waits."""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress:
    """`total` 0 means that how far is not known. `words` are for the screen, already translated."""

    done: int
    total: int
    words: str


def stepwise(
    call: Callable[[Callable[[Progress], None], Callable[[], bool]], Result],
) -> Generator[Progress, None, Result]:
    """Turns a call that reports by callback into steps: it runs on a thread of its own, its reports are yielded.

    `call(report, stopped)`; closing the generator makes `stopped()` true and waits for the call to end.
    """
    reports: SimpleQueue[Progress | None] = SimpleQueue()
    stop = threading.Event()
    outcome: list[Result] = []
    trouble: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call(reports.put, stop.is_set))
        except BaseException as error:  # noqa: BLE001 - raised again on the thread that waits
            trouble.append(error)
        finally:
            reports.put(None)

    thread = threading.Thread(target=run, name="stepwise", daemon=True)
    thread.start()
    try:
        while (report := reports.get()) is not None:
            yield report
    finally:
        stop.set()
        thread.join()
    if trouble:
        raise trouble[0]
    return outcome[0]


def finish(steps: Generator[Progress, None, Result]) -> Result:
    """Run a long job to its end with nobody watching; its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
