"""Depots: what was injected, when the next is due, and who is late. Of a medicine that ends nothing is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.prescriptions import LOOK_BACK_DAYS
from clinic_desktop.features.medication.records import (
    MedicationAdministration,
    MedicationRequest,
    Medicine,
    Presentation,
    StopOrder,
)
from clinic_desktop.features.medication.rules.kinds import Form, Route, say_product
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"medication_request", "stop_order", "medication_administration"})


@dataclass(frozen=True, slots=True)
class Depot:
    """A depot that a person is on, with the last injection."""

    patient_id: str
    request_id: str
    presentation_id: str | None
    name: str
    product: str
    every_days: int
    begins_on: date
    given_on: date | None = None
    given_by: str = ""
    where_text: str = ""
    administration_id: str | None = None

    @property
    def due_on(self) -> date:
        """The first one on the day the prescription begins."""
        return self.given_on + timedelta(days=self.every_days) if self.given_on else self.begins_on

    def is_overdue(self, today: date) -> bool:
        return self.due_on < today


def depots(asker: Asker, patient_id: str) -> tuple[Depot, ...]:
    """The depots of one person."""
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    return _depots(asker, MedicationRequest.patient_id == patient_id)


def due_for(asker: Asker, patient_ids: Iterable[str]) -> dict[str, date]:
    """Of each of these people the day of the injection that is due first, as far as it is due by today."""
    asker.require(Permission.READ_CHART)
    chosen = list(patient_ids)
    hidden = restricted.hidden_people(asker)
    found = _depots(
        asker, MedicationRequest.patient_id.in_(chosen), MedicationRequest.patient_id.not_in(hidden)
    )  # fmt: skip
    due: dict[str, date] = {}
    for depot in found:
        if depot.due_on <= asker.today:
            due[depot.patient_id] = min(depot.due_on, due.get(depot.patient_id, depot.due_on))
    return due


def overdue(asker: Asker) -> tuple[Depot, ...]:
    """Everybody whose injection is late, the latest first; reserved records only for those who may open them."""
    asker.require(Permission.READ_CHART)
    found = _depots(asker, MedicationRequest.patient_id.not_in(restricted.hidden_people(asker)))
    return tuple(sorted((d for d in found if d.is_overdue(asker.today)), key=lambda d: (d.due_on, d.patient_id)))


def last_given(asker: Asker, patient_id: str, presentation_id: str) -> date | None:
    """When this was injected last."""
    asker.require(Permission.READ_CHART, Permission.TAKE_VITALS, Permission.PRESCRIBE)
    restricted.must_open(asker, patient_id)
    last = _last(asker, [patient_id]).get((patient_id, presentation_id))
    return last.given_on if last is not None else None


def _depots(asker: Asker, *which: sa.ColumnElement[bool]) -> tuple[Depot, ...]:
    """The newest prescribed line of each person and medicine, if it is a depot and was not stopped."""
    request, since = MedicationRequest, asker.today - timedelta(days=LOOK_BACK_DAYS)
    stopped = sa.exists().where(StopOrder.request_id == request.id)
    newer = aliased(MedicationRequest)
    replaced = sa.exists().where(
        newer.patient_id == request.patient_id, newer.presentation_id == request.presentation_id,
        sa.tuple_(newer.signed_on, newer.id) > sa.tuple_(request.signed_on, request.id),
        sa.not_(sa.exists().where(StopOrder.request_id == newer.id, StopOrder.note_id == newer.note_id)),
    )  # fmt: skip
    select = (
        sa.select(
            request.patient_id, request.id, request.presentation_id, Medicine.name, Presentation.form,
            Presentation.strength_text, Presentation.route, request.every_days,
            sa.func.coalesce(request.starts_on, request.signed_on).label("begins_on"),
        )
        .join(Presentation, Presentation.id == request.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(*which, request.is_depot.is_(True), request.signed_on >= since, ~stopped, ~replaced)
        .order_by(Medicine.name, request.id)
    )  # fmt: skip
    found = {(row.patient_id, row.presentation_id): _depot(row) for row in asker.all(select)}
    last = _last(asker, [patient_id for patient_id, _product in found])
    return tuple(_with(depot, last.get(key)) for key, depot in found.items())


def _depot(row: Any) -> Depot:
    form: Form | None = row.form
    route: Route | None = row.route
    begins = row.begins_on if isinstance(row.begins_on, date) else date.fromisoformat(row.begins_on)
    return Depot(
        row.patient_id, row.id, row.presentation_id, row.name or "", say_product(form, row.strength_text, route),
        row.every_days or 1, begins,
    )  # fmt: skip


def _last(asker: Asker, patient_ids: list[str]) -> dict[tuple[str, str | None], Any]:
    """The last injection by person and presentation; of one that was corrected what holds now."""
    given, newer = MedicationAdministration, aliased(MedicationAdministration)
    select = (
        sa.select(
            given.id, given.patient_id, given.presentation_id, given.given_on, given.given_by_name, given.where_text
        )
        .where(given.patient_id.in_(patient_ids), given.voided_at.is_(None))
        .where(~sa.exists().where(newer.amends_id == given.id))
        .order_by(given.given_on, given.id)
    )
    return {(row.patient_id, row.presentation_id): row for row in asker.all(select)}


def _with(depot: Depot, last: Any) -> Depot:
    if last is None:
        return depot
    return Depot(
        depot.patient_id, depot.request_id, depot.presentation_id, depot.name, depot.product, depot.every_days,
        depot.begins_on, last.given_on, last.given_by_name or "", last.where_text or "", last.id,
    )  # fmt: skip
