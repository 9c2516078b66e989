"""Results as their papers say them: a test, a value, a unit, a day. Nothing here calls a value high or low."""

from dataclasses import dataclass, replace
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.names import fold

LONGEST = 300


class WhichTestMissing(Refused):
    text = N_("Choose a test, or write which it was.")


class ValueMissing(Refused):
    text = N_("Write the value as the paper says it.")


class TooLong(Refused):
    text = N_("A result is one line. Write more words into the note.")


@dataclass(frozen=True, slots=True)
class LabTest:
    code: str
    name: str
    unit: str
    """The usual one; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Result:
    """`test_code` of the catalog, or words of one's own in `test_text`."""

    test_code: str | None
    test_text: str
    value: str
    unit: str = ""


@cache
def lab_tests() -> tuple[LabTest, ...]:
    return tuple(LabTest(row["code"], row["name"], row["unit"]) for row in read_catalog("lab_tests"))


def test_of(code: str | None) -> LabTest | None:
    return next((test for test in lab_tests() if test.code == code), None)


def find_tests(words: str) -> tuple[LabTest, ...]:
    """Every word begins a word of the name; all of them while nothing is typed."""
    wanted = fold(words).split()
    return tuple(
        test
        for test in lab_tests()
        if all(any(word.startswith(part) for word in fold(test.name).split()) for part in wanted)
    )


def say_test(code: str | None, text: str | None) -> str:
    """A code that only a newer program knows is said by the words that came with it, else as it is."""
    known = test_of(code)
    return known.name if known is not None else text or code or ""


def say_value(value: str | None, unit: str | None) -> str:
    return " ".join(part for part in (value, unit) if part)


def checked(result: Result) -> Result:
    """As it may be kept. Refuses half of one."""
    kept = replace(
        result, test_text=_line(result.test_text), value=_line(result.value), unit=_line(result.unit),
        test_code=result.test_code if test_of(result.test_code) is not None else None,
    )  # fmt: skip
    if kept.test_code is None and not fold(kept.test_text):
        raise WhichTestMissing()
    if not kept.value:
        raise ValueMissing()
    if max(map(len, (kept.test_text, kept.value, kept.unit))) > LONGEST:
        raise TooLong()
    return kept


def _line(words: str) -> str:
    return " ".join(words.split())
