"""Adverse reactions of a person, and which batches of a medicine they were handed here."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.queries.standing_rows import is_not_taken_back
from clinic_desktop.features.consults.records.findings import AdverseReaction
from clinic_desktop.features.consults.rules.reactions import Reaction
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import say_product
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({AdverseReaction.__tablename__})
READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)
_NEWER = aliased(AdverseReaction, name="newer_reaction")
_IS_AMENDED = sa.exists().where(_NEWER.amends_id == AdverseReaction.id, _NEWER.voided_at.is_(None))
LOOK_BACK_DAYS = 400


@dataclass(frozen=True, slots=True)
class ReactionRow:
    reaction_id: str
    patient_id: str
    reaction: Reaction
    by_name: str
    noted_on: date
    amends_id: str | None
    corrected: bool


def reactions(asker: Asker, patient_id: str) -> tuple[ReactionRow, ...]:
    """All that were noted, the newest first, corrected ones among them."""
    asker.require(*READERS)
    restricted.must_open(asker, patient_id)
    return _read(asker, AdverseReaction.patient_id == patient_id)


def reaction(asker: Asker, reaction_id: str) -> ReactionRow | None:
    asker.require(*READERS)
    found = _read(asker, AdverseReaction.id == reaction_id)
    restricted.must_open(asker, *(row.patient_id for row in found))
    return found[0] if found else None


def _read(asker: Asker, which: sa.ColumnElement[bool]) -> tuple[ReactionRow, ...]:
    table = AdverseReaction
    select: AnySelect = sa.select(
        table.id, table.patient_id, table.presentation_id, table.medicine_text, table.reaction_text, table.lot_text,
        table.began_on, table.severity, table.outcome, table.done_text, table.by_name, table.recorded_at,
        table.amends_id, _IS_AMENDED,
    )  # fmt: skip
    found = asker.all(
        select.where(which, table.voided_at.is_(None), is_not_taken_back(table.encounter_id)).order_by(table.id.desc())
    )
    return tuple(
        ReactionRow(
            row[0], row[1],
            Reaction(row[2], row[3] or "", row[4] or "", row[5] or "", row[6], row[7], row[8], row[9] or ""),
            row[10] or "", row[11].astimezone(asker.place.zone).date(), row[12], bool(row[13]),
        )
        for row in found
    )  # fmt: skip


def is_corrected(asker: Asker, reaction_id: str) -> bool:
    asker.require(*READERS)
    return bool(
        asker.value(sa.select(_IS_AMENDED).select_from(AdverseReaction).where(AdverseReaction.id == reaction_id))
    )


@dataclass(frozen=True, slots=True)
class GivenHere:
    """A medicine that the person was handed here, with the batch of the last time."""

    presentation_id: str
    said: str
    substance: str
    lot: str
    given_on: date


def handed_here(asker: Asker, patient_id: str) -> tuple[GivenHere, ...]:
    """One for each presentation of the last year, the newest first: what a reaction is likely to be about."""
    asker.require(*READERS)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        sa.select(
            MedicationDispense.presentation_id, Medicine.name, Presentation.form, Presentation.strength_text,
            Presentation.route, StockLot.lot_number, MedicationDispense.given_on,
        )
        .join(Presentation, Presentation.id == MedicationDispense.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .outerjoin(StockMovement, StockMovement.dispense_id == MedicationDispense.id)
        .outerjoin(StockLot, StockLot.id == StockMovement.lot_id)
        .where(MedicationDispense.patient_id == patient_id, MedicationDispense.units > 0)
        .where(MedicationDispense.given_on >= asker.today - timedelta(days=LOOK_BACK_DAYS))
        .order_by(MedicationDispense.given_on.desc(), MedicationDispense.id.desc(), StockMovement.id.desc())
    )  # fmt: skip
    newest: dict[str, GivenHere] = {}
    for presentation_id, name, form, strength, route, lot, given_on in found:
        said = f"{name or ''} {say_product(form, strength, route)}".strip()
        newest.setdefault(
            str(presentation_id), GivenHere(str(presentation_id), said, name or "", lot or "", given_on or asker.today)
        )
    return tuple(newest.values())


def substance_of(asker: Asker, presentation_id: str | None) -> str:
    """The generic name of a presentation."""
    asker.require(*READERS)
    if presentation_id is None:
        return ""
    name = asker.value(
        sa.select(Medicine.name)
        .join(Presentation, Presentation.medicine_id == Medicine.id)
        .where(Presentation.id == presentation_id)
    )
    return name or ""
