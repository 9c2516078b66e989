"""Whose a row is, and what else of a person is here: followed along the columns that lead to a record."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from clinic_desktop.exchange.erasure import personal
from clinic_desktop.exchange.merge.versions import ids_json
from clinic_desktop.storage.work import Asker

Ways = Mapping[str, tuple[tuple[str, str], ...]]
"""Of a table, the columns that lead to a person: straight (their target is the table of people), or by a table that
has such a column."""


def ways(without: Collection[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for link in personal.links():
        if link.table not in without and link.target is not None and link.target != link.table:
            found[link.table].append((link.column, link.target))
    straight = {table: tuple(w for w in some if w[1] == personal.PERSON) for table, some in found.items()}
    by_another = {
        table: tuple(way for way in sorted(some) if straight.get(way[1]))[:1]
        for table, some in found.items()
        if not straight[table]
    }
    told = {personal.PERSON: (("id", personal.PERSON),)} | straight | by_another
    return {table: columns for table, columns in told.items() if columns}


def people_of(asker: Asker, known: Ways, table: str, ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The person, or two, that each of these rows is about."""
    found: dict[str, frozenset[str]] = {}
    for column, target in known[table]:
        named = named_by(asker, table, column, ids)
        above = {} if target == personal.PERSON else people_of(asker, known, target, set(named.values()))
        for row_id, one in named.items():
            whose = frozenset({one}) if target == personal.PERSON else above.get(one, frozenset[str]())
            found[row_id] = found.get(row_id, frozenset[str]()) | whose
    return found


def rows_of(asker: Asker, known: Ways, patient_id: str) -> Iterator[tuple[str, str]]:
    """Table and id of everything that is here about somebody."""
    for table, told in known.items():
        for column, target in told:
            below = "?" if target == personal.PERSON else _of_person(known, target)
            sql = f"SELECT id FROM {table} WHERE {column} IN ({below})"
            yield from ((table, str(row[0])) for row in asker.plain(sql, (patient_id,) * sql.count("?")))


def _of_person(known: Ways, table: str) -> str:
    return " UNION ".join(f"SELECT id FROM {table} WHERE {column} = ?" for column, _target in known[table])


def named_by(asker: Asker, table: str, column: str, ids: Collection[str]) -> dict[str, str]:
    """What each of these rows has in this column, where it has something."""
    sql = f'SELECT id, "{column}" FROM {table} WHERE "{column}" IS NOT NULL AND id IN (SELECT value FROM json_each(?))'
    return {str(row[0]): str(row[1]) for row in asker.plain(sql, (ids_json(ids),))}
