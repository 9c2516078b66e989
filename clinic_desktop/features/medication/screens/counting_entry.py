"""Typing what was counted: one line after the other with Enter; what should be there is never shown meanwhile."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters.count_sheet import blank_sheet
from clinic_desktop.features.medication.queries import counting as queries
from clinic_desktop.features.medication.queries import counts
from clinic_desktop.features.medication.queries.counts import CountedProduct
from clinic_desktop.features.medication.rules.shelf import say_packs, say_units
from clinic_desktop.features.medication.rules.tally import Step, read_counted
from clinic_desktop.features.medication.screens.counting_kept import DRAFT, FoundBox, OpenCount
from clinic_desktop.features.medication.screens.counting_sheets import FoundSheet, NamesSheet, say_moved
from clinic_desktop.features.medication.screens.leaving_papers import show_paper
from clinic_desktop.features.medication.service import count_papers
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.storage.drafts import keep_draft
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import ask_yes_no
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import column, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46
_ASKED: dict[Step, str] = {
    Step.FIRST: N_("How many are there?"),
    Step.AGAIN: N_("Count this again: how many are there?"),
    Step.WHY: N_("Why?"),
}
_GO: dict[Step, str] = {
    Step.FIRST: N_("Compare"),
    Step.AGAIN: N_("Compare again"),
    Step.WHY: N_("Two names"),
}


class CountEntry(QWidget):
    accepts_typing = False
    closed = Signal(str)
    """The count was closed; its id."""

    def __init__(self, office: Office, count: OpenCount, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self.count = office, count
        self._found = {box.lot.lot_id: box for box in count.found}
        self.table = self._make_table()
        self.medicine, self.lot = Text("", "head", "semi", wrap=True), Text("", color="quiet", wrap=True)
        self.asked, self.said = Text("", "small", color="quiet"), Text("", "small", wrap=True)
        self.answer = Edit(placeholder="3x20+7")
        self.next = Button(_("Next"), "open")
        self.so_far = Text("", "small", color="quiet", wrap=True)
        self.kept = Text("", "small", color="quiet")
        self.add_box = Button(_("Not on the list"), icon="plus")
        self.take_out = Button(_("Take out"), icon="minus")
        self.print = Button(_("Sheet"), "print", icon="printer")
        self.go = Button(_("Compare"), "save", "primary", "check", tall=True)
        self._lay_out()
        self._connect()
        self._show()
        self._go_to(0)

    def _lay_out(self) -> None:
        told = column(self.medicine, self.lot, gap=0)
        field = column(self.asked, row((self.answer, 1), self.next, gap=S2), self.said, gap=2)
        entry = Card(row((told, 3), (field, 3), gap=S4), margins=(S4, S2, S4, S2))
        listed = Card((self.table, 1), margins=(1, 2, 1, 2), gap=0)
        deeds = row(self.add_box, self.take_out, self.print, None, self.go, gap=S2)
        state = row((self.so_far, 1), self.kept, gap=S3)
        stack(self, state, entry, (listed, 1), deeds, margins=(S4, S2, S4, S3), gap=S2)
        self.table.setMinimumHeight(30 + _TWO_LINES)

    def _connect(self) -> None:
        self.answer.returnPressed.connect(self._take)
        self.answer.textEdited.connect(self._understand)
        self.answer.installEventFilter(self)
        self.next.clicked.connect(self._take)
        self.table.chosen.connect(self._line_changed)
        self.table.opened.connect(self._to_answer)
        self.add_box.clicked.connect(self._ask_box)
        self.take_out.clicked.connect(self._remove_box)
        self.print.clicked.connect(self.show_sheet)
        self.go.clicked.connect(self._go_on)

    def _make_table(self) -> ListTable[CountedProduct]:
        columns = [
            Column[CountedProduct](
                _("Medicine"), lambda lot: cells.two_lines(semi(lot.shown_name), under=lot.product), stretch=True
            ),
            Column[CountedProduct](
                _("Lot"), lambda lot: cells.two_lines(_lot_words(lot), under=_expires_words(lot)), 170
            ),
            Column[CountedProduct](_("Counted by you"), self._counted, 230, right=True),
            Column[CountedProduct](_("Word"), self._word, 150),
        ]
        empty = EmptyState(_("Nothing is noted on this shelf yet. Add every box that is there with «Not on the list»."))
        table = ListTable(columns, key=lambda lot: lot.lot_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Lots of the count"))
        return table

    def _counted(self, lot: CountedProduct) -> cells.Cell | str:
        box, tally = self._found.get(lot.lot_id), self.count.tally
        final = tally.final(lot.lot_id) if tally.step is Step.WHY else tally.number(lot.lot_id)
        units = final if box is None else box.units
        if units is None:
            return cells.number("–", "quiet")
        return cells.number(say_packs(units, lot.pack_units, lot.unit), "strong")

    def _word(self, lot: CountedProduct) -> cells.Cell | str:
        if lot.lot_id in self._found:
            return cells.quiet(_("added"))
        if self.count.tally.step is not Step.WHY:
            return ""
        return self.count.tally.reasons.get(lot.lot_id) or cells.quiet(_("no reason yet"))

    # where one is

    def take_focus(self) -> None:
        (self.answer if self.table.count() else self.add_box).setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.answer and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
            if step is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                self._go_to(self.table.currentIndex().row() + step)
                return True
        return super().eventFilter(watched, event)

    def _to_answer(self, _lot: CountedProduct) -> None:
        self.answer.setFocus()

    def _rows(self) -> list[CountedProduct]:
        lines = [self.count.lots[lot_id] for lot_id in self.count.tally.lines()]
        return lines + ([box.lot for box in self.count.found] if self.count.tally.step is Step.FIRST else [])

    def _show(self) -> None:
        self.table.show_rows(self._rows())
        tally = self.count.tally
        self.go.setText(_(_GO[tally.step]))
        self.add_box.setVisible(tally.step is Step.FIRST)
        self.go.setEnabled(bool(tally.lots or self.count.found))
        self._say_so_far()
        self._line_changed(self.table.row())

    def _say_so_far(self) -> None:
        tally, lines = self.count.tally, self.count.tally.lines()
        done = len(lines) - len(tally.undone())
        at = self._office.local(self.count.moment)
        said = [
            _("Count of {day}, {time}: {what}").format(
                day=say_day(at.date()), time=f"{at:%H:%M}", what=self.count.scope or _("Everything")
            ),
            ngettext("{done} of {count} typed", "{done} of {count} typed", len(lines)).format(
                done=f"{done:,}", count=f"{len(lines):,}"
            ),
        ]
        moved = self._office.ask(queries.moved_since, tally.lots, self.count.moment)
        if moved:
            said.append(say_moved(moved))
        self.so_far.setText(" · ".join(said))

    def _go_to(self, at: int) -> None:
        if self.table.count():
            self.table.choose_at(max(0, min(at, self.table.count() - 1)))
        self.answer.setFocus()
        self.answer.selectAll()

    def _line_changed(self, lot: CountedProduct | None) -> None:
        """What is asked of this line, with what was typed for it before."""
        tally, box = self.count.tally, self._found.get(lot.lot_id) if lot else None
        self.take_out.setVisible(box is not None)
        self.answer.setEnabled(lot is not None and box is None)
        self.next.setEnabled(self.answer.isEnabled())
        self.medicine.setText(f"{lot.shown_name} {lot.product}" if lot else "")
        told = (_lot_words(lot), _expires_words(lot), lot.partner_name) if lot else ()
        self.lot.setText(" · ".join(word for word in told if word))
        self.asked.setText(_(_ASKED[tally.step]))
        self.answer.setAccessibleName(self.asked.text())
        self._say("")
        if lot is None or box is not None:
            self.answer.setText("")
            return
        typed = self.count.typing.get(lot.lot_id)
        if tally.step is Step.WHY:
            self.asked.setText(self._difference(lot))
            self.answer.setPlaceholderText(_("for example: broken, given and not written down"))
            self.answer.setText(tally.reasons.get(lot.lot_id, "") if typed is None else typed)
        else:
            self.answer.setPlaceholderText("3x20+7")
            units = tally.number(lot.lot_id)
            noted = "" if units is None else f"{units}"
            self.answer.setText(noted if typed is None else typed)
            self._understand_number(lot)
        self.answer.selectAll()

    def _difference(self, lot: CountedProduct) -> str:
        """Only now, after two numbers of their own, is it said what was noted."""
        expected = self._expected([lot.lot_id]).get(lot.lot_id, 0)
        apart = (self.count.tally.final(lot.lot_id) or 0) - expected
        if apart < 0:
            said = _("Noted: {noted}. {units} are missing. Why?")
        else:
            said = _("Noted: {noted}. {units} more are there. Why?")
        return said.format(noted=say_units(expected, lot.unit), units=say_units(abs(apart), lot.unit))

    def _expected(self, lot_ids: list[str]) -> dict[str, int]:
        return self._office.ask(counts.expected, lot_ids, self.count.moment)

    # typing

    def _say(self, words: str, wrong: bool = False) -> None:
        self.said.setText(words)
        self.said.set_color("danger" if wrong else "accent")
        self.said.setVisible(bool(words))
        self.answer.set_wrong(wrong)

    def _understand(self, typed: str) -> None:
        lot = self.table.row()
        if lot is not None:
            self.count.typing[lot.lot_id] = typed
            self._understand_number(lot)

    def _understand_number(self, lot: CountedProduct) -> None:
        typed = self.count.typing.get(lot.lot_id)
        if typed is None or self.count.tally.step is Step.WHY:
            return
        try:
            self._say(say_packs(read_counted(typed, lot.pack_units), lot.pack_units, lot.unit))
        except Refused:
            self._say("")

    def _take(self) -> None:
        lot = self.table.row()
        if lot is None or not self.answer.isEnabled() or not self._take_in(lot, self.answer.text()):
            return
        self.keep_draft()
        self.table.viewport().update()
        self._say_so_far()
        self._advance(lot.lot_id)

    def _take_in(self, lot: CountedProduct, text: str) -> bool:
        tally, typed = self.count.tally, text.strip()
        if tally.step is Step.WHY:
            tally.reasons[lot.lot_id] = typed
        elif typed:
            try:
                tally.put(lot.lot_id, read_counted(typed, lot.pack_units))
            except Refused as refused:
                self._say(refused.sentence(), wrong=True)
                return False
        else:
            (tally.first if tally.step is Step.FIRST else tally.again).pop(lot.lot_id, None)
        self.count.typing.pop(lot.lot_id, None)
        return True

    def _take_rest(self) -> bool:
        """What was typed without Enter counts too; where it cannot be read, the line is shown again."""
        for lot_id, typed in list(self.count.typing.items()):
            lot = self.count.lots[lot_id]
            self.table.choose(lot_id)
            if not self._take_in(lot, typed):
                self.answer.setFocus()
                return False
        return True

    def _advance(self, lot_id: str) -> None:
        """To the next line that wants an answer; after the last, to the button that goes on."""
        lines = list(self.count.tally.lines())
        undone, here = self.count.tally.undone(), lines.index(lot_id)
        after = [one for one in lines[here + 1 :] if one in undone]
        if after or here + 1 < len(lines):
            self._go_to(lines.index(after[0]) if after else here + 1)
        else:
            self.go.setFocus()

    def keep_draft(self) -> None:
        """After every line, so that a power cut loses nothing; also before the window is locked or left."""
        record_id, fields = self.count.count_id, self.count.kept()
        kept = partial(keep_draft, screen=DRAFT, record_id=record_id, fields=fields, caret={})
        self._office.do(kept, self, then=self._say_kept)

    def _say_kept(self, when: object) -> None:
        self.kept.setText(_("Kept {time}").format(time=f"{self._office.local(self._office.now()):%H:%M:%S}"))

    # boxes that no sheet named

    def _ask_box(self) -> None:
        FoundSheet(self._office, self.count, self._add, self).open()

    def _add(self, box: FoundBox) -> None:
        self.count.found.append(box)
        self._found[box.lot.lot_id] = box
        self._show()
        self.table.choose(box.lot.lot_id)
        self.keep_draft()
        self.add_box.setFocus()

    def _remove_box(self) -> None:
        gone = self.table.key()
        self.count.found = [box for box in self.count.found if box.lot.lot_id != gone]
        self._found.pop(gone, None)
        self._show()
        self.keep_draft()

    # going on

    def _go_on(self) -> None:
        if not self._take_rest():
            return
        tally = self.count.tally
        undone = tally.undone()
        if undone and tally.step is not Step.FIRST:
            self.table.choose(undone[0])
            self.answer.setFocus()
            self._say(_("This one still waits for its answer."), wrong=True)
        elif undone:
            said = ngettext(
                "{count} lot has no number. It is not zero: it stays as it is, not counted. Go on?",
                "{count} lots have no number. They are not zero: they stay as they are, not counted. Go on?",
                len(undone),
            )
            ask_yes_no(said.format(count=f"{len(undone):,}"), self, self._compare)
        else:
            self._compare()

    def _compare(self) -> None:
        tally = self.count.tally
        more = tally.go_on(self._expected(tally.counted()))
        self.keep_draft()
        self._show()
        if more:
            self._go_to(0)
        else:
            NamesSheet(self._office, self.count, self.closed.emit, self).open()

    def show_sheet(self) -> None:
        lots, scope = list(self.count.lots.values()), self.count.scope or _("Everything")
        pdf = self._office.ask(blank_sheet, lots, self.count.moment, scope).pdf()
        show_paper(self._office, self, pdf, _("Sheet to count on"), count_papers.note_sheet_printed, "conteo.pdf")


def _lot_words(lot: CountedProduct) -> str:
    return _("lot {lot}").format(lot=lot.lot_number) if lot.lot_number else _("without number")


def _expires_words(lot: CountedProduct) -> str:
    return _("expires {day}").format(day=say_day(lot.expires_on)) if lot.expires_on else ""
