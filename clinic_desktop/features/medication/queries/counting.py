"""What the screen of a count asks besides queries/counts.py: who else is here, and what moved meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clinic_desktop.features.medication.queries import formulary
from clinic_desktop.features.medication.queries.counts import LOT, READERS, CountedProduct, to_count
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind, matches
from clinic_desktop.features.medication.rules.tally import EXPIRING_DAYS, Scope
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.records import StaffMember
from clinic_desktop.features.staff.rules import in_service
from clinic_desktop.storage.work import Asker


def others(asker: Asker, words: str = "", limit: int = 8) -> tuple[tuple[str, str], ...]:
    """Who else works here, by name: for a second name under a count or an act."""
    asker.require(*READERS)
    select = (
        sa.select(StaffMember.id, StaffMember.full_name, StaffMember.active, StaffMember.valid_until)
        .where(staff.in_team(asker), StaffMember.id != asker.actor.staff_id)
        .order_by(StaffMember.full_name)
    )
    found = [
        (staff_id, name or "")
        for staff_id, name, active, until in asker.all(select)
        if in_service(active, until, asker.today) and matches(words, name or "")
    ]
    return tuple(found[:limit])


DRAFT = "stock_count"
"""The screen under which a count is kept while it is typed."""


def lots_in(asker: Asker, scope: Scope, medicine: str = "") -> tuple[CountedProduct, ...]:
    """The lots of a sheet, by medicine, without quantities. `medicine` by name, where it is one."""
    found = to_count(asker)
    match scope:
        case Scope.EVERYTHING:
            return found
        case Scope.ONE:
            return tuple(lot for lot in found if lot.name == medicine)
        case Scope.CONTROLLED:
            listed = formulary.controls(asker, {lot.presentation_id for lot in found if lot.presentation_id})
            return tuple(lot for lot in found if lot.presentation_id in listed)
        case Scope.EXPIRING:
            last = asker.today + timedelta(days=EXPIRING_DAYS)
            return tuple(lot for lot in found if lot.expires_on is not None and lot.expires_on <= last)


def lots_named(asker: Asker, lot_ids: Sequence[str]) -> tuple[CountedProduct, ...]:
    """These lots, by medicine: of a count that goes on another day, when some may have nothing left."""
    asker.require(*READERS)
    select = (
        sa.select(*LOT)
        .select_from(StockLot)
        .join(Presentation, Presentation.id == StockLot.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(StockLot.id.in_(lot_ids))
    )
    known = {row[0]: CountedProduct(*row) for row in asker.all(select)}
    return tuple(known[lot_id] for lot_id in lot_ids if lot_id in known)


def moved_since(asker: Asker, lot_ids: Sequence[str], moment: datetime) -> int:
    """How many movements of these lots on this shelf happened after the sheet was printed."""
    asker.require(*READERS)
    select = (
        sa.select(sa.func.count())
        .where(StockMovement.site_id == asker.site_id, StockMovement.lot_id.in_(lot_ids))
        .where(StockMovement.occurred_at > moment, StockMovement.kind != MovementKind.COUNT)
    )
    return asker.value(select) or 0
