"""The vault keeps its word: saved means saved, refused means nothing changed, whoever else is at it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from clinic_desktop.features.settings import service as settings
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel import logs
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import ledger
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.files import DATABASE, HEAD
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.vault import DiskFull, DiskTrouble, Vault, VaultClosed
from clinic_desktop.storage.work import Actor, Work

Do = Callable[[Callable[[Work], Any]], Any]


def make_site(work: Work, row_id: str, name: str = "a") -> None:
    work.add(Site(id=row_id, code="AAA", name=name, kind="clinic", zone="UTC"))


def raw(vault: Vault) -> Any:
    return vault._raw


def sites(vault: Vault) -> int:
    return raw(vault).execute("SELECT count(*) FROM site").fetchone()[0]


def fill_up(vault: Vault) -> None:
    pages = raw(vault).execute("PRAGMA page_count").fetchone()[0]
    raw(vault).execute(f"PRAGMA max_page_count = {pages}")


def write_much(work: Work) -> None:
    for number in range(3000):
        work.cursor.execute("INSERT INTO draft VALUES ('a', 'b', ?, ?, '{}', 'x')", (str(number), "x" * 2000))


def test_a_use_case_inside_another_is_a_bug_that_spoils_neither(vault: Vault, actor: Actor) -> None:
    def outer(work: Work) -> None:
        make_site(work, new_id())
        with pytest.raises(RuntimeError):
            vault.do(partial(make_site, row_id=new_id()), actor)
        assert vault.ask(lambda reading: reading.actor.name, actor) == actor.name
        make_site(work, new_id())

    before = sites(vault)
    vault.do(outer, actor)
    assert sites(vault) == before + 2


def test_a_question_neither_asks_nor_saves(vault: Vault, actor: Actor) -> None:
    for inner in (lambda: vault.ask(lambda r: 1, actor), lambda: vault.do(lambda w: 1, actor)):

        def outer(reading: Any, inner: Callable[[], Any] = inner) -> Any:
            with pytest.raises(RuntimeError):
                inner()
            return setting(reading, "language")

        assert vault.ask(outer, actor) == "es"


def test_a_full_disk_that_the_use_case_overlooks_is_no_success(vault: Vault, actor: Actor) -> None:
    """The database ends the transaction by itself; what is written afterwards would be kept alone."""

    def careless(work: Work) -> None:
        make_site(work, new_id())
        try:
            write_much(work)
        except Exception:  # noqa: BLE001, S110 - what must not be done
            pass

    before = sites(vault)
    fill_up(vault)
    with pytest.raises(DiskTrouble):
        vault.do(careless, actor)
    assert sites(vault) == before
    assert not raw(vault).in_transaction


def test_after_any_failure_the_next_save_works_and_nothing_is_left_switched_off(vault: Vault, actor: Actor) -> None:
    def breaks(work: Work, error: BaseException | None) -> None:
        make_site(work, new_id())
        if error is not None:
            raise error
        write_much(work)

    before, head = sites(vault), vault.last_head
    pages = raw(vault).execute("PRAGMA max_page_count").fetchone()[0]
    for importing in (False, True):
        for error in (ZeroDivisionError(), KeyboardInterrupt(), None):
            fill_up(vault)
            with pytest.raises((ZeroDivisionError, KeyboardInterrupt, DiskFull)):
                vault.do(partial(breaks, error=error), actor, importing=importing)
            raw(vault).execute(f"PRAGMA max_page_count = {pages}")
            assert raw(vault).execute("PRAGMA foreign_keys").fetchone() == (1,)
            assert raw(vault).execute("SELECT off FROM capture_state").fetchone() == (0,)
            assert raw(vault).execute("SELECT count(*) FROM touched").fetchone() == (0,)
    assert (sites(vault), vault.last_head) == (before, head)
    vault.do(partial(make_site, row_id=new_id()), actor)
    assert vault.last_head.count == head.count + 1


def test_a_refused_commit_keeps_nothing(vault: Vault, actor: Actor) -> None:
    """Foreign keys may be judged at the commit itself."""

    def orphan(work: Work) -> None:
        work.cursor.execute("PRAGMA defer_foreign_keys = ON")
        work.cursor.execute(
            "INSERT INTO staff_member (id, display_name, full_name, role_id, active, origin_site_id, recorded_at,"
            " recorded_by) VALUES ('s', 's', 's', 'nowhere', 1, 's', 's', 's')"
        )

    head = vault.last_head
    with pytest.raises(IntegrityError):
        vault.do(orphan, actor)
    assert not raw(vault).in_transaction
    assert raw(vault).execute("SELECT count(*) FROM staff_member WHERE id = 's'").fetchone() == (0,)
    vault.do(partial(make_site, row_id=new_id()), actor)
    assert vault.last_head.count == head.count + 1


def test_a_follower_that_fails_undoes_no_save_and_silences_no_other(vault: Vault, actor: Actor, tmp_path: Path) -> None:
    logs.open_log(tmp_path)
    heard: list[frozenset[str]] = []

    def fails(_tables: frozenset[str]) -> None:
        raise ValueError("Rosa Quispe")

    vault.follow(fails)
    vault.follow(heard.append)
    vault.do(partial(make_site, row_id=new_id()), actor)
    assert heard == [frozenset({"site"})]
    assert "ValueError" in "".join(logs.tail(tmp_path))
    assert "Rosa" not in "".join(logs.tail(tmp_path))


def test_a_head_file_that_cannot_be_written_fails_no_save(vault: Vault, actor: Actor) -> None:
    head = vault.folder / HEAD
    head.unlink()
    head.mkdir()
    before = vault.last_head.count
    vault.do(partial(make_site, row_id=new_id()), actor)
    assert vault.last_head.count == before + 1
    head.rmdir()


def test_a_database_error_names_no_person(vault: Vault, actor: Actor) -> None:
    row_id = new_id()
    vault.do(partial(make_site, row_id=row_id, name="Rosa Quispe"), actor)
    with pytest.raises(IntegrityError) as error:
        vault.do(lambda work: work.session.execute(sa.delete(Site).where(Site.name == "Rosa Quispe")), actor)
    assert "Rosa" not in str(error.value)


def test_settling_waits_for_nobody_who_looks(vault: Vault, actor: Actor) -> None:
    """A backup reads for minutes; the waiting room must not stand still meanwhile."""
    looking = open_cipher(vault.folder / DATABASE, vault.cipher_key, read_only=True)
    looking.execute("BEGIN")
    looking.execute("SELECT count(*) FROM site").fetchone()
    vault.do(partial(make_site, row_id=new_id()), actor)
    began = time.monotonic()
    vault.settle()
    assert time.monotonic() - began < 5, "it waited for the other connection's ten seconds"
    looking.close()
    vault.settle()
    assert (vault.folder / f"{DATABASE}-wal").stat().st_size == 0


def test_closing_waits_for_the_running_step_and_then_nothing_gets_in(vault: Vault, actor: Actor) -> None:
    inside, done = threading.Event(), []

    def slow(work: Work) -> None:
        inside.set()
        time.sleep(0.3)
        make_site(work, new_id())
        done.append(True)

    saving = threading.Thread(target=vault.do, args=(slow, actor))
    saving.start()
    inside.wait()
    vault.close()
    assert done == [True]
    saving.join()
    for late in (vault.do, vault.ask):
        with pytest.raises(VaultClosed):
            late(lambda _any: None, actor)
    vault.settle()
    vault.close()


def test_many_threads_save_and_ask_without_losing_anything(vault: Vault, actor: Actor) -> None:
    before, failed = sites(vault), []

    def work_hard() -> None:
        try:
            for _ in range(10):
                vault.do(partial(make_site, row_id=new_id()), actor)
                vault.ask(lambda reading: reading.value(sa.select(sa.func.count()).select_from(Site)), actor)
                vault.settle()
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=work_hard) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sites(vault) == before + 50
    assert ledger.broken_at(raw(vault).cursor()) is None


@pytest.mark.parametrize("year", [1601, 1969, 1970, 2001, 2099, 9999])
def test_a_wrong_clock_locks_nobody_out_and_keeps_the_order(
    vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, actor: Actor, year: int
) -> None:
    clock.set(datetime(year, 1, 1, tzinfo=UTC))
    vault = open_vault(vault_folder, made_vault[1], clock)
    first, second = new_id(), new_id()
    vault.do(partial(make_site, row_id=first), actor)
    vault.do(lambda work: work.add(Site(code="AAA", name="b", kind="clinic", zone="UTC")) and None, actor)
    clock.set(datetime(2026, 11, 23, tzinfo=UTC))
    vault.do(partial(make_site, row_id=second), actor)
    times = dict(raw(vault).execute("SELECT id, hlc FROM dirty").fetchall())
    assert times[second] > times[first]
    vault.close()


def test_a_doubt_that_could_not_be_settled_is_met_again(
    vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy was opened, and the disk failed before the new epoch was kept: the next opening must not trust it."""
    vault = open_vault(vault_folder, made_vault[1], clock)
    epoch = vault.place.epoch
    vault.close()
    (vault_folder / HEAD).unlink()

    def cannot(*_arguments: object) -> None:
        raise DiskFull()

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "begin_epoch", cannot)
        with pytest.raises(DiskFull):
            open_vault(vault_folder, made_vault[1], clock)
    assert not (vault_folder / HEAD).exists()
    vault = open_vault(vault_folder, made_vault[1], clock)
    assert vault.place.epoch != epoch
    vault.close()


def test_settings_survive_a_save_that_failed_in_between(vault: Vault, actor: Actor) -> None:
    vault.do(partial(settings.choose, key="day_capacity", value=30), actor)

    def breaks(work: Work) -> None:
        settings.choose(work, "day_capacity", 40)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        vault.do(breaks, actor)
    assert vault.do(lambda work: setting(work, "day_capacity"), actor) == 30
