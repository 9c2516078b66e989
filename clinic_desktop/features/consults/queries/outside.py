"""Papers and medicines from elsewhere."""

import base64
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.consults.records.story import OutsideMedicine, OutsidePage, OutsidePaper
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

MEDICINES = OutsideMedicine.__tablename__
TABLES = frozenset({MEDICINES, OutsidePaper.__tablename__})
_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


@dataclass(frozen=True, slots=True)
class OutsideMedicineRow:
    medicine_id: str
    name: str
    dose_text: str
    from_whom: str
    since: PartialDate | None
    ended: PartialDate | None
    told_on: date | None


def outside_medicines(asker: Asker, patient_id: str) -> tuple[OutsideMedicineRow, ...]:
    """What a person takes that this clinic did not prescribe; what is over comes last."""
    asker.require(*_READERS, Permission.TAKE_VITALS)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        sa.select(
            OutsideMedicine.id, sa.func.coalesce(OutsideMedicine.name, ""),
            sa.func.coalesce(OutsideMedicine.dose_text, ""), sa.func.coalesce(OutsideMedicine.from_whom, ""),
            OutsideMedicine.since, OutsideMedicine.ended, OutsideMedicine.told_on,
        )
        .where(OutsideMedicine.patient_id == patient_id, OutsideMedicine.voided_at.is_(None))
        .order_by(OutsideMedicine.ended.is_not(None), OutsideMedicine.id)
    )  # fmt: skip
    return tuple(OutsideMedicineRow(*row) for row in found)


@dataclass(frozen=True, slots=True)
class PaperRow:
    paper_id: str
    title: str
    from_whom: str
    written_on: PartialDate | None
    pages: int
    here: int
    """How many of the pages have come: pictures travel after everything else."""


def papers(asker: Asker, patient_id: str) -> tuple[PaperRow, ...]:
    """The newest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    here = sa.select(sa.func.count()).where(OutsidePage.paper_id == OutsidePaper.id).scalar_subquery()
    found = asker.all(
        sa.select(
            OutsidePaper.id, sa.func.coalesce(OutsidePaper.title, ""), sa.func.coalesce(OutsidePaper.from_whom, ""),
            OutsidePaper.written_on, sa.func.coalesce(OutsidePaper.pages, 0), here,
        )
        .where(OutsidePaper.patient_id == patient_id, OutsidePaper.voided_at.is_(None))
        .order_by(OutsidePaper.id.desc())
    )  # fmt: skip
    return tuple(PaperRow(*row) for row in found)


def page(asker: Asker, paper_id: str, number: int) -> bytes | None:
    """The picture of a page; None while it has not come yet."""
    asker.require(*_READERS)
    found = asker.first(
        sa.select(OutsidePage.jpeg, OutsidePage.patient_id)
        .join(OutsidePaper, OutsidePaper.id == OutsidePage.paper_id)
        .where(OutsidePage.paper_id == paper_id, OutsidePage.number == number, OutsidePaper.voided_at.is_(None))
        .limit(1)
    )
    if found is None:
        return None
    jpeg, patient_id = found
    restricted.must_open(asker, patient_id)
    return base64.b64decode(jpeg) if jpeg else None
