"""Which product a barcode means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation, ProductBarcode
from clinic_desktop.features.medication.rules.kinds import say_product
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_CLINIC = "clinic"
TABLES = frozenset({"product_barcode", "presentation", "medicine", "site"})


@dataclass(frozen=True, slots=True)
class Known:
    barcode_id: str
    presentation_id: str
    pack_units: int | None
    """Units in the box that carries it; None: as the presentation says."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a clinic learned and the central has not decided."""

    barcode_id: str
    gtin: str
    presentation_id: str
    """The product of the list, also where the clinic's own one was joined with it."""
    medicine: str
    product: str
    pack_units: int | None
    clinic: str
    tall_name: str | None = None

    @property
    def shown_name(self) -> str:
        return shown_name(self.medicine, self.tall_name)

    @property
    def said(self) -> str:
        return f"{self.shown_name} {self.product}".strip()


def proposed(asker: Asker) -> tuple[Proposed, ...]:
    """At the central: the codes that clinics learned and of which it has said nothing itself, by number."""
    asker.require(Permission.KEEP_CATALOGS)
    if not asker.place.is_central:
        return ()
    decided = aliased(ProductBarcode)
    own = sa.exists().where(
        decided.gtin == ProductBarcode.gtin,
        decided.origin_site_id == asker.site_id,
        decided.retired_at.is_(None),
        decided.voided_at.is_(None),
    )
    product_id = sa.func.coalesce(Presentation.joined_id, Presentation.id)
    rows: Sequence[Any] = asker.all(
        sa.select(
            ProductBarcode.id, ProductBarcode.gtin, product_id, Medicine.name, Presentation.form,
            Presentation.strength_text, Presentation.route, ProductBarcode.pack_units, Site.name,
            Medicine.tall_name,
        )
        .join(Presentation, Presentation.id == ProductBarcode.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .join(Site, Site.id == ProductBarcode.origin_site_id)
        .where(ProductBarcode.retired_at.is_(None), ProductBarcode.voided_at.is_(None), Site.kind == _CLINIC, ~own)
        .order_by(ProductBarcode.gtin, ProductBarcode.recorded_at, ProductBarcode.id)
    )  # fmt: skip
    return tuple(
        Proposed(row_id, gtin, presentation_id, name or "", say_product(form, strength, route), pack, site or "", tall)
        for row_id, gtin, presentation_id, name, form, strength, route, pack, site, tall in rows
    )


def meaning(asker: Asker, gtin: str) -> Known | None:
    """What `gtin` (fourteen digits) means here: what the central says, else what this clinic learned last."""
    asker.require(*SHELF)
    of_clinic = sa.exists().where(Site.id == ProductBarcode.origin_site_id, Site.kind == _CLINIC)
    own = ProductBarcode.origin_site_id == asker.site_id
    rows: Sequence[Any] = asker.all(
        sa.select(ProductBarcode.id, ProductBarcode.presentation_id, ProductBarcode.pack_units)
        .where(ProductBarcode.gtin == gtin, ProductBarcode.presentation_id.is_not(None))
        .where(ProductBarcode.retired_at.is_(None), ProductBarcode.voided_at.is_(None))
        .where(sa.or_(own, sa.not_(of_clinic)))
        .order_by(own, ProductBarcode.recorded_at.desc(), ProductBarcode.id.desc())
        .limit(1)
    )
    return Known(*rows[0]) if rows else None
