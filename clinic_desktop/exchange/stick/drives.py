"""The drives whose medium can be taken out, as the system names them."""

import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ROOTS = ("/media/", "/run/media/", "/run/mount/", "/var/run/media/", "/mnt/", "/Volumes/")
_NO_STICK = frozenset({"tmpfs", "devtmpfs", "proc", "sysfs", "squashfs", "overlay", "autofs", "nfs", "nfs4", "cifs"})


@dataclass(frozen=True, slots=True)
class Drive:
    """As the system tells it; empty where it does not tell."""

    folder: Path
    label: str = ""
    system: str = ""
    """Its file system: "vfat", "exfat", "NTFS"…"""
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Stick:
    folder: Path
    label: str
    free: int
    total: int
    system: str = ""
    read_only: bool = False


def sticks() -> list[Stick]:
    """The removable drives that are in now and answer."""
    found: list[Stick] = []
    for drive in _windows_drives() if sys.platform == "win32" else _linux_drives():
        try:
            usage = shutil.disk_usage(drive.folder)
        except OSError:
            continue
        label = drive.label or drive.folder.name or str(drive.folder)
        found.append(Stick(drive.folder, label, usage.free, usage.total, drive.system, drive.read_only))
    return found


def stick_at(folder: Path) -> Stick:
    """A folder that a person chose: the stick it lies on, or the folder itself."""
    for stick in sticks():
        if folder == stick.folder or stick.folder in folder.parents:
            return Stick(folder, stick.label, stick.free, stick.total, stick.system, stick.read_only)
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return Stick(folder, folder.name or str(folder), 0, 0)
    return Stick(folder, folder.name or str(folder), usage.free, usage.total, "", not os.access(folder, os.W_OK))


def _linux_drives() -> list[Drive]:
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    return linux_drives(lines, Path("/sys/class/block"), Path("/dev/disk/by-label"))


def linux_drives(mounts: Iterable[str], blocks: Path, labels: Path) -> list[Drive]:
    """Of the mounts, those under the usual places of sticks, and others whose disk says that it can be taken out."""
    found: dict[Path, Drive] = {}
    for line in mounts:
        fields = line.split(" ")
        if len(fields) < 4:
            continue
        device, place, system, options = (_unescaped(field) for field in fields[:4])
        if system in _NO_STICK or place == "/":
            continue
        if not place.startswith(_ROOTS) and not _is_removable(device, blocks):
            continue
        folder = Path(place)
        read_only = "ro" in options.split(",")
        found[folder] = Drive(folder, _label_of(device, labels) or folder.name, system, read_only)
    return [found[folder] for folder in sorted(found)]


def _unescaped(field: str) -> str:
    """The kernel writes spaces and the like as \\040."""
    if "\\" not in field:
        return field
    try:
        return field.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1").decode()
    except (UnicodeError, ValueError):
        return field


def _is_removable(device: str, blocks: Path) -> bool:
    """A stick, or a disk behind USB: these often call themselves fixed."""
    if not device.startswith("/dev/"):
        return False
    try:
        there = (blocks / Path(device).name).resolve(strict=True)
    except OSError:
        return False
    if any(part.startswith("usb") for part in there.parts):
        return True
    for disk in (there, there.parent):
        try:
            if (disk / "removable").read_text().strip() == "1":
                return True
        except OSError:
            continue
    return False


def _label_of(device: str, labels: Path) -> str:
    try:
        for link in labels.iterdir():
            if (labels / link.readlink()).resolve() == Path(device).resolve():
                return link.name.replace("\\x20", " ")
    except OSError:
        pass  # not every system names its labels
    return ""


def _windows_drives() -> list[Drive]:
    if sys.platform != "win32":
        return []
    from clinic_desktop.exchange.stick import windows_files

    return [Drive(Path(root), label, system, locked) for root, label, system, locked in windows_files.drives()]
