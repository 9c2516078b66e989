"""What a room tells the house: its places, who may see them, and how they are built."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission

Build = Callable[..., QWidget]
"""`build(office, **arguments)`; it imports its screen when it is called, not before."""


@dataclass(frozen=True, slots=True)
class Place:
    """A screen one can go to. `code` is what `office.go` says; `title` and `icon` are what the rail shows.

    Whoever holds one of `permissions` may see it; with none named, everybody may. `rail` false means it is reached
    from another screen only (a chart), under the rail's place `under`.
    """

    code: str
    title: str
    icon: str
    permissions: frozenset[Permission]
    build: Build
    rail: bool = True
    under: str = ""
    order: int = 50
    """Where in the rail, from the top; equal numbers keep the order of the house."""
    waits: Callable[..., int] | None = None
    """`waits(office)`: how much there waits for somebody, a number on its button; asked when `wait_tables` change."""
    wait_tables: frozenset[str] = frozenset()

    def said(self) -> str:
        return _(self.title)


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    places: tuple[Place, ...] = field(default=())


@runtime_checkable
class TakesTyping(Protocol):
    """A screen on which letters typed outside any field go to the search box."""

    accepts_typing: bool


@runtime_checkable
class KeepsDraft(Protocol):
    """A screen with unsaved words: asked to keep them before lock, cover, and leaving."""

    def keep_draft(self) -> None: ...


@runtime_checkable
class StepsBack(Protocol):
    """A screen that does something of its own on Esc; true when it did, so that the frame stays."""

    def step_back(self) -> bool: ...


@runtime_checkable
class LongCover(Protocol):
    """A screen with a person sitting there (a consultation): its cover may stay an hour before the full lock."""

    long_cover: bool


@runtime_checkable
class FirstFocus(Protocol):
    """A screen that says where the focus goes when it is shown."""

    def take_focus(self) -> None: ...
