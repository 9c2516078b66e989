"""A clinic's stick: what goes, copying, done; and taking the receipt. Insert, Enter, Enter."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from clinic_desktop.exchange.outcomes import Exported
from clinic_desktop.features.bundles.letters.slip import slip, slip_facts
from clinic_desktop.features.bundles.queries import carried, messages, waiting
from clinic_desktop.features.bundles.queries.waiting import Missing
from clinic_desktop.features.bundles.rules.loads import said_size
from clinic_desktop.features.bundles.screens.join import JoinCard
from clinic_desktop.features.bundles.screens.late import late_words
from clinic_desktop.features.bundles.screens.parts import LoadTable, checked
from clinic_desktop.features.bundles.screens.sent import RouteSheet, SentSheet
from clinic_desktop.features.bundles.screens.stick_words import parcel_steps, said_stick, stick_steps
from clinic_desktop.features.bundles.screens.sticks import SticksList
from clinic_desktop.features.bundles.screens.summary import Session, said_summary
from clinic_desktop.features.bundles.service import carrying, parcels, receiving
from clinic_desktop.features.bundles.service.receiving import Received
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled, stack
from clinic_desktop.uikit.marks import Chip, ProgressBar, Seal, Steps
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, Line
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Facts, Text
from clinic_desktop.uikit.worker import LongJob

_ASIDE = 360
_EDGES = 46
"""Margins of the card at the right, and its bar for scrolling."""
_BEFORE, _BUSY, _DONE, _RECEIVED = range(4)


class ClinicStick(QWidget):
    """One path: choose the stick, see what goes, copy, take it out."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._job: LongJob | None = None
        self._exported: Exported | None = None
        self._facts: list[tuple[str, str]] = []
        self.steps = Steps([_("Stick and what goes"), _("Copying"), _("Ready")])
        self.sticks = SticksList(office, short=True)
        self.join = JoinCard(office, self.sticks)
        self.pages = QStackedWidget()
        for page in (self._before_page(), self._busy_page(), self._done_page(), self._received_page()):
            self.pages.addWidget(page)
        stack(self, row(self.steps, None), (self.pages, 1), margins=(16, 2, 16, 6), gap=S2)
        office.follow(waiting.TABLES, self, self.reload)
        self.sticks.changed.connect(self._allow)
        self.sticks.opened.connect(self._carry)
        self.join.joined.connect(self.reload)
        self.reload()
        self.sticks.look()

    def take_focus(self) -> None:
        """Where Enter does what comes next."""
        next_one = self.receive if self._brings_receipts() else self.copy
        before = next_one if next_one.isEnabled() else self.sticks.table
        # Not "Stop" while it copies: who presses Enter once more in a hurry must not end it.
        by_page = {_BEFORE: before, _BUSY: self.bar, _DONE: self.print_button, _RECEIVED: self.end_received}
        by_page[self.pages.currentIndex()].setFocus()

    def step_back(self) -> bool:
        """Esc: from what is done back to the beginning; a running copy is stopped by its own button only."""
        if self.pages.currentIndex() in (_DONE, _RECEIVED):
            self.start_again()
            return True
        return self.pages.currentIndex() == _BUSY

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pages.currentIndex() == _BEFORE:
            self._carry()
        else:
            super().keyPressEvent(event)

    # pages

    def _before_page(self) -> QWidget:
        self.said = Text("", "head", "semi", wrap=True)
        self.until = Text("", color="quiet", wrap=True)
        self.on_way = Text("", color="quiet", wrap=True)
        self.sent = Link(_("Sticks that left…"))
        self.sent.clicked.connect(self.show_sent)
        self.mail = Link("")
        self.mail.clicked.connect(lambda: self._office.go("stick", tab="messages"))
        self.loads = LoadTable()
        self.missing = column()
        inside = QWidget()
        links = row(self.sent, S4, self.mail, None)
        inside.setLayout(
            column(
                self.said,
                column(self.until, self.on_way, gap=0),
                links,
                Line(),
                self.loads,
                self.missing,
                None,
                _hint(),
                gap=S3,
            )
        )
        left = Card((scrolled(inside), 1), margins=(24, 16, 24, 16))
        self.copy = Button(_("Copy to the stick"), "save", "primary", "device-usb", tall=True)
        self.copy.clicked.connect(self._copy)
        self.receive = Button(_("Take in the receipt"), icon="download")
        self.receive.clicked.connect(self._receive)
        self.told_stick = column(gap=S2)
        self.route = Link(_("What lies on this stick…"), small=True)
        self.route.clicked.connect(self._show_route)
        self.parcel = Link(_("Save as a parcel…"), small=True)
        self.parcel.clicked.connect(self._ask_parcel)
        sticks = QWidget()
        sticks.setLayout(
            column(self.sticks, self.told_stick, row(self.route, S3, self.parcel, None), self.join, None, gap=S2)
        )
        right = Card(
            (scrolled(sticks), 1),
            self.receive,
            self.copy,
            margins=(16, 8, 16, 8),
            gap=S2,
        )
        right.setFixedWidth(_ASIDE)
        return _two(left, right)

    def _busy_page(self) -> QWidget:
        self.bar = ProgressBar()
        self.stop = Button(_("Stop"))
        self.stop.clicked.connect(self._stop)
        self.wait = Text("", wrap=True)
        return _two(Card(None, self.wait, self.bar, row(None, self.stop), None, margins=(48, 24, 48, 24), gap=S4))

    def _done_page(self) -> QWidget:
        self.done_body = column(gap=S3)
        inside = QWidget()
        inside.setLayout(self.done_body)
        left = Card((scrolled(inside), 1), margins=(24, 16, 24, 16))
        self.slip_head = Text("", "head", "semi")
        self.slip = Facts([], label_width=84)
        sheet = Card(
            self.slip_head,
            Text(_("Travels with the stick. Keep it until the receipt comes."), "small", color="quiet", wrap=True),
            self.slip,
            None,
            margins=(16, 12, 16, 12),
        )
        title = row(Text(_("Travel sheet"), "head", "semi"), None, Chip(_("No names of people")))
        another = Button(_("Copy to another stick"), "another_copy")
        another.clicked.connect(self.start_again)
        end = Button(_("Finish"), "back")
        end.clicked.connect(self.start_again)
        self.print_button = Button(_("Print the travel sheet"), "print", "primary", "printer", tall=True)
        self.print_button.clicked.connect(self.print_slip)
        right = Card(title, (scrolled(sheet), 1), another, end, self.print_button, margins=(16, 8, 16, 8), gap=S2)
        right.setFixedWidth(_ASIDE)
        return _two(left, right)

    def _received_page(self) -> QWidget:
        self.received_body = column(gap=S2)
        inside = QWidget()
        inside.setLayout(self.received_body)
        self.end_received = Button(_("Finish"), "back", "primary")
        self.end_received.clicked.connect(self.start_again)
        return _two(Card((scrolled(inside), 1), row(None, self.end_received), margins=(24, 16, 24, 16), gap=S3))

    # what there is

    def reload(self) -> None:
        state = self._office.ask(waiting.confirmed)
        load = self._office.ask(waiting.waiting)
        self.join.setVisible(not state.enrolled)
        self.copy.setVisible(state.carries)
        self.receive.setVisible(state.carries)
        self.sent.setVisible(state.carries)
        self.parcel.setVisible(state.carries)
        count = load.new + load.changed
        said = ngettext("{count} change waits to be carried", "{count} changes wait to be carried", count)
        self.said.setText(said.format(count=count))
        self.until.setText(
            " ".join(part for part in (self._office.ask(_said_until), _said_oldest(self._office, load.since)) if part)
        )
        self._tell_on_way()
        self.loads.show_loads(load.loads)
        clear(self.missing)
        for gap in state.missing:
            words = self._office.ask(partial(_said_missing, gap=gap))
            self.missing.addWidget(Callout(words, "warning", "alert-triangle"))
        for words in late_words(self._office):
            self.missing.addWidget(Callout(words, "warning", "alert-triangle"))
        self._allow()

    def _tell_on_way(self) -> None:
        found = self._office.ask(carried.waits)
        told: list[str] = []
        if found.on_their_way:
            told.append(_("On their way: {numbers}.").format(numbers=_said_numbers(found.on_their_way)))
        if found.lost:
            told.append(_("Lost: {numbers}.").format(numbers=_said_numbers(found.lost)))
        self.on_way.setText(" ".join(told))
        self.on_way.setVisible(bool(told))
        unread = self._office.ask(messages.count_unread)
        self.mail.setText(ngettext("{count} new message", "{count} new messages", unread).format(count=unread))
        self.mail.setVisible(bool(unread))

    def _allow(self) -> None:
        stick = self.sticks.chosen()
        held = self.copy.hasFocus() or self.receive.hasFocus()
        self.copy.setEnabled(stick is not None and not stick.unfit and not stick.read_only)
        self.receive.setEnabled(stick is not None and bool(stick.bundles))
        if held and not (self.copy.hasFocus() or self.receive.hasFocus()):
            self.take_focus()  # the stick was taken out: with the next one Enter goes on
        self.route.setVisible(stick is not None and stick.route is not None)
        clear(self.told_stick)
        for callout in said_stick(stick) if stick is not None else _said_choose(len(self.sticks.found())):
            # In a page that scrolls, words that wrap would give way before it does.
            callout.setMinimumHeight(callout.heightForWidth(_ASIDE - _EDGES))
            self.told_stick.addWidget(callout)

    # deeds

    def start_again(self) -> None:
        self._go(_BEFORE)
        self.sticks.look()
        self.reload()
        self.take_focus()

    def _brings_receipts(self) -> bool:
        """The stick that is chosen holds something for this office that was not taken in yet: that comes first."""
        stick = self.sticks.chosen()
        return stick is not None and stick.unread > 0

    def _carry(self) -> None:
        """Enter: what the stick is there for."""
        if self._brings_receipts():
            self._receive()
        else:
            self._copy()

    def _copy(self) -> None:
        stick = self.sticks.chosen()
        if stick is not None and self.copy.isVisibleTo(self) and self.copy.isEnabled():
            self._run(partial(carrying.export, folder=stick.folder), self._exported_to)

    def _receive(self) -> None:
        stick = self.sticks.chosen()
        if stick is not None and self.receive.isVisibleTo(self) and self.receive.isEnabled():
            words = _("Stopped. What was taken in stays; the rest is still on the stick.")
            self._run(partial(receiving.receive, folder=stick.folder), self._received, stopped=words)

    def show_sent(self) -> None:
        """The bundles that left: one may be called lost, or confirmed by a code."""
        sheet = SentSheet(self._office, self)
        sheet.copy_asked.connect(self._copy)
        sheet.open()

    def _show_route(self) -> None:
        stick = self.sticks.chosen()
        if stick is not None and stick.route is not None:
            RouteSheet(self._office, stick.route, self).open()

    def _ask_parcel(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, _("Save as a parcel…"))
        if folder:
            self.save_parcel(Path(folder))

    def save_parcel(self, folder: Path) -> None:
        """The bundle in any folder, for another way than a stick."""
        job = partial(parcels.save_parcel, folder=folder)
        self._run(job, partial(self._exported_to, parcel=True), wait=_("Wait until it says that the parcel is ready."))

    def _run(
        self, job: Callable[[Any, Any], Any], then: Callable[[Any], None], *, stopped: str = "", wait: str = ""
    ) -> None:
        self.bar.set_progress(0, 0, "")
        self.wait.setText(wait or _("Leave the stick in until it says that you may take it out."))
        self._go(_BUSY)
        self._job = self._office.run_long(
            job, self, progress=self.bar.show_progress, then=then, failed=self._failed,
            cancelled=partial(self._stopped, stopped),
        )  # fmt: skip

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _stopped(self, words: str) -> None:
        self._office.notice(words or _("Stopped. Only what was read back whole counts as sent."))
        self.start_again()

    def _failed(self, error: ClinicError) -> None:
        self.start_again()
        self._office.voice.say(error, self)

    def _exported_to(self, exported: Exported, *, parcel: bool = False) -> None:
        self._exported = exported
        self._facts = self._office.ask(slip_facts, exported)
        self.slip_head.setText(_("Travel sheet {number}").format(number=f"{exported.number:04d}"))
        self.slip.show_facts(self._facts)
        clear(self.done_body)
        for item in self._said_done(exported, parcel):
            self.done_body.addWidget(item)
        self.done_body.addStretch(1)
        self._go(_DONE)

    def _said_done(self, exported: Exported, parcel: bool) -> list[QWidget]:
        head = QWidget()
        ready = _("The parcel is ready") if parcel else _("You may take the stick out")
        folder = Text(str(exported.path.parent), color="quiet", wrap=True)
        head.setLayout(row(Seal(), (column(Text(ready, "title", "semi"), folder, gap=0), 1), gap=S4))
        loads = LoadTable()
        loads.show_loads(load for one in exported.files for load in one.loads)
        size = said_size(sum(one.size for one in exported.files))
        checks = QWidget()
        checks.setLayout(
            column(
                Text(_("What was checked"), "head", "semi"),
                checked(_("Copy read back"), _("equal byte by byte, {size}").format(size=size)),
                checked(_("Sealed"), self._said_sealed()),
                checked(_("Signed by this computer"), _("bundle {number:04d}").format(number=exported.number)),
                None,
                gap=S3,
            )
        )
        carried = QWidget()
        carried.setLayout(column(Text(_("What it carries"), "head", "semi"), loads, None, gap=S2))
        both = QWidget()
        compact = is_compact(self.window().width())
        both.setLayout(column(carried, checks, gap=S3) if compact else row((carried, 1), S4, (checks, 1)))
        rest = [Callout(_said_left(exported), "warning", "alert-triangle")] if exported.left else []
        steps = parcel_steps() if parcel else stick_steps()
        told = [Text(line, wrap=True) for line in steps]
        return [head, *rest, Line(), both, Text(_("What comes next"), "head", "semi"), *told, _hint()]

    def _said_sealed(self) -> str:
        if self._office.ask(waiting.confirmed).enrolled:
            return _("only the central office can open it")
        return _("only the other computer of this clinic can open it")

    def _received(self, received: Received) -> None:
        clear(self.received_body)
        until = self._office.ask(_said_until)
        self.received_body.addWidget(Text(_("You may take the stick out"), "head", "semi"))
        self.received_body.addWidget(Text(until, wrap=True))
        session, report = Session(), received.report
        session.hear(report.files)
        for callout in said_summary(report.files, session, report):
            self.received_body.addWidget(callout)
        if received.removed:
            words = ngettext(
                "{count} bundle that had arrived was taken off the stick.",
                "{count} bundles that had arrived were taken off the stick.",
                received.removed,
            )
            self.received_body.addWidget(Callout(words.format(count=received.removed), "neutral", "check"))
        self.received_body.addStretch(1)
        self._go(_RECEIVED)

    def print_slip(self) -> None:
        if self._exported is None:
            return
        from clinic_desktop.printing.preview import Preview

        exported = self._exported
        pdf = self._office.ask(lambda reading: slip(reading, exported)).pdf()
        name = f"{Path(exported.path.name).stem}.pdf"
        title = _("Travel sheet {number}").format(number=f"{exported.number:04d}")
        Preview(pdf, title, parent=self, record=lambda _leaving, proceed: proceed(), suggested=name).open()

    def _go(self, page: int) -> None:
        self.steps.set_at({_BEFORE: 0, _BUSY: 1}.get(page, 2))
        self.pages.setCurrentIndex(page)
        self.take_focus()


