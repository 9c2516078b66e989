"""What to carry: the segments that the other side has not confirmed, and the head of the bundle that brings them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import have
from clinic_desktop.exchange.carrying.chains import forked_lines
from clinic_desktop.exchange.carrying.have import Have, Held
from clinic_desktop.exchange.carrying.told import told_here
from clinic_desktop.exchange.erasure import redacting
from clinic_desktop.exchange.format.bundle import FORMAT, Head, Keys, Known, LedgerEnd, Listed, Stored
from clinic_desktop.exchange.format.copies import KIND
from clinic_desktop.exchange.format.manifest import READER
from clinic_desktop.exchange.format.shape import COMMON, INSERTED
from clinic_desktop.exchange.records import (
    BundleContent,
    BundleLog,
    BundleWay,
    PeerDevice,
    Segment,
    SegmentPart,
    SegmentState,
)
from clinic_desktop.exchange.stick import route
from clinic_desktop.exchange.troubles import NotEnrolled, OnlyCentral
from clinic_desktop.exchange.trust import authority, receipts
from clinic_desktop.exchange.trust.certificates import reasons_of, roster
from clinic_desktop.exchange.trust.records import AdoptedSegment
from clinic_desktop.exchange.trust.standing import Peer, Standing, standing
from clinic_desktop.storage import ledger, migrate
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Asker, Reading, Work

Row = sa.Row[int, str, str, int, str, datetime, int, str]
"""Key, device, epoch, number, hash, when it was cut, size and audience of a segment."""
VOLUME_BYTES = 1024**3
"""What one file carries at most, as the segments weigh; a stick formatted as FAT32 holds no file of 4 GiB."""


@dataclass(frozen=True, slots=True)
class Load:
    """New and changed rows of one table."""

    table: str
    new: int
    changed: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What would be carried now."""

    loads: tuple[Load, ...]
    since: datetime | None
    """When the oldest of it that is already in a segment was cut."""
    segments: int
    size: int

    @property
    def new(self) -> int:
        return sum(load.new for load in self.loads)

    @property
    def changed(self) -> int:
        return sum(load.changed for load in self.loads)


@dataclass(frozen=True, slots=True)
class Plan:
    """A bundle to be written: its number is taken, its file is not there yet."""

    head: Head
    keys: tuple[int, ...]
    log_key: int
    loads: tuple[Load, ...]
    size: int
    signing_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """For whom a bundle is, and what its head tells them beside what it carries."""

    recipients: set[str]
    told: list[Have]
    for_site: str = ""
    people: list[Known] = field(default_factory=list[Known])
    cut_off: dict[str, str] = field(default_factory=dict[str, str])
    adopted: list[str] = field(default_factory=list[str])
    keys: Keys = field(default_factory=Keys)
    lost: list[int] = field(default_factory=list[int])


def waiting(reading: Reading) -> Waiting:
    """What a clinic has that the central has not confirmed."""
    known = standing(reading)
    segments = reading.all(_unconfirmed(reading, known)) if known.centrals() else _lacked_by_mates(reading, known)
    counts = _counted(reading, [row[0] for row in segments])
    found = reading.connection.exec_driver_sql(
        "SELECT tbl, sum((mask >> ?) & 1), count(*) FROM dirty GROUP BY tbl", (INSERTED.bit_length() - 1,)
    )
    for table, new, every in found:
        counts[table, "insert"] += new
        counts[table, "update"] += every - new
    since = min((row[5] for row in segments), default=None)
    return Waiting(_loads(counts), since, len(segments), sum(row[6] for row in segments))


def plans_up(work: Work, most: int = VOLUME_BYTES) -> list[Plan]:
    """A clinic's bundle: for the central, and for the other computers of the site. In volumes of about `most` bytes."""
    known = standing(work)
    mates = _mates(work, known)
    if not known.centrals() and not mates:
        raise NotEnrolled()
    wanted = [*_lost_by_central(work, known), *_lacked_by_mates(work, known)]
    if known.centrals():
        wanted += work.all(_unconfirmed(work, known))
    rows = sorted({row[0]: row for row in wanted}.values(), key=lambda row: (row[1], row[2], row[3]))
    recipients = {p.recipient for p in (*known.centrals(), *mates)}
    lost = receipts.lost_numbers(work, work.load(ThisDevice, 1).epoch)
    return _plans(work, rows, most, Address(recipients, have.haves(work), cut_off=reasons_of(work), lost=lost))


