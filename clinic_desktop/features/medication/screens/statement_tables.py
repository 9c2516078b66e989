"""The three lists of a pharmacy's month: its lines, what was not asked for yet, and the months that are closed."""

from clinic_desktop.features.medication.queries.statements import StatementRow
from clinic_desktop.features.medication.queries.vouchers import VoucherRow
from clinic_desktop.features.medication.rules.money import say_money
from clinic_desktop.features.medication.rules.statements import Matched, say_difference, say_month
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable

_TWO_LINES = 46


def lines_table() -> ListTable[Matched]:
    columns = [
        Column[Matched](_("Folio"), lambda m: m.ours.folio if m.ours else m.billed.folio_text, 150),
        Column[Matched](_("Medicine"), _what, 440, wide_only=True),
        Column[Matched](_("Billed"), lambda m: cells.number(say_money(m.billed.amount)), 112, right=True),
        Column[Matched](_("Agreed"), lambda m: cells.number(say_money(m.agreed), "strong"), 112, right=True),
        Column[Matched](_("What differs"), _differs, stretch=True),
    ]
    empty = EmptyState(_("Type the folio of a line, Enter, its amount, Enter."))
    return ListTable(columns, key=lambda m: m.billed.line_id, empty=empty)


def unpaid_table() -> ListTable[VoucherRow]:
    columns = [
        Column[VoucherRow](_("Pharmacy"), lambda v: cells.two_lines(v.partner, under=v.folio), 220),
        Column[VoucherRow](_("Medicine"), lambda v: cells.two_lines(v.medicine_text), stretch=True),
        Column[VoucherRow](_("Handed out"), lambda v: cells.number(f"{v.given:,}"), 100, right=True),
        Column[VoucherRow](_("Agreed"), _due, 130, right=True),
    ]
    empty = EmptyState(_("All that was handed out stands on a statement."))
    return ListTable(columns, key=lambda v: v.voucher_id, empty=empty, row_height=_TWO_LINES)


def closed_table() -> ListTable[StatementRow]:
    columns = [
        Column[StatementRow](_("Month"), lambda s: cells.two_lines(say_month(s.month), under=s.number), 170),
        Column[StatementRow](_("Pharmacy"), lambda s: cells.strong(s.partner), stretch=True),
        Column[StatementRow](_("Billed"), lambda s: cells.number(say_money(s.billed)), 112, right=True),
        Column[StatementRow](_("Agreed"), lambda s: cells.number(say_money(s.agreed), "strong"), 112, right=True),
        Column[StatementRow]("", _standing, 220),
    ]
    empty = EmptyState(_("No statement is closed yet."))
    return ListTable(columns, key=lambda s: s.statement_id, empty=empty, row_height=_TWO_LINES)


def _what(line: Matched) -> cells.Cell:
    return cells.quiet(line.ours.medicine if line.ours else "")


def _differs(line: Matched) -> cells.Cell | str:
    if line.difference is None:
        return cells.quiet(_("As agreed"))
    said = say_difference(line, say_money)
    return said if line.billed.accepted else cells.warn(said)


def _due(voucher: VoucherRow) -> cells.Cell:
    return cells.number(say_money(voucher.due) if voucher.due else _("no price"), "strong")


def _standing(row: StatementRow) -> cells.Cell | str:
    if row.amended_by is not None:
        return cells.quiet(_("Corrected by {number}").format(number=row.amended_by))
    if row.beside is not None:
        return cells.warn(_("{number} is of the same month").format(number=row.beside))
    if row.twice is not None:
        return cells.warn(_("{number} pays some of it too").format(number=row.twice))
    if row.amends is not None:
        return cells.quiet(_("Corrects {number}").format(number=row.amends))
    return ""
