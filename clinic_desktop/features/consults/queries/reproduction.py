"""What a person told of pregnancy, lactation and contraception."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.queries.standing_rows import is_not_taken_back
from clinic_desktop.features.consults.records.findings import ReproductiveStatus, VitalSigns
from clinic_desktop.features.consults.rules.reproduction import Contraception, Reproduction
from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({ReproductiveStatus.__tablename__, VitalSigns.__tablename__})
READERS = (Permission.READ_CHART, Permission.WRITE_NOTES, Permission.TAKE_VITALS)
_NEWER, _NEWER_VITALS = aliased(ReproductiveStatus, name="newer_status"), aliased(VitalSigns, name="newer_vitals")
_LOOKED_THROUGH = 40


@dataclass(frozen=True, slots=True)
class StatusRow:
    """What was told on one day; what is None was not asked that day."""

    told_on: date
    pregnancy: Pregnancy | None
    pregnancy_weeks: int | None
    lactating: bool | None
    contraception: Contraception | None
    plan_signed: bool | None


def told(asker: Asker, patient_id: str) -> Reproduction:
    """Of each what was told last, also when it was told while measuring. What nobody asked stays None."""
    rows = _told_rows(asker, patient_id)
    with_pregnancy = next((r for r in rows if r.pregnancy not in (None, Pregnancy.NOT_ASKED)), None)
    return Reproduction(
        pregnancy=with_pregnancy.pregnancy if with_pregnancy else None,
        pregnancy_told_on=with_pregnancy.told_on if with_pregnancy else None,
        pregnancy_weeks=with_pregnancy.pregnancy_weeks if with_pregnancy else None,
        lactating=next((row.lactating for row in rows if row.lactating is not None), None),
        contraception=next((row.contraception for row in rows if row.contraception is not None), None),
        plan_signed=next((row.plan_signed for row in rows if row.plan_signed is not None), None),
        told_on=rows[0].told_on if rows else None,
    )


def _told_rows(asker: Asker, patient_id: str) -> tuple[StatusRow, ...]:
    asker.require(*READERS)
    restricted.must_open(asker, patient_id)
    status, vitals = ReproductiveStatus, VitalSigns
    amended = sa.exists().where(_NEWER.amends_id == status.id, _NEWER.voided_at.is_(None))
    asked = asker.all(
        sa.select(
            status.told_on, status.pregnancy, sa.null(), status.lactating, status.contraception, status.plan_signed,
            status.id,
        )
        .where(status.patient_id == patient_id, status.voided_at.is_(None), ~amended)
        .where(is_not_taken_back(status.encounter_id))
        .order_by(status.told_on.desc(), status.id.desc())
        .limit(_LOOKED_THROUGH)
    )  # fmt: skip
    amended = sa.exists().where(_NEWER_VITALS.amends_id == vitals.id, _NEWER_VITALS.voided_at.is_(None))
    measured = asker.all(
        sa.select(vitals.taken_on, vitals.pregnancy, vitals.pregnancy_weeks, vitals.id)
        .where(vitals.patient_id == patient_id, vitals.voided_at.is_(None), ~amended, vitals.pregnancy.is_not(None))
        .order_by(vitals.taken_on.desc(), vitals.id.desc())
        .limit(_LOOKED_THROUGH)
    )
    # Ids grow with time, so that of one day what was told last is first.
    rows = [(r[0], r[6], StatusRow(*r[:6])) for r in asked]
    rows += [(r[0], r[3], StatusRow(r[0], r[1], r[2], None, None, None)) for r in measured]
    return tuple(row for _day, _id, row in sorted(rows, key=lambda one: one[:2], reverse=True))
