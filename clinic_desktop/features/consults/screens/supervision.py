"""Supervision: what waits to be signed, what came back, the talks, and how soon notes are signed."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.letters.case_log import case_log_paper
from clinic_desktop.features.consults.letters.supervision import supervision_record
from clinic_desktop.features.consults.queries import supervision as queries
from clinic_desktop.features.consults.queries.supervision import SessionRow, WaitingNote
from clinic_desktop.features.consults.screens.print_queue import show_papers
from clinic_desktop.features.consults.screens.supervision_sheets import PeriodSheet, TalkSheet
from clinic_desktop.features.consults.service import signing
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Paper
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import ask_text
from clinic_desktop.uikit.layouts import column, line_up, row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text

_PERIOD = timedelta(days=90)


class SupervisionScreen(QWidget):
    """Enter reads the note, Ctrl+Enter signs it, Alt+B gives it back with words."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._signs = office.may(Permission.SIGN_NOTES)
        self.notes = waiting_table(signs=self._signs)
        self.talks = self._talks()
        self.share = Text("", "small", color="quiet", wrap=True)
        self.sign = Button(_("Sign as supervisor"), key="save", kind="primary", icon="signature", tall=True)
        self.give_back = Button(_("Give back"), key="return_note")
        self.talk = Button(_("Write a talk down"), icon="plus")
        self.record = Button(_("Record of supervision"), key="print", icon="printer")
        self.log = Button(_("Case log"))
        for deed in (self.sign, self.give_back, self.talk):
            if not self._signs:
                deed.hide()
        self.sign.clicked.connect(self.sign_chosen)
        self.give_back.clicked.connect(self.return_chosen)
        self.talk.clicked.connect(lambda: TalkSheet(office, office.ask(queries.trainees), self).open())
        self.record.clicked.connect(self._print_record)
        self.log.clicked.connect(self._print_log)
        self.notes.opened.connect(self.open_note)
        self.notes.chosen.connect(self._weigh)
        self._lay_out()
        office.follow(queries.TABLES, self, self.reload)
        office.every_minute(self, self.reload)
        self.reload()

    def _talks(self) -> ListTable[SessionRow]:
        columns = [
            Column[SessionRow](
                _("Talks"), lambda s: cells.two_lines(s.topic, under=f"{s.trainee_name} · {s.feedback}"), stretch=True
            ),
            Column[SessionRow](_("Day"), _held, 118),
        ]
        empty = EmptyState(_("No talk is written down yet."))
        return ListTable(columns, key=lambda s: s.session_id, empty=empty, row_height=48, flush=True)

    def _lay_out(self) -> None:
        title = Text(_("Supervision"), "title", "semi")
        notes = Card((self.notes, 1), margins=(0, 4, 0, 4))
        self._side = right = QWidget()
        talks = Card(Text(_("Talks of supervision"), "head", "semi"), (self.talks, 1), margins=(S4, 10, S2, S2))
        numbers = (Card(Text(_("Signed in time"), "head", "semi"), self.share),) if self._signs else ()
        right.setLayout(column((talks, 1), *numbers, gap=S3))
        deeds = row(self.record, self.log, self.talk, None, self.give_back, self.sign, gap=S2)
        top = QWidget()
        line_up(top, (column(title, (notes, 1), gap=S3), 1), right, gap=S4)
        self.setLayout(column((top, 1), deeds, margins=(S4, S3, S4, S3), gap=S3))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = is_compact(self.window().width())
        self._side.setFixedWidth(280 if compact else 380)
        # Five deeds in a row fit a small window where these say one word.
        self.sign.setText(_("Sign") if compact else _("Sign as supervisor"))
        self.talk.setText(_("Write down") if compact else _("Write a talk down"))

    def take_focus(self) -> None:
        if self.notes.row() is None:
            self.notes.choose_at(0)
        self.notes.setFocus()

    def reload(self) -> None:
        asked = queries.waiting_for_supervisor if self._signs else queries.came_back
        self.notes.show_rows(self._office.ask(asked))
        self.talks.show_rows(self._office.ask(queries.sessions))
        if self._signs:
            self._show_share()
        self._weigh(self.notes.row())

    def _show_share(self) -> None:
        """The number with what it counts, so that nobody must guess."""
        today = self._office.today()
        told = self._office.ask(queries.promptness, today - _PERIOD, today)
        share = _("No note is counted yet.") if told.share is None else _("{count} %").format(count=told.share)
        how = _(
            "Of the notes of people in training in the last 90 days: signed within 72 hours {in_time}, later or not yet"
            " {late}; {running} still in time, not counted. Typed papers and notes taken back are left out."
        ).format(in_time=told.in_time, late=told.late, running=told.running)
        self.share.setText(f"{share}  {how}")

    def _weigh(self, chosen: WaitingNote | None) -> None:
        self.sign.setEnabled(chosen is not None)
        self.give_back.setEnabled(chosen is not None)
        typed = chosen is not None and chosen.typed_by is not None
        self.sign.setText(_("Confirm the note") if typed else _("Sign as supervisor"))

    def open_note(self, chosen: WaitingNote) -> None:
        self._office.go("chart", patient_id=chosen.patient_id, note_id=chosen.note_id)

    def sign_chosen(self) -> None:
        chosen = self.notes.row()
        if chosen is not None:
            sign = partial(signing.cosign_note, note_id=chosen.note_id)
            self._office.do(sign, self, then=lambda _done: self._signed(chosen))

    def _signed(self, chosen: WaitingNote) -> None:
        self._office.notice(_("Signed."))
        first = self._office.ask(queries.versions, chosen.note_id).rows[0].note_id
        if chosen.typed_by is None:
            show_papers(self._office, first, self)

    def return_chosen(self) -> None:
        chosen = self.notes.row()
        if chosen is None:
            return

        def give(comment: str) -> None:
            self._office.do(partial(signing.return_note, note_id=chosen.note_id, comment=comment), self)

        ask_text(_("What should the author change?"), self, give, yes_text=_("Give back"))

    def _print_record(self) -> None:
        make = partial(self._office.ask, supervision_record)
        self._ask_period(_("Record of supervision"), make, "supervision-record")

    def _print_log(self) -> None:
        self._ask_period(_("Case log"), partial(self._office.ask, case_log_paper), "case-log")

    def _ask_period(self, title: str, make: Callable[[str, date, date], Paper], what: str) -> None:
        PeriodSheet(self._office, title, self._office.ask(queries.trainees), make, what, self).open()


