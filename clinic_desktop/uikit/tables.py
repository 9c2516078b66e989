"""The one table of the program: pages by id, rows of a fixed height, painted directly.

Short list: `table.show_rows(rows)`. Long list: `table.show_ids(ids, load)`, where `load(some_ids)` brings the rows of
a page; nothing else is ever loaded. Measured in tests/benchmarks/test_table_repaint.py.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from clinic_desktop.uikit.cells import Cell, paint_cell
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.theme import COMPACT_ROW, ROW, col, font, is_compact

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
PAGE, PAGES_KEPT = 64, 40
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_EMPTY = 48
"""What an empty list needs to say so."""


# No slots: with them Python 3.11 cannot make a `Column[Row](...)`.
@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its head, what it shows of a row, and how wide it is. One column of a table stretches, or several that
    then share what is left."""

    title: str
    cell: Callable[[Row], Cell | str]
    width: int = 120
    stretch: bool = False
    right: bool = False
    """Numbers: the head stands at the right, as the cells do."""
    wide_only: bool = False
    """Left out in a window narrower than 1100 px."""


class PagedModel(QAbstractTableModel, Generic[Row]):
    """Rows by id, fetched a page at a time when they come into sight."""

    def __init__(
        self, columns: Sequence[Column[Row]], key: Callable[[Row], Any], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._ids: Sequence[Any] = ()
        self._rows: Sequence[Row] | None = ()
        self._load: Callable[[Sequence[Any]], Iterable[Row]] | None = None
        self._pages: OrderedDict[int, tuple[Row | None, ...]] = OrderedDict()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """A short list, whole."""
        self.beginResetModel()
        self._rows, self._load = tuple(rows), None
        self._ids = tuple(self._key(row) for row in rows)
        self._pages.clear()
        self.endResetModel()

    def show_ids(self, ids: Sequence[Any], load: Callable[[Sequence[Any]], Iterable[Row]]) -> None:
        """A long list: only ids are held; `load` is asked for a page of at most 64 when it comes into sight."""
        self.beginResetModel()
        self._rows, self._load, self._ids = None, load, ids
        self._pages.clear()
        self.endResetModel()

    def row(self, at: int) -> Row | None:
        """The row at a position; None past the ends and where a record went away meanwhile."""
        if not 0 <= at < len(self._ids):
            return None
        if self._rows is not None:
            return self._rows[at]
        return self._page(at // PAGE)[at % PAGE]

    def _page(self, number: int) -> tuple[Row | None, ...]:
        page = self._pages.get(number)
        if page is not None:
            self._pages.move_to_end(number)
            return page
        ids = self._ids[number * PAGE : (number + 1) * PAGE]
        found = {self._key(row): row for row in self._load(ids)} if self._load is not None else {}
        page = tuple(found.get(id_) for id_ in ids)
        self._pages[number] = page
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        return page

    def id_at(self, at: int) -> Any:
        return self._ids[at] if 0 <= at < len(self._ids) else None

    def find(self, id_: Any) -> int:
        """The position of an id, -1 when it is not in the list."""
        try:
            return self._ids.index(id_)
        except ValueError:
            return -1

    def cell(self, row: Row, column: int) -> Cell | str:
        return self.columns[column].cell(row)

    # what Qt asks

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        # A plain int first: of the questions Qt asks, six in seven end here.
        if role != 0:
            return None
        if not self.checkIndex(index, QAbstractTableModel.CheckIndexOption.IndexIsValid):
            return None
        row = self.row(index.row())
        if row is None:
            return ""
        value = self.columns[index.column()].cell(row)
        return value if isinstance(value, str) else value.said()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if role != 0 or orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        return self.columns[section].title


def _beside(flush: bool) -> tuple[int, int]:
    """The room at the left and right of what stands in a cell; flush goes as far left as the mark of a chosen row."""
    return (6, 4) if flush else (12, 10)


class _Header(QHeaderView):
    def __init__(self, columns: Sequence[Column[Any]], flush: bool, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns, self._flush = columns, flush
        self.setFixedHeight(30)
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = self.viewport().rect()
        painter.fillRect(area, col("surface"))
        painter.fillRect(0, area.height() - 1, area.width(), 1, col("border"))
        painter.setFont(font("small", "semi"))
        painter.setPen(col("quiet"))
        for at, column in enumerate(self._columns):
            if self.isSectionHidden(at):
                continue
            left, right = _beside(self._flush and at == 0)
            cell = QRectF(
                self.sectionViewportPosition(at) + left, 0, self.sectionSize(at) - left - right, area.height()
            )
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | side, column.title)


class ListTable(QTableView, Generic[Row]):
    """A list one moves through with the arrows and opens with Enter. The chosen row stays chosen over a reload."""

    opened = Signal(object)
    """Enter or a double click; the row."""
    chosen = Signal(object)
    """Another row became the chosen one, or its content was loaded anew; the row, or None."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Any],
        *,
        empty: EmptyState | None = None,
        row_height: int = ROW,
        flush: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.rows: PagedModel[Row] = PagedModel(columns, key, self)
        self._empty, self._row_height, self._flush = empty, row_height, flush
        self._kept: tuple[Any, int] = (None, -1)
        self.setModel(self.rows)
        self._set_up_columns(columns)
        self._set_up_view()
        self.rows.modelAboutToBeReset.connect(self._keep)
        self.rows.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.doubleClicked.connect(self._open)
        if empty is not None:
            empty.setParent(self.viewport())
            self._show_empty()

    def _set_up_columns(self, columns: Sequence[Column[Row]]) -> None:
        header = _Header(self.rows.columns, self._flush, self)
        self.setHorizontalHeader(header)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for at, column in enumerate(columns):
            self.setColumnWidth(at, column.width)
            if column.stretch:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)

    def _set_up_view(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(20)
        rows.setDefaultSectionSize(self._row_height)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setCornerButtonEnabled(False)

    # what is shown

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.rows.show_rows(rows)

    def show_ids(self, ids: Sequence[Any], load: Callable[[Sequence[Any]], Iterable[Row]]) -> None:
        self.rows.show_ids(ids, load)

    def count(self) -> int:
        return self.rows.rowCount()

    def row(self) -> Row | None:
        """The chosen row."""
        return self.rows.row(self.currentIndex().row())

    def key(self) -> Any:
        """The id of the chosen row, None when none is."""
        return self.rows.id_at(self.currentIndex().row())

    def choose(self, id_: Any) -> bool:
        """Choose the row with this id; false when the list does not have it."""
        return self.choose_at(self.rows.find(id_))

    def choose_at(self, at: int) -> bool:
        if not 0 <= at < self.count():
            self.setCurrentIndex(QModelIndex())
            return False
        self.setCurrentIndex(self.rows.index(at, 0))
        return True

    def fit_height(self) -> None:
        """Be as high as the rows need: for a short table inside a card."""
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(30 + (row * self.count() or max(row, _EMPTY)) + 1)

    def _keep(self) -> None:
        self._kept = (self.key(), self.currentIndex().row())

    def _restore(self) -> None:
        id_, at = self._kept
        found = self.rows.find(id_) if id_ is not None else -1
        if found < 0 <= at and self.count():
            # The row left the list: the next one takes its place, so that the hand need not start anew.
            found = min(at, self.count() - 1)
        before = self.blockSignals(True)
        self.choose_at(found)
        self.blockSignals(before)
        self._show_empty()
        self.chosen.emit(self.row())

    def _moved(self, now: QModelIndex, before: QModelIndex) -> None:
        self.viewport().update()
        if now.row() != before.row() and not self.signalsBlocked():
            self.chosen.emit(self.rows.row(now.row()))

    def _open(self) -> None:
        row = self.row()
        if row is not None:
            self.opened.emit(row)

    # keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._open()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.choose_at(0 if key == Qt.Key.Key_Home else self.count() - 1)
        elif event.text() and event.text().isprintable():
            # Letters are for the search box at the top, not for jumping about in the list.
            event.ignore()
        else:
            super().keyPressEvent(event)

    # painting

    def _show_empty(self) -> None:
        if self._empty is not None:
            self._empty.setVisible(self.count() == 0)
            wide = self.viewport().width()
            # In a narrow list its sentence takes several lines.
            high = max(self._empty.heightForWidth(wide), self._empty.sizeHint().height(), _EMPTY)
            self._empty.setGeometry(0, 0, wide, high)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_window()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_window()
        self._show_empty()
        if event.size().height() < event.oldSize().height() and self.currentIndex().isValid():
            # Beside a smaller list stands what belongs to the chosen row: it stays in sight.
            self.scrollTo(self.currentIndex())

    def _fit_window(self) -> None:
        narrow = is_compact(self.window().width())
        for at, column in enumerate(self.rows.columns):
            if column.wide_only:
                self.setColumnHidden(at, narrow)
        if self._row_height == ROW:
            self.verticalHeader().setDefaultSectionSize(COMPACT_ROW if narrow else ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        view = self.viewport().rect()
        painter.fillRect(event.rect(), col("surface"))
        first = self.rowAt(max(event.rect().top(), 0))
        if first < 0:
            return
        height = self.verticalHeader().defaultSectionSize()
        top, here = self.rowViewportPosition(first), self.currentIndex().row()
        columns = [
            (at, self.columnViewportPosition(at), self.columnWidth(at))
            for at in range(len(self.rows.columns))
            if not self.isColumnHidden(at)
        ]
        for at in range(first, self.count()):
            # A row that does not fit whole is not shown; only the first is, however low the window.
            if top > event.rect().bottom() or (top + height > view.height() + 1 and at != first):
                break
            self._paint_row(painter, at, QRectF(0, top, view.width(), height), columns, at == here)
            top += height

    def _paint_row(
        self, painter: QPainter, at: int, area: QRectF, columns: Sequence[tuple[int, int, int]], here: bool
    ) -> None:
        if here:
            painter.fillRect(area, col("accent_soft"))
            painter.fillRect(QRectF(0, area.y(), 3, area.height()), col("accent"))
        painter.fillRect(QRectF(0, area.bottom() - 1, area.width(), 1), col("line"))
        row = self.rows.row(at)
        if row is None:
            return
        for column, x, width in columns:
            left, right = _beside(self._flush and column == 0)
            cell = QRectF(x + left, area.y(), width - left - right, area.height() - 1)
            paint_cell(painter, cell, self.rows.cell(row, column), raised=here)
        if here and self.hasFocus():
            self._paint_focus(painter, area)

    def _paint_focus(self, painter: QPainter, area: QRectF) -> None:
        edge = col("accent")
        painter.fillRect(QRectF(0, area.y(), area.width(), 2), edge)
        painter.fillRect(QRectF(0, area.bottom() - 2, area.width(), 2), edge)
        painter.fillRect(QRectF(area.right() - 2, area.y(), 2, area.height()), edge)
