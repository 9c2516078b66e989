"""Counting the shelf: past counts, the blank sheet, what was counted typed line by line, the differences, two names."""

from datetime import datetime
from functools import partial

from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.medication.queries import counts as queries
from clinic_desktop.features.medication.queries.counts import CountRow
from clinic_desktop.features.medication.rules.tally import Scope
from clinic_desktop.features.medication.screens import counting_kept as kept
from clinic_desktop.features.medication.screens.counting_entry import CountEntry
from clinic_desktop.features.medication.screens.counting_kept import OpenCount
from clinic_desktop.features.medication.screens.counting_result import CountResult
from clinic_desktop.features.medication.screens.counting_sheets import BeginSheet
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.storage.drafts import KeptDraft, drop_draft
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import ask_yes_no
from clinic_desktop.uikit.layouts import drop_current, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import semi

_TWO_LINES = 46


class CountPage(QWidget):
    """The past counts; a count that is typed, or the result of one, takes their place."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._unfinished: KeptDraft | None = None
        self.counts = self._make_counts()
        self.begin = Button(_("Begin a count"), icon="clipboard-list", kind="primary", tall=True)
        self.throw_away = Button(_("Throw it away"), kind="quiet")
        self.waiting = Callout("", "warning", "clipboard-list")
        self.past = QWidget()
        listed = Card((self.counts, 1), margins=(1, 4, 1, 4), gap=0)
        deeds = row(None, self.throw_away, self.begin, gap=S2)
        stack(self.past, self.waiting, (listed, 1), deeds, margins=(S4, S3, S4, S3), gap=S3)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.past)
        stack(self, self.pages)
        self.begin.clicked.connect(self._begin)
        self.throw_away.clicked.connect(self._ask_throw_away)
        self.counts.opened.connect(self._open)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _make_counts(self) -> ListTable[CountRow]:
        columns = [
            Column[CountRow](
                _("Counted on"),
                lambda c: cells.two_lines(
                    semi(say_day(c.counted_on)), under=f"{self._office.local(c.counted_at):%H:%M}"
                ),
                130,
            ),
            Column[CountRow](
                _("What"), lambda c: cells.two_lines(c.scope or _("Everything"), under=c.number or ""), stretch=True
            ),
            Column[CountRow](_("Who"), lambda c: cells.two_lines(c.first_name or "", under=c.second_name or ""), 230),
            Column[CountRow](_("Lots"), lambda c: cells.number(f"{c.lots:,}"), 80, right=True),
            Column[CountRow](_("Differences"), _apart, 150, right=True),
        ]
        empty = EmptyState(
            _("Nothing was counted yet. Begin with everything: the first count puts on the shelf what is here.")
        )
        table = ListTable(columns, key=lambda c: c.count_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Past counts"))
        return table

    def _time(self, count: CountRow) -> str:
        return f"{self._office.local(count.counted_at):%H:%M}"

    # the list

    def take_focus(self) -> None:
        front = self.pages.currentWidget()
        if isinstance(front, CountEntry | CountResult):
            front.take_focus()
        else:
            (self.counts if self.counts.count() and not self._unfinished else self.begin).setFocus()

    def reload(self) -> None:
        self.counts.show_rows(self._office.ask(queries.last_counts, limit=200))
        if self.counts.row() is None:
            self.counts.choose_at(0)
        self._unfinished = kept.unfinished(self._office)
        self._say_unfinished()

    def _say_unfinished(self) -> None:
        draft = self._unfinished
        self.waiting.setVisible(draft is not None)
        self.throw_away.setVisible(draft is not None)
        self.begin.setText(_("Begin a count") if draft is None else _("Go on with the count"))
        if draft is not None:
            at = self._office.local(datetime.fromisoformat(draft.fields["moment"]))
            done, all_ = len(draft.fields["tally"]["first"]), len(draft.fields["tally"]["lots"])
            told = _("A count of {day}, {time} is not closed yet: {done} of {count} lots are typed.")
            self.waiting.words.setText(
                told.format(day=say_day(at.date()), time=f"{at:%H:%M}", done=f"{done:,}", count=f"{all_:,}")
            )

    def _open(self, count: CountRow) -> None:
        self.show_result(count.count_id)

    # a count

    def _begin(self) -> None:
        if self._unfinished is None:
            BeginSheet(self._office, self._begun, self).open()
        else:
            self.show_entry(kept.reopen(self._office, self._unfinished))

    def begin_with(self, medicine: str) -> None:
        """A count of this medicine alone, unless one is open already: then that one goes on."""
        if self._unfinished is not None:
            self.take_focus()
            return
        sheet = BeginSheet(self._office, self._begun, self)
        sheet.scope.set_value(Scope.ONE)
        sheet.product.set_value(medicine, medicine)
        sheet.open()

    def _begun(self, count: OpenCount, printing: bool) -> None:
        entry = self.show_entry(count)
        entry.keep_draft()
        if printing:
            entry.show_sheet()

    def show_entry(self, count: OpenCount) -> CountEntry:
        entry = CountEntry(self._office, count)
        entry.closed.connect(self.show_result)
        self._put_in_front(entry)
        return entry

    def show_result(self, count_id: str) -> None:
        result = CountResult(self._office, count_id)
        result.done.clicked.connect(self.step_back)
        self._put_in_front(result)

    def _put_in_front(self, page: CountEntry | CountResult) -> None:
        self._drop()
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        page.take_focus()

    def _drop(self) -> None:
        if self.pages.currentWidget() is not self.past:
            drop_current(self.pages)

    def keep_draft(self) -> None:
        front = self.pages.currentWidget()
        if isinstance(front, CountEntry):
            front.keep_draft()

    def step_back(self) -> bool:
        """Esc leads from a count to the list; what was typed is kept."""
        if self.pages.currentWidget() is self.past:
            return False
        self.keep_draft()
        self._drop()
        self.pages.setCurrentWidget(self.past)
        self.reload()
        self.take_focus()
        return True

    def _ask_throw_away(self) -> None:
        question = _("Throw away what was typed of this count? The shelf stays as it is.")
        ask_yes_no(question, self, self._throw_away, yes_text=_("Throw it away"))

    def _throw_away(self) -> None:
        draft = self._unfinished
        if draft is not None:
            gone = partial(drop_draft, screen=kept.DRAFT, record_id=draft.record_id)
            self._office.do(gone, self, then=lambda _none: self.reload())


def _apart(count: CountRow) -> cells.Cell | str:
    if not count.differing:
        return cells.number("–", "quiet")
    said = ngettext("{count} lot", "{count} lots", count.differing).format(count=f"{count.differing:,}")
    return cells.number(said, "strong")
