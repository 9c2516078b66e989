"""That a report to a donor left the clinic."""

from clinic_desktop.features.medication.queries.donor_report import READERS
from clinic_desktop.storage.work import Work


def note_report_left(work: Work, partner_id: str, way: str, copies: int) -> None:
    """One line of the ledger says who took it, and how."""
    work.require(*READERS)
    work.about("partner", partner_id)
    work.detail = {"way": way, "copies": copies}