def plans_down(work: Work, site_id: str, most: int = VOLUME_BYTES) -> list[Plan]:
    """The central's bundle for one clinic: receipts, what the central owns, and what was decided about its rows."""
    if not work.place.is_central:
        raise OnlyCentral()
    devices, forked = standing(work).of_site(site_id), forked_lines(work)
    said = {p.device_id: Held(have.said_by(work, p.device_id), forked) for p in devices}
    every = work.all(
        _segments().where(Segment.audience.in_((COMMON, site_id)), Segment.state != SegmentState.QUARANTINED)
    )
    lacking = [row for row in every if any(_lacks(device, told, row) for device, told in said.items())]
    told = have.haves(work, (COMMON, site_id))
    to = Address(
        {p.recipient for p in devices},
        told,
        for_site=site_id,
        people=roster(work, site_id),
        cut_off=reasons_of(work),
        adopted=_adopted(work, site_id),
        keys=Keys(route.identity_for_all(work), receipts.key_for(work, site_id)),
    )
    return _plans(work, lacking, most, to)


def every_segment() -> sa.Select[int, str, str, int, str, datetime, int, str]:
    """Key, device, epoch, number, hash, when it was cut, size and audience of all there are."""
    return _segments()


def plan_archive(
    work: Work, rows: Iterable[Row], recipients: set[str], people: list[Known], adopted: list[str]
) -> Plan:
    """One file of a central's archive, from which it is built again (exchange/rebuilding.py). `adopted`: what counted
    here, whatever its writer may do today."""
    to = Address(recipients, have.haves(work), people=people, cut_off=reasons_of(work), adopted=adopted)
    return _plan(work, rows, to, _next_number(work))


def sites_to_answer(asker: Asker) -> list[tuple[str, str]]:
    """Id and name of each clinic that has a trusted computer."""
    peers = standing(asker).peers.values()
    return sorted({(p.site_id, p.site_name) for p in peers if p.trusted and not p.is_central}, key=lambda s: s[1])


def segments_of(vault: Vault, actor: Actor, keys: Iterable[int]) -> Iterator[Stored]:
    """Manifest, signature and parts of each segment, read one at a time."""
    for key in keys:
        yield vault.ask(partial(_whole_segment, key=key), actor)


def finished(work: Work, log_key: int, file_name: str, sha256: str, size: int, stick_id: str | None = None) -> None:
    """Note that the copy on the stick was read back and is right."""
    log = work.load(BundleLog, log_key)
    log.stick_id = stick_id
    log.file_name, log.sha256, log.size, log.done_at = file_name, sha256, size, work.now
    work.act = "exchange.export"
    work.about("bundle", f"{log.device_id}-{log.epoch}-{log.number}")
    work.detail = {"sha256": sha256}
    work.also_changed.add("bundle_log")


def _whole_segment(reading: Reading, key: int) -> Stored:
    manifest, signature = reading.one(sa.select(Segment.manifest, Segment.signature).where(Segment.key == key))
    rows = reading.all(
        sa.select(SegmentPart.number, SegmentPart.tbl, SegmentPart.body)
        .where(SegmentPart.segment_key == key)
        .order_by(SegmentPart.number)
    )
    return manifest, signature, [(f"parts/{n:04d}.{table}.jsonl.zst", body) for n, table, body in rows]


def _segments() -> sa.Select[int, str, str, int, str, datetime, int, str]:
    return sa.select(
        Segment.key,
        Segment.device_id,
        Segment.epoch,
        Segment.number,
        Segment.hash,
        Segment.cut_at,
        Segment.size,
        Segment.audience,
    ).order_by(Segment.device_id, Segment.epoch, Segment.number)


