"""After an update: what newer programs had written, and this one had no place for until now, is taken in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import msgspec

from clinic_desktop.exchange.carrying import intake
from clinic_desktop.exchange.carrying.chains import let_in
from clinic_desktop.exchange.erasure import redacting
from clinic_desktop.exchange.erasure.erasing import Sieve
from clinic_desktop.exchange.format import copies
from clinic_desktop.exchange.format.bundle import SealedSegment
from clinic_desktop.exchange.format.copies import Copies
from clinic_desktop.exchange.format.manifest import read_manifest
from clinic_desktop.exchange.format.parts import Inserts, RowChange, UnitChange, Updates
from clinic_desktop.exchange.format.shape import Shape, shapes
from clinic_desktop.exchange.merge import taking_copies
from clinic_desktop.exchange.merge.applying import tell
from clinic_desktop.exchange.merge.inserting import fill, insert
from clinic_desktop.exchange.merge.landing import Landing, NotApplied
from clinic_desktop.exchange.merge.rules import Stamp
from clinic_desktop.exchange.merge.updating import update
from clinic_desktop.exchange.merge.writer_rights import check_room
from clinic_desktop.exchange.records import Segment, SegmentState
from clinic_desktop.exchange.trust.adopting import as_it_came
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.storage.opening import SYSTEM
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Reading, Work

_Held = tuple[int, str, str, str, Any]
"""Key, table, kind, row, content."""


def take_up(vault: Vault) -> None:
    """When a vault was opened. Costs two small questions where nothing is held."""
    for key in vault.ask(_held_whole, SYSTEM):
        found = vault.do(partial(_held_segment, key=key), SYSTEM)
        intake.take_segment(vault, SYSTEM, found, signed=False)
    if vault.ask(_is_waiting, SYSTEM):
        vault.do(integrate, SYSTEM, importing=True)


def _held_whole(reading: Reading) -> list[int]:
    """Segments that were for a newer program and can be read now, in the order in which they came. Whoever wrote them
    has the receipt, so nobody sends them again."""
    sql = "SELECT key, manifest FROM segment WHERE state = ? ORDER BY key"
    rows = reading.connection.exec_driver_sql(sql, (SegmentState.HELD,)).all()
    return [key for key, content in rows if not read_manifest(content).is_for_later]


def _held_segment(work: Work, key: int) -> SealedSegment:
    return as_it_came(work, work.load(Segment, key))


def _is_waiting(reading: Reading) -> bool:
    rows = reading.connection.exec_driver_sql("SELECT DISTINCT tbl, kind, content FROM held_change").all()
    return any(_is_known(table, kind, msgspec.json.decode(content)) for table, kind, content in rows)


def _is_known(table: str, kind: str, content: Any) -> bool:
    shape = shapes().get(table)
    if shape is None:
        return False
    if kind == "insert":
        return any(column in shape.columns for column in content)
    if kind in ("update", copies.KIND):
        unit = shape.unit(content[0])
        return unit is not None and set(content[1]) <= set(unit.columns)
    return True


def integrate(work: Work) -> None:
    """Whole tables and new columns of rows first, then the changes of what is there. What is still unknown stays."""
    held: dict[int, list[_Held]] = defaultdict(list)
    rows = work.cursor.execute("SELECT segment_key, key, tbl, kind, row_id, content FROM held_change ORDER BY key")
    for segment, key, table, kind, row_id, content in rows.fetchall():
        told = msgspec.json.decode(content)
        if _is_known(table, kind, told):
            held[segment].append((key, table, kind, row_id, told))
    landings = {segment: _landing(work, segment) for segment in held}
    for segment, some in held.items():
        _take_tables(work, landings[segment], segment, {table for _, table, kind, _, _ in some if kind == "table"})
        for key, table, kind, row_id, told in some:
            if kind == "insert":
                _fill(work, landings[segment], key, table, row_id, told)
    for segment, some in held.items():
        _take_changes(landings[segment], some)
    done = [(key,) for some in held.values() for key, _, kind, _, _ in some if kind != "insert"]
    work.cursor.executemany("DELETE FROM held_change WHERE key = ?", done)
    for landing in landings.values():
        tell(landing)
    work.act = "exchange.integrate"
    work.detail = {"rows": sum(len(some) for some in held.values())}
    work.also_changed |= {"open_conflict", "finding"}


def _landing(work: Work, segment: int) -> Landing:
    content, digest = work.cursor.execute("SELECT manifest, hash FROM segment WHERE key = ?", (segment,)).fetchone()
    manifest = redacting.stored(work.cursor, digest, read_manifest(content))
    landing = Landing(work, manifest, standing(work).peers[manifest.device], key=segment)
    landing.adopted = bool(let_in(work, [digest]))
    return landing


def _take_tables(work: Work, landing: Landing, segment: int, tables: Iterable[str]) -> None:
    for table in sorted(tables):
        bodies: list[tuple[int, bytes]] = work.cursor.execute(
            "SELECT number, body FROM segment_part WHERE segment_key = ? AND tbl = ? ORDER BY number", (segment, table)
        ).fetchall()
        for number, body in bodies:
            _take(landing, shapes()[table], copies.read(landing.manifest.parts[number - 1], body))


def _take(landing: Landing, shape: Shape, found: Inserts | Updates | Copies) -> None:
    sieve = Sieve(landing)
    try:
        check_room(landing, shape.table)
        sifted = sieve.sift(found)
        if isinstance(sifted, Inserts):
            insert(landing, shape, sifted)
        elif isinstance(sifted, Updates):
            update(landing, shape, sifted)
        else:
            taking_copies.take(landing, shape, sifted)
        sieve.finish()
    except NotApplied as refused:
        # Rights are judged before anything is written; the segment itself was taken in long ago.
        landing.find(refused.kind, shape.table)


def _fill(work: Work, landing: Landing, key: int, table: str, row_id: str, told: Mapping[str, Any]) -> None:
    """The columns of a row that had none of them when it came."""
    shape = shapes()[table]
    known = {column: value for column, value in told.items() if column in shape.columns}
    fill(landing, shape, row_id, known)
    if left := {column: value for column, value in told.items() if column not in known}:
        kept = msgspec.json.encode(left).decode()
        work.cursor.execute("UPDATE held_change SET content = ? WHERE key = ?", (kept, key))
    else:
        work.cursor.execute("DELETE FROM held_change WHERE key = ?", (key,))


def _take_changes(landing: Landing, some: Iterable[_Held]) -> None:
    changes: dict[str, list[RowChange]] = defaultdict(list)
    for _key, table, kind, row_id, told in some:
        if kind == "update":
            unit, columns, value, prev, seen, hlc, author = told
            change = UnitChange(unit, tuple(columns), tuple(value), _stamps(prev), _stamps(seen))
            changes[table].append(RowChange(row_id, hlc, author, (change,)))
    for table, found in changes.items():
        _take(landing, shapes()[table], Updates(table, found))
    copied = [one for one in some if one[2] == copies.KIND]
    for table in {one[1] for one in copied}:
        told = [(row_id, content) for _key, of, _kind, row_id, content in copied if of == table]
        taking_copies.take_held(landing, shapes()[table], told)


def _stamps(listed: Iterable[Any]) -> frozenset[Stamp]:
    return frozenset(Stamp(*one) for one in listed)
