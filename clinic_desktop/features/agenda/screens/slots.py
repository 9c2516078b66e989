"""What upper rooms hang on a line of the day's list. Filled by app/house.py; light enough to be imported early."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office


@dataclass(frozen=True, slots=True)
class RowDeed:
    """Something to do with the chosen person ("Vital signs"). `title` is a msgid, `key` a name of the key registry."""

    title: str
    key: str
    icon: str
    permissions: frozenset[Permission]
    run: Callable[[Office, str, QWidget], object]


@dataclass(frozen=True, slots=True)
class RowMark:
    """A word beside the people it is true of, for those who may know: never for the desk. `word` is a msgid."""

    word: str
    permissions: frozenset[Permission]
    tables: frozenset[str]
    of: Callable[[Office, Sequence[str]], Collection[str]]


row_deeds: tuple[RowDeed, ...] = ()
row_marks: tuple[RowMark, ...] = ()


def marks_for(office: Office) -> list[RowMark]:
    return [mark for mark in row_marks if office.may(*mark.permissions)]


def deeds_for(office: Office) -> list[RowDeed]:
    return [deed for deed in row_deeds if office.may(*deed.permissions)]
