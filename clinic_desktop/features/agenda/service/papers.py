"""That a paper left the computer, before it does."""

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def note_card_printed(work: Work, patient_id: str, what: str, *, way: str, copies: int) -> None:
    """A card that goes home was made for this person."""
    work.require(Permission.RECEPTION, Permission.REGISTER_PATIENTS, Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    work.act, work.detail = "agenda.note_card_printed", {"what": what, "way": way, "copies": copies}
    work.about("patient", patient_id)


def note_set_printed(work: Work, day: str, *, way: str, copies: int, pages: int) -> None:
    """The set of a day: the numbered list and a sheet for each person."""
    work.require(Permission.READ_CHART)
    work.act = "agenda.note_set_printed"
    work.detail = {"day": day, "way": way, "copies": copies, "pages": pages}
    work.about("site", work.site_id)
