"""How much of a product should stand on this shelf."""

from uuid import NAMESPACE_URL, uuid5

from clinic_desktop.features.medication.queries.ordering import Level
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.orders import StockLevel
from clinic_desktop.features.medication.rules.ordering import LevelsUnclear
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def set_level(work: Work, presentation_id: str, least: int | None, most: int | None, *, seen: Level) -> None:
    """At least and at most so many units should stand here; None: nobody says."""
    work.require(Permission.ORDER_STOCK)
    for units in (least, most):
        if units is not None:
            check_units(units)
    if least is not None and most is not None and most < least:
        raise LevelsUnclear()
    # Two laptops of one clinic mean the same row.
    row_id = str(uuid5(NAMESPACE_URL, f"clinic-desktop:level:{work.site_id}:{presentation_id}"))
    row = work.session.get(StockLevel, row_id)
    work.load(Presentation, presentation_id)
    work.about("presentation", presentation_id)
    if row is None:
        row = StockLevel(id=row_id, site_id=work.site_id, presentation_id=presentation_id)
        row.least_units, row.most_units = least, most
        work.add(row)
    else:
        shown = {"least_units": seen.least, "most_units": seen.most}
        work.revise(row, seen=shown, to={"least_units": least, "most_units": most})
