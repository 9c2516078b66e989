"""From a lot to the people who were given of it, and how each is reached without anybody else learning why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.withheld import is_meant, is_same_lot
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.recalls import Recall, RecallEvent
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.records.vouchers import Voucher, VoucherAnswer
from clinic_desktop.features.medication.rules.kinds import DispenseKind, RecallStep, Unit, VoucherOutcome, say_product
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import phone_for_lists
from clinic_desktop.features.patients.rules.places import said_place
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TELLERS = (Permission.DISPENSE, Permission.READ_CHART)
"""Who calls a lot back need not know who took it: the people are told by those who treat them."""
TABLES = frozenset(
    {"recall", "recall_event", "stock_lot", "stock_movement", "medication_dispense", "voucher_answer", "patient"}
)


@dataclass(frozen=True, slots=True)
class RecallRow:
    recall_id: str
    presentation_id: str
    medicine: str
    product: str
    unit: Unit | None
    lot_number: str | None
    """None: every lot of this product."""
    reason: str
    source: str
    opened_on: date
    closed_on: date | None
    closed_text: str
    of_this_site: bool
    here: int
    """Units of it that stand on this shelf, expired ones too."""
    tall_name: str | None = None

    @property
    def shown_name(self) -> str:
        return shown_name(self.medicine, self.tall_name)

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who was given of it. The number is empty where nobody may call."""

    patient_id: str
    name: str
    number: str
    units: int
    """Kept by the person: what was given less what came back."""
    last_on: date
    from_pharmacy: bool
    perhaps: bool
    """No lot number was noted of what they were given: it may be of this lot."""
    phone: str
    may_call: bool
    shared: bool
    hours: str
    cover_words: str
    community: str
    may_visit: bool
    step: RecallStep | None
    """What was done last."""
    step_on: date | None
    note: str


