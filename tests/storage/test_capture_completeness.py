"""Every column of every table that travels, by every way a program can write it: what is noted is what changed."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.base import INSERTED_BIT, MergeClass, Synced, synced_classes, synced_columns
from clinic_desktop.storage.types import Choice, Day, Flag, Id, Instant, JsonText, PartialDay
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Work

Do = Callable[[Callable[[Work], Any]], Any]
Values = dict[str, Any]

FIXED = {"id", "origin_site_id"}
INSERTS = ("orm", "core", "bulk", "raw", "or ignore")
UPDATES = ("orm", "core", "bulk", "raw", "upsert", "or ignore")


def value_of(column: sa.Column[Any], chance: random.Random) -> Any:
    """Some value that the column's type takes, never the same twice in a row."""
    number = chance.randrange(1, 10**6)
    match column.type:
        case Instant():
            return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
        case Day():
            return date(2000, 1, 1) + timedelta(days=number % 20_000)
        case PartialDay():
            return PartialDate(1900 + number % 120)
        case Flag():
            return chance.random() < 0.5
        case JsonText():
            return {"n": number, "ñ": [number, None]}
        case Choice(enum=enum):
            return chance.choice(list(enum))
        case Id():
            return new_id()
        case sa.LargeBinary():
            return number.to_bytes(8)
        case sa.Integer():
            return number
        case sa.Float():
            return number / 7
        case _:
            return f"text {number} ñ"


def values_of(cls: type[Synced], chance: random.Random, names: set[str] | None = None) -> Values:
    made = {
        column.name: None if column.nullable and chance.random() < 0.2 else value_of(column, chance)
        for column, _ in synced_columns(cls)
        if names is None or column.name in names
    }
    return {"id": new_id(), **made} if names is None else made


def stored(vault: Vault, cls: type[Synced]) -> dict[str, tuple[Any, ...]]:
    listed = ", ".join(f'"{c.name}"' for c, _ in synced_columns(cls))
    rows = vault._raw.execute(f"SELECT id, {listed} FROM {cls.__tablename__}").fetchall()
    return {row[0]: tuple(row[1:]) for row in rows}


def noted(vault: Vault, cls: type[Synced]) -> dict[str, int]:
    sql = "SELECT id, mask FROM dirty WHERE tbl = ?"
    return dict(vault._raw.execute(sql, (cls.__tablename__,)).fetchall())


def changed(cls: type[Synced], before: tuple[Any, ...], after: tuple[Any, ...]) -> int:
    pairs = zip(synced_columns(cls), before, after, strict=True)
    return sum(1 << rule.bit for (_, rule), old, new in pairs if old != new)


def plain(cls: type[Synced], values: Values, work: Work) -> Values:
    """As the driver takes them."""
    dialect = work.session.connection().dialect
    found: Values = {}
    for name, value in values.items():
        process = cls.__table__.c[name].type.bind_processor(dialect)
        found[name] = process(value) if process else value
    return found


def put_in(work: Work, cls: type[Synced], route: str, row: Values) -> None:
    table = cls.__table__
    assert isinstance(table, sa.Table)
    match route:
        case "orm":
            work.session.add(cls(**row))
            work.session.flush()
        case "core":
            work.session.connection().execute(sa.insert(table).values(**row))
        case "bulk":
            work.session.connection().execute(sa.insert(table), [row])
        case _:
            raw = plain(cls, row, work)
            names, marks = ", ".join(f'"{n}"' for n in raw), ", ".join("?" * len(raw))
            verb = "INSERT OR IGNORE" if route == "or ignore" else "INSERT"
            work.cursor.execute(f"{verb} INTO {table.name} ({names}) VALUES ({marks})", list(raw.values()))


