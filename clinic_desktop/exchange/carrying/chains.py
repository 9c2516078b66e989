"""The chain of one writer's segments: neighbours name each other, and a number is used once.

A copied computer breaks both. Where a person let one of the two lines in, both stand: then every laptop must come to
hold both, in whatever order they arrive.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import have
from clinic_desktop.exchange.carrying.have import Held
from clinic_desktop.exchange.format.manifest import Manifest
from clinic_desktop.exchange.format.shape import COMMON
from clinic_desktop.exchange.merge.landing import NotApplied
from clinic_desktop.exchange.records import FindingKind, Segment, SegmentState
from clinic_desktop.exchange.trust.records import AdoptedSegment
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.storage.work import Asker, Work

Line = tuple[str, str, str]
"""Device, epoch and audience."""


def let_in(asker: Asker, hashes: Iterable[str]) -> set[str]:
    """Of these manifests, those that had been kept aside and were let in."""
    wanted = sorted(set(hashes))
    rows = asker.all(sa.select(AdoptedSegment.hash).where(AdoptedSegment.hash.in_(wanted))) if wanted else ()
    return {row[0] for row in rows}


def check_chain(work: Work, manifest: Manifest, digest: str) -> None:
    """The neighbours that are here must name each other; a number used twice is a fork: a copied computer."""
    if manifest.follows and manifest.follows.number >= manifest.segment:
        raise NotApplied(FindingKind.CHAIN, "follows a later one")
    rows = work.all(
        sa.select(Segment.number, Segment.hash, Segment.audience, Segment.follows, Segment.follows_hash)
        .where(Segment.device_id == manifest.device, Segment.epoch == manifest.epoch)
        .where(Segment.state != SegmentState.QUARANTINED)
        .where(sa.or_(Segment.number.between(manifest.segment - 1, manifest.segment + 1),
                      Segment.follows == manifest.segment,
                      Segment.number == (manifest.follows.number if manifest.follows else -1)))
    )  # fmt: skip
    here: dict[int, set[str]] = defaultdict(set)
    after: set[str] = set()
    for number, other, audience, follows, follows_hash in rows:
        here[number].add(other)
        if follows == manifest.segment and audience == manifest.audience:
            after.add(follows_hash)
    if here[manifest.segment]:
        _settled(work, {digest} | here[manifest.segment], FindingKind.FORK, "number used twice")
    for named in (manifest.previous, manifest.follows):
        if named is not None and here[named.number] and named.hash not in here[named.number]:
            both = {digest, named.hash} | here[named.number]
            _settled(work, both, FindingKind.CHAIN, "names another segment before it")
    if after and digest not in after:
        _settled(work, {digest} | after | here[manifest.segment], FindingKind.CHAIN, "the next one names another")


def _settled(work: Work, sides: set[str], kind: FindingKind, reason: str) -> None:
    """Two lines of one writer meet: only where somebody let one of them in."""
    if not let_in(work, sides):
        raise NotApplied(kind, reason)


def forked_lines(asker: Asker) -> dict[Line, Mapping[str, str]]:
    """Of the writers whose two lines are both held: the hash before each segment, by its own. Empty as a rule."""
    if asker.first(sa.select(AdoptedSegment.hash).limit(1)) is None:
        return {}
    writers = asker.all(
        sa.select(Segment.device_id, Segment.epoch).where(Segment.hash.in_(sa.select(AdoptedSegment.hash))).distinct()
    )
    found: dict[Line, dict[str, str]] = defaultdict(dict)
    for device, epoch in writers:
        rows = asker.all(
            sa.select(Segment.audience, Segment.hash, Segment.follows_hash).where(
                Segment.device_id == device, Segment.epoch == epoch
            )
        )
        for audience, digest, before in rows:
            found[device, epoch, audience][digest] = before
    return dict(found)


def stand_by(work: Work, device_id: str) -> None:
    """When a computer is cut off: what was applied of it and has not reached every laptop that may have it still counts
    there, as if it had been let in."""
    peers = [p for p in standing(work).peers.values() if p.trusted and not p.is_central and p.device_id != device_id]
    forked = forked_lines(work)
    said = [(p.site_id, Held(have.said_by(work, p.device_id), forked)) for p in peers]
    rows = work.all(
        sa.select(Segment.epoch, Segment.audience, Segment.number, Segment.hash).where(
            Segment.device_id == device_id, Segment.state == SegmentState.APPLIED
        )
    )
    for epoch, audience, number, digest in rows:
        wanted = [told for site, told in said if audience in (COMMON, site)]
        if any(not told.covers(device_id, epoch, audience, number, digest) for told in wanted):
            adopt_hash(work, digest, "")


def adopt_hash(work: Work, digest: str, reason: str) -> None:
    """Note that this manifest counts here and is named in bundles."""
    if work.session.get(AdoptedSegment, digest) is None:
        work.session.add(AdoptedSegment(hash=digest, reason=reason, adopted_at=work.now))
        work.session.flush()
        work.also_changed.add("adopted_segment")
