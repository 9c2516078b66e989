"""Applying one segment: everything in it, or nothing. Set-wise, with capture off and finality on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from clinic_desktop.exchange.carrying import relaying
from clinic_desktop.exchange.carrying.segments import cut_all, part_rows, segment_row
from clinic_desktop.exchange.erasure import redacting
from clinic_desktop.exchange.erasure.erasing import Sieve
from clinic_desktop.exchange.format import copies
from clinic_desktop.exchange.format.canonical import digest
from clinic_desktop.exchange.format.copies import Copies
from clinic_desktop.exchange.format.manifest import Manifest
from clinic_desktop.exchange.format.parts import BadPart, Inserts
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.merge import taking_copies
from clinic_desktop.exchange.merge.collecting import uncollected
from clinic_desktop.exchange.merge.inserting import insert
from clinic_desktop.exchange.merge.landing import Landing, NotApplied
from clinic_desktop.exchange.merge.unknown import hold_table
from clinic_desktop.exchange.merge.updating import update
from clinic_desktop.exchange.merge.writer_rights import check_room
from clinic_desktop.exchange.records import FindingKind, SegmentState
from clinic_desktop.exchange.trust.standing import Peer
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.storage.capture import HLC_SHIFT
from clinic_desktop.storage.work import Work

AfterMerge = Callable[[Work, Mapping[str, Collection[str]]], None]
after_merge: list[AfterMerge] = []
"""Filled by app/house.py: told of the ids that one segment changed, by table, inside its transaction. For what a room
derives on each device, such as a search index."""

_DAY = timedelta(days=1)


def apply_segment(
    work: Work, manifest: Manifest, content: bytes, signature: str, bodies: Sequence[bytes], writer: Peer,
    *, adopted: bool = False,
) -> int:  # fmt: skip
    """Apply a segment whose signature and place in its chain were checked; returns how many rows it brought.

    Only inside `vault.do(…, importing=True)`. Raises NotApplied when a rule forbids it. `adopted`: a person at the
    central let it in, though its writer had no right to it.
    """
    with uncollected():
        return _apply(work, manifest, content, signature, bodies, writer, adopted=adopted)


def _apply(
    work: Work, manifest: Manifest, content: bytes, signature: str, bodies: Sequence[bytes], writer: Peer,
    *, adopted: bool,
) -> int:  # fmt: skip
    cut_all(work)
    manifest = redacting.stored(work.cursor, digest(content), manifest)
    landing = Landing(work, manifest, writer)
    landing.adopted = adopted
    sieve = Sieve(landing)
    for part, body in zip(manifest.parts, bodies, strict=True):
        try:
            found = sieve.sift(copies.read(part, body))
        except BadPart as error:
            raise NotApplied(FindingKind.UNREADABLE, part.name) from error
        check_room(landing, found.table)
        shape = shapes().get(found.table)
        if shape is None:
            hold_table(landing, found)
        elif isinstance(found, Inserts):
            insert(landing, shape, found)
        elif isinstance(found, Copies):
            taking_copies.take(landing, shape, found)
        else:
            update(landing, shape, found)
    _finish(landing, content, signature, bodies, sieve)
    return manifest.rows


def _finish(landing: Landing, content: bytes, signature: str, bodies: Sequence[bytes], sieve: Sieve) -> None:
    work, manifest = landing.work, landing.manifest
    if landing.latest >> HLC_SHIFT > unix_ms(work.now + _DAY):
        landing.find(FindingKind.CLOCK)
    work.session.add(segment_row(landing.key, manifest, content, signature, work, SegmentState.APPLIED))
    work.session.add_all(part_rows(landing.key, manifest, bodies))
    work.session.flush()
    work.act = "exchange.apply"
    work.about("segment", f"{manifest.device}-{manifest.epoch}-{manifest.segment}")
    work.detail = {"segment": [manifest.device, manifest.epoch, manifest.segment], "manifest": digest(content)}
    work.also_changed |= {*landing.changed, "segment", "open_conflict", "finding"}
    sieve.finish()
    tell(landing)


def tell(landing: Landing) -> None:
    """What the rooms derive from these rows is derived again."""
    landing.work.also_changed |= set(landing.changed)
    for told in after_merge:
        told(landing.work, landing.changed)
    relaying.pass_on(landing.work, landing.manifest.audience, landing.changed)
