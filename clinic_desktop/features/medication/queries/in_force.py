"""Whose list counts where.

What a clinic put in is in force there at once, and its row goes to no other clinic. What the central accepts it writes
once more as its own, for everybody else; at the clinic itself that twin is left out, so that nothing changes there.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.rules.kinds import Decision
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.kernel.names import fold
from clinic_desktop.storage.work import Asker

CENTRAL = "central"


def keeps_list(asker: Asker) -> bool:
    """Whether this office has the last word on the list: the central, or a clinic that has none above it."""
    central = sa.select(PeerDevice.device_id).where(PeerDevice.role == CENTRAL, PeerDevice.revoked_at.is_(None))
    return asker.place.is_central or asker.value(central.limit(1)) is None


def central_sites(asker: Asker) -> frozenset[str]:
    """Whose rows nobody has to accept: the central's, and what came with the program."""
    here = [asker.site_id] if asker.place.is_central else []
    central = asker.all(sa.select(PeerDevice.site_id).where(PeerDevice.role == CENTRAL))
    return frozenset([SHIPPED, *here, *(row[0] for row in central)])


def in_force_here(site_id: str, central: Collection[str]) -> sa.ColumnElement[bool]:
    """For a select over `Presentation`: whether it may be chosen at this site."""
    own = aliased(Presentation)
    twin = sa.exists().where(
        own.joined_id == Presentation.id, own.decision == Decision.ACCEPTED, own.origin_site_id == site_id
    )
    listed = sa.and_(Presentation.origin_site_id.in_(central), sa.not_(twin))
    return sa.or_(Presentation.origin_site_id == site_id, listed)


def medicine_named(asker: Asker, name: str) -> str | None:
    """The medicine of this name, accents and capitals apart: at a clinic its own first, at the central never a clinic's
    (nobody else has that row)."""
    select = (
        sa.select(Medicine.id, Medicine.name)
        .where(Medicine.retired_at.is_(None), Medicine.voided_at.is_(None))
        .order_by(Medicine.origin_site_id != asker.site_id, Medicine.id)
    )
    if asker.place.is_central:
        select = select.where(Medicine.origin_site_id.in_([SHIPPED, asker.site_id]))
    key = fold(name)
    return next((row[0] for row in asker.all(select) if fold(row[1] or "") == key), None)
