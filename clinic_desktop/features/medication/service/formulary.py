"""The formulary: what may be prescribed and stand on a shelf.

The central office has the last word; what a clinic puts in is in force there at once and is a proposal to the central.
Nothing is deleted: what is retired is not offered any more, and what is left of it is handed out and counted.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clinic_desktop.features.medication.queries import formulary as lists
from clinic_desktop.features.medication.queries import in_force, shelf
from clinic_desktop.features.medication.queries.formulary import Standing
from clinic_desktop.features.medication.records.formulary import ControlListing, Medicine, Presentation
from clinic_desktop.features.medication.rules.control import check_listing, read_country
from clinic_desktop.features.medication.rules.kinds import (
    Decision,
    Form,
    Route,
    Unit,
)
from clinic_desktop.features.medication.rules.refusals import (
    AtcUnclear,
    BecomesNew,
    CentralKeeps,
    DecidedByCentral,
    InListAlready,
    JoinedWithItself,
    JoinInstead,
    ListedAlready,
    NameMissing,
    NotAProposal,
    RetiredInList,
)
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.features.medication.rules.tall import check_tall
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import ReasonMissing, Work

# What a product is; all of it together, as it is merged.
_PRODUCT = ("form", "strength_text", "route", "unit", "pack_units", "content_tenths_ml")


@dataclass(frozen=True, slots=True)
class NewPresentation:
    name: str
    form: Form
    strength_text: str
    unit: Unit
    pack_units: int | None = None
    route: Route | None = None
    atc_code: str | None = None
    content_tenths_ml: int | None = None
    """What one bottle holds."""


def add_presentation(work: Work, new: NewPresentation, *, presentation_id: str | None = None) -> str:
    """Put a product into the formulary, with its medicine if that is new. A clinic's own is in force there."""
    work.require(Permission.KEEP_CATALOGS, Permission.RECEIVE_STOCK)
    if presentation_id is not None and shelf.is_there(work, Presentation, presentation_id):
        return presentation_id
    name, facts = _named(new.name), _facts(new)
    return _add(work, name, read_atc(new.atc_code), facts, presentation_id)


def change_presentation(
    work: Work,
    presentation_id: str,
    to: NewPresentation,
    *,
    seen: Mapping[str, Any],
    new_id: str,
    as_new: bool = False,
) -> str:
    """Change strength, form or pack. Once a lot, a prescription or a voucher names it, it stays as it is, and the
    change is a product of its own. Returns the id of what now is as it was written."""
    work.require(Permission.KEEP_CATALOGS)
    if shelf.is_there(work, Presentation, new_id):
        return new_id
    row = work.load(Presentation, presentation_id)
    _may_change(work, row)
    facts = _facts(to)
    if all(getattr(row, name) == value for name, value in facts.items()):
        return presentation_id
    _not_twice(work, row.medicine_id or "", facts, but=presentation_id)
    if not lists.is_used(work, presentation_id):
        work.revise(row, seen=seen, to=facts)
        return presentation_id
    if not as_new:
        raise BecomesNew(again={"as_new": True}, product=_said(work, presentation_id))
    return work.add(Presentation(id=new_id, medicine_id=row.medicine_id, **facts)).id


def change_product(
    work: Work,
    presentation_id: str,
    to: NewPresentation,
    *,
    tall_name: str,
    seen: Mapping[str, Any],
    new_id: str,
    as_new: bool = False,
) -> str:
    """What one sheet holds of a product and of its medicine, together or not at all."""
    medicine_id = work.load(Presentation, presentation_id).medicine_id or ""
    of_medicine = {name: seen[name] for name in ("atc_code", "tall_name") if name in seen}
    change_medicine(work, medicine_id, atc_code=to.atc_code, tall_name=tall_name, seen=of_medicine)
    return change_presentation(work, presentation_id, to, seen=seen, new_id=new_id, as_new=as_new)


def change_medicine(
    work: Work, medicine_id: str, *, atc_code: str | None, tall_name: str, seen: Mapping[str, Any]
) -> None:
    """Its ATC code, and the letters in capitals that tell it from a look-alike: of the office that keeps the list."""
    work.require(Permission.KEEP_CATALOGS)
    row = work.load(Medicine, medicine_id)
    to = {"atc_code": read_atc(atc_code), "tall_name": check_tall(row.name or "", tall_name)}
    if any(getattr(row, name) != value for name, value in to.items()):
        _keeps(work)
        work.revise(row, seen=seen, to=to)


def retire(work: Work, presentation_id: str, reason: str) -> None:
    """Offer it no more, with the reason. At a clinic: not there any more; elsewhere it goes on."""
    work.require(Permission.KEEP_CATALOGS)
    row = work.load(Presentation, presentation_id)
    if row.retired_at is None:
        row.retired_at, row.retired_text = work.now, _reason(reason)
        work.session.flush()


