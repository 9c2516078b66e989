"""Writing down what was given: medicine, money or goods."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.records.partners import Donation, Partner
from clinic_desktop.features.medication.rules.kinds import Gift
from clinic_desktop.features.medication.rules.money import Money, to_minor
from clinic_desktop.features.medication.rules.refusals import (
    AmountMissing,
    DonorMissing,
    GoodsMissing,
    LeastDaysUnclear,
    NotYet,
    ProgrammeMissing,
    ThankedBefore,
)
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

MOST_DAYS = 3_650
WRITERS = (Permission.RECEIVE_STOCK, Permission.KEEP_PARTNERS)


@dataclass(frozen=True, slots=True)
class NewGift:
    partner_id: str | None
    kind: Gift
    given_on: date
    document_text: str = ""
    value: Money | None = None
    condition_text: str = ""
    for_programme: bool = False
    programme_text: str = ""
    least_days: int | None = None
    goods_text: str = ""
    note_text: str = ""


def read_least_days(text: str) -> int | None:
    """How long it should last on arrival; empty: nothing was agreed."""
    typed = text.strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed) <= MOST_DAYS:
        raise LeastDaysUnclear()
    return int(typed)


def add_donation(work: Work, donation_id: str, gift: NewGift) -> str:
    work.require(*WRITERS)
    if shelf.is_there(work, Donation, donation_id):
        return donation_id
    fields = _checked(work, gift)
    work.add(Donation(id=donation_id, **fields))
    work.about("donation", donation_id)
    return donation_id


def change_donation(work: Work, donation_id: str, seen: NewGift, to: NewGift) -> None:
    """Correct what its paper says; the fields that somebody changed meanwhile are named."""
    work.require(*WRITERS)
    row = work.load(Donation, donation_id)
    work.revise(row, seen=_fields(seen), to=_checked(work, to))


def note_thanked(work: Work, donation_id: str, day: date | None = None) -> None:
    """The donor was thanked, today if no day is said."""
    work.require(*WRITERS)
    row = work.load(Donation, donation_id)
    thanked = day or work.today
    if thanked > work.today:
        raise NotYet(day=say_day(thanked))
    if row.given_on is not None and thanked < row.given_on:
        raise ThankedBefore()
    work.revise(row, seen={}, to={"thanked_on": thanked})


def note_letter_printed(work: Work, partner_id: str, letter: str, way: str, copies: int) -> None:
    """Who printed or saved a letter to a donor: the thanks, or what could not be accepted."""
    work.require(*WRITERS)
    work.load(Partner, partner_id)
    work.about("partner", partner_id)
    work.detail = {"letter": letter, "way": way, "copies": copies}


def _checked(work: Work, gift: NewGift) -> dict[str, object]:
    if gift.partner_id is None:
        raise DonorMissing()
    work.load(Partner, gift.partner_id)
    if gift.given_on > work.today:
        raise NotYet(day=say_day(gift.given_on))
    if gift.kind is Gift.MONEY and gift.value is None:
        raise AmountMissing()
    if gift.kind is Gift.GOODS and not gift.goods_text.strip():
        raise GoodsMissing()
    if gift.for_programme and not gift.programme_text.strip():
        raise ProgrammeMissing()
    if gift.least_days is not None and not 1 <= gift.least_days <= MOST_DAYS:
        raise LeastDaysUnclear()
    return _fields(gift)


def _fields(gift: NewGift) -> dict[str, object]:
    """As the table has them; what does not belong to the kind of gift is left out."""
    of_medicine = gift.kind is Gift.MEDICINE
    return {
        "partner_id": gift.partner_id,
        "kind": gift.kind,
        "document_text": gift.document_text.strip() or None,
        "given_on": gift.given_on,
        "value_minor": to_minor(gift.value) if gift.value is not None else None,
        "currency": gift.value.currency if gift.value is not None else None,
        "condition_text": gift.condition_text.strip() or None,
        "programme_text": (gift.programme_text.strip() or None) if gift.for_programme else None,
        "least_days": gift.least_days if of_medicine else None,
        "goods_text": (gift.goods_text.strip() or None) if gift.kind is Gift.GOODS else None,
        "note_text": gift.note_text.strip() or None,
    }
