"""What this device holds of everybody's segments: told in every bundle, and the ground of every receipt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa

from clinic_desktop.exchange.format.manifest import Count, Epoch, Hash, Name, Number
from clinic_desktop.exchange.records import PeerHave
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


_HERE = "FROM segment s WHERE state <> 'quarantined'"
_SAME_LINE = "p.audience = s.audience AND p.device_id = s.device_id AND p.epoch = s.epoch AND p.state <> 'quarantined'"


def haves(asker: Asker, audiences: tuple[str, ...] = ()) -> list[Have]:
    """What is held and applied here, or of it what is for these. A segment set aside is not: its writer must go on
    sending it."""
    broken: dict[tuple[str, str, str], tuple[int, int]] = {}
    for device, epoch, audience, number, before, _ in _breaks(asker, audiences):
        broken.setdefault((device, epoch, audience), (number, before))
    ends = asker.plain(
        f"SELECT device_id, epoch, audience, max(number) {_HERE}{_of(audiences)}"
        " GROUP BY audience, device_id, epoch ORDER BY device_id, epoch, audience",
        audiences,
    )
    told: list[Have] = []
    for device, epoch, audience, last in ends:
        number, upto = broken.get((device, epoch, audience), (last + 1, last))
        rows = asker.plain(
            f"SELECT number, hash {_HERE} AND audience = ? AND device_id = ? AND epoch = ? AND number >= ?"
            " ORDER BY number, hash",
            (audience, device, epoch, upto),
        )
        beyond = [(other, digest) for other, digest in rows if other >= number]
        told.append(Have(device, epoch, audience, upto, rows[0][1] if upto else "", beyond))
    return told


def gaps(asker: Asker) -> list[Gap]:
    """What is missing between segments that are here."""
    rows = _breaks(asker)
    return [
        Gap(device, epoch, audience, before, number) for device, epoch, audience, number, before, on in rows if not on
    ]


def _breaks(asker: Asker, audiences: tuple[str, ...] = ()) -> Sequence[tuple[Any, ...]]:
    """Where a line of segments does not simply go on, in order: the number, the one before it that is here, and whether
    one of this number follows that one: then there are two of it (exchange/carrying/chains.py), to be named one by one.

    Reads nothing but the index of audiences: a central holds tens of thousands of segments.
    """
    return asker.plain(
        f"""SELECT device_id, epoch, audience, number, before, max(follows = before) FROM (
            SELECT device_id, epoch, audience, number, follows,
                coalesce((SELECT max(p.number) FROM segment p WHERE {_SAME_LINE} AND p.number < s.number), 0) AS before,
                (SELECT count(*) FROM segment p WHERE {_SAME_LINE} AND p.number = s.number) AS bearers
            {_HERE}{_of(audiences)}
        ) WHERE follows <> before OR bearers > 1
        GROUP BY audience, device_id, epoch, number ORDER BY device_id, epoch, audience, number""",
        audiences,
    )


def _of(audiences: tuple[str, ...]) -> str:
    return f" AND audience IN ({', '.join('?' * len(audiences))})" if audiences else ""


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
