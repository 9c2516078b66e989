"""Whom to call, what may be said, and what came of it: one digit writes it down. Nothing says why somebody comes."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from clinic_desktop.features.agenda.letters import calls as letters
from clinic_desktop.features.agenda.letters.calls import say_phone, say_where
from clinic_desktop.features.agenda.queries import calls as queries
from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.queries.calls import CallRow
from clinic_desktop.features.agenda.rules.calls import LIST_WORDS, OUTCOME_WORDS, CallList, CallOutcome, Try
from clinic_desktop.features.agenda.screens.booking import ask_booking, ask_other_day
from clinic_desktop.features.agenda.service import calls as service
from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.kernel.dates import PartialDate, say_day, say_weekday
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells, dialogs, theme
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.layouts import column, line_up, row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Facts, Text

_LISTS = tuple(CallList)
_WIDE, _NARROW = 360, 296
_OUTCOMES = tuple(CallOutcome)
_FACTS_WHEN_LOW, _LOW = 1, 420
_TRIES_SHOWN = 4
_MAIN = CallOutcome.WILL_COME
_A_SLIP = 400
"""Milliseconds: nobody calls two people in that time."""


class CallsScreen(QWidget):
    """At the left the people, at the right the one to reach now with the seven things that may come of it."""

    accepts_typing = False

    def __init__(self, office: Office, which: CallList = CallList.TOMORROW, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._lists: dict[CallList, queries.Calls] = {}
        self.tabs = Tabs([_(LIST_WORDS[each]) for each in _LISTS], _LISTS.index(which))
        self.table = self._make_table()
        self.person = PersonToReach(office, self)
        self._lay_out()
        self.tabs.chosen.connect(self._show)
        self.table.chosen.connect(self.person.show_row)
        self.table.opened.connect(self._open)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        if self.table.row() is None:
            self.table.choose_at(0)
        self.table.setFocus()

    @property
    def which(self) -> CallList:
        return _LISTS[self.tabs.at()]

    def reload(self) -> None:
        self._lists = {each: self._office.ask(queries.calls, each, queries.A_PAGE) for each in _LISTS}
        self.tabs.set_counts([self._lists[each].total for each in _LISTS])
        self._show()

    def _show(self, _at: int = 0) -> None:
        self.table.show_rows(self._lists[self.which].rows)
        if self.table.row() is None:
            self.table.choose_at(0)
        self.print.setEnabled(self._lists[self.which].total > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit writes down what came of the call."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.text().isdigit() and 1 <= int(event.text()) <= len(_OUTCOMES):
            if not event.isAutoRepeat():
                self.person.press(_OUTCOMES[int(event.text()) - 1])
        else:
            super().keyPressEvent(event)

    def _make_table(self) -> ListTable[CallRow]:
        columns = [
            Column[CallRow](_("Person"), lambda r: cells.strong(r.name, *_marks(r)), stretch=True),
            Column[CallRow](_("Community"), say_where, 170, wide_only=True),
            Column[CallRow](_("Day"), lambda r: say_day(r.day), 112),
            Column[CallRow](_("Last try"), self._last, 190),
        ]
        empty = EmptyState(_("There is nobody to reach on this list."), None)
        return ListTable(columns, key=lambda r: r.appointment_id or r.patient_id, empty=empty)

    def _last(self, line: CallRow) -> cells.Cell | str:
        if line.last is None:
            return cells.quiet(_("Not tried"))
        return self.say_try(line.last)

    def say_try(self, one: Try) -> str:
        return f"{_(OUTCOME_WORDS[one.outcome])}, {say_day(self._office.local(one.at).date())}"

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 16, 0)
        head.addWidget(self.tabs)
        head.addStretch()
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(self._office.back)
        self.print = Button(_("Print list"), "print", icon="printer")
        self.print.clicked.connect(self._print)
        deeds = row(self.back, None, self.print, gap=S2, margins=(12, 8, 12, 8))
        listed = Card(head, self.table, deeds, margins=(1, 4, 1, 1), gap=0)
        self._frame = line_up(self, (listed, 1), self.person, margins=(S4, S4, S4, S4), gap=S3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = theme.is_compact(self.window().width())
        edge = S2 if compact else S4
        self._frame.setContentsMargins(edge, edge, edge, edge)
        self.person.fit(compact, low=self.height() < _LOW)

    def _open(self, chosen: CallRow) -> None:
        self._office.go("persons", patient_id=chosen.patient_id)

    def _print(self) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        which = self.which
        pdf = self._office.ask(letters.call_list, which).pdf()

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            noting: Callable[..., Any] = partial(
                service.note_list_printed, which=which.value, way=leaving.way, copies=leaving.copies
            )
            self._office.do(noting, self, then=lambda _done: proceed())

        Preview(pdf, _(LIST_WORDS[which]), parent=self, record=record, suggested="lista-de-llamadas.pdf").open()


class PersonToReach(Card):
    """Who is called, what may be said, what was tried, and the seven outcomes."""

    def __init__(self, office: Office, screen: CallsScreen) -> None:
        super().__init__(margins=(10, 8, 10, 8), gap=S2)
        self._office, self._screen = office, screen
        self._row: CallRow | None = None
        self._just_noted = QTimer(self)
        self._just_noted.setSingleShot(True)
        self._just_noted.setInterval(_A_SLIP)
        # Small until the window says otherwise, so that nothing ever asks for more room than there is.
        self._compact = self._low = True
        self.setFixedWidth(_NARROW)
        self.name = Text("", "head", "bold", wrap=True)
        self.phone = Text("", "title", "semi")
        self.no_phone = Text("", "body", "semi", color="warning", wrap=True)
        self.shared = Chip(_("Others hear this telephone"), "warning", "alert-triangle")
        self.say = Callout("", "neutral", "phone")
        self.facts = Facts([], label_width=92)
        self.nobody = Text(_("There is nobody to reach on this list."), color="quiet", wrap=True)
        self.outcomes = {each: self._button(number, each) for number, each in enumerate(_OUTCOMES, 1)}
        self._grid = QGridLayout()
        self._grid.setSpacing(6)
        self._place_outcomes()
        shared = row(self.shared, None)
        said = (self.nobody, self.name, self.phone, self.no_phone, shared, self.say, self.facts, None, self._grid)
        self.body.addLayout(column(*said, gap=6))
        self.show_row(None)

    def _button(self, number: int, outcome: CallOutcome) -> Button:
        main = outcome is _MAIN
        button = Button(_(OUTCOME_WORDS[outcome]), f"pick_{number}", "primary" if main else "secondary")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(partial(self._clicked, outcome))
        return button

    def _place_outcomes(self) -> None:
        """In the order of their keys; the main one is the last, at the bottom right."""
        others = [each for each in _OUTCOMES if each is not _MAIN]
        for at, each in enumerate((*others, _MAIN)):
            if each is _MAIN:
                self._grid.addWidget(self.outcomes[each], at // 2, 0, 1, 2)
            else:
                self._grid.addWidget(self.outcomes[each], at // 2, at % 2)

    def _clicked(self, outcome: CallOutcome, *_how: object) -> None:
        self.press(outcome)

    def press(self, outcome: CallOutcome) -> None:
        """A key or a button. Pressed twice in a slip, the second is not noted of whoever comes next on the list."""
        if not self._just_noted.isActive():
            self._just_noted.start()
            self.note(outcome)

    def fit(self, compact: bool, *, low: bool) -> None:
        """Narrower in a narrow window; in a low one only what is needed for the call."""
        if (compact, low) != (self._compact, self._low):
            self._compact, self._low = compact, low
            self.setFixedWidth(_NARROW if compact else _WIDE)
            self.body.setContentsMargins(*((10, 8, 10, 8) if compact else (16, 16, 16, 12)))
            self.show_row(self._row)

    def show_row(self, chosen: CallRow | None) -> None:
        self._row = chosen
        there = chosen is not None
        self.nobody.setVisible(not there)
        for widget in (self.name, self.phone, self.no_phone, self.facts, *self.outcomes.values()):
            widget.setVisible(there)
        heard = chosen is not None and chosen.may_call and chosen.shared
        # In a low window it is said in one with the cover words.
        self.shared.setVisible(heard and not self._low)
        says = chosen is not None and chosen.may_call and bool(chosen.cover_words)
        self.say.setVisible(says or (heard and self._low))
        if chosen is not None:
            self._fill(chosen)

    def _fill(self, chosen: CallRow) -> None:
        self.name.setText(chosen.name)
        self.phone.setText(chosen.phone)
        self.no_phone.setText("" if chosen.phone else say_phone(chosen))
        self.phone.setVisible(bool(chosen.phone))
        self.no_phone.setVisible(not chosen.phone)
        heard = _("Others hear this telephone.") if self._low and chosen.shared else ""
        words = _("Say: {words}").format(words=chosen.cover_words) if chosen.cover_words else ""
        self.say.words.setText(f"{heard} {words}".strip())
        facts = [
            (_("When to call"), chosen.hours if chosen.may_call else ""),
            (_("Community"), say_where(chosen)),
            (_("Day") if chosen.appointment_id else _("Last time"), self._said_day(chosen)),
            (_("Language"), chosen.language),
            (_("Record"), chosen.number),
        ]
        told = [(label, value) for label, value in facts if value]
        told = told[:_FACTS_WHEN_LOW] if self._low else told
        if not self._low:
            tries = [self._screen.say_try(one) for one in chosen.tries[:_TRIES_SHOWN]]
            told += [(_("Tried") if not at else "", said) for at, said in enumerate(tries)]
        self.facts.show_facts(told)

    def _said_day(self, chosen: CallRow) -> str:
        day = f"{say_weekday(chosen.day)} {say_day(chosen.day)}"
        if chosen.was_on is not None:
            return _("{day}, before it was {before}").format(day=day, before=say_day(chosen.was_on))
        return day

    # doing

    def note(self, outcome: CallOutcome) -> None:
        """Write down what came of the call with the chosen person."""
        chosen = self._row
        if chosen is None:
            return
        if outcome is CallOutcome.DIED:
            dialogs.ask_text(
                _("When did the person die? A day, a month or a year."),
                self._screen,
                partial(self._note_death, chosen),
                hint="3/10/2026, 10/2026, 2026",
                yes_text=_("Note the death"),
            )
            return
        self._note(chosen, outcome)

    def _note_death(self, chosen: CallRow, words: str) -> None:
        try:
            day: PartialDate = read_birth(words, self._office.today()).day
        except Refused as refused:
            dialogs.say(refused.sentence(), self._screen)
            return
        self._note(chosen, CallOutcome.DIED, died_on=day)

    def _note(self, chosen: CallRow, outcome: CallOutcome, died_on: PartialDate | None = None) -> None:
        drawn = new_id()
        noting = partial(
            service.note_try,
            attempt_id=drawn,
            patient_id=chosen.patient_id,
            outcome=outcome,
            appointment_id=chosen.appointment_id,
            died_on=died_on,
        )
        self._office.do(noting, self._screen, then=lambda _none: self._noted(chosen, outcome, drawn))

    def _noted(self, chosen: CallRow, outcome: CallOutcome, attempt_id: str) -> None:
        def back() -> None:
            use_case = partial(service.take_back_try, attempt_id=attempt_id, new_attempt_id=new_id())
            self._office.do(use_case, self._screen)

        words = _(_SAID).format(name=chosen.name, outcome=_(OUTCOME_WORDS[outcome]))
        self._office.notice(words, back)
        if outcome is CallOutcome.ASKED_OTHER_DAY:
            self._ask_day(chosen)

    def _ask_day(self, chosen: CallRow) -> None:
        booked = self._office.ask(days.row_of, chosen.appointment_id) if chosen.appointment_id else None
        if booked is not None:
            ask_other_day(self._office, self._screen, booked)
        else:
            ask_booking(self._office, self._screen, chosen.patient_id)


_SAID = N_("{name}: {outcome}")


def _marks(line: CallRow) -> tuple[cells.ChipIn, ...]:
    if not line.may_call:
        return (cells.ChipIn(_("Do not call"), "warning", "ban"),)
    return (cells.ChipIn(_("Shared telephone"), "warning"),) if line.shared else ()
