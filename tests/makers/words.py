"""Every text that an answer holds, to look for what should not be in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, cast


def words_in(value: Any, seen: set[int]) -> Iterator[str]:
    """Every text in an answer, however deep."""
    if isinstance(value, str):
        yield value
    elif value is None or isinstance(value, int | float | date) or id(value) in seen:
        return
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif is_dataclass(value):
        seen.add(id(value))
        for field in fields(value):
            yield from words_in(getattr(value, field.name), seen)
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[Any, Any]", value).items():
            yield from words_in(key, seen)
            yield from words_in(item, seen)
    elif isinstance(value, Iterable):
        for item in cast("Iterable[Any]", value):
            yield from words_in(item, seen)
