"""The directory of partners, and what was agreed with them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import agreements as agreed
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.rules.kinds import Gift, MayReceive, PartnerKind
from clinic_desktop.features.medication.rules.money import OtherCurrency, from_minor
from clinic_desktop.features.medication.rules.refusals import (
    AgreementOverlaps,
    EmailUnclear,
    EndsBeforeItStarts,
    ItemMissing,
    ItemTwice,
    PartnerThere,
)
from clinic_desktop.features.medication.service import agreements, partners
from clinic_desktop.features.medication.service.agreements import AgreementTerms, ItemTerms
from clinic_desktop.features.medication.service.partners import PartnerCard
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, ChangedMeanwhile
from tests.medication.counter import Counter

CARD = PartnerCard(PartnerKind.PHARMACY, "Farmacia del Lago", phone="7762 1111", place_text="Sololá")
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def _keep(counter: Counter, card: PartnerCard, partner_id: str | None = None, **more: Any) -> str:
    return counter.do(partial(partners.keep_partner, partner_id=partner_id or new_id(), card=card, **more))


def test_nothing_is_understood_of_what_a_partner_may_receive(counter: Counter) -> None:
    partner_id = _keep(counter, CARD)
    row = counter.ask(partial(directory.partner, partner_id=partner_id))
    assert (row.may_receive, row.gives, row.said) == ((), (), "Farmacia del Lago, Sololá")
    told = replace(CARD, may_receive=(MayReceive.STOCK, MayReceive.VOUCHERS), gives=(Gift.MONEY,))
    _keep(counter, told, partner_id)
    row = counter.ask(partial(directory.partner, partner_id=partner_id))
    assert (row.may_receive, row.gives) == ((MayReceive.VOUCHERS, MayReceive.STOCK), (Gift.MONEY,))


def test_somebody_of_the_same_name_or_telephone_is_asked_about_and_a_yes_keeps_both(counter: Counter) -> None:
    first = _keep(counter, CARD)
    for again in (
        replace(CARD, name="FARMACIA DEL LAGO", phone=None),
        PartnerCard(PartnerKind.RADIO, "X", phone="77621111"),
    ):
        with pytest.raises(PartnerThere) as asked:
            _keep(counter, again)
        assert "Farmacia del Lago, Sololá" in asked.value.sentence()
        _keep(counter, again, another=True)
    _keep(counter, replace(CARD, note_text="opens at eight"), first)
    assert len(counter.ask(partial(directory.directory, words="lago"))) == 2


def test_a_partner_is_changed_only_over_what_was_seen_and_is_retired_never_deleted(counter: Counter) -> None:
    partner_id = _keep(counter, CARD)
    _keep(counter, replace(CARD, phone="7762 2222"), partner_id, seen={"phone": "7762 1111"})
    with pytest.raises(ChangedMeanwhile):
        _keep(counter, replace(CARD, phone="7762 3333"), partner_id, seen={"phone": "7762 1111"})
    with pytest.raises(EmailUnclear):
        _keep(counter, replace(CARD, phone="7762 2222", email="lago@"), partner_id)
    counter.do(partial(partners.retire_partner, partner_id=partner_id))
    assert counter.ask(partial(directory.partners, words="lago")) == ()
    assert [row.name for row in counter.ask(partial(directory.directory, retired=True))] == ["Farmacia del Lago"]
    counter.do(partial(partners.bring_back_partner, partner_id=partner_id))
    assert len(counter.ask(partial(directory.partners, words="lago", kinds=[PartnerKind.PHARMACY]))) == 1
    assert counter.ask(partial(directory.partners, words="lago", kinds=[PartnerKind.RADIO])) == ()


def _agree(counter: Counter, terms: AgreementTerms, *items: ItemTerms, **more: Any) -> str:
    agreement_id = more.pop("agreement_id", None) or new_id()
    use_case = partial(agreements.keep_agreement, agreement_id=agreement_id, partner_id=counter.pharmacy, terms=terms)
    return counter.do(partial(use_case, items=items, **more))


TERMS = AgreementTerms("Convenio 2026", "GTQ", MAY, JUNE, monthly_limit=from_minor(150_000, "GTQ"))


def test_a_price_holds_from_the_first_to_the_last_day_of_its_agreement(counter: Counter) -> None:
    item = ItemTerms(new_id(), counter.fluoxetine, price=from_minor(4_500, "GTQ"), price_units=20, monthly_units=200)
    agreement_id = _agree(counter, TERMS, item)
    price_for = partial(agreed.price_for, partner_id=counter.pharmacy, presentation_id=counter.fluoxetine)
    agreement_on = partial(agreed.agreement_on, partner_id=counter.pharmacy)
    for day in (MAY - timedelta(days=1), JUNE + timedelta(days=1)):
        assert counter.ask(partial(price_for, day=day)) is None
        assert counter.ask(partial(agreement_on, day=day)) is None
    for day in (MAY, JUNE):
        price = counter.ask(partial(price_for, day=day))
        assert (price.money, price.price_units, price.monthly_units) == (from_minor(4_500, "GTQ"), 20, 200)
        assert price.of(30) == from_minor(6_750, "GTQ")
        assert counter.ask(partial(agreement_on, day=day)).monthly_limit == from_minor(150_000, "GTQ")
    _agree(counter, TERMS, agreement_id=agreement_id)
    assert counter.ask(partial(price_for, day=MAY)) is None, "an item that was taken out has no price any more"


def test_two_agreements_on_the_same_days_are_asked_and_the_one_that_began_last_holds(counter: Counter) -> None:
    _agree(counter, TERMS)
    later = replace(TERMS, title="Otro", starts_on=JUNE, ends_on=JULY)
    with pytest.raises(AgreementOverlaps) as asked:
        _agree(counter, later)
    second = _agree(counter, later, **asked.value.again)
    found = counter.ask(partial(agreed.agreement_on, partner_id=counter.pharmacy, day=JUNE))
    assert found.agreement_id == second
    _agree(counter, replace(TERMS, title="Después", starts_on=JULY + timedelta(days=1), ends_on=None))
    counter.do(partial(agreements.end_agreement, agreement_id=second))
    assert counter.ask(partial(agreed.agreement_on, partner_id=counter.pharmacy, day=JUNE)).title == "Convenio 2026"


def test_an_agreement_that_cannot_be_is_refused(counter: Counter) -> None:
    def refused(error: type[Exception], terms: AgreementTerms, *items: ItemTerms) -> None:
        with pytest.raises(error):
            _agree(counter, terms, *items)

    refused(EndsBeforeItStarts, replace(TERMS, starts_on=JULY))
    refused(OtherCurrency, replace(TERMS, monthly_limit=from_minor(1, "MXN")))
    refused(OtherCurrency, TERMS, ItemTerms(new_id(), counter.fluoxetine, price=from_minor(1, "USD")))
    refused(ItemMissing, TERMS, ItemTerms(new_id(), None, "  "))
    refused(ItemTwice, TERMS, *(ItemTerms(new_id(), counter.fluoxetine) for _ in range(2)))
    assert counter.ask(agreed.agreements) == ()


@pytest.mark.parametrize(
    ("may", "sees"), [(Permission.KEEP_PARTNERS, True), (Permission.SEND_VOUCHERS, True), (Permission.DISPENSE, False)]
)
def test_prices_are_seen_only_by_who_keeps_partners_or_sends_vouchers(
    counter: Counter, vault: Vault, actor: Actor, may: Permission, sees: bool
) -> None:
    who = replace(actor, permissions=frozenset({may}))
    asks: list[Callable[[Any], Any]] = [
        agreed.agreements,
        partial(agreed.agreement_on, partner_id=counter.pharmacy, day=MAY),
        partial(agreed.price_for, partner_id=counter.pharmacy, presentation_id=counter.fluoxetine, day=MAY),
    ]
    for query in asks:
        if sees:
            vault.ask(query, who)
        else:
            with pytest.raises(NotAllowed):
                vault.ask(query, who)
