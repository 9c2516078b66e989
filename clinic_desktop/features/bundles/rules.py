"""What the desk of the stick knows without a database: names of files, and who may settle which conflict."""

import re
import secrets

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
