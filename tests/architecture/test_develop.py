"""The two commands say in one sentence what a machine lacks, and install nothing twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from installer import develop

ROOT = Path(__file__).resolve().parents[2]
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries are a matter of Linux")


def test_an_older_python_is_named_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(develop.sys, "version_info", (3, 10, 4))
    with pytest.raises(develop.Missing, match=r"This is Python 3\.10; Clinic Desktop needs 3\.11 or newer"):
        develop.check_python()


@linux_only
def test_an_older_system_is_named_before_anything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(develop.platform, "libc_ver", lambda: ("glibc", "2.31"))
    with pytest.raises(develop.Missing, match=r"glibc 2\.34 or newer .* this is glibc 2\.31"):
        develop.check_python()


@linux_only
def test_a_missing_library_is_named_by_its_package_to_somebody_who_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(develop, "OFFSCREEN_LIBRARIES", {"libnowhere.so.1": "libnowhere1", "libc.so.6": "libc6"})
    monkeypatch.setattr(develop.os, "geteuid", lambda: 1000)
    with pytest.raises(develop.Missing, match=r"libnowhere1\. As root: apt-get install libnowhere1$"):
        develop.check_system(window=False)


def test_an_environment_made_from_the_same_lock_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(develop, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(develop, "STAMP", tmp_path / "made-from")
    develop.python().parent.mkdir(parents=True)
    develop.python().touch()
    develop.STAMP.write_text(develop._made_from(), encoding="utf-8")
    monkeypatch.setattr(develop.subprocess, "run", lambda *_a, **_k: pytest.fail("something was installed"))
    develop.set_up()


def test_an_unknown_command_tells_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "installer" / "develop.py"), "dance"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert all(f"develop.py {command}" in done.stdout for command in develop.COMMANDS)
