"""The one worker thread: saves in the order they were given, long jobs a step at a time between them."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid


class Progress(Protocol):
    """What a step of a long job reports. `total` 0 means: how far is not known."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def words(self) -> str: ...


Steps = Generator[Progress, None, Any]
"""A long job as a generator: each `yield` ends a short step, `return` gives the result."""


@dataclass
class LongJob:
    """A running long job, for its cancel button."""

    steps: Steps
    progress: Callable[[Progress], None]
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]
    cancelled: Callable[[], None] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the job to end after its present step; what it acknowledged stays."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()


Deliver = Callable[[Callable[[], object]], object]


class Courier(QObject):
    """Brings a call to the thread this object lives in, the one of the windows."""

    _given = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._given.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def bring(self, call: Callable[[], object]) -> None:
        """From any thread. Whoever should receive it may have gone meanwhile."""
        if isValid(self):
            self._given.emit(call)

    def _run(self, call: Callable[[], object]) -> None:
        call()


class Worker:
    """Runs saves first come, first served; a long job only moves while no save is waiting."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._saves: deque[Callable[[], None]] = deque()
        self._jobs: deque[LongJob] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._busy = False
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
        self._thread.start()

    def save(self, task: Callable[[], None]) -> None:
        """`task` delivers its own result; it must not raise."""
        with self._changed:
            if self._closing:
                raise RuntimeError("the worker is closed")
            self._saves.append(task)
            self._changed.notify()

    def start(self, job: LongJob) -> None:
        with self._changed:
            self._jobs.append(job)
            self._changed.notify()

    def is_idle(self) -> bool:
        with self._changed:
            return not (self._saves or self._jobs or self._busy)

    def close(self) -> None:
        """Finish the waiting saves, cancel the long jobs, end the thread."""
        with self._changed:
            self._closing = True
            for job in self._jobs:
                job.cancel()
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                while not (self._saves or self._jobs or self._closing):
                    self._changed.wait()
                if not (self._saves or self._jobs):
                    return
                self._busy = True
                task = self._saves.popleft() if self._saves else None
                job = self._jobs[0] if task is None else None
            if task is not None:
                held: list[object] = [task]
                task()
            elif job is not None and run_step(job, self._deliver):
                held = [job]
                with self._changed:
                    self._jobs.remove(job)
            else:
                continue
            # What was held for it may be the last that holds a window: it is let go where windows live.
            task = job = None
            self._deliver(held.clear)


def run_step(job: LongJob, deliver: Deliver) -> bool:
    """One step of `job`; true when it has ended, one way or another."""
    try:
        if job.stopping:
            job.steps.close()
            if job.cancelled is not None:
                deliver(job.cancelled)
            return True
        report = next(job.steps)
    except StopIteration as end:
        result = end.value
        deliver(lambda: job.done(result))
        return True
    except BaseException as error:  # noqa: BLE001 - whatever it was, the window must hear of it
        trouble = error
        deliver(lambda: job.failed(trouble))
        return True
    deliver(lambda: job.progress(report))
    return False


def run_to_the_end(job: LongJob, deliver: Deliver) -> None:
    """For a job on a thread of its own, or for one that is run at once."""
    while not run_step(job, deliver):
        pass


@dataclass(frozen=True, slots=True)
class _Aside:
    work: Callable[[], Any]
    done: Callable[[Any], object]
    failed: Callable[[BaseException], object]


def _work_aside(held: list[_Aside], courier: Courier) -> None:
    try:
        result = held[0].work()
    except BaseException as error:  # noqa: BLE001 - whatever it was, the window must hear of it
        courier.bring(partial(held[0].failed, error))
    else:
        courier.bring(partial(held[0].done, result))


def aside(
    work: Callable[[], Any], done: Callable[[Any], object], failed: Callable[[BaseException], object], courier: Courier
) -> threading.Thread:
    """Run one slow thing on a thread of its own (a key derivation before there is an office)."""

    held = [_Aside(work, done, failed)]

    def run() -> None:
        _work_aside(held, courier)
        courier.bring(held.clear)

    thread = threading.Thread(target=run, name="aside", daemon=True)
    thread.start()
    return thread
