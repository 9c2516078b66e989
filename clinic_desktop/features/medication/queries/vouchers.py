"""Which vouchers are out, what came of each, and which pharmacy can be sent one."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries import agreements, shelf
from clinic_desktop.features.medication.queries.agreements import AgreementRow, Price
from clinic_desktop.features.medication.queries.handing import ToGive, lines_with_given, said_names
from clinic_desktop.features.medication.queries.prescriptions import LOOK_BACK_DAYS
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, StopOrder
from clinic_desktop.features.medication.records.vouchers import Voucher, VoucherAnswer
from clinic_desktop.features.medication.rules.kinds import MayReceive, Unit
from clinic_desktop.features.medication.rules.money import Money, from_minor, nothing
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.rules.vouchers import (
    Answer,
    VoucherState,
    disagree,
    holding,
    read_folio,
    same_sign,
    standing,
    state_of,
)
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.numbers import check_sign
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({"voucher", "voucher_answer", "pharmacy_statement", "statement_line"})
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class VoucherRow:
    voucher_id: str
    folio: str
    patient_id: str
    said: str
    """Whose it is; of a reserved record only its N."""
    request_id: str | None
    partner_id: str
    partner: str
    presentation_id: str | None
    medicine_text: str
    unit: Unit | None
    units: int
    issued_on: date
    valid_until: date
    agreed: Money | None
    """For `agreed_units` units, as it stood in the agreement when it was written."""
    agreed_units: int
    currency: str
    state: VoucherState
    answer: Answer | None
    """The one that counts."""
    standing: tuple[Answer, ...]
    """Those that no other amends: more than one where two clinics wrote them down apart."""
    stopped: bool
    """The medicine was stopped after it was written."""
    age_days: int

    @property
    def given(self) -> int:
        """What the pharmacy handed out."""
        handed = self.state in (VoucherState.FILLED, VoucherState.PART)
        return self.answer.units if self.answer is not None and handed else 0

    @property
    def differ(self) -> bool:
        """Two clinics wrote down different answers."""
        return disagree(self.standing)

    @property
    def price(self) -> Money | None:
        """What was agreed for all its units."""
        return self._cost(self.units)

    @property
    def due(self) -> Money | None:
        """What was agreed for what was handed out."""
        return self._cost(self.given)

    def _cost(self, units: int) -> Money | None:
        """Rounded once, as whoever has the list of prices reckons it."""
        return None if self.agreed is None else self.agreed.share(units, self.agreed_units)

    @property
    def what(self) -> str:
        """Medicine and quantity, nobody's name."""
        return f"{self.medicine_text}, {say_units(self.units, self.unit)}"