def write_again(work: Work, cls: type[Synced], route: str, row_id: str, new: Values) -> None:
    table = cls.__table__
    assert isinstance(table, sa.Table)
    raw = plain(cls, new, work)
    sets = ", ".join(f'"{n}" = ?' for n in raw)
    match route:
        case "orm":
            row = work.session.get(cls, row_id)
            for name, value in new.items():
                setattr(row, name, value)
            work.session.flush()
        case "core":
            work.session.connection().execute(sa.update(table).where(table.c.id == row_id).values(**new))
        case "bulk":
            bound = {f"new_{name}": value for name, value in new.items()}
            statement = sa.update(table).where(table.c.id == sa.bindparam("which"))
            told = statement.values({name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in new})
            work.session.connection().execute(told, [{"which": row_id, **bound}])
        case "upsert":
            whole = work.cursor.execute(f"SELECT * FROM {table.name} WHERE id = ?", (row_id,)).fetchone()
            names = [d[0] for d in work.cursor.description]
            marks = ", ".join("?" * len(names))
            listed = ", ".join(f'"{n}"' for n in names)
            again = ", ".join(f'"{n}" = ?' for n in raw)
            sql = f"INSERT INTO {table.name} ({listed}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {again}"
            work.cursor.execute(sql, [*whole, *raw.values()])
        case _:
            verb = "UPDATE OR IGNORE" if route == "or ignore" else "UPDATE"
            work.cursor.execute(f"{verb} {table.name} SET {sets} WHERE id = ?", [*raw.values(), row_id])


@pytest.fixture
def free(vault: Vault) -> Vault:
    """Rows here have no parents."""
    vault._raw.execute("PRAGMA foreign_keys = OFF")
    return vault


@pytest.mark.parametrize("cls", synced_classes(), ids=lambda cls: cls.__tablename__)
def test_what_is_noted_is_what_changed(free: Vault, do: Do, cls: type[Synced]) -> None:
    _table(free, do, cls, random.Random(cls.__tablename__), rounds=1)


@pytest.mark.long
def test_fifty_rounds_of_random_writes_in_every_table(free: Vault, do: Do) -> None:
    for cls in synced_classes():
        _table(free, do, cls, random.Random(f"long {cls.__tablename__}"), rounds=50)


def _table(vault: Vault, do: Do, cls: type[Synced], chance: random.Random, *, rounds: int) -> None:
    vault._raw.execute("DELETE FROM dirty")
    rows = {route: values_of(cls, chance) for route in INSERTS}
    do(lambda work: [put_in(work, cls, route, row) for route, row in rows.items()] and None)
    assert noted(vault, cls) == {row["id"]: 1 << INSERTED_BIT for row in rows.values()}
    if cls.__merge__ is MergeClass.APPEND:
        return
    free_names = [c.name for c, _ in synced_columns(cls) if c.name not in FIXED]
    _each_column_alone(vault, do, cls, chance, free_names)
    ids = [row["id"] for row in rows.values()]
    for _ in range(rounds):
        vault._raw.execute("DELETE FROM dirty")
        before = stored(vault, cls)
        told = [
            (UPDATES[n % len(UPDATES)], row_id, set(chance.sample(free_names, chance.randint(1, len(free_names)))))
            for n, row_id in enumerate([*ids, chance.choice(ids)][: len(ids)])
        ]

        def several(work: Work, told: list[tuple[str, str, set[str]]] = told) -> None:
            for route, row_id, names in told:
                write_again(work, cls, route, row_id, values_of(cls, chance, names))
                work.session.expire_all()

        do(several)
        after = stored(vault, cls)
        really = {row_id: mask for row_id in after if (mask := changed(cls, before[row_id], after[row_id]))}
        assert noted(vault, cls) == really


def _each_column_alone(vault: Vault, do: Do, cls: type[Synced], chance: random.Random, names: list[str]) -> None:
    rows = [values_of(cls, chance) for _ in names]
    do(lambda work: [put_in(work, cls, "raw", row) for row in rows] and None)
    vault._raw.execute("DELETE FROM dirty")
    bits = {column.name: rule.bit for column, rule in synced_columns(cls)}
    expected: dict[str, int] = {}

    def each(work: Work) -> None:
        for row, name in zip(rows, names, strict=True):
            column = cls.__table__.c[name]
            new = next(v for _ in range(100) if (v := value_of(column, chance)) != row[name])  # type: ignore[arg-type]
            write_again(work, cls, "raw", row["id"], {name: new})
            expected[row["id"]] = 1 << bits[name]

    do(each)
    assert noted(vault, cls) == expected


def test_a_write_that_changes_nothing_notes_nothing(free: Vault, do: Do) -> None:
    chance = random.Random(3)
    for cls in synced_classes():
        if cls.__merge__ is MergeClass.APPEND:
            continue
        row = values_of(cls, chance)
        do(lambda work, cls=cls, row=row: put_in(work, cls, "raw", row))
        free._raw.execute("DELETE FROM dirty")
        again = {name: value for name, value in row.items() if name not in FIXED}
        do(lambda work, cls=cls, row=row, again=again: write_again(work, cls, "raw", row["id"], again))
        assert noted(free, cls) == {}, cls.__tablename__
