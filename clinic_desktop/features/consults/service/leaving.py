"""That a page of a chart left the computer."""

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def note_course_printed(work: Work, patient_id: str, *, way: str, copies: int) -> None:
    """The course was printed, or saved as a file that nothing protects."""
    work.require(Permission.READ_CHART)
    restricted.must_open(work, patient_id)
    work.act, work.detail = "consults.note_course_printed", {"way": way, "copies": copies}
    work.about("patient", patient_id)
