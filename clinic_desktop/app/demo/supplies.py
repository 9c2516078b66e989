"""What a demonstration clinic does behind the counter: agreements, a gift, vouchers, counts, orders, the book's pages.

Draws from a luck of its own, so that the stories of the people stay those they were.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from clinic_desktop.app.demo.team import Team
from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import counts, ordering, shelf, statements
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries import vouchers as known
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.rules.kinds import Gift, MayReceive, PartnerKind
from clinic_desktop.features.medication.rules.money import Money
from clinic_desktop.features.medication.rules.statements import Billed
from clinic_desktop.features.medication.service import (
    agreements,
    book,
    counting,
    dispensing,
    donations,
    partners,
    recalls,
    vouchers,
)
from clinic_desktop.features.medication.service import (
    ordering as orders,
)
from clinic_desktop.features.medication.service import statements as paying
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.work import Work

CURRENCY = "GTQ"
DONOR, PHARMACY, OTHER = "Donación demostración", "Farmacia aliada demostración", "Radio comunitaria demostración"
_FILLED, _PART = 0.7, 0.85
BY_HOSPITAL = "N03AE01"
"""A controlled medicine that a hospital prescribes on paper and this shelf hands out."""
HOSPITAL = "Hospital regional demostración"
_COUNT_EVERY = 3
"""Months between two counts of the whole shelf."""


class Supplies:
    """The partners of one clinic and its months behind the counter."""

    def __init__(self, rng: Random, team: Team) -> None:
        self._rng, self._team = rng, team
        self.donor = self.pharmacy = ""
        self.gift: str | None = None
        self._month = ""
        self._months = self._papers = 0

    def agree(self, work: Work, presentation_ids: list[str]) -> None:
        """Once: who gives, who hands out in our place and at which price, and who only helps to be heard."""
        work.actor = self._team.coordinator
        self.donor, self.pharmacy = _new(work), _new(work)
        cards = (
            (
                self.donor,
                partners.PartnerCard(
                    PartnerKind.DONOR, DONOR, gives=(Gift.MEDICINE, Gift.MONEY), may_receive=(MayReceive.NUMBERS,)
                ),
            ),
            (self.pharmacy, partners.PartnerCard(PartnerKind.PHARMACY, PHARMACY, may_receive=(MayReceive.VOUCHERS,))),
            (_new(work), partners.PartnerCard(PartnerKind.RADIO, OTHER)),
        )
        for partner_id, card in cards:
            partners.keep_partner(work, partner_id, card)
        terms = agreements.AgreementTerms(
            "Convenio de vales", CURRENCY, work.today, work.today + timedelta(days=800), "CONV-1",
            Money(Decimal(6_000), CURRENCY), "Se paga con la mitad del vale firmada.",
        )  # fmt: skip
        items = [
            agreements.ItemTerms(_new(work), one, price=Money(Decimal(self._rng.randrange(50, 600)) / 100, CURRENCY))
            for one in presentation_ids
        ]
        agreements.keep_agreement(work, _new(work), self.pharmacy, terms, items)
        self.gift = _new(work)
        given = donations.NewGift(
            self.donor, Gift.MEDICINE, work.today, "D-0001", Money(Decimal(48_000), CURRENCY), least_days=180
        )
        donations.add_donation(work, self.gift, given)

    def remember(self, work: Work) -> None:
        """The partners of a clinic whose past was written before."""
        for row in directory.partners(work):
            if row.name == DONOR:
                self.donor = row.partner_id
            elif row.name == PHARMACY:
                self.pharmacy = row.partner_id

    def call_back(self, work: Work, presentation_id: str) -> None:
        """A letter of the health service came: a lot that was used up here, and people to tell."""
        work.actor = self._team.pharmacy
        gone = [row.lot for row in shelf.lots(work, presentation_id) if row.lot.units == 0 and row.lot.lot_number]
        if gone:
            recalls.call_back(
                work, _new(work), presentation_id, gone[0].lot_number, "Cápsulas que se deshacen",
                "Aviso demostración 3-2026",
            )  # fmt: skip

    def send_to_pharmacy(self, work: Work, patient_id: str, request_id: str) -> int:
        """The shelf has not enough: a voucher for the rest. Returns how many were written."""
        work.actor = self._team.pharmacy
        lacking = [one for one in known.lacking_of(work, patient_id) if one.item.line.request_id == request_id]
        wanted = [vouchers.NewVoucher(_new(work), request_id, one.units) for one in lacking if one.units > 0]
        if not wanted:
            return 0
        vouchers.issue_vouchers(
            work, patient_id, self.pharmacy, wanted, beyond_limit=True, beyond_units=True, accept_early=True,
            despite_stock=True, controlled=True,
        )  # fmt: skip
        return len(wanted)

    def live(self, work: Work, people: Sequence[PatientId]) -> None:
        """What is due on this day; each month has its own work."""
        self._hear_from_pharmacy(work)
        self._serve_paper(work, people)
        month = f"{work.today:%Y-%m}"
        if month == self._month:
            return
        before, self._month = self._month, month
        self._months += 1
        if self._months % _COUNT_EVERY == 0:
            self._count(work)
        if before:
            self._close_pages(work)
            self._pay(work, before)
        if self._months % 2 == 0:
            self._order(work)

    def _hear_from_pharmacy(self, work: Work) -> None:
        """Most are handed out some days later, some in part, a few not at all; others nobody brings."""
        work.actor = self._team.pharmacy
        for row in known.open_vouchers(work):
            if work.today < row.issued_on + timedelta(days=4) or self._rng.random() < 0.2:
                continue
            drawn = self._rng.random()
            units = row.units if drawn < _FILLED else row.units // 2 if drawn < _PART else 0
            lot = f"V{self._rng.randrange(1000, 9999)}" if units else None
            expires = _end_of_month(work.today + timedelta(days=420)) if units else None
            day = row.issued_on + timedelta(days=self._rng.randrange(1, 4))
            vouchers.answer_voucher(
                work, vouchers.GivenAnswer(_new(work), row.voucher_id, units, day, lot, expires), confirmed_late=True
            )

    def _serve_paper(self, work: Work, people: Sequence[PatientId]) -> None:
        """Now and then somebody brings a paper of the hospital."""
        if not people or self._rng.random() > 0.3:
            return
        product = next(
            (one for one in shelf.find_presentation(work, "clonazepam") if one.atc_code == BY_HOSPITAL), None
        )
        if product is None or product.usable < 15:
            return
        work.actor = self._team.pharmacy
        self._papers += 1
        receiver = Receiver(witness_name=self._team.nurse.name)
        dispensing.dispense_from_paper(
            work, self._rng.choice(people), f"HR-{self._papers:04}", HOSPITAL,
            [dispensing.PaperLine(_new(work), product.presentation_id, 15, 30)], receiver=receiver, accept_early=True,
            accept_short=True,
        )  # fmt: skip

    def _count(self, work: Work) -> None:
        """The whole shelf before two people; now and then a tablet or two is missing."""
        work.actor = self._team.pharmacy
        lots = counts.to_count(work)
        should = counts.expected(work, [lot.lot_id for lot in lots], work.now)
        told: list[counting.CountedLot] = []
        for lot in lots:
            there = max(should[lot.lot_id], 0)
            missing = self._rng.randrange(1, 4) if there > 20 and self._rng.random() < 0.12 else 0
            why = "Faltaban al contar" if missing or there != should[lot.lot_id] else None
            told.append(counting.CountedLot(_new(work), lot.lot_id, there - missing, why))
        if told:
            nurse = self._team.nurse
            counting.close_count(
                work, counting.ClosedCount(_new(work), work.now, told, second_id=nurse.staff_id, second_name=nurse.name)
            )

    def _close_pages(self, work: Work) -> None:
        """The pages of the months that are over, before a witness; what a line lacks is written beside it first."""
        work.actor = self._team.pharmacy
        for row in books.books(work):
            product_id = row.product.presentation_id
            while (shown := books.page(work, product_id)) is not None and shown.page.month < self._month:
                for line in shown.lacking:
                    book.complete_line(
                        work, _new(work), line.line.movement_id, prescriber="En la receta", receiver="La persona",
                        witness=self._team.nurse.name,
                    )  # fmt: skip
                lines = [line.movement_id for line in shown.page.lines]
                book.close_page(work, _new(work), product_id, lines, self._team.nurse.name)

    def _pay(self, work: Work, month: str) -> None:
        """The pharmacy's invoice of the month before: what it handed out, at the agreed price."""
        work.actor = self._team.coordinator
        lines = tuple(
            Billed(_new(work), row.folio, row.due)
            for row in statements.unpaid(work, self.pharmacy)
            if row.due is not None
        )
        if lines:
            closed = paying.ClosedStatement(_new(work), self.pharmacy, month, CURRENCY, lines, f"FAC-{self._months}")
            paying.close_statement(work, closed)

    def _order(self, work: Work) -> None:
        """What the program proposes, asked of the donor; one of the last stays open."""
        work.actor = self._team.coordinator
        for waiting in ordering.open_orders(work):
            orders.end_order(work, _new(work), waiting.order_id, "Llegó con otra entrega")
        wanted = [
            orders.AskedLine(line.presentation_id, line.proposal.units, line.proposal)
            for line in ordering.proposals(work)
            if line.proposal.units
        ]
        if wanted:
            orders.place_order(work, _new(work), self.donor, wanted, ordering.plan(work))


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _new(work: Work) -> str:
    return new_id(unix_ms(work.now))
