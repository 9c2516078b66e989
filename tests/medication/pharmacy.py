"""A partner pharmacy with an agreement, and vouchers to it, made for tests."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from clinic_desktop.features.medication.queries import vouchers as queries
from clinic_desktop.features.medication.queries.vouchers import VoucherRow
from clinic_desktop.features.medication.records.partners import Agreement, AgreementItem, Partner
from clinic_desktop.features.medication.rules.kinds import MayReceive
from clinic_desktop.features.medication.service import vouchers
from clinic_desktop.features.medication.service.vouchers import GivenAnswer, NewVoucher
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work
from tests.medication.counter import Counter

TODAY = date(2026, 11, 23)


@dataclass
class Alliance:
    """The pharmacy of the counter as a test speaks of it."""

    counter: Counter
    partner: str

    def send(self, request_id: str, units: int = 30, voucher_id: str | None = None, **more: Any) -> str:
        voucher_id = voucher_id or new_id()
        wanted = [NewVoucher(voucher_id, request_id, units)]
        patient_id, partner_id = self.counter.patient, more.pop("partner_id", self.partner)
        use_case = partial(vouchers.issue_vouchers, patient_id=patient_id, partner_id=partner_id, wanted=wanted, **more)
        self.counter.do(use_case)
        return voucher_id

    def answer(self, voucher_id: str, units: int, day: date = TODAY, **more: Any) -> None:
        told = {key: more.pop(key) for key in ("lot_number", "expires_on", "price", "answer_id") if key in more}
        given = GivenAnswer(told.pop("answer_id", new_id()), voucher_id, units, day, **told)
        self.counter.do(partial(vouchers.answer_voucher, given=given, **more))

    def cancel(self, voucher_id: str, reason: str = "llegó la entrega") -> None:
        self.counter.do(partial(vouchers.cancel_voucher, answer_id=new_id(), voucher_id=voucher_id, reason=reason))

    def row(self, voucher_id: str) -> VoucherRow:
        found = self.counter.ask(partial(queries.voucher, voucher_id=voucher_id))
        assert found is not None
        return found


def make_agreement(
    work: Work,
    partner_id: str,
    prices: dict[str, tuple[int, int]],
    limit: int | None = None,
    monthly_units: int | None = None,
    ends_on: date | None = None,
) -> None:
    """`prices`: for a product, so many centavos for so many units."""
    partner = work.load(Partner, partner_id)
    work.revise(partner, seen={}, to={"may_receive": [MayReceive.VOUCHERS.value]})
    agreement = work.add(
        Agreement(
            partner_id=partner_id, title_text="Convenio", starts_on=date(2026, 1, 1), ends_on=ends_on,
            monthly_limit_minor=limit, currency="GTQ",
        )
    )  # fmt: skip
    for presentation_id, (price, units) in prices.items():
        work.add(
            AgreementItem(
                agreement_id=agreement.id, presentation_id=presentation_id, price_minor=price, price_units=units,
                monthly_units=monthly_units,
            )
        )  # fmt: skip


def open_alliance(counter: Counter, **more: Any) -> Alliance:
    """Fluoxetine costs Q 120.00 for 30."""
    prices = more.pop("prices", {counter.fluoxetine: (12_000, 30)})
    counter.do(partial(make_agreement, partner_id=counter.pharmacy, prices=prices, **more))
    return Alliance(counter, counter.pharmacy)
