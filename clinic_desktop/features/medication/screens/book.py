"""The books of the controlled medicines: which there are, the open page and the past ones, closing and printing."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import book as letters
from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries.book import BookLine, BookPage, BookRow
from clinic_desktop.features.medication.rules.book import Book, Page, is_over, say_lacks, say_month
from clinic_desktop.features.medication.rules.controlled import say_control, say_kept
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.service import book as keeping
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tabbed import TabbedScreen
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text, semi

_SIDE, _SIDE_NARROW = 372, 224
_TWO_LINES = 46
_LOW, _ROOMY = 400, 960
_WIDE = (52, 126, 156, 0, 140, 84, 76)
_NARROW = (46, 108, 118, 0, 0, 82, 58)
"""Of the columns of a page; 0 is the one that takes what is left, or is left out."""
OPEN = ""
"""Among the pages: the first that is open. Others are named by their id, or by their month."""


class RegisterScreenPage(QWidget):
    """The books at the left, one page of the chosen book at the right."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self._shown: BookPage | None = None
        self.list = self._make_list()
        self.lines = self._make_lines()
        self.title = Text("", "head", "semi", wrap=True)
        self.told = Text("", "small", color="quiet", wrap=True)
        self.pages = Select()
        self.pages.setAccessibleName(_("Page of the book"))
        self.wrong = Callout("", "danger", "alert-circle")
        self.about = Text("", "small", "semi", wrap=True)
        self.rules = Button(_("Rules"), icon="list-check")
        self.complete = Button(_("Complete"))
        self.count = Button(_("Count it"))
        self.print = Button(_("Print"), "print")
        self.close_page = Button(_("Close the page"), "save", "primary")
        self._lay_out()
        self.list.chosen.connect(self._choose)
        self.pages.currentIndexChanged.connect(self._show_page)
        self.lines.chosen.connect(self._weigh)
        self.lines.opened.connect(self._complete)
        self.rules.clicked.connect(self._open_rules)
        self.complete.clicked.connect(lambda: self._complete(self.lines.row() or self._first_lacking()))
        self.count.clicked.connect(self._count)
        self.print.clicked.connect(self._print)
        self.close_page.clicked.connect(self._close)
        office.follow(books.TABLES, self, self.reload)
        self.reload()

    def _lay_out(self) -> None:
        self.side = Card((self.list, 1), row(self.rules, None, margins=(12, 4, 12, 8)), margins=(1, 8, 1, 4), gap=0)
        head = row((self.title, 1), self.pages, gap=S2)
        deeds = row(self.complete, self.count, None, self.print, self.close_page, gap=S2)
        self.page = Card(
            head, self.told, self.wrong, (self.lines, 1), self.about, deeds, margins=(S4, S3, S4, S3), gap=S2
        )
        self.rules.setVisible(self._office.may(Permission.KEEP_CATALOGS))
        self.count.setVisible(self._office.may(Permission.COUNT_STOCK))
        inner = row(self.side, (self.page, 1), gap=S3)
        stack(self, (inner, 1), margins=(S4, S3, S4, S3), gap=S2)

    def resizeEvent(self, event: object) -> None:
        compact = is_compact(self.window().width())
        self.side.setFixedWidth(_SIDE_NARROW if compact else _SIDE)
        self.pages.setFixedWidth(226 if compact else 270)
        for at, width in enumerate(_NARROW if self.width() < _ROOMY else _WIDE):
            if width:
                self.lines.setColumnWidth(at, width)
        self._fit()

    def _fit(self) -> None:
        """In a low window what is wrong takes the place of the terms, so that lines are seen."""
        low = self.height() < _LOW
        is_open = self._shown is None or self._shown.page.page_id is None
        self.told.setVisible(bool(self.told.text()) and not (low and (self.wrong.isVisibleTo(self) or not is_open)))
        self.about.setVisible(not (low and is_open))

    def _make_list(self) -> ListTable[BookRow]:
        columns = [
            Column[BookRow](_("Medicine"), _said, stretch=True),
            Column[BookRow](_("Last page"), _last, 64, right=True, wide_only=True),
            Column[BookRow](_("Balance"), lambda r: cells.number(f"{r.book.balance:,}", "strong"), 70, right=True),
        ]
        empty = EmptyState(
            _(
                "No medicine is marked as controlled. Ask the pharmacist in charge which ones are, and write it in the "
                "formulary with its source."
            )
        )
        return ListTable(columns, key=lambda r: r.product.presentation_id, empty=empty, row_height=_TWO_LINES)

    def _make_lines(self) -> ListTable[BookLine]:
        columns = [
            Column[BookLine](_("Line"), lambda line: cells.number(str(line.line.entry)), 52, right=True),
            Column[BookLine](_("Day"), _day, 126),
            Column[BookLine](_("What, document"), _what, 156),
            Column[BookLine](_("Person"), _person, stretch=True),
            Column[BookLine](_("Gave it, witness"), _gave, 140, wide_only=True),
            Column[BookLine](_("Units"), _units, 84, right=True),
            Column[BookLine](_("Balance"), _balance, 70, right=True),
        ]
        empty = EmptyState(_("No movements in this month yet."))
        return ListTable(
            columns, key=lambda line: line.line.movement_id, empty=empty, row_height=_TWO_LINES, flush=True
        )

    # what is shown

    def take_focus(self) -> None:
        self.list.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(books.books)
        self.list.show_rows(rows)
        if rows and self.list.row() is None:
            # A medicine that was listed and never came has nothing to read.
            begun = next((row for row in rows if row.book.entries), rows[0])
            self.list.choose(begun.product.presentation_id)
        self._choose(self.list.row())

    def _choose(self, chosen: BookRow | None) -> None:
        self.title.setText(chosen.product.said if chosen else "")
        self.told.setText(say_control(chosen.control, at_counter=True) if chosen else "")
        before = self.pages.value()
        self.pages.blockSignals(True)
        self.pages.set_options(_pages_of(chosen.book) if chosen else [])
        self.pages.set_value(
            before if before in [self.pages.itemData(at) for at in range(self.pages.count())] else OPEN
        )
        self.pages.blockSignals(False)
        self.pages.setVisible(self.pages.count() > 0)
        self._show_page()

    def _show_page(self, _at: int = 0) -> None:
        chosen, which = self.list.row(), self.pages.value() or OPEN
        self._shown = None
        if chosen is not None and self.pages.count():
            self._shown = self._office.ask(
                books.page,
                chosen.product.presentation_id,
                page_id=which if chosen.book.page(which) else None,
                month=which if which and not chosen.book.page(which) else None,
            )
        shown = self._shown
        self.lines.show_rows(shown.lines if shown else ())
        said = self._wrong_with(chosen, shown) if chosen and shown else []
        self.wrong.words.setText("\n".join(said))
        self.wrong.setVisible(bool(said))
        self._fit()
        self.about.setText(self._about(shown) if shown else "")
        first = bool(chosen and shown and chosen.book.to_close == shown.page)
        self.print.setEnabled(shown is not None and (first or shown.page.page_id is not None))
        ready = first and not said and bool(shown and is_over(shown.page.month, self._today))
        self.close_page.setEnabled(ready)
        self.count.setEnabled(chosen is not None)
        self._weigh(self.lines.row())

    def _wrong_with(self, chosen: BookRow, shown: BookPage) -> list[str]:
        """Why this page cannot be closed or printed as it stands, each with what to do."""
        said = [gap.sentence() for gap in chosen.book.gaps[:2]]
        if shown.is_apart:
            words = _("Two computers closed a page {page} apart. The book goes on from the other one.")
            said.insert(0, words.format(page=shown.page.number))
        if shown.page.page_id is None:
            lacking = shown.lacking
            for line in lacking[:2]:
                assert line.told is not None
                words = _("Line {entry} does not say {what}. Complete it with a note first.")
                said.append(words.format(entry=line.line.entry, what=say_lacks(line.told.lacks)))
            if len(lacking) > 2:
                more = len(lacking) - 2
                said.append(ngettext("{count} more line", "{count} more lines", more).format(count=more))
        return said

    def _about(self, shown: BookPage) -> str:
        page, unit = shown.page, shown.product.unit
        told = [
            _("Opening {opening} · in {came} · out {left} · closing {closing}").format(
                opening=f"{page.opening:,}",
                came=f"{page.came:,}",
                left=f"{page.left:,}",
                closing=say_units(page.closing, unit),
            )
        ]
        if shown.closed_on is not None:
            words = _("Closed on {day} by {name}, witness {witness}")
            told.append(words.format(day=say_day(shown.closed_on), name=shown.closed_by, witness=shown.witness))
            rule = shown.control.rule if shown.control else None
            told.append(say_kept(rule, shown.closed_on, self._today) if rule else "")
        elif not is_over(page.month, self._today):
            told.append(_("Can be closed on the last day of the month"))
        return " · ".join(part for part in told if part)

    def _weigh(self, line: BookLine | None) -> None:
        is_open = self._shown is not None and self._shown.page.page_id is None
        chosen = line or self._first_lacking()
        self.complete.setEnabled(is_open and chosen is not None and chosen.told is not None)

    def _first_lacking(self) -> BookLine | None:
        return next(iter(self._shown.lacking), None) if self._shown else None

    # deeds

    def _open_rules(self) -> None:
        from clinic_desktop.features.medication.screens.book_rules import RulesSheet

        RulesSheet(self._office, self).open()

    def _complete(self, line: BookLine | None) -> None:
        from clinic_desktop.features.medication.screens.book_sheets import CompleteSheet

        if line is not None and self.complete.isEnabled():
            CompleteSheet(self._office, line, self).open()

    def _count(self) -> None:
        """To the counting page of the same place, with this medicine where it can begin with one."""
        chosen, above = self.list.row(), self.parentWidget()
        while above is not None and not isinstance(above, TabbedScreen):
            above = above.parentWidget()
        if chosen is None or above is None:
            return
        begin = getattr(above.open_tab("count"), "begin_with", None)
        if callable(begin):
            begin(chosen.product.name)

    def _close(self) -> None:
        from clinic_desktop.features.medication.screens.book_sheets import ClosePageSheet

        chosen = self.list.row()
        if self._shown is not None and chosen is not None:
            pages = chosen.book.open_pages if chosen.book.last is None else chosen.book.open_pages[:1]
            months = [page.month for page in pages if is_over(page.month, self._today)]
            ClosePageSheet(self._office, self._shown, months, self._closed, self).open()

    def _closed(self, presentation_id: str, page_id: str) -> None:
        """The page is printed at once, to be signed by both."""
        self._office.notice(_("The page is closed. Print it and sign it, both of you."))
        pdf = self._office.ask(letters.book_page, presentation_id, page_id)
        page = self._office.ask(books.page, presentation_id, page_id)
        if page is not None:
            self._preview(pdf, presentation_id, page.page)

    def _print(self) -> None:
        shown = self._shown
        if shown is None:
            return
        key, page_id = shown.product.presentation_id, shown.page.page_id
        try:
            if page_id is None:
                pdf = self._office.ask(letters.draft_page, key)
            else:
                pdf = self._office.ask(letters.book_page, key, page_id, reprint=True)
        except ClinicError as error:
            self._office.voice.say(error, self)
            return
        self._preview(pdf, key, shown.page)

    def _preview(self, pdf: bytes, presentation_id: str, page: Page) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            noted: Callable[..., Any] = partial(
                keeping.note_printed,
                presentation_id=presentation_id,
                page=page.number,
                is_draft=page.page_id is None,
                way=leaving.way,
                copies=leaving.copies,
            )
            self._office.do(noted, self, then=lambda _done: proceed())

        title = _("Book of controlled medicines")
        Preview(pdf, title, parent=self, record=record, suggested=f"libro-{page.month}.pdf").open()


