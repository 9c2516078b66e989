"""What this device holds of everybody's segments: told in every bundle, and the ground of every receipt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa

from clinic_desktop.exchange.format.manifest import Count, Epoch, Hash, Name, Number
from clinic_desktop.exchange.records import PeerHave, Segment, SegmentState
from clinic_desktop.storage.work import Asker, Work


class Have(msgspec.Struct, frozen=True):
    """Of one writer, epoch and audience: everything up to `upto` without a gap, and some beyond."""

    device: Name
    epoch: Epoch
    audience: str
    upto: Count
    """0 when the very first is missing."""
    hash: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
    """The manifest hash of segment `upto`."""
    beyond: list[tuple[Number, Hash]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Segments that somebody wrote and that have not arrived: all after `after` and before `before`."""

    device_id: str
    epoch: str
    audience: str
    after: int
    before: int


def haves(asker: Asker) -> list[Have]:
    """What is held and applied here. A segment set aside is not: its writer must go on sending it."""
    rows = asker.all(
        sa.select(Segment.device_id, Segment.epoch, Segment.audience, Segment.number, Segment.hash, Segment.follows)
        .where(Segment.state != SegmentState.QUARANTINED)
        .order_by(Segment.device_id, Segment.epoch, Segment.audience, Segment.number)
    )
    told: dict[tuple[str, str, str], list[Any]] = {}
    for device, epoch, audience, number, digest, follows in rows:
        told.setdefault((device, epoch, audience), []).append((number, digest, follows))
    return [_have(*writer, held) for writer, held in told.items()]


def _have(device: str, epoch: str, audience: str, held: list[tuple[int, str, int]]) -> Have:
    upto, digest, place = 0, "", 0
    while place < len(held) and held[place][2] == upto and not _is_used_twice(held, place):
        upto, digest = held[place][:2]
        place += 1
    return Have(device, epoch, audience, upto, digest, [(n, h) for n, h, _ in held[place:]])


def _is_used_twice(held: list[tuple[int, str, int]], place: int) -> bool:
    """Another segment of this number is held too (exchange/carrying/chains.py): both are then named one by one."""
    return place + 1 < len(held) and held[place + 1][0] == held[place][0]


def gaps(asker: Asker) -> list[Gap]:
    """What is missing between segments that are here."""
    found: list[Gap] = []
    rows = asker.all(
        sa.select(Segment.device_id, Segment.epoch, Segment.audience, Segment.number, Segment.follows)
        .where(Segment.state != SegmentState.QUARANTINED)
        .order_by(Segment.device_id, Segment.epoch, Segment.audience, Segment.number)
    )
    last: tuple[Any, ...] = ()
    for device, epoch, audience, number, follows in rows:
        before = last[3] if last[:3] == (device, epoch, audience) else 0
        if follows != before and number != before:
            found.append(Gap(device, epoch, audience, before, number))
        last = (device, epoch, audience, number)
    return found


def remember(work: Work, peer_id: str, told: Iterable[Have]) -> None:
    """Keep what a peer said it holds, in place of what it said before."""
    work.session.execute(sa.delete(PeerHave).where(PeerHave.peer_id == peer_id))
    for have in told:
        work.session.add(
            PeerHave(
                peer_id=peer_id,
                device_id=have.device,
                epoch=have.epoch,
                audience=have.audience,
                upto=have.upto,
                hash=have.hash,
                beyond=[list(one) for one in have.beyond],
            )
        )


def said_by(asker: Asker, peer_id: str) -> list[Have]:
    """What a peer said last; empty if it never spoke."""
    rows = asker.all(
        sa.select(
            PeerHave.device_id, PeerHave.epoch, PeerHave.audience, PeerHave.upto, PeerHave.hash, PeerHave.beyond
        ).where(PeerHave.peer_id == peer_id)
    )
    return [Have(*row[:5], beyond=[(n, h) for n, h in row[5]]) for row in rows]


class Held:
    """What a peer said it holds, to be asked for single segments."""

    def __init__(self, told: Iterable[Have], forked: Mapping[tuple[str, str, str], Mapping[str, str]] = {}) -> None:
        """`forked`: of writers with two lines, the hash before each segment (chains.forked_lines)."""
        listed = list(told)
        self._told = {(h.device, h.epoch, h.audience): (h.upto, frozenset(n for n, _ in h.beyond)) for h in listed}
        self._lines = {
            line: _line_of(have, forked[line])
            for have in listed
            if (line := (have.device, have.epoch, have.audience)) in forked
        }

    @property
    def spoke(self) -> bool:
        return bool(self._told)

    def covers(self, device: str, epoch: str, audience: str, number: int, digest: str) -> bool:
        held = self._lines.get((device, epoch, audience))
        if held is not None:
            return digest in held
        upto, beyond = self._told.get((device, epoch, audience), (0, frozenset[int]()))
        return number <= upto or number in beyond


def _line_of(have: Have, before: Mapping[str, str]) -> frozenset[str] | None:
    """The hashes that a peer holds of a writer with two lines; None if it names an end that is not known here."""
    if have.upto and have.hash not in before:
        return None
    held = {digest for _, digest in have.beyond}
    at = have.hash
    while at and at not in held:
        held.add(at)
        at = before.get(at, "")
    return frozenset(held)
