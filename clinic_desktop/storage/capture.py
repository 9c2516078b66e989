"""Capture: triggers that note which columns of which row changed, in the same transaction, whoever wrote.

For each synced table, generated from its declaration:
- after an insert or update: one line in `dirty` (what the next segment must carry) with a column mask and a hybrid
  logical clock, and one in `touched` (what the running use case must sign in the ledger);
- a delete (also that of a REPLACE) is refused, except for ids listed in `erasure_guard` by a lawful erasure in the
  same transaction, which is then signed in the ledger but not carried: the redaction record is;
- append-only rows can be neither updated nor replaced.
The clock is the one row of `capture_state`: `Work` sets it from the injected clock, the triggers count it on.
While `capture_state.off` is 1 (migrations, the importer) nothing is noted, but final stays final.
"""

from clinic_desktop.storage.base import INSERTED_BIT, MergeClass, Synced, synced_columns

PREFIX = "capture_"

TABLES_SQL = (
    "CREATE TABLE capture_state (only INTEGER PRIMARY KEY CHECK (only = 1), hlc INTEGER NOT NULL,"
    " off INTEGER NOT NULL) STRICT",
    "INSERT INTO capture_state (only, hlc, off) VALUES (1, 0, 0)",
    "CREATE TABLE dirty (tbl TEXT NOT NULL, id TEXT NOT NULL, mask INTEGER NOT NULL, hlc INTEGER NOT NULL,"
    " PRIMARY KEY (tbl, id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE touched (tbl TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tbl, id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE erasure_guard (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
)

HLC_SHIFT = 16
"""The clock value is milliseconds since 1970, shifted, with a counter in the low bits."""

_ON = "(SELECT off FROM capture_state) = 0"
_GUARDED = "NOT EXISTS (SELECT 1 FROM erasure_guard WHERE id = OLD.id)"


def _note(table: str, row: str, mask: str) -> str:
    return (
        "UPDATE capture_state SET hlc = hlc + 1; "
        f"INSERT INTO dirty (tbl, id, mask, hlc) SELECT '{table}', {row}.id, {mask}, hlc FROM capture_state WHERE true"
        " ON CONFLICT (tbl, id) DO UPDATE SET mask = mask | excluded.mask, hlc = excluded.hlc; "
        f"INSERT INTO touched (tbl, id) VALUES ('{table}', {row}.id) ON CONFLICT DO NOTHING; "
    )


def update_mask(cls: type[Synced]) -> str:
    """SQL that computes the mask of the columns an update really changed."""
    parts = [f'(OLD."{c.name}" IS NOT NEW."{c.name}") << {rule.bit}' for c, rule in synced_columns(cls)]
    return " | ".join(f"({part})" for part in parts)


def triggers(cls: type[Synced]) -> list[str]:
    """The CREATE TRIGGER statements of one table."""
    table = cls.__tablename__
    final = cls.__merge__ is MergeClass.APPEND
    made = [
        f"CREATE TRIGGER {PREFIX}{table}_insert AFTER INSERT ON {table} WHEN {_ON} BEGIN "
        f"{_note(table, 'NEW', str(1 << INSERTED_BIT))}END",
        f"CREATE TRIGGER {PREFIX}{table}_identity BEFORE UPDATE ON {table} WHEN OLD.id IS NOT NEW.id OR"
        f" OLD.origin_site_id IS NOT NEW.origin_site_id BEGIN"
        f" SELECT RAISE(ABORT, 'identity of {table} is final'); END",
        f"CREATE TRIGGER {PREFIX}{table}_delete BEFORE DELETE ON {table} WHEN {_GUARDED} BEGIN"
        f" SELECT RAISE(ABORT, '{table} is voided, not deleted'); END",
        # The ledger signs that the row is gone, or the check would miss it for ever.
        f"CREATE TRIGGER {PREFIX}{table}_erased AFTER DELETE ON {table} WHEN {_ON} BEGIN"
        f" INSERT INTO touched (tbl, id) VALUES ('{table}', OLD.id) ON CONFLICT DO NOTHING; END",
    ]
    if final:
        # Without this, INSERT OR REPLACE would overwrite a signed row: REPLACE fires no update trigger.
        made.append(
            f"CREATE TRIGGER {PREFIX}{table}_final_insert BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) AND NOT EXISTS (SELECT 1 FROM erasure_guard"
            f" WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, '{table} is final'); END"
        )
        made.append(
            f"CREATE TRIGGER {PREFIX}{table}_final BEFORE UPDATE ON {table} WHEN {_GUARDED} BEGIN"
            f" SELECT RAISE(ABORT, '{table} is final'); END"
        )
    made.append(
        f"CREATE TRIGGER {PREFIX}{table}_update AFTER UPDATE ON {table} WHEN {_ON} AND ({update_mask(cls)}) <> 0"
        f" BEGIN {_note(table, 'NEW', update_mask(cls))}END"
    )
    for at, (when, deed) in enumerate(cls.__keeps__):
        made.append(f"CREATE TRIGGER {PREFIX}{table}_keeps_{at} {when} ON {table} BEGIN {deed}; END")
    return made
