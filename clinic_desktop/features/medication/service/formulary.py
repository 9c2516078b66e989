"""The formulary and those who give or take medicines."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.rules.kinds import (
    Form,
    PartnerKind,
    Route,
    Unit,
)
from clinic_desktop.features.medication.rules.refusals import NameMissing
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


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


def add_partner(
    work: Work, kind: PartnerKind, name: str, contact_text: str | None = None, phone: str | None = None
) -> str:
    """Put somebody who gives or takes medicines into the list; a name that is there already is not put in twice."""
    work.require(Permission.RECEIVE_STOCK, Permission.KEEP_CATALOGS)
    wanted = _named(name)
    for known in directory.partners(work, wanted):
        if known.name.casefold() == wanted.casefold():
            return known.partner_id
    return work.add(Partner(kind=kind, name=wanted, contact_text=contact_text, phone=phone)).id


def add_presentation(work: Work, new: NewPresentation, *, presentation_id: str | None = None) -> str:
    """Put a product into the formulary, with its medicine if that is new. A clinic's own is in force there."""
    work.require(Permission.KEEP_CATALOGS, Permission.RECEIVE_STOCK)
    if presentation_id is not None and shelf.is_there(work, Presentation, presentation_id):
        return presentation_id
    if new.pack_units is not None:
        check_units(new.pack_units)
    name = _named(new.name)
    medicine_id = shelf.medicine_named(work, name)
    if medicine_id is None:
        medicine_id = work.add(Medicine(name=name, atc_code=new.atc_code)).id
    row = Presentation(
        id=presentation_id,
        medicine_id=medicine_id,
        form=new.form,
        strength_text=new.strength_text.strip() or None,
        route=new.route,
        unit=new.unit,
        pack_units=new.pack_units,
        content_tenths_ml=None if new.content_tenths_ml is None else check_units(new.content_tenths_ml),
    )
    return work.add(row).id


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
            controlled_code="CES" if row["controlled"] else None,
            controlled_source=row["source"] if row["controlled"] else None,
        )


def _catalog_id(kind: str, code: str) -> str:
    return str(uuid.uuid5(_CATALOG, f"{kind}:{code}"))