def _pages_of(book: Book) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for at, page in enumerate(book.open_pages):
        said = _("Open: {month}").format(month=say_month(page.month))
        found.append((page.month if at else OPEN, said))
    apart = {page.page_id for page in book.apart}
    for page in sorted((*book.pages, *book.apart), key=lambda p: (-p.number, p.page_id or "")):
        words = _("Page {page}, apart: {month}") if page.page_id in apart else _("Page {page}: {month}")
        found.append((page.page_id or "", words.format(page=page.number, month=say_month(page.month))))
    return found


def _said(shown: BookRow) -> cells.Cell | str:
    """A narrow list has no room for the words, but for their sign; the page says them."""
    name, under = shown.product.shown_name, shown.product.product
    if shown.book.gaps:
        chip = cells.ChipIn(_("does not add up"), "danger")
    elif shown.lacking:
        words = ngettext("{count} incomplete", "{count} incomplete", shown.lacking).format(count=shown.lacking)
        chip = cells.ChipIn(words, "warning")
    else:
        return cells.two_lines(semi(name), under=under)
    return replace(cells.two_lines(name, under=under, ink="warn"), chips=(chip,))


def _last(shown: BookRow) -> cells.Cell | str:
    last = shown.book.last
    return cells.number(str(last.number) if last else "–", "plain" if last else "quiet")


