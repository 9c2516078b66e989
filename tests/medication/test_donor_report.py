"""A donor is told what became of a gift, to the unit, and of people only numbers in groups."""

from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from clinic_desktop.app import wiring
from clinic_desktop.features.medication.letters.donor_report import donor_paper
from clinic_desktop.features.medication.queries.donor_report import donor_report
from clinic_desktop.features.medication.rules.gifts import Fate, GiftLine, say_tenths, share_out
from clinic_desktop.features.medication.rules.kinds import Gift, MovementKind, PartnerKind
from clinic_desktop.features.medication.service import correcting, donations, partners
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import consents, registering, restricting
from clinic_desktop.kernel.ids import PatientId, new_id
from tests.medication.counter import Counter
from tests.printing.reading import texts

LEAVES = (MovementKind.DISPENSE, MovementKind.LOSS, MovementKind.EXPIRY, MovementKind.TRANSFER_OUT)
COMES = (MovementKind.RECEIPT, MovementKind.RETURN, MovementKind.TRANSFER_IN)
BOTH = (MovementKind.COUNT, MovementKind.LATE, MovementKind.MIRROR)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(LEAVES), st.integers(-500, -1)),
        st.tuples(st.sampled_from(COMES), st.integers(1, 500)),
        st.tuples(st.sampled_from(BOTH), st.integers(-500, 500)),
    )
)


@whatever(MOVES)
def test_the_columns_make_up_what_stands_on_the_shelf(moves: list[tuple[MovementKind, int]]) -> None:
    fate = Fate()
    for kind, units in moves:
        fate.add(kind, units)
    assert fate.left == sum(units for _, units in moves)


@whatever(
    st.fractions(min_value=0, max_value=400),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 90)), min_size=1),
)
def test_the_days_of_a_handing_out_are_shared_over_its_lots_and_none_is_lost(days: Fraction, lots: Any) -> None:
    together: dict[str, int] = {}
    for lot, units in lots:
        together[lot] = together.get(lot, 0) + units
    assert sum(share_out(days, together.items()).values()) == days


@pytest.mark.parametrize(
    ("value", "said"),
    [(Fraction(0), "0.0"), (Fraction(1, 20), "0.1"), (Fraction(12345, 10), "1,234.5"), (Fraction(29, 30), "1.0")],
)
def test_tenths_are_rounded_half_up(value: Fraction, said: str) -> None:
    assert say_tenths(value) == said


def test_months_left_are_those_at_the_pace_since_it_came() -> None:
    def after(days: int, **fate: int) -> Fraction | None:
        return GiftLine("p", "fluoxetina", "20 mg", None, Fate(received=400, **fate), Fraction(0), days).months_left

    assert after(60, used=240) == Fraction(4, 3)
    assert after(60, used=300, expired=120) == 0, "what is below nothing lasts no time"
    assert after(60) is None, "none of it was handed out"
    assert after(29, used=240) is None, "in the first month nobody can tell a pace"


def people(counter: Counter, many: int, sex: Sex = Sex.FEMALE) -> None:
    for _number in range(many):
        who = PatientId(new_id())
        details = Details(given_names="Ana", family_name=f"Tzoc {new_id()[-6:]}", sex=sex)
        counter.do(partial(registering.register, patient_id=who, details=details))
        agreed = [Said(ConsentPurpose.DONOR_COUNTS, yes=True)]
        talk = Talk(decided_on=date(2026, 11, 23), way=ConsentWay.SIGNATURE)
        counter.do(partial(consents.record_answers, act_id=new_id(), patient_id=who, answers=agreed, talk=talk))
        counter.patient = who
        counter.give(counter.prescribe(days=30), 30)


def test_from_the_gift_to_the_people_in_groups(counter: Counter) -> None:
    wiring.fill()
    counter.receive(400, "A1")
    people(counter, 6)
    people(counter, 2, Sex.MALE)
    first = next(m for m in counter.movements() if m.kind is MovementKind.DISPENSE)
    counter.do(
        partial(
            correcting.take_back,
            return_id=new_id(),
            dispense_id=str(first.dispense_id),
            units=15,
            reason="dejó",
            fit=False,
        )
    )
    found = counter.ask(partial(donor_report, partner_id=counter.pharmacy))
    (line,) = found.lines
    fate = line.fate
    assert (fate.received, fate.used, fate.lost, fate.left) == (400, 8 * 30 - 15, 15, 160)
    assert line.person_days == 8 * 30 - 15 and say_tenths(found.person_months) == "7.5"
    assert found.people.total == 5
    assert found.people.groups == () and found.people.others == 5, (
        "two of one sex would be told by the six of the other"
    )
    counter.ask(partial(donor_report, partner_id=counter.pharmacy, until=date(2020, 1, 1)))
    page = " ".join(texts(counter.ask(partial(donor_paper, partner_id=counter.pharmacy)).pdf()))
    assert "Tzoc" not in page and "400" in page and "7.5" in page and "5–9" in page


def test_a_reserved_person_is_in_no_number_whoever_asks_and_a_gift_is_of_one_donor(counter: Counter) -> None:
    donation_id, donor = new_id(), counter.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    gift = donations.NewGift(donor, Gift.MEDICINE, date(2026, 11, 20))
    counter.do(partial(donations.add_donation, donation_id=donation_id, gift=gift))
    line = DeliveryLine(counter.fluoxetine, "A1", date(2027, 6, 30), 400)
    counter.receive_lines(line, partner_id=donor, donation_id=donation_id)
    people(counter, 5)
    assert counter.ask(partial(donor_report, partner_id=counter.pharmacy)).lines == ()
    assert counter.ask(partial(donor_report, partner_id=donor)).people.total == 5
    counter.do(partial(restricting.restrict, patient_id=counter.patient, reason="lo pide"))
    found = counter.ask(partial(donor_report, partner_id=donor))
    assert found.people.total is None and found.left_out and found.lines[0].fate.used == 150


def test_who_did_not_agree_is_not_counted_and_a_mistake_reached_nobody(counter: Counter) -> None:
    counter.receive(400, "A1")
    counter.give(counter.prescribe(), 30)
    found = counter.ask(partial(donor_report, partner_id=counter.pharmacy))
    assert found.people.total == 0 and found.left_out
    wrong = next(m.movement_id for m in counter.movements() if m.kind is MovementKind.DISPENSE)
    counter.do(partial(correcting.counter_movement, movement_id=wrong, reason="otra"))
    found = counter.ask(partial(donor_report, partner_id=counter.pharmacy))
    assert (found.lines[0].fate.used, found.lines[0].person_days, found.left_out) == (0, 0, False)


def test_nothing_was_given_yet(counter: Counter) -> None:
    found = counter.ask(partial(donor_report, partner_id=counter.pharmacy))
    assert found.lines == () and found.people.total == 0
    assert counter.ask(partial(donor_paper, partner_id=counter.pharmacy)).pdf().startswith(b"%PDF")
