"""Long work as short steps: a generator that reports after each. A window runs it between saves, a command at once."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step:
    """How far the work is. `total` 0 means: not known."""

    done: int
    total: int
    words: str


Steps = Generator[Step, None, Result]


def finish(
    steps: Steps[Result],
    progress: Callable[[Step], object] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result | None:
    """Run to the end and give the result; None if `stop` said so between two steps."""
    while True:
        if stop is not None and stop():
            steps.close()
            return None
        try:
            report = next(steps)
        except StopIteration as end:
            return end.value
        if progress is not None:
            progress(report)