def _said_until(reading: Reading) -> str:
    state = waiting.confirmed(reading)
    if state.mates and not state.enrolled:
        return _("For the other computer of this clinic. No central office has been joined yet.")
    if not state.enrolled:
        return _("This clinic has not joined a central office yet.")
    if state.until is None:
        return _("The central office has not confirmed anything yet.")
    when = say_instant(state.until, reading.place.zone)
    return _("The central office has everything up to {when}.").format(when=when)


def _said_missing(reading: Reading, gap: Missing) -> str:
    if gap.ours:
        who = _("Of the other computer of this clinic a bundle has not arrived, written {when}.")
    else:
        who = _("Of the central office a bundle has not arrived, written {when}.")
    before = say_instant(gap.before, reading.place.zone)
    when = _("before {before}").format(before=before)
    if gap.after is not None:
        after = say_instant(gap.after, reading.place.zone)
        when = _("between {after} and {before}").format(after=after, before=before)
    rest = _("What came after it is here. Send your stick: they see that it is missing and carry it again.")
    return f"{who.format(when=when)} {rest}"


def _said_oldest(office: Office, since: datetime | None) -> str:
    if since is None:
        return ""
    when = say_instant(since, office.ask(lambda reading: reading.place.zone))
    return _("The oldest of what waits is of {when}.").format(when=when)


def _said_numbers(numbers: Sequence[int], most: int = 8) -> str:
    some = [f"{number:04d}" for number in numbers[-most:]]
    return ("… " if len(numbers) > most else "") + ", ".join(some)


def _said_left(exported: Exported) -> str:
    words = ngettext(
        "{done} of {all} parts are on this stick and were read back. {count} found no room: copy it to another one.",
        "{done} of {all} parts are on this stick and were read back. {count} found no room: copy them to another one.",
        exported.left,
    )
    return words.format(done=len(exported.files), all=exported.volumes, count=exported.left)


def _said_choose(count: int) -> list[Callout]:
    if count < 2:
        return []
    return [Callout(_("Several sticks are in. Choose the right one."), "warning", "device-usb")]


def _hint() -> Callout:
    return Callout(_("The data also stay on this computer. If the stick is lost, nobody can read it; make another."))


def _two(*cards: QWidget) -> QWidget:
    page = QWidget()
    line_up(page, (cards[0], 1), *cards[1:], gap=S3)
    return page
