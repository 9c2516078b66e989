"""Fetches Qt and gives Python its own import back.

Importing PySide6 replaces `builtins.__import__` with one that reads the source of every module imported later, to
look for `from __feature__ import ...`. We do not use that, and with the large libraries it costs 160-240 ms and
about 20 MiB (docs/decisions). So the program's first import of PySide6 goes through here.
"""

import builtins
import importlib


def fetch_qt() -> None:
    """Import PySide6 without letting it read every later module. Harmless when it was imported already."""
    pythons_own = builtins.__import__
    try:
        importlib.import_module("PySide6.QtCore")
    finally:
        builtins.__import__ = pythons_own
