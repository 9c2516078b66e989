"""What each column of the sheet holds: its heading, what stands in it, and a choice."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from clinic_desktop.features.patients.rules.intake import FIELD_WORDS, Field, Sheet, as_text, must_fit
from clinic_desktop.features.patients.rules.intake_lines import read_told_on
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, Line
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

_SAMPLES = 3
_HEADING_SIGNS, _SAMPLE_SIGNS = 26, 28


class ColumnsPage(QWidget):
    ready = Signal()
    left = Signal()

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._sheet: Sheet | None = None
        self.fields: list[Select] = []
        self.said = Text("", "small", color="quiet")
        self.day = Edit()
        self.day.setFixedWidth(130)
        self.day.setAccessibleName(_("Day on which the ages were told"))
        self.meant = Text("", "small", "semi", "accent")
        self.trouble = Text("", "body", "semi", "danger", wrap=True)
        self.trouble.hide()
        self._area = scrolled(QWidget())
        self.back = Button(_("Go back"), "back", "quiet")
        self.go_on = Button(_("Look at the people"), "save", "primary", "users", tall=True)
        listed = Card(self.said, Line(), (self._area, 1), margins=(S3, S2, 1, 1), gap=S2)
        told = Text(_("Day on which the ages were told"))
        deeds = row(self.back, S3, told, self.day, (self.meant, 1), self.go_on, gap=S2)
        stack(self, (listed, 1), self.trouble, deeds, gap=S2)
        self.day.textChanged.connect(self._say_day)
        self.day.returnPressed.connect(self.ready)
        self.back.clicked.connect(self.left)
        self.go_on.clicked.connect(self.ready)

    def take_focus(self) -> None:
        """To the first column that nobody understood, else to the deed."""
        unknown = (select for select in self.fields if select.value() == Field.LEFT_OUT)
        (next(unknown, None) or self.go_on).setFocus()

    def show_sheet(self, sheet: Sheet, columns: Sequence[Field], remembered: bool) -> None:
        self._sheet = sheet
        self.trouble.hide()
        self.day.setText(self._office.today().strftime("%d/%m/%Y"))
        people = ngettext("{count} line", "{count} lines", len(sheet.lines)).format(count=f"{len(sheet.lines):,}")
        known = _("the columns are as the last time") if remembered else _("look whether each column is understood")
        self.said.setText(f"{sheet.said} · {people} · {known}")
        self._fill(sheet, columns)

    def chosen(self) -> tuple[Field, ...] | None:
        """What the columns hold; None, and said, where they cannot be read like that or the day is none."""
        # Qt gives back a bare word, not the member of the enumeration.
        columns = tuple(Field(select.value()) for select in self.fields)
        self.trouble.hide()
        try:
            must_fit(self._sheet.headings if self._sheet else (), columns)
        except Refused as refused:
            self._complain(refused.sentence())
            return None
        if self.told_on() is None:
            self._complain(_("Write the day on which the ages were told like 23/11/2026; it must have been already."))
            self.day.setFocus()
            return None
        return columns

    def told_on(self) -> date | None:
        return read_told_on(self.day.text(), self._office.today())

    def _complain(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.show()

    def _say_day(self, _typed: str = "") -> None:
        day = self.told_on()
        self.meant.setText(say_day(day) if day else "")
        self.day.set_wrong(day is None)

    def _fill(self, sheet: Sheet, columns: Sequence[Field]) -> None:
        options = [(field, _(words)) for field, words in FIELD_WORDS.items()]
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, S4, S2)
        grid.setHorizontalSpacing(S3)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.fields = []
        for at, (heading, meant) in enumerate(zip(sheet.headings, columns, strict=True)):
            name = _cut(heading, _HEADING_SIGNS) or _("Column {number}").format(number=at + 1)
            samples = Text(_samples(sheet, at), color="quiet")
            samples.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            select = Select(options)
            select.set_value(meant)
            select.setFixedWidth(230)
            select.setAccessibleName(_("What “{heading}” holds").format(heading=name))
            grid.addWidget(Text(name, weight="semi"), at, 0)
            grid.addWidget(samples, at, 1)
            grid.addWidget(select, at, 2)
            self.fields.append(select)
        grid.setRowStretch(len(sheet.headings), 1)
        self._area.setWidget(page)
        page.setAutoFillBackground(False)
        self._order_tabs()

    def _order_tabs(self) -> None:
        chain: list[QWidget] = [*self.fields, self.day, self.go_on, self.back]
        for one, after in pairwise(chain):
            QWidget.setTabOrder(one, after)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._area.verticalScrollBar().setValue(0)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _samples(sheet: Sheet, at: int) -> str:
    """The first three different things that stand in the column."""
    found: dict[str, None] = {}
    for line in sheet.lines:
        said = as_text(line.cells[at]) if at < len(line.cells) else ""
        if said:
            found[_cut(said, _SAMPLE_SIGNS)] = None
        if len(found) == _SAMPLES:
            break
    return " · ".join(found) or _("empty")


def _cut(text: str, signs: int) -> str:
    return text if len(text) <= signs else text[: signs - 1] + "…"
