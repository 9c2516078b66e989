"""What the frame leaves open for the rooms: search results, words of the footer. The house fills them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import Role


@dataclass(frozen=True, slots=True)
class StatusItem:
    """A few words in the footer. A click on them goes to `place`, if there is one."""

    text: str
    icon: str
    color: Role = "quiet"
    place: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """A part of the footer: what it reads, and which tables change it. `read` imports its query when called."""

    read: Callable[[Office], Iterable[StatusItem]]
    tables: frozenset[str] = frozenset()


class SearchResults(Protocol):
    """The widget that takes the place of the page while something is in the search box."""

    def look_for(self, words: str) -> None:
        """The words changed."""
        ...

    def move_choice(self, step: int) -> None:
        """Down or up in the results, while the focus stays in the box."""
        ...

    def open_chosen(self) -> None:
        """Enter in the box."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """The search of the house: what the box says while empty, and how its results are built, once, when first used."""

    placeholder: str
    build: Callable[[Office], QWidget]
    """Gives a widget that is also a `SearchResults`."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Everything the house hangs into the frame."""

    search: Search | None = None
    status: tuple[Status, ...] = ()
