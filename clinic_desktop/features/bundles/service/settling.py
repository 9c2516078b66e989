"""Deciding between values that stand side by side."""

from collections.abc import Sequence

from clinic_desktop.exchange import conflicts
from clinic_desktop.exchange.conflicts import Side
from clinic_desktop.features.bundles.queries.whose import must_open
from clinic_desktop.features.bundles.rules.settling import who_settles
from clinic_desktop.storage.work import Work


def settle_conflict(
    work: Work, table: str, row_id: str, unit: str, values: Sequence[object], seen: Sequence[Side]
) -> None:
    """Decide between values that two people wrote without knowing of each other."""
    work.require(*who_settles(table, unit))
    must_open(work, table, row_id)
    conflicts.settle(work, table, row_id, unit, values, seen=seen)
