"""Segments taken from one installation and given to another one by one, past the sticks."""

from collections.abc import Iterable

from clinic_desktop.exchange.carrying.intake import Taken, take_segment
from clinic_desktop.exchange.carrying.segments import cut
from clinic_desktop.exchange.format.bundle import SealedSegment
from clinic_desktop.exchange.format.manifest import read_manifest
from tests.makers.network import Office


def cut_now(office: Office) -> int:
    """What waits becomes segments; how many there are then."""
    office.clock.advance(seconds=1)
    while office.vault.do(cut, office.actor).more:
        pass
    return office.sql("SELECT count(*) FROM segment")[0][0]


def held(office: Office, *, own: bool = True) -> list[SealedSegment]:
    """All that is applied there, or only what it wrote itself; in the order of its keys."""
    where = f" AND device_id = '{office.vault.place.device_id}'" if own else ""
    rows = office.sql(f"SELECT key, manifest, signature FROM segment WHERE state = 'applied'{where} ORDER BY key")
    found: list[SealedSegment] = []
    for key, content, signature in rows:
        bodies = office.sql("SELECT body FROM segment_part WHERE segment_key = ? ORDER BY number", (key,))
        found.append(SealedSegment(read_manifest(content), content, signature, [body for (body,) in bodies]))
    return found


def give(office: Office, segments: Iterable[SealedSegment]) -> list[Taken]:
    """As the second pass over a bundle does, without its end: no receipts, no log."""
    return [take_segment(office.vault, office.actor, one, signed=True) for one in segments]
