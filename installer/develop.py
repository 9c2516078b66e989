"""From a clone to a running program: makes its own environment, installs what the lock names, then does what was asked.

    python3 installer/develop.py demo [ARGUMENTS]        opens the demonstration (without a display: lives it offscreen)
    python3 installer/develop.py test [PYTEST ARGUMENTS] every check, the tests last; exit code 0 only if all passed
    python3 installer/develop.py run [ARGUMENTS]         python -m clinic_desktop ARGUMENTS
    python3 installer/develop.py benchmarks [ARGUMENTS]  prints the measured ratios
    python3 installer/develop.py proof [--small] [N …]   the fifteen groups of proofs of the stick, in full: hours
    python3 installer/develop.py setup                   only makes the environment
    python3 installer/develop.py lock [--upgrade]        makes requirements.lock again from pyproject.toml

Only Python 3.11 or newer is needed, and the standard library. On Windows write `py` for `python3`. On Debian and its
relatives, missing system libraries are installed when this runs as root, and named in one sentence when it does not.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import io
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = ENVIRONMENT / "made-from"
OLDEST = (3, 11)
OLDEST_GLIBC = [2, 34]

# The shared libraries that Qt loads on Linux, and the Debian package of each. The first list is for drawing without a
# window, the second is what a window on X11 needs besides.
OFFSCREEN_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
WINDOW_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


class Missing(Exception):
    """One sentence that says what this machine lacks and how it gets it."""


def python() -> Path:
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def script(name: str) -> Path:
    return ENVIRONMENT / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")


def check_python() -> None:
    if sys.version_info < OLDEST:
        have, wanted = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST))
        remedy = "install it from python.org" if os.name == "nt" else "install it, then start this with it"
        raise Missing(f"This is Python {have}; Clinic Desktop needs {wanted} or newer: {remedy}.")
    if sys.maxsize < 2**32:
        raise Missing("This is a 32-bit Python; Clinic Desktop needs a 64-bit one.")
    name, version = platform.libc_ver() if sys.platform.startswith("linux") else ("glibc", "99")
    if name != "glibc" or [int(part) for part in version.split(".")] < OLDEST_GLIBC:
        raise Missing(f"Qt's packages need glibc 2.34 or newer (Debian 12, Ubuntu 22.04); this is {name} {version}.")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(*, window: bool) -> list[str]:
    """Debian's names of what is not on this machine."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = OFFSCREEN_LIBRARIES | (WINDOW_LIBRARIES if window else {})
    packages = {package for library, package in wanted.items() if not _loads(library)}
    if importlib.util.find_spec("ensurepip") is None:
        packages.add(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    return sorted(packages)


def check_system(*, window: bool) -> None:
    packages = missing_packages(window=window)
    if not packages:
        return
    names = " ".join(packages)
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise Missing(f"These system libraries are missing (Debian's names): {names}. As root: apt-get install {names}")
    print(f"Installing missing system libraries: {names}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        if subprocess.run([apt, *command], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            raise Missing(f"apt-get could not install: {names}. Without a network, install them by hand.")


def _made_from() -> str:
    """What the environment depends on; if any of it changes, the packages are installed again."""
    content = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()
    return f"{sys.version} {hashlib.sha256(content).hexdigest()}"


def set_up(*, window: bool = False) -> None:
    check_python()
    check_system(window=window)
    wanted = _made_from()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted and python().exists():
        return
    if ENVIRONMENT.is_symlink():
        raise Missing(f"{ENVIRONMENT} is a link to somebody else's environment: remove the link and start again.")
    print(f"Installing the locked packages into {ENVIRONMENT.name} (once, about 250 MB)", flush=True)
    same_python = STAMP.exists() and STAMP.read_text(encoding="utf-8").startswith(sys.version)
    STAMP.unlink(missing_ok=True)
    if not (same_python and python().exists()):
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(ENVIRONMENT)
    install = [str(python()), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    for arguments in (
        ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)],
        ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    ):
        if subprocess.run([*install, *arguments], cwd=ROOT, check=False).returncode:
            raise Missing("The packages could not be installed: this step needs a network, or a folder that pip knows.")
    STAMP.write_text(wanted, encoding="utf-8")


def demo(arguments: list[str]) -> int:
    return program(["demo", *arguments])


def program(arguments: list[str]) -> int:
    """Runs the program and stays out of its way: its exit code is ours."""
    shown = sys.platform.startswith("linux") and bool(os.environ.get("DISPLAY"))
    set_up(window=shown and "--no-window" not in arguments and os.environ.get("QT_QPA_PLATFORM") != "offscreen")
    return subprocess.run([str(python()), "-m", "clinic_desktop", *arguments], check=False).returncode


def checks() -> list[tuple[str, list[str]]]:
    here = str(python())
    return [
        ("ruff", [here, "-m", "ruff", "check", "."]),
        ("pyright", [here, "-m", "pyright", "--pythonpath", here]),
        ("import contracts", [str(script("lint-imports")), "--no-logo"]),
        ("translations", [here, str(ROOT / "installer" / "translations.py"), "check"]),
    ]


def tests(arguments: list[str]) -> int:
    """Every check, then the tests, whose summary closes the output. `--quick` leaves out whole days and commands."""
    if "--quick" in arguments:
        kept = [argument for argument in arguments if argument != "--quick"]
        arguments = ["-m", "not long and not benchmark and not whole", *kept]
    set_up()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # pyright would otherwise ask the network for a newer version of itself.
    os.environ.setdefault("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1")
    failed: list[str] = []
    for name, command in checks():
        start = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", errors="replace",
                              check=False)  # fmt: skip
        print(f"{name}: {'FAILED' if done.returncode else 'passed'} ({time.monotonic() - start:.1f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    if failed:
        print(f"FAILED: {', '.join(failed)} (see above); the tests follow", flush=True)
    # One more than the processors: a good part of the tests waits for disks, windows and other processes.
    workers = ["-n", str(min((os.cpu_count() or 1) + 1, 8))]
    command = [str(python()), "-m", "pytest", "-q", *workers, *arguments]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    return code or (1 if failed else 0)


def benchmarks(arguments: list[str]) -> int:
    set_up()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [str(python()), "-m", "pytest", "-q", "-s", "-m", "benchmark", "tests/benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def proof(arguments: list[str]) -> int:
    """docs/proof.md says what each group is; `--small` runs what every check runs."""
    set_up()
    sys.path.insert(0, str(ROOT))
    from installer import proof as proofs

    return proofs.run(python(), arguments)


def lock(arguments: list[str]) -> int:
    """One lock for every system: hashes of all wheels, and no address of any index."""
    uv = shutil.which("uv")
    if uv is None:
        raise Missing("The lock is made by uv, which is not here: pip install uv")
    command = [
        *(uv, "pip", "compile", "pyproject.toml", "--extra", "dev", "--universal", "--python-version", "3.11"),
        *("--generate-hashes", "--no-header", "--no-annotate"),
        *("--quiet", "--output-file", str(LOCK), *arguments),
    ]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def setup_only(arguments: list[str]) -> int:
    set_up(window="--window" in arguments)
    return 0


COMMANDS = {
    "benchmarks": benchmarks,
    "demo": demo,
    "lock": lock,
    "proof": proof,
    "run": program,
    "setup": setup_only,
    "test": tests,
}


def main() -> int:
    # A shell that forbids byte code would make every start compile every module again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(__doc__)
        return 2
    # The console of Windows may not know every letter that a tool prints.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
