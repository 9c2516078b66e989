"""What upper rooms hang on a line of the day's list. Filled by app/house.py; light enough to be imported early."""

from collections.abc import Callable
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


row_deeds: tuple[RowDeed, ...] = ()


def deeds_for(office: Office) -> list[RowDeed]:
    return [deed for deed in row_deeds if office.may(*deed.permissions)]
