"""Whom to ask today, complaints, force that is still open, and how people answer: each reader sees their own lists."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.rights.letters.sheets import leaflet, question_sheet
from clinic_desktop.features.rights.queries import answers, coercion, complaints, turns
from clinic_desktop.features.rights.queries.coercion import OpenEvent
from clinic_desktop.features.rights.queries.turns import Turn
from clinic_desktop.features.rights.rules.complaints import ComplaintLine
from clinic_desktop.features.rights.rules.kinds import say_answer, say_coercion, say_complaint
from clinic_desktop.features.rights.screens.asking import AskSheet
from clinic_desktop.features.rights.screens.complaint import ComplaintSheet, ComplaintStepSheet, show_receipt
from clinic_desktop.features.rights.screens.papers import show_paper
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.forms import give_letters
from clinic_desktop.uikit.layouts import clear, column, page, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.privacy import are_names_hidden
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Facts, Text

_CLINICAL = (Permission.READ_CHART, Permission.WRITE_NOTES)


@dataclass(frozen=True)
class _List:
    """One tab: what it shows, what is done with a row, and how many wait."""

    title: str
    page: QWidget
    deed: str
    act: Callable[[], object] | None
    fill: Callable[[], int | None]


class RightsLists(QWidget):
    """One tab for each list; the filled button does what the list is for."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office
        self.turns = self._make_turns()
        self.complaints = self._make_complaints()
        self.force = self._make_force()
        self._counts = column(gap=S3)
        counts = page(self._counts, None, margins=(S4, S3, S4, S3))
        self._lists = [
            one
            for may, one in (
                (
                    office.may(Permission.ASK_RIGHTS),
                    _List(_("To ask today"), self.turns, _("Ask now"), self._ask, self._fill_turns),
                ),
                (
                    office.may(Permission.ANSWER_COMPLAINTS),
                    _List(_("Complaints"), self.complaints, _("Answer"), self._answer, self._fill_complaints),
                ),
                (
                    office.may(*_CLINICAL),
                    _List(_("Force"), self.force, _("Open"), self._open_force, self._fill_force),
                ),
                (True, _List(_("How people answer"), scrolled(counts), "", None, self._fill_counts)),
            )
            if may
        ]
        self.tabs = Tabs([one.title for one in self._lists])
        self.pages = QStackedWidget()
        for one in self._lists:
            self.pages.addWidget(one.page)
        listed = Card(row(self.tabs, None, margins=(20, 6, 16, 2)), (self.pages, 1), margins=(1, 4, 1, 1), gap=0)
        stack(self, (listed, 1), self._make_deeds(), margins=(S4, S4, S4, S3), gap=S3)
        self.tabs.chosen.connect(self._turned)
        tables = answers.TABLES | coercion.TABLES | complaints.TABLES | turns.TABLES
        office.follow(tables, self, self.reload)
        office.every_minute(self, self.reload)
        self.reload()

    # building

    def _make_turns(self) -> ListTable[Turn]:
        columns = [
            Column[Turn](_("Turn"), lambda t: cells.number(str(t.turn or "")), 70, right=True),
            Column[Turn](_("Person"), lambda t: (cells.quiet if t.is_asked else cells.strong)(_said(t)), stretch=True),
            Column[Turn]("", _say_turn, 260),
        ]
        empty = EmptyState(
            _("Nobody is drawn yet. People of today appear here by themselves; anybody else is asked from their page.")
        )
        table: ListTable[Turn] = ListTable(columns, key=lambda t: t.appointment_id, empty=empty)
        table.opened.connect(self._act)
        table.chosen.connect(self._weigh)
        return table

    def _make_complaints(self) -> ListTable[ComplaintLine]:
        columns = [
            Column[ComplaintLine](_("Answer by"), self._due, 190),
            Column[ComplaintLine](_("About"), lambda c: say_complaint(c.kind_code) or _("Not said"), 220),
            Column[ComplaintLine](_("Words"), _say_words, stretch=True),
            Column[ComplaintLine](_("Person"), lambda c: _whose(c) or cells.quiet(_("nobody named")), 190),
            Column[ComplaintLine](_("Folio"), lambda c: cells.quiet(c.folio), 140, wide_only=True),
        ]
        empty = EmptyState(_("No complaint was made yet. Perhaps people do not dare: tell them that they may."))
        table: ListTable[ComplaintLine] = ListTable(columns, key=lambda c: c.complaint_id, empty=empty)
        table.opened.connect(self._act)
        table.chosen.connect(self._weigh)
        return table

    def _make_force(self) -> ListTable[OpenEvent]:
        columns = [
            Column[OpenEvent](_("Person"), lambda o: cells.strong(o.name), stretch=True),
            Column[OpenEvent](_("What"), lambda o: say_coercion(o.event.kind), 250),
            Column[OpenEvent](_("Since"), lambda o: say_day(o.event.began_on), 110),
            Column[OpenEvent](_("What is left to do"), self._say_todo, 270),
        ]
        empty = EmptyState(_("Nobody is known to be held, locked in or chained now."))
        table: ListTable[OpenEvent] = ListTable(columns, key=lambda o: o.event.event_id, empty=empty)
        table.opened.connect(self._act)
        table.chosen.connect(self._weigh)
        return table

    def _make_deeds(self) -> Any:
        may_take = self._office.may(Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS)
        self.leaflet = Button(_("Leaflet"), icon="printer")
        self.leaflet.clicked.connect(lambda: self._print(leaflet, _("Your rights here")))
        self.sheet = Button(_("Question sheet"), icon="printer")
        self.sheet.clicked.connect(lambda: self._print(question_sheet, _("How were you treated?")))
        self.take = Button(_("Take a complaint"), icon="edit")
        self.take.clicked.connect(lambda: ComplaintSheet(self._office, self).open())
        if not may_take:
            self.take.hide()
        self.receipt = Button(_("Receipt"), "print", icon="printer")
        self.receipt.clicked.connect(self._print_receipt)
        self.main = Button("", "save", "primary", "check", tall=True)
        self.main.clicked.connect(self._act)
        give_letters(self.leaflet, self.sheet, self.take)
        return row(self.leaflet, self.sheet, None, self.take, self.receipt, self.main, gap=S2)

    # showing

    def take_focus(self) -> None:
        # Names may have been hidden or shown again meanwhile.
        self.reload()
        self._here().page.setFocus()

    def reload(self) -> None:
        self.tabs.set_counts([one.fill() for one in self._lists])
        for table in (self.turns, self.complaints, self.force):
            if table.row() is None:
                table.choose_at(0)
        self._weigh()

    def _turned(self, at: int) -> None:
        self.pages.setCurrentIndex(at)
        self._weigh()

    def _here(self) -> _List:
        return self._lists[self.tabs.at()]

    def _weigh(self, _row: Any = None) -> None:
        """The button says what it would do now, and is pale where nothing is chosen."""
        here = self._here()
        self.main.setVisible(here.act is not None)
        self.main.setText(here.deed)
        self.main.setEnabled(self._may_act())
        self.receipt.setVisible(here.page is self.complaints and self.complaints.row() is not None)

    def _may_act(self) -> bool:
        here = self._here()
        if here.page is self.turns:
            chosen = self.turns.row()
            return chosen is not None and not chosen.is_asked and not chosen.by_somebody_else
        if here.page is self.complaints:
            line = self.complaints.row()
            return line is not None and not line.withheld
        return here.page is self.force and self.force.row() is not None

    def _fill_turns(self) -> int:
        rows = self._office.ask(turns.turns)
        self.turns.show_rows(rows)
        return sum(not one.is_asked for one in rows)

    def _fill_complaints(self) -> int:
        rows = self._office.ask(complaints.register)
        self.complaints.show_rows(rows)
        return sum(not one.is_answered and not one.is_closed for one in rows)

    def _fill_force(self) -> int:
        rows = self._office.ask(coercion.open_events)
        self.force.show_rows(rows)
        return len(rows)

    def _fill_counts(self) -> None:
        many, told = self._office.ask(answers.counted)
        clear(self._counts)
        if not many:
            self._counts.addWidget(
                Text(_("Answers are counted from five on, so that nobody is recognised."), wrap=True)
            )
        else:
            words = ngettext("{count} answer of the last year", "{count} answers of the last year", many)
            self._counts.addWidget(Text(words.format(count=many), "head", "semi"))
            self._counts.addWidget(Facts([(_(one.question.asked), one.said) for one in told], 300))
            self._counts.addWidget(
                Text(_("Counted five at a time, so that nobody is recognised."), "small", color="quiet", wrap=True)
            )
        if self._office.may(*_CLINICAL, Permission.ANSWER_COMPLAINTS):
            chained = self._office.ask(coercion.chained)
            facts = [(_("Found chained at home"), str(chained.found)), (_("Free now"), str(chained.freed))]
            self._counts.addWidget(Text(_("People"), "head", "semi"))
            self._counts.addWidget(Facts(facts, 300))

    def _due(self, line: ComplaintLine) -> cells.Cell | str:
        if line.is_closed:
            enough = say_answer(line.satisfied) if line.satisfied else ""
            words = _("Closed, enough: {answer}").format(answer=enough.lower()) if enough else _("Complaint closed")
            return cells.quiet(words)
        if line.is_answered:
            return cells.chip(_("Answered"), "well", "check")
        if line.is_overdue(self._office.today()):
            return cells.warn(_("{day}, late").format(day=say_day(line.due_on)))
        return say_day(line.due_on)

    def _say_todo(self, one: OpenEvent) -> cells.Cell | str:
        if one.review_is_late:
            return cells.warn(_("Review is late"))
        if one.event.next_visit_on is not None:
            words = _("Visit {day}").format(day=say_day(one.event.next_visit_on))
            return cells.warn(words) if one.visit_is_due else words
        if one.event.has_ended:
            return _("Review")
        return _("Still going on")

    # doing

    def _act(self, _chosen: object = None) -> None:
        act = self._here().act
        if act is not None:
            act()

    def _ask(self) -> None:
        chosen = self.turns.row()
        if chosen is not None and self._may_act():
            AskSheet(self._office, chosen.patient_id, self).open()

    def _answer(self) -> None:
        line = self.complaints.row()
        if line is not None and self._may_act():
            ComplaintStepSheet(self._office, line, self).open()

    def _open_force(self) -> None:
        one = self.force.row()
        if one is not None:
            self._office.go("person-rights", patient_id=one.event.patient_id)

    def _print_receipt(self) -> None:
        line = self.complaints.row()
        if line is not None:
            show_receipt(self._office, line.complaint_id, self)

    def _print(self, paper: Callable[[Any], Any], title: str) -> None:
        show_paper(self._office, self, self._office.ask(paper).pdf(), title)


def _said(turn: Turn) -> str:
    """Who waits in the room reads the desk's screen: while names are hidden there, they are hidden here too."""
    if not are_names_hidden():
        return turn.name
    return _("Turn {number}").format(number=turn.turn) if turn.turn else _("Without a turn yet")


def _whose(line: ComplaintLine) -> str:
    return line.folio if are_names_hidden() else line.person or line.from_whom


def _say_turn(turn: Turn) -> cells.Cell | str:
    if turn.is_asked:
        return cells.chip(_("Asked"), "well", "check")
    if turn.by_somebody_else:
        return cells.quiet(_("Somebody else asks: you saw them"))
    return (
        cells.chip(_("Seen, can be asked"), "accent", "user-check") if turn.is_ready else cells.quiet(_("Not seen yet"))
    )


def _say_words(line: ComplaintLine) -> cells.Cell | str:
    if line.withheld:
        return cells.quiet(_("Not for you to read"))
    return " ".join(line.words.split())
