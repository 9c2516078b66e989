"""Whether the kept sums of the shelves are those of the movements."""

from typing import NamedTuple

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.storage.work import Asker

_WRONG = (
    "WITH summed AS (SELECT site_id, lot_id, sum(units) AS units FROM stock_movement"
    " WHERE site_id IS NOT NULL AND lot_id IS NOT NULL AND units IS NOT NULL GROUP BY site_id, lot_id)"
    " SELECT coalesce(s.site_id, k.site_id), coalesce(s.lot_id, k.lot_id), coalesce(k.units, 0), coalesce(s.units, 0)"
    " FROM summed s FULL JOIN shelf_sum k ON k.site_id = s.site_id AND k.lot_id = s.lot_id"
    " WHERE s.units IS NOT k.units"
)


class WrongSum(NamedTuple):
    site_id: str
    lot_id: str
    kept: int
    summed: int


def wrong_sums(asker: Asker) -> tuple[WrongSum, ...]:
    """The kept sums that the movements do not bear out; nothing if all is well."""
    asker.require(*SHELF)
    return tuple(WrongSum(*row) for row in asker.plain(_WRONG))
