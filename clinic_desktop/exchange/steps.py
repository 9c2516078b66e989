"""Long work as short steps: a generator that reports after each. A window runs it between saves, a command at once."""

from collections.abc import Callable, Generator
from typing import TypeVar

from clinic_desktop.kernel.progress import Progress

Result = TypeVar("Result")

Steps = Generator[Progress, None, Result]


def finish(
    steps: Steps[Result],
    progress: Callable[[Progress], object] | None = None,
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