def recalls(asker: Asker) -> tuple[RecallRow, ...]:
    """Every recall that this computer knows, the open ones first, the newest of them in front."""
    asker.require(Permission.RECALL_LOTS, Permission.SEE_STOCK)
    here = (
        sa.select(sa.func.coalesce(sa.func.sum(StockMovement.units), 0))
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .where(StockMovement.site_id == asker.site_id, *_of_recall())
        .correlate(Recall)
        .scalar_subquery()
    )
    select = (
        sa.select(
            Recall.id, Recall.presentation_id, Medicine.name, Presentation.form, Presentation.strength_text,
            Presentation.route, Presentation.unit, Recall.lot_number, Recall.reason, Recall.source_text,
            Recall.opened_on, Recall.closed_on, Recall.closed_text, Recall.origin_site_id, here,
            Medicine.tall_name,
        )
        .join(Presentation, Presentation.id == Recall.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(Recall.voided_at.is_(None))
        .order_by(Recall.closed_on.is_not(None), Recall.opened_on.desc(), Recall.id.desc())
    )  # fmt: skip
    rows: Sequence[Any] = asker.all(select)
    return tuple(
        RecallRow(
            one, product_id, name or "", say_product(form, strength, route), unit, lot, reason or "", source or "",
            opened, closed, why or "", origin == asker.site_id, left, tall,
        )
        for one, product_id, name, form, strength, route, unit, lot, reason, source, opened, closed, why, origin, left,
            tall
        in rows
    )  # fmt: skip


def recall(asker: Asker, recall_id: str) -> RecallRow | None:
    return next((one for one in recalls(asker) if one.recall_id == recall_id), None)


def open_recall_of(asker: Asker, presentation_id: str, lot_number: str | None) -> str | None:
    """The open recall that already names this lot of this product."""
    named = (
        Recall.lot_number.is_(None) if lot_number is None else is_same_lot(Recall.lot_number, sa.literal(lot_number))
    )
    select = sa.select(Recall.id).where(Recall.presentation_id == presentation_id, named)
    return asker.value(select.where(Recall.closed_on.is_(None), Recall.voided_at.is_(None)).limit(1))


def receivers(asker: Asker, recall_id: str) -> tuple[Receiver, ...]:
    """Who was given of a lot, at the counter, as an injection or by a partner pharmacy; those to be told yet first.

    A person who kept nothing of it stays on the list: they may have taken it. The dead and the hidden are left out.
    """
    _must_tell(asker)
    given = _given(asker, recall_id)
    ids = [PatientId(one) for one in given]
    refused = consents.refusing(asker, ConsentPurpose.CALLS, ids)
    steps = _steps(asker, recall_id)
    people = asker.all(
        sa.select(*_PERSON).where(Patient.id.in_(ids), Patient.voided_at.is_(None), restricted.shown(asker))
    )
    found = [_receiver(row, given[row.id], row.id in refused, steps.get(row.id)) for row in people if not row.died_on]
    told = RecallStep.TOLD
    return tuple(sorted(found, key=lambda one: (one.step is told, one.step is not None, one.perhaps, one.name)))


def kept_from_view(asker: Asker, recall_id: str) -> int:
    """How many people with a reserved record were given of it: somebody who may open them has to tell them."""
    _must_tell(asker)
    return len(restricted.hidden_from(asker, _given(asker, recall_id)))


def _must_tell(asker: Asker) -> None:
    asker.require(Permission.RECALL_LOTS)
    asker.require(*TELLERS)


@dataclass(slots=True)
class _Got:
    units: int = 0
    last_on: date = date.min
    from_pharmacy: bool = False
    perhaps: bool = True

    def add(self, units: int, day: date | None, from_pharmacy: bool, perhaps: bool) -> None:
        self.units += units
        self.perhaps &= perhaps
        if units > 0 and day is not None:
            self.last_on = max(self.last_on, day)
        self.from_pharmacy |= from_pharmacy


def _of_recall() -> tuple[sa.ColumnElement[bool], ...]:
    """What makes a lot one of the recall that is selected with it."""
    return (Recall.presentation_id == StockLot.presentation_id, is_meant(StockLot.lot_number))


def _perhaps(lot_number: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Recall.lot_number.is_not(None), lot_number.is_(None))


def _given(asker: Asker, recall_id: str) -> dict[str, _Got]:
    """A person by what they were given. A handing out that was a mistake and taken back never reached anybody."""
    told: dict[str, _Got] = defaultdict(_Got)
    from_shelf = (
        sa.select(
            MedicationDispense.patient_id, sa.func.sum(-StockMovement.units), sa.func.max(_day_given()),
            _perhaps(StockLot.lot_number),
        )
        .select_from(StockMovement)
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .join(Recall, sa.and_(*_of_recall()))
        .join(MedicationDispense, MedicationDispense.id == StockMovement.dispense_id)
        .where(Recall.id == recall_id)
        .group_by(sa.func.coalesce(MedicationDispense.amends_id, MedicationDispense.id), _perhaps(StockLot.lot_number))
        .having(sa.or_(sa.func.sum(-StockMovement.units) > 0, _was_kept() > 0))
    )  # fmt: skip
    rows: Sequence[Any] = asker.all(from_shelf)
    for patient_id, units, day, perhaps in rows:
        told[patient_id].add(units, day, False, perhaps)
    by_voucher = (
        sa.select(
            Voucher.patient_id, VoucherAnswer.units, VoucherAnswer.answered_on, _perhaps(VoucherAnswer.lot_number)
        )
        .join(Voucher, Voucher.id == VoucherAnswer.voucher_id)
        .join(Recall, Recall.presentation_id == Voucher.presentation_id)
        .where(Recall.id == recall_id, VoucherAnswer.outcome.in_((VoucherOutcome.FILLED, VoucherOutcome.PART)))
        .where(is_meant(VoucherAnswer.lot_number))
        .where(~sa.exists().where(_AMENDING.c.amends_id == VoucherAnswer.id))
    )
    rows = asker.all(by_voucher)
    for patient_id, units, day, perhaps in rows:
        told[patient_id].add(units or 0, day, True, perhaps)
    return told


_AMENDING: Any = sa.alias(VoucherAnswer.__table__, "amending")


def _day_given() -> sa.ColumnElement[Any]:
    return sa.case((StockMovement.units < 0, MedicationDispense.given_on))


def _was_kept() -> sa.ColumnElement[int]:
    """Units that a person brought back were with the person first; those of a mistake never were."""
    returned = sa.and_(MedicationDispense.kind == DispenseKind.RETURNED, StockMovement.units > 0)
    return sa.func.sum(sa.case((returned, StockMovement.units), else_=0))


def _steps(asker: Asker, recall_id: str) -> dict[str, tuple[RecallStep, date, str]]:
    """What was done last with each person."""
    rows: Sequence[Any] = asker.all(
        sa.select(RecallEvent.patient_id, RecallEvent.step, RecallEvent.happened_on, RecallEvent.note_text)
        .where(RecallEvent.recall_id == recall_id)
        .order_by(RecallEvent.recorded_at, RecallEvent.id)
    )
    return {patient_id: (step, day, note or "") for patient_id, step, day, note in rows}


_PERSON = (
    Patient.id, Patient.number, Patient.given_names, Patient.family_name, Patient.second_family_name,
    Patient.married_name, Patient.known_as, Patient.unidentified, Patient.met_where, Patient.met_on,
    Patient.municipality_code, Patient.community, Patient.phone, Patient.shared_phone, Patient.contact_hours,
    Patient.cover_words, Patient.do_not_call, Patient.do_not_visit, Patient.died_on,
)  # fmt: skip


def _receiver(person: Any, got: _Got, refused: bool, done: tuple[RecallStep, date, str] | None) -> Receiver:
    may_call, may_visit = not (person.do_not_call or refused), not person.do_not_visit
    step, step_on, note = done or (None, None, "")
    return Receiver(
        patient_id=person.id,
        name=said_name(name_of(person)),
        number=person.number or "",
        units=got.units,
        last_on=got.last_on,
        from_pharmacy=got.from_pharmacy,
        perhaps=got.perhaps,
        phone=phone_for_lists(person.phone or "", person.do_not_call, refused),
        may_call=may_call,
        shared=bool(person.shared_phone) and may_call,
        hours=(person.contact_hours or "") if may_call else "",
        cover_words=person.cover_words or "",
        community=said_place(person.municipality_code, person.community) if may_visit else "",
        may_visit=may_visit,
        step=step,
        step_on=step_on,
        note=note,
    )
