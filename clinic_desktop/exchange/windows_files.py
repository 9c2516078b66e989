"""The two things that only Windows itself can do: name the removable drives, and read a file past its cache."""

import ctypes
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

    _REMOVABLE = 2
    _GENERIC_READ = 0x80000000
    _SHARE_READ = 1
    _OPEN_EXISTING = 3
    _NO_BUFFERING, _SEQUENTIAL = 0x20000000, 0x08000000
    _COMMIT_RESERVE, _READ_WRITE, _RELEASE = 0x3000, 0x04, 0x8000
    _INVALID = wintypes.HANDLE(-1).value
    _END_OF_FILE = 38

    def removable_drives() -> list[Path]:
        """The drive letters whose medium can be taken out."""
        mask = _kernel.GetLogicalDrives()
        letters = [chr(65 + n) for n in range(26) if mask >> n & 1]
        return [Path(f"{c}:\\") for c in letters if _kernel.GetDriveTypeW(f"{c}:\\") == _REMOVABLE]

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

    def removable_drives() -> list[Path]:
        return []

    def read_uncached(path: Path, piece: int) -> Iterator[bytes]:
        raise OSError("elsewhere the cache is dropped before an ordinary reading")
