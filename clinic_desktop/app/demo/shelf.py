"""How medicines come to a demonstration clinic: a donor first, then a partner pharmacy; some of it short-dated."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from clinic_desktop.app.demo.illness import COURSES
from clinic_desktop.app.demo.supplies import BY_HOSPITAL, Supplies
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.rules.courses import constant, units_of
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import MovementKind, Unit
from clinic_desktop.features.medication.service import correcting, formulary, receiving
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work

EVERY_DAYS = 42
SHORT_DATED = ("N05AX12", "N04AA02")
"""Given by the donor with little time left and hardly used: they expire on the shelf."""
COMES_SHORT = ("N05AX08", "N06AB10")
"""A fifth of what is needed: their shelf runs empty, and people are sent to the pharmacy with a voucher."""
_DAYS = 120
"""For how long a delivery should last."""


class Shelf:
    """The stock of one clinic while its history is made."""

    def __init__(self, rng: Random, first_day: date) -> None:
        self._rng = rng
        self._next = first_day
        self._count = 0
        self.products: dict[tuple[str, str], shelf.Product] = {}

    def find(self, atc: str, strength: str) -> shelf.Product:
        return self.products[atc, strength]

    def take_names(self, work: Work) -> None:
        """Put the demonstrated formulary in; repeatable."""
        formulary.take_formulary(work, demonstration=True)
        for row in read_catalog("demo_presentations"):
            found = shelf.find_presentation(work, f"{row['medicine']} {row['strength']}")
            if found:
                self.products.setdefault((row["atc"], row["strength"]), found[0])

    def receive(self, work: Work, people: int, supplies: Supplies) -> int:
        """A delivery if one is due; returns how many."""
        if work.today < self._next:
            return 0
        first = self._count == 0
        lines = list(self._lines(work, max(people, 10), first))
        self._next = work.today + timedelta(days=EVERY_DAYS)
        self._count += 1
        if not lines:
            return 0
        paper = f"{'D' if first else 'F'}-{self._count:04}"
        delivery_id = new_id(unix_ms(work.now))
        partner_id, gift = (supplies.donor, supplies.gift) if first else (supplies.pharmacy, None)
        receiving.receive_delivery(work, delivery_id, partner_id, paper, lines, accept_short=True, donation_id=gift)
        return 1

    def _lines(self, work: Work, people: int, first: bool) -> Iterator[receiving.DeliveryLine]:
        """What is used is filled up to what its days need; what the donor sends is what the donor has."""
        wanted = _wanted(people)
        for (atc, strength), product in self.products.items():
            most = wanted.get((atc, strength), 0)
            there = shelf.balance(work, product.presentation_id).usable if most else 0
            if atc in COMES_SHORT:
                most //= 5
            if there < most:
                yield self._line(work, product, most - there, self._rng.randrange(150, 700))
            if first and atc == BY_HOSPITAL:
                yield self._line(work, product, 240, 700)
            if first and atc in SHORT_DATED:
                yield self._line(work, product, 60, 75 if atc == SHORT_DATED[0] else 330)

    def _line(self, work: Work, product: shelf.Product, units: int, days: int) -> receiving.DeliveryLine:
        pack = product.pack_units or 1
        day = work.today + timedelta(days=days)
        expires = day.replace(day=monthrange(day.year, day.month)[1])
        number = f"{self._rng.choice('ABCDEFG')}{self._rng.randrange(1000, 9999)}"
        return receiving.DeliveryLine(product.presentation_id, number, expires, -(-units // pack) * pack)

    def clear(self, work: Work) -> int:
        """Take off what expired more than two months ago; what expired since still stands there, as in any clinic."""
        done = 0
        for atc, strength in [key for key in self.products if key[0] in SHORT_DATED]:
            product = self.products[atc, strength]
            for row in shelf.lots(work, product.presentation_id):
                lot = row.lot
                if lot.units > 0 and lot.expires_on < work.today - timedelta(days=60):
                    movement_id = new_id(unix_ms(work.now))
                    correcting.take_off(work, movement_id, lot.lot_id, lot.units, MovementKind.EXPIRY, "Venció")
                    done += 1
        return done


def _wanted(people: int) -> dict[tuple[str, str], int]:
    """Units of each product for the days of a delivery, if everybody were ill as the stories tell."""
    everybody = sum(course.weight for course in COURSES)
    units: dict[tuple[str, str], int] = defaultdict(int)
    for course in COURSES:
        if course.atc:
            takers = max(1, people * course.weight // everybody)
            each = units_of(constant(read_dose(course.dose), _DAYS), Unit.TABLET)
            units[course.atc, course.strength] += takers * each
    return units
