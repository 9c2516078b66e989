"""What a device may write: its own site's rows, and changes of what was sent to its site."""

from clinic_desktop.exchange.landing import Landing, NotApplied
from clinic_desktop.exchange.parts import Inserts
from clinic_desktop.exchange.records import FindingKind
from clinic_desktop.exchange.settling import LiveRows
from clinic_desktop.exchange.shape import Shape


def check_origin(landing: Landing, shape: Shape, found: Inserts) -> None:
    """A clinic puts in rows of its own site only."""
    if landing.writer.is_central:
        return
    if "origin_site_id" not in found.columns:
        raise NotApplied(FindingKind.UNREADABLE, shape.table)
    place = found.columns.index("origin_site_id") + 1
    if any(row[place] != landing.writer.site_id for row in found.rows):
        raise NotApplied(FindingKind.NO_RIGHT, shape.table)


def check_rows(landing: Landing, shape: Shape, live: LiveRows) -> None:
    """A clinic changes what was sent to its site: its own rows, and what the central owns (as a proposal)."""
    if landing.writer.is_central or shape.owned:
        return
    place = shape.places["origin_site_id"]
    if any(row[place] != landing.writer.site_id for row in live.values()):
        raise NotApplied(FindingKind.NO_RIGHT, shape.table)
