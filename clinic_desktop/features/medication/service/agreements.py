"""What was agreed with partners: dates, limits, prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_desktop.features.medication.queries import agreements as agreed
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.partners import Agreement, AgreementItem, Partner
from clinic_desktop.features.medication.rules.money import Money, OtherCurrency, read_currency, to_minor
from clinic_desktop.features.medication.rules.refusals import (
    AgreementOverlaps,
    EndsBeforeItStarts,
    ItemMissing,
    ItemTwice,
    TitleMissing,
)
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """One thing, its price for so many units, and how many a month. Nothing but the thing is wanted."""

    item_id: str
    presentation_id: str | None = None
    item_text: str | None = None
    price: Money | None = None
    price_units: int = 1
    monthly_units: int | None = None


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    title: str
    currency: str
    starts_on: date | None = None
    ends_on: date | None = None
    document_text: str | None = None
    monthly_limit: Money | None = None
    condition_text: str | None = None


def keep_agreement(
    work: Work,
    agreement_id: str,
    partner_id: str,
    terms: AgreementTerms,
    items: Sequence[ItemTerms],
    *,
    seen: Mapping[str, Any] | None = None,
    overlapping: bool = False,
) -> str:
    """Write an agreement down, or change it; items that are not named any more are retired, never deleted."""
    work.require(Permission.KEEP_PARTNERS)
    work.load(Partner, partner_id)
    columns = _columns(terms)
    _check_items(work, terms, items)
    if not overlapping:
        _ask_if_overlapping(work, agreement_id, partner_id, terms)
    if shelf.is_there(work, Agreement, agreement_id):
        work.revise(work.load(Agreement, agreement_id), seen=seen or {}, to=columns)
    else:
        work.add(Agreement(id=agreement_id, partner_id=partner_id, **columns))
    work.about("agreement", agreement_id)
    _keep_items(work, agreement_id, items)
    return agreement_id


def end_agreement(work: Work, agreement_id: str) -> None:
    """Put it away: a mistake, or something that was never signed. One that ran out only has its last day."""
    work.require(Permission.KEEP_PARTNERS)
    row = work.load(Agreement, agreement_id)
    row.retired_at = row.retired_at or work.now
    work.session.flush()


def _keep_items(work: Work, agreement_id: str, items: Sequence[ItemTerms]) -> None:
    kept = {item.item_id for item in items}
    for known in agreed.items(work, agreement_id):
        if known.item_id not in kept:
            work.load(AgreementItem, known.item_id).retired_at = work.now
    for item in items:
        columns = {
            "presentation_id": item.presentation_id,
            "item_text": _line(item.item_text) if item.presentation_id is None else None,
            "price_minor": None if item.price is None else to_minor(item.price),
            "price_units": None if item.price is None else item.price_units,
            "monthly_units": item.monthly_units,
        }
        if shelf.is_there(work, AgreementItem, item.item_id):
            work.revise(work.load(AgreementItem, item.item_id), seen={}, to=columns)
        else:
            work.add(AgreementItem(id=item.item_id, agreement_id=agreement_id, **columns))
    work.session.flush()


def _check_items(work: Work, terms: AgreementTerms, items: Sequence[ItemTerms]) -> None:
    named: set[str] = set()
    for item in items:
        if item.presentation_id is None and not _line(item.item_text):
            raise ItemMissing()
        key = item.presentation_id or (_line(item.item_text) or "").casefold()
        if key in named:
            raise ItemTwice()
        named.add(key)
        if item.presentation_id is not None:
            work.load(Presentation, item.presentation_id)
        if item.price is not None:
            check_units(item.price_units)
            if item.price.currency != terms.currency:
                raise OtherCurrency(one=terms.currency, other=item.price.currency)
        if item.monthly_units is not None:
            check_units(item.monthly_units)


def _ask_if_overlapping(work: Work, agreement_id: str, partner_id: str, terms: AgreementTerms) -> None:
    """Two at a time leave open which price holds; a person may want it so."""
    first, last = terms.starts_on or date.min, terms.ends_on or date.max
    for other in agreed.agreements(work, partner_id):
        meets = (other.starts_on or date.min) <= last and first <= (other.ends_on or date.max)
        if other.agreement_id != agreement_id and meets:
            raise AgreementOverlaps(again={"overlapping": True}, title=other.title)


def _columns(terms: AgreementTerms) -> dict[str, Any]:
    title = _line(terms.title)
    if title is None:
        raise TitleMissing()
    if terms.starts_on and terms.ends_on and terms.ends_on < terms.starts_on:
        raise EndsBeforeItStarts()
    limit, currency = terms.monthly_limit, read_currency(terms.currency)
    if limit is not None and limit.currency != currency:
        raise OtherCurrency(one=currency, other=limit.currency)
    return {
        "title_text": title,
        "document_text": _line(terms.document_text),
        "starts_on": terms.starts_on,
        "ends_on": terms.ends_on,
        "monthly_limit_minor": None if limit is None else to_minor(limit),
        "currency": currency,
        "condition_text": (terms.condition_text or "").strip() or None,
    }


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
