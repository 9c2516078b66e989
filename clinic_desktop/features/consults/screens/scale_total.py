"""A scale whose wording may not be in the program: what the paper adds up to, and the question about danger."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.rules.questionnaires import ScoredItem
from clinic_desktop.features.consults.rules.scoring import CriticalAnswer, NoSuchTotal, Scale, Score, score_total
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text


class TotalEntry(QWidget):
    """Has what `ScaleGrid` has, so that the part need not know which one it shows."""

    edited = Signal()

    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale = scale
        self.choices: dict[int, Choice] = {}
        self.field = Edit()
        self.field.setAccessibleName(_("Total on the paper"))
        self.field.setFixedWidth(84)
        limits = _("{low} to {high}").format(low=scale.lowest, high=scale.highest)
        hint = Text(_("Only the total is typed: its wording may not be copied into a program."), "small", color="quiet")
        hint.setWordWrap(True)
        lines = [row(Text(_("Total on the paper")), None, self.field, Text(limits, "small", color="quiet"), gap=S2)]
        self.flag: Choice | None = None
        if scale.flag is not None:
            words = _("Question {item} ({label}): other than 0?").format(
                item=scale.flag.number, label=str(scale.flag.label).lower()
            )
            self.flag = Choice([_("No"), _("Yes")], height=28)
            self.flag.setAccessibleName(words)
            self.flag.chosen.connect(self._changed)
            said = Text(words, "body", "semi", wrap=True)
            lines.append(row((said, 1), self.flag, gap=S2))
        stack(self, *lines, hint, gap=4)
        self.field.textEdited.connect(self._changed)

    def _changed(self, *_what: object) -> None:
        self.field.set_wrong(bool(self.fault()))
        self.field.setToolTip(self.fault())
        self.edited.emit()

    def typed(self) -> str:
        return self.field.text().strip()

    def total(self) -> int | None:
        typed = self.typed()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None

    def flagged(self) -> bool | None:
        at = self.flag.at() if self.flag is not None else None
        return None if at is None else at == 1

    def set_given(self, typed: str, flagged: bool | None) -> None:
        self.field.setText(typed)
        self.field.set_wrong(bool(self.fault()))
        if self.flag is not None:
            self.flag.set_at(None if flagged is None else int(flagged))

    def fault(self) -> str:
        """Why what was typed is no total of this scale; empty where it is one, or nothing was typed."""
        if not self.typed():
            return ""
        if self.total() is None:
            return _("Type the total in figures.")
        try:
            score_total(self.scale, self.total(), None)
        except NoSuchTotal as refused:
            return refused.sentence()
        return ""

    def answers(self) -> dict[int, int]:
        return {}

    def set_answers(self, answers: Mapping[int, int]) -> None:
        """There are none."""

    def score(self) -> Score:
        return score_total(self.scale, None if self.fault() else self.total(), self.flagged())

    def critical(self) -> tuple[CriticalAnswer, ...]:
        return tuple(CriticalAnswer(self.scale.code, item, 1) for item in self.score().critical)

    def is_given(self) -> bool:
        return bool(self.typed()) or self.flagged() is not None

    def show_wording(self, items: tuple[ScoredItem, ...]) -> None:
        """It has none."""

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
