"""What a device may write: its own site's rows, and changes of what was sent to its site."""

from clinic_desktop.exchange.carrying import relaying
from clinic_desktop.exchange.format.parts import Inserts
from clinic_desktop.exchange.format.shape import Shape, shapes
from clinic_desktop.exchange.merge.landing import Landing, NotApplied
from clinic_desktop.exchange.merge.settling import LiveRows
from clinic_desktop.exchange.records import FindingKind


def check_origin(landing: Landing, shape: Shape, found: Inserts) -> None:
    """A clinic puts in rows of its own site only."""
    if landing.writer.is_central or landing.adopted:
        return
    if "origin_site_id" not in found.columns:
        raise NotApplied(FindingKind.UNREADABLE, shape.table)
    place = found.columns.index("origin_site_id") + 1
    if any(row[place] != landing.writer.site_id for row in found.rows):
        raise NotApplied(FindingKind.NO_RIGHT, shape.table)


def check_rows(landing: Landing, shape: Shape, live: LiveRows) -> None:
    """A clinic changes what was sent to its site: its own rows, what the central owns (as a proposal), and records that
    go to both. The other computers of its site need no proof of that: the central has judged, or will."""
    writer, here = landing.writer, landing.standing.here
    if writer.is_central or landing.adopted or shape.owned or (writer.site_id == here.site_id and not here.is_central):
        return
    place = shape.places["origin_site_id"]
    others = [row_id for row_id, row in live.items() if row[place] != writer.site_id]
    if others and not relaying.sent_to(landing.work, writer.site_id, shape.table, others).issuperset(others):
        raise NotApplied(FindingKind.NO_RIGHT, shape.table)


def check_room(landing: Landing, table: str) -> None:
    """A computer whose certificate names rooms writes to their tables only. A table of a newer program is judged when
    it is taken up (exchange/merge/integrating.py)."""
    shape = shapes().get(table)
    if shape is not None and not landing.adopted and not landing.writer.may_write(shape.room):
        raise NotApplied(FindingKind.NO_RIGHT, table)
