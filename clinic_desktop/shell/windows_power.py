"""Windows says when it goes to sleep. Not run in our tests, which have no Windows; installer/ has the checklist."""

import ctypes
from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

WM_POWERBROADCAST, PBT_APMSUSPEND = 0x0218, 0x0004


class _Message(ctypes.Structure):
    """The head of Windows' MSG."""

    _fields_ = (
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wparam", ctypes.c_size_t),
        ("lparam", ctypes.c_ssize_t),
    )


class PowerWatch(QAbstractNativeEventFilter):
    """Calls `sleeping` when the machine is about to sleep."""

    def __init__(self, sleeping: Callable[[], object]) -> None:
        super().__init__()
        self._sleeping = sleeping
        app = QCoreApplication.instance()
        if app is not None:
            app.installNativeEventFilter(self)

    def nativeEventFilter(self, eventType: QByteArray | bytes | bytearray | memoryview, message: int) -> Any:
        if bytes(cast(Any, eventType)).startswith(b"windows"):
            told = _Message.from_address(int(message))
            if told.message == WM_POWERBROADCAST and told.wparam == PBT_APMSUSPEND:
                self._sleeping()
        return False, 0