def _unconfirmed(asker: Asker, known: Standing) -> sa.Select[int, str, str, int, str, datetime, int, str]:
    return _segments().where(
        Segment.device_id.in_(sorted(known.ever_of_site(asker.site_id))),
        Segment.receipted_at.is_(None),
        Segment.state != SegmentState.QUARANTINED,
    )


def _mates(asker: Asker, known: Standing) -> list[Peer]:
    """The other computers of this clinic."""
    return [p for p in known.of_site(asker.site_id) if p.device_id != asker.place.device_id]


def _lacked_by_mates(asker: Asker, known: Standing) -> list[Row]:
    """What another computer of the clinic said it does not hold; of one that never spoke, everything, if no central
    took it in, which would bring it."""
    forked = forked_lines(asker)
    said = {p.device_id: Held(have.said_by(asker, p.device_id), forked) for p in _mates(asker, known)}
    centrals = [p.device_id for p in known.centrals()]
    brought = {row[0] for row in asker.all(sa.select(PeerDevice.device_id).where(PeerDevice.issuer.in_(centrals)))}
    asked = {device: told for device, told in said.items() if told.spoke or device not in brought}
    if not asked:
        return []
    rows = asker.all(_segments().where(Segment.state != SegmentState.QUARANTINED))
    return [row for row in rows if any(_lacks(device, told, row) for device, told in asked.items())]


def _lost_by_central(work: Work, known: Standing) -> list[Row]:
    """What the central wrote, sent here and, put back to an older state, holds no more."""
    forked = forked_lines(work)
    held = {p.device_id: Held(have.said_by(work, p.device_id), forked) for p in known.centrals()}
    spoke = [one for one in held.values() if one.spoke]
    wrote = [p.device_id for p in known.peers.values() if p.is_central]
    rows = work.all(_segments().where(Segment.device_id.in_(wrote), Segment.state != SegmentState.QUARANTINED))
    return [row for row in rows if any(not one.covers(row[1], row[2], row[7], row[3], row[4]) for one in spoke)]


def _lacks(device: str, told: Held, row: Row) -> bool:
    _, writer, epoch, number, digest, _, _, audience = row
    if told.covers(writer, epoch, audience, number, digest):
        return False
    # A device that never spoke has its own; one that spoke and does not name it was put back to an older state.
    return writer != device or told.spoke


def _plans(work: Work, rows: Sequence[Row], most: int, to: Address) -> list[Plan]:
    """One plan for each volume; a load that fits is one volume, also if there is nothing to carry but receipts."""
    volumes: list[list[Row]] = [[]]
    size = 0
    if sum(row[6] for row in rows) > most:
        # What is on no stick yet goes first: else the last parts would never find room.
        gone = _on_the_way(work)
        rows = sorted(rows, key=lambda row: row[0] in gone)
    for row in rows:
        if volumes[-1] and size + row[6] > most:
            volumes.append([])
            size = 0
        volumes[-1].append(row)
        size += row[6]
    number = _next_number(work)
    return [_plan(work, part, to, number, n, len(volumes)) for n, part in enumerate(volumes, start=1)]


def _on_the_way(asker: Asker) -> set[int]:
    """Segments in bundles that are on a stick and not lost."""
    rows = asker.all(
        sa.select(BundleContent.segment_key)
        .join(BundleLog, BundleLog.key == BundleContent.log_key)
        .where(BundleLog.way == BundleWay.OUT, BundleLog.done_at.is_not(None), BundleLog.lost_at.is_(None))
    )
    return {row[0] for row in rows}


def _next_number(work: Work) -> int:
    device = work.load(ThisDevice, 1)
    last = work.value(
        sa.select(sa.func.max(BundleLog.number)).where(
            BundleLog.way == BundleWay.OUT, BundleLog.epoch == device.epoch, BundleLog.device_id == device.device_id
        )
    )
    return (last or 0) + 1


