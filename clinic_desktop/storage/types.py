"""The only column types of the program. They emit TEXT, INTEGER, REAL or BLOB, so that STRICT tables accept them."""

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from clinic_desktop.kernel.dates import PartialDate

Words = sa.Text
Code = sa.Text
Whole = sa.Integer
Real = sa.REAL
Bytes = sa.LargeBinary


class Id(TypeDecorator[str]):
    """36 lower-case characters of a UUID."""

    impl = sa.Text
    cache_ok = True


def instant_text(instant: datetime) -> str:
    """Fixed-width ISO in UTC, so that text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC to the microsecond."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return instant_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A local calendar day."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else date.isoformat(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class PartialDay(TypeDecorator[PartialDate]):
    """A date whose day or month may be unknown."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> PartialDate | None:
        return None if value is None else PartialDate.parse(value)


class Flag(TypeDecorator[bool]):
    """Yes or no, kept as 1 or 0. Unknown is None."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> bool | None:
        return None if value is None else bool(value)


class JsonText(TypeDecorator[Any]):
    """A small structure as canonical JSON text (sorted keys), so that equal values are equal text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


class Choice(TypeDecorator[StrEnum]):
    """One member of a StrEnum, kept as its value. A value of a newer program reads as plain text, never fails."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        try:
            return self.enum(value)
        except ValueError:
            return value


def choice(enum: type[StrEnum]) -> Choice:
    return Choice(enum)
