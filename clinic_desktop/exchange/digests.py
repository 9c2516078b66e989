"""Whether two installations hold the same, without sending it: sums of hashes over rows, changes and open conflicts.

A sum does not know in which order its terms came, so it can be kept in any order and compared by two people on the
telephone. What is compared is what the bundles carried: columns that each device derives for itself are left out, and
so is the insert where it was written down as a change, which depends on what arrived first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec

from clinic_desktop.exchange.format import codes
from clinic_desktop.exchange.format.parts import plain
from clinic_desktop.exchange.format.shape import Shape, shapes
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading

ROWS, CHANGES, CONFLICTS = "rows", "changes", "conflicts"
COUNTING = N_("Counting what is here")

_MODULUS = 1 << 256
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Sum:
    count: int = 0
    value: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, (self.value + other.value) % _MODULUS)

    @property
    def hex(self) -> str:
        return f"{self.value:064x}"


Sums = dict[tuple[str, str, str], Sum]
"""By table, what (rows, changes, conflicts) and the site the rows came from; "" for changes whose row is not here."""


@dataclass(frozen=True, slots=True)
class SiteDigest:
    """What is held of the rows of one site. Two offices that hold the same see the same code."""

    site_id: str
    rows: int
    changes: int
    conflicts: int
    code: str


def all_sums(vault: Vault, actor: Actor) -> Steps[Sums]:
    """Of every synced table; each table is read on one unchanging view."""
    found: Sums = {}
    listed = list(shapes().values())
    for n, shape in enumerate(listed):
        found |= vault.ask(partial(sums_of, shape=shape), actor)
        yield Progress(n + 1, len(listed), _(COUNTING))
    return found


def sums_of(reading: Reading, shape: Shape) -> Sums:
    found: Sums = {}
    for what, lines in (
        (ROWS, _rows(reading, shape)),
        (CHANGES, _changes(reading, shape)),
        (CONFLICTS, _conflicts(reading, shape)),
    ):
        for site, content in lines:
            key = (shape.table, what, site)
            found[key] = found.get(key, Sum()) + Sum(1, _term(content))
    return found


def _term(content: Any) -> int:
    return int.from_bytes(sha256(_encode(content)).digest())


def _rows(reading: Reading, shape: Shape) -> Iterable[tuple[str, Any]]:
    sql = f'SELECT "origin_site_id", id, {shape.listed()} FROM {shape.table}'
    for site, *row in reading.connection.exec_driver_sql(sql):
        yield site, [shape.table, *map(plain, row)]


def _changes(reading: Reading, shape: Shape) -> Iterable[tuple[str, Any]]:
    """A change is named by the segment that brought it, or by the name that was passed on with it."""
    sql = (
        "SELECT coalesce(t.origin_site_id, ''), f.tbl, f.id, f.unit, f.hlc, coalesce(s.device_id, n.device_id),"
        " coalesce(s.epoch, n.epoch), coalesce(s.number, n.number), f.author_id, f.value, f.prev, f.seen"
        f" FROM field_op f LEFT JOIN {shape.table} t ON t.id = f.id LEFT JOIN segment s ON s.key = f.segment_key"
        " LEFT JOIN stamp_name n ON n.key = f.segment_key WHERE f.tbl = ? AND f.made = 0"
    )
    for site, *change in reading.connection.exec_driver_sql(sql, (shape.table,)):
        yield site, change


def _conflicts(reading: Reading, shape: Shape) -> Iterable[tuple[str, Any]]:
    sql = (
        "SELECT coalesce(t.origin_site_id, ''), c.tbl, c.id, c.unit, c.blocking, c.waiting, c.sides"
        f" FROM open_conflict c LEFT JOIN {shape.table} t ON t.id = c.id WHERE c.tbl = ?"
    )
    for site, *conflict in reading.connection.exec_driver_sql(sql, (shape.table,)):
        yield site, conflict


def by_site(sums: Mapping[tuple[str, str, str], Sum]) -> dict[str, SiteDigest]:
    """One digest for each site; rows that come with the program are nobody's."""
    sites = {site for _table, _what, site in sums if site not in ("", SHIPPED)}
    return {site: _digest(site, {k: v for k, v in sums.items() if k[2] == site}) for site in sites}


def _digest(site: str, sums: Mapping[tuple[str, str, str], Sum]) -> SiteDigest:
    totals = {what: sum((s for k, s in sums.items() if k[1] == what), Sum()) for what in (ROWS, CHANGES, CONFLICTS)}
    content = _encode([[*key, one.count, one.hex] for key, one in sorted(sums.items())])
    counts = (totals[ROWS].count, totals[CHANGES].count, totals[CONFLICTS].count)
    return SiteDigest(site, *counts, codes.spoken(content, 12))