@dataclass(frozen=True, slots=True)
class Found:
    """A voucher by its folio. `doubtful`: the check sign that was typed is not the right one."""

    row: VoucherRow
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Lacking:
    """A prescribed line of which more is owed than the shelf has."""

    item: ToGive
    usable: int
    today: date

    @property
    def units(self) -> int:
        """What a voucher would be for: what may leave today and is not here."""
        return max(self.item.most_now(self.today) - self.usable, 0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A pharmacy that can be sent a voucher today, and its prices for what is asked."""

    partner_id: str
    name: str
    agreement: AgreementRow
    prices: dict[str, Price]
    spent: Money
    """This month, with what is still out."""
    last_used: date | None

    def price(self, presentation_id: str, units: int) -> Money | None:
        found = self.prices.get(presentation_id)
        return found.of(units) if found else None


# -- single vouchers


def voucher(asker: Asker, voucher_id: str) -> VoucherRow | None:
    asker.require(Permission.SEND_VOUCHERS)
    return next(iter(_shown(asker, Voucher.id == voucher_id)), None)


def with_folio(asker: Asker, folio: str) -> Found | None:
    """As a hand copied it: small letters, blanks, an O for a zero, without its check sign."""
    asker.require(Permission.SEND_VOUCHERS)
    doubtful: Found | None = None
    for body in read_folio(folio, asker.place.site_code):
        sign = check_sign(body.text.replace("-", ""))
        for row in _shown(asker, Voucher.folio == f"{body.text}-{sign}"):
            if not body.sign or same_sign(body.sign, sign):
                return Found(row, doubtful=False)
            doubtful = Found(row, doubtful=True)
    return doubtful


def issued_by(asker: Asker, voucher_id: str) -> str:
    """Who of the clinic wrote it, as it stood under the signature."""
    asker.require(Permission.SEND_VOUCHERS)
    return asker.value(sa.select(Voucher.issued_by_text).where(Voucher.id == voucher_id)) or ""


# -- lists


def open_vouchers(asker: Asker) -> tuple[VoucherRow, ...]:
    """Without an answer, by pharmacy, the oldest first; expired ones too, until somebody says what came of them."""
    asker.require(Permission.SEND_VOUCHERS)
    found = _shown(asker, _ours(asker), _unanswered())
    return tuple(sorted(found, key=lambda row: (row.partner.casefold(), row.issued_on, row.folio)))


def answered_vouchers(asker: Asker, days: int = 120) -> tuple[VoucherRow, ...]:
    """Those answered lately, the newest first."""
    asker.require(Permission.SEND_VOUCHERS)
    since = asker.today - timedelta(days=days)
    lately = sa.exists().where(VoucherAnswer.voucher_id == Voucher.id, VoucherAnswer.answered_on >= since)
    found = _shown(asker, _ours(asker), lately)
    return tuple(sorted(found, key=lambda row: (_answered_on(row), row.folio), reverse=True))


def open_count(asker: Asker) -> int:
    asker.require(Permission.SEND_VOUCHERS)
    which = (Voucher.voided_at.is_(None), _ours(asker), _unanswered(), *_hidden(asker))
    return asker.value(sa.select(sa.func.count()).select_from(Voucher).where(*which)) or 0


def _unanswered() -> sa.ColumnElement[bool]:
    return ~sa.exists().where(VoucherAnswer.voucher_id == Voucher.id)


def _answered_on(row: VoucherRow) -> date:
    return (row.answer.answered_on if row.answer else None) or row.issued_on


def _ours(asker: Asker) -> sa.ColumnElement[bool]:
    """What other clinics send is theirs to follow; the central sees all."""
    return sa.true() if asker.place.is_central else Voucher.origin_site_id == asker.site_id


# -- for money: nobody's name


def for_money(asker: Asker, *which: sa.ColumnElement[bool]) -> list[VoucherRow]:
    """Vouchers with what they cost. Whose they are is left empty, since whoever pays needs the folio; and who keeps
    agreements but sends no vouchers learns of no medicine."""
    asker.require(*agreements.PRICES)
    sends = asker.actor.may(Permission.SEND_VOUCHERS)
    rows = _rows(asker, which, _nobody)
    return [replace(row, patient_id="", medicine_text=row.medicine_text if sends else "") for row in rows]


def _shown(asker: Asker, *which: sa.ColumnElement[bool]) -> list[VoucherRow]:
    """The counter sees a reserved record's vouchers under its N, as it hands out to it; others do not see them."""
    return _rows(asker, (*which, *_hidden(asker)), said_names)


def _hidden(asker: Asker) -> tuple[sa.ColumnElement[bool], ...]:
    may = asker.actor.may(Permission.DISPENSE)
    return () if may else (Voucher.patient_id.not_in(restricted.hidden_people(asker)),)


def _nobody(_asker: Asker, _patient_ids: Iterable[str]) -> dict[str, str]:
    return {}


def _rows(
    asker: Asker,
    which: Sequence[sa.ColumnElement[bool]],
    names_of: Callable[[Asker, Iterable[str]], dict[str, str]],
) -> list[VoucherRow]:
    rows: Sequence[Any] = asker.all(_select().where(Voucher.voided_at.is_(None), *which))
    answers = _answers(asker, [row[0] for row in rows])
    names = names_of(asker, {row.patient_id for row in rows}) if rows else {}
    return [_row(row, answers.get(row[0], ()), names.get(row.patient_id, ""), asker.today) for row in rows]


def _select() -> AnySelect:
    return (
        sa.select(
            Voucher.id,
            Voucher.folio,
            Voucher.patient_id,
            Voucher.request_id,
            Voucher.partner_id,
            Partner.name.label("partner"),
            Voucher.presentation_id,
            Voucher.medicine_text,
            Presentation.unit,
            Voucher.units,
            Voucher.issued_on,
            Voucher.valid_until,
            Voucher.price_minor,
            Voucher.price_units,
            Voucher.currency,
            sa.exists().where(StopOrder.request_id == Voucher.request_id).label("stopped"),
        )
        .outerjoin(Partner, Partner.id == Voucher.partner_id)
        .outerjoin(Presentation, Presentation.id == Voucher.presentation_id)
        .order_by(Voucher.issued_on, Voucher.id)
    )


def _row(row: Any, answers: Sequence[Answer], said: str, today: date) -> VoucherRow:
    answer = holding(answers)
    issued_on, valid_until = row.issued_on, row.valid_until or row.issued_on
    currency = row.currency or "GTQ"
    return VoucherRow(
        voucher_id=row.id,
        folio=row.folio or "",
        patient_id=row.patient_id or "",
        said=said,
        request_id=row.request_id,
        partner_id=row.partner_id or "",
        partner=row.partner or "",
        presentation_id=row.presentation_id,
        medicine_text=row.medicine_text or "",
        unit=row.unit,
        units=row.units or 0,
        issued_on=issued_on,
        valid_until=valid_until,
        agreed=None if row.price_minor is None else from_minor(row.price_minor, currency),
        agreed_units=row.price_units or row.units or 1,
        currency=currency,
        state=state_of(answer.outcome if answer else None, valid_until, today),
        answer=answer,
        standing=tuple(standing(answers)),
        stopped=row.stopped,
        age_days=(today - issued_on).days,
    )


def _answers(asker: Asker, ids: Sequence[str]) -> dict[str, list[Answer]]:
    said = VoucherAnswer
    found: defaultdict[str, list[Answer]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        select = sa.select(
            said.voucher_id, said.id, said.outcome, said.units, said.lot_number, said.expires_on, said.answered_on,
            said.price_minor, said.currency, said.amends_id, said.reason, said.recorded_at,
        ).where(said.voucher_id.in_(ids[start : start + _AT_ONCE]), said.outcome.is_not(None))  # fmt: skip
        rows: Sequence[Any] = asker.all(select)
        for voucher_id, answer_id, outcome, units, lot, expires, day, minor, currency, amends, reason, at in rows:
            price = None if minor is None else from_minor(minor, currency or "GTQ")
            found[voucher_id].append(
                Answer(answer_id, outcome, units or 0, lot, expires, day, price, amends, reason, at)
            )
    return found


# -- what a voucher can be written for, and to whom


def lacking_of(asker: Asker, patient_id: str) -> tuple[Lacking, ...]:
    """What one person is owed and the shelf has not enough of."""
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    return _lacking(asker, MedicationRequest.patient_id == patient_id, MedicationRequest.signed_on >= since)


def lacking_in(asker: Asker, note_id: str) -> tuple[Lacking, ...]:
    """The same of what was signed with one note."""
    return _lacking(asker, MedicationRequest.note_id == note_id)


def _lacking(asker: Asker, *which: sa.ColumnElement[bool]) -> tuple[Lacking, ...]:
    asker.require(Permission.SEND_VOUCHERS)
    open_to_me = MedicationRequest.patient_id.not_in(restricted.hidden_people(asker))
    items = [item for item in _newest(lines_with_given(asker, *which, open_to_me)) if _may_have(item)]
    there = shelf.presentations(asker, (item.line.presentation_id for item in items if item.line.presentation_id))
    left = {product.presentation_id: product.usable for product in there.values()}
    found: list[Lacking] = []
    for item in sorted(items, key=lambda one: one.line.request_id):
        product = item.line.presentation_id
        if product in left:
            # What one line takes from the shelf is not there for the next.
            mine = min(left[product], item.most_now(asker.today))
            left[product] -= mine
            found.append(Lacking(item, mine, asker.today))
    return tuple(one for one in found if one.units)


def _newest(items: Sequence[ToGive]) -> list[ToGive]:
    """Without what a newer prescription of the same medicine took the place of."""
    newest: dict[str, tuple[date, str]] = {}
    for item in items:
        signed = (item.line.signed_on, item.line.folio or "")
        newest[item.line.key] = max(signed, newest.get(item.line.key, signed))
    return [item for item in items if newest[item.line.key] == (item.line.signed_on, item.line.folio or "")]


def _may_have(item: ToGive) -> bool:
    line = item.line
    return item.owed > 0 and line.running and not line.unsigned and line.stopped_on is None


def offers(asker: Asker, presentation_ids: Collection[str]) -> tuple[Offer, ...]:
    """Who may receive vouchers and has an agreement today; those with a price for everything first, then whom one
    used last."""
    asker.require(Permission.SEND_VOUCHERS)
    partners = asker.all(
        sa.select(Partner.id, Partner.name, Partner.may_receive).where(
            Partner.retired_at.is_(None), Partner.voided_at.is_(None)
        )
    )
    used = _last_used(asker)
    found: list[Offer] = []
    for partner_id, name, may_receive in partners:
        if MayReceive.VOUCHERS.value not in (may_receive or ()):
            continue
        agreement = agreements.agreement_on(asker, partner_id, asker.today)
        if agreement is not None:
            prices = _prices(asker, partner_id, presentation_ids)
            spent = spent_in_month(asker, partner_id, agreement.currency)
            found.append(Offer(partner_id, name or "", agreement, prices, spent, used.get(partner_id)))
    return tuple(
        sorted(found, key=lambda o: (-len(o.prices), -(o.last_used or date.min).toordinal(), o.name.casefold()))
    )


def _prices(asker: Asker, partner_id: str, presentation_ids: Iterable[str]) -> dict[str, Price]:
    asked = {one: agreements.price_for(asker, partner_id, one, asker.today) for one in presentation_ids}
    return {presentation_id: price for presentation_id, price in asked.items() if price is not None}


def _last_used(asker: Asker) -> dict[str, date]:
    select = sa.select(Voucher.partner_id, sa.func.max(Voucher.issued_on)).group_by(Voucher.partner_id)
    rows: Sequence[Any] = asker.all(select.where(Voucher.origin_site_id == asker.site_id))
    # The greatest of a column of days is text still.
    return {str(one): day if isinstance(day, date) else date.fromisoformat(day) for one, day in rows if one and day}


def spent_in_month(asker: Asker, partner_id: str, currency: str) -> Money:
    """What this month's vouchers to a pharmacy cost: what was handed out, and what is still out."""
    total = nothing(currency)
    for row in _this_month(asker, partner_id):
        price = row.price if row.state is VoucherState.OPEN else row.due
        if price is not None and price.currency == currency:
            total = total + price
    return total


def units_in_month(asker: Asker, partner_id: str, presentation_id: str) -> int:
    """How much of one product this month's vouchers to a pharmacy are for."""
    rows = [row for row in _this_month(asker, partner_id) if row.presentation_id == presentation_id]
    return sum(row.units if row.state is VoucherState.OPEN else row.given for row in rows)


def _this_month(asker: Asker, partner_id: str) -> list[VoucherRow]:
    first = asker.today.replace(day=1)
    return for_money(asker, Voucher.partner_id == partner_id, Voucher.issued_on >= first)


def valid_until(asker: Asker, ends_on: date | None) -> date:
    """As many days as the clinic chose, and never beyond the last day of the agreement."""
    asker.require(Permission.SEND_VOUCHERS)
    last = asker.today + timedelta(days=setting(asker, "voucher_days"))
    return min(last, ends_on) if ends_on else last
