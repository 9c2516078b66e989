"""What was agreed and taught beside medicines: a list that one goes through with the space bar."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.consults.rules.plan_items import PlanItemKind, plan_items, say_plan_item
from clinic_desktop.features.consults.screens.parts import Here, kept_list
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Check
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.theme import S2, S4, metrics
from clinic_desktop.uikit.words import Text


class _Line(Text):
    """One line, cut where the room ends; the whole stands in the sheet and for the screen reader."""

    def __init__(self) -> None:
        super().__init__("", "small", color="quiet")
        self._whole = ""
        self.setMinimumWidth(40)

    def show_words(self, words: str) -> None:
        self._whole = words
        self.setAccessibleName(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        said = metrics("small").elidedText(self._whole, Qt.TextElideMode.ElideRight, max(0, self.width() - 2))
        if said != self.text():
            self.setText(said)


class PlanPart(QObject):
    """`strip` stands in the note under the plan; what is marked is signed with the note."""

    edited = Signal()

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self._codes: tuple[str, ...] = ()
        self.button = Link(_("Agreed and taught"), key="section_7", small=True)
        self.button.clicked.connect(self.ask)
        self.said = _Line()
        self.strip = QWidget()
        stack(self.strip, row(self.button, (self.said, 1), gap=S2))

    def ask(self) -> "PlanSheet":
        sheet = PlanSheet(self._screen, self._codes, self._told)
        sheet.open()
        return sheet

    def codes(self) -> tuple[str, ...]:
        return self._codes

    def _told(self, codes: Sequence[str]) -> None:
        self._show(codes)
        self.edited.emit()

    def _show(self, codes: Sequence[str]) -> None:
        self._codes = tuple(codes)
        self.said.show_words(" · ".join(say_plan_item(code) for code in codes))

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self._show([code for code in kept_list(draft, "plan_items") if isinstance(code, str)])

    def kept(self) -> Mapping[str, Any]:
        return {"plan_items": list(self._codes)}

    def show_here(self, here: Here) -> None:
        pass

    def written(self, so_far: Written) -> Written:
        return replace(so_far, plan_items=self._codes)

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return None


class _Item(Check):
    """Up and down go through the list as Tab does."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not event.modifiers():
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


class PlanSheet(Sheet):
    """Two columns: what is agreed, what was explained. Space marks, arrows go on."""

    def __init__(self, parent: QWidget, chosen: Sequence[str], then: Callable[[list[str]], object]) -> None:
        self._then = then
        # What a newer program marked stays marked.
        self._others = [code for code in chosen if code not in {item.code for item in plan_items()}]
        self.checks: dict[str, Check] = {}
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, S2, 0)
        grid.setHorizontalSpacing(S4)
        grid.setVerticalSpacing(0)
        heads = {PlanItemKind.PLAN: _("Agreed"), PlanItemKind.TEACHING: _("Explained")}
        for at, (kind, head) in enumerate(heads.items()):
            grid.addWidget(Text(head, weight="semi"), 0, at)
            for line, item in enumerate((item for item in plan_items() if item.kind is kind), 1):
                check = self.checks[item.code] = _Item(item.said, checked=item.code in chosen)
                grid.addWidget(check, line, at)
        area = scrolled(inner)
        area.setMinimumHeight(250)
        super().__init__(_("Agreed and taught"), parent, (area, 1), width=640)
        self.setMaximumWidth(860)
        self.setMinimumWidth(min(820, max(640, inner.sizeHint().width() + 80)))
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary", icon="check"), self._keep)
        next(iter(self.checks.values())).setFocus()

    def _keep(self) -> None:
        codes = [code for code, check in self.checks.items() if check.isChecked()] + self._others
        self.accept()
        self._then(codes)
