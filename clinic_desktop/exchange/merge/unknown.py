"""Tables and columns of a newer program: kept word for word until the update."""

from clinic_desktop.exchange.format.copies import Copies
from clinic_desktop.exchange.format.parts import Inserts, Updates, plain
from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.landing import Landing


def without_unknown(landing: Landing, shape: Shape, found: Inserts) -> Inserts:
    unknown = [n for n, column in enumerate(found.columns) if column not in shape.columns]
    if not unknown:
        return found
    for row in found.rows:
        kept = {found.columns[n]: plain(row[n + 1]) for n in unknown if row[n + 1] is not None}
        if kept:
            landing.hold(shape.table, "insert", row[0], kept)
    known = [n for n in range(len(found.columns)) if n not in unknown]
    rows = [[row[0], *(row[n + 1] for n in known)] for row in found.rows]
    return Inserts(found.table, tuple(found.columns[n] for n in known), rows, found.clocks)


def hold_table(landing: Landing, found: Inserts | Updates | Copies) -> None:
    """A table of a newer program: the segment keeps it whole, and each row is listed for the day of the update."""
    ids = [c.id for c in found.changes] if isinstance(found, Updates) else [r[0] for r in found.rows]
    for row_id in ids:
        landing.hold(found.table, "table", row_id, None)
