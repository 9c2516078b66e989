"""Who may settle which conflict, and which fields can hold both values."""

from collections.abc import Sequence
from typing import Any

from clinic_desktop.kernel.permissions import Permission

PRESCRIBERS_ONLY: frozenset[tuple[str, str]] = frozenset(
    {("allergy", "*"), ("patient", "allergy_status"), ("patient", "died_on"), ("condition", "*"), ("risk_event", "*")}
    | {("outside_medicine", "*")}
)
"""Table and unit whose conflicts only a prescriber settles; the data manager may ask the clinic."""
CHART_TABLES = frozenset({"condition", "encounter", "goal", "outside_medicine", "outside_paper", "shared_care"})
"""Of the chart: whoever merges and reads no charts learns that there is a conflict, not what it says."""


def who_settles(table: str, unit: str) -> tuple[Permission, ...]:
    """The permissions of which one is needed to settle a conflict of this unit."""
    if (table, unit) in PRESCRIBERS_ONLY or (table, "*") in PRESCRIBERS_ONLY:
        return (Permission.PRESCRIBE,)
    if table in ("patient", "partner"):
        return (Permission.MERGE_BUNDLES, Permission.RECEPTION, Permission.REGISTER_PATIENTS)
    if table in ("agreement", "agreement_item", "donation"):
        return (Permission.MERGE_BUNDLES, Permission.KEEP_PARTNERS)
    if table == "stock_level":
        return (Permission.MERGE_BUNDLES, Permission.ORDER_STOCK)
    if table == "recall":
        return (Permission.MERGE_BUNDLES, Permission.RECALL_LOTS)
    if table in CHART_TABLES:
        return (Permission.SIGN_NOTES, Permission.WRITE_NOTES)
    if table in ("short_diagnosis", "risk_question"):
        return (Permission.MERGE_BUNDLES, Permission.KEEP_CATALOGS)
    return (Permission.MERGE_BUNDLES,)


_TOGETHER = frozenset(
    {("patient", "known_as"), ("goal", "words"), ("partner", "contact_text"), ("partner", "note_text")}
    | {("agreement", "condition_text"), ("donation", "note_text"), ("outside_paper", "title")}
)
"""Plain words that may stand beside each other. Never a field that keeps somebody safe."""


def both(table: str, unit: str, values: Sequence[Sequence[Any]], *, blocking: bool) -> tuple[Any, ...] | None:
    """All these values as one of the field, the displayed one first; None where it can hold only one.

    Of two telephones the second goes into the note beside the first.
    """
    if blocking or any(not one for one in values):
        return None
    if (table, unit) == ("patient", "phone"):
        return _two_phones(values)
    if (table, unit) in _TOGETHER:
        words = dict.fromkeys(str(one[0]).strip() for one in values if one[0])
        return (" / ".join(words),) if words else None
    return None


def _two_phones(values: Sequence[Sequence[Any]]) -> tuple[Any, ...] | None:
    """Of (telephone, note)."""
    phones = dict.fromkeys(str(one[0]) for one in values if one[0])
    if not phones:
        return None
    first, *others = phones
    notes = dict.fromkeys(str(one[1]) for one in values if one[1])
    return (first, "; ".join((*notes, *others)) or None)


def shown_in_questions(table: str, unit: str) -> bool:
    """Whether a question may say the values: whoever carries the stick reads it too, and reads no charts."""
    return table not in CHART_TABLES and (table, "*") not in PRESCRIBERS_ONLY and (table, unit) not in PRESCRIBERS_ONLY
