"""Taking in what arrived: is a segment trusted, known, in its chain; and what a bundle says of receipts and devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlcipher3 import dbapi2

from clinic_desktop.exchange.carrying import have, told
from clinic_desktop.exchange.carrying.chains import check_chain, let_in
from clinic_desktop.exchange.carrying.segments import part_rows, segment_row
from clinic_desktop.exchange.erasure import erasing, redacting
from clinic_desktop.exchange.format import canonical, minisign
from clinic_desktop.exchange.format.bundle import Head, Listed, SealedSegment
from clinic_desktop.exchange.format.manifest import Manifest
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.format.shape import COMMON, shapes
from clinic_desktop.exchange.merge.applying import apply_segment
from clinic_desktop.exchange.merge.landing import NotApplied
from clinic_desktop.exchange.records import (
    BundleLog,
    BundleWay,
    Finding,
    FindingKind,
    Segment,
    SegmentPart,
    SegmentState,
)
from clinic_desktop.exchange.stick import route
from clinic_desktop.exchange.trust import receipts
from clinic_desktop.exchange.trust.standing import Peer, Standing, standing
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.vault import FinalRecord, Vault
from clinic_desktop.storage.work import Actor, Asker, Work


class Taken(StrEnum):
    NEW = "new"
    KNOWN = "known"
    ASIDE = "aside"
    """Quarantined: kept whole, nothing applied."""
    HELD = "held"
    """For a newer program; kept until the update."""


@dataclass(frozen=True, slots=True)
class BundleTaken:
    """What the end of a bundle told: whether it was news, and whether this database must take a new epoch."""

    fresh: bool
    doubt: str | None


def known_folders(asker: Asker, listed: Iterable[Listed]) -> set[str]:
    """Of these segments, those that were applied here before, by folder."""
    wanted = {one.folder: one.hash for one in listed}
    found: set[str] = set()
    numbers: dict[tuple[str, str], list[int]] = {}
    for one in listed:
        numbers.setdefault((one.device, one.epoch), []).append(one.segment)
    for (device, epoch), named in numbers.items():
        rows = asker.all(
            sa.select(Segment.number, Segment.hash)
            .where(Segment.device_id == device, Segment.epoch == epoch)
            .where(Segment.number.between(min(named), max(named)))
            .where(Segment.state == SegmentState.APPLIED)
        )
        for number, digest in rows:
            folder = Listed(device, epoch, number, digest).folder
            if wanted.get(folder) == digest:
                found.add(folder)
    return found


def take_segment(vault: Vault, actor: Actor, found: SealedSegment, *, signed: bool) -> Taken:
    """Apply one verified segment in a transaction of its own, or keep it aside. `signed` is false if its writer is not
    known here, so that nobody could check the signature."""
    try:
        return vault.do(partial(_apply, found=found, signed=signed), actor, importing=True)
    except NotApplied as error:
        return vault.do(partial(_keep_aside, found=found, kind=error.kind, reason=error.reason), actor)
    except (FinalRecord, dbapi2.IntegrityError, dbapi2.DataError, OverflowError) as error:
        reason = type(error).__name__
        return vault.do(partial(_keep_aside, found=found, kind=FindingKind.UNREADABLE, reason=reason), actor)


def _apply(work: Work, found: SealedSegment, signed: bool) -> Taken:
    return judge(work, found, signed=signed)


def judge(work: Work, found: SealedSegment, *, signed: bool) -> Taken:
    """Apply a segment in the transaction of `work`, or raise NotApplied with the reason to keep it aside."""
    manifest, known, digest = found.manifest, standing(work), canonical.digest(found.content)
    adopted = bool(let_in(work, [digest]))
    writer = _writer(known, found, signed=signed, adopted=adopted)
    old = _same(work, manifest, digest)
    if old is not None:
        if old.state == SegmentState.APPLIED or (old.state == SegmentState.HELD and manifest.is_for_later):
            return Taken.KNOWN
        _forget(work, old)
    try:
        redacting.check(known, writer, () if adopted else found.redacted)
    except redacting.NotBelieved as error:
        raise NotApplied(FindingKind.NO_RIGHT, "redaction") from error
    _check_audience(known, writer, manifest)
    check_chain(work, manifest, digest)
    redacting.keep(work, found.redacted)
    if manifest.is_for_later:
        return _hold(work, found)
    apply_segment(work, manifest, found.content, found.signature, found.bodies, writer, adopted=adopted)
    return Taken.NEW


def _writer(known: Standing, found: SealedSegment, *, signed: bool, adopted: bool) -> Peer:
    """Whoever wrote it, if its word counts here."""
    writer = known.who(found.manifest.device)
    if writer is None:
        raise NotApplied(FindingKind.STRANGER, "unknown device")
    if not signed:
        try:
            minisign.verify(writer.public_key, found.content, found.signature)
        except BadSignature as error:
            raise NotApplied(FindingKind.STRANGER, "not its signature") from error
    if writer.asked_code is not None:
        raise NotApplied(FindingKind.STRANGER, "code not compared")
    if not writer.believed and not adopted:
        raise NotApplied(FindingKind.REVOKED, "revoked device")
    return writer


def _same(work: Work, manifest: Manifest, digest: str) -> Segment | None:
    return work.session.scalars(
        sa.select(Segment)
        .where(Segment.device_id == manifest.device, Segment.epoch == manifest.epoch)
        .where(Segment.number == manifest.segment, Segment.hash == digest)
    ).first()


def _forget(work: Work, old: Segment) -> None:
    """It was kept aside and comes again: judge it anew."""
    work.session.execute(sa.delete(SegmentPart).where(SegmentPart.segment_key == old.key))
    redacting.forget(work, old.hash)
    work.session.execute(
        sa.update(Finding)
        .where(Finding.segment_key == old.key, Finding.settled_at.is_(None))
        .values(settled_at=work.now)
    )
    work.session.delete(old)
    work.session.flush()


def _check_audience(known: Standing, writer: Peer, manifest: Manifest) -> None:
    """A clinic writes for its own site; the central for everybody only what it owns. We read what is meant for us."""
    allowed = manifest.site == writer.site_id
    if writer.is_central:
        owned = all((shape := shapes().get(p.table)) is None or shape.owned for p in manifest.parts)
        allowed = allowed and (manifest.audience != COMMON or owned)
    else:
        allowed = allowed and manifest.audience == writer.site_id
    if not known.here.is_central:
        allowed = allowed and manifest.audience in (COMMON, known.here.site_id)
    if not allowed:
        raise NotApplied(FindingKind.NO_RIGHT, "audience")


def _next_key(work: Work) -> int:
    return (work.value(sa.select(sa.func.max(Segment.key))) or 0) + 1


def _hold(work: Work, found: SealedSegment) -> Taken:
    key = _next_key(work)
    work.session.add(segment_row(key, found.manifest, found.content, found.signature, work, SegmentState.HELD))
    work.session.add_all(part_rows(key, found.manifest, found.bodies))
    work.session.flush()
    erasing.empty_kept_aside(work, key)
    _sign_line(work, "exchange.hold", found)
    return Taken.HELD


def _keep_aside(work: Work, found: SealedSegment, kind: FindingKind, reason: str) -> Taken:
    manifest = found.manifest
    old = _same(work, manifest, canonical.digest(found.content))
    if old is not None and old.state != SegmentState.HELD:
        return Taken.ASIDE
    if old is not None:
        _forget(work, old)
    key = _next_key(work)
    row = segment_row(key, manifest, found.content, found.signature, work, SegmentState.QUARANTINED, reason=reason)
    work.session.add(row)
    work.session.add_all(part_rows(key, manifest, found.bodies))
    redacting.keep(work, found.redacted)
    work.session.flush()
    erasing.empty_kept_aside(work, key)
    work.session.add(Finding(kind=kind, segment_key=key, detail=reason, found_at=work.now))
    work.session.flush()
    work.also_changed |= {"finding", "segment"}
    _sign_line(work, "exchange.keep_aside", found)
    return Taken.ASIDE


def _sign_line(work: Work, act: str, found: SealedSegment) -> None:
    manifest = found.manifest
    work.act = act
    work.about("segment", f"{manifest.device}-{manifest.epoch}-{manifest.segment}")
    work.detail = {
        "segment": [manifest.device, manifest.epoch, manifest.segment],
        "manifest": canonical.digest(found.content),
    }


def was_read(asker: Asker, sha256: str) -> bool:
    """Whether this very file was taken in before, whole."""
    return _is_logged(asker, BundleWay.IN, sha256)


def was_written(asker: Asker, sha256: str) -> bool:
    """Whether this very file is one of our own."""
    return _is_logged(asker, BundleWay.OUT, sha256)


def _is_logged(asker: Asker, way: BundleWay, sha256: str) -> bool:
    found = asker.first(
        sa.select(BundleLog.key)
        .where(BundleLog.way == way, BundleLog.sha256 == sha256, BundleLog.done_at.is_not(None))
        .limit(1)
    )
    return found is not None


def take_bundle(work: Work, head: Head, log: BundleLog) -> BundleTaken:
    """After the segments of a bundle: what its sender holds, receipts, devices; and note that it was read."""
    fresh = is_fresh(work, head)
    _note_restored(work, head)
    known = standing(work)
    sender = known.peers[head.device]
    obeyed = sender.is_central and sender.trusted and not known.here.is_central
    """Of a central that was replaced the segments count; what it held, burnt with it."""
    doubt = None
    if fresh and sender.believed:
        have.remember(work, head.device, head.have)
        told.remember(work, head.device, head.told | _lost_words(head))
        doubt = _doubt(work, head)
        if obeyed:
            _mark_receipts(work, known, head)
            route.take_key(work, head.keys)
            receipts.take_key(work, head.keys)
        if known.here.is_central:
            _note_forgotten(work, known, sender, head)
    work.session.add(log)
    work.session.flush()
    work.act = "exchange.take_bundle"
    work.about("bundle", f"{head.device}-{head.epoch}-{head.number}")
    work.detail = {"sha256": log.sha256, "ledger": [head.ledger.count, head.ledger.hash]}
    work.also_changed |= {"bundle_log", "segment", "peer_have"}
    return BundleTaken(fresh, doubt)


def _lost_words(head: Head) -> dict[str, str]:
    return {told.LOST: " ".join(str(number) for number in head.lost)} if head.lost else {}


def is_fresh(work: Work, head: Head) -> bool:
    """Whether nothing newer was read from this device. A restored device has a new epoch, and its older bundles may
    still be on their way. One that was copied goes on in both: what it wrote in the older epoch after the newer one
    had begun is news too, or one of the two would never be sent what it lacks."""
    began = sa.func.min(BundleLog.key)
    rows = work.all(
        sa.select(BundleLog.epoch, sa.func.max(BundleLog.number), sa.func.min(BundleLog.made_at))
        .where(BundleLog.way == BundleWay.IN, BundleLog.device_id == head.device)
        .group_by(BundleLog.epoch)
        .order_by(began.desc())
    )
    last = {epoch: number for epoch, number, _ in rows}
    if head.epoch not in last:
        return True
    newest, _, since = rows[0]
    return head.number > last[head.epoch] and (head.epoch == newest or datetime.fromisoformat(head.made_at) > since)


def _note_restored(work: Work, head: Head) -> None:
    """A computer that was read before speaks in an epoch never heard: put back from a backup, moved or copied."""
    epochs = work.all(
        sa.select(BundleLog.epoch).where(BundleLog.way == BundleWay.IN, BundleLog.device_id == head.device).distinct()
    )
    if not epochs or head.epoch in {row[0] for row in epochs}:
        return
    work.session.add(
        Finding(
            kind=FindingKind.RESTORED, tbl="peer_device", row_id=head.device, detail=head.made_at, found_at=work.now
        )
    )
    work.also_changed.add("finding")


def _note_forgotten(work: Work, known: Standing, sender: Peer, head: Head) -> None:
    """A clinic learned from us that one of its computers was cut off, and a backup put back took it away here. Its word
    alone cuts nobody off: a person does."""
    told_already = sa.select(Finding.row_id).where(Finding.kind == FindingKind.FORGOTTEN, Finding.settled_at.is_(None))
    asked = {row[0] for row in work.all(told_already)}
    for device_id in head.revoked:
        peer = known.who(device_id)
        if peer is None or peer.site_id != sender.site_id or peer.revoked_at is not None or device_id in asked:
            continue
        work.session.add(Finding(kind=FindingKind.FORGOTTEN, tbl="peer_device", row_id=device_id, found_at=work.now))
        work.also_changed.add("finding")


def _doubt(work: Work, head: Head) -> str | None:
    """Why this database may be an old copy: somebody holds more of our segments than we wrote, or others."""
    device = work.load(ThisDevice, 1)
    for held in head.have:
        if (held.device, held.epoch) != (device.device_id, device.epoch):
            continue
        for number, digest in [(held.upto, held.hash), *held.beyond]:
            if number > device.last_segment:
                return "somebody holds more than this database wrote"
            if number and digest not in _own_hashes(work, device, number):
                return "somebody holds another segment of this number"
    return None


def _own_hashes(work: Work, device: ThisDevice, number: int) -> set[str]:
    """Two where a copy of this computer wrote too, and was let in."""
    rows = work.all(
        sa.select(Segment.hash).where(
            Segment.device_id == device.device_id, Segment.epoch == device.epoch, Segment.number == number
        )
    )
    return {row[0] for row in rows}


def _mark_receipts(work: Work, known: Standing, head: Head) -> None:
    """What the central has needs no more carrying; what it had and lost travels again."""
    ours = known.ever_of_site(known.here.site_id)
    # Without their content: of a year of them that would be all that was ever written here.
    rows = work.all(
        sa.select(Segment.key, Segment.device_id, Segment.epoch, Segment.audience, Segment.number, Segment.hash,
                  Segment.receipted_at).where(Segment.device_id.in_(sorted(ours)))
    )  # fmt: skip
    ends = _other_lines(work, head)
    held: dict[tuple[str, str, str], Any] = {(h.device, h.epoch, h.audience): h for h in head.have}
    news: dict[bool, list[int]] = {True: [], False: []}
    for key, device, epoch, audience, number, digest, receipted_at in rows:
        said = held.get((device, epoch, audience))
        if (device, epoch, audience) in ends:
            continue
        has = said is not None and (number <= said.upto or [number, digest] in [list(b) for b in said.beyond])
        if has is (receipted_at is None):
            news[has].append(key)
    for has, keys in news.items():
        if keys:
            change = sa.update(Segment).where(Segment.key == sa.bindparam("one"))
            work.session.connection().execute(
                change.values(receipted_at=work.now if has else None), [{"one": key} for key in keys]
            )


def _other_lines(work: Work, head: Head) -> set[tuple[str, str, str]]:
    """Of which writers a `have` names another segment than ours as its end: it speaks of the other line of a copied
    computer, and says nothing of this one."""
    found: set[tuple[str, str, str]] = set()
    for told_end in head.have:
        rows = work.all(
            sa.select(Segment.hash).where(
                Segment.device_id == told_end.device,
                Segment.epoch == told_end.epoch,
                Segment.number == told_end.upto,
                Segment.audience == told_end.audience,
            )
        )
        if rows and told_end.hash not in {row[0] for row in rows}:
            found.add((told_end.device, told_end.epoch, told_end.audience))
    return found


def in_log(work: Work, head: Head, name: str, sha256: str, size: int, new: int, aside: int) -> BundleLog:
    return BundleLog(
        way=BundleWay.IN,
        device_id=head.device,
        epoch=head.epoch,
        number=head.number,
        site_id=head.site,
        file_name=name,
        sha256=sha256,
        size=size,
        segments=len(head.segments),
        new_segments=new,
        refused_segments=aside,
        made_at=datetime.fromisoformat(head.made_at),
        done_at=work.now,
        volume=head.volume if head.volumes > 1 else None,
        volumes=head.volumes if head.volumes > 1 else None,
    )
