"""The mental state, aspect by aspect: normal, in other words, or not examined. Written into the note as plain text."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.consults.rules.mental_state import Aspect, all_normal, as_text, aspects, read_text
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import scrolled
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text

_NORMAL, _OTHER, _NOT_EXAMINED = 0, 1, 2


class MentalStateSheet(Sheet):
    """Digits choose and go on; words that are typed are an exception by themselves. What is left open says so."""

    def __init__(self, parent: QWidget, text: str, then: Callable[[str], object]) -> None:
        self._then = then
        found, self._rest = read_text(text)
        self.choices: dict[str, Choice] = {}
        self.words: dict[str, Edit] = {}
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, S2, 0)
        grid.setVerticalSpacing(4)
        for line, aspect in enumerate(aspects()):
            self._add(grid, line, aspect, found)
        grid.setColumnStretch(2, 1)
        self._area = scrolled(inner)
        self._area.setMinimumHeight(264)
        hint = Text(_("What is not looked at is written as such. 1, 2 and 3 choose."), "small", color="quiet")
        super().__init__(_("Mental state"), parent, hint, (self._area, 1), width=640)
        self.setMaximumWidth(840)
        self.setMinimumWidth(800)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.normal = self.add_deed(Button(_("What is open is normal"), key="mental_normal"), self.fill_normal)
        self.keep = self.add_deed(Button(_("Write it"), key="save", kind="primary", icon="check"), self._keep)
        self.choices[aspects()[0].code].setFocus()

    def _add(self, grid: QGridLayout, line: int, aspect: Aspect, found: Mapping[str, str]) -> None:
        said = found.get(aspect.code)
        at = None if said is None else _NORMAL if said in aspect.normals.values() else _OTHER
        choice = Choice([_("Normal"), _("Other"), _("Not examined")], at, height=30, tick=False)
        edit = Edit(said if at == _OTHER and said else "", aspect.normal, height=30)
        choice.setAccessibleName(aspect.title)
        edit.setAccessibleName(_("{aspect}, in words").format(aspect=aspect.title))
        choice.chosen.connect(partial(self._chosen, aspect.code))
        edit.textEdited.connect(partial(self._typed, aspect.code))
        edit.returnPressed.connect(partial(self._go_on, aspect.code))
        self.choices[aspect.code], self.words[aspect.code] = choice, edit
        title = Text(aspect.title)
        grid.addWidget(title, line, 0)
        grid.addWidget(choice, line, 1)
        grid.addWidget(edit, line, 2)

    def _chosen(self, code: str, picked: int) -> None:
        if picked == _OTHER:
            self.words[code].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.words[code].clear()
            self._go_on(code)

    def _typed(self, code: str, _text: str) -> None:
        words = bool(self.words[code].text().strip())
        self.choices[code].set_at(_OTHER if words else None)

    def _go_on(self, code: str) -> None:
        codes = list(self.choices)
        at = codes.index(code) + 1
        if at == len(codes):
            self.keep.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.choices[codes[at]].setFocus(Qt.FocusReason.TabFocusReason)
            self._area.ensureWidgetVisible(self.choices[codes[at]])

    def fill_normal(self) -> None:
        """Only what nobody has said anything about yet."""
        for code, choice in self.choices.items():
            if choice.at() is None and code in all_normal():
                choice.set_at(_NORMAL)

    def findings(self) -> dict[str, str]:
        """Other without words says nothing: it counts as not examined."""
        normal, found = all_normal(), dict[str, str]()
        for code, choice in self.choices.items():
            if choice.at() == _NORMAL:
                found[code] = normal[code]
            elif choice.at() == _OTHER:
                found[code] = self.words[code].text().strip().removesuffix(".")
        return {code: words for code, words in found.items() if words}

    def _keep(self) -> None:
        text = as_text(self.findings(), self._rest)
        self.accept()
        self._then(text)
