"""Who printed the papers of a count."""

from clinic_desktop.features.medication.queries.counts import READERS
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def note_sheet_printed(work: Work, way: str, copies: int) -> None:
    work.require(Permission.COUNT_STOCK)
    work.act, work.detail = "medication.note_sheet_printed", {"way": way, "copies": copies}


def note_result_printed(work: Work, count_id: str, way: str, copies: int) -> None:
    work.require(*READERS)
    work.about("stock_count", count_id)
    work.act, work.detail = "medication.note_result_printed", {"way": way, "copies": copies}
