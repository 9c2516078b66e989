"""One prescribed medicine at the counter: which lots, how many of each, and what keeps it from being given."""

from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from clinic_desktop.features.medication.queries.handing import ToGive
from clinic_desktop.features.medication.queries.papers import ServedPaper
from clinic_desktop.features.medication.queries.shelf import LotRow, Product
from clinic_desktop.features.medication.rules.lasting import Choice, choose_lots
from clinic_desktop.features.medication.rules.refusals import WaitsForSignature
from clinic_desktop.features.medication.rules.shelf import (
    NotEnough,
    ShelfLot,
    Taking,
    UnitsUnclear,
    allocate,
    first_expiring,
    read_units,
    say_units,
)
from clinic_desktop.features.medication.service.dispensing import Handout
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import column, row
from clinic_desktop.uikit.marks import Chip, Icon
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW, S2, S3, S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

SOON_DAYS = 60
_ROOMY = 520


class GiveCard(Card):
    """Shows what would be handed out; decides nothing that the service does not decide again."""

    changed = Signal()
    moved_on = Signal()
    """Enter in the amount: this line is right, on to the next."""
    entered = Signal()
    """The focus came in: this is the line one is at."""
    other_lot = Signal()
    voucher_wanted = Signal()
    same_paper = Signal()
    """What was handed out from a paper may be this prescription."""

    def __init__(
        self,
        item: ToGive,
        product: Product | None,
        lots: tuple[LotRow, ...],
        today: date,
        *,
        paper: ServedPaper | None = None,
        controlled: bool = False,
        control: str = "",
        voucher_key: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`control`: what the rule of a controlled medicine asks. `voucher_key`: a voucher may be written for what is
        missing; the first of several has the key."""
        super().__init__(margins=(S4, S3, S4, S3), gap=5, parent=parent)
        self.item, self.product, self._today = item, product, today
        self.paper, self.controlled, self._voucher_key = paper, controlled, voucher_key
        self._lots, self._control = lots, control
        self.dispense_id = new_id()
        self.chosen: ShelfLot | None = None
        self.reason = ""
        self.is_typed = False
        """Somebody changed the amount or the lot: it is kept when the page is shown anew."""
        self.confirmed = False
        """Enter said that this line is right."""
        usable = sum(lot.units for lot in self._usable())
        self.amount = Edit(str(self._proposed(usable)), height=30)
        self.amount.setFixedWidth(64)
        self.amount.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.amount.setAccessibleName(_("How many of {medicine}").format(medicine=item.line.name))
        self.amount.installEventFilter(self)
        self.amount.textEdited.connect(self._typed)
        self.other = Link(_("Another lot"), "other_batch", small=True)
        self.other.clicked.connect(self.other_lot)
        self.state = Chip("")
        self.note = Text("", "small", "semi", "danger", wrap=True)
        self.table = self._make_table()
        self._title_row: QHBoxLayout | None = None
        self._dose_row: QHBoxLayout | None = None
        self._lay_out(usable)
        self.set_current(False)
        self._reallocate()

    def _usable(self) -> tuple[ShelfLot, ...]:
        return first_expiring((row.lot for row in self._lots), self._today)

    def _proposed(self, usable: int) -> int:
        """What is owed, as far as the shelf has it and it is used up before it expires; without lots that last all
        of it, so that the one who hands out decides."""
        most = min(self.item.most_now(self._today), usable)
        # After a part was handed out, the rest of the same day is typed: a second key gives nothing by itself.
        if most <= 0 or self.item.given_today > 0:
            return 0
        return self._choice(most).units or most

    def _choice(self, units: int) -> Choice:
        return choose_lots(self._usable(), units, self._today, self.item.using(self._today))

    def _typed(self) -> None:
        self.confirmed, self.is_typed = False, True
        self._reallocate()

    def go_on_from(self, before: "GiveCard") -> None:
        """What was typed for this line before the shelf changed under it; handed out, it is the same once."""
        self.dispense_id, self.is_typed = before.dispense_id, True
        self.amount.setText(before.amount.text())
        self.chosen = next(
            (lot for lot in self._usable() if before.chosen and lot.lot_id == before.chosen.lot_id), None
        )
        self.reason = before.reason if self.chosen else ""
        self._reallocate()

    # what is handed out

    def units(self) -> int | None:
        """The amount typed; 0 for nothing, None while it is unclear."""
        typed = self.amount.text().strip()
        if not self.may_give() or typed in ("", "0"):
            return 0
        try:
            return read_units(typed)
        except Refused:
            return None

    def may_give(self) -> bool:
        return bool(self.product and self._usable()) and not self.item.line.unsigned

    def takings(self) -> tuple[Taking, ...]:
        units = self.units()
        if not units:
            return ()
        if self.chosen is not None:
            if self.chosen.units < units:
                raise NotEnough(usable=f"{self.chosen.units:,}")
            return (Taking(self.chosen, units),)
        choice = self._choice(units)
        return choice.takings if choice.is_whole else allocate(self._usable(), units, self._today)

    def too_short(self) -> str:
        """What expires before it is used up, if so many are handed out: the service asks. Empty if all of it lasts."""
        units = self.units()
        if not units or self.chosen is not None:
            return ""
        choice = self._choice(units)
        if choice.is_whole or choice.too_short is None:
            return ""
        return _("Lot {lot} expires on {day}, before all of it is used up: {units} last.").format(
            lot=choice.too_short.lot_number or _("without number"),
            day=say_day(choice.too_short.expires_on),
            units=f"{choice.units:,}",
        )

    def confirm(self) -> None:
        """Enter: this line is right."""
        self.confirmed = bool(self.units()) and not self.fault()
        self._reallocate()

    def handout(self) -> Handout | None:
        """What the service is asked for; None for a line that is not given now."""
        units = self.units()
        if not units:
            return None
        lots = ((self.chosen.lot_id, units),) if self.chosen else ()
        return Handout(self.dispense_id, self.item.line.request_id, units, lots, self.reason or None)

    def fault(self) -> str:
        """Why this line cannot be handed out as it stands; empty if it can."""
        units = self.units()
        if units is None:
            return UnitsUnclear().sentence()
        if units > self.item.owed:
            return _("Only {units} are owed.").format(units=f"{self.item.owed:,}")
        most = self.item.most_now(self._today)
        if units > most:
            return _("Today at most {units}: it is handed out in portions.").format(units=f"{most:,}")
        try:
            self.takings()
        except Refused as refused:
            return refused.sentence()
        return ""

    def take_from(self, lot: ShelfLot, reason: str) -> None:
        """Another lot than the first to expire, for a reason."""
        self.chosen, self.reason, self.is_typed = lot, reason, True
        self._reallocate()

    def usable_lots(self) -> tuple[ShelfLot, ...]:
        return self._usable()

    def focus(self) -> None:
        self.amount.setFocus()
        self.amount.selectAll()

    # showing

    def _lay_out(self, usable: int) -> None:
        line = self.item.line
        title = Phrase(semi(line.shown_name), f" {line.product}", size="head")
        if self.paper is not None:
            self.body.addLayout(self._paper_row(self.paper))
        days = ngettext("{days} day", "{days} days", line.days).format(days=line.days)
        told = [line.dose_said, line.instructions_text or "", days]
        dose = Phrase(quiet(_("DOSE") + " "), semi(" — ".join(part for part in told if part)))
        self._title_row = row((title, 1), self.state, gap=S2)
        self._title_row.setAlignment(self.state, Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(self._title_row)
        if not self.may_give():
            self.body.addWidget(dose)
            self._say_why_not()
            return
        self.terms = Text("", "small", "semi", "warning", wrap=True)
        owed = _("of {units}").format(units=say_units(self.item.owed, line.unit))
        amount = row(None, self.other, S2, self.amount, Text(owed, color="quiet"), gap=S2)
        self._dose_row = row((dose, 1), amount, gap=S2)
        self.body.addLayout(self._dose_row)
        self.body.addWidget(self.terms)
        if self._control:
            self.body.addWidget(Text(self._control, "small", color="quiet", wrap=True))
        self.body.addWidget(self.table)
        self.body.addWidget(self.note)
        if self._voucher_key is not None and self.lacks():
            self.body.addLayout(self._voucher_row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the amount stands under the dose, so that neither is squeezed; likewise the state
        under the name."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        way = ways.TopToBottom if self.width() < _ROOMY else ways.LeftToRight
        for beside in (self._title_row, self._dose_row):
            if beside is not None:
                beside.setDirection(way)

    def _paper_row(self, paper: ServedPaper) -> QHBoxLayout:
        told = _("On {day} {units} were handed out from the paper {folio}.").format(
            day=say_day(paper.given_on), units=say_units(paper.units, paper.unit), folio=paper.folio
        )
        same = Link(_("Is it the same?"), small=True)
        same.clicked.connect(self.same_paper)
        said = column(Text(told, "small", "semi", wrap=True), row(same, None), gap=2)
        return row(Icon("alert-triangle", "warning", 16), (said, 1), gap=S2)

    def _voucher_row(self) -> QHBoxLayout:
        self.voucher = Button(_("Voucher for a pharmacy"), self._voucher_key or "", icon="ticket")
        self.voucher.clicked.connect(self.voucher_wanted)
        return row(self.voucher, None)

    def lacks(self) -> bool:
        """Whether more is owed today than the shelf has."""
        usable = sum(lot.units for lot in self._usable())
        return bool(self.product) and not self.item.line.unsigned and self.item.most_now(self._today) > usable

    def set_current(self, current: bool) -> None:
        """The line one is at has the edge, and the key for another lot."""
        self.set_selected(current)
        self.other.setVisible(current and len(self._usable()) > 1)

    def _say_terms(self, units: int) -> None:
        """Portions, the next one, and who keeps the medicine: what the hand that gives has to know."""
        line = self.item.line
        told: list[str] = []
        if self.item.given_today > 0:
            told.append(_("{units} left today already").format(units=say_units(self.item.given_today, line.unit)))
        if line.days_per_pickup:
            days = ngettext("{days} day", "{days} days", line.days_per_pickup).format(days=line.days_per_pickup)
            told.append(_("For {days} at a time").format(days=days))
        again = self.item.next_pickup(self._today, units)
        if again is not None:
            told.append(_("the next portion on {day}").format(day=say_day(again)))
        if again is None and 0 < units < self.item.owed:
            owed = say_units(self.item.owed - units, line.unit)
            told.append(_("owed {units}, pick up until {day}").format(units=owed, day=say_day(self.item.until)))
        if self.item.vouchered:
            told.append(_("a voucher is out for {units}").format(units=say_units(self.item.vouchered, line.unit)))
        if line.keeper_name:
            told.append(_("{name} keeps it").format(name=line.keeper_name))
        self.terms.setText(" · ".join(told))
        self.terms.setVisible(bool(told))

    def _say_why_not(self) -> None:
        self.set_ground("surface", bar="danger")
        self.amount.hide()
        if self.item.line.unsigned:
            self.state.set_state(_("Waits for a signature"), "warning", "clock")
            self.body.addWidget(Text(WaitsForSignature(folio=self.item.line.folio or "").sentence(), wrap=True))
            return
        if self.product is None:
            self.state.set_state(_("Not in the formulary"), "neutral", "info-circle")
            self.set_ground("surface")
            self.body.addWidget(Text(_("It is not kept here. The person buys it elsewhere."), wrap=True))
            return
        self.state.set_state(self.product.shelf, "danger", "alert-circle")
        there = [row.lot for row in self._lots if row.lot.units > 0]
        gone = [lot for lot in there if lot.expires_on < self._today]
        told = [
            _("The {units} of lot {lot} expired on {day} and are set apart.").format(
                units=f"{lot.units:,}", lot=lot.lot_number or _("without number"), day=say_day(lot.expires_on)
            )
            for lot in gone
        ] + [
            _("The {units} of lot {lot} were called back and are set apart.").format(
                units=f"{lot.units:,}", lot=lot.lot_number or _("without number")
            )
            for lot in there
            if lot.withheld and lot not in gone
        ]
        nothing = _("There is nothing to hand out today.")
        self.body.addWidget(Phrase(semi(nothing), quiet(" " + " ".join(told)) if told else ""))
        owed = _("{units} stay owed until more arrives; pick up until {day}.").format(
            units=say_units(self.item.owed, self.item.line.unit), day=say_day(self.item.until)
        )
        self.body.addWidget(Text(owed, "small", color="quiet", wrap=True))
        if self._voucher_key is not None:
            self.body.addLayout(self._voucher_row())

    def _make_table(self) -> ListTable[Taking]:
        columns = [
            Column[Taking](_("Lot"), lambda t: t.lot.lot_number or _("without number"), 92),
            Column[Taking](_("Expires"), lambda t: say_day(t.lot.expires_on), 102),
            Column[Taking](_("There are"), lambda t: cells.number(f"{t.lot.units:,}"), 48, right=True),
            Column[Taking](_("Hand out"), lambda t: cells.number(f"{t.units:,}", "strong"), 68, right=True),
            Column[Taking]("", self._remark, stretch=True, wide_only=True),
        ]
        table = ListTable(columns, key=lambda t: t.lot.lot_id, row_height=COMPACT_ROW, flush=True)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return table

    def _remark(self, taking: Taking) -> cells.Cell | str:
        if self.chosen is not None:
            return cells.quiet(self.reason)
        left = (taking.lot.expires_on - self._today).days
        if left <= SOON_DAYS:
            told = ngettext("expires in {days} day", "expires in {days} days", left).format(days=left)
            return cells.quiet(told)
        takings = self.takings()
        if len(takings) > 1 and taking == takings[-1]:
            return cells.quiet(_("completes the {units}").format(units=f"{self.units() or 0:,}"))
        if len(takings) > 1 and taking.lot.expires_on < self.item.using(self._today).last_day(self.units() or 0):
            return cells.quiet(_("use this one up first"))
        several = len(self._usable()) > 1
        if several and taking.units == taking.lot.units:
            return cells.quiet(_("expires first: used up"))
        first = several and taking.lot == self._usable()[0]
        return cells.quiet(_("expires first") if first else "")

    def _reallocate(self) -> None:
        if not self.may_give():
            return
        fault = self.fault()
        short = "" if fault else self.too_short()
        self.note.setText(fault or short)
        self.note.setVisible(bool(fault or short))
        self._say_terms(self.units() or 0)
        self.amount.set_wrong(bool(fault))
        self.table.show_rows(() if fault else self.takings())
        self.table.fit_height()
        self.table.setVisible(bool(self.units()) and not fault)
        self._say_state(fault, short)
        self.changed.emit()

    def _say_state(self, fault: str, short: str) -> None:
        units = self.units()
        if fault:
            self.state.set_state(_("Look at the amount"), "danger", "alert-circle")
        elif short:
            self.state.set_state(_("Expires before it is used up"), "warning", "alert-triangle")
        elif self.confirmed:
            self.state.set_state(_("Checked"), "well", "circle-check")
        elif not units:
            self.state.set_state(_("Not today"), "neutral", "clock")
        elif units < self.item.owed:
            owed = f"{self.item.owed - units:,}"
            self.state.set_state(_("{units} stay owed").format(units=owed), "warning", "alert-triangle")
        elif self.item.line.alike:
            alike = ", ".join(self.item.line.alike)
            self.state.set_state(_("Resembles: {names}").format(names=alike), "warning", "alert-triangle")
        else:
            self.state.set_state(_("Ready"), "well", "circle-check")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.amount and event.type() == QEvent.Type.FocusIn:
            self.entered.emit()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
                self.moved_on.emit()
                return True
        return super().eventFilter(watched, event)
