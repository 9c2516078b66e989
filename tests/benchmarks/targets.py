"""A measured number beside the one it is held to, as a line."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def at_least(name: str, value: float, floor: float, unit: str, told: str = "") -> str:
    return _line(name, value, f">= {floor:g}", unit, told, met=value >= floor)


def at_most(name: str, value: float, ceiling: float, unit: str, told: str = "") -> str:
    return _line(name, value, f"<= {ceiling:g}", unit, told, met=value <= ceiling)


def _line(name: str, value: float, limit: str, unit: str, told: str, *, met: bool) -> str:
    said = f"{name}: {value:.3g} {unit} (target {limit}: {'met' if met else 'NOT MET'})"
    return f"{said}; {told}" if told else said


def cpu(act: Callable[[], Result]) -> tuple[Result, float]:
    """What it gives, and the seconds of CPU of all threads."""
    start = time.process_time()
    result = act()
    return result, time.process_time() - start
