"""What the desk of the stick knows without a database: names of files, and who may settle which conflict."""

import re
import secrets
from collections.abc import Iterable

from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_NAME = re.compile(r"(\d{4,})-[0-9a-z]{8}\.bundle")


def new_file_name(number: int) -> str:
    """A neutral name: the sender's own count and eight drawn signs. It tells neither who nor what."""
    return f"{number:04d}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}.bundle"


def number_in(file_name: str) -> int | None:
    """The sender's count in a file name that nobody changed."""
    found = _NAME.fullmatch(file_name)
    return int(found[1]) if found else None


PRESCRIBERS_ONLY: frozenset[tuple[str, str]] = frozenset(
    {("allergy", "*"), ("patient", "allergy_status"), ("patient", "died_on"), ("condition", "*"), ("risk_event", "*")}
)
"""Table and unit whose conflicts only a prescriber settles; the data manager may ask the clinic."""


def who_settles(table: str, unit: str) -> tuple[Permission, ...]:
    """The permissions of which one is needed to settle a conflict of this unit."""
    if (table, unit) in PRESCRIBERS_ONLY or (table, "*") in PRESCRIBERS_ONLY:
        return (Permission.PRESCRIBE,)
    if table in ("patient", "partner"):
        return (Permission.MERGE_BUNDLES, Permission.RECEPTION, Permission.REGISTER_PATIENTS)
    if table in ("encounter", "safety_plan"):
        return (Permission.SIGN_NOTES, Permission.WRITE_NOTES)
    return (Permission.MERGE_BUNDLES,)


GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    (N_("Visits"), frozenset({"encounter", "consult_note", "note_signature", "addendum", "instrument_response"})),
    (N_("People"), frozenset({"patient", "allergy", "patient_link"})),
    (
        N_("Medicines"),
        frozenset({"stock_movement", "stock_lot", "stock_delivery", "medication_request", "medication_dispense"}),
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


def said_size(size: int) -> str:
    """ "0.4 MB"; never nothing."""
    return f"{max(size, 50_000) / 1_000_000:.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"


UNIT_WORDS: dict[tuple[str, str], str] = {
    ("patient", "name"): N_("Name of the person"),
    ("patient", "birth"): N_("Birth date"),
    ("patient", "sex"): N_("Sex"),
    ("patient", "phone"): N_("Phone"),
    ("patient", "address"): N_("Address"),
    ("patient", "contact"): N_("Contact person"),
    ("patient", "national-id"): N_("Identity document"),
    ("patient", "mother_name"): N_("Mother's name"),
    ("patient", "died_on"): N_("Death"),
    ("patient", "allergy_status"): N_("Allergies"),
    ("allergy", "substance"): N_("Allergy"),
}
VOIDED, EMPTY = N_("Record taken back"), N_("empty")


def said_unit(table: str, unit: str) -> str:
    """What a field is called on the screen, untranslated; an unknown one by its own name."""
    return VOIDED if unit == "void" else UNIT_WORDS.get((table, unit), f"{table}: {unit}")


def said_values(values: Iterable[object]) -> str:
    """The columns of a unit in one line."""
    told = [str(value) for value in values if value not in (None, "")]
    return ", ".join(told) if told else _(EMPTY)
