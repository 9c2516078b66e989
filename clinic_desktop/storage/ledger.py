"""The ledger: one hash-chained line per use case; who, when, what, on which record, and what it left behind.

It finds what page checks miss: a line cut, changed or put back, and (`stale_rows`) a row that is not as its newest
line says. The head is kept outside the database too (storage/head.py) and at the central.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from clinic_desktop.storage.base import Synced, synced_classes, synced_columns

TABLES_SQL = (
    "CREATE TABLE ledger (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor_id TEXT NOT NULL, act TEXT NOT NULL,"
    " tbl TEXT, row_id TEXT, rows TEXT NOT NULL, detail TEXT, prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT",
    "CREATE INDEX ix_ledger_row ON ledger (row_id) WHERE row_id IS NOT NULL",
    "CREATE TRIGGER ledger_final BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is final'); END",
    "CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is final'); END",
    "CREATE TRIGGER ledger_unique BEFORE INSERT ON ledger WHEN EXISTS (SELECT 1 FROM ledger WHERE seq = NEW.seq)"
    " BEGIN SELECT RAISE(ABORT, 'ledger is final'); END",
)

FIRST = "0" * 64
LOOKED = "looked"
"""The act of a line that only says who opened which record."""
OUTSIDE = "outside the program"
"""The act of a line about rows that changed without a use case."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: how many lines, and the hash of the last."""

    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class Line:
    at: str
    actor_id: str
    act: str
    table: str | None
    row_id: str | None
    rows: list[list[str]]
    """[table, id, digest] of each row as the use case left it."""
    detail: Any = None


def head(cursor: Any) -> Head:
    found = cursor.execute("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(found[0], found[1]) if found else Head(0, FIRST)


def append(cursor: Any, line: Line) -> Head:
    """Write one line behind the last; inside the caller's transaction."""
    last = head(cursor)
    seq, rows, detail = last.count + 1, _canonical(line.rows), None if line.detail is None else _canonical(line.detail)
    values = (seq, line.at, line.actor_id, line.act, line.table, line.row_id, rows, detail, last.hash)
    digest = _line_hash(values)
    cursor.execute("INSERT INTO ledger VALUES (?,?,?,?,?,?,?,?,?,?)", (*values, digest))
    return Head(seq, digest)


def broken_at(cursor: Any) -> int | None:
    """The number of the first line that does not follow from the one before, or None if the chain is whole."""
    previous, expected = FIRST, 1
    for row in cursor.execute(
        "SELECT seq, at, actor_id, act, tbl, row_id, rows, detail, prev, hash FROM ledger ORDER BY seq"
    ):
        if row[0] != expected or row[8] != previous or _line_hash(row[:9]) != row[9]:
            return expected
        previous, expected = row[9], expected + 1
    return None


def has(cursor: Any, old: Head) -> bool:
    """Whether `old` is an ancestor of the chain as it stands (it must be, unless somebody put an old file back)."""
    if old.count == 0:
        return True
    found = cursor.execute("SELECT hash FROM ledger WHERE seq = ?", (old.count,)).fetchone()
    return found is not None and found[0] == old.hash


def row_digest(cursor: Any, cls: type[Synced], row_id: str) -> str:
    """SHA-256 of the captured values; an empty column does not count, so that adding one changes nothing."""
    names = [c.name for c, _ in synced_columns(cls)]
    listed = ", ".join(f'"{n}"' for n in names)
    found = cursor.execute(f"SELECT {listed} FROM {cls.__tablename__} WHERE id = ?", (row_id,)).fetchone()
    return values_digest(cls.__tablename__, row_id, names, found)


def values_digest(table: str, row_id: str, names: list[str], values: Iterable[Any] | None) -> str:
    kept = None
    if values is not None:
        found = list(values)
        kept = [
            [name, value.hex() if isinstance(value, bytes) else value]
            for name, place in _by_name(tuple(names))
            if (value := found[place]) is not None
        ]
    return hashlib.sha256(_canonical([table, row_id, kept]).encode()).hexdigest()


@lru_cache(maxsize=256)
def _by_name(names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The columns in the order of their names, and where each stands: the same for every row of a table."""
    return tuple(sorted((name, place) for place, name in enumerate(names)))


def digests(cursor: Any, touched: Iterable[tuple[str, str]]) -> list[list[str]]:
    by_name = {c.__tablename__: c for c in synced_classes()}
    return [
        [table, row_id, row_digest(cursor, by_name[table], row_id)] for table, row_id in touched if table in by_name
    ]


def stale_rows(cursor: Any) -> Iterator[tuple[str, str]]:
    """Rows that differ from what their newest line says: a page put back, or a change past the triggers.

    Of rows that came in a bundle and were never changed here the line names only the segment: its own hash speaks for
    them. The caller holds a transaction open, so that all is one view of the data.
    """
    by_name = {c.__tablename__: c for c in synced_classes()}
    seen: set[bytes] = set()
    looking = cursor.connection.cursor()
    # Newest line first, and of each row only a short mark is kept: a million rows must fit a small laptop.
    for (rows,) in cursor.execute("SELECT rows FROM ledger WHERE rows <> '[]' ORDER BY seq DESC"):
        for table, row_id, digest in reversed(json.loads(rows)):
            if table not in by_name or (mark := _mark(table, row_id)) in seen:
                continue
            seen.add(mark)
            if row_digest(looking, by_name[table], row_id) != digest:
                yield table, row_id


def _mark(table: str, row_id: str) -> bytes:
    return hashlib.blake2b(f"{table} {row_id}".encode(), digest_size=16).digest()


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def _line_hash(values: Iterable[Any]) -> str:
    return hashlib.sha256(_canonical(list(values)).encode()).hexdigest()
