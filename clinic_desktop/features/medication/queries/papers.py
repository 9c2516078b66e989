"""Prescriptions on paper that were served, and the ones typed later that may be the same."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.handing import ToGive, lines_with_given, said_names
from clinic_desktop.features.medication.queries.prescriptions import LOOK_BACK_DAYS
from clinic_desktop.features.medication.records.dispensing import DispenseJoin, MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, StopOrder
from clinic_desktop.features.medication.rules.joining import Fit, how_it_fits
from clinic_desktop.features.medication.rules.kinds import DispenseKind, Form, Route, Unit, say_product
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class ServedPaper:
    """One medicine handed out from paper, of which nobody has said yet which prescription it is."""

    dispense_id: str
    patient_id: str
    said: str
    medicine_id: str
    presentation_id: str
    name: str
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    units: int
    """What the person kept."""
    given_on: date
    folio: str
    prescriber: str
    candidates: tuple[ToGive, ...]
    """The prescriptions in this program that may be this paper, the likeliest first."""

    @property
    def product(self) -> str:
        return say_product(self.form, self.strength_text, self.route)

    def fit(self, item: ToGive) -> Fit:
        line, same = item.line, self.presentation_id == item.line.presentation_id
        return how_it_fits(self.units, self.given_on, item.owed, line.signed_on, line.ends_on, same_product=same)


def served_papers(asker: Asker, patient_id: str | None = None) -> tuple[ServedPaper, ...]:
    """Those not joined yet, the oldest first; of one person, or of all."""
    asker.require(Permission.DISPENSE)
    rows = _not_joined(asker, patient_id)
    lines = _typed(asker, {row.patient_id for row in rows})
    names = said_names(asker, {row.patient_id for row in rows})
    return tuple(_served(row, names, lines[row.patient_id, row.medicine_id]) for row in rows)


def waiting_to_join(asker: Asker) -> tuple[ServedPaper, ...]:
    """Those for which a prescription was typed meanwhile: somebody should say whether it is the same."""
    return tuple(paper for paper in served_papers(asker) if paper.candidates)


def _not_joined(asker: Asker, patient_id: str | None) -> Sequence[Any]:
    dispense, amending = MedicationDispense, aliased(MedicationDispense)
    less = sa.select(sa.func.coalesce(sa.func.sum(amending.units), 0)).where(amending.amends_id == dispense.id)
    kept = (dispense.units + less.scalar_subquery()).label("kept")
    select = (
        sa.select(
            dispense.id, dispense.patient_id, Presentation.medicine_id, dispense.presentation_id, Medicine.name,
            Presentation.form, Presentation.strength_text, Presentation.route, Presentation.unit, kept,
            dispense.given_on, dispense.paper_folio, dispense.prescriber_text,
        )
        .join(Presentation, Presentation.id == dispense.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(dispense.paper_folio.is_not(None), dispense.request_id.is_(None), dispense.kind == DispenseKind.GIVEN)
        .where(dispense.given_on >= asker.today - timedelta(days=LOOK_BACK_DAYS), kept > 0)
        .where(~sa.exists().where(DispenseJoin.dispense_id == dispense.id))
        .order_by(dispense.given_on, dispense.id)
    )  # fmt: skip
    return asker.all(select if patient_id is None else select.where(dispense.patient_id == patient_id))


def _typed(asker: Asker, people: set[str]) -> defaultdict[tuple[str, str], list[ToGive]]:
    """Prescribed lines of these people by medicine, of which something is still owed."""
    found: defaultdict[tuple[str, str], list[ToGive]] = defaultdict(list)
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    which = MedicationRequest.patient_id.in_(people), MedicationRequest.signed_on >= since, StopOrder.id.is_(None)
    for item in lines_with_given(asker, *which) if people else ():
        if item.line.medicine_id is not None and item.owed > 0:
            found[item.line.patient_id, item.line.medicine_id].append(item)
    return found


def _served(row: Any, names: dict[str, str], lines: Sequence[ToGive]) -> ServedPaper:
    paper = ServedPaper(
        row.id, row.patient_id, names.get(row.patient_id, ""), row.medicine_id, row.presentation_id, row.name or "",
        row.form, row.strength_text, row.route, row.unit, row.kept, row.given_on, row.paper_folio or "",
        row.prescriber_text or "", (),
    )  # fmt: skip
    likely = sorted(lines, key=lambda item: (not paper.fit(item).is_good, _apart(paper, item)))
    return replace(paper, candidates=tuple(likely))


def _apart(paper: ServedPaper, item: ToGive) -> int:
    return abs((item.line.signed_on - paper.given_on).days)
