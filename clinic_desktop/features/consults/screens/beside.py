"""Small sheets beside the note: a few lines that stand already, and a form for one more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.rules.story import read_past
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import clear, row, scrolled, stack
from clinic_desktop.uikit.surfaces import Line
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Phrase, Piece, Text


@dataclass(frozen=True, slots=True)
class Standing:
    """A line that is there already, and what may be done with it: words and the deed."""

    said: tuple[Piece, ...]
    deeds: tuple[tuple[str, Callable[[], object]], ...] = ()


class LinesSheet(Sheet):
    """What stands above, the form below; the subclass fills both and keeps."""

    def __init__(self, title: str, parent: QWidget | None, form: Form, *, empty: str, keep: str, width: int = 600):
        self.form = form
        self._empty = empty
        self._list = QWidget()
        self._shown = stack(self._list, gap=S2)
        self._area = scrolled(self._list)
        self.links: list[Link] = []
        super().__init__(title, parent, Text(title, "head", "semi"), (self._area, 1), Line(), form, width=width)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.keep = self.add_deed(Button(keep, "save", "primary", "check"), self.keep_form)

    def keep_form(self) -> None:
        raise NotImplementedError

    def show_lines(self, lines: Sequence[Standing]) -> None:
        clear(self._shown)
        self.links = []
        for line in lines:
            links = [self._link(words, act) for words, act in line.deeds]
            self._shown.addLayout(row((Phrase(*line.said), 1), *links, gap=S3))
        if not lines:
            self._shown.addWidget(Text(self._empty, color="quiet", wrap=True))
        self._shown.addStretch(1)
        self._area.setMinimumHeight(min(40 + 30 * len(lines), 130))

    def _link(self, words: str, act: Callable[[], object]) -> Link:
        link = Link(words, small=True)
        link.clicked.connect(partial(_without_arguments, act))
        self.links.append(link)
        return link


def _without_arguments(act: Callable[[], object], *_clicked: object) -> None:
    act()


class PastField(Edit):
    """A day that is over, told as people tell it; `value()` is None while nothing is typed."""

    def __init__(self, today: date, placeholder: str = "") -> None:
        super().__init__("", placeholder or _("2019, 3/2024, 5/11, 3d, 6m"))
        self._today = today

    def value(self) -> PartialDate | None:
        typed = self.text().strip()
        return read_past(typed, self._today) if typed else None

    def complaint(self, _shown: object = None) -> str | None:
        try:
            self.value()
        except Refused as refused:
            return refused.sentence()
        return None
