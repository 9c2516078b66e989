"""The person's own goals, above any score: what they want, and how far they say they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.features.consults.queries.goals import goals
from clinic_desktop.features.consults.rules.goals import OVER, STANDING_WORDS, GoalChange, GoalStanding
from clinic_desktop.features.consults.screens.parts import Here, kept_list, known
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.theme import S2, S3, Tone
from clinic_desktop.uikit.words import Text

_ORDER = (GoalStanding.FURTHER, GoalStanding.SAME, GoalStanding.REACHED, GoalStanding.LEFT)
_TONES: dict[GoalStanding | None, tuple[Tone, str]] = {
    GoalStanding.REACHED: ("well", "check"),
    GoalStanding.FURTHER: ("accent", ""),
}
_CHIP_HEIGHT, _LINES, _LONGEST = 26, 2, 34


class GoalChips(QWidget):
    """Chips that break into at most two lines; what has no room is counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: tuple[tuple[str, GoalStanding | None], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_CHIP_HEIGHT)

    def show_goals(self, said: Sequence[tuple[str, GoalStanding | None]]) -> None:
        if tuple(said) == self._said:
            return
        self._said = tuple(said)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._place()

    def sizeHint(self) -> QSize:
        return QSize(120, self.height())

    def _place(self) -> None:
        for old in self.findChildren(Chip):
            old.hide()
            old.deleteLater()
        x, line = 0, 0
        for at, (words, standing) in enumerate(self._said):
            tone, icon = _TONES.get(standing, ("neutral", ""))
            chip = Chip(say_goal(words, standing), tone, icon, parent=self)
            if x and x + chip.width() > self.width():
                x, line = 0, line + 1
            if line == _LINES:
                chip.set_state(f"+{len(self._said) - at}")
                x, line = max(0, self.width() - chip.width()), _LINES - 1
                chip.move(x, line * _CHIP_HEIGHT)
                chip.raise_()
                chip.show()
                break
            chip.move(x, line * _CHIP_HEIGHT)
            chip.show()
            x += chip.width() + 6
        self.setFixedHeight(_CHIP_HEIGHT * (min(line, _LINES - 1) + 1))
        self.setAccessibleName("; ".join(say_goal(words, standing) for words, standing in self._said))


def say_goal(words: str, standing: GoalStanding | None) -> str:
    """One line of it: the whole is in the sheet."""
    short = " ".join(words.split())
    short = short if len(short) <= _LONGEST else short[: _LONGEST - 1].rstrip() + "…"
    return f"{short}: {_(STANDING_WORDS[standing])}" if standing is not None else short


class GoalsPart(QObject):
    """`strip` stands in the note; the sheet changes what is said today, which is signed with the note."""

    edited = Signal()

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self._before: dict[str, tuple[str, GoalStanding | None]] = {}
        self._today: dict[str, GoalChange] = {}
        self.button = Link(_("Their own goals"))
        self.button.clicked.connect(self.ask)
        self.chips = GoalChips()
        self.strip = QWidget()
        stack(self.strip, row(self.button, (self.chips, 1), gap=S2), margins=(0, 2, 0, 2))

    def ask(self) -> "GoalsSheet":
        sheet = GoalsSheet(self._screen, self._standing(), self._told)
        sheet.open()
        return sheet

    def _standing(self) -> tuple[GoalChange, ...]:
        """What may be spoken of today: not what was over before."""
        known_goals = (
            self._today.get(goal_id, GoalChange(goal_id, words))
            for goal_id, (words, standing) in self._before.items()
            if standing not in OVER
        )
        return (*known_goals, *(change for change in self._today.values() if change.goal_id not in self._before))

    def _told(self, changes: Sequence[GoalChange]) -> None:
        self._today = {change.goal_id: change for change in changes if change.is_new or change.standing is not None}
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        said = [(c.words, c.standing or self._before.get(c.goal_id, ("", None))[1]) for c in self._standing()]
        self.chips.show_goals(said)
        self.button.setText(_("Their own goals") if said else _("Their own goals: none asked yet"))
        self.button.setAccessibleName(self.button.text())
        self.button.updateGeometry()

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self._today = {}
        for kept in kept_list(draft, "goals"):
            if isinstance(kept, dict) and isinstance(kept.get("id"), str):  # pyright: ignore[reportUnknownMemberType]
                change = _read(kept)  # pyright: ignore[reportUnknownArgumentType]
                self._today[change.goal_id] = change
        self._show()

    def kept(self) -> Mapping[str, Any]:
        return {
            "goals": [
                {"id": c.goal_id, "words": c.words, "standing": c.standing and c.standing.value, "new": c.is_new}
                for c in self._today.values()
            ]
        }

    def show_here(self, here: Here) -> None:
        found = here.office.ask(goals, here.encounter.patient_id)
        self._before = {row.goal_id: (row.words, row.standing) for row in found}
        self._show()

    def written(self, so_far: Written) -> Written:
        return replace(so_far, goals=tuple(self._today.values()))

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return None


def _read(kept: Mapping[str, Any]) -> GoalChange:
    standing = kept.get("standing")
    found = known(GoalStanding, standing, GoalStanding.SAME) if standing else None
    return GoalChange(kept["id"], str(kept.get("words", "")), found, bool(kept.get("new")))


class GoalsSheet(Sheet):
    """Each goal with one key: 1 further, 2 the same, 3 reached, 4 no longer; and room for new ones."""

    def __init__(self, parent: QWidget, said: Sequence[GoalChange], then: Callable[[list[GoalChange]], object]) -> None:
        self._then, self._said = then, list(said)
        self.choices: dict[str, Choice] = {}
        inner = QWidget()
        self._lines = stack(inner, gap=S3)
        for change in self._said:
            self._add_line(change)
        self._lines.addStretch(1)
        area = scrolled(inner)
        area.setMinimumHeight(min(220, 20 + 74 * max(1, len(self._said))))
        self.new = Edit(placeholder=_("In the person's own words"))
        self.new.setAccessibleName(_("A new goal"))
        self.new.returnPressed.connect(self.add)
        label = Text(_("A new goal"), weight="semi")
        hint = Text(_("What the person says, not what we see."), "small", color="quiet", wrap=True)
        super().__init__(_("Their own goals"), parent, hint, (area, 1), label, self.new, width=560)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary", icon="check"), self._keep)
        first = next(iter(self.choices.values()), None)
        (first or self.new).setFocus()

    def _add_line(self, change: GoalChange) -> None:
        at = _ORDER.index(change.standing) if change.standing else None
        choice = Choice([_(STANDING_WORDS[standing]).capitalize() for standing in _ORDER], at, moves_on=True)
        choice.setAccessibleName(change.words)
        self.choices[change.goal_id] = choice
        line = QWidget()
        stack(line, Text(change.words, weight="semi", wrap=True), row(choice, None), gap=3)
        self._lines.insertWidget(max(0, len(self.choices) - 1), line)

    def add(self) -> None:
        words = " ".join(self.new.text().split())
        if words:
            change = GoalChange(new_id(), words, None, is_new=True)
            self._said.append(change)
            self._add_line(change)
            self.new.clear()

    def _keep(self) -> None:
        self.add()
        found = [replace(change, standing=self._chosen(change.goal_id)) for change in self._said]
        self.accept()
        self._then(found)

    def _chosen(self, goal_id: str) -> GoalStanding | None:
        at = self.choices[goal_id].at()
        return None if at is None else _ORDER[at]
