"""What only Windows itself can do: name the drives that can be taken out, and read a file past its cache."""

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    from ctypes import wintypes

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.GetLogicalDrives.restype = wintypes.DWORD
    _kernel.GetDriveTypeW.argtypes = (wintypes.LPCWSTR,)
    _kernel.GetDriveTypeW.restype = wintypes.UINT
    _kernel.CreateFileW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    )
    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.ReadFile.argtypes = (
        wintypes.HANDLE,
        wintypes.LPVOID,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        wintypes.LPVOID,
    )
    _kernel.ReadFile.restype = wintypes.BOOL
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _kernel.VirtualAlloc.argtypes = (wintypes.LPVOID, ctypes.c_size_t, wintypes.DWORD, wintypes.DWORD)
    _kernel.VirtualAlloc.restype = wintypes.LPVOID
    _kernel.VirtualFree.argtypes = (wintypes.LPVOID, ctypes.c_size_t, wintypes.DWORD)

    _kernel.SetThreadErrorMode.argtypes = (wintypes.DWORD, ctypes.POINTER(wintypes.DWORD))
    _kernel.GetVolumeInformationW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.LPWSTR,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.LPVOID,
        ctypes.POINTER(wintypes.DWORD),
        wintypes.LPWSTR,
        wintypes.DWORD,
    )
    _kernel.GetVolumeInformationW.restype = wintypes.BOOL
    _kernel.DeviceIoControl.argtypes = (
        wintypes.HANDLE,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        wintypes.LPVOID,
    )
    _kernel.DeviceIoControl.restype = wintypes.BOOL

    _REMOVABLE, _FIXED = 2, 3
    _FAIL_QUIETLY = 0x8001
    _READ_ONLY_VOLUME = 0x00080000
    _QUERY_PROPERTY = 0x002D1400
    _BUS_AT = 28
    """Where STORAGE_DEVICE_DESCRIPTOR names the bus."""
    _BUSES = frozenset({4, 7, 12, 13})
    """Firewire, USB, SD and MMC cards."""
    _SHARE_WRITE = 2
    _GENERIC_READ = 0x80000000
    _SHARE_READ = 1
    _OPEN_EXISTING = 3
    _NO_BUFFERING, _SEQUENTIAL = 0x20000000, 0x08000000
    _COMMIT_RESERVE, _READ_WRITE, _RELEASE = 0x3000, 0x04, 0x8000
    _INVALID = wintypes.HANDLE(-1).value
    _END_OF_FILE = 38

    def drives() -> list[tuple[str, str, str, bool]]:
        """The drives that can be taken out: root, label, file system, whether it is locked against writing.

        Many sticks and all USB disks call themselves fixed: of these the bus tells. What does not answer is left out.
        """
        system = os.environ.get("SYSTEMDRIVE", "C:").upper()[:1]
        mask = _kernel.GetLogicalDrives()
        found: list[tuple[str, str, str, bool]] = []
        old = wintypes.DWORD()
        _kernel.SetThreadErrorMode(_FAIL_QUIETLY, ctypes.byref(old))
        try:
            for letter in (chr(65 + n) for n in range(26) if mask >> n & 1):
                kind = _kernel.GetDriveTypeW(f"{letter}:\\")
                if letter == system or not (kind == _REMOVABLE or (kind == _FIXED and _on_usb(letter))):
                    continue
                told = _volume(f"{letter}:\\")
                if told is not None:
                    found.append((f"{letter}:\\", *told))
        finally:
            _kernel.SetThreadErrorMode(old.value, None)
        return found

    def _volume(root: str) -> tuple[str, str, bool] | None:
        """Label, file system, locked; None for a card reader without a card."""
        label, system = ctypes.create_unicode_buffer(261), ctypes.create_unicode_buffer(261)
        flags = wintypes.DWORD()
        done = _kernel.GetVolumeInformationW(root, label, 261, None, None, ctypes.byref(flags), system, 261)
        return (label.value, system.value, bool(flags.value & _READ_ONLY_VOLUME)) if done else None

    def _on_usb(letter: str) -> bool:
        """Asks the disk behind a drive letter for its bus, which needs no right to read it."""
        handle = _kernel.CreateFileW(f"\\\\.\\{letter}:", 0, _SHARE_READ | _SHARE_WRITE, None, _OPEN_EXISTING, 0, None)
        if handle == _INVALID:
            return False
        try:
            asked = (ctypes.c_ubyte * 12)()  # StorageDeviceProperty, PropertyStandardQuery
            told = (ctypes.c_ubyte * 1024)()
            count = wintypes.DWORD()
            done = _kernel.DeviceIoControl(
                handle, _QUERY_PROPERTY, asked, len(asked), told, len(told), ctypes.byref(count), None
            )
            if not done or count.value < _BUS_AT + 4:
                return False
            return int.from_bytes(bytes(told[_BUS_AT : _BUS_AT + 4]), "little") in _BUSES
        finally:
            _kernel.CloseHandle(handle)

    def read_uncached(path: Path, piece: int) -> Iterator[bytes]:
        """The file from the medium. `piece` must be a multiple of every sector size: a power of two from 4096 on.

        Without buffering, Windows wants offset, length and address aligned to sectors; VirtualAlloc gives whole pages,
        and the last read simply returns fewer bytes.
        """
        handle = _kernel.CreateFileW(
            str(path), _GENERIC_READ, _SHARE_READ, None, _OPEN_EXISTING, _NO_BUFFERING | _SEQUENTIAL, None
        )
        if handle == _INVALID:
            raise ctypes.WinError(ctypes.get_last_error())
        address = _kernel.VirtualAlloc(None, piece, _COMMIT_RESERVE, _READ_WRITE)
        try:
            if not address:
                raise ctypes.WinError(ctypes.get_last_error())
            count = wintypes.DWORD()
            while True:
                done = _kernel.ReadFile(handle, address, piece, ctypes.byref(count), None)
                if not done and ctypes.get_last_error() != _END_OF_FILE:
                    raise ctypes.WinError(ctypes.get_last_error())
                if not count.value:
                    return
                yield ctypes.string_at(address, count.value)
                if count.value < piece:
                    return
        finally:
            if address:
                _kernel.VirtualFree(address, 0, _RELEASE)
            _kernel.CloseHandle(handle)
else:

    def drives() -> list[tuple[str, str, str, bool]]:
        return []

    def read_uncached(path: Path, piece: int) -> Iterator[bytes]:
        raise OSError("elsewhere the cache is dropped before an ordinary reading")
