"""Which product a barcode means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.formulary import ProductBarcode
from clinic_desktop.features.staff.records import Site
from clinic_desktop.storage.work import Asker

_CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class Known:
    barcode_id: str
    presentation_id: str
    pack_units: int | None
    """Units in the box that carries it; None: as the presentation says."""


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
