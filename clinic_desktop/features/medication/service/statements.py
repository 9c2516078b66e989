"""Closing what a pharmacy asks for a month. A closed statement never changes: a new one names the one it corrects."""

from dataclasses import dataclass

from clinic_desktop.features.medication.queries import statements
from clinic_desktop.features.medication.queries.statements import StatementRow
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.vouchers import PharmacyStatement, StatementLine
from clinic_desktop.features.medication.rules.money import Money, read_currency, say_money, to_minor
from clinic_desktop.features.medication.rules.statements import (
    Billed,
    Matched,
    MonthToCome,
    OtherStatement,
    StatementChanged,
    StatementCorrected,
    StatementEmpty,
    StatementThere,
    Totals,
    kept_reason,
    say_month,
    totals,
)
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class ClosedStatement:
    statement_id: str
    """Drawn by the form."""
    partner_id: str
    month: str
    """As "2026-11"."""
    currency: str
    lines: tuple[Billed, ...]
    document_text: str = ""
    note_text: str = ""
    amends_id: str | None = None


def close_statement(work: Work, closed: ClosedStatement, *, agreed: Money | None = None) -> str:
    """Keep the lines with what is agreed to be paid, under a number. `agreed`: the total that was seen; if it is
    another now, nothing is closed."""
    work.require(Permission.SEND_VOUCHERS)
    known = statements.statement(work, closed.statement_id)
    if known is not None:
        return known.number
    _check(work, closed)
    currency = read_currency(closed.currency)
    lines = statements.matched(work, closed.partner_id, currency, closed.lines, closed.amends_id)
    told = totals(lines, currency)
    if agreed is not None and agreed != told.agreed:
        raise StatementChanged(agreed=say_money(told.agreed))
    number = _write(work, closed, told)
    for line in lines:
        _write_line(work, closed.statement_id, line)
    drafts.drop_draft(work, statements.DRAFT, "")
    work.about(PharmacyStatement.__tablename__, closed.statement_id)
    return number


def _check(work: Work, closed: ClosedStatement) -> None:
    work.load(Partner, closed.partner_id)
    if not closed.lines:
        raise StatementEmpty()
    if closed.month > f"{work.today:%Y-%m}":
        raise MonthToCome()
    if closed.amends_id is not None:
        _check_amended(_known(work, closed.amends_id), closed)
        return
    there = statements.standing_statement(work, closed.partner_id, closed.month)
    if there is not None:
        raise StatementThere(month=say_month(closed.month), number=there.number)


def _check_amended(older: StatementRow, closed: ClosedStatement) -> None:
    if (older.partner_id, older.month) != (closed.partner_id, closed.month):
        raise OtherStatement()
    if older.amended_by is not None:
        raise StatementCorrected(number=older.number, newer=older.amended_by)


def _known(work: Work, statement_id: str) -> StatementRow:
    row = statements.statement(work, statement_id)
    if row is None:
        raise NotHere()
    return row


def _write(work: Work, closed: ClosedStatement, told: Totals) -> str:
    number = work.next_number("statement")
    work.add(
        PharmacyStatement(
            id=closed.statement_id,
            partner_id=closed.partner_id,
            month=closed.month,
            number=number,
            document_text=closed.document_text.strip() or None,
            billed_minor=to_minor(told.billed),
            agreed_minor=to_minor(told.agreed),
            currency=told.billed.currency,
            closed_on=work.today,
            note_text=closed.note_text.strip() or None,
            amends_id=closed.amends_id,
        )
    )
    return number


def _write_line(work: Work, statement_id: str, line: Matched) -> None:
    work.add(
        StatementLine(
            id=line.billed.line_id,
            statement_id=statement_id,
            folio_text=line.ours.folio if line.ours else " ".join(line.billed.folio_text.split()),
            voucher_id=line.ours.voucher_id if line.ours else None,
            billed_minor=to_minor(line.billed.amount),
            agreed_minor=to_minor(line.agreed),
            reason=kept_reason(line),
        )
    )


def keep_statement(work: Work, record_id: str, fields: dict[str, object]) -> None:
    """What was typed of a statement that is not closed yet: a lock or a power cut loses none of it."""
    work.require(Permission.SEND_VOUCHERS)
    drafts.keep_draft(work, statements.DRAFT, record_id, fields, {})


def drop_statement(work: Work, record_id: str) -> None:
    work.require(Permission.SEND_VOUCHERS)
    drafts.drop_draft(work, statements.DRAFT, record_id)


def note_statement_printed(work: Work, statement_id: str, *, way: str, copies: int) -> None:
    work.require(Permission.SEND_VOUCHERS)
    _known(work, statement_id)
    work.act, work.detail = "statements.note_printed", {"way": way, "copies": copies}
    work.about(PharmacyStatement.__tablename__, statement_id)