def bring_back(work: Work, presentation_id: str) -> None:
    """Offer it again. What the central refused or joined, only the central brings back: then it is to be decided."""
    work.require(Permission.KEEP_CATALOGS)
    row = work.load(Presentation, presentation_id)
    if row.decision in (Decision.REFUSED, Decision.JOINED):
        if not in_force.keeps_list(work):
            raise DecidedByCentral()
        _decide(row, None)
    row.retired_at = row.retired_text = None
    work.session.flush()


# -- controlled


def add_listing(
    work: Work, listing_id: str, presentation_id: str, *, country: str, class_code: str, source: str
) -> str:
    """Write down under which class of a country a product is controlled, and where that stands."""
    work.require(Permission.KEEP_CATALOGS)
    if shelf.is_there(work, ControlListing, listing_id):
        return listing_id
    _keeps(work)
    work.load(Presentation, presentation_id)
    code, said = check_listing(class_code, source)
    where = read_country(country)
    if any(one.country == where for one in lists.listings(work, presentation_id)):
        raise ListedAlready(country=where)
    listing = ControlListing(
        id=listing_id, presentation_id=presentation_id, country=where, class_code=code, source_text=said
    )
    return work.add(listing).id


def end_listing(work: Work, listing_id: str) -> None:
    """It is not controlled under this class any more; the line stays readable."""
    work.require(Permission.KEEP_CATALOGS)
    _keeps(work)
    row = work.load(ControlListing, listing_id)
    row.retired_at = row.retired_at or work.now
    work.session.flush()


# -- what clinics proposed


def accept(work: Work, presentation_id: str, *, twin_id: str | None = None) -> str:
    """It is in force everywhere: the central writes it as its own, and at the clinic it stays as it is."""
    row = _proposal(work, presentation_id)
    facts = {name: getattr(row, name) for name in _PRODUCT}
    twin = _twin(work, row, facts, twin_id)
    _decide(row, Decision.ACCEPTED, None, twin)
    work.session.flush()
    return twin


def accept_changed(work: Work, presentation_id: str, to: NewPresentation, *, new_id: str) -> str:
    """As it should have been written: that is put in, and the proposed one is joined to it."""
    work.require(Permission.KEEP_CATALOGS)
    if shelf.is_there(work, Presentation, new_id):
        return new_id
    row = _proposal(work, presentation_id)
    _join(work, row, _twin(work, row, _facts(to), new_id), "")
    work.session.flush()
    return new_id


def join(work: Work, presentation_id: str, with_id: str, note: str = "") -> None:
    """The proposed product is one that the list has. It is offered no more once its own lots are used up: they stay
    under it, so no stock is lost, and no movement ever changes its product."""
    row = _proposal(work, presentation_id)
    other = work.load(Presentation, with_id)
    if with_id == presentation_id or other.retired_at is not None or other.decision is Decision.JOINED:
        raise JoinedWithItself()
    _join(work, row, with_id, note)
    work.session.flush()


def refuse(work: Work, presentation_id: str, reason: str) -> None:
    """It is not prescribed any more; the reason travels back to the clinic. What is left of it is handed out."""
    row = _proposal(work, presentation_id)
    said = _reason(reason)
    _decide(row, Decision.REFUSED, said)
    row.retired_at, row.retired_text = work.now, said
    work.session.flush()


def _add(work: Work, name: str, atc_code: str | None, facts: Mapping[str, Any], row_id: str | None) -> str:
    medicine_id = in_force.medicine_named(work, name)
    if medicine_id is None:
        medicine_id = work.add(Medicine(name=name, atc_code=atc_code)).id
    else:
        _not_twice(work, medicine_id, facts)
    return work.add(Presentation(id=row_id, medicine_id=medicine_id, **facts)).id


def _twin(work: Work, row: Presentation, facts: Mapping[str, Any], row_id: str | None) -> str:
    """The central's own row of what a clinic proposed, with a medicine that every clinic has."""
    medicine = work.load(Medicine, row.medicine_id)
    try:
        return _add(work, medicine.name or "", medicine.atc_code, facts, row_id)
    except InListAlready as there:
        raise JoinInstead(**there.facts) from None


def _proposal(work: Work, presentation_id: str) -> Presentation:
    work.require(Permission.KEEP_CATALOGS)
    _keeps(work)
    if lists.formulary_row(work, presentation_id).standing is not Standing.PROPOSED:
        raise NotAProposal()
    return work.load(Presentation, presentation_id)


