"""What pharmacies ask for, month by month, beside what their vouchers say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries import agreements
from clinic_desktop.features.medication.queries.vouchers import VoucherRow, for_money
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.medication.records.vouchers import PharmacyStatement, StatementLine, Voucher
from clinic_desktop.features.medication.rules.money import Money, from_minor
from clinic_desktop.features.medication.rules.statements import Billed, Difference, Matched, Ours, match, read_reason
from clinic_desktop.features.medication.rules.voucher_figures import Counted, Figures, figures
from clinic_desktop.features.medication.rules.vouchers import HANDED, read_folio, same_sign
from clinic_desktop.storage import drafts
from clinic_desktop.storage.numbers import check_sign
from clinic_desktop.storage.work import AnySelect, Asker


@dataclass(frozen=True, slots=True)
class StatementRow:
    statement_id: str
    partner_id: str
    partner: str
    month: str
    number: str
    document_text: str | None
    billed: Money
    agreed: Money
    closed_on: date | None
    note_text: str | None
    amends: str | None
    """The number of the statement that it corrects."""
    amended_by: str | None
    """The number of the one that corrects it: then it counts no more."""
    beside: str | None
    """Another statement of the same pharmacy and month that counts too: two computers closed it apart."""
    twice: str | None
    """Another one that counts and pays a voucher which this one pays as well."""


@dataclass(frozen=True, slots=True)
class KeptLine:
    line_id: str
    folio_text: str
    voucher: VoucherRow | None
    billed: Money
    agreed: Money
    difference: Difference | None
    accepted: str
    paid_with: str | None
    """Another statement that counts and pays the same voucher."""


# -- matching


def matched(
    asker: Asker, partner_id: str, currency: str, lines: Sequence[Billed] = (), but_statement_id: str | None = None
) -> tuple[Matched, ...]:
    """Each line beside our voucher. `but_statement_id`: the statement that is being corrected pays nothing any more."""
    asker.require(*agreements.PRICES)
    known = _ours(asker, [line.folio_text for line in lines], but_statement_id)
    return match(lines, known.get, partner_id, currency)


def _ours(asker: Asker, folios: Sequence[str], but: str | None) -> dict[str, Ours]:
    """Vouchers by the folio as it was typed; one whose check sign is wrong is not ours until it is typed again."""
    wanted = {typed: _whole(asker, typed) for typed in folios}
    every = sorted({folio for several in wanted.values() for folio in several})
    rows = {row.folio: row for row in (for_money(asker, Voucher.folio.in_(every)) if every else ())}
    paid = _paid_with(asker, [row.voucher_id for row in rows.values()], but)
    found: dict[str, Ours] = {}
    for typed, several in wanted.items():
        row = next((rows[folio] for folio in several if folio in rows), None)
        if row is not None:
            found[typed] = _money_of(row, paid.get(row.voucher_id))
    return found


def _whole(asker: Asker, typed: str) -> list[str]:
    found: list[str] = []
    for body in read_folio(typed, asker.place.site_code):
        sign = check_sign(body.text.replace("-", ""))
        if not body.sign or same_sign(body.sign, sign):
            found.append(f"{body.text}-{sign}")
    return found


def _money_of(row: VoucherRow, paid_with: str | None) -> Ours:
    return Ours(
        voucher_id=row.voucher_id,
        folio=row.folio,
        partner_id=row.partner_id,
        medicine=row.what,
        state=row.state,
        price=row.due,
        answered_on=row.answer.answered_on if row.answer else None,
        issued_on=row.issued_on,
        paid_with=paid_with,
    )


def _standing() -> sa.ColumnElement[bool]:
    """Statements that no other corrects."""
    newer = aliased(PharmacyStatement)
    return ~sa.exists().where(newer.amends_id == PharmacyStatement.id)


def _pays(line: type[StatementLine]) -> sa.ColumnElement[bool]:
    """Something was agreed for the voucher; where it costs nothing, nothing differed."""
    return sa.or_(line.agreed_minor > 0, sa.and_(line.voucher_id.is_not(None), line.reason.is_(None)))


def _paid_with(asker: Asker, voucher_ids: Sequence[str], but: str | None) -> dict[str, str]:
    """With which other statement each of these vouchers is paid."""
    select = (
        sa.select(StatementLine.voucher_id, sa.func.min(PharmacyStatement.number))
        .join(PharmacyStatement, PharmacyStatement.id == StatementLine.statement_id)
        .where(StatementLine.voucher_id.in_(voucher_ids), _pays(StatementLine), _standing())
        .group_by(StatementLine.voucher_id)
    )
    rows: Sequence[Any] = asker.all(select if but is None else select.where(PharmacyStatement.id != but))
    return {str(voucher_id): number or "" for voucher_id, number in rows}


def unpaid(asker: Asker, partner_id: str | None = None) -> tuple[VoucherRow, ...]:
    """Handed out, and no statement that counts pays it: what a pharmacy has still to ask for."""
    asker.require(*agreements.PRICES)
    of_us = sa.true() if asker.place.is_central else Voucher.origin_site_id == asker.site_id
    paying = (
        sa.exists()
        .where(StatementLine.voucher_id == Voucher.id, _pays(StatementLine))
        .where(PharmacyStatement.id == StatementLine.statement_id, _standing())
    )
    of_one = (Voucher.partner_id == partner_id,) if partner_id else ()
    rows = for_money(asker, of_us, ~paying, *of_one)
    found = [row for row in rows if row.answer is not None and row.answer.outcome in HANDED]
    return tuple(sorted(found, key=lambda row: (row.partner.casefold(), row.issued_on, row.folio)))


# -- statements that are closed


def statements(asker: Asker, limit: int = 100) -> tuple[StatementRow, ...]:
    """The newest month first."""
    asker.require(*agreements.PRICES)
    return _rows(asker, _select().limit(limit))


def statement(asker: Asker, statement_id: str) -> StatementRow | None:
    asker.require(*agreements.PRICES)
    return next(iter(_rows(asker, _select().where(PharmacyStatement.id == statement_id))), None)


def standing_statement(asker: Asker, partner_id: str, month: str) -> StatementRow | None:
    """The one that counts for a pharmacy and a month."""
    asker.require(*agreements.PRICES)
    which = (PharmacyStatement.partner_id == partner_id, PharmacyStatement.month == month, _standing())
    return next(iter(_rows(asker, _select().where(*which))), None)


def _select() -> AnySelect:
    newer, older, other = aliased(PharmacyStatement), aliased(PharmacyStatement), aliased(PharmacyStatement)
    amended_by = sa.select(sa.func.min(newer.number)).where(newer.amends_id == PharmacyStatement.id)
    amends = sa.select(older.number).where(older.id == PharmacyStatement.amends_id)
    newest = aliased(PharmacyStatement)
    beside = (
        sa.select(sa.func.min(other.number))
        .where(other.partner_id == PharmacyStatement.partner_id, other.month == PharmacyStatement.month)
        .where(other.id != PharmacyStatement.id, ~sa.exists().where(newest.amends_id == other.id))
        .where(_standing())
    )
    own, rival = PharmacyStatement, aliased(PharmacyStatement)
    mine, theirs = aliased(StatementLine), aliased(StatementLine)
    twice = (
        sa.select(sa.func.min(rival.number))
        .join(theirs, theirs.statement_id == rival.id)
        .join(mine, mine.voucher_id == theirs.voucher_id)
        .where(mine.statement_id == own.id, rival.id != own.id, _pays(mine), _pays(theirs))
        .where(~sa.exists().where(newest.amends_id == rival.id), _standing())
    )
    return (
        sa.select(
            own.id, own.partner_id, Partner.name, own.month, own.number, own.document_text, own.billed_minor,
            own.agreed_minor, own.currency, own.closed_on, own.note_text, amends.scalar_subquery(),
            amended_by.scalar_subquery(), beside.scalar_subquery(), twice.scalar_subquery(),
        )
        .outerjoin(Partner, Partner.id == own.partner_id)
        .order_by(own.month.desc(), Partner.name, own.number.desc())
    )  # fmt: skip


def _rows(asker: Asker, select: AnySelect) -> tuple[StatementRow, ...]:
    rows: Sequence[Any] = asker.all(select)
    return tuple(_statement(*row) for row in rows)


def _statement(
    statement_id: str, partner_id: str, partner: str | None, month: str, number: str, document: str | None,
    billed: int | None, agreed: int | None, currency: str | None, closed_on: date | None, note: str | None,
    amends: str | None, amended_by: str | None, beside: str | None, twice: str | None,
) -> StatementRow:  # fmt: skip
    code = currency or "GTQ"
    return StatementRow(
        statement_id, partner_id, partner or "", month, number, document, from_minor(billed or 0, code),
        from_minor(agreed or 0, code), closed_on, note, amends, amended_by, beside, twice,
    )  # fmt: skip


def lines_of(asker: Asker, statement_id: str) -> tuple[KeptLine, ...]:
    """As they were closed, in the order they were typed."""
    asker.require(*agreements.PRICES)
    line = StatementLine
    rows: Sequence[Any] = asker.all(
        sa.select(
            line.id, line.folio_text, line.voucher_id, line.billed_minor, line.agreed_minor, line.reason,
            PharmacyStatement.currency,
        )
        .join(PharmacyStatement, PharmacyStatement.id == line.statement_id)
        .where(line.statement_id == statement_id)
        .order_by(line.id)
    )  # fmt: skip
    ids = [row.voucher_id for row in rows if row.voucher_id]
    known = {row.voucher_id: row for row in (for_money(asker, Voucher.id.in_(ids)) if ids else ())}
    paid = _paid_with(asker, ids, statement_id) if ids else {}
    return tuple(_line(row, known.get(row.voucher_id), paid.get(row.voucher_id)) for row in rows)


def _line(row: Any, voucher: VoucherRow | None, paid_with: str | None) -> KeptLine:
    difference, accepted = read_reason(row.reason)
    code = row.currency or "GTQ"
    billed, agreed = from_minor(row.billed_minor or 0, code), from_minor(row.agreed_minor or 0, code)
    return KeptLine(row.id, row.folio_text or "", voucher, billed, agreed, difference, accepted, paid_with)


def pharmacies(asker: Asker) -> tuple[tuple[str, str], ...]:
    """Who may send a statement: those with a voucher of ours or an agreement, by name."""
    asker.require(*agreements.PRICES)
    sent = sa.exists().where(Voucher.partner_id == Partner.id)
    agreed = {row.partner_id for row in agreements.agreements(asker)}
    rows: Sequence[Any] = asker.all(
        sa.select(Partner.id, Partner.name)
        .where(sa.or_(sent, Partner.id.in_(sorted(agreed))), Partner.voided_at.is_(None))
        .order_by(Partner.name)
    )
    return tuple((partner_id, name or "") for partner_id, name in rows)


def paid_in(asker: Asker, partner_id: str, day: date) -> str:
    """The currency of what is agreed with a pharmacy: of the agreement in force that day, else of the last one."""
    asker.require(*agreements.PRICES)
    found = agreements.agreement_on(asker, partner_id, day) or next(
        iter(agreements.agreements(asker, partner_id)), None
    )
    return found.currency if found else "GTQ"


DRAFT = "pharmacy-statement"


def begun(asker: Asker, record_id: str = "") -> dict[str, Any] | None:
    """What one typed of a statement that is not closed yet; `record_id`: of the one it corrects."""
    asker.require(*agreements.PRICES)
    draft = drafts.find_draft(asker, DRAFT, record_id)
    return draft.fields if draft else None


# -- in numbers


def voucher_figures(asker: Asker, since: date, until: date) -> tuple[Figures, ...]:
    """What came of the vouchers written in a stretch of time, by pharmacy."""
    asker.require(*agreements.PRICES)
    of_us = sa.true() if asker.place.is_central else Voucher.origin_site_id == asker.site_id
    rows = for_money(asker, Voucher.issued_on.between(since, until), of_us)
    asked = _prescribed(asker, {row.request_id for row in rows if row.request_id})
    return figures(_counted(row, *asked.get(row.request_id or "", (0, 0))) for row in rows)


def _prescribed(asker: Asker, request_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    ids, found = sorted(request_ids), dict[str, tuple[int, int]]()
    for start in range(0, len(ids), 500):
        some = MedicationRequest.id.in_(ids[start : start + 500])
        rows: Sequence[Any] = asker.all(
            sa.select(MedicationRequest.id, MedicationRequest.days, MedicationRequest.units).where(some)
        )
        found |= {request_id: (days or 0, units or 0) for request_id, days, units in rows}
    return found


def _counted(row: VoucherRow, days: int, units: int) -> Counted:
    answered_on = row.answer.answered_on if row.answer else None
    return Counted(row.partner, row.state, row.issued_on, answered_on, row.given, row.due, days, units)
