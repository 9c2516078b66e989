"""The ledger tells who did what, and notices what was done behind its back."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.settings import service as settings_service
from clinic_desktop.features.settings.records import SettingValue
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.storage import ledger
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

Do = Callable[[Callable[[Work], Any]], Any]


def choose(language: str) -> Callable[[Work], None]:
    return lambda work: settings_service.choose(work, "language", language)


def raw(vault: Vault) -> Any:
    return vault._raw.cursor()


def test_each_use_case_leaves_one_line_and_the_chain_holds(vault: Vault, do: Do) -> None:
    before = ledger.head(raw(vault)).count
    do(choose("en"))
    do(choose("es"))
    assert ledger.head(raw(vault)).count == before + 2
    assert ledger.broken_at(raw(vault)) is None
    assert list(ledger.stale_rows(raw(vault))) == []


def test_a_refused_use_case_leaves_nothing(vault: Vault, do: Do) -> None:
    before = ledger.head(raw(vault))
    with pytest.raises(Refused):
        do(lambda work: settings_service.choose(work, "language", "klingon"))
    assert ledger.head(raw(vault)) == before


def test_looking_leaves_a_line_that_names_the_record(vault: Vault, do: Do, actor: Actor) -> None:
    do(lambda work: work.looked("patient", "p1"))
    last = raw(vault).execute("SELECT act, tbl, row_id, actor_id FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    assert tuple(last) == (ledger.LOOKED, "patient", "p1", actor.staff_id)


def test_lines_cannot_be_changed_or_removed(vault: Vault, do: Do) -> None:
    do(choose("en"))
    for statement in (
        "UPDATE ledger SET act = 'x'",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger",
    ):
        with pytest.raises(Exception, match="ledger is final"):
            raw(vault).execute(statement)


@pytest.mark.parametrize("column", ["at", "actor_id", "act", "rows", "prev", "hash"])
def test_a_changed_line_is_found(vault: Vault, do: Do, column: str) -> None:
    do(choose("en"))
    do(choose("es"))
    cursor = raw(vault)
    cursor.execute("DROP TRIGGER ledger_final")
    cursor.execute(f"UPDATE ledger SET {column} = 'other' WHERE seq = 1")
    assert ledger.broken_at(cursor) is not None


def test_a_row_put_back_to_an_old_state_is_found(vault: Vault, do: Do) -> None:
    do(choose("en"))
    do(choose("es"))
    cursor = raw(vault)
    # As a stale page would: the row is old again, and no trigger saw it.
    cursor.execute("UPDATE capture_state SET off = 1")
    cursor.execute("UPDATE setting_value SET value = '\"en\"'")
    cursor.execute("UPDATE capture_state SET off = 0")
    row_id = do(lambda work: work.value(sa.select(SettingValue.id)))
    assert list(ledger.stale_rows(cursor)) == [("setting_value", row_id)]


def test_voiding_and_every_kind_of_value_are_signed_as_they_are(vault: Vault, do: Do) -> None:
    def write(work: Work) -> None:
        for value in ("ñ\u2028\U0001f600", 0.1 + 0.2, -0.0, 10**18, None, True, {"b": [1, {"a": None}]}):
            work.add(SettingValue(key="k", value=value))
        work.void(work.add(SettingValue(key="wrong", value=1)), "typed twice")

    do(write)
    assert list(ledger.stale_rows(raw(vault))) == []
    assert ledger.broken_at(raw(vault)) is None


def test_a_line_that_cannot_be_written_undoes_its_use_case(vault: Vault, do: Do) -> None:
    def odd(work: Work) -> None:
        settings_service.choose(work, "language", "en")
        work.detail = {"amount": float("nan")}

    before = vault.last_head
    with pytest.raises(ValueError, match="JSON"):
        do(odd)
    assert vault.last_head == before
    assert raw(vault).execute("SELECT count(*) FROM setting_value").fetchone() == (0,)