def _head(work: Work, device: ThisDevice, chosen: Sequence[Row], to: Address, numbers: tuple[int, int, int]) -> Head:
    """`numbers`: of the bundle, which volume, of how many."""
    number, volume, volumes = numbers
    end = ledger.head(work.cursor)
    return Head(
        format=FORMAT,
        min_reader=READER,
        schema=migrate.HEAD,
        number=number,
        device=device.device_id,
        epoch=device.epoch,
        site=device.site_id,
        site_code=device.site_code,
        site_name=device.site_name,
        for_site=to.for_site,
        made_at=instant_text(work.now),
        recipients=sorted(to.recipients),
        segments=[Listed(row[1], row[2], row[3], row[4]) for row in chosen],
        have=to.told,
        ledger=LedgerEnd(end.count, end.hash),
        roster=to.people,
        revoked=sorted(to.cut_off),
        revoked_why=to.cut_off,
        authority=authority.chain(work) if work.place.is_central else [],
        adopted=to.adopted,
        told=told_here(work),
        redactions=redacting.of_segments(work.cursor, [row[4] for row in chosen]),
        volume=volume,
        volumes=volumes,
        keys=to.keys,
        lost=to.lost,
    )


def _log(head: Head, to: Address, now: datetime) -> BundleLog:
    """A bundle that is about to be written; `finished` says when it was read back."""
    in_volumes = head.volumes > 1
    return BundleLog(
        way=BundleWay.OUT,
        device_id=head.device,
        epoch=head.epoch,
        number=head.number,
        site_id=to.for_site,
        file_name="",
        sha256="",
        size=0,
        segments=len(head.segments),
        new_segments=0,
        refused_segments=0,
        made_at=now,
        volume=head.volume if in_volumes else None,
        volumes=head.volumes if in_volumes else None,
    )


def _plan(work: Work, rows: Iterable[Row], to: Address, number: int, volume: int = 1, volumes: int = 1) -> Plan:
    device = work.load(ThisDevice, 1)
    chosen = _once(rows)
    head = _head(work, device, chosen, to, (number, volume, volumes))
    log = _log(head, to, work.now)
    work.session.add(log)
    work.session.flush()
    carried = tuple(row[0] for row in chosen)
    if carried:
        content = [{"log_key": log.key, "segment_key": key} for key in carried]
        work.session.execute(sa.insert(BundleContent), content)
    loads, size = _loads(_counted(work, carried)), sum(row[6] for row in chosen)
    return Plan(head, carried, log.key, loads, size, device.signing_key)


def _once(
    rows: Iterable[Row],
) -> list[Row]:
    """Of two segments of one number the first: a bundle has one place for both, and the other goes with the next."""
    return list({(row[1], row[2], row[3]): row for row in reversed(list(rows))}.values())[::-1]


def _adopted(work: Work, site_id: str) -> list[str]:
    """What was let in of segments that this site may have."""
    if work.first(sa.select(AdoptedSegment.hash).limit(1)) is None:
        return []
    rows = work.all(
        sa.select(AdoptedSegment.hash)
        .join(Segment, Segment.hash == AdoptedSegment.hash)
        .where(Segment.audience.in_((COMMON, site_id)))
        .order_by(AdoptedSegment.hash)
    )
    return [row[0] for row in rows]


def _counted(asker: Asker, keys: Iterable[int]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    listed = list(keys)
    for at in range(0, len(listed), 500):
        rows = asker.all(
            sa.select(SegmentPart.tbl, SegmentPart.kind, sa.func.sum(SegmentPart.rows))
            .where(SegmentPart.segment_key.in_(listed[at : at + 500]))
            .group_by(SegmentPart.tbl, SegmentPart.kind)
        )
        for table, kind, rows_of in rows:
            counts[table, "insert" if kind == KIND else kind] += int(rows_of)
    return counts


def _loads(counts: Counter[tuple[str, str]]) -> tuple[Load, ...]:
    tables = sorted({table for table, _ in counts})
    return tuple(Load(t, counts[t, "insert"], counts[t, "update"]) for t in tables)
