"""Writing a voucher for what the shelf lacks, and noting what the pharmacy said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from clinic_desktop.features.medication.queries import agreements, book, formulary, handing, shelf, vouchers
from clinic_desktop.features.medication.queries.agreements import AgreementRow, Price
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine, must_read
from clinic_desktop.features.medication.queries.vouchers import VoucherRow
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.vouchers import Voucher, VoucherAnswer
from clinic_desktop.features.medication.rules.controlled import not_valid, say_control
from clinic_desktop.features.medication.rules.doses import still_covered
from clinic_desktop.features.medication.rules.kinds import MayReceive, VoucherOutcome
from clinic_desktop.features.medication.rules.money import Money, nothing, say_money, to_minor
from clinic_desktop.features.medication.rules.refusals import (
    StillCovered,
)
from clinic_desktop.features.medication.rules.shelf import check_units, clean_lot_number, say_units
from clinic_desktop.features.medication.rules.vouchers import (
    HANDED,
    STATE_WORDS,
    AfterValidity,
    Answer,
    AnswerDayWrong,
    AnsweredAlready,
    ControlledByVoucher,
    ExpiredThere,
    MayNotReceive,
    NoAgreement,
    NothingChosen,
    OverMonthlyLimit,
    OverMonthlyUnits,
    ThereIsEnough,
    VoucherHandedOut,
    VoucherState,
    read_outcome,
)
from clinic_desktop.features.medication.service.movements import asked_line, cleaned_reason, may_leave
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class NewVoucher:
    voucher_id: str
    """Drawn by the form: a second Enter writes nothing more."""
    request_id: str
    units: int


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What stands on the half that came back. No units: nothing was handed out."""

    answer_id: str
    voucher_id: str
    units: int
    answered_on: date
    lot_number: str | None = None
    expires_on: date | None = None
    price: Money | None = None


def issue_vouchers(
    work: Work,
    patient_id: str,
    partner_id: str,
    wanted: Sequence[NewVoucher],
    *,
    beyond_limit: bool = False,
    beyond_units: bool = False,
    accept_early: bool = False,
    despite_stock: bool = False,
    controlled: bool = False,
) -> tuple[str, ...]:
    """One voucher for each medicine, all to one pharmacy, all or none; returns their folios.

    What a voucher promises is not owed at the counter any more, until it expires or somebody says it was not had.
    """
    work.require(Permission.SEND_VOUCHERS)
    restricted.must_open(work, patient_id)
    work.about("patient", patient_id)
    there = [row.folio for new in wanted if (row := vouchers.voucher(work, new.voucher_id))]
    if wanted and len(there) == len(wanted):
        return tuple(there)
    if not wanted:
        raise NothingChosen()
    agreement = _agreement(work, partner_id)
    asked = [_may_be_sent(work, patient_id, new) for new in wanted]
    if not despite_stock:
        _check_shelf(work, asked)
    if not accept_early:
        _check_early(work, patient_id, asked)
    if not controlled:
        _check_control(work, asked)
    priced = [_price(work, partner_id, line, new.units) for line, new in zip(asked, wanted, strict=True)]
    if not beyond_limit:
        _check_money(work, agreement, priced)
    if not beyond_units:
        _check_units(work, agreement, wanted, priced)
    author = _author(work)
    rows = zip(wanted, asked, priced, strict=True)
    return tuple(_write(work, agreement, new, line, price, author) for new, line, price in rows)


def _agreement(work: Work, partner_id: str) -> AgreementRow:
    partner = work.load(Partner, partner_id)
    name = partner.name or ""
    if MayReceive.VOUCHERS.value not in (partner.may_receive or ()) or partner.retired_at is not None:
        raise MayNotReceive(partner=name)
    agreement = agreements.agreement_on(work, partner_id, work.today)
    if agreement is None:
        raise NoAgreement(partner=name)
    return agreement


def _may_be_sent(work: Work, patient_id: str, new: NewVoucher) -> CurrentMedicine:
    asked = asked_line(work, new.request_id)
    may_leave(asked, patient_id, new.units, work.today)
    return asked.line


def _check_shelf(work: Work, asked: Sequence[CurrentMedicine]) -> None:
    """A voucher is for what is not here."""
    for line in asked:
        usable = shelf.balance(work, line.presentation_id or "").usable
        if usable >= asked_line(work, line.request_id).most_now(work.today):
            raise ThereIsEnough(again={"despite_stock": True}, medicine=line.name, usable=f"{usable:,}")


