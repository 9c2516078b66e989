"""After an erasure the file is written anew: nothing of it ever lies on the disk in the open."""

import sys
from pathlib import Path

import pytest

from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.vault import Vault

WORD = b"Xochiquetzal"


def write_much(vault: Vault) -> None:
    with vault.still():
        vault._raw.execute("CREATE TABLE much (words TEXT)")
        vault._raw.execute("BEGIN")
        vault._raw.executemany("INSERT INTO much VALUES (?)", [((WORD * 40).decode(),)] * 40_000)
        vault._raw.execute("COMMIT")


def test_the_free_places_are_gone_and_the_log_is_empty(vault: Vault) -> None:
    write_much(vault)
    vault._raw.execute("DROP TABLE much")
    vault.settle()
    before = (vault.folder / DATABASE).stat().st_size
    vault.compact()
    assert (vault.folder / DATABASE).stat().st_size < before / 2
    assert (vault.folder / f"{DATABASE}-wal").stat().st_size == 0
    assert vault._raw.execute("PRAGMA temp_store").fetchone() == (2,)
    assert vault._raw.execute("PRAGMA secure_delete").fetchone() == (1,)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at open files as Linux shows them")
def test_what_is_put_beside_the_file_meanwhile_is_encrypted(vault: Vault) -> None:
    write_much(vault)
    seen: dict[str, bytes] = {}

    def look() -> int:
        for link in Path("/proc/self/fd").iterdir():
            try:
                name = str(link.readlink())
                if "etilqs" in name and name not in seen and link.stat().st_size > 1_000_000:
                    seen[name] = link.read_bytes()
            except OSError:
                continue
        return 0

    vault._raw.set_progress_handler(look, 5_000)
    vault.compact()
    vault._raw.set_progress_handler(None, 0)
    assert seen, "it was there"
    assert not any(WORD in content for content in seen.values())
