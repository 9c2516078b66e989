"""Notes of safety in the open consultation: one at a time, with its source, answered in words and Enter.

Never a wall: the most severe one is whole, the next ones are a line, and what was answered is a line as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import safety as queries
from clinic_desktop.features.consults.rules.safety import (
    MOST_AT_ONCE,
    GivenAnswer,
    LineToCheck,
    SafetyNote,
    Situation,
    answer_key,
    notes_for,
)
from clinic_desktop.features.consults.rules.safety_catalog import Wants, joined
from clinic_desktop.features.consults.screens.parts import Here, kept_list
from clinic_desktop.features.consults.screens.prescription import StepField
from clinic_desktop.features.consults.screens.reproduction import ask_reproduction
from clinic_desktop.features.consults.screens.results import ask_result
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.layouts import column, row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S3, S4, is_compact
from clinic_desktop.uikit.words import Phrase, Piece, Text, quiet, semi

_FIELD_WIDTH, _KEPT_WORDS = 220, 4
_ASKS = {
    Wants.REASON: N_("Reason to go on, then Enter"),
    Wants.RESULT: N_("Reason to go on, then Enter"),
    Wants.REPRODUCTION: N_("Reason to go on, then Enter"),
    Wants.SEEN: N_("Enter when read"),
}
_LEADS = {Wants.RESULT: N_("Note a result"), Wants.REPRODUCTION: N_("Ask about contraception")}


class SafetyStrip(Card):
    """`answer` is where the reason is written; `asked` leads to what the note asks for; `again` opens what was said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="warning_soft", bar="warning", margins=(S4, 4, S3, 4), parent=parent)
        self.showing: tuple[str, str] | None = None
        self._waits, self._calm = Icon("alert-triangle", "warning", 20), Icon("circle-check", "quiet", 20)
        self.sentence, self.source = Phrase(), Text("", "small", color="quiet", wrap=True)
        self.answer = StepField()
        self.answer.setFixedWidth(_FIELD_WIDTH)
        self.asked, self.again = Link("", small=True), Link(_("Change the answers"), small=True)
        said = QWidget()
        # In a small window there is room for all of it in smaller letters only.
        self._smaller = Phrase(size="small")
        said.setLayout(column(self.sentence, self._smaller, self.source, gap=1))
        self._answering = QWidget()
        self._answering.setLayout(column(self.answer, row(None, self.asked), gap=1))
        self.body.addLayout(row(self._waits, self._calm, (said, 1), self._answering, self.again, gap=S3))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_whole()

    def _keep_whole(self) -> None:
        """In a low window the note gives way before a word of this is cut."""
        small = is_compact(self.window().width())
        self.sentence.setVisible(not small)
        self._smaller.setVisible(small)
        self.setMinimumHeight(self.body.totalHeightForWidth(self.width()))

    def _say(self, *pieces: Piece) -> None:
        self.sentence.set_pieces(*pieces)
        self._smaller.set_pieces(*pieces)
        self._keep_whole()

    def show_note(self, note: SafetyNote | None, rest: Sequence[SafetyNote], answered: int) -> None:
        """The first of those that wait; without one, how many were answered."""
        self.showing = None if note is None else answer_key(note)
        self.setVisible(note is not None or answered > 0)
        waits = note is not None
        # What was answered needs no colour any more.
        self.set_ground(*(("warning_soft", "warning") if waits else ("surface", None)))
        self._waits.setVisible(waits)
        self._calm.setVisible(not waits)
        self._answering.setVisible(waits)
        self.again.setVisible(note is None)
        self.source.setVisible(note is not None)
        if note is None:
            words = ngettext("{count} note of safety answered", "{count} notes of safety answered", answered)
            self._say(quiet(words.format(count=answered)))
            return
        name, facts = joined(note.medicines), f" {note.facts}" if note.facts else ""
        self._say(semi(name), f": {note.sentence}", semi(facts))
        told = (_("Source: {source}").format(source=note.source), _say_rest(rest))
        self.source.setText("   ·   ".join(words for words in told if words))
        self.answer.setPlaceholderText(_(_ASKS[note.wants]))
        self.answer.setAccessibleName(f"{name}: {note.sentence}{facts} {_(_ASKS[note.wants])}")
        self.asked.setVisible(note.wants in _LEADS)
        if note.wants in _LEADS:
            self.asked.setText(_(_LEADS[note.wants]))
            self.asked.setAccessibleName(_(_LEADS[note.wants]))
            self.asked.updateGeometry()
        self._keep_whole()


