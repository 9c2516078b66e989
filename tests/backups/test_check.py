"""The check of a vault finds what is wrong, names it rightly, and does not cry over somebody at work."""

import threading
from functools import partial
from pathlib import Path
from typing import Any

from clinic_desktop.features.backups import service
from clinic_desktop.features.backups.rules import FindingKind
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work


def make_sites(work: Work, count: int) -> None:
    for _ in range(count):
        work.add(Site(id=new_id(), code="AAA", name="x" * 400, kind="clinic", zone="UTC"))


def kinds(vault: Vault, actor: Actor) -> list[FindingKind]:
    return [f.kind for f in finish(service.check_vault(vault, actor))]


def raw(vault: Vault) -> Any:
    return vault._raw


def test_a_whole_vault_has_no_findings_while_people_go_on_saving(vault: Vault, actor: Actor) -> None:
    """A file that grows between two looks, or is being settled, is no damage."""
    stop = threading.Event()

    def save() -> None:
        while not stop.is_set():
            vault.do(partial(make_sites, count=20), actor)
            vault.settle()

    saving = threading.Thread(target=save)
    saving.start()
    try:
        for _ in range(6):
            assert kinds(vault, actor) == []
    finally:
        stop.set()
        saving.join()


def test_a_row_put_back_a_broken_line_and_a_change_by_hand_are_each_called_by_their_name(
    vault: Vault, actor: Actor
) -> None:
    vault.do(partial(make_sites, count=2), actor)
    raw(vault).execute("UPDATE site SET phone = 'by hand'")
    vault.do(partial(make_sites, count=1), actor)
    assert kinds(vault, actor) == [FindingKind.CHANGED_OUTSIDE]
    raw(vault).execute("UPDATE capture_state SET off = 1")
    raw(vault).execute("UPDATE site SET phone = NULL WHERE rowid = 1")
    raw(vault).execute("UPDATE capture_state SET off = 0")
    assert kinds(vault, actor) == [FindingKind.ROW_CHANGED, FindingKind.CHANGED_OUTSIDE]
    raw(vault).execute("DROP TRIGGER ledger_final")
    raw(vault).execute("UPDATE ledger SET act = 'nothing' WHERE seq = 1")
    found = kinds(vault, actor)
    assert FindingKind.LEDGER_BROKEN in found
    assert FindingKind.DAMAGED not in found, "its pages are whole: no backup would help"


def test_a_damaged_page_is_a_finding_and_not_a_crash(
    vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, actor: Actor
) -> None:
    vault = open_vault(vault_folder, made_vault[1], clock)
    vault.do(partial(make_sites, count=400), actor)
    vault.do(partial(make_sites, count=1), actor)  # the end of the ledger is needed to open, so it stays whole
    vault.close()
    file = vault_folder / DATABASE
    for at in range(file.stat().st_size - 40 * 4096, file.stat().st_size, 4096):
        with file.open("rb+") as opened:
            opened.seek(at + 100)
            opened.write(b"\0" * 64)
    vault = open_vault(vault_folder, made_vault[1], clock)
    assert FindingKind.DAMAGED in kinds(vault, actor)
    vault.close()
