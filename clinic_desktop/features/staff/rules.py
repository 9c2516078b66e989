"""Roles as sets of permissions. These are the first ones of a new clinic; afterwards they are data."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission as P


@dataclass(frozen=True, slots=True)
class FirstRole:
    code: str
    title: str
    permissions: frozenset[P]


_DESK = frozenset({P.SEE_PATIENTS, P.REGISTER_PATIENTS, P.RECEPTION, P.SEE_DAY})
_CLINICIAN = frozenset(
    {P.SEE_PATIENTS, P.REGISTER_PATIENTS, P.SEE_DAY, P.READ_CHART, P.WRITE_NOTES, P.WRITE_LETTERS, P.TAKE_VITALS}
    | {P.SEEK_PEOPLE, P.ASK_RIGHTS}
)
_PRESCRIBER = _CLINICIAN | {P.PRESCRIBE, P.SEE_STOCK, P.SEND_VOUCHERS}
_COUNTER = frozenset(
    {P.SEE_STOCK, P.DISPENSE, P.RECEIVE_STOCK, P.COUNT_STOCK, P.ORDER_STOCK}
    | {P.SEND_VOUCHERS, P.KEEP_REGISTER, P.RECALL_LOTS}
)

FIRST_ROLES: tuple[FirstRole, ...] = (
    FirstRole("receptionist", N_("Reception"), _DESK | {P.CARRY_BUNDLES, P.ASK_RIGHTS}),
    FirstRole("psychiatrist", N_("Psychiatrist"), _PRESCRIBER | {P.SIGN_NOTES, P.OPEN_RESTRICTED}),
    FirstRole("resident", N_("Resident"), _PRESCRIBER),
    FirstRole("psychologist", N_("Psychologist"), _CLINICIAN | {P.SIGN_NOTES, P.OPEN_RESTRICTED}),
    FirstRole("general-doctor", N_("General doctor"), _PRESCRIBER | {P.SIGN_NOTES}),
    FirstRole("nurse", N_("Nurse"), _CLINICIAN | {P.SEE_STOCK, P.DISPENSE, P.SEND_VOUCHERS, P.KEEP_REGISTER}),
    FirstRole("pharmacy", N_("Pharmacy"), _COUNTER | {P.SEE_PATIENTS}),
    FirstRole(
        "community-worker", N_("Community worker"), frozenset({P.SEE_PATIENTS, P.SEE_DAY, P.SEEK_PEOPLE, P.ASK_RIGHTS})
    ),
    FirstRole("transcriber", N_("Transcriber"), frozenset({P.SEE_PATIENTS, P.REGISTER_PATIENTS, P.TRANSCRIBE})),
    FirstRole(
        "coordinator",
        N_("Coordination"),
        _DESK
        | _COUNTER
        | {P.CORRECT_STOCK, P.KEEP_PARTNERS, P.CARRY_BUNDLES, P.KEEP_BACKUPS, P.KEEP_STAFF}
        | {P.KEEP_SETTINGS, P.KEEP_CATALOGS, P.SEE_LEDGER, P.SEE_REPORTS, P.IMPORT_PATIENTS}
        | {P.ASK_RIGHTS, P.ANSWER_COMPLAINTS, P.KEEP_DEVICES},
    ),
    FirstRole(
        "data-manager",
        N_("Data manager"),
        frozenset({P.SEE_PATIENTS, P.REGISTER_PATIENTS, P.CARRY_BUNDLES, P.MERGE_BUNDLES, P.KEEP_BACKUPS})
        | {P.KEEP_STAFF, P.KEEP_SETTINGS, P.KEEP_CATALOGS, P.SEE_LEDGER, P.SEE_REPORTS, P.IMPORT_PATIENTS}
        | {P.SEE_STOCK, P.ORDER_STOCK, P.RECALL_LOTS, P.KEEP_PARTNERS}
        | {P.SHARE_RECORDS, P.ERASE_RECORDS, P.KEEP_DEVICES},
    ),
    FirstRole("auditor", N_("Auditor"), frozenset({P.SEE_LEDGER, P.SEE_REPORTS})),
)

COORDINATOR, DATA_MANAGER = "coordinator", "data-manager"


def in_service(active: bool, valid_until: date | None, today: date) -> bool:
    """Whether a person may sign in today; a person leaves on the evening of the last valid day."""
    return active and (valid_until is None or today <= valid_until)


def needs_supervisor(role_code: str) -> bool:
    return role_code == "resident"


def read_last_day(typed: str, today: date) -> date | None:
    """The last day of somebody's stay: "6m" in six months, "30d", "5/12", "5/12/27"; None if it is not a day."""
    text = typed.strip().lower().replace("-", "/").replace(".", "/")
    if text[:-1].isdecimal() and len(text) < 5 and text[-1:] in _DAYS_IN and int(text[:-1]) <= 400:
        return today + timedelta(days=int(text[:-1]) * _DAYS_IN[text[-1]])
    parts = text.split("/")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        return None
    try:
        year = today.year if len(parts) == 2 else int(parts[2]) + (2000 if int(parts[2]) < 100 else 0)
        found = date(year, int(parts[1]), int(parts[0]))
        return found.replace(year=year + 1) if len(parts) == 2 and found < today else found
    except ValueError:
        return None


_DAYS_IN = {"d": 1, "s": 7, "w": 7, "m": 30, "a": 365}
