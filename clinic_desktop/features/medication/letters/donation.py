"""Letters to who gives: the thanks for a gift, and which lots could not be accepted because they last too short."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.medication.queries import donations, senders, shelf
from clinic_desktop.features.medication.queries.donations import DonationRow, GiftLot
from clinic_desktop.features.medication.rules.kinds import Gift
from clinic_desktop.features.medication.rules.money import say_money
from clinic_desktop.features.medication.rules.shelf import SHORT_EXPIRY_DAYS, say_packs
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Align,
    Block,
    Column,
    Fact,
    Facts,
    Paper,
    Rows,
    Signature,
    Signer,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class ShortLine:
    """A lot that was brought and lasts too short."""

    presentation_id: str
    lot_number: str | None
    expires_on: date
    units: int


def thank_you(asker: Asker, donation_id: str) -> Paper:
    """One sheet: what was given, for what, and thanks. It names nobody who is cared for."""
    asker.require(Permission.RECEIVE_STOCK, Permission.KEEP_PARTNERS)
    gift = donations.donation(asker, donation_id)
    lots = donations.lots_of(asker, donation_id) if gift.kind is Gift.MEDICINE else ()
    said = _("With this gift the people who come to us are cared for. We thank you in their name and in ours.")
    blocks: list[Block] = [Words(said, large=True), Facts(_gift_facts(gift))]
    if lots:
        blocks.append(_lots(lots))
    return _letter(asker, _("Thank you"), gift.partner, blocks)


def refusal(
    asker: Asker, partner_id: str, short_lots: Sequence[ShortLine], least_days: int | None, document: str = ""
) -> Paper:
    """Which lots were brought and not accepted, and why: for the donor, who can do better next time."""
    asker.require(Permission.RECEIVE_STOCK)
    donor = senders.partner_name(asker, partner_id)
    products = shelf.presentations(asker, [line.presentation_id for line in short_lots])
    days = SHORT_EXPIRY_DAYS if least_days is None else least_days
    agreed = ngettext(
        "It was agreed that a medicine lasts at least {count} day when it arrives.",
        "It was agreed that a medicine lasts at least {count} days when it arrives.",
        days,
    )
    usual = ngettext(
        "We can use a medicine that lasts at least {count} day when it arrives.",
        "We can use a medicine that lasts at least {count} days when it arrives.",
        days,
    )
    why = (usual if least_days is None else agreed).format(count=f"{days:,}")
    columns = (
        Column(_("Medicine"), 3, strong=True),
        Column(_("Lot"), 1.4),
        Column(_("Expires"), 1.3),
        Column(_("Days left"), 1, Align.RIGHT),
        Column(_("Quantity"), 2.2, Align.RIGHT),
    )
    rows = tuple(
        (
            f"{products[line.presentation_id].name} {products[line.presentation_id].product}".strip(),
            line.lot_number or _("without number"),
            say_day(line.expires_on),
            f"{(line.expires_on - asker.today).days:,}",
            say_packs(line.units, products[line.presentation_id].pack_units, products[line.presentation_id].unit),
        )
        for line in short_lots
    )
    blocks: list[Block] = [
        Facts((Fact(_("Document"), document, needed=False),)),
        Words(_("We thank you for the offer. These lots could not be accepted, because they expire too soon.")),
        Rows(columns, rows, if_none=_("Nothing came.")),
        Words(why),
        Words(_("They are ready to be collected, and we gladly accept the same medicine with a later date.")),
    ]
    return _letter(asker, _("Lots that could not be accepted"), donor, blocks)


def _gift_facts(gift: DonationRow) -> tuple[Fact, ...]:
    return (
        Fact(_("Document"), gift.document),
        Fact(_("Date of the gift"), say_day(gift.given_on) if gift.given_on else None),
        Fact(_("Value"), say_money(gift.value) if gift.value else None, needed=gift.kind is Gift.MONEY),
        Fact(_("Which goods"), gift.goods, needed=gift.kind is Gift.GOODS, wide=True),
        Fact(_("Only for the programme"), gift.programme, needed=False, wide=True),
        Fact(_("Condition of use"), gift.condition, needed=False, wide=True),
    )


def _lots(lots: Sequence[GiftLot]) -> Rows:
    columns = (
        Column(_("Medicine"), 3, strong=True),
        Column(_("Lot"), 1.4),
        Column(_("Expires"), 1.3),
        Column(_("Received"), 2.4, Align.RIGHT),
    )
    rows = tuple(
        (
            f"{lot.medicine} {lot.product}".strip(),
            lot.lot_number or _("without number"),
            say_day(lot.expires_on),
            say_packs(lot.fate.received, lot.pack_units, lot.unit),
        )
        for lot in lots
        if lot.fate.received
    )
    return Rows(columns, rows)


def _letter(asker: Asker, title: str, to: str, blocks: Sequence[Block]) -> Paper:
    return Paper(
        title,
        (Facts((Fact(_("To"), to, wide=True),)), *blocks, Signature((Signer(asker.actor.name),))),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        subject=to,
        dateline=say_day(asker.today),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )
