"""All that the room of medicines can hold of somebody, for the tests that look for what is told of a person."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import ordering as plans
from clinic_desktop.features.medication.queries import vouchers as sent
from clinic_desktop.features.medication.records.register import RegisterPage
from clinic_desktop.features.medication.rules.courses import read_course
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.rules.kinds import Form, Gift, MayReceive, PartnerKind, RecallStep, Route, Unit
from clinic_desktop.features.medication.rules.leaving import Leaving
from clinic_desktop.features.medication.rules.money import Money
from clinic_desktop.features.medication.rules.statements import Billed
from clinic_desktop.features.medication.service import (
    administering,
    counting,
    dispensing,
    disposals,
    donations,
    formulary,
    ordering,
    partners,
    prescribing,
    recalls,
    receiving,
    statements,
    transfers,
    vouchers,
)
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work
from tests.medication.pharmacy import make_agreement
from tests.medication.test_book import list_as_controlled

FOLIO = "P-4711"
"""Of the prescription on paper that was served without us having written it."""


def tell_of_medicines(do: Any, ask: Any, patient_id: str, name: str, words: str, today: date) -> dict[str, Any]:
    """Each kind of row once, with these words and this name in every field of a person; the ids by their names.

    A book page with a handing out from paper to this person, a voucher that a pharmacy filled and billed, an injection,
    a lot of theirs called back and counted, and what the shelf does with gifts, orders, sendings and acts.
    """
    ids: dict[str, Any] = {"folio_of_paper": FOLIO, "currency": "GTQ", "month": f"{today:%Y-%m}", "document": "D-1"}
    earlier = today.replace(day=1) - timedelta(days=12)
    donor = do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    pharmacy = do(partial(partners.add_partner, kind=PartnerKind.PHARMACY, name="Farmacia Nueva"))
    post = new_id()
    card = partners.PartnerCard(PartnerKind.HEALTH_POST, "Puesto", may_receive=(MayReceive.STOCK,))
    do(partial(partners.keep_partner, partner_id=post, card=card))
    drops = _product(do, "clonazepam", Form.TABLET, "2 mg", Unit.TABLET, None)
    depot = _product(do, "haloperidol decanoato", Form.AMPOULE, "50 mg/mL", Unit.AMPOULE, Route.INTRAMUSCULAR)
    due = _product(do, "flufenazina decanoato", Form.AMPOULE, "25 mg/mL", Unit.AMPOULE, Route.INTRAMUSCULAR)
    pills = _product(do, "risperidona", Form.TABLET, "2 mg", Unit.TABLET, None)
    list_as_controlled(do, drops, most_packs=2, valid_days=30, keep_years=3)
    donation_id, delivery_id = new_id(), new_id()
    gift = donations.NewGift(donor, Gift.MEDICINE, earlier, "D-1")
    do(partial(donations.add_donation, donation_id=donation_id, gift=gift))
    lines = [
        receiving.DeliveryLine(product, lot, date(2028, 6, 30), units)
        for product, lot, units in ((drops, "K1", 300), (depot, "H1", 20), (pills, "R1", 120))
    ]
    come = partial(receiving.receive_delivery, delivery_id=delivery_id, partner_id=donor, document_text="D-1")
    do(partial(come, lines=lines, received_on=earlier, donation_id=donation_id))
    lots = {row[1]: row[0] for row in ask(lambda asker: asker.plain("SELECT id, lot_number FROM stock_lot"))}
    on_paper = dispensing.PaperLine(new_id(), drops, 30, 30)
    serve = partial(
        dispensing.dispense_from_paper, patient_id=patient_id, folio=FOLIO, prescriber_text="Dra. Mazariegos"
    )
    do(partial(serve, lines=[on_paper], handed_on=earlier, receiver=Receiver(name), witness="Rosa Ixcoy"))
    page = ask(partial(books.page, presentation_id=drops))
    movements = [line.line.movement_id for line in page.lines]
    page_id, site_id = new_id(), ask(lambda asker: asker.site_id)
    # As another day closed it: this month is not over.
    closed_page = RegisterPage(
        id=page_id, site_id=site_id, presentation_id=drops, page=1, month=f"{earlier:%Y-%m}", opening_units=0,
        closing_units=270, movements=movements, closed_on=earlier, closed_by_name="Ana", witness_name="Rosa Ixcoy",
    )  # fmt: skip
    do(lambda work: work.add(closed_page).id)
    injected = _prescribe(do, patient_id, depot, read_course("1 c/28d", 84), 84)
    administration_id = new_id()
    inject = partial(administering.give_injection, administration_id=administration_id, request_id=injected)
    do(partial(inject, given_on=today, where_text=words))
    _prescribe(do, patient_id, due, read_course("1 c/28d", 84), 84)
    _prescribe(do, patient_id, drops, read_dose("1-0-0"), 30)
    vouchered = _prescribe(do, patient_id, pills, read_dose("1-0-0"), 90)
    do(partial(make_agreement, partner_id=pharmacy, prices={pills: (12_000, 30)}))
    voucher_id, statement_id = new_id(), new_id()
    send = partial(vouchers.issue_vouchers, patient_id=patient_id, partner_id=pharmacy, despite_stock=True)
    for one in (voucher_id, new_id()):
        do(partial(send, wanted=[vouchers.NewVoucher(one, vouchered, 30)], accept_early=True))
    filled = vouchers.GivenAnswer(new_id(), voucher_id, 30, today, "R1", date(2028, 6, 30))
    do(partial(vouchers.answer_voucher, given=filled))
    folio = ask(partial(sent.voucher, voucher_id=voucher_id)).folio
    billed = (Billed(new_id(), folio, Money(Decimal(120), "GTQ"), ""),)
    month_closed = statements.ClosedStatement(statement_id, pharmacy, ids["month"], "GTQ", billed, "F-1")
    do(partial(statements.close_statement, closed=month_closed))
    recall_id, count_id, order_id = new_id(), new_id(), new_id()
    call = partial(recalls.call_back, recall_id=recall_id, presentation_id=pills, lot_number="R1")
    do(partial(call, reason="aviso", source_text="MSPAS"))
    tell = partial(recalls.note_told, event_id=new_id(), recall_id=recall_id, patient_id=patient_id)
    do(partial(tell, step=RecallStep.TOLD, note=words))
    counted = [counting.CountedLot(new_id(), lots["K1"], 269, "faltó una")]
    do(lambda work: counting.close_count(work, _count(work, count_id, counted)))
    transfer_id, disposal_id = new_id(), new_id()
    do(partial(transfers.send, transfer_id=transfer_id, lines=[Leaving(new_id(), lots["H1"], 2)], to_partner_id=post))
    act = disposals.NewAct(disposal_id, today, "Rosa Ixcoy", "aquí", "quemado", "retirado")
    do(partial(disposals.dispose, act=act, lines=[Leaving(new_id(), lots["R1"], 5)]))
    plan = ask(plans.plan)
    asked = [ordering.AskedLine(pills, 60, None, "lo que falta")]
    do(partial(ordering.place_order, order_id=order_id, partner_id=pharmacy, lines=asked, plan=plan))
    (agreement, *_) = ask(lambda asker: asker.plain("SELECT id FROM agreement"))
    medicines = ask(lambda asker: [row[0] for row in asker.plain("SELECT id FROM medicine")])
    return ids | {
        "donation_id": donation_id, "delivery_id": delivery_id, "page_id": page_id, "movement_id": movements[-1],
        "administration_id": administration_id, "voucher_id": voucher_id, "statement_id": statement_id,
        "recall_id": recall_id, "count_id": count_id, "order_id": order_id, "transfer_id": transfer_id,
        "disposal_id": disposal_id, "agreement_id": agreement[0], "medicine_id": tuple(medicines),
        "presentation_id": (depot, drops, pills), "partner_id": (donor, pharmacy), "lot_id": tuple(lots.values()),
        "dispense_id": on_paper.dispense_id, "request_id": (injected, vouchered), "folio": (FOLIO, folio),
        "asked": [injected, vouchered],
    }  # fmt: skip


def _product(do: Any, name: str, form: Form, strength: str, unit: Unit, route: Route | None) -> str:
    return do(
        partial(
            formulary.add_presentation,
            new=formulary.NewPresentation(name, form, strength, unit, 1 if route else 30, route),
        )
    )


def _prescribe(do: Any, patient_id: str, product: str, dose: Any, days: int) -> str:
    line = prescribing.PrescriptionLine(new_id(), product, None, dose, days)
    do(partial(prescribing.prescribe, patient_id=patient_id, lines=[line], note_id=new_id()))
    return line.request_id


def _count(work: Work, count_id: str, lots: list[counting.CountedLot]) -> counting.ClosedCount:
    return counting.ClosedCount(count_id, work.now, lots, second_name="Rosa Ixcoy")
