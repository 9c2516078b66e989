"""Open risks: for clinicians only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.records.risk import RiskEvent
from clinic_desktop.features.consults.rules import risk
from clinic_desktop.features.consults.rules.risk import OpenRisk, RiskLine, RiskStep
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


def risk_of(asker: Asker, patient_id: str) -> OpenRisk | None:
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return risk.open_risk(_risk_lines(asker, [patient_id]).get(patient_id, ()))


def risk_steps(asker: Asker, patient_id: str) -> tuple[RiskLine, ...]:
    """Every step, oldest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return tuple(_risk_lines(asker, [patient_id]).get(patient_id, ()))


def open_risks(asker: Asker, patient_ids: Iterable[str] | None = None) -> dict[str, OpenRisk]:
    """Who has an open risk: of these people, or of all; the contact that is due first comes first."""
    asker.require(*_READERS)
    wanted = _with_open_risk(asker) if patient_ids is None else list(patient_ids)
    lines = _risk_lines(asker, wanted) if wanted else {}
    standing = {patient_id: found for patient_id, told in lines.items() if (found := risk.open_risk(told))}
    return dict(sorted(standing.items(), key=lambda pair: pair[1].next_contact_on))


def _with_open_risk(asker: Asker) -> list[str]:
    closing = aliased(RiskEvent)
    closed = sa.exists().where(closing.opening_id == RiskEvent.id, closing.step == RiskStep.CLOSED)
    opened = sa.select(RiskEvent.patient_id).where(RiskEvent.step == RiskStep.OPENED, ~closed).distinct()
    return [row[0] for row in asker.all(opened)]


def _risk_lines(asker: Asker, patient_ids: Sequence[str]) -> dict[str, list[RiskLine]]:
    told: dict[str, list[RiskLine]] = defaultdict(list)
    for row in asker.all(
        sa.select(
            RiskEvent.patient_id, RiskEvent.id, RiskEvent.opening_id, RiskEvent.step, RiskEvent.occurred_on,
            RiskEvent.reason_code, RiskEvent.reason_text, RiskEvent.holder_name, RiskEvent.next_contact_on,
            RiskEvent.whom_to_look_for, RiskEvent.outcome_text, RiskEvent.by_name,
        )
        .join(Encounter, Encounter.id == RiskEvent.encounter_id, isouter=True)
        .where(RiskEvent.patient_id.in_(patient_ids), Encounter.voided_at.is_(None))
        .where(RiskEvent.patient_id.not_in(restricted.hidden_people(asker)))
        .order_by(RiskEvent.id)
    ):  # fmt: skip
        told[row[0]].append(RiskLine(*row[1:]))
    return told
