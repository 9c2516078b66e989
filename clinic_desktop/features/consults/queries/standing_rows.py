"""What was written in a consultation that was taken back was said of somebody else: it counts no more."""

import sqlalchemy as sa

from clinic_desktop.features.consults.records.encounters import Encounter


def is_not_taken_back(encounter_id: sa.SQLColumnExpression[str | None]) -> sa.ColumnElement[bool]:
    """Whether a row stands: it was written in no consultation, or in one that stands."""
    return ~sa.exists().where(Encounter.id == encounter_id, Encounter.voided_at.is_not(None))
