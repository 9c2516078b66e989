"""Depots: what was injected, when the next is due, and who is late. Of a medicine that ends nothing is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries import handing, shelf
from clinic_desktop.features.medication.queries.prescriptions import (
    LOOK_BACK_DAYS,
    CurrentMedicine,
    depot_lines,
    line_of,
    prescribed_lines,
)
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.prescriptions import (
    MedicationAdministration,
    MedicationRequest,
    StopOrder,
)
from clinic_desktop.features.medication.rules.doses import say_dose
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"medication_request", "stop_order", "medication_administration"})
READERS = (Permission.READ_CHART, Permission.TAKE_VITALS, Permission.PRESCRIBE)


@dataclass(frozen=True, slots=True)
class Depot:
    """A depot that a person is on, with the last injection."""

    line: CurrentMedicine
    given_on: date | None = None
    given_by: str = ""
    where_text: str = ""
    administration_id: str | None = None
    dispense_id: str | None = None
    """Set where the last one came from our shelf."""
    given_for: str | None = None
    """The prescribed line it was given for, which may be an older one."""

    @property
    def patient_id(self) -> str:
        return self.line.patient_id

    @property
    def request_id(self) -> str:
        return self.line.request_id

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def product(self) -> str:
        return self.line.product

    @property
    def begins_on(self) -> date:
        return self.line.begins_on

    @property
    def due_on(self) -> date:
        """The first one on the day the prescription begins, the next by the rhythm of the step it was given in."""
        course = self.line.course
        if self.given_on is None or course is None:
            return self.begins_on
        return self.given_on + timedelta(days=course.dose_on(self.given_on, self.line.signed_on).every_days)

    @property
    def dose_said(self) -> str:
        """What is injected next."""
        course = self.line.course
        return say_dose(course.dose_on(self.due_on, self.line.signed_on), self.line.unit) if course else ""

    def is_due(self, today: date) -> bool:
        return self.due_on <= today

    def is_overdue(self, today: date) -> bool:
        return self.due_on < today


@dataclass(frozen=True, slots=True)
class Given:
    """One injection that holds, and what left the shelf for it."""

    administration_id: str
    dispense_id: str | None


def depots(asker: Asker, patient_id: str) -> tuple[Depot, ...]:
    """The depots of one person."""
    asker.require(*READERS)
    restricted.must_open(asker, patient_id)
    return _depots(asker, MedicationRequest.patient_id == patient_id)


def due_for(asker: Asker, patient_ids: Iterable[str]) -> dict[str, date]:
    """Of each of these people the day of the injection that is due first, as far as it is due by today."""
    asker.require(*READERS)
    chosen = list(patient_ids)
    hidden = restricted.hidden_people(asker)
    found = _depots(
        asker, MedicationRequest.patient_id.in_(chosen), MedicationRequest.patient_id.not_in(hidden)
    )  # fmt: skip
    due: dict[str, date] = {}
    for depot in found:
        if depot.is_due(asker.today):
            due[depot.patient_id] = min(depot.due_on, due.get(depot.patient_id, depot.due_on))
    return due


def due_now(asker: Asker) -> tuple[Depot, ...]:
    """Everybody alive whose injection is due today or late, the latest first; reserved records only for who may open
    them."""
    asker.require(*READERS)
    hidden = restricted.hidden_people(asker)
    found = _depots(asker, MedicationRequest.patient_id.not_in(hidden), handing.of_the_living())
    return tuple(sorted((d for d in found if d.is_due(asker.today)), key=lambda d: (d.due_on, d.patient_id)))


def last_given(asker: Asker, request_id: str) -> date | None:
    """When this medicine was injected last, in whatever strength; one that is prescribed beside it counts apart."""
    asker.require(*READERS)
    item = handing.request_line(asker, request_id)
    if item is None:
        return None
    line = item.line
    restricted.must_open(asker, line.patient_id)
    standing = _depots(asker, MedicationRequest.patient_id == line.patient_id)
    last = _last_of(line, _given_to(asker, [line.patient_id]), [depot.line for depot in standing])
    return last.given_on if last is not None else None


def _depots(asker: Asker, *which: sa.ColumnElement[bool]) -> tuple[Depot, ...]:
    """The newest prescribed lines of each person and medicine, if they are depots and were not stopped.

    A depot that is prescribed anew in another strength takes the place of the one before: never both are due.
    """
    request, since = MedicationRequest, asker.today - timedelta(days=LOOK_BACK_DAYS)
    newer, product = aliased(MedicationRequest), aliased(Presentation)
    replaced = sa.exists().where(
        newer.patient_id == request.patient_id, depot_lines(newer, product), newer.folio != request.folio,
        product.id == newer.presentation_id, product.medicine_id == Presentation.medicine_id,
        sa.tuple_(newer.signed_on, newer.id) > sa.tuple_(request.signed_on, request.id),
        sa.not_(sa.exists().where(StopOrder.request_id == newer.id, StopOrder.note_id == newer.note_id)),
    )  # fmt: skip
    standing = depot_lines(request, Presentation), request.signed_on >= since, StopOrder.id.is_(None)
    rows = asker.all(prescribed_lines().where(*which, *standing, ~replaced))
    found = {(row.patient_id, row.presentation_id): line_of(row, asker.today) for row in rows}
    lines = sorted(found.values(), key=lambda line: (line.name, line.request_id))
    given = _given_to(asker, list({line.patient_id for line in lines})) if lines else ()
    return tuple(_with(line, _last_of(line, given, lines)) for line in lines)


def _given_to(asker: Asker, patient_ids: list[str]) -> Sequence[Any]:
    """The injections of some people in the order of days; of one that was corrected what holds now."""
    given, newer = MedicationAdministration, aliased(MedicationAdministration)
    select = (
        sa.select(
            given.id, given.patient_id, given.request_id, given.presentation_id, Presentation.medicine_id,
            given.given_on, given.given_by_name, given.where_text, given.dispense_id,
        )
        .outerjoin(Presentation, Presentation.id == given.presentation_id)
        .where(given.patient_id.in_(patient_ids), given.voided_at.is_(None))
        .where(~sa.exists().where(newer.amends_id == given.id))
        .order_by(given.given_on, given.id)
    )  # fmt: skip
    return asker.all(select)


def _last_of(line: CurrentMedicine, given: Iterable[Any], standing: Iterable[CurrentMedicine]) -> Any:
    beside = {
        other.presentation_id
        for other in standing
        if other.patient_id == line.patient_id and other.presentation_id != line.presentation_id
    }
    of_line = [
        row
        for row in given
        if row.patient_id == line.patient_id
        and row.medicine_id == line.medicine_id
        and row.presentation_id not in beside
    ]
    return of_line[-1] if of_line else None


def _with(line: CurrentMedicine, last: Any) -> Depot:
    depot = Depot(line)
    if last is None:
        return depot
    return replace(
        depot, given_on=last.given_on, given_by=last.given_by_name or "", where_text=last.where_text or "",
        administration_id=last.id, dispense_id=last.dispense_id, given_for=last.request_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ampoules:
    """Where the next ampoule of a prescribed line can come from."""

    usable: int
    """On our shelf; 0 for those who may not see it."""
    owed: int
    held: bool
    """More of them were handed out than injected: the person has one."""

    @property
    def is_ours(self) -> bool:
        """Whether one would be taken from our shelf, as far as one can know."""
        return self.usable > 0 and self.owed > 0 and not self.held


def ampoules(asker: Asker, request_id: str) -> Ampoules:
    asker.require(*READERS)
    item = handing.request_line(asker, request_id)
    if item is None or item.line.presentation_id is None:
        return Ampoules(0, 0, held=False)
    restricted.must_open(asker, item.line.patient_id)
    injected = sum(row.request_id == request_id for row in _given_to(asker, [item.line.patient_id]))
    seen = any(asker.actor.may(permission) for permission in shelf.SHELF)
    usable = shelf.balance(asker, item.line.presentation_id).usable if seen else 0
    return Ampoules(usable, item.owed, held=item.given > injected)


def newest_of(asker: Asker, administration_id: str, patient_id: str) -> Given | None:
    """An injection as it was corrected last; None if it is not this person's."""
    asker.require(*READERS)
    restricted.must_open(asker, patient_id)
    given = MedicationAdministration
    row_id: str | None = administration_id
    newest: Any = None
    while row_id is not None:
        newest = asker.first(sa.select(given.id, given.dispense_id, given.patient_id).where(given.id == row_id))
        row_id = asker.value(sa.select(given.id).where(given.amends_id == row_id).order_by(given.id.desc()).limit(1))
    if newest is None or newest.patient_id != patient_id:
        return None
    return Given(newest.id, newest.dispense_id)
