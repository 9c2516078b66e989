"""The sticks that are in: looked for now and then while the screen is seen, and on a press."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.exchange.outcomes import SeenStick
from clinic_desktop.exchange.stick import media
from clinic_desktop.exchange.stick.drives import Stick
from clinic_desktop.features.bundles.rules.loads import said_size
from clinic_desktop.features.bundles.service import looking
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2

_EVERY_MS = 3000
_HEAD, _ROW, _MOST_ROWS = 34, 56, 3


class SticksList(QWidget):
    """Choose where to copy to or from; a single stick is chosen by itself."""

    changed = Signal()
    opened = Signal()
    """Enter on the stick that is chosen."""

    def __init__(self, office: Office, parent: QWidget | None = None, *, short: bool = False) -> None:
        """`short`: no higher than its rows, where more stands below."""
        super().__init__(parent)
        self._office = office
        self._short = short
        self._extra: Path | None = None
        self._seen: list[object] = []
        self._looking = False
        self._found: tuple[SeenStick, ...] = ()
        other = Link(_("Another folder…"), small=True)
        other.clicked.connect(self._ask_folder)
        empty = EmptyState(_("Insert the USB stick. It appears here by itself."), None)
        self.table = ListTable(
            [Column[SeenStick](_("Stick"), _said_stick, stretch=True)],
            key=lambda stick: stick.folder,
            empty=empty,
            row_height=_ROW,
        )
        self.table.chosen.connect(self._moved)
        self.table.opened.connect(self._opened)
        stack(self, (self.table, 1), other, gap=S2)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._look_if_changed)
        self._timer.start()

    def chosen(self) -> SeenStick | None:
        return self.table.row()

    def found(self) -> tuple[SeenStick, ...]:
        """All that are in."""
        return self._found

    def choose_folder(self, folder: Path) -> None:
        """As if a person had chosen it."""
        self._extra = folder
        self.look()

    def look(self) -> None:
        """Look at all sticks again."""
        if self._looking:
            return
        self._looking = True
        self._seen = _known_by(media.sticks())
        job = partial(looking.look_around, extra=self._extra)
        self._office.run_long(job, self, then=self._show, failed=lambda _error: self._show(()))

    def _moved(self, _row: object) -> None:
        self.changed.emit()

    def _opened(self, _row: object) -> None:
        self.opened.emit()

    def _look_if_changed(self) -> None:
        if self.isVisible() and _known_by(media.sticks()) != self._seen:
            self.look()

    def _show(self, sticks: tuple[SeenStick, ...]) -> None:
        self._looking = False
        self._found = sticks
        self.table.show_rows(sticks)
        height = _HEAD + _ROW * max(1, min(len(sticks), _MOST_ROWS))
        self.table.setMinimumHeight(height)
        if self._short:
            self.table.setMaximumHeight(height)
        if self._extra is not None and any(s.folder == self._extra for s in sticks):
            self.table.choose(self._extra)
        elif self.table.row() is None and len(sticks) == 1:
            self.table.choose_at(0)
        self.changed.emit()

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, _("Another folder…"))
        if folder:
            self.choose_folder(Path(folder))


def _known_by(sticks: Iterable[Stick]) -> list[object]:
    """By what another stick in the same place is noticed: on Windows every one is E:."""
    return [(stick.folder, stick.label, stick.total, stick.read_only) for stick in sticks]


def _said_stick(stick: SeenStick) -> cells.Cell:
    told = [_("{size} free").format(size=said_size(stick.free))]
    count = len(stick.bundles)
    if count:
        told.append(ngettext("{count} bundle on it", "{count} bundles on it", count).format(count=count))
    if stick.suspicious:
        told.append(_("seems to have a virus: clean it"))
    if stick.read_only:
        told.append(_("locked"))
    return cells.two_lines(
        _("DO NOT USE · {name}").format(name=stick.label) if stick.unfit else stick.label,
        under=" · ".join(told),
        ink="warn" if stick.unfit or stick.suspicious else "plain",
    )
