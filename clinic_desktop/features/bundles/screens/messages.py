"""What the offices say to each other: the threads, the one that is read, answering, a new line to some of them."""

from collections.abc import Callable
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import messages as asked
from clinic_desktop.features.bundles.queries.messages import Thread, Told
from clinic_desktop.features.bundles.rules.kinds import MessageKind, MessageStep
from clinic_desktop.features.bundles.rules.messages import MOST_LETTERS
from clinic_desktop.features.bundles.rules.said import said_unit
from clinic_desktop.features.bundles.service import messages
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.drafts import drop_draft, find_draft, keep_draft
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text

_LIST = 300
_PAUSE_MS = 500
_ANSWER, _NEW = "message-answer", "message-new"
"""What is typed is kept under these; an answer by the message that begins its thread."""


class MessagesPage(QWidget):
    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._zone = office.ask(_zone)
        self._shown: str | None = None
        self._about: dict[str, str] = {}
        self.table = ListTable(
            [Column[Thread](_("Messages"), self._said_thread, stretch=True)],
            key=lambda thread: thread.first.message_id,
            empty=EmptyState(_("Nothing was said yet. What you write goes with the next stick."), None),
            row_height=56,
        )
        self.table.setAccessibleName(_("Messages"))
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._go_to_answer)
        self.new = Button(_("New message…"), icon="mail")
        self.new.clicked.connect(lambda: self.compose())
        self._make_right()
        left = Card((self.table, 1), row(self.new, None, margins=(12, 0, 12, 0)), margins=(1, 1, 1, 12), gap=S2)
        left.setFixedWidth(_LIST)
        line_up(self, left, (self.right, 1), margins=(16, 8, 16, 12), gap=S3)
        self._sheet: ComposeSheet | None = None
        self._keeping = keeping(self, self.reply, self.keep_draft)
        office.follow(asked.TABLES, self, self.reload)
        self.reload()

    def keep_draft(self) -> None:
        """Called while one types, and before a lock, the cover, and leaving."""
        self._keeping.stop()
        if self._shown is not None:
            keep_text(self._office, self, _ANSWER, self._shown, self.reply.text())
        if self._sheet is not None and self._sheet.isVisible():
            self._sheet.keep_draft()

    def _make_right(self) -> None:
        self.said = column(gap=S2)
        inside = QWidget()
        inside.setLayout(column(self.said, None, margins=(0, 0, 8, 0)))
        self.area = scrolled(inside)
        self.reply = TextArea("", _("Answer"))
        self.reply.setFixedHeight(64)
        self.send = Button(_("Answer"), "save", "primary", "mail")
        self.send.clicked.connect(self._answer)
        self.done = Button(_("Nothing more is needed"), icon="check")
        self.done.clicked.connect(self._put_away)
        deeds = row(self.done, None, self.send, gap=S2)
        self.right = Card((self.area, 1), self.reply, deeds, margins=(16, 12, 16, 12), gap=S2)

    def take_focus(self) -> None:
        self.table.setFocus()

    def _go_to_answer(self, _thread: Thread) -> None:
        self.reply.setFocus()

    # what there is

    def reload(self) -> None:
        found = self._office.ask(asked.threads)
        ids = [one.message_id for thread in found for one in thread.messages if one.about_id]
        self._about = self._office.ask(partial(asked.whom_about, message_ids=ids)) if ids else {}
        self.new.setEnabled(bool(self._office.ask(asked.addressees)))
        self.table.show_rows(found)

    def _said_thread(self, thread: Thread) -> cells.Cell:
        first, last = thread.first, thread.last
        other = first.to_name if first.ours else first.from_name
        words = " ".join(last.text.split())
        chips: list[cells.ChipIn] = []
        if thread.unread:
            chips.append(cells.ChipIn(_("new"), "accent"))
        elif thread.done:
            chips.append(cells.ChipIn(_("done")))
        elif first.kind is MessageKind.QUESTION and len(thread.messages) == 1:
            chips.append(cells.ChipIn(_("question"), "warning"))
        said = cells.two_lines(other, under=f"{say_instant(last.written_at, self._zone)} · {words}")
        return cells.Cell(said.text, "strong" if thread.unread else "plain", chips=tuple(chips), under=said.under)

    def _choose(self, thread: Thread | None) -> None:
        clear(self.said)
        for widget in (self.reply, self.send, self.done):
            widget.setVisible(thread is not None)
        if thread is None:
            self._show_reply(None)
            self.said.addWidget(Text(_("Choose a message at the left."), color="quiet", wrap=True))
            return
        self._show_reply(thread.first.message_id)
        self.done.setEnabled(not thread.done)
        for one in thread.messages:
            self.said.addWidget(self._card(one))
        QTimer.singleShot(0, self.area, self._show_last)
        if self.isVisible():
            self._mark_read(thread)

    def _show_reply(self, message_id: str | None) -> None:
        """Of each thread what was typed and not sent."""
        if message_id == self._shown:
            return
        self.keep_draft()
        self._shown = message_id
        self.reply.setText(kept_text(self._office, _ANSWER, message_id) if message_id else "")

    def _card(self, one: Told) -> Card:
        head = one.written_by + (f" · {one.from_name}" if one.from_name else "")
        when = say_instant(one.written_at, self._zone)
        lines = [Text(f"{head} · {when}", "small", color="quiet", wrap=True)]
        if one.about_table:
            lines.append(Text(self._said_about(one), "small", "semi", wrap=True))
        lines.append(Text(one.text, wrap=True))
        lines.append(Text(self._said_read(one), "small", color="quiet", wrap=True))
        return Card(*lines, ground="surface" if one.ours else "ground", margins=(12, 8, 12, 8), gap=S2)

    def _said_about(self, one: Told) -> str:
        whom = self._about.get(one.message_id, "")
        if one.other_id:
            words = _("Is it the same person?")
        else:
            words = _("About: {field}").format(field=_(said_unit(one.about_table or "", one.about_unit or "")))
        return f"{words} {whom}".strip()

    def _said_read(self, one: Told) -> str:
        if one.done_at is not None:
            return _("Done: {name}, {when}").format(name=one.done_by, when=say_instant(one.done_at, self._zone))
        if one.read_at is not None:
            return _("Read: {name}, {when}").format(name=one.read_by, when=say_instant(one.read_at, self._zone))
        return _("Not read yet, as far as is known here.") if one.ours else ""

    def _show_last(self) -> None:
        self.area.verticalScrollBar().setValue(self.area.verticalScrollBar().maximum())

    # deeds

    def _mark_read(self, thread: Thread) -> None:
        for one in thread.messages:
            if one.unread:
                deed = partial(messages.mark, message_id=one.message_id, step=MessageStep.READ)
                self._office.do(deed, self)

    def _answer(self) -> None:
        thread = self.table.row()
        if thread is None:
            return
        first = thread.first
        # A question of ours is answered there; one's own thread goes on to whom it began with.
        to = first.to_site_id if first.ours else first.from_site_id
        kind = MessageKind.ANSWER if first.kind is MessageKind.QUESTION and not first.ours else MessageKind.NOTE
        deed = partial(
            messages.send,
            message_id=new_id(),
            to_site_id=to,
            text=self.reply.text(),
            kind=kind,
            answers_id=first.message_id,
        )
        self._office.do(deed, self, then=self._answered)

    def _answered(self, _message_id: str) -> None:
        self.reply.setText("")
        self.keep_draft()
        self._office.notice(_("It goes with the next stick."))

    def _put_away(self) -> None:
        thread = self.table.row()
        if thread is not None:
            deed = partial(messages.mark, message_id=thread.first.message_id, step=MessageStep.DONE)
            self._office.do(deed, self)

    def compose(self, to_site_id: str = "") -> "ComposeSheet":
        """A new line to an office, or several."""
        self._sheet = sheet = ComposeSheet(self._office, self, to_site_id)
        sheet.open()
        return sheet


