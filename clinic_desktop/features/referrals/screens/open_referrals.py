"""Letters that are out, by age, and what came back: found by the folio of the slip."""

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.referrals import queries, service
from clinic_desktop.features.referrals.queries import ReferralRow, ReplyRow
from clinic_desktop.features.referrals.rules import NoSuchFolio, ReplyKind, Urgency, plain_folio, say_urgency
from clinic_desktop.features.referrals.screens.printing import print_again
from clinic_desktop.features.referrals.screens.reply import ReplySheet
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells, theme
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.dialogs import ask_text
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState, Line
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Facts, Text

_WIDE, _NARROW = 320, 260
_TONES: dict[Urgency, theme.Tone] = {Urgency.EMERGENCY: "danger", Urgency.PRIORITY: "warning"}


class OpenReferralsScreen(QWidget):
    """The list at the left; at the right the chosen letter and what can be done about it."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.tabs = Tabs([_("Without answer"), _("Closed")])
        self.folio = Edit(placeholder=_("Folio of the slip"), icon="ticket")
        self.folio.setAccessibleName(_("Folio of the slip that came back"))
        self.folio.setMaximumWidth(240)
        self.wrong = Text("", "small", "semi", "danger")
        self.table = self._make_table()
        self.aside = LetterCard(office, self)
        head = row(self.tabs, None, self.wrong, self.folio, margins=(20, 6, 16, 2), gap=S2)
        listed = Card(head, self.table, margins=(1, 4, 1, 1), gap=0)
        line_up(self, (listed, 1), self.aside, margins=(16, 16, 16, 16), gap=S3)
        self.tabs.chosen.connect(self.reload)
        self.table.chosen.connect(self.aside.show_letter)
        self.table.opened.connect(self.aside.open_chart)
        self.folio.returnPressed.connect(self._by_folio)
        self.folio.textEdited.connect(self._typed)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.aside.set_compact(theme.is_compact(self.window().width()))

    def take_focus(self) -> None:
        (self.table if self.table.count() else self.folio).setFocus()

    def reload(self, _at: int = 0) -> None:
        out = self._office.ask(queries.open_referrals)
        late = sum(letter.late for letter in out)
        self.tabs.set_counts([len(out), None])
        self.aside.set_late(late)
        self.table.show_rows(out if self.tabs.at() == 0 else self._office.ask(queries.answered))
        self.aside.show_letter(self.table.row())

    def _make_table(self) -> ListTable[ReferralRow]:
        columns = [
            Column[ReferralRow](_("Days"), _days, 84, right=True),
            Column[ReferralRow](_("Person"), _person, stretch=True),
            Column[ReferralRow](_("To"), lambda r: r.receiver_text, 220),
            Column[ReferralRow](_("Urgency"), _urgency, 120, wide_only=True),
            Column[ReferralRow](_("Folio"), lambda r: cells.quiet(r.folio), 140, wide_only=True),
        ]
        empty = EmptyState(_("No letter is without its answer. Letters are written from a chart, with Ctrl+D."), None)
        return ListTable(columns, key=lambda r: r.request_id, empty=empty)

    def _typed(self, _words: str) -> None:
        self.wrong.setText("")

    def _by_folio(self) -> None:
        """The slip is in the hand: its folio opens the form for its answer."""
        typed = plain_folio(self.folio.text())
        if not typed:
            return
        found = self._office.ask(queries.by_folio, typed)
        if found is None:
            self.wrong.setText(NoSuchFolio(folio=typed).sentence())
            return
        self.tabs.set_at(0 if found.is_open else 1)
        self.table.choose(found.request_id)
        if found.is_open:
            self.aside.write_answer()
            self.folio.clear()


class LetterCard(Card):
    """One letter: what is known of it, and the deeds."""

    def __init__(self, office: Office, screen: QWidget) -> None:
        super().__init__(margins=(16, 16, 16, 12), gap=S2)
        self._office, self._screen = office, screen
        self._row: ReferralRow | None = None
        self._compact, self._count = False, 0
        self.setFixedWidth(_WIDE)
        self.late = Text("", "small", "semi", "warning", wrap=True)
        self.name = Text("", "head", "bold", wrap=True)
        self.facts = Facts([], label_width=92)
        self.nobody = Text(_("Choose a letter, or type the folio of a slip that came back."), color="quiet", wrap=True)
        self._replies = column(gap=S2)
        self.chart = Button(_("Open chart"), "open")
        self.again = Button(_("Print again"), "print")
        self.called = Button(_("Somebody asked after it"), "")
        self.give_up = Button(_("No answer will come"), "")
        self.answer = Button(_("Write the answer"), "save", "primary", "edit", tall=True)
        holder = QWidget()
        told = column(self.name, self.facts, self._replies, None, gap=S2)
        holder.setLayout(told)
        self.body.addWidget(self.late)
        self.body.addWidget(self.nobody)
        self.body.addWidget(scrolled(holder), 1)
        for button in (self.chart, self.again, self.called, self.give_up, self.answer):
            self.body.addWidget(button)
        self.chart.clicked.connect(lambda: self.open_chart(self._row))
        self.again.clicked.connect(self._print_again)
        self.called.clicked.connect(lambda: self._ask_outcome(_("What did they say?"), give_up=False))
        self.give_up.clicked.connect(lambda: self._ask_outcome(_("Why will no answer come?"), give_up=True))
        self.answer.clicked.connect(self.write_answer)

    def set_late(self, count: int) -> None:
        words = ngettext(
            "{count} letter has been out for a month: somebody should ask.",
            "{count} letters have been out for a month: somebody should ask.",
            count,
        )
        self.late.setText(words.format(count=count) if count else "")
        self._count = count
        self.late.setVisible(bool(count) and not self._compact)

    def set_compact(self, compact: bool) -> None:
        """In a small window: narrower, and Enter alone opens the chart."""
        if compact != self._compact:
            self._compact = compact
            self.setFixedWidth(_NARROW if compact else _WIDE)
            self.set_late(self._count)
            self.show_letter(self._row)

    def show_letter(self, chosen: ReferralRow | None) -> None:
        self._row = chosen
        self.nobody.setVisible(chosen is None)
        for widget in (self.name, self.facts, self.again):
            widget.setVisible(chosen is not None)
        may_open = chosen is not None and self._office.may(Permission.READ_CHART)
        self.chart.setVisible(may_open and not self._compact)
        for widget in (self.called, self.give_up, self.answer):
            widget.setVisible(chosen is not None and chosen.is_open)
        clear(self._replies)
        if chosen is None:
            return
        self.name.setText(chosen.name)
        self.facts.show_facts(
            [
                (_("Folio"), chosen.folio),
                (_("To"), chosen.receiver_text),
                (_("Urgency"), say_urgency(chosen.urgency)),
                (_("Written"), say_day(chosen.written_on)),
                (_("By"), chosen.author_name),
            ]
        )
        for reply in chosen.replies:
            self._replies.addWidget(Line())
            self._replies.addWidget(_reply(reply))

    def open_chart(self, chosen: ReferralRow | None) -> None:
        if chosen is not None and self._office.may(Permission.READ_CHART):
            self._office.go("chart", patient_id=chosen.patient_id)

    def write_answer(self) -> None:
        if self._row is not None and self._row.is_open:
            ReplySheet(self._office, self._screen, self._row).open()

    def _ask_outcome(self, question: str, *, give_up: bool) -> None:
        chosen, drawn = self._row, new_id()
        if chosen is None:
            return

        def note(words: str) -> None:
            noting = partial(
                service.note_call, reply_id=drawn, request_id=chosen.request_id, outcome=words, give_up=give_up
            )
            self._office.do(noting, self._screen, then=lambda _done: self._office.notice(_("Noted")))

        ask_text(question, self._screen, note)

    def _print_again(self) -> None:
        if self._row is not None:
            print_again(self._office, self._row.request_id, self._row.folio, self._screen)


def _reply(reply: ReplyRow) -> Facts:
    heads = {ReplyKind.ANSWER: _("Answer"), ReplyKind.CALLED: _("Asked"), ReplyKind.NO_ANSWER: _("No answer")}
    told = [
        (heads.get(reply.kind, str(reply.kind)), say_day(reply.received_on)),
        (_("Seen on"), say_day(reply.seen_on) if reply.seen_on else ""),
        (_("By"), reply.by_text or ""),
        (_("Diagnosis"), reply.diagnosis_text or ""),
        (_("Treatment"), reply.treatment_text or ""),
        (_("To do") if reply.kind is ReplyKind.ANSWER else _("Outcome"), reply.advice_text or ""),
        (_("Next visit"), reply.next_visit_text or ""),
    ]
    return Facts([(label, value) for label, value in told if value], label_width=92)


def _days(letter: ReferralRow) -> cells.Cell | str:
    if letter.days == 0:
        return cells.number(_("today"))
    return cells.number(ngettext("{n} day", "{n} days", letter.days).format(n=letter.days))


def _person(letter: ReferralRow) -> cells.Cell | str:
    marks = (cells.ChipIn(_("Ask"), "warning", "phone"),) if letter.late else ()
    return cells.strong(letter.name, *marks)


def _urgency(letter: ReferralRow) -> cells.Cell | str:
    tone = _TONES.get(letter.urgency)
    words = say_urgency(letter.urgency)
    return cells.chip(words, tone, "flag") if tone else cells.quiet(words)