def _join(work: Work, row: Presentation, with_id: str, note: str) -> None:
    _decide(row, Decision.JOINED, note.strip() or None, with_id)
    row.retired_at = work.now


def _decide(
    row: Presentation, decision: Decision | None, words: str | None = None, joined_id: str | None = None
) -> None:
    row.decision, row.decision_text, row.joined_id = decision, words, joined_id


def _keeps(work: Work) -> None:
    if not in_force.keeps_list(work):
        raise CentralKeeps()


def _may_change(work: Work, row: Presentation) -> None:
    """A clinic changes only what it put in itself, while nobody decided on it."""
    if row.origin_site_id != work.site_id or row.decision is not None:
        _keeps(work)


def _facts(new: NewPresentation) -> dict[str, Any]:
    if new.pack_units is not None:
        check_units(new.pack_units)
    content = None if new.content_tenths_ml is None else check_units(new.content_tenths_ml)
    strength = " ".join(new.strength_text.split()) or None
    return dict(zip(_PRODUCT, (new.form, strength, new.route, new.unit, new.pack_units, content), strict=True))


def _not_twice(work: Work, medicine_id: str, facts: Mapping[str, Any], but: str = "") -> None:
    """The same product never stands in the list twice: the shelf would be in two halves."""
    for row in lists.formulary(work, standing=None):
        if row.medicine_id == medicine_id and row.presentation_id != but and _is_same(row, facts):
            raise (InListAlready if row.retired_at is None else RetiredInList)(product=row.said)


def _is_same(row: lists.FormularyRow, facts: Mapping[str, Any]) -> bool:
    """Blanks and capitals apart: "20mg" is "20 mg", and never "2.0 mg"."""
    written = {"".join((text or "").casefold().split()) for text in (row.strength_text, facts["strength_text"])}
    return len(written) == 1 and all(getattr(row, name) == facts[name] for name in _PRODUCT if name != "strength_text")


def _said(work: Work, presentation_id: str) -> str:
    return lists.formulary_row(work, presentation_id).said


def read_atc(text: str | None) -> str | None:
    code = (text or "").strip().upper()
    if code and not re.fullmatch(r"[A-Z]\d\d([A-Z]([A-Z](\d\d)?)?)?", code, re.ASCII):
        raise AtcUnclear()
    return code or None


def _reason(text: str) -> str:
    cleaned = " ".join(text.split())
    if not cleaned:
        raise ReasonMissing()
    return cleaned


def _named(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise NameMissing()
    return cleaned


_CATALOG = uuid.UUID(SHIPPED)
"""Names the ids of catalog rows."""
_CATALOG_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_FORMS = {
    "tableta": (Form.TABLET, Unit.TABLET, Route.ORAL),
    "ampolla": (Form.AMPOULE, Unit.AMPOULE, Route.INJECTED),
    "suspensión": (Form.SUSPENSION, Unit.BOTTLE, Route.ORAL),
}
"""The forms of the demonstrated presentations; the catalog is in Spanish, as its source is."""


def take_formulary(work: Work, *, demonstration: bool = False) -> int:
    """Put in the names of the catalog that are missing, for a demonstration its presentations too; returns how many.

    Ids, times and origin come from the catalog itself, so that every clinic writes the very same rows.
    """
    work.require(Permission.KEEP_CATALOGS)
    rows: list[Medicine | Presentation] = [*_catalog_medicines()]
    if demonstration:
        rows += _catalog_presentations()
    new = [row for row in rows if not shelf.is_there(work, type(row), row.id)]
    for row in new:
        row.origin_site_id = row.recorded_by = SHIPPED
        row.recorded_at = _CATALOG_DAY
        work.add(row)
    return len(new)


def _catalog_medicines() -> Iterator[Medicine]:
    for row in read_catalog("medicines"):
        yield Medicine(id=_catalog_id("medicine", row["atc"]), name=row["name"], atc_code=row["atc"])


def _catalog_presentations() -> Iterator[Presentation]:
    for row in read_catalog("demo_presentations"):
        form, unit, route = _FORMS[row["form"]]
        yield Presentation(
            id=_catalog_id("presentation", row["code"]),
            medicine_id=_catalog_id("medicine", row["atc"]),
            form=form,
            strength_text=row["strength"],
            route=route,
            unit=unit,
            pack_units=int(row["pack_size"]),
            content_tenths_ml=int(row["content_ml"]) * 10 if row["content_ml"] else None,
            controlled_code="CES" if row["controlled"] else None,
            controlled_source=row["source"] if row["controlled"] else None,
        )


def _catalog_id(kind: str, code: str) -> str:
    return str(uuid.uuid5(_CATALOG, f"{kind}:{code}"))
