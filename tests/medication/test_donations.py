"""Gifts as their papers say them, their lots told apart, and what is left of each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.letters import delivery as delivery_letters
from clinic_desktop.features.medication.letters import donation as letters
from clinic_desktop.features.medication.letters.donation import ShortLine
from clinic_desktop.features.medication.queries import barcodes, deliveries, donations
from clinic_desktop.features.medication.queries.donations import DonationRow
from clinic_desktop.features.medication.queries.donor_report import months_by_lot
from clinic_desktop.features.medication.records.formulary import ProductBarcode
from clinic_desktop.features.medication.rules.gs1 import CheckDigitWrong
from clinic_desktop.features.medication.rules.kinds import Gift, MayReceive, MovementKind, PartnerKind
from clinic_desktop.features.medication.rules.money import Money
from clinic_desktop.features.medication.rules.refusals import (
    AmountMissing,
    BarcodeOfAnother,
    DamageTooMuch,
    DamageUntold,
    GiftOfOtherKind,
    GiftOfSomebodyElse,
    GoodsMissing,
    NotYet,
    OwnClinic,
    ProgrammeMissing,
    SenderMissing,
    ShortExpiry,
    ThankedBefore,
    TransferReceived,
)
from clinic_desktop.features.medication.screens.donation_sheet import DonationSheet
from clinic_desktop.features.medication.screens.donations import DonationsPage
from clinic_desktop.features.medication.screens.formulary import FormularyPage
from clinic_desktop.features.medication.service import barcodes as learning
from clinic_desktop.features.medication.service import donations as service
from clinic_desktop.features.medication.service import partners
from clinic_desktop.features.medication.service.donations import NewGift
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.errors import NotAllowed, Refused
from clinic_desktop.kernel.ids import SHIPPED, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, ChangedMeanwhile, Work
from clinic_desktop.uikit import dialogs
from tests.medication.counter import JUNE, Counter
from tests.printing.reading import texts

TODAY = date(2026, 11, 23)
GTIN = "07501234567893"
Do = Callable[..., Any]


@pytest.fixture
def donor(counter: Counter) -> str:
    return counter.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Laboratorio Ejemplo"))


def give(counter: Counter, donor: str | None, kind: Gift = Gift.MEDICINE, **more: Any) -> str:
    donation_id = more.pop("donation_id", None) or new_id()
    gift = NewGift(donor, kind, more.pop("given_on", TODAY), more.pop("document_text", "DON-1"), **more)
    return counter.do(partial(service.add_donation, donation_id=donation_id, gift=gift))


def gifts(counter: Counter, **which: Any) -> tuple[DonationRow, ...]:
    return counter.ask(partial(donations.donations, **which))


def line(lot: str = "A1", units: int = 60, expires: date = JUNE, **more: Any) -> Callable[[Counter], DeliveryLine]:
    return lambda counter: DeliveryLine(counter.fluoxetine, lot, expires, units, **more)


def test_the_same_lot_from_two_gifts_is_two_lots_and_more_of_one_gift_is_one(counter: Counter, donor: str) -> None:
    first, second = give(counter, donor), give(counter, donor, document_text="DON-2")
    for gift in (first, second, first):
        counter.receive_lines(line()(counter), partner_id=donor, donation_id=gift)
    counter.receive_lines(line()(counter), partner_id=donor)
    assert {gift: [x.fate.left for x in counter.ask(partial(donations.lots_of, donation_id=gift))]
            for gift in (first, second)} == {first: [120], second: [60]}  # fmt: skip
    assert [(one.document, one.lots, one.units_left) for one in gifts(counter)] == [("DON-2", 1, 60), ("DON-1", 1, 120)]


def test_what_became_of_a_gift_adds_up_lot_by_lot(counter: Counter, donor: str) -> None:
    gift = give(counter, donor)
    damaged = line(units=60, damaged_units=5, damage_text="rotas")(counter)
    counter.receive_lines(damaged, partner_id=donor, donation_id=gift)
    counter.give(counter.prescribe(), 30)
    (lot,) = counter.ask(partial(donations.lots_of, donation_id=gift))
    assert (lot.fate.received, lot.fate.used, lot.fate.lost, lot.fate.left) == (60, 30, 5, 25)
    assert counter.balance().units == 25
    assert counter.ask(partial(months_by_lot, donation_id=gift)) == {lot.lot_id: 1}, "thirty days of one person"


def test_a_gift_must_say_what_its_kind_needs(counter: Counter, donor: str) -> None:
    value = Money(Decimal("1250.50"), "GTQ")
    cases: tuple[tuple[type[Refused], dict[str, Any]], ...] = (
        (AmountMissing, {"kind": Gift.MONEY}),
        (GoodsMissing, {"kind": Gift.GOODS}),
        (ProgrammeMissing, {"for_programme": True}),
        (NotYet, {"given_on": date(2026, 11, 24)}),
    )
    for why, more in cases:
        with pytest.raises(why):
            give(counter, donor, **more)
    assert gifts(counter) == ()
    give(counter, donor, Gift.MONEY, value=value, for_programme=True, programme_text="Grupos", goods_text="nothing")
    (money,) = gifts(counter, kind=Gift.MONEY)
    assert (money.value, money.programme, money.goods) == (value, "Grupos", None)
    assert gifts(counter, words="labor don")[0].partner == "Laboratorio Ejemplo"


def test_a_gift_is_corrected_unless_somebody_changed_it_meanwhile(counter: Counter, donor: str) -> None:
    gift = give(counter, donor)
    seen = NewGift(donor, Gift.MEDICINE, TODAY, "DON-1")
    right = NewGift(donor, Gift.MEDICINE, TODAY, "DON-9", least_days=180)
    change = partial(service.change_donation, donation_id=gift, seen=seen)
    counter.do(partial(change, to=right))
    with pytest.raises(ChangedMeanwhile):
        counter.do(partial(change, to=NewGift(donor, Gift.MEDICINE, TODAY, "DON-8")))
    assert gifts(counter)[0].document == "DON-9"
    with pytest.raises(ThankedBefore):
        counter.do(partial(service.note_thanked, donation_id=gift, day=date(2026, 11, 22)))
    counter.do(partial(service.note_thanked, donation_id=gift))
    assert gifts(counter)[0].thanked_on == TODAY


def test_a_delivery_names_only_a_gift_of_medicine_of_its_own_donor(counter: Counter, donor: str) -> None:
    money = give(counter, donor, Gift.MONEY, value=Money(Decimal(5), "GTQ"))
    with pytest.raises(GiftOfOtherKind):
        counter.receive_lines(line()(counter), partner_id=donor, donation_id=money)
    with pytest.raises(GiftOfSomebodyElse):
        counter.receive_lines(line()(counter), donation_id=give(counter, donor))
    with pytest.raises(SenderMissing):
        counter.receive_lines(line()(counter), partner_id=None)
    assert counter.movements() == ()


def test_what_a_donor_promised_to_last_is_asked_instead_of_the_usual_days(counter: Counter, donor: str) -> None:
    long, short = give(counter, donor, least_days=365), give(counter, donor, least_days=10)
    with pytest.raises(ShortExpiry):
        counter.receive_lines(line()(counter), partner_id=donor, donation_id=long)
    counter.receive_lines(line(expires=date(2026, 12, 31))(counter), partner_id=donor, donation_id=short)
    assert counter.balance().units == 60


def test_damage_needs_words_and_is_never_more_than_came(counter: Counter) -> None:
    too_much: dict[str, Any] = {"damaged_units": 61, "damage_text": "x"}
    for why, more in ((DamageTooMuch, too_much), (DamageUntold, dict[str, Any](damaged_units=1))):
        with pytest.raises(why):
            counter.receive_lines(line(**more)(counter))
    assert counter.movements() == ()


def _add_site(work: Work, site_id: str) -> None:
    work.add(
        Site(id=site_id, code="NEB", name="Nebaj", kind="clinic", zone="America/Guatemala", origin_site_id=site_id)
    )


def test_what_another_clinic_sent_comes_in_as_a_transfer_and_twice_only_when_said(counter: Counter, do: Do) -> None:
    nebaj, transfer = new_id(), new_id()
    do(partial(_add_site, site_id=nebaj))
    sent: dict[str, Any] = {"partner_id": None, "from_site_id": nebaj, "transfer_id": transfer}
    counter.receive_lines(line()(counter), **sent)
    with pytest.raises(TransferReceived) as asked:
        counter.receive_lines(line()(counter), **sent)
    counter.receive_lines(line()(counter), **sent, **asked.value.again)
    assert counter.lots() == {"A1": 120}
    assert {m.kind for m in counter.movements()} == {MovementKind.TRANSFER_IN}
    assert counter.ask(deliveries.deliveries)[0].sender == "Nebaj"
    own = counter.ask(lambda asker: asker.site_id)
    with pytest.raises(OwnClinic):
        counter.receive_lines(line()(counter), partner_id=None, from_site_id=own)


def test_a_barcode_is_learned_once_and_another_meaning_is_asked(counter: Counter) -> None:
    other = counter.product("sertralina", "50 mg")
    barcode_id = new_id()
    learn = partial(learning.learn_barcode, barcode_id=barcode_id, gtin=GTIN[1:])
    for _ in range(2):
        counter.do(partial(learn, presentation_id=counter.fluoxetine))
    with pytest.raises(BarcodeOfAnother) as asked:
        counter.do(partial(learning.learn_barcode, barcode_id=new_id(), gtin=GTIN, presentation_id=other))
    assert "sertralina" in asked.value.sentence() and "fluoxetina" in asked.value.sentence().lower()
    again = partial(learning.learn_barcode, barcode_id=new_id(), gtin=GTIN, presentation_id=other, instead=True)
    counter.do(again)
    assert counter.ask(partial(barcodes.meaning, gtin=GTIN)).presentation_id == other
    with pytest.raises(CheckDigitWrong):
        counter.do(partial(learning.learn_barcode, barcode_id=new_id(), gtin="7501234567890", presentation_id=other))


def _known_elsewhere(work: Work, site_id: str, presentation_id: str) -> None:
    work.add(ProductBarcode(gtin=GTIN, presentation_id=presentation_id, origin_site_id=site_id))


def test_what_another_clinic_learned_waits_for_the_central_whose_word_stands(counter: Counter, do: Do) -> None:
    other, nebaj = counter.product("sertralina", "50 mg"), new_id()
    do(partial(_add_site, site_id=nebaj))
    do(partial(_known_elsewhere, site_id=nebaj, presentation_id=other))
    assert counter.ask(partial(barcodes.meaning, gtin=GTIN)) is None
    learn = partial(learning.learn_barcode, barcode_id=new_id(), gtin=GTIN, presentation_id=other)
    do(learn)
    do(partial(_known_elsewhere, site_id=SHIPPED, presentation_id=counter.fluoxetine))
    assert counter.ask(partial(barcodes.meaning, gtin=GTIN)).presentation_id == counter.fluoxetine


def test_the_central_accepts_what_a_clinic_learned_or_says_that_it_is_not_that(
    counter: Counter, do: Do, vault: Vault, open_screen: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other, nebaj = counter.product("sertralina", "50 mg"), new_id()
    do(partial(_add_site, site_id=nebaj))
    for product in (counter.fluoxetine, other):
        do(partial(_known_elsewhere, site_id=nebaj, presentation_id=product))
    assert counter.ask(barcodes.proposed) == (), "a clinic decides nothing for others"
    monkeypatch.setattr(vault, "_place", replace(vault.place, role="central"))
    page = open_screen(FormularyPage)
    assert page.barcodes.text() == "Barcodes (2)" and page.barcodes.isVisible()
    page.barcodes.click()
    sheet: Any = dialogs.front()
    wrong = next(x for x in counter.ask(barcodes.proposed) if x.presentation_id == counter.fluoxetine)
    sheet.table.choose(wrong.barcode_id)
    sheet.refuse.click()
    assert [one.presentation_id for one in counter.ask(barcodes.proposed)] == [other]
    sheet.accept_one.click()
    assert counter.ask(barcodes.proposed) == ()
    assert counter.ask(partial(barcodes.meaning, gtin=GTIN)).presentation_id == other
    assert not page.barcodes.isVisible()


def test_the_papers_of_a_gift_and_a_delivery_say_what_came(counter: Counter, donor: str) -> None:
    gift = give(counter, donor, value=Money(Decimal("1250.50"), "GTQ"), condition_text="No vender & <b>", least_days=30)
    came = DeliveryLine(counter.fluoxetine, "A1", JUNE, 60, damaged_units=2, damage_text="mojadas </para>")
    delivery_id = counter.receive_lines(came, partner_id=donor, donation_id=gift)
    counter.do(partial(service.note_letter_printed, partner_id=donor, letter="thanks", way="print", copies=1))
    said = " ".join(texts(counter.ask(partial(letters.thank_you, donation_id=gift)).pdf()))
    for words in ("Laboratorio Ejemplo", "DON-1", "Q 1,250.50", "No vender & <b>", "fluoxetina", "A1"):
        assert words.lower() in said.lower()
    said = " ".join(texts(counter.ask(partial(delivery_letters.receipt_list, delivery_id=delivery_id)).pdf()))
    for words in ("Laboratorio Ejemplo", "F-1", "3 boxes × 20 = 60", "2 capsules", "mojadas </para>"):
        assert words in " ".join(said.split())
    short = [ShortLine(counter.fluoxetine, None, date(2026, 12, 31), 60)] * 80
    refused = counter.ask(partial(letters.refusal, partner_id=donor, short_lots=short, least_days=180))
    assert "180 days" in " ".join(texts(refused.pdf()))
    empty = give(counter, donor, Gift.GOODS, goods_text="Sillas " * 400, document_text="")
    assert texts(counter.ask(partial(letters.thank_you, donation_id=empty)).pdf())


def test_gifts_are_for_those_who_receive_or_keep_partners(counter: Counter, donor: str, vault: Vault) -> None:
    counts = Actor(new_id(), "Ana", frozenset({Permission.SEE_STOCK, Permission.DISPENSE}))
    with pytest.raises(NotAllowed):
        vault.ask(donations.donations, counts)
    with pytest.raises(NotAllowed):
        vault.do(partial(service.note_thanked, donation_id=new_id()), counts)


def test_gifts_are_written_corrected_and_thanked_for_on_their_page(
    counter: Counter, donor: str, open_screen: Callable[..., Any], qtbot: Any
) -> None:
    page: DonationsPage = open_screen(DonationsPage)
    page.new.click()
    sheet: Any = dialogs.front()
    qtbot.keyClicks(sheet.donor, "labor")
    sheet.donor.take_best()
    sheet.kind.choose(1)
    sheet.save.click()
    assert sheet.form.fields["value"].is_wrong(), "money needs its amount"
    sheet.value.setText("12.345")
    sheet.save.click()
    assert sheet.form.fields["value"].is_wrong() and not gifts(counter)
    sheet.value.setText("1,250.50")
    sheet.save.click()
    assert [(one.kind, one.value) for one in gifts(counter)] == [(Gift.MONEY, Money(Decimal("1250.50"), "GTQ"))]
    assert page.table.count() == 1
    page.thanked.click()
    assert gifts(counter)[0].thanked_on == TODAY and not page.thanked.isEnabled()
    page.table.opened.emit(page.table.row())
    again: DonationSheet = dialogs.front()  # pyright: ignore[reportAssignmentType]
    again.document.setText("R-55")
    again.save.click()
    assert gifts(counter)[0].document == "R-55"
    page.report.click()
    asked = dialogs.front()
    assert isinstance(asked, dialogs.Question) and not gifts(counter)[0].may_count, "what nobody ticked is asked"
    asked.reject()
    card = partners.PartnerCard(PartnerKind.DONOR, "Laboratorio Ejemplo", may_receive=(MayReceive.NUMBERS,))
    counter.do(partial(partners.keep_partner, partner_id=donor, card=card, seen={"may_receive": None}))
    assert gifts(counter)[0].may_count
