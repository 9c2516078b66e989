"""A month behind the counter: a gift, a shelf that runs empty, vouchers, a count, an order, the book and the reports.

The program is closed and opened again each morning, and each morning the shelf is proved.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.medication.letters.donor_report import donor_paper
from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import counts, donations, handing, ordering, proof, shelf, statements
from clinic_desktop.features.medication.queries import movements as moves
from clinic_desktop.features.medication.queries import vouchers as vouchers_known
from clinic_desktop.features.medication.queries.donor_report import donor_report
from clinic_desktop.features.medication.rules.controlled import ControlTyped
from clinic_desktop.features.medication.rules.gifts import say_tenths
from clinic_desktop.features.medication.rules.kinds import (
    Form,
    Gift,
    MayReceive,
    MovementKind,
    PartnerKind,
    Route,
    Unit,
)
from clinic_desktop.features.medication.rules.money import Money
from clinic_desktop.features.medication.rules.statements import Billed
from clinic_desktop.features.medication.service import (
    agreements,
    book,
    counting,
    dispensing,
    formulary,
    partners,
    receiving,
    vouchers,
)
from clinic_desktop.features.medication.service import donations as gifts
from clinic_desktop.features.medication.service import ordering as orders
from clinic_desktop.features.medication.service import statements as paying
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.medication.counter import Counter
from tests.printing.reading import texts

pytestmark = pytest.mark.whole
Do = Callable[..., Any]


class Month:
    """The same clinic day after day: each morning the data are opened anew and every balance is proved."""

    def __init__(self, folder: Path, opened: Opened, clock: StillClock, actor: Actor) -> None:
        self._folder, self._opened, self.clock, self.actor = folder, opened, clock, actor
        self.vault: Vault | None = None

    def morning(self, day: int, hour: int = 14) -> None:
        self.close()
        self.clock.set(datetime(2026, 11, day, hour, tzinfo=UTC))
        self.vault = open_vault(self._folder, self._opened, self.clock)
        assert self.ask(proof.check_sums) == ()

    def later(self, minutes: int = 1) -> None:
        self.clock.set(self.clock.now() + timedelta(minutes=minutes))

    def close(self) -> None:
        if self.vault is not None:
            self.vault.close()
            self.vault = None

    def do(self, use_case: Do, **values: Any) -> Any:
        assert self.vault is not None
        self.later()
        return self.vault.do(partial(use_case, **values), self.actor)

    def ask(self, query: Do, **values: Any) -> Any:
        assert self.vault is not None
        return self.vault.ask(partial(query, **values), self.actor)

    def person(self, given: str) -> PatientId:
        who = PatientId(new_id())
        self.do(registering.register, patient_id=who, details=Details(given_names=given, family_name="Tzoc"))
        return who


@pytest.fixture
def month(vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, actor: Actor) -> Iterator[Month]:
    wiring.fill()
    lived = Month(vault_folder, made_vault[1], clock, actor)
    yield lived
    lived.close()


def test_a_month_with_a_gift_an_empty_shelf_a_count_and_an_order(month: Month) -> None:
    # Monday, the second: partners, what was agreed, and a gift with its lots.
    month.morning(2)
    donor = month.do(partners.add_partner, kind=PartnerKind.DONOR, name="Donante de prueba")
    pharmacy = new_id()
    card = partners.PartnerCard(PartnerKind.PHARMACY, "Farmacia de prueba", may_receive=(MayReceive.VOUCHERS,))
    month.do(partners.keep_partner, partner_id=pharmacy, card=card)
    product = formulary.NewPresentation("fluoxetina", Form.CAPSULE, "20 mg", Unit.CAPSULE, 20, Route.ORAL, "N06AB03")
    fluoxetine = month.do(formulary.add_presentation, new=product)
    product = formulary.NewPresentation("clonazepam", Form.TABLET, "2 mg", Unit.TABLET, 30, Route.ORAL, "N03AE01")
    clonazepam = month.do(formulary.add_presentation, new=product)
    month.do(
        formulary.add_listing, listing_id=new_id(), presentation_id=clonazepam, country="GT", class_code="III",
        source="químico de la farmacia aliada, 2-nov-2026",
    )  # fmt: skip
    rule = ControlTyped("GT", "III", "Psicotrópicos", "químico de la farmacia aliada, 2-nov-2026", in_register=True)
    month.do(book.keep_rule, rule_id=new_id(), typed=rule)
    terms = agreements.AgreementTerms("Convenio 2026", "GTQ", date(2026, 1, 1), date(2026, 12, 31))
    item = agreements.ItemTerms(new_id(), fluoxetine, price=Money(Decimal("1.50"), "GTQ"), price_units=1)
    month.do(agreements.keep_agreement, agreement_id=new_id(), partner_id=pharmacy, terms=terms, items=[item])
    gift = new_id()
    given = gifts.NewGift(donor, Gift.MEDICINE, date(2026, 11, 2), "ACTA 15", Money(Decimal("900"), "GTQ"))
    month.do(gifts.add_donation, donation_id=gift, gift=given)
    lines = [
        receiving.DeliveryLine(fluoxetine, "A1", date(2027, 6, 30), 60),
        receiving.DeliveryLine(clonazepam, "C1", date(2027, 3, 31), 60),
    ]
    month.do(
        receiving.receive_delivery, delivery_id=new_id(), partner_id=donor, document_text="ACTA 15", lines=lines,
        donation_id=gift,
    )  # fmt: skip

    # Tuesday: two people take a month each, and the shelf is empty.
    month.morning(3)
    counter = Counter(month_do(month), month_ask(month), pharmacy, fluoxetine, month.person("Ana"))
    for name in ("Ana", "Berta"):
        counter.patient = month.person(name)
        counter.give(counter.prescribe(days=30), 30)
    assert shelf_said(month, fluoxetine) == (0, 0)

    # The third gets a voucher, and the pharmacy has only a part.
    counter.patient = carla = month.person("Carla")
    asked = counter.prescribe(days=30)
    wanted = [vouchers.NewVoucher(new_id(), asked, 30)]
    (voucher_id,) = [one.voucher_id for one in wanted]
    month.do(vouchers.issue_vouchers, patient_id=carla, partner_id=pharmacy, wanted=wanted)
    assert month.ask(handing.request_line, request_id=asked).owed == 0, "what a voucher promises is not owed twice"
    month.morning(5)
    answer = vouchers.GivenAnswer(new_id(), voucher_id, 20, date(2026, 11, 5), "F77", date(2027, 9, 30))
    month.do(vouchers.answer_voucher, given=answer)
    assert month.ask(handing.request_line, request_id=asked).owed == 10

    # Clonazepam leaves on a signed prescription; a paper one of the tenth is typed only a week later.
    month.morning(10)
    counter.patient = month.person("Dora")
    counter.give(counter.prescribe("0-0-0-½", 20, product=clonazepam), 10)

    # Monday, the sixteenth: the shelf is counted before two people.
    month.morning(16)
    sheet = {lot.lot_number: lot for lot in month.ask(counts.to_count)}
    assert not hasattr(sheet["C1"], "units"), "a blind sheet knows no quantities"
    printed_at = month.clock.now()
    month.later(30)
    counted = [
        counting.CountedLot(new_id(), sheet["C1"].lot_id, 39, "once hay, una caja abierta"),
        counting.CountedLot(new_id(), sheet["A1"].lot_id, 0),
    ]
    closed = counting.ClosedCount(new_id(), printed_at, counted, second_name="Rosa Batz")
    month.do(counting.close_count, count=closed)
    assert balance(month, clonazepam) == 39

    # What was handed out on the tenth from paper is typed now: the counted balance stays, and says why.
    month.morning(18)
    paper = [dispensing.PaperLine(new_id(), clonazepam, 10, 20)]
    month.do(
        dispensing.dispense_from_paper, patient_id=month.person("Elsa"), folio="P-77", prescriber_text="Dra. Pop",
        lines=paper, handed_on=date(2026, 11, 10),
    )  # fmt: skip
    assert balance(month, clonazepam) == 39
    ids = month.ask(moves.movement_ids, presentation_id=clonazepam)
    late = [row for row in month.ask(moves.movements, ids=ids) if row.kind is MovementKind.LATE]
    assert [row.units for row in late] == [10]

    # Monday, the twenty-third: an order, from what was really used while there was any.
    month.morning(23)
    proposed = {line.presentation_id: line for line in month.ask(ordering.proposals)}
    assert fluoxetine in proposed
    plan = month.ask(ordering.plan)
    order_id = new_id()
    wanted_lines = [orders.AskedLine(fluoxetine, 200, proposed[fluoxetine].proposal, "vienen más personas")]
    month.do(orders.place_order, order_id=order_id, partner_id=donor, lines=wanted_lines, plan=plan)
    assert month.ask(ordering.on_order) == {fluoxetine: 200}

    # It arrives, and what Carla was still owed leaves.
    month.morning(26)
    lines = [receiving.DeliveryLine(fluoxetine, "A2", date(2027, 8, 31), 200)]
    month.do(
        receiving.receive_delivery, delivery_id=new_id(), partner_id=donor, document_text="ENV 3", lines=lines,
        order_id=order_id,
    )  # fmt: skip
    assert month.ask(ordering.on_order) == {}
    counter.patient = carla
    counter.give(asked, 10, accept_early=True)
    assert month.ask(handing.request_line, request_id=asked).owed == 0

    # The end of the month: the pharmacy's invoice, the book before a witness, and what the donor is told.
    month.morning(30)
    folio = month.ask(vouchers_known.voucher, voucher_id=voucher_id).folio
    billed = Billed(new_id(), folio.lower(), Money(Decimal("30.00"), "GTQ"))
    statement_id = new_id()
    statement = paying.ClosedStatement(statement_id, pharmacy, "2026-11", "GTQ", (billed,), "FAC 12")
    month.do(paying.close_statement, closed=statement)
    paid = month.ask(statements.statement, statement_id=statement_id)
    assert paid.billed == paid.agreed == Money(Decimal("30.00"), "GTQ"), "20 capsules at 1.50"
    assert month.ask(statements.unpaid, partner_id=pharmacy) == ()
    report = month.ask(donor_report, partner_id=donor)
    fates = {line.medicine: line.fate for line in report.lines}
    assert (fates["fluoxetina"].received, fates["fluoxetina"].used, fates["fluoxetina"].left) == (260, 70, 190)
    told = fates["clonazepam"]
    assert (told.received, told.used, told.counted, told.left) == (60, 20, -1, 39), (
        "counted eleven less, ten known since"
    )
    assert say_tenths(report.person_months) == "3.7", "70 days of capsules, and two times twenty days of half a tablet"
    assert "ACTA 15" in " ".join(texts(month.ask(donor_paper, partner_id=donor).pdf()))
    assert [gift.donation_id for gift in month.ask(donations.donations)] == [gift]

    month.clock.set(datetime(2026, 12, 1, 14, tzinfo=UTC))
    page = month.ask(books.page, presentation_id=clonazepam)
    assert page is not None and page.page.month == "2026-11"
    complete(month, clonazepam)
    lines_shown = [line.movement_id for line in month.ask(books.page, presentation_id=clonazepam).page.lines]
    page_id = new_id()
    number = month.do(
        book.close_page, page_id=page_id, presentation_id=clonazepam, lines=lines_shown, witness_name="Rosa Batz"
    )
    kept = month.ask(books.page, presentation_id=clonazepam, page_id=page_id)
    assert number == 1 and kept.page.closing == balance(month, clonazepam) == 39
    assert month.ask(proof.check_sums) == ()


def month_do(month: Month) -> Any:
    return lambda use_case: month.do(use_case)


def month_ask(month: Month) -> Any:
    return lambda query: month.ask(query)


def balance(month: Month, product: str) -> int:
    return month.ask(shelf.balance, presentation_id=product).units


def shelf_said(month: Month, product: str) -> tuple[int, int]:
    found = month.ask(shelf.balance, presentation_id=product)
    return found.units, found.usable


def complete(month: Month, product: str) -> None:
    """What a line of the book lacks is written beside it."""
    shown = month.ask(books.page, presentation_id=product)
    for line in shown.lacking:
        month.do(
            book.complete_line, note_id=new_id(), movement_id=line.line.movement_id, prescriber="Dra. Pop",
            receiver="la persona", witness="Rosa Batz",
        )  # fmt: skip
