"""What was measured of a person. For those who measure and those who read the chart; reception sees nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.records.findings import VitalSigns
from clinic_desktop.features.consults.rules.vitals import ORDER, LastWeight, Vitals, say_all
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import KeptDraft, find_draft
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({VitalSigns.__tablename__})
DRAFT_SCREEN = "vitals"
"""The name under which a half-typed sheet is kept; the record is the person."""

_READERS = (Permission.READ_CHART, Permission.TAKE_VITALS)
_NEWER = aliased(VitalSigns, name="newer")
_IS_AMENDED = sa.exists().where(_NEWER.amends_id == VitalSigns.id, _NEWER.voided_at.is_(None))


@dataclass(frozen=True, slots=True)
class VitalsRow:
    """One measuring; a corrected one stays readable and counts no more."""

    vitals_id: str
    taken_on: date
    vitals: Vitals
    by_name: str
    amends_id: str | None
    corrected: bool


@dataclass(frozen=True, slots=True)
class LastValue:
    """The newest value of one kind: what (a msgid), the value with its unit, the day."""

    what: str
    value: str
    taken_on: date


_COLUMNS: tuple[Any, ...] = (
    VitalSigns.weight_grams, VitalSigns.height_mm, VitalSigns.systolic_mmhg, VitalSigns.diastolic_mmhg,
    VitalSigns.pulse_per_minute, VitalSigns.temperature_tenths, VitalSigns.pregnancy, VitalSigns.pregnancy_weeks,
    VitalSigns.note,
)  # fmt: skip
"""In the order of `Vitals`."""
_LOOKED_THROUGH = 40
"""Of so many measurings the newest value of each kind is sought."""


def history(asker: Asker, patient_id: str, limit: int = 200) -> tuple[VitalsRow, ...]:
    """Every measuring, the newest first, corrected ones among them."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    select: AnySelect = sa.select(
        VitalSigns.id, VitalSigns.taken_on, VitalSigns.recorded_by, VitalSigns.amends_id, _IS_AMENDED, *_COLUMNS
    )
    found = asker.all(select.where(*_of(patient_id)).order_by(*_NEWEST_FIRST).limit(limit))
    names: dict[str, str] = {}
    for row in found:
        if row[2] not in names:
            names[row[2]] = staff.name_of(asker, row[2])
    return tuple(VitalsRow(row[0], row[1], Vitals(*row[5:]), names[row[2]], row[3], bool(row[4])) for row in found)


_NEWEST_FIRST = (VitalSigns.taken_on.desc(), VitalSigns.id.desc())


def _of(patient_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return VitalSigns.patient_id == patient_id, VitalSigns.voided_at.is_(None)


def last_values(asker: Asker, patient_id: str) -> tuple[LastValue, ...]:
    """Of each kind the value that was measured last, in the order of the sheet."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    select: AnySelect = sa.select(VitalSigns.taken_on, *_COLUMNS)
    live = select.where(*_of(patient_id), ~_IS_AMENDED)
    return _newest_of_each(asker.all(live.order_by(*_NEWEST_FIRST).limit(_LOOKED_THROUGH)))


def _newest_of_each(rows: Sequence[Any]) -> tuple[LastValue, ...]:
    newest: dict[str, LastValue] = {}
    for row in rows:
        for said in say_all(Vitals(*row[1:])):
            newest.setdefault(said.what, LastValue(said.what, said.value, row[0]))
    return tuple(newest[what] for what in ORDER if what in newest)


def last_weight(asker: Asker, patient_id: str, but: str | None = None) -> LastWeight | None:
    """The last weight that stands, `but` one measuring: the one that is being corrected."""
    asker.require(Permission.WRITE_NOTES, *_READERS)
    restricted.must_open(asker, patient_id)
    where = (*_of(patient_id), ~_IS_AMENDED, VitalSigns.weight_grams.is_not(None), VitalSigns.id != (but or ""))
    row = asker.first(
        sa.select(VitalSigns.weight_grams, VitalSigns.taken_on).where(*where).order_by(*_NEWEST_FIRST).limit(1)
    )
    grams, taken_on = row or (None, asker.today)
    return None if grams is None else LastWeight(grams, taken_on)


def is_corrected(asker: Asker, vitals_id: str) -> bool:
    asker.require(Permission.WRITE_NOTES, *_READERS)
    return bool(asker.value(sa.select(_IS_AMENDED).select_from(VitalSigns).where(VitalSigns.id == vitals_id)))


def draft_of(asker: Asker, patient_id: str) -> KeptDraft | None:
    """What the acting person was typing of this person today; yesterday's is no measurement of today."""
    kept = find_draft(asker, DRAFT_SCREEN, patient_id)
    return kept if kept and kept.kept_at.astimezone(asker.place.zone).date() == asker.today else None
