"""What was kept aside and is let in after all: because a person looked at it, or because what was missing is known now.

What the central lets in is named in its bundles by the hash of its manifest, so that every laptop that may have the
segment takes it too, a copied computer's both lines among them.
"""

from functools import partial

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import intake
from clinic_desktop.exchange.carrying.chains import adopt_hash, forked_lines, let_in
from clinic_desktop.exchange.erasure import redacting
from clinic_desktop.exchange.format.bundle import Head, SealedSegment
from clinic_desktop.exchange.format.manifest import read_manifest
from clinic_desktop.exchange.merge.landing import NotApplied
from clinic_desktop.exchange.records import (
    Finding,
    FindingKind,
    Segment,
    SegmentPart,
    SegmentState,
)
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.trust.certificates import take_roster
from clinic_desktop.exchange.trust.following import take_authority
from clinic_desktop.exchange.trust.standing import CENTRAL, Peer, standing
from clinic_desktop.exchange.trust.troubles import CannotLetIn, NotAside
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Asker, Work

LETTING_IN = N_("Taking in what was kept aside")

LETTABLE = (FindingKind.FORK, FindingKind.CHAIN, FindingKind.REVOKED, FindingKind.NO_RIGHT)
"""Why something was kept aside that a person may let in. What cannot be read, or whose writer is unknown, stays."""


def adopt(work: Work, segment_key: int, reason: str) -> None:
    """Let in a segment that was kept aside, as it is. Only inside `vault.do(…, importing=True)`.

    Raises CannotLetIn where no person can decide it: unreadable, unknown writer, meant for others.
    """
    segment = work.session.get(Segment, segment_key)
    if segment is None or segment.state != SegmentState.QUARANTINED:
        raise NotAside()
    adopt_hash(work, segment.hash, reason)
    name = [segment.device_id, segment.epoch, segment.number]
    try:
        intake.judge(work, as_it_came(work, segment), signed=False)
    except NotApplied as error:
        raise CannotLetIn() from error
    work.act = "exchange.adopt"
    work.detail = {"segment": name, "reason": reason}
    work.also_changed |= {"adopted_segment", "segment", "finding"}


def take_trust(work: Work, head: Head) -> None:
    """Before the segments of a central's bundle: what the root keys say, which computers there are, who is cut off, and
    what was let in."""
    known = standing(work)
    if known.here.is_central:
        return
    sender = known.who(head.device)
    take_authority(work, head.authority, sender or _stranger(head))
    sender = standing(work).who(head.device)
    if sender is None or not sender.is_central or not sender.believed:
        return
    take_roster(work, sender, head.roster, head.revoked, head.revoked_why, fresh=intake.is_fresh(work, head))
    for digest in head.adopted:
        adopt_hash(work, digest, "")
    work.act = "exchange.take_trust"


def judge_again(vault: Vault, actor: Actor) -> Steps[None]:
    """What was kept aside for a reason that is gone: its writer is known now, or one of two lines was let in."""
    tried: set[int] = set()
    while keys := [key for key in vault.ask(_waiting, actor) if key not in tried]:
        for key in keys:
            tried.add(key)
            yield Progress(len(tried), len(tried), _(LETTING_IN))
            try:
                vault.do(partial(_again, segment_key=key), actor, importing=True)
            except NotApplied:
                continue


def _again(work: Work, segment_key: int) -> None:
    segment = work.load(Segment, segment_key)
    intake.judge(work, as_it_came(work, segment), signed=False)
    work.also_changed |= {"segment", "finding"}


def _waiting(asker: Asker) -> list[int]:
    """Segments that are kept aside and may be taken in now; the order in which they were written."""
    kinds = (FindingKind.STRANGER, *LETTABLE)
    open_ones = asker.all(
        sa.select(Finding.segment_key, Finding.kind).where(
            Finding.settled_at.is_(None), Finding.kind.in_(kinds), Finding.segment_key.is_not(None)
        )
    )
    kind_of = {key: kind for key, kind in open_ones if key is not None}
    if not kind_of:
        return []
    believed = {p.device_id for p in standing(asker).peers.values() if p.believed}
    forked = {line[:2] for line in forked_lines(asker)}
    rows = asker.all(
        sa.select(Segment.key, Segment.device_id, Segment.epoch, Segment.hash)
        .where(Segment.key.in_(list(kind_of)), Segment.state == SegmentState.QUARANTINED)
        .order_by(Segment.device_id, Segment.epoch, Segment.number)
    )
    adopted = let_in(asker, [row[3] for row in rows])
    found: list[int] = []
    for key, device_id, epoch, digest in rows:
        known = kind_of[key] is FindingKind.STRANGER and device_id in believed
        met = kind_of[key] in (FindingKind.FORK, FindingKind.CHAIN) and (device_id, epoch) in forked
        if known or met or digest in adopted:
            found.append(key)
    return found


def as_it_came(work: Work, segment: Segment) -> SealedSegment:
    rows = work.all(
        sa.select(SegmentPart.body).where(SegmentPart.segment_key == segment.key).order_by(SegmentPart.number)
    )
    manifest = redacting.stored(work.cursor, segment.hash, read_manifest(segment.manifest))
    redacted = tuple(redacting.of_segments(work.cursor, [segment.hash]))
    return SealedSegment(manifest, segment.manifest, segment.signature, [row[0] for row in rows], redacted)


def _stranger(head: Head) -> Peer:
    """A sender that only the root keys can make known."""
    return Peer(head.device, head.site, head.site_code, head.site_name, CENTRAL, b"", "")
