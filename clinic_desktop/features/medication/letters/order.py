"""An order on paper and as a spreadsheet: products and numbers, nobody who is cared for."""

from clinic_desktop.features.medication.queries import ordering
from clinic_desktop.features.medication.queries.ordering import OrderedLine, OrderRow
from clinic_desktop.features.medication.rules.shelf import say_packs, unit_word
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Align,
    Block,
    Column,
    Fact,
    Facts,
    Paper,
    Rows,
    Signature,
    Signer,
    Words,
    printed_words,
)
from clinic_desktop.printing.spreadsheet import Value
from clinic_desktop.storage.work import Asker


def order_paper(asker: Asker, order_id: str) -> Paper:
    """For whoever sends it; beside each line stands room to write what goes out."""
    asker.require(Permission.ORDER_STOCK)
    order = ordering.order(asker, order_id)
    count = len(order.lines)
    blocks: list[Block] = [
        Facts(_facts(order)),
        Rows(_columns(order), tuple(_row(at, line, order) for at, line in enumerate(order.lines, 1)), roomy=True),
        Words(ngettext("{count} product", "{count} products", count).format(count=count)),
        Words(order.note, head=_("Note")),
        Signature((Signer(asker.actor.name, (_("Asks"),)), Signer("", (_("Receives the order"),)))),
    ]
    return Paper(
        _("Order of medicines"),
        tuple(blocks),
        letterhead=letterhead(asker),
        size=whole_size(asker),
        subject=order.number,
        folio=order.number,
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )


def say_supplier(order: OrderRow) -> str:
    return order.partner or _("Our central office")


def _facts(order: OrderRow) -> tuple[Fact, ...]:
    return (
        Fact(_("To whom"), say_supplier(order)),
        Fact(_("Clinic"), order.site),
        Fact(_("Day"), say_day(order.made_on)),
        Fact(_("Wanted by"), say_day(order.delivered_by) if order.delivered_by else "", needed=False),
        Fact(_("Shall last until"), say_day(order.covers_until) if order.covers_until else "", needed=False),
    )


def _columns(order: OrderRow) -> tuple[Column, ...]:
    own = (
        ()
        if order.partner_id
        else (Column(_("There are"), 1.1, Align.RIGHT), Column(_("On its way"), 1.1, Align.RIGHT))
    )
    return (
        Column(_("No."), 0.45, Align.RIGHT),
        Column(_("Medicine"), 3.6, strong=True),
        *own,
        Column(_("Asked for"), 2.4, Align.RIGHT, strong=True),
        Column(_("Sent"), 1.1),
        Column(_("Lot and expiry"), 1.5),
    )


def _row(at: int, line: OrderedLine, order: OrderRow) -> tuple[str, ...]:
    own = () if order.partner_id else (_units(line.usable), _units(line.on_order))
    return (str(at), line.said, *own, say_packs(line.asked, line.pack_units, line.unit), "", "")


def _units(units: int | None) -> str:
    return "" if units is None else f"{units:,}"


def order_rows(asker: Asker, order_id: str) -> list[list[Value]]:
    """The same as rows of a spreadsheet; the head of its table is the row HEAD."""
    asker.require(Permission.ORDER_STOCK)
    order = ordering.order(asker, order_id)
    delivered: Value = order.delivered_by
    rows: list[list[Value]] = [
        [_("Order of medicines"), order.number],
        [_("Clinic"), order.site],
        [_("To whom"), say_supplier(order)],
        [_("Day"), order.made_on],
        [_("Wanted by"), delivered],
        [],
        [
            _("No."), _("Medicine"), _("Strength, form and way"), _("Units"), _("Unit"), _("Units in a box"),
            _("Boxes"), _("There are"), _("On its way"), _("Proposed"), _("Reason"),
        ],
    ]  # fmt: skip
    rows += [_cells(at, line) for at, line in enumerate(order.lines, 1)]
    return rows


HEAD = 6


def _cells(at: int, line: OrderedLine) -> list[Value]:
    whole = line.pack_units if line.pack_units and line.asked % line.pack_units == 0 else None
    boxes: Value = line.asked // whole if whole else None
    return [
        at, line.name, line.product, line.asked, unit_word(line.unit, line.asked), line.pack_units, boxes, line.usable,
        line.on_order, line.proposed, line.reason,
    ]  # fmt: skip
