"""What a bundle carries, in the words of the clinic."""

from collections.abc import Iterable

from clinic_desktop.kernel.i18n import N_

GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    (N_("Visits"), frozenset({"encounter", "consult_note", "note_signature", "addendum", "instrument_response"})),
    (N_("People"), frozenset({"patient", "allergy", "patient_link"})),
    (
        N_("Medicines"),
        frozenset({"stock_movement", "stock_lot", "stock_delivery", "medication_request", "medication_dispense"})
        | {"stock_count", "stock_count_line", "stock_transfer", "stock_disposal", "stock_order", "stock_order_line"}
        | {"voucher", "voucher_answer", "recall", "recall_event", "donation"},
    ),
    (N_("Appointments"), frozenset({"appointment", "appointment_event"})),
)
OTHERS = N_("Other")


def grouped(loads: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """(table, new, changed) put together under the words of the clinic, empty groups left out. Words untranslated."""
    sums: dict[str, list[int]] = {words: [0, 0] for words, _tables in GROUPS} | {OTHERS: [0, 0]}
    for table, new, changed in loads:
        words = next((w for w, tables in GROUPS if table in tables), OTHERS)
        sums[words][0] += new
        sums[words][1] += changed
    return [(words, new, changed) for words, (new, changed) in sums.items() if new or changed]


def said_table(table: str) -> str:
    """The group that a table is in, untranslated."""
    return next((words for words, tables in GROUPS if table in tables), OTHERS)


def said_size(size: int) -> str:
    """ "0.4 MB"; never nothing."""
    return f"{max(size, 50_000) / 1_000_000:.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"
