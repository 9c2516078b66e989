"""A picture whose points the arrows walk through: each is said, so that nobody has to see it to know it."""

from collections.abc import Sequence
from datetime import date
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class SaidDay(Protocol):
    @property
    def day(self) -> date: ...
    @property
    def words(self) -> str: ...


Point = TypeVar("Point", bound=SaidDay)


class WalkedPicture(QWidget, Generic[Point]):
    """The subclass paints; it fills `_spots`, resets `_at`, and says where a day stands."""

    walked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spots: Sequence[Point] = ()
        self._at: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def place(self, day: date) -> float:
        """Where the day stands, in pixels from the left."""
        raise NotImplementedError

    def spot(self) -> Point | None:
        return self._spots[self._at] if self._at is not None and self._at < len(self._spots) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self._spots or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in _STEPS:
            start = self._at if self._at is not None else len(self._spots) - (1 if _STEPS[key] > 0 else 0)
            self._go(start + _STEPS[key])
        elif key in _ENDS:
            self._go(_ENDS[key] % len(self._spots))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._spots:
            x = event.position().x()
            self._go(min(range(len(self._spots)), key=lambda at: abs(self.place(self._spots[at].day) - x)))

    def _go(self, at: int) -> None:
        self._at = max(0, min(at, len(self._spots) - 1))
        words = self._spots[self._at].words
        self.setAccessibleDescription(words)
        self.walked.emit(words)
        self.update()
