"""Rows and columns written as they are read.

An item is a widget, a layout, None (stretch), a whole number (pixels of room), or a pair (item, share).
"""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from clinic_desktop.uikit.theme import S2, S3, S4

Plain = QWidget | QLayout
Item = Plain | int | None | tuple[Plain, int]
Margins = tuple[int, int, int, int]
NO_MARGINS: Margins = (0, 0, 0, 0)


def column(*items: Item, margins: Margins = NO_MARGINS, gap: int = S2) -> QVBoxLayout:
    layout = QVBoxLayout()
    _fill(layout, items, margins, gap)
    return layout


def row(*items: Item, margins: Margins = NO_MARGINS, gap: int = S2) -> QHBoxLayout:
    layout = QHBoxLayout()
    _fill(layout, items, margins, gap)
    return layout


def stack(parent: QWidget, *items: Item, margins: Margins = NO_MARGINS, gap: int = S2) -> QVBoxLayout:
    """Lay `items` below each other inside `parent`."""
    layout = QVBoxLayout(parent)
    _fill(layout, items, margins, gap)
    return layout


def line_up(parent: QWidget, *items: Item, margins: Margins = NO_MARGINS, gap: int = S2) -> QHBoxLayout:
    """Lay `items` beside each other inside `parent`."""
    layout = QHBoxLayout(parent)
    _fill(layout, items, margins, gap)
    return layout


def page(*items: Item, margins: Margins = (S4, S4, S4, S4), gap: int = S3, parent: QWidget | None = None) -> QWidget:
    """A plain widget with its items below each other: the body of a place."""
    widget = QWidget(parent)
    stack(widget, *items, margins=margins, gap=gap)
    return widget


def scrolled(widget: QWidget, parent: QWidget | None = None) -> QScrollArea:
    """Lets a page scroll where the window is smaller than what it needs."""
    area = QScrollArea(parent)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(widget)
    # The page paints its own ground; the area must not lay the base colour under it.
    area.viewport().setAutoFillBackground(False)
    widget.setAutoFillBackground(False)
    return area


def drop_current(pages: QStackedWidget) -> None:
    """Take the page in front away for good."""
    front = pages.currentWidget()
    if front is not None:
        pages.removeWidget(front)
        front.deleteLater()


def clear(layout: QLayout) -> None:
    """Take out and delete everything that `layout` holds, to fill it anew."""
    while (item := layout.takeAt(0)) is not None:
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            clear(inner)
        elif widget is not None:
            widget.hide()
            widget.deleteLater()


def _fill(layout: QBoxLayout, items: Iterable[Item], margins: Margins, gap: int) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, tuple):
            _add(layout, *item)
        else:
            _add(layout, item, 0)


def _add(layout: QBoxLayout, item: Plain, share: int) -> None:
    if isinstance(item, QWidget):
        layout.addWidget(item, share)
    else:
        layout.addLayout(item, share)
