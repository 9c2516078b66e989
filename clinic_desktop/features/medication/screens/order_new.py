"""A new order: what is proposed of each product, what is asked for, and why where that is another number."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import ordering as queries
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries.ordering import ProposedLine
from clinic_desktop.features.medication.rules.kinds import PartnerKind
from clinic_desktop.features.medication.rules.ordering import OrderPlan
from clinic_desktop.features.medication.rules.shelf import say_lasting, say_packs
from clinic_desktop.features.medication.screens.order_sheets import AddSheet, Asked, AskSheet
from clinic_desktop.features.medication.service import ordering as service
from clinic_desktop.features.medication.service.ordering import AskedLine
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Select
from clinic_desktop.uikit.dialogs import ask_yes_no
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46
_SUPPLIERS = (
    PartnerKind.CENTRAL_OFFICE, PartnerKind.HEALTH_SERVICE, PartnerKind.PHARMACY, PartnerKind.DONOR,
    PartnerKind.HOSPITAL,
)  # fmt: skip


class _Row(NamedTuple):
    line: ProposedLine
    asked: Asked


class NewOrder(QWidget):
    """Enter opens a product: where its number comes from, and another number with its reason."""

    def __init__(self, office: Office, left: Callable[[str | None], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._left = office, left
        self._order_id = new_id()
        self._plan: OrderPlan = office.ask(queries.plan)
        self._changed: dict[str, Asked] = {}
        self._added: list[str] = []
        self._rows: list[_Row] = []
        self.to = Select(self._suppliers())
        self.to.setAccessibleName(_("To whom"))
        self.note = Edit(placeholder=_("note for whoever sends it"))
        self.all = Check(_("Also what is not needed now"))
        self.told = Text(_say_plan(self._plan), "small", color="quiet", wrap=True)
        self.table = self._make_table()
        self.back = Button(_("Go back"), key="back", kind="quiet")
        self.add = Button(_("Add a product"), icon="plus")
        self.leave_out = Button(_("Leave out"), icon="minus")
        self.open = Button(_("Why, or another number"), icon="help-circle")
        self.save = Button(_("Write the order"), key="save", kind="primary", icon="check", tall=True)
        self._lay_out()
        self._connect()
        self.reload()
        self.table.choose_at(0)

    def _suppliers(self) -> list[tuple[str | None, str]]:
        known = self._office.ask(directory.partners, "", 80, kinds=_SUPPLIERS)
        central = self._office.ask(lambda reading: reading.place.is_central)
        own: list[tuple[str | None, str]] = [] if central else [(None, _("Our central office"))]
        return [*own, *((one.partner_id, one.name) for one in known)]

    def _lay_out(self) -> None:
        head = row(Text(_("To whom")), (self.to, 2), (self.note, 3), gap=S3)
        about = row((self.told, 1), self.all, gap=S3)
        listed = Card((self.table, 1), margins=(1, 4, 1, 4), gap=0)
        deeds = row(self.back, self.add, self.leave_out, self.open, None, self.save, gap=S2)
        stack(self, head, about, (listed, 1), deeds, margins=(S4, S3, S4, S3), gap=S2)

    def _connect(self) -> None:
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._weigh)
        self.open.clicked.connect(lambda: self._open(self.table.row()))
        self.all.toggled.connect(self._show)
        self.add.clicked.connect(self._add)
        self.leave_out.clicked.connect(self._leave_out)
        self.back.clicked.connect(self.leave)
        self.save.clicked.connect(self._write)
        self._office.follow(queries.TABLES, self, self.reload)

    def _make_table(self) -> ListTable[_Row]:
        columns = [
            Column[_Row](_("Medicine"), _said, stretch=True),
            Column[_Row](_("Usable"), _usable, 130),
            Column[_Row](_("Lasts"), _lasts, 112, right=True),
            Column[_Row](
                _("On its way"), lambda r: _number(r.line.proposal.need.on_order), 92, right=True, wide_only=True
            ),
            Column[_Row](_("Proposed"), _proposed, 96, right=True),
            Column[_Row](_("Asked for"), _asked, 226, right=True),
        ]
        empty = EmptyState(_("Nothing needs to be ordered now. «Add a product» asks for something all the same."))
        table = ListTable(columns, key=lambda r: r.line.presentation_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("What to ask for"))
        return table

    def take_focus(self) -> None:
        self.table.setFocus()

    def reload(self) -> None:
        """The proposals anew; what was changed by hand stays."""
        lines = {line.presentation_id: line for line in self._office.ask(queries.proposals)}
        for added in self._added:
            if added not in lines:
                lines[added] = self._office.ask(queries.proposal_of, added)
        self._rows = [_Row(line, self._asked(line)) for line in lines.values()]
        self._show()

    def _asked(self, line: ProposedLine) -> Asked:
        return self._changed.get(line.presentation_id) or Asked(line.proposal.units or None)

    def _show(self) -> None:
        whole = self.all.isChecked()
        shown = [r for r in self._rows if whole or _is_needed(r) or r.line.presentation_id in self._added]
        self.table.show_rows(shown)
        count = len(self._wanted())
        said = ngettext("Write the order of {count} product", "Write the order of {count} products", count)
        self.save.setText(said.format(count=count) if count else _("Write the order"))
        self.save.setEnabled(bool(count))
        self._weigh(self.table.row())

    def _weigh(self, chosen: _Row | None) -> None:
        self.leave_out.setEnabled(chosen is not None and bool(chosen.asked.units))
        self.open.setEnabled(chosen is not None)

    def _wanted(self) -> list[_Row]:
        return [r for r in self._rows if r.asked.units]

    # deeds

    def _open(self, chosen: _Row | None) -> None:
        if chosen is not None:
            AskSheet(self._office, chosen.line, chosen.asked, partial(self._take, chosen.line), self).open()

    def _take(self, line: ProposedLine, asked: Asked) -> None:
        self._changed[line.presentation_id] = asked
        self.reload()
        self.table.choose(line.presentation_id)
        self.table.setFocus()

    def _leave_out(self) -> None:
        chosen = self.table.row()
        if chosen is not None:
            self._take(chosen.line, Asked(None, by_hand=True))

    def _add(self) -> None:
        AddSheet(self._office, self._put_in, self).open()

    def _put_in(self, presentation_id: str) -> None:
        if presentation_id not in self._added:
            self._added.append(presentation_id)
        self.reload()
        self.table.choose(presentation_id)
        self._open(self.table.row())

    def _write(self) -> None:
        lines = [
            AskedLine(r.line.presentation_id, r.asked.units or 0, r.line.proposal, r.asked.reason)
            for r in self._wanted()
        ]
        unsaid = next((line for line in lines if line.differs and not line.reason.strip()), None)
        if unsaid is not None:
            # The proposal moved under a number that was written by hand.
            self.table.choose(unsaid.presentation_id)
            self._open(self.table.row())
            return
        use_case = partial(
            service.place_order, order_id=self._order_id, partner_id=self.to.value(), lines=lines, plan=self._plan,
            note=self.note.text(),
        )  # fmt: skip
        self._office.do(use_case, self, then=self._written)

    def _written(self, number: str) -> None:
        self._office.notice(
            _("Order {number} is written. Print it, or save it as a spreadsheet.").format(number=number)
        )
        self._left(self._order_id)

    def leave(self) -> None:
        if not self._changed:
            self._left(None)
            return
        question = _("Leave without writing the order? What was changed is lost.")
        ask_yes_no(question, self, partial(self._left, None), yes_text=_("Leave"), no_text=_("Stay here"))


def _is_needed(shown: _Row) -> bool:
    """Asked for, left out by hand, or about to be missing while nobody can tell how much."""
    proposal = shown.line.proposal
    if shown.asked.units or shown.asked.by_hand:
        return True
    return proposal.units is None and proposal.need.usable == 0


def _say_plan(plan: OrderPlan) -> str:
    told: list[str] = []
    if plan.next_clinic_on is not None:
        told.append(_("Next consultation day {day}.").format(day=say_day(plan.next_clinic_on)))
    days = ngettext("{count} day", "{count} days", plan.days_covered).format(count=plan.days_covered)
    told.append(
        _("Delivery about {delivery}, then for {days}, until {until}.").format(
            delivery=say_day(plan.delivered_by), days=days, until=say_day(plan.covers_until)
        )
    )
    return " ".join(told)


def _said(shown: _Row) -> cells.Cell | str:
    product = shown.line.product
    return cells.two_lines(semi(product.shown_name), under=product.product)


def _usable(shown: _Row) -> cells.Cell | str:
    product = shown.line.product
    usable, _space, apart = product.shelf.partition(" (")
    return cells.two_lines(semi(usable, "text" if product.usable else "danger"), under=f"({apart}" if apart else "")


def _lasts(shown: _Row) -> cells.Cell | str:
    proposal = shown.line.proposal
    if proposal.lasts is None:
        unknown = proposal.need.consumption.per_day is None
        return cells.number("?" if unknown else "–", "quiet")
    said = say_lasting(proposal.lasts)
    if proposal.days_without:
        return cells.number(said, "warn")
    return cells.number(said)


def _number(units: int | None) -> cells.Cell | str:
    return cells.number(f"{units:,}") if units else cells.number("–", "quiet")


def _proposed(shown: _Row) -> cells.Cell | str:
    units = shown.line.proposal.units
    return cells.number("?", "quiet") if units is None else _number(units)


def _asked(shown: _Row) -> cells.Cell | str:
    asked, product = shown.asked, shown.line.product
    if not asked.units:
        return cells.number(_("left out") if asked.by_hand else "–", "quiet")
    return cells.number(say_packs(asked.units, product.pack_units, product.unit), "strong")
