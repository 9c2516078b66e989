"""Words of the backup, and what a check may find."""

from dataclasses import dataclass
from enum import StrEnum

from clinic_desktop.kernel.i18n import N_, _


class FindingKind(StrEnum):
    DAMAGED = "damaged"
    LEDGER_BROKEN = "ledger-broken"
    ROW_CHANGED = "row-changed"
    CHANGED_OUTSIDE = "changed-outside"


_SENTENCES = {
    FindingKind.DAMAGED: N_("The data file has damaged pages. Restore the last good backup."),
    FindingKind.LEDGER_BROKEN: N_(
        "The record of who did what does not follow from line {what} on. Tell the central office."
    ),
    FindingKind.ROW_CHANGED: N_("A record is not as it was saved ({what}). Tell the central office."),
    FindingKind.CHANGED_OUTSIDE: N_("{what} times data were changed outside the program. Tell the central office."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    kind: FindingKind
    what: str = ""
    """A count, a line number, or a table and id; never a value."""

    def sentence(self) -> str:
        return _(_SENTENCES[self.kind]).format(what=self.what)


_STEPS = {
    "copying": N_("Copying"),
    "checking": N_("Checking the copy"),
    "finishing": N_("Finishing"),
}


def said_step(step: str) -> str:
    return _(_STEPS[step])


def said_size(size: int) -> str:
    """ "640 kB", "12.4 MB", "1.3 GB"."""
    if size < 1_000_000:
        return f"{max(size // 1000, 1)} kB"
    return f"{size / 1_000_000:.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"