def _check_early(work: Work, patient_id: str, asked: Sequence[CurrentMedicine]) -> None:
    for line in asked:
        if line.medicine_id is None:
            continue
        earlier = handing.handed_earlier(work, patient_id, line.medicine_id, but_folio=line.folio)
        lasting = still_covered(earlier, work.today)
        if lasting is not None:
            days = {"day": say_day(lasting.given_on), "until": say_day(lasting.until)}
            raise StillCovered(again={"accept_early": True}, medicine=line.name, **days)


def _check_control(work: Work, asked: Sequence[CurrentMedicine]) -> None:
    """What the rule says of a controlled medicine, and which of its terms is over, is read before the paper leaves."""
    for line in asked:
        control = formulary.control_of(work, line.presentation_id or "")
        if control is None:
            continue
        over = not_valid(control, line.signed_on, book.fillings(work, line.request_id), work.today)
        rule = ". ".join(said for said in (say_control(control, at_counter=True), over) if said)
        raise ControlledByVoucher(again={"controlled": True}, medicine=line.name, rule=rule)


def _price(work: Work, partner_id: str, line: CurrentMedicine, units: int) -> "_Priced":
    found = agreements.price_for(work, partner_id, line.presentation_id or "", work.today)
    return _Priced(line.presentation_id or "", found, found.of(units) if found else None)


@dataclass(frozen=True, slots=True)
class _Priced:
    presentation_id: str
    price: Price | None
    money: Money | None


def _check_money(work: Work, agreement: AgreementRow, priced: Sequence[_Priced]) -> None:
    """A month's limit of money: asked, not refused."""
    limit = agreement.monthly_limit
    if limit is None:
        return
    more = sum((p.money for p in priced if p.money and p.money.currency == limit.currency), nothing(limit.currency))
    spent = vouchers.spent_in_month(work, agreement.partner_id, limit.currency) + more
    if limit < spent:
        facts = {"partner": _partner(work, agreement), "spent": say_money(spent), "limit": say_money(limit)}
        raise OverMonthlyLimit(again={"beyond_limit": True}, **facts)


def _partner(work: Work, agreement: AgreementRow) -> str:
    return work.load(Partner, agreement.partner_id).name or ""


def _check_units(work: Work, agreement: AgreementRow, wanted: Sequence[NewVoucher], priced: Sequence[_Priced]) -> None:
    """And of the units of one product, in a question of its own: a yes to the money says nothing of these."""
    most = {one.presentation_id: one.price.monthly_units for one in priced if one.price}
    for product, limit_units in most.items():
        if limit_units is None:
            continue
        pairs = zip(wanted, priced, strict=True)
        units = sum(new.units for new, one in pairs if one.presentation_id == product)
        units += vouchers.units_in_month(work, agreement.partner_id, product)
        if units > limit_units:
            facts = {"partner": _partner(work, agreement), "units": f"{units:,}", "limit": f"{limit_units:,}"}
            raise OverMonthlyUnits(again={"beyond_units": True}, **facts)


def _author(work: Work) -> str:
    """Name and licence, as they stand under the signature."""
    member = staff.member(work, work.actor.staff_id)
    if member is None or not member.licence:
        return member.full_name if member else work.actor.name
    return _("{name} · licence {number}").format(name=member.full_name, number=member.licence)


def _write(
    work: Work, agreement: AgreementRow, new: NewVoucher, line: CurrentMedicine, priced: _Priced, author: str
) -> str:
    folio = work.next_number("voucher")
    agreed = priced.price.money if priced.price else None
    work.add(
        Voucher(
            id=new.voucher_id,
            folio=folio,
            patient_id=line.patient_id,
            request_id=line.request_id,
            partner_id=agreement.partner_id,
            agreement_id=priced.price.agreement_id if priced.price else agreement.agreement_id,
            presentation_id=line.presentation_id,
            medicine_text=f"{line.name} {line.product}".strip(),
            units=new.units,
            issued_on=work.today,
            valid_until=vouchers.valid_until(work, agreement.ends_on),
            price_minor=None if agreed is None else to_minor(agreed),
            price_units=priced.price.price_units if priced.price and agreed else None,
            currency=agreed.currency if agreed else agreement.currency,
            issued_by_text=author,
        )
    )
    return folio


def note_vouchers_printed(work: Work, voucher_ids: Sequence[str], *, way: str, copies: int) -> None:
    """Papers of these vouchers left the computer: printed, or saved as a file that nothing protects."""
    work.require(Permission.SEND_VOUCHERS)
    first = _known(work, voucher_ids[0])
    restricted.must_open(work, first.patient_id)
    work.act, work.detail = "vouchers.note_printed", {"way": way, "copies": copies, "count": len(voucher_ids)}
    work.about(Voucher.__tablename__, voucher_ids[0])


