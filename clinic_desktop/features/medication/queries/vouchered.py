"""What a partner pharmacy hands out in our place counts as given: nobody is owed it a second time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.prescriptions import READERS
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.vouchers import Voucher, VoucherAnswer
from clinic_desktop.features.medication.rules.kinds import VoucherOutcome
from clinic_desktop.features.medication.rules.vouchers import HANDED
from clinic_desktop.storage.work import AnySelect, Asker


@dataclass(frozen=True, slots=True)
class Vouchered:
    """One voucher, with what it stands for as far as is known."""

    request_id: str | None
    units: int
    """What the pharmacy said it gave; until it says so, what the paper is for."""
    day: date
    valid_until: date | None
    answered: bool

    def holds(self, today: date) -> bool:
        """Whether the person got it or still can: then it is not owed."""
        return self.units > 0 and (self.answered or self.valid_until is None or self.valid_until >= today)


def vouchers_of_lines(asker: Asker, request_ids: Sequence[str]) -> tuple[Vouchered, ...]:
    asker.require(*READERS)
    return _vouchers(asker, Voucher.request_id.in_(request_ids)) if request_ids else ()


def vouchers_of_medicine(asker: Asker, patient_id: str, medicine_id: str, since: date) -> tuple[Vouchered, ...]:
    asker.require(*READERS)
    products = sa.select(Presentation.id).where(Presentation.medicine_id == medicine_id)
    return _vouchers(
        asker, Voucher.patient_id == patient_id, Voucher.presentation_id.in_(products), Voucher.issued_on >= since
    )


@cache
def counts() -> sa.ColumnElement[bool]:
    """The one answer of a voucher that holds, also where a merge left several: rules/vouchers.py `holding` as SQL."""
    other = aliased(VoucherAnswer)
    better = sa.exists().where(
        other.voucher_id == VoucherAnswer.voucher_id, _stands(other), _weight(other) > _weight(VoucherAnswer)
    )
    return sa.and_(_stands(VoucherAnswer), ~better)


def _stands(answer: type[VoucherAnswer]) -> sa.ColumnElement[bool]:
    amending = aliased(VoucherAnswer)
    return ~sa.exists().where(amending.amends_id == answer.id)


def _weight(answer: type[VoucherAnswer]) -> Any:
    return sa.tuple_(answer.amends_id.is_not(None), answer.outcome.in_(HANDED), answer.recorded_at, answer.id)


@cache
def _every() -> AnySelect:
    """Made once: this is asked at every handing out."""
    return (
        sa.select(
            Voucher.request_id, Voucher.units, Voucher.issued_on, Voucher.valid_until,
            VoucherAnswer.outcome, VoucherAnswer.units, VoucherAnswer.answered_on,
        )
        .outerjoin(VoucherAnswer, sa.and_(VoucherAnswer.voucher_id == Voucher.id, counts()))
    )  # fmt: skip


def _vouchers(asker: Asker, *which: sa.ColumnElement[bool]) -> tuple[Vouchered, ...]:
    rows: Sequence[Any] = asker.all(_every().where(*which))
    return tuple(_vouchered(*row) for row in rows)


def _vouchered(
    request_id: str | None,
    units: int | None,
    issued_on: date,
    valid_until: date | None,
    outcome: VoucherOutcome | None,
    given: int | None,
    answered_on: date | None,
) -> Vouchered:
    if outcome is None:
        return Vouchered(request_id, units or 0, issued_on, valid_until, answered=False)
    told = {VoucherOutcome.FILLED: given or units or 0, VoucherOutcome.PART: given or 0}
    return Vouchered(request_id, told.get(outcome, 0), answered_on or issued_on, valid_until, answered=True)
