"""What comes from elsewhere: papers, kept as small pictures, and medicines that others gave."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from clinic_desktop.features.consults.records.story import OutsideMedicine, OutsidePage, OutsidePaper
from clinic_desktop.features.consults.rules.papers import MOST_PAGES, NoPages, TooManyPages, check_page
from clinic_desktop.features.consults.rules.story import StillToCome
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class TitleMissing(Refused):
    text = N_("Write what paper it is.")


class NameOfMedicineMissing(Refused):
    text = N_("Write the name of the medicine, or what the person calls it.")


def attach_paper(
    work: Work,
    *,
    paper_id: str,
    patient_id: str,
    title: str,
    pages: Sequence[bytes],
    written_on: PartialDate | None = None,
    from_whom: str = "",
    encounter_id: str | None = None,
) -> None:
    """Keep the pages of a paper, each a JPEG; the same id twice keeps it once."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(OutsidePaper, paper_id) is not None:
        return
    if not title.strip():
        raise TitleMissing()
    if not pages:
        raise NoPages()
    if len(pages) > MOST_PAGES:
        raise TooManyPages(most=MOST_PAGES)
    if written_on is not None and written_on.earliest() > work.today:
        raise StillToCome()
    work.add(
        OutsidePaper(
            id=paper_id, patient_id=patient_id, encounter_id=encounter_id, title=title.strip(), written_on=written_on,
            from_whom=from_whom.strip() or None, pages=len(pages),
        )
    )  # fmt: skip
    for number, jpeg in enumerate(pages, 1):
        check_page(jpeg)
        work.add(
            OutsidePage(
                paper_id=paper_id, patient_id=patient_id, number=number, sha256=sha256(jpeg).hexdigest(),
                jpeg=base64.b64encode(jpeg).decode("ascii"),
            )
        )  # fmt: skip
    work.about(OutsidePaper.__tablename__, paper_id)


def take_paper_back(work: Work, paper_id: str, reason: str) -> None:
    """A paper that was attached to the wrong chart: it is shown no more; what was kept stays in the data."""
    work.require(Permission.WRITE_NOTES)
    row = work.load(OutsidePaper, paper_id)
    restricted.must_open(work, row.patient_id)
    work.void(row, reason)


@dataclass(frozen=True, slots=True)
class TakenElsewhere:
    """A medicine that this clinic did not prescribe, as it was told."""

    name: str
    dose_text: str = ""
    from_whom: str = ""
    since: PartialDate | None = None
    ended: PartialDate | None = None


def note_outside_medicine(work: Work, *, medicine_id: str, patient_id: str, told: TakenElsewhere) -> None:
    """Write it, or change what is written of it."""
    work.require(Permission.WRITE_NOTES, Permission.TAKE_VITALS)
    restricted.must_open(work, patient_id)
    if not told.name.strip():
        raise NameOfMedicineMissing()
    if any(day is not None and day.earliest() > work.today for day in (told.since, told.ended)):
        raise StillToCome()
    fields = {
        "name": told.name.strip(),
        "dose_text": told.dose_text.strip() or None,
        "from_whom": told.from_whom.strip() or None,
        "since": told.since,
        "ended": told.ended,
        "told_on": work.today,
    }
    row = work.session.get(OutsideMedicine, medicine_id)
    if row is not None:
        work.revise(row, seen={}, to=fields)
    else:
        work.add(OutsideMedicine(id=medicine_id, patient_id=patient_id, **fields))
