"""What travels is what changed: whoever wrote, by whatever route."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlcipher3 import dbapi2

from clinic_desktop.features.settings.records import SettingValue
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import ledger
from clinic_desktop.storage.base import INSERTED_BIT, MergeClass, Synced, synced_classes, synced_columns
from clinic_desktop.storage.vault import FinalRecord, Vault
from clinic_desktop.storage.work import Actor, Work

Do = Callable[[Callable[[Work], Any]], Any]


def dirty(vault: Vault) -> dict[tuple[str, str], int]:
    rows = vault._raw.execute("SELECT tbl, id, mask FROM dirty").fetchall()
    return {(table, row_id): mask for table, row_id, mask in rows}


def values(vault: Vault, cls: type[Synced]) -> dict[str, tuple[Any, ...]]:
    names = ", ".join(f'"{c.name}"' for c, _ in synced_columns(cls))
    rows = vault._raw.execute(f"SELECT id, {names} FROM {cls.__tablename__}").fetchall()
    return {row[0]: tuple(row[1:]) for row in rows}


def expected_mask(cls: type[Synced], before: tuple[Any, ...] | None, after: tuple[Any, ...]) -> int:
    if before is None:
        return 1 << INSERTED_BIT
    pairs = zip(synced_columns(cls), before, after, strict=True)
    return sum(1 << rule.bit for (_, rule), old, new in pairs if old != new)


ROUTES = ("orm", "core", "bulk", "raw", "upsert", "replace")


def write(work: Work, route: str, site: dict[str, Any]) -> None:
    """Write one site row by one of the routes that a program could take."""
    table = Site.metadata.tables[Site.__tablename__]
    exists = work.session.get(Site, site["id"]) is not None
    change = {k: v for k, v in site.items() if k not in ("id", "origin_site_id")}
    connection = work.session.connection()
    if route == "orm" and exists:
        row = work.load(Site, site["id"])
        for name, value in change.items():
            setattr(row, name, value)
        work.session.flush()
    elif route == "orm":
        work.add(Site(**site))
    elif route in ("core", "bulk") and exists:
        connection.execute(sa.update(table).where(table.c.id == site["id"]).values(**change))
    elif route in ("core", "bulk"):
        connection.execute(sa.insert(table), [site] if route == "bulk" else site)
    else:
        raw = {**site, "recorded_at": "2026-11-23T14:00:00.000000Z"}
        names, marks = ", ".join(raw), ", ".join("?" for _ in raw)
        if route == "raw" and exists:
            sets = ", ".join(f"{n} = ?" for n in change)
            args = [raw[n] for n in change]
            work.cursor.execute(f"UPDATE site SET {sets} WHERE id = ?", (*args, site["id"]))
        elif route == "replace" and not exists:
            work.cursor.execute(f"INSERT OR REPLACE INTO site ({names}) VALUES ({marks})", list(raw.values()))
        else:
            sets = ", ".join(f"{n} = excluded.{n}" for n in change)
            work.cursor.execute(
                f"INSERT INTO site ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}", list(raw.values())
            )


def test_masks_equal_the_real_difference_by_every_route(vault: Vault, do: Do, clock: Any) -> None:
    chance = random.Random(7)
    ids = [new_id() for _ in range(6)]
    for _ in range(40):
        before = values(vault, Site)
        vault._raw.execute("DELETE FROM dirty")
        writes = [(chance.choice(ROUTES), chance.choice(ids)) for _ in range(chance.randint(1, 4))]

        def several(work: Work, writes: list[tuple[str, str]] = writes) -> None:
            for route, row_id in writes:
                site = {
                    "id": row_id, "origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": "x",
                    "code": chance.choice(["AAA", "BBB"]), "name": chance.choice(["Uno", "Dos", "Ñu"]),
                    "kind": "clinic", "zone": "America/Guatemala", "phone": chance.choice([None, "555", "777"]),
                }  # fmt: skip
                write(work, route, site)
                work.session.expire_all()

        do(several)
        after, masks = values(vault, Site), dirty(vault)
        for row_id, now in after.items():
            really = expected_mask(Site, before.get(row_id), now)
            noted = masks.get(("site", row_id), 0)
            if before.get(row_id) is None:
                assert noted & (1 << INSERTED_BIT)
            else:
                # A value changed and changed back inside one use case may be noted: carrying it again is harmless.
                assert noted & really == really
                assert bool(really) <= bool(noted)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.sampled_from(["name", "phone", "address"]), min_size=1, max_size=3, unique=True))
def test_an_update_notes_exactly_the_changed_columns(vault: Vault, do: Do, changes: list[str]) -> None:
    row_id = new_id()
    do(lambda work: work.add(Site(id=row_id, code="AAA", name="a", kind="clinic", zone="UTC")) and None)
    before = values(vault, Site)[row_id]
    vault._raw.execute("DELETE FROM dirty")
    do(lambda work: [setattr(work.load(Site, row_id), name, new_id()) for name in changes] and None)
    assert dirty(vault) == {("site", row_id): expected_mask(Site, before, values(vault, Site)[row_id])}


def test_every_table_captures_every_column() -> None:
    for cls in synced_classes():
        rules = [rule for _, rule in synced_columns(cls)]
        bits = [rule.bit for rule in rules]
        assert len(bits) == len(set(bits)), cls.__tablename__
        assert all(0 <= b < INSERTED_BIT for b in bits), cls.__tablename__
        captured = {c.name for c, _ in synced_columns(cls)} | {"id"}
        local = {c.name for c in cls.__table__.columns if "rule" in c.info and c.info["rule"].local}
        assert {c.name for c in cls.__table__.columns} == captured | local, cls.__tablename__


def test_a_synced_row_cannot_be_deleted(do: Do) -> None:
    row_id = new_id()
    do(lambda work: work.add(Site(id=row_id, code="AAA", name="a", kind="clinic", zone="UTC")) and None)
    with pytest.raises(IntegrityError, match="voided, not deleted"):
        do(lambda work: work.session.execute(sa.delete(Site).where(Site.id == row_id)) and None)
    assert do(lambda work: work.load(Site, row_id).name) == "a"


def test_no_conflict_clause_of_the_writer_loses_a_mark(vault: Vault, do: Do) -> None:
    """In SQLite the outer OR REPLACE or OR IGNORE rules over the statements of a trigger."""
    row_id = new_id()
    do(lambda work: work.add(Site(id=row_id, code="AAA", name="a", kind="clinic", zone="UTC")) and None)
    before = values(vault, Site)[row_id]
    vault._raw.execute("DELETE FROM dirty")

    def several(work: Work) -> None:
        work.cursor.execute("UPDATE site SET name = 'b' WHERE id = ?", (row_id,))
        work.cursor.execute("UPDATE OR REPLACE site SET phone = '2' WHERE id = ?", (row_id,))
        work.cursor.execute("UPDATE OR IGNORE site SET address = 'c' WHERE id = ?", (row_id,))

    do(several)
    assert dirty(vault) == {("site", row_id): expected_mask(Site, before, values(vault, Site)[row_id])}


def test_a_row_that_is_there_is_not_replaced_nor_renamed(do: Do) -> None:
    row_id = new_id()
    do(lambda work: work.add(Site(id=row_id, code="AAA", name="a", kind="clinic", zone="UTC")) and None)
    for statement in (
        "INSERT OR REPLACE INTO site SELECT * FROM site WHERE id = ?",
        "UPDATE site SET id = 'other' WHERE id = ?",
        "UPDATE OR IGNORE site SET origin_site_id = 'other' WHERE id = ?",
    ):
        with pytest.raises((dbapi2.IntegrityError, FinalRecord)):
            do(lambda work, statement=statement: work.cursor.execute(statement, (row_id,)) and None)
    assert do(lambda work: work.load(Site, row_id).name) == "a"


def test_a_lawful_erasure_is_signed_and_the_check_is_content(vault: Vault, do: Do) -> None:
    row_id = new_id()
    do(lambda work: work.add(Site(id=row_id, code="AAA", name="a", kind="clinic", zone="UTC")) and None)

    def erase(work: Work) -> None:
        work.cursor.execute("INSERT INTO erasure_guard VALUES (?)", (row_id,))
        work.cursor.execute("DELETE FROM site WHERE id = ?", (row_id,))
        work.cursor.execute("DELETE FROM erasure_guard")

    do(erase)
    cursor = vault._raw.cursor()
    assert list(ledger.stale_rows(cursor)) == []
    assert cursor.execute("SELECT row_id FROM ledger ORDER BY seq DESC LIMIT 1").fetchone() == (row_id,)


def _append_only() -> list[type[Synced]]:
    return [c for c in synced_classes() if c.__merge__ is MergeClass.APPEND]


def test_final_rows_refuse_every_way_of_writing_them_again(vault: Vault, do: Do) -> None:
    for cls in _append_only():
        row_id, table = new_id(), cls.__tablename__
        columns = {
            "id": row_id,
            "origin_site_id": "s",
            "recorded_at": "2026-01-01T00:00:00.000000Z",
            "recorded_by": "x",
        }
        needed = {
            c.name: 0 if isinstance(c.type, sa.Integer) or "INT" in str(c.type) else "x"
            for c in cls.__table__.columns
            if not c.nullable and c.name not in columns
        }
        row = {**columns, **needed}
        names, marks = ", ".join(f'"{n}"' for n in row), ", ".join("?" for _ in row)
        insert = f"INTO {table} ({names}) VALUES ({marks})"

        def put(work: Work, insert: str = insert, row: dict[str, Any] = row) -> None:
            work.cursor.execute("PRAGMA defer_foreign_keys = ON")
            work.cursor.execute(f"INSERT {insert}", list(row.values()))

        vault._raw.execute("PRAGMA foreign_keys = OFF")
        do(put)
        for again in (f"INSERT OR REPLACE {insert}", f"REPLACE {insert}"):
            with pytest.raises(FinalRecord):
                do(lambda work, again=again, row=row: work.cursor.execute(again, list(row.values())) and None)
        with pytest.raises(FinalRecord):
            do(
                lambda work, t=table, i=row_id: (
                    work.cursor.execute(f"UPDATE {t} SET recorded_by = 'y' WHERE id = ?", (i,)) and None
                )
            )
        vault._raw.execute("PRAGMA foreign_keys = ON")


def test_a_change_without_a_use_case_is_named_in_the_ledger(vault: Vault, do: Do, actor: Actor) -> None:
    row_id = new_id()
    do(lambda work: work.add(Site(id=row_id, code="AAA", name="a", kind="clinic", zone="UTC")) and None)
    vault._raw.execute("UPDATE site SET name = 'changed by hand' WHERE id = ?", (row_id,))
    do(lambda work: work.add(SettingValue(key="language", value="es")) and None)
    acts = [a for (a,) in vault._raw.execute("SELECT act FROM ledger WHERE row_id = ? ORDER BY seq", (row_id,))]
    assert acts[-1] == ledger.OUTSIDE


def test_capturing_can_be_told_apart_by_clock(vault: Vault, do: Do, clock: Any) -> None:
    first, second = new_id(), new_id()
    do(lambda work: work.add(Site(id=first, code="AAA", name="a", kind="clinic", zone="UTC")) and None)
    clock.advance(days=-400)
    do(lambda work: work.add(Site(id=second, code="AAA", name="a", kind="clinic", zone="UTC")) and None)
    rows = dict(vault._raw.execute("SELECT id, hlc FROM dirty WHERE tbl = 'site'").fetchall())
    assert rows[second] > rows[first], "a clock that goes back does not change the order"


def test_patients_are_among_the_captured_tables() -> None:
    assert "patient" in {cls.__tablename__ for cls in synced_classes()}
