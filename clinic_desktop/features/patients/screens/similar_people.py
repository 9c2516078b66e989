"""Who may be the same person already: at most two, with what agrees and what does not. It warns and never stops."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.rules.rows import Similar
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import clear, column, row, scrolled, stack
from clinic_desktop.uikit.marks import Chip, Icon
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Facts, Phrase, Text, quiet, semi

SHOWN = 2
_KEYS = ("same_first", "same_second")


class SimilarPeople(QWidget):
    """`same` names the registered person it is; `none` says that it is nobody of these."""

    same = Signal(str)
    none = Signal()
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Similar, ...] = ()
        self._all: tuple[Similar, ...] = ()
        self._narrow = False
        self.answered: set[PatientId] = set()
        """Those of whom it was said that they are somebody else."""
        self.head = Text(_("Is the person here already?"), "head", "semi")
        self._count = Text("", color="quiet", wrap=True)
        self._cards = column(gap=S2)
        inside = QWidget()
        stack(inside, self._cards, None)
        self.none_of_these = Button(_("None of these"), key="none_of_these")
        self.none_of_these.clicked.connect(self._answer)
        self._warning = QWidget()
        ask = Text(_("Before saving, say whether the person is here already"), "small", "semi", "warning", wrap=True)
        warned = row(Icon("alert-triangle", "warning", 16), (ask, 1), gap=6)
        stack(self._warning, warned)
        listed = scrolled(inside)
        listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        stack(self, self.head, self._count, (listed, 1), self.none_of_these, self._warning, gap=S2)
        self.show_similar(())

    def show_similar(self, rows: Sequence[Similar]) -> None:
        self._all = tuple(rows)
        # Who was not answered for yet comes before those who were.
        self.rows = tuple(sorted(rows, key=lambda similar: similar.patient_id in self.answered))[:SHOWN]
        clear(self._cards)
        for at, similar in enumerate(self.rows):
            self._cards.addWidget(self._card(at, similar))
        count = len(self._all)
        said = ngettext("{count} similar person. Compare.", "{count} similar people. Compare.", count)
        none = _("Nobody similar so far. It is looked for while you type.")
        self._count.setText(said.format(count=count) if count else none)
        # In a low window the cards themselves need the room.
        self._count.setVisible(not (self._narrow and count))
        self.none_of_these.setVisible(bool(self.unanswered()))
        self._warning.setVisible(self.must_answer())

    def fit(self, *, narrow: bool) -> None:
        """In a narrow window the mark is an icon before the name."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.show_similar(self._all)

    def unanswered(self) -> list[PatientId]:
        return [similar.patient_id for similar in self.rows if similar.patient_id not in self.answered]

    def must_answer(self) -> bool:
        """Whether somebody very similar was not answered for."""
        return any(similar.strong and similar.patient_id not in self.answered for similar in self.rows)

    def _answer(self) -> None:
        self.answered |= set(self.unanswered())
        self.show_similar(self._all)
        self.none.emit()

    def _card(self, at: int, similar: Similar) -> Card:
        name = Text(similar.said, weight="semi", wrap=True)
        head = row(self._mark(similar), (name, 1), gap=6) if self._narrow else row((name, 1), _chip(similar), gap=6)
        same = Button(_("The same person"), key=_KEYS[at])
        same.clicked.connect(partial(self._say_same, similar.patient_id))
        look = Link(_("See page"))
        look.clicked.connect(partial(self._look, similar.patient_id))
        facts = [(_("Equal"), ", ".join(similar.equal)), (_("Different"), ", ".join(similar.different))]
        return Card(
            head,
            Phrase(semi(similar.born), quiet(" · "), similar.place or _("Not known"), quiet(" · "), similar.number),
            Facts([(label, words) for label, words in facts if words], 66),
            row(same, look, None, gap=S2),
            bar="warning" if similar.strong else None,
            margins=(S4, S2, S3, S2),
            gap=4,
        )

    def _mark(self, similar: Similar) -> Icon:
        icon = Icon("alert-triangle" if similar.strong else "info-circle", "warning" if similar.strong else "quiet", 16)
        icon.setAccessibleName(_chip_words(similar))
        icon.setToolTip(_chip_words(similar))
        return icon

    def _say_same(self, patient_id: PatientId) -> None:
        self.same.emit(patient_id)

    def _look(self, patient_id: PatientId) -> None:
        self.opened.emit(patient_id)


def _chip(similar: Similar) -> Chip:
    if similar.strong:
        return Chip(_chip_words(similar), "warning", "alert-triangle")
    return Chip(_chip_words(similar))


def _chip_words(similar: Similar) -> str:
    return _("Very similar person") if similar.strong else _("Somewhat similar")
