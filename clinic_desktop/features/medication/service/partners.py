"""The directory of those the clinic works with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.rules.kinds import Gift, MayReceive, PartnerKind
from clinic_desktop.features.medication.rules.refusals import EmailUnclear, NameMissing, PartnerThere
from clinic_desktop.features.patients.rules.identity import phone_digits
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """What is written down of a partner. What it may receive is what somebody ticked, nothing else."""

    kind: PartnerKind
    name: str
    contact_text: str | None = None
    phone: str | None = None
    place_text: str | None = None
    email: str | None = None
    gives: tuple[Gift, ...] = ()
    may_receive: tuple[MayReceive, ...] = ()
    note_text: str | None = None


def add_partner(
    work: Work, kind: PartnerKind, name: str, contact_text: str | None = None, phone: str | None = None
) -> str:
    """Put somebody in by name while receiving; a name that is there already is not put in twice."""
    work.require(Permission.RECEIVE_STOCK, Permission.KEEP_CATALOGS, Permission.KEEP_PARTNERS)
    wanted = _line(name)
    for known in directory.partners(work, wanted or ""):
        if wanted and fold(known.name) == fold(wanted):
            return known.partner_id
    card = PartnerCard(kind, name, contact_text, phone)
    return work.add(Partner(**_columns(card))).id


def keep_partner(
    work: Work,
    partner_id: str,
    card: PartnerCard,
    *,
    seen: Mapping[str, Any] | None = None,
    another: bool = False,
) -> str:
    """Put a partner in, or change it. Somebody of the same name or telephone is asked about first."""
    work.require(Permission.KEEP_PARTNERS)
    columns = _columns(card)
    if not another:
        _ask_if_there(work, partner_id, card)
    if shelf.is_there(work, Partner, partner_id):
        work.revise(work.load(Partner, partner_id), seen=seen or {}, to=columns)
        return partner_id
    return work.add(Partner(id=partner_id, **columns)).id


def retire_partner(work: Work, partner_id: str) -> None:
    """It is not offered any more; what came from it stays as it is."""
    work.require(Permission.KEEP_PARTNERS)
    row = work.load(Partner, partner_id)
    row.retired_at = row.retired_at or work.now
    work.session.flush()


def bring_back_partner(work: Work, partner_id: str) -> None:
    work.require(Permission.KEEP_PARTNERS)
    work.load(Partner, partner_id).retired_at = None
    work.session.flush()


def note_directory_printed(work: Work, way: str, copies: int) -> None:
    """Who printed or saved the directory."""
    work.require(Permission.KEEP_PARTNERS)
    work.about("partner", "")
    work.detail = {"way": way, "copies": copies}


def _ask_if_there(work: Work, partner_id: str, card: PartnerCard) -> None:
    """A person decides whether two are the same: names are borne twice, and one telephone may serve two posts."""
    if shelf.is_there(work, Partner, partner_id):
        before = work.load(Partner, partner_id)
        if before.name == _line(card.name) and (before.phone or "") == (card.phone or ""):
            return
    number = phone_digits(card.phone or "")
    for known in directory.directory(work):
        same_number = bool(number) and phone_digits(known.phone or "") == number
        if known.partner_id != partner_id and (fold(known.name) == fold(card.name) or same_number):
            raise PartnerThere(again={"another": True}, partner=known.said)


def _columns(card: PartnerCard) -> dict[str, Any]:
    name, email = _line(card.name), _line(card.email)
    if name is None:
        raise NameMissing()
    if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", email):
        raise EmailUnclear()
    return {
        "kind": card.kind,
        "name": name,
        "contact_text": _line(card.contact_text),
        "phone": _line(card.phone),
        "place_text": _line(card.place_text),
        "email": email,
        # In the order of the enum, so that the same ticks are the same value at every clinic.
        "gives": [gift.value for gift in Gift if gift in card.gives] or None,
        "may_receive": [thing.value for thing in MayReceive if thing in card.may_receive] or None,
        "note_text": (card.note_text or "").strip() or None,
    }


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