class ComposeSheet(Sheet):
    def __init__(self, office: Office, parent: QWidget | None, to_site_id: str = "") -> None:
        super().__init__(_("New message"), parent, width=560)
        self._office = office
        self._ids: dict[str, str] = {}
        offices = office.ask(asked.addressees)
        self.checks = {one.site_id: Check(one.name, checked=one.site_id == to_site_id) for one in offices}
        self.text = TextArea(kept_text(office, _NEW, ""), _("What the other office shall read"))
        self.text.setFixedHeight(120)
        self.letters = Text("", "small", color="quiet")
        self.body.addWidget(self._chooser(len(offices)))
        self.body.addWidget(self.text)
        self.body.addWidget(self.letters)
        self.body.addWidget(Text(_("Plain words, no diagnoses: whoever opens the stick's page there reads it."),
                                 "small", color="quiet", wrap=True))  # fmt: skip
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.send = self.add_deed(Button(_("Put with the next stick"), "save", "primary"), self._send)
        self._keeping = keeping(self, self.text, self.keep_draft)
        self.rejected.connect(self.keep_draft)
        self.text.textChanged.connect(self._weigh)
        for check in self.checks.values():
            check.toggled.connect(self._weigh)
        if len(offices) == 1 or to_site_id:
            self.text.setFocus()
        self._weigh()

    def keep_draft(self) -> None:
        """Also where one goes back: it is here again with the next new message."""
        self._keeping.stop()
        keep_text(self._office, self.parentWidget(), _NEW, "", self.text.text())

    def _chooser(self, count: int) -> QWidget:
        inside = QWidget()
        every = Check(_("All clinics"))
        every.toggled.connect(self._check_all)
        shown: list[QWidget] = [every, *self.checks.values()] if count > 1 else list(self.checks.values())
        stack(inside, *shown, gap=2)
        if count == 1:
            for check in self.checks.values():
                check.setChecked(True)
        area = scrolled(inside)
        area.setFixedHeight(min(150, 30 * len(shown) + 4))
        return area

    def _check_all(self, on: bool) -> None:
        for check in self.checks.values():
            check.setChecked(on)

    def _weigh(self) -> None:
        chosen = self._chosen()
        left = MOST_LETTERS - len(self.text.text().strip())
        self.letters.setText(ngettext("{count} letter left", "{count} letters left", left).format(count=left))
        self.send.setEnabled(bool(chosen) and bool(self.text.text().strip()) and left >= 0)

    def _chosen(self) -> list[str]:
        return [site_id for site_id, check in self.checks.items() if check.isChecked()]

    def _send(self) -> None:
        # The same ids if it is pressed twice.
        self._ids = {site_id: self._ids.get(site_id) or new_id() for site_id in self._chosen()}
        deed = partial(messages.send_to_several, message_ids=dict(self._ids), text=self.text.text())
        self._office.do(deed, self, then=lambda _none: self._sent())

    def _sent(self) -> None:
        self._office.notice(_("It goes with the next stick."))
        self.text.setText("")
        self.keep_draft()
        self.accept()


def keeping(owner: QWidget, area: TextArea, keep: Callable[[], None]) -> QTimer:
    """Who types without a pause must not lose it all: kept twice a second."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(_PAUSE_MS)
    timer.timeout.connect(keep)
    area.textChanged.connect(lambda: None if timer.isActive() else timer.start())
    return timer


def keep_text(office: Office, screen: QWidget | None, form: str, record_id: str, text: str) -> None:
    """Nothing is kept of an empty field."""
    if text.strip():
        office.do(partial(keep_draft, screen=form, record_id=record_id, fields={"text": text}, caret={}), screen)
    elif office.ask(find_draft, form, record_id) is not None:
        office.do(partial(drop_draft, screen=form, record_id=record_id), screen)


def kept_text(office: Office, form: str, record_id: str) -> str:
    kept = office.ask(find_draft, form, record_id)
    return str(kept.fields.get("text", "")) if kept is not None else ""


def _zone(reading: Reading) -> tzinfo:
    return reading.place.zone
