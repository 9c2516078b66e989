"""What goes on to other clinics: the central owes rows to audiences beside the one they came from, and sends copies.

Who is entitled to what is known above (`audiences`). A row that is owed is cut as a *copy* (exchange/format/copies.py):
as it is now, with the stamp of its insert and every operation on it word for word. That is an exact state of the row,
so a copy may come twice, late or beside others, and everybody who holds the same operations says the same.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.storage.work import Asker, Work

Audiences = Callable[[Asker, str, Collection[str]], Mapping[str, frozenset[str]]]
Named = Callable[[Asker, str, Collection[str]], Mapping[str, frozenset[str]]]
Entitling = Callable[[Work, Mapping[str, Collection[str]]], None]
MayChange = Callable[[Asker, str, str, Collection[str]], frozenset[str]]

audiences: list[Audiences] = []
"""Filled by app/wiring.py: of rows (table, ids) at the central, the audiences that are entitled to them: sites, or
"common". The one that they came from, or are cut for, may be among them."""

named: list[Named] = []
"""Filled by app/wiring.py: of rows (table, ids), the rows by table that they name and that must be known wherever they
are read (who wrote it, which medicine)."""

entitling: list[Entitling] = []
"""Filled by app/wiring.py: told of the rows that changed at the central, for those by which others become entitled to
what came long before (a yes that is given again)."""

may_change: list[MayChange] = []
"""Filled by app/wiring.py: of rows (site, table, ids) of other sites, those that this site has been sent."""


def owe(work: Work, audience: str, rows: Iterable[tuple[str, str]]) -> None:
    """These rows (table, id) are to be sent to `audience` as they are when the next segment is cut."""
    work.cursor.executemany(
        "INSERT INTO relay_due (audience, tbl, id) VALUES (?,?,?) ON CONFLICT DO NOTHING",
        [(audience, table, row_id) for table, row_id in rows],
    )


def pass_on(work: Work, audience: str, changed: Mapping[str, Collection[str]]) -> None:
    """At the central: rows that came from `audience`, or were cut for it, are owed to all others that are entitled,
    and so is what these rows entitle others to."""
    if not work.place.is_central:
        return
    for told in entitling:
        told(work, changed)
    owe_to_entitled(work, audience, changed)


def owe_to_entitled(work: Work, audience: str, changed: Mapping[str, Collection[str]]) -> None:
    owed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, ids in changed.items():
        for row_id, entitled in _entitled(work, table, ids):
            for other in entitled - {audience}:
                owed[other].append((table, row_id))
    for other, rows in owed.items():
        owe(work, other, rows)


def still_entitled(asker: Asker, audience: str, table: str, ids: Collection[str]) -> list[str]:
    """Of rows that are owed, in their order, those that may still go: somebody may have taken a yes back since."""
    found = {row_id for row_id, entitled in _entitled(asker, table, ids) if audience in entitled}
    return [row_id for row_id in ids if row_id in found]


def _entitled(asker: Asker, table: str, ids: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
    if table in shapes():
        for told in audiences:
            yield from told(asker, table, ids).items()


def is_ready(work: Work) -> bool:
    """False in a database that is about to be brought up to date."""
    sql = "SELECT 1 FROM sqlite_master WHERE name = 'relay_due'"
    return work.cursor.execute(sql).fetchone() is not None


def is_owing(work: Work) -> bool:
    return work.cursor.execute("SELECT 1 FROM relay_due LIMIT 1").fetchone() is not None


def sent_to(work: Work, site_id: str, table: str, ids: Collection[str]) -> frozenset[str]:
    """Of these rows of other sites, those that this site has been sent and may change."""
    return frozenset[str]().union(*(told(work, site_id, table, ids) for told in may_change))
