"""From the segments alone: the same state again. The drill for the day the disk is lost, and the archive for that day.

The drill makes a second vault beside the first, under keys that nobody keeps, gives it the identity and the trust of
this computer and every segment it holds, in another order than they came, and compares. Nothing here is changed.
"""

import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import outgoing
from clinic_desktop.exchange.carrying.outgoing import Plan
from clinic_desktop.exchange.carrying.segments import part_rows, segment_row
from clinic_desktop.exchange.digests import Sum, Sums, all_sums
from clinic_desktop.exchange.format import minisign
from clinic_desktop.exchange.format.canonical import digest
from clinic_desktop.exchange.format.manifest import Manifest, read_manifest
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.merge.applying import apply_segment
from clinic_desktop.exchange.merge.landing import NotApplied
from clinic_desktop.exchange.records import Segment, SegmentState
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.exchange.trust.certificates import everybody
from clinic_desktop.exchange.trust.records import AdoptedSegment
from clinic_desktop.exchange.trust.standing import Peer, standing
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.files import DATABASE, CannotWrite, need_room
from clinic_desktop.storage.vault import Vault, VaultKeys
from clinic_desktop.storage.work import Actor, Asker, Reading, Work

DRILL = "drill"
"""The folder beside the vault of the second one; removed at the end."""
REPLAYING = N_("Building everything again from what arrived")
VOLUME_BYTES = 512 * 1024 * 1024

TRUST = ("peer_device", "authority", "root_use", "site_key", "route_key", "adopted_segment", "redaction")
"""Tables of this device that say who is believed and what was lawfully rewritten: not made from segments."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A table in which what was built again is not what is here."""

    table: str
    what: str
    """Rows, changes or conflicts."""
    site_id: str
    here: int
    again: int


@dataclass(frozen=True, slots=True)
class Drill:
    segments: int
    rows: int
    differences: tuple[Difference, ...]
    not_taken: tuple[str, ...]
    """Segments that are here and would not be believed again, by name."""
    disturbed: bool
    """Somebody saved or merged meanwhile: a difference says nothing."""

    @property
    def equal(self) -> bool:
        return not self.differences and not self.not_taken


_Kept = tuple[int, str, bytes, str, str, SegmentState, str | None]
"""Key, hash, manifest, signature, device, state, reason."""


def drill(vault: Vault, actor: Actor) -> Steps[Drill]:
    """Build this vault again from its segments and compare. What waits was cut before."""
    folder = _empty_folder(vault)
    before = vault.ask(_mark, actor)
    try:
        again = yield from _second_vault(vault, actor, folder)
        try:
            kept = vault.ask(_segments, actor)
            rows, not_taken = yield from _replay(vault, again, actor, kept)
            built = yield from all_sums(again, actor)
        finally:
            again.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    here = yield from all_sums(vault, actor)
    disturbed = vault.ask(_mark, actor) != before
    return Drill(len(kept), rows, _differences(here, built), tuple(not_taken), disturbed)


def _empty_folder(vault: Vault) -> Path:
    folder = vault.folder / DRILL
    try:
        shutil.rmtree(folder, ignore_errors=True)  # left over by a power cut
        need_room(folder, 2 * (vault.folder / DATABASE).stat().st_size)
        folder.mkdir()
    except OSError as error:
        raise CannotWrite(name=DRILL) from error
    return folder


def _mark(reading: Reading) -> tuple[Any, ...]:
    """Changes with every save."""
    return tuple(
        reading.connection.exec_driver_sql("SELECT max(seq), (SELECT max(key) FROM segment) FROM ledger").one()
    )


def _second_vault(vault: Vault, actor: Actor, folder: Path) -> Steps[Vault]:
    keys = VaultKeys(secrets.token_bytes(32), secrets.token_bytes(32))
    again = Vault(folder, keys, vault.clock, create=True)
    try:
        again.migrate()
        again.settle_in(ThisDevice(**vault.ask(_identity, actor)))
        again.find_itself()
        again.start_reading()
        yield Progress(0, 0, _(REPLAYING))
        for table in TRUST:
            again.do(partial(_put, table=table, rows=vault.ask(partial(_all_of, table=table), actor)), actor)
        for shape in shapes().values():
            shipped = vault.ask(partial(_all_of, table=shape.table, site=SHIPPED), actor)
            again.do(partial(_put, table=shape.table, rows=shipped), actor, importing=True)
    except BaseException:
        again.close()
        raise
    return again


def _identity(reading: Reading) -> dict[str, Any]:
    columns = ThisDevice.__table__.columns
    row = reading.one(sa.select(*columns))
    return {column.name: value for column, value in zip(columns, row, strict=True)}


def _all_of(reading: Reading, table: str, site: str | None = None) -> list[dict[str, Any]]:
    where, values = ("", ()) if site is None else (" WHERE origin_site_id = ?", (site,))
    return [dict(r) for r in reading.connection.exec_driver_sql(f"SELECT * FROM {table}{where}", values).mappings()]


