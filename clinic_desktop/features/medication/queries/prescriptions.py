"""What was prescribed to whom."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, PrescriptionSignature, StopOrder
from clinic_desktop.features.medication.rules.courses import (
    DEPOT_DAYS,
    INJECTED,
    Course,
    course_from,
    is_depot,
    say_course,
)
from clinic_desktop.features.medication.rules.kinds import Form, Route, Unit, look_alikes, say_product
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

READERS = (Permission.READ_CHART, Permission.PRESCRIBE, Permission.DISPENSE)
LOOK_BACK_DAYS = 400
"""Older prescriptions and dispensings do not bear on today."""
PAUSE_DAYS = 90
"""Without a medicine for longer than this, its next prescription is a new beginning."""


@dataclass(frozen=True, slots=True)
class CurrentMedicine:
    """One prescribed line, as a chart, a letter or a repeat needs it."""

    request_id: str
    patient_id: str
    note_id: str | None
    folio: str | None
    presentation_id: str | None
    medicine_id: str | None
    name: str
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    course: Course | None
    """How it is taken; None where only words say it."""
    days: int
    units: int
    instructions_text: str | None
    signed_on: date
    prescriber_text: str | None
    running: bool
    """Its days are not over yet."""
    stopped_on: date | None = None
    stop_reason: str | None = None
    content_tenths_ml: int | None = None
    """What one bottle holds, if it is known."""
    is_depot: bool = False
    days_per_pickup: int | None = None
    keeper_name: str | None = None
    unsigned: bool = False
    """Somebody in training wrote it, it was not urgent, and no supervisor signed yet."""
    urgent_reason: str | None = None
    """Why it was given out before a supervisor signed."""
    supervisor_wanted: bool = False
    supervisor_text: str | None = None
    prescriber_id: str | None = None
    repeats_id: str | None = None
    taken_back: bool = False
    """The consultation it was written in was taken back: it never was."""
    tall_name: str | None = None

    @property
    def product(self) -> str:
        return say_product(self.form, self.strength_text, self.route)

    @property
    def dose_said(self) -> str:
        return say_course(self.course, self.unit, self.signed_on) if self.course else ""

    @property
    def key(self) -> str:
        """Of which medicine it is a line, whatever the strength."""
        return self.medicine_id or self.name.casefold()

    @property
    def begins_on(self) -> date:
        return (self.course.starts_on if self.course else None) or self.signed_on

    @property
    def ends_on(self) -> date:
        """The first day that is not covered."""
        return _ends_on(self.course, self.signed_on, self.days)

    @property
    def shown_name(self) -> str:
        """The name as it is shown where it is handed out; papers and searches have the plain one."""
        return shown_name(self.name, self.tall_name)

    @property
    def alike(self) -> tuple[str, ...]:
        return tuple(shown_name(name) for name in look_alikes(self.name))


# -- prescribed lines


def depot_lines(request: type[MedicationRequest], product: type[Presentation]) -> sa.ColumnElement[bool]:
    """Those that are depots; of older versions, which did not say so, those that are injected that seldom."""
    seldom = sa.and_(request.every_days >= DEPOT_DAYS, product.route.in_(INJECTED))
    return sa.or_(request.is_depot.is_(True), sa.and_(request.is_depot.is_(None), seldom))


def _seems_depot(route: Route | None, course: Course | None) -> bool:
    return course is not None and is_depot(route, course.first)


@cache
def prescribed_lines() -> AnySelect:
    """Made once: this is asked at every handing out."""
    request = MedicationRequest
    return (
        sa.select(
            request.id,
            request.patient_id,
            request.note_id,
            request.folio,
            request.presentation_id,
            Presentation.medicine_id,
            sa.func.coalesce(Medicine.name, request.medicine_text).label("name"),
            Medicine.tall_name,
            Presentation.form,
            Presentation.strength_text,
            Presentation.route,
            Presentation.unit,
            request.morning_quarters,
            request.noon_quarters,
            request.evening_quarters,
            request.night_quarters,
            request.every_days,
            request.days,
            request.units,
            request.instructions_text,
            request.signed_on,
            request.prescriber_text,
            request.prescriber_id,
            StopOrder.stopped_on,
            StopOrder.reason,
            (StopOrder.note_id == request.note_id).label("taken_back"),
            request.starts_on,
            request.steps,
            request.as_needed,
            request.most_per_day_quarters,
            request.is_depot,
            request.days_per_pickup,
            request.keeper_name,
            request.supervisor_wanted,
            request.urgent_reason,
            request.repeats_id,
            Presentation.content_tenths_ml,
            _supervisor(),
        )
        .outerjoin(Presentation, Presentation.id == request.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
        .outerjoin(StopOrder, StopOrder.request_id == request.id)
        .order_by(
            request.signed_on.desc(),
            request.folio.desc(),
            request.id,
            StopOrder.stopped_on.desc(),
            StopOrder.id.desc(),
        )
    )


def _supervisor() -> Any:
    """Who signed for somebody in training; null if nobody did."""
    signed = PrescriptionSignature
    select = sa.select(signed.supervisor_text).where(signed.folio == MedicationRequest.folio).order_by(signed.signed_at)
    return select.limit(1).scalar_subquery().label("supervisor_text")


def _ends_on(course: Course | None, signed_on: date, days: int) -> date:
    return course.ends_on(signed_on) if course else signed_on + timedelta(days=days)


def line_of(row: Any, today: date) -> CurrentMedicine:
    quarters = (row.morning_quarters, row.noon_quarters, row.evening_quarters, row.night_quarters)
    most = row.most_per_day_quarters if row.as_needed else None
    course = course_from(quarters, row.every_days, row.days, row.steps, most, row.starts_on)
    days, signed_on, stopped_on = row.days or 0, row.signed_on, row.stopped_on
    return CurrentMedicine(
        request_id=row.id,
        patient_id=row.patient_id,
        note_id=row.note_id,
        folio=row.folio,
        presentation_id=row.presentation_id,
        medicine_id=row.medicine_id,
        name=row.name or "",
        form=row.form,
        strength_text=row.strength_text,
        route=row.route,
        unit=row.unit,
        course=course,
        days=days,
        units=row.units or 0,
        instructions_text=row.instructions_text,
        signed_on=signed_on,
        prescriber_text=row.prescriber_text,
        running=stopped_on is None and _ends_on(course, signed_on, days) > today,
        stopped_on=stopped_on,
        stop_reason=row.reason,
        content_tenths_ml=row.content_tenths_ml,
        is_depot=bool(row.is_depot) or (row.is_depot is None and _seems_depot(row.route, course)),
        days_per_pickup=row.days_per_pickup,
        keeper_name=row.keeper_name,
        unsigned=bool(row.supervisor_wanted) and not row.urgent_reason and row.supervisor_text is None,
        urgent_reason=row.urgent_reason,
        supervisor_wanted=bool(row.supervisor_wanted),
        supervisor_text=row.supervisor_text,
        prescriber_id=row.prescriber_id,
        repeats_id=row.repeats_id,
        taken_back=bool(row.taken_back),
        tall_name=row.tall_name,
    )


def _unique(lines: Iterable[CurrentMedicine]) -> list[CurrentMedicine]:
    """One per prescribed line: after a merge a line may have been stopped twice. The first stop tells when and why, and
    one of a consultation that was taken back says that it never was."""
    found: dict[str, CurrentMedicine] = {}
    for line in lines:
        before = found.get(line.request_id)
        found[line.request_id] = (
            line if before is None else replace(line, taken_back=before.taken_back or line.taken_back)
        )
    return list(found.values())


def current_medicines(asker: Asker, patient_id: str) -> tuple[CurrentMedicine, ...]:
    """What the person is on: of each medicine the lines of its newest prescription, unless they were stopped.

    A line whose days are over is kept (`running` tells): people come late, and a repeat begins from it.
    """
    must_read(asker, patient_id)
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    chosen = prescribed_lines().where(MedicationRequest.patient_id == patient_id, MedicationRequest.signed_on >= since)
    newest: dict[str, str | None] = {}
    found: list[CurrentMedicine] = []
    for line in _unique(line_of(row, asker.today) for row in asker.all(chosen)):
        if line.taken_back:
            continue
        if newest.setdefault(line.key, line.folio) == line.folio and line.stopped_on is None:
            found.append(line)
    return tuple(found)


def prescribed_in(asker: Asker, note_id: str) -> tuple[CurrentMedicine, ...]:
    """The lines that were signed with a note, stopped or not, in the order they were written."""
    asker.require(*READERS)
    return _read(asker, MedicationRequest.note_id == note_id)


def stopped_in(asker: Asker, note_id: str) -> tuple[tuple[str, str], ...]:
    """Which medicines were ended with a note, and why; not what was prescribed in it and taken back with it."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    name = sa.func.coalesce(Medicine.name, MedicationRequest.medicine_text, "")
    found = asker.all(
        sa.select(
            MedicationRequest.patient_id, name, sa.func.coalesce(Presentation.strength_text, ""), StopOrder.reason
        )
        .join(MedicationRequest, MedicationRequest.id == StopOrder.request_id)
        .outerjoin(Presentation, Presentation.id == MedicationRequest.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
        .where(StopOrder.note_id == note_id, sa.func.coalesce(MedicationRequest.note_id, "") != note_id)
        .order_by(StopOrder.id)
    )
    for patient_id in {str(row[0]) for row in found}:
        restricted.must_open(asker, patient_id)
    return tuple((f"{row[1]} {row[2]}".strip(), row[3] or "") for row in found)


def with_folio(asker: Asker, folio: str) -> tuple[CurrentMedicine, ...]:
    """The lines of one printed prescription."""
    asker.require(*READERS)
    return _read(asker, MedicationRequest.folio == folio.strip().upper())


def _read(asker: Asker, which: sa.ColumnElement[bool]) -> tuple[CurrentMedicine, ...]:
    lines = _unique(line_of(row, asker.today) for row in asker.all(prescribed_lines().where(which)))
    for patient_id in {line.patient_id for line in lines}:
        must_read(asker, patient_id)
    return tuple(lines)


def must_read(asker: Asker, patient_id: str) -> None:
    """Who hands out sees what a reserved person gets, without the name; other readers must be able to open it."""
    asker.require(*READERS)
    if not asker.actor.may(Permission.DISPENSE):
        restricted.must_open(asker, patient_id)


def since_when(asker: Asker, patient_id: str) -> dict[str, date]:
    """Since when a person takes each medicine (its id, or its name where it is in no formulary).

    A pause longer than `PAUSE_DAYS` begins anew.
    """
    must_read(asker, patient_id)
    request = MedicationRequest
    name = sa.func.coalesce(Presentation.medicine_id, request.medicine_text)
    begins = sa.func.coalesce(request.starts_on, request.signed_on)
    select = (
        sa.select(name, begins, request.days, sa.func.min(StopOrder.stopped_on))
        .outerjoin(Presentation, Presentation.id == request.presentation_id)
        .outerjoin(StopOrder, StopOrder.request_id == request.id)
        .where(request.patient_id == patient_id, begins.is_not(None))
        .where(sa.or_(StopOrder.note_id.is_(None), StopOrder.note_id != sa.func.coalesce(request.note_id, "")))
        .group_by(request.id)
        .order_by(begins, request.id)
    )
    found: dict[str, tuple[date, date]] = {}
    for medicine, begun, days, stopped_on in asker.all(select):
        begins_on, stop = _day(begun), _day(stopped_on) if stopped_on else None
        ends_on = begins_on + timedelta(days=days or 0)
        until = min(ends_on, stop) if stop else ends_on
        key = str(medicine or "").casefold()
        since, last = found.get(key, (begins_on, until))
        follows = begins_on <= last + timedelta(days=PAUSE_DAYS)
        found[key] = (since, max(until, last)) if follows else (begins_on, until)
    return {key: since for key, (since, _until) in found.items()}


def _day(value: Any) -> date:
    # A day that comes out of a sum or a choice of columns is text still.
    return value if isinstance(value, date) else date.fromisoformat(value)


def count_of(asker: Asker, patient_id: str) -> int:
    """How many lines were prescribed or handed out for a person; says nothing of what they are."""
    asked = sa.select(sa.func.count()).select_from(MedicationRequest).where(MedicationRequest.patient_id == patient_id)
    given = (
        sa.select(sa.func.count()).select_from(MedicationDispense).where(MedicationDispense.patient_id == patient_id)
    )
    return (asker.value(asked) or 0) + (asker.value(given) or 0)