def _say_rest(rest: Sequence[SafetyNote]) -> str:
    """The most severe by their medicines, the others as a number."""
    if not rest:
        return ""
    named, others = rest[: MOST_AT_ONCE - 1], len(rest[MOST_AT_ONCE - 1 :])
    words = _("Next: {medicines}").format(medicines=" · ".join(joined(note.medicines) for note in named))
    more = ngettext("and {count} more", "and {count} more", others).format(count=others) if others else ""
    return f"{words} {more}".strip()


class SafetyPart(QObject):
    """`strip` shows what waits; the screen places it and calls `set_lines` whenever the prescription changes."""

    edited = Signal()
    answered = Signal()
    """Nothing waits any more: time to go back to the prescription."""

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self._here: Here | None = None
        self._situation: Situation | None = None
        self._lines: tuple[LineToCheck, ...] = ()
        self._answers: dict[tuple[str, str], GivenAnswer] = {}
        self._reopened: dict[tuple[str, str], GivenAnswer] = {}
        self.strip = SafetyStrip()
        self.strip.answer.entered.connect(self._answered)
        self.strip.asked.clicked.connect(self._lead)
        self.strip.again.clicked.connect(self._reopen)
        self.strip.hide()

    def set_lines(self, lines: Sequence[LineToCheck]) -> None:
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._show()

    def notes(self) -> tuple[SafetyNote, ...]:
        """What stands for these lines, answered here or not; nothing for those who do not prescribe."""
        here = self._here
        if here is None or not self._lines or not here.office.may(Permission.PRESCRIBE):
            return ()
        if self._situation is None:
            self._situation = here.office.ask(queries.situation, here.encounter.patient_id)
        return notes_for(self._situation, self._lines)

    def waiting(self) -> tuple[SafetyNote, ...]:
        return tuple(note for note in self.notes() if answer_key(note) not in self._answers)

    def _show(self) -> None:
        notes = self.notes()
        waiting = [note for note in notes if answer_key(note) not in self._answers]
        first = waiting[0] if waiting else None
        # What is half typed for one note is not the reason for another.
        if first is None or answer_key(first) != self.strip.showing:
            before = None if first is None else self._reopened.get(answer_key(first))
            self.strip.answer.setText(before.reason if before is not None else "")
        self.strip.show_note(first, waiting[1:], len(notes) - len(waiting))

    def _look_again(self) -> None:
        """A result, an allergy or a status was written meanwhile."""
        self._situation = None
        self._show()

    def _answered(self) -> None:
        waiting = self.waiting()
        reason = " ".join(self.strip.answer.text().split())
        if not waiting:
            return
        if not reason and waiting[0].wants is not Wants.SEEN:
            self.strip.answer.set_wrong(True)
            return
        self.strip.answer.set_wrong(False)
        key = answer_key(waiting[0])
        known = self._reopened.pop(key, None)
        self._answers[key] = GivenAnswer(known.answer_id if known else new_id(), *key, reason)
        self._show()
        self.edited.emit()
        if self.waiting():
            self.strip.answer.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.answered.emit()

    def _reopen(self) -> None:
        """What was answered in this note may be said otherwise until it is signed."""
        for note in self.notes():
            given = self._answers.pop(answer_key(note), None)
            if given is not None:
                self._reopened[answer_key(note)] = given
        self._show()
        self.edited.emit()
        self.take_focus()

    def _lead(self) -> None:
        """To what the note asks for; the note is weighed again when it was written."""
        waiting = self.waiting()
        if self._here is None or not waiting:
            return
        here, note = self._here, waiting[0]
        whose = PatientId(here.encounter.patient_id)
        if note.wants is Wants.REPRODUCTION:
            ask_reproduction(here.office, whose, here.encounter.encounter_id, self._screen)
        elif note.wants is Wants.RESULT:
            ask_result(here.office, whose, here.encounter.encounter_id, self._screen, test_code=note.tests[0])

    def take_focus(self) -> None:
        self.strip.answer.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        for entry in kept_list(draft, "safety"):
            if isinstance(entry, list):
                words = [word for word in cast("list[Any]", entry) if isinstance(word, str)]
                if len(words) == _KEPT_WORDS:
                    given = GivenAnswer(*words)
                    self._answers[given.rule_code, given.about] = given
        self._show()

    def kept(self) -> Mapping[str, Any]:
        given = self._answers.values()
        return {"safety": [[one.answer_id, one.rule_code, one.about, one.reason] for one in given]}

    def show_here(self, here: Here) -> None:
        first = self._here is None
        self._here = here
        if first:
            here.office.follow(queries.TABLES, self._screen, self._look_again)
        self._look_again()

    def written(self, so_far: Written) -> Written:
        """Only answers to notes that still stand."""
        keys = [answer_key(note) for note in self.notes()]
        return replace(so_far, safety_answers=tuple(self._answers[key] for key in keys if key in self._answers))

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return self.take_focus if self.waiting() else None
