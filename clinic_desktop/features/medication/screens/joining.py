"""A paper that was served and the prescription typed later: shown side by side, and joined once."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import papers, shelf
from clinic_desktop.features.medication.queries.handing import ToGive
from clinic_desktop.features.medication.queries.papers import ServedPaper
from clinic_desktop.features.medication.rules.joining import Fit
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.service import dispensing
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet, ask_yes_no
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Text


@dataclass(frozen=True, slots=True)
class Pair:
    """One paper beside one prescription that may be it."""

    paper: ServedPaper
    item: ToGive

    @property
    def key(self) -> tuple[str, str]:
        return self.paper.dispense_id, self.item.line.request_id

    @property
    def fit(self) -> Fit:
        return self.paper.fit(self.item)

    @property
    def is_one_of_several(self) -> bool:
        """Whether another prescription fits this paper as well."""
        return sum(self.paper.fit(item).is_good for item in self.paper.candidates) > 1


def join_to(office: Office, screen: QWidget, paper: ServedPaper | None, item: ToGive) -> None:
    """The two beside each other, from the medicine that is about to be handed out a second time."""
    if paper is not None:
        JoinSheet(office, screen, [Pair(paper, item)]).open()


def open_joining(office: Office, screen: QWidget) -> None:
    """Every paper for which a prescription was typed meanwhile."""
    JoinSheet(office, screen).open()


class JoinSheet(Sheet):
    """Enter joins the pair that is chosen. Where days or units do not fit it is asked first."""

    def __init__(self, office: Office, screen: QWidget, pairs: list[Pair] | None = None) -> None:
        self._office, self._only = office, pairs
        self.table = self._make_table()
        self.table.setMinimumHeight(190)
        told = Text(
            _("Joined, the paper counts as this prescription and is not owed a second time. It is never undone."),
            color="quiet",
            wrap=True,
        )
        super().__init__(_("Papers and their prescriptions"), screen, told, (self.table, 1), width=820)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.join = self.add_deed(Button(_("They are the same"), "save", "primary", "check"), lambda: self._join())
        self.table.opened.connect(self._join)
        office.follow(shelf.TABLES, self, self.reload)
        self.reload()
        self.table.choose_at(0)
        self.table.setFocus()

    def _make_table(self) -> ListTable[Pair]:
        columns = [
            Column[Pair](_("Person and medicine"), _whose, stretch=True),
            Column[Pair](_("On paper"), _on_paper, 200),
            Column[Pair](_("Typed"), _typed, 200),
            Column[Pair](_("Fits"), _fits, 140),
        ]
        empty = EmptyState(_("No paper waits for its prescription."))
        return ListTable(columns, key=lambda pair: pair.key, empty=empty, row_height=56)

    def reload(self) -> None:
        waiting = self._office.ask(papers.waiting_to_join)
        found = [Pair(paper, item) for paper in waiting for item in paper.candidates]
        if self._only is not None:
            known = {pair.key for pair in self._only}
            found = [pair for pair in found if pair.key in known]
        before = self.table.key()
        self.table.show_rows(found)
        if self.table.key() != before:
            # What was joined left the list: a second Enter never joins the next one, for it cannot be undone.
            self.table.choose_at(-1)
        self.join.setEnabled(bool(found))

    def _join(self, _pair: Pair | None = None) -> None:
        pair = self.table.row()
        if pair is None:
            return
        if not pair.is_one_of_several:
            self._join_pair(pair)
            return
        line = pair.item.line
        question = _("Several prescriptions fit this paper. Join it to {folio} of {day}?").format(
            folio=line.folio or "", day=say_day(line.signed_on)
        )
        ask_yes_no(question, self, lambda: self._join_pair(pair))

    def _join_pair(self, pair: Pair) -> None:
        use_case = partial(
            dispensing.join_paper, dispense_id=pair.paper.dispense_id, request_id=pair.item.line.request_id
        )
        self._office.do(use_case, self, then=lambda _none: self._joined())

    def _joined(self) -> None:
        self._office.notice(_("Joined."))
        self.reload()
        if not self.table.count():
            self.accept()


def _whose(pair: Pair) -> cells.Cell:
    return cells.two_lines(pair.paper.said, under=f"{pair.paper.name} {pair.paper.product}".strip(), ink="strong")


def _on_paper(pair: Pair) -> cells.Cell:
    paper = pair.paper
    under = _("{folio} · {name}").format(folio=paper.folio, name=paper.prescriber)
    return cells.two_lines(f"{say_day(paper.given_on)} · {say_units(paper.units, paper.unit)}", under=under)


def _typed(pair: Pair) -> cells.Cell:
    line = pair.item.line
    above = f"{say_day(line.signed_on)} · {say_units(line.units, line.unit)}"
    under = _("{folio} · owed {units}").format(folio=line.folio or "", units=f"{pair.item.owed:,}")
    if not pair.fit.product:
        under = line.product
    return cells.two_lines(above, under=under)


def _fits(pair: Pair) -> cells.Cell | str:
    fit = pair.fit
    if fit.is_good and pair.is_one_of_several:
        return cells.chip(_("One of several"), "warning", "alert-triangle")
    if fit.is_good:
        return cells.chip(_("Fits"), "well", "circle-check")
    if not fit.product:
        return cells.chip(_("Other strength or form"), "warning", "alert-triangle")
    told = _("Other units") if not fit.units else _("Other days")
    return cells.chip(told, "warning", "alert-triangle")