def _day(line: BookLine) -> cells.Cell | str:
    if line.told is None:
        return ""
    if line.told.typed_on == line.told.occurred_on:
        return say_day(line.told.occurred_on)
    return cells.two_lines(
        say_day(line.told.occurred_on), under=_("typed {day}").format(day=say_day(line.told.typed_on))
    )


def _what(line: BookLine) -> cells.Cell | str:
    if line.told is None:
        return cells.quiet(_("Not on this computer yet"))
    late = _("Late") if line.line.late else ""
    under = " · ".join(part for part in (late, line.told.document) if part)
    return cells.two_lines(letters.say_kind(line, line.told), under=under)


def _person(line: BookLine) -> cells.Cell | str:
    told = line.told
    if told is None:
        return ""
    took = _("Took it: {name}").format(name=told.receiver) if told.receiver else ""
    under = " · ".join(part for part in (took, told.receiver_document, told.prescriber) if part)
    if told.lacks:
        lacks = _("Lacks: {what}").format(what=say_lacks(told.lacks))
        return cells.two_lines(told.person or lacks, under=lacks if told.person else under, ink="warn")
    if told.person:
        return cells.two_lines(told.person, under=under)
    first, *more = [part for part in (told.partner, told.reason, told.note, told.lot_number) if part] or [""]
    return cells.two_lines(first, under=" · ".join(more))


def _gave(line: BookLine) -> cells.Cell | str:
    if line.told is None:
        return ""
    witness = _("Witness: {name}").format(name=line.told.witness) if line.told.witness else ""
    return cells.two_lines(line.told.gave, under=witness)


def _units(line: BookLine) -> cells.Cell | str:
    return cells.number(f"{line.told.units:+,}" if line.told else "")


def _balance(line: BookLine) -> cells.Cell | str:
    return cells.number("" if line.line.balance is None else f"{line.line.balance:,}", "strong")
