"""Which parts of the chart go on the paper: a tick for each, its words beside it, and a sentence that sums it up."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.referrals.rules import LEFT_OUT_OF_HALF_A_PAGE, Material, Part, PartRule, part_title
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.choices import Check
from clinic_desktop.uikit.layouts import page, scrolled, stack
from clinic_desktop.uikit.surfaces import Card, Line
from clinic_desktop.uikit.theme import S1, S2, S3
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

_SHOWN = 220
"""Letters of a part that are shown beside its tick; the preview has them all."""


class PartLine(QWidget):
    """One part: its tick, and the words that it puts on the paper."""

    def __init__(self, rule: PartRule, words: str) -> None:
        super().__init__()
        self.part = rule.part
        self.check = Check(part_title(rule.part), checked=rule.ticked)
        short = words if len(words) <= _SHOWN else words[:_SHOWN].rstrip() + "…"
        self.words = Text(short, "small", wrap=True)
        self.words.setContentsMargins(28, 0, 0, 0)
        self.check.setAccessibleDescription(short)
        stack(self, self.check, self.words, gap=0)
        self.check.toggled.connect(self._weigh)
        self._weigh()

    def _weigh(self) -> None:
        self.words.set_color("text" if self.check.isChecked() else "quiet")


class PartsCard(Card):
    """What goes on the paper."""

    changed = Signal()

    def __init__(self, material: Material) -> None:
        super().__init__(gap=S2)
        self._material = material
        self.summary, self.staying = Phrase(), Phrase(size="small")
        self.lines = [PartLine(rule, material.words_of(rule.part)) for rule in material.offered()]
        self.half_page = Check(_("Half a page"))
        self._by_hand = self._compact = False
        self.nothing = Text(
            _("The chart has no signed note, diagnosis or medicine yet: only what you write here goes on the paper."),
            color="quiet",
            wrap=True,
        )
        self.nothing.setVisible(not self.lines)
        self.body.addWidget(Text(_("What goes on the paper"), "head", "semi"))
        self.body.addWidget(self.summary)
        self.body.addWidget(Line())
        inside = page(
            self.staying, self.nothing, *self.lines, Line(), self.half_page, None, margins=(0, 0, S1, 0), gap=S3
        )
        self.body.addWidget(scrolled(inside), 1)
        for line in self.lines:
            line.check.clicked.connect(self._told)
        self.half_page.clicked.connect(self._told)
        self._sum_up()

    def ticked(self) -> list[Part]:
        return [line.part for line in self.lines if line.check.isChecked()]

    def tick(self, parts: Iterable[str]) -> None:
        wanted = set(parts)
        for line in self.lines:
            line.check.setChecked(line.part in wanted)
        self._by_hand = True
        self._sum_up()

    def suggest_half_page(self, yes: bool) -> None:
        """An emergency goes on half a page with less on it, unless somebody has chosen by hand already."""
        if self._by_hand:
            return
        self.half_page.setChecked(yes)
        for line in self.lines:
            if line.part in LEFT_OUT_OF_HALF_A_PAGE:
                line.check.setChecked(not yes)
        self._sum_up()

    def line(self, part: Part) -> PartLine | None:
        return next((line for line in self.lines if line.part is part), None)

    def _told(self) -> None:
        self._by_hand = True
        self._sum_up()
        self.changed.emit()

    def _sum_up(self) -> None:
        going = [part_title(line.part) for line in self.lines if line.check.isChecked()]
        staying = [part_title(line.part) for line in self.lines if not line.check.isChecked()]
        always = [_("Allergies"), _("slip for the answer")]
        self.summary.set_pieces(semi(_("Goes: ")), ", ".join([*going, *always]))
        self.staying.set_pieces(quiet(_("Stays here: ")), quiet(", ".join(staying)))
        self.staying.setVisible(bool(staying) and not self._compact)

    def set_compact(self, compact: bool) -> None:
        """In a small window the ticks themselves say what stays."""
        self._compact = compact
        self._sum_up()