def waiting_table(*, signs: bool) -> ListTable[WaitingNote]:
    """Of notes that wait: whose, by whom, since when, and what waits with them."""
    columns = [
        Column[WaitingNote](_("Waits"), _since, 92, right=True),
        Column[WaitingNote](_("Person"), lambda n: cells.two_lines(n.name, under=_under(n)), stretch=True),
        Column[WaitingNote](_("Day"), lambda n: cells.quiet(say_day(n.occurred_on)), 104, wide_only=True),
        Column[WaitingNote]("", _marks, 230),
    ]
    told = _("No note waits for your signature.") if signs else _("No note came back to you.")
    return ListTable(columns, key=lambda n: n.note_id, empty=EmptyState(told), row_height=48)


def _since(note: WaitingNote) -> cells.Cell:
    hours = note.hours
    if hours < 48:
        return cells.number(_("{count} h").format(count=hours))
    return cells.number(ngettext("{count} day", "{count} days", hours // 24).format(count=hours // 24))


def _under(note: WaitingNote) -> str:
    if note.comment:
        return f"{note.returned_by}: {note.comment}"
    if note.typed_by:
        return _("typed by {name}").format(name=note.typed_by)
    return " · ".join(words for words in (note.author_name or "", note.urgent_reason) if words)


def _marks(note: WaitingNote) -> cells.Cell:
    chips = [
        cells.ChipIn(_("over 72 h"), "danger", "alert-triangle") if note.late else None,
        cells.ChipIn(_("urgent"), "warning", "alert-triangle") if note.urgent_reason else None,
        cells.ChipIn(_("prescription waits"), "warning", "pill")
        if note.prescription_waits and not note.urgent_reason
        else None,
        cells.ChipIn(_("came back"), "warning", "edit") if note.comment else None,
    ]
    return cells.chips(*[chip for chip in chips if chip is not None][:3])


def _held(session: SessionRow) -> cells.Cell:
    minutes = _("{count} min").format(count=session.minutes) if session.minutes else ""
    return cells.two_lines(say_day(session.held_on), under=minutes)
