"""Orders: what was asked for and what of it came; what expires; and the way to a new order."""

from collections.abc import Callable
from functools import partial
from textwrap import shorten

from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.medication.letters import order as letters
from clinic_desktop.features.medication.queries import ordering as queries
from clinic_desktop.features.medication.queries.ordering import OrderedLine, OrderRow
from clinic_desktop.features.medication.rules.ordering import STATE_WORDS, OrderState
from clinic_desktop.features.medication.screens.order_new import NewOrder
from clinic_desktop.features.medication.screens.order_sheets import save_as_sheet
from clinic_desktop.features.medication.service import ordering as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import ask_text
from clinic_desktop.uikit.layouts import drop_current, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text, semi

_SIDE, _SIDE_NARROW = 560, 420
_TWO_LINES = 46
_LONGEST = 160


class OrdersPage(QWidget):
    """The orders at the left, the lines of the chosen one at the right."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._ending = new_id()
        self.orders = self._make_orders()
        self.lines = self._make_lines()
        self.title, self.told = Text("", "head", "semi", wrap=True), Text("", "small", color="quiet", wrap=True)
        self.expires = Button(_("What expires"), icon="calendar-event")
        self.end = Button(_("End it"), kind="quiet")
        self.sheet = Button(_("Spreadsheet"), icon="download")
        self.print = Button(_("Print"), key="print", icon="printer")
        self.begin = Button(_("New order"), kind="primary", icon="plus", tall=True)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._lay_out())
        stack(self, self.pages)
        self.orders.chosen.connect(self._show)
        self.begin.clicked.connect(self.open_new)
        self.expires.clicked.connect(self._open_expiring)
        self.end.clicked.connect(self._ask_why)
        self.sheet.clicked.connect(self._save)
        self.print.clicked.connect(self._print)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _lay_out(self) -> QWidget:
        past = QWidget()
        listed = Card((self.orders, 1), margins=(1, 4, 1, 4), gap=0)
        of_order = row(self.end, None, self.sheet, self.print, gap=S2)
        self.side = Card(self.title, self.told, (self.lines, 1), of_order, margins=(S4, S3, S4, S3))
        deeds = row(self.expires, None, self.begin, gap=S2)
        stack(past, (row((listed, 1), self.side, gap=S3), 1), deeds, margins=(S4, S3, S4, S3), gap=S3)
        return past

    def resizeEvent(self, event: object) -> None:
        self.side.setFixedWidth(_SIDE_NARROW if is_compact(self.window().width()) else _SIDE)

    def _make_orders(self) -> ListTable[OrderRow]:
        central = self._office.ask(lambda reading: reading.place.is_central)
        columns = [
            Column[OrderRow](_("Day"), lambda o: say_day(o.made_on), 104, wide_only=True),
            Column[OrderRow](
                _("To whom"),
                lambda o: cells.two_lines(
                    semi(letters.say_supplier(o)), under=f"{o.site} · {o.number}" if central else o.number
                ),
                stretch=True,
            ),
            Column[OrderRow](_("How it stands"), self._state, 172),
            Column[OrderRow](_("Products"), lambda o: cells.number(f"{len(o.lines)}"), 90, right=True, wide_only=True),
        ]
        empty = EmptyState(_("Nothing was ordered yet. «New order» proposes what to ask for."))
        table = ListTable(columns, key=lambda o: o.order_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Orders"))
        return table

    def _state(self, order: OrderRow) -> cells.Cell | str:
        """What is waited for in vain keeps others from asking again: that it is late stands out."""
        state, words = order.state, _(STATE_WORDS[order.state])
        if state in (OrderState.CLOSED, OrderState.CANCELLED, OrderState.ALL):
            return cells.quiet(words)
        if state is OrderState.WRITTEN:
            return cells.warn(words)
        if order.delivered_by is None:
            return cells.two_lines(semi(words))
        late = order.delivered_by < self._office.today()
        under = (_("late since {day}") if late else _("wanted by {day}")).format(day=say_day(order.delivered_by))
        return cells.two_lines(semi(words, "warning" if late else "text"), under=under)

    def _make_lines(self) -> ListTable[OrderedLine]:
        columns = [
            Column[OrderedLine](_("Medicine"), _said, stretch=True),
            Column[OrderedLine](_("Asked for"), lambda x: cells.number(f"{x.asked:,}", "strong"), 100, right=True),
            Column[OrderedLine](_("Came so far"), _came, 110, right=True),
        ]
        table = ListTable(columns, key=lambda x: x.line_id, row_height=_TWO_LINES, flush=True)
        table.setAccessibleName(_("Products of the order"))
        return table

    def take_focus(self) -> None:
        front = self.pages.currentWidget()
        if isinstance(front, NewOrder):
            front.take_focus()
        else:
            (self.orders if self.orders.count() else self.begin).setFocus()

    def step_back(self) -> bool:
        """Esc leaves a new order first."""
        front = self.pages.currentWidget()
        if not isinstance(front, NewOrder):
            return False
        front.leave()
        return True

    def reload(self) -> None:
        self.orders.show_rows(self._office.ask(queries.orders))
        if self.orders.row() is None and not self.orders.choose_at(0):
            self._show(None)

    def _show(self, order: OrderRow | None) -> None:
        self.title.setText(letters.say_supplier(order) if order else "")
        self.told.setText(_told(order) if order else "")
        self.lines.show_rows(order.lines if order else ())
        mine = order is not None and order.is_ours and self._office.may(Permission.ORDER_STOCK)
        self.end.setVisible(order is not None and order.is_open and mine)
        self.sheet.setEnabled(mine)
        self.print.setEnabled(mine)

    # deeds

    def open_new(self) -> None:
        if self.pages.count() == 1:
            self.pages.addWidget(NewOrder(self._office, self._left))
        self.pages.setCurrentIndex(1)
        self.take_focus()

    def _left(self, order_id: str | None) -> None:
        """The new order was written, or was left without writing it; an impatient second Enter leaves nothing more."""
        if not isinstance(self.pages.currentWidget(), NewOrder):
            return
        drop_current(self.pages)
        self.pages.setCurrentIndex(0)
        if order_id is not None:
            self.reload()
            self.orders.choose(order_id)
            self.print.setFocus()
        else:
            self.take_focus()

    def _open_expiring(self) -> None:
        from clinic_desktop.features.medication.screens.expiring import ExpiringSheet

        ExpiringSheet(self._office, self).open()

    def _ask_why(self) -> None:
        order = self.orders.row()
        if order is None:
            return
        came = any(line.came > 0 for line in order.lines)
        asked = _("Nothing more will come of this order. Why?") if came else _("Nothing will come of this order. Why?")
        ask_text(asked, self, partial(self._end, order.order_id), yes_text=_("End the order"))

    def _end(self, order_id: str, reason: str) -> None:
        use_case = partial(service.end_order, event_id=self._ending, order_id=order_id, reason=reason)
        self._office.do(use_case, self, then=lambda _step: self._ended())

    def _ended(self) -> None:
        self._ending = new_id()
        self._office.notice(_("The order is over; nothing of it is waited for."))

    def _save(self) -> None:
        order = self.orders.row()
        if order is not None:
            save_as_sheet(self._office, order, self)

    def _print(self) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        order = self.orders.row()
        if order is None:
            return
        pdf = self._office.ask(letters.order_paper, order.order_id).pdf()

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            note = partial(service.note_sent, order_id=order.order_id, way=leaving.way, copies=leaving.copies)
            self._office.do(note, self, then=lambda _none: proceed())

        Preview(pdf, _("Order of medicines"), parent=self, record=record, suggested=f"{order.number}.pdf").open()


def _said(line: OrderedLine) -> cells.Cell | str:
    return cells.two_lines(semi(line.shown_name), under=line.product)


def _came(line: OrderedLine) -> cells.Cell | str:
    if line.came >= line.asked:
        return cells.number(f"{line.came:,}")
    return cells.number(f"{line.came:,}", "warn") if line.came else cells.number("–", "quiet")


def _told(order: OrderRow) -> str:
    told = [order.number, _(STATE_WORDS[order.state])]
    if order.covers_until:
        told.append(_("shall last until {day}").format(day=say_day(order.covers_until)))
    awaited = sum(1 for line in order.lines if line.awaited) if order.is_open else 0
    if awaited:
        told.append(ngettext("{count} product awaited", "{count} products awaited", awaited).format(count=awaited))
    # Whole on paper.
    told += [shorten(words, _LONGEST, placeholder=" …") for words in (order.why_over, order.note) if words]
    return " · ".join(told)