def _put(work: Work, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the trust, and those that come with the program and that no segment brings."""
    if rows:
        names, marks = ", ".join(f'"{c}"' for c in rows[0]), ", ".join("?" * len(rows[0]))
        work.cursor.execute(f"DELETE FROM {table}") if table in TRUST else None
        work.cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(r.values()) for r in rows])
    work.act = "exchange.drill"


def _segments(reading: Reading) -> list[_Kept]:
    """In the order of their writers, not of their arrival: the result may not depend on it."""
    found = reading.all(
        sa.select(
            Segment.key, Segment.hash, Segment.manifest, Segment.signature, Segment.device_id, Segment.state,
            Segment.reason,
        ).order_by(Segment.device_id, Segment.epoch.desc(), Segment.number)
    )  # fmt: skip
    return [(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in found]


def _replay(vault: Vault, again: Vault, actor: Actor, kept: Sequence[_Kept]) -> Steps[tuple[int, list[str]]]:
    rows, not_taken = 0, list[str]()
    peers, counted = again.ask(standing, actor).peers, vault.ask(_counted, actor)
    for n, one in enumerate(kept):
        stored = next(outgoing.segments_of(vault, actor, [one[0]]))
        bodies = [body for _name, body in stored[2]]
        manifest = read_manifest(one[2])
        try:
            writer = peers.get(one[4])
            _check(one, writer)
            take = partial(_take, one=one, manifest=manifest, bodies=bodies, writer=writer, adopted=one[1] in counted)
            rows += again.do(take, actor, importing=True)
        except (NotApplied, BadSignature):
            not_taken.append(manifest.folder.removeprefix("segments/"))
        yield Progress(n + 1, len(kept), _(REPLAYING))
    return rows, not_taken


def _check(one: _Kept, writer: Peer | None) -> None:
    """What is here is what its writer signed. Of what was kept aside nothing is asked."""
    _, told, content, signature, _, state, _ = one
    if state == SegmentState.QUARANTINED:
        return
    if writer is None or digest(content) != told:
        raise BadSignature()
    minisign.verify(writer.public_key, content, signature)


def _take(
    work: Work, one: _Kept, manifest: Manifest, bodies: list[bytes], writer: Peer | None, *, adopted: bool
) -> int:
    _, _, content, signature, _, state, reason = one
    if state == SegmentState.APPLIED:
        assert writer is not None, "checked before"
        return apply_segment(work, manifest, content, signature, bodies, writer, adopted=adopted)
    key = (work.value(sa.select(sa.func.max(Segment.key))) or 0) + 1
    work.session.add(segment_row(key, manifest, content, signature, work, state, reason=reason))
    work.session.add_all(part_rows(key, manifest, bodies))
    work.session.flush()
    work.act = "exchange.drill"
    return 0


def _differences(here: Sums, again: Sums) -> tuple[Difference, ...]:
    keys = sorted(k for k in here.keys() | again.keys() if here.get(k, Sum()) != again.get(k, Sum()))
    return tuple(Difference(*k, here.get(k, Sum()).count, again.get(k, Sum()).count) for k in keys)


# -- the archive: everything, for the central itself


def archive_volumes(reading: Reading, volume_bytes: int = VOLUME_BYTES) -> list[list[int]]:
    """Keys of all segments that are believed or held, in files of about this size. What is kept aside stays with its
    writer, who goes on sending it."""
    if not reading.place.is_central:
        raise OnlyCentral()
    volumes: list[list[int]] = [[]]
    filled = 0
    for row in reading.all(outgoing.every_segment().where(Segment.state != SegmentState.QUARANTINED)):
        if filled and filled + row[6] > volume_bytes:
            volumes.append([])
            filled = 0
        volumes[-1].append(row[0])
        filled += row[6]
    return volumes


def plan_archive(work: Work, keys: Iterable[int], extra: Iterable[str] = ()) -> Plan:
    """One file of the archive: for the central's own computers, and for `extra` age recipients. It brings the
    certificates of everybody, without whom no segment could be believed."""
    known = standing(work)
    recipients = {known.here.recipient, *(p.recipient for p in known.centrals()), *extra}
    wanted = set(keys)
    rows = [row for row in work.all(outgoing.every_segment()) if row[0] in wanted]
    return outgoing.plan_archive(work, rows, recipients, everybody(work), sorted(_counted(work, wanted)))


def _counted(asker: Asker, keys: Iterable[int] | None = None) -> set[str]:
    """What was applied of writers who might not write it today: cut off since, or with fewer rights, or let in by a
    person. Whoever builds again has no way to know when it came; that it counted is enough."""
    doubtful = [p.device_id for p in standing(asker).peers.values() if not p.believed or p.rights is not None]
    rows = asker.all(
        sa.select(Segment.key, Segment.hash).where(
            Segment.state == SegmentState.APPLIED,
            sa.or_(Segment.device_id.in_(doubtful), Segment.hash.in_(sa.select(AdoptedSegment.hash))),
        )
    )
    return {digest for key, digest in rows if keys is None or key in keys}