# -- what came of it


def answer_voucher(work: Work, given: GivenAnswer, *, why: str = "", confirmed_late: bool = False) -> VoucherOutcome:
    """What the pharmacy handed out. The same answer again changes nothing; another one needs a reason, and amends.

    Where two answers written apart differ, the one that is saved again with a reason settles it.
    """
    work.require(Permission.SEND_VOUCHERS)
    row = _known(work, given.voucher_id)
    must_read(work, row.patient_id)
    outcome = read_outcome(_units(given.units), row.units)
    if shelf.is_there(work, VoucherAnswer, given.answer_id):
        return outcome
    said = _said(work, given, outcome)
    if row.answer is not None and row.answer.says_the_same(said) and not row.differ:
        return outcome
    if row.answer is not None and not why.strip():
        raise AnsweredAlready(folio=row.folio, answer=say_answer(row, row.answer))
    _check_day(work, row, said, confirmed_late)
    _keep(work, row, said, why)
    return outcome


def cancel_voucher(work: Work, answer_id: str, voucher_id: str, reason: str) -> None:
    """The pharmacy is not to hand it out any more; what it was for is owed here again."""
    work.require(Permission.SEND_VOUCHERS)
    row = _known(work, voucher_id)
    must_read(work, row.patient_id)
    why = cleaned_reason(reason)
    if shelf.is_there(work, VoucherAnswer, answer_id):
        return
    if row.answer is not None:
        if row.answer.outcome in HANDED:
            raise VoucherHandedOut()
        if row.answer.outcome is VoucherOutcome.CANCELLED:
            return
    said = Answer(answer_id, VoucherOutcome.CANCELLED, 0, None, None, work.today, None, None, None, work.now)
    _keep(work, row, said, why)


def say_answer(row: VoucherRow, answer: Answer) -> str:
    """ "Handed out in full, 30 tablets, 25-nov-2026"."""
    units = say_units(answer.units, row.unit) if answer.units else ""
    day = say_day(answer.answered_on) if answer.answered_on else ""
    return ", ".join(word for word in (_(STATE_WORDS[VoucherState(answer.outcome.value)]), units, day) if word)


def _known(work: Work, voucher_id: str) -> VoucherRow:
    row = vouchers.voucher(work, voucher_id)
    if row is None:
        raise NotHere()
    return row


def _units(units: int) -> int:
    return units if units == 0 else check_units(units)


def _said(work: Work, given: GivenAnswer, outcome: VoucherOutcome) -> Answer:
    handed = outcome in HANDED
    said = Answer(
        given.answer_id, outcome, given.units, clean_lot_number(given.lot_number), given.expires_on, given.answered_on,
        given.price, None, None, work.now,
    )  # fmt: skip
    return said if handed else replace(said, lot_number=None, expires_on=None, price=None)


def _check_day(work: Work, row: VoucherRow, said: Answer, confirmed_late: bool) -> None:
    day = said.answered_on or work.today
    if not row.issued_on <= day <= work.today:
        raise AnswerDayWrong(first=say_day(row.issued_on), last=say_day(work.today))
    if said.outcome not in HANDED or confirmed_late:
        return
    if day > row.valid_until:
        raise AfterValidity(again={"confirmed_late": True}, day=say_day(row.valid_until))
    if said.expires_on is not None and said.expires_on < day:
        raise ExpiredThere(again={"confirmed_late": True})


def _keep(work: Work, row: VoucherRow, said: Answer, why: str) -> None:
    """One row for each answer that stands, so that none is left that says something else."""
    work.about(Voucher.__tablename__, row.voucher_id)
    amended = [one.answer_id for one in row.standing] or [None]
    for at, amends_id in enumerate(amended):
        work.add(
            VoucherAnswer(
                id=said.answer_id if at == 0 else str(uuid5(NAMESPACE_URL, f"{said.answer_id}:{amends_id}")),
                voucher_id=row.voucher_id,
                outcome=said.outcome,
                units=said.units,
                lot_number=said.lot_number,
                expires_on=said.expires_on,
                answered_on=said.answered_on,
                price_minor=to_minor(said.price) if said.price else None,
                currency=said.price.currency if said.price else None,
                amends_id=amends_id,
                reason=why.strip() or None,
            )
        )
