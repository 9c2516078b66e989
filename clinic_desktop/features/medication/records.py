"""The tables of this room. Stock is counted in dispensing units (a tablet, an ampoule), never in boxes."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from clinic_desktop.features.medication.rules.kinds import DispenseKind, Form, MovementKind, PartnerKind, Route, Unit
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, JsonText, Whole, Words, choice

_PLAIN: Any = Synced.__table_args__


class Medicine(Synced):
    """A medicine by its generic name."""

    __tablename__ = "medicine"
    __merge__ = MergeClass.CENTRAL

    name: Mapped[str | None] = field(0, Words)
    atc_code: Mapped[str | None] = field(1, Code)
    retired_at: Mapped[datetime | None] = field(2, Instant)


class Presentation(Synced):
    """What stands on the shelf: one strength and form of a medicine, in packs of so many."""

    __tablename__ = "presentation"
    __merge__ = MergeClass.CENTRAL

    medicine_id: Mapped[str | None] = field(0, Id, index=True, references="medicine.id")
    form: Mapped[Form | None] = field(1, choice(Form), group="product")
    strength_text: Mapped[str | None] = field(2, Words, group="product")
    route: Mapped[Route | None] = field(3, choice(Route), group="product")
    unit: Mapped[Unit | None] = field(4, choice(Unit), group="product")
    pack_units: Mapped[int | None] = field(5, Whole, group="product")
    """Units in one box; empty if it varies."""
    controlled_code: Mapped[str | None] = field(6, Code, group="controlled")
    """Under which list it is controlled; empty unless a source was checked. Lists mark presentations, not names."""
    controlled_source: Mapped[str | None] = field(7, Words, group="controlled")
    retired_at: Mapped[datetime | None] = field(8, Instant)
    content_tenths_ml: Mapped[int | None] = field(9, Whole, group="product")
    """What one bottle or vial holds, in tenths of a millilitre; empty: not known."""


class Partner(Synced):
    """Who gives medicines or takes them: a pharmacy, a donor, the health service."""

    __tablename__ = "partner"
    __merge__ = MergeClass.REGISTERS

    kind: Mapped[PartnerKind | None] = field(0, choice(PartnerKind))
    name: Mapped[str | None] = field(1, Words)
    contact_text: Mapped[str | None] = field(2, Words)
    phone: Mapped[str | None] = field(3, Words)
    retired_at: Mapped[datetime | None] = field(4, Instant)


class StockDelivery(Synced):
    """One delivery as its paper says it; its lines are the receipts that name it."""

    __tablename__ = "stock_delivery"
    __merge__ = MergeClass.APPEND

    partner_id: Mapped[str | None] = field(0, Id, index=True, references="partner.id")
    document_text: Mapped[str | None] = field(1, Words)
    received_on: Mapped[date | None] = field(2, Day)
    note_text: Mapped[str | None] = field(3, Words)


class StockLot(Synced):
    """A lot as it came from one partner. It never changes: what was typed wrong is countered and received again."""

    __tablename__ = "stock_lot"
    __merge__ = MergeClass.APPEND

    presentation_id: Mapped[str | None] = field(0, Id, index=True, references="presentation.id")
    lot_number: Mapped[str | None] = field(1, Words)
    """Empty: the box carries none, and whoever received it said so."""
    expires_on: Mapped[date | None] = field(2, Day)
    """The last day it may be given: the end of the month if the box names only a month."""
    partner_id: Mapped[str | None] = field(3, Id, references="partner.id")


class StockMovement(Synced):
    """Units that came to or left the shelf of one site. The sum of these is the balance; there is no other."""

    __tablename__ = "stock_movement"
    __merge__ = MergeClass.APPEND
    __table_args__ = (
        # A shelf is summed lot by lot from this index alone, without reading a row.
        sa.Index("ix_stock_movement_sum", "site_id", "lot_id", "units"),
        *_PLAIN,
    )

    lot_id: Mapped[str | None] = field(0, Id, references="stock_lot.id")
    site_id: Mapped[str | None] = field(1, Id)
    """On whose shelf, which is not always where it was typed."""
    kind: Mapped[MovementKind | None] = field(2, choice(MovementKind))
    units: Mapped[int | None] = field(3, Whole)
    """What is added to the shelf; negative if it left."""
    occurred_on: Mapped[date | None] = field(4, Day)
    countered_id: Mapped[str | None] = field(5, Id, index=True, references="stock_movement.id")
    """The movement that this one mirrors because it was a mistake."""
    dispense_id: Mapped[str | None] = field(6, Id, index=True, references="medication_dispense.id")
    delivery_id: Mapped[str | None] = field(7, Id, index=True, references="stock_delivery.id")
    reason: Mapped[str | None] = field(8, Words)
    document_text: Mapped[str | None] = field(9, Words)
    partner_id: Mapped[str | None] = field(10, Id, references="partner.id")
    """To whom it went, for a transfer."""


class MedicationRequest(Synced):
    """One line of a signed prescription. The lines of one prescription share its folio."""

    __tablename__ = "medication_request"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")
    __table_args__ = (
        # Who is late with an injection is asked every minute: few lines are depots.
        sa.Index("ix_medication_request_depot", "is_depot", "signed_on"),
        # Whose next portion is due likewise.
        sa.Index("ix_medication_request_portions", "days_per_pickup", "signed_on"),
        *_PLAIN,
    )

    patient_id: Mapped[str | None] = field(0, Id, index=True, references="patient.id")
    note_id: Mapped[str | None] = field(1, Id, index=True)
    """The signed note it belongs to; that table is of a room above this one."""
    encounter_id: Mapped[str | None] = field(2, Id)
    presentation_id: Mapped[str | None] = field(3, Id, references="presentation.id")
    medicine_text: Mapped[str | None] = field(4, Words)
    """A medicine that is not in the formulary, in free words; it can be prescribed but not handed out here."""
    morning_quarters: Mapped[int | None] = field(5, Whole, group="dose")
    noon_quarters: Mapped[int | None] = field(6, Whole, group="dose")
    evening_quarters: Mapped[int | None] = field(7, Whole, group="dose")
    night_quarters: Mapped[int | None] = field(8, Whole, group="dose")
    every_days: Mapped[int | None] = field(9, Whole, group="dose")
    days: Mapped[int | None] = field(10, Whole, group="dose")
    units: Mapped[int | None] = field(11, Whole, group="dose")
    instructions_text: Mapped[str | None] = field(12, Words)
    folio: Mapped[str | None] = field(13, Code, index=True)
    signed_on: Mapped[date | None] = field(14, Day, index=True)
    prescriber_id: Mapped[str | None] = field(15, Id)
    prescriber_text: Mapped[str | None] = field(16, Words)
    """Name and licence as they stood under the signature."""
    starts_on: Mapped[date | None] = field(17, Day, group="dose")
    """The first day of its first step; empty: the day it was signed."""
    steps: Mapped[list[dict[str, int]] | None] = field(18, JsonText, group="dose")
    """A dose that changes: up to four of {days, morning, noon, evening, night, every_days}, one after the other. The
    columns above then hold the first."""
    as_needed: Mapped[bool | None] = field(19, Flag, group="dose")
    most_per_day_quarters: Mapped[int | None] = field(20, Whole, group="dose")
    """As needed: at most so much in a day."""
    is_depot: Mapped[bool | None] = field(21, Flag, group="dose")
    days_per_pickup: Mapped[int | None] = field(22, Whole)
    """Handed out for so many days at a time, at most."""
    keeper_name: Mapped[str | None] = field(23, Words)
    """Who keeps the medicine for the person."""
    supervisor_wanted: Mapped[bool | None] = field(24, Flag)
    """Written by somebody in training: it is printed and handed out once a PrescriptionSignature names its folio."""
    urgent_reason: Mapped[str | None] = field(25, Words)
    """Why it could not wait for that signature."""
    repeats_id: Mapped[str | None] = field(26, Id)
    """The line that it goes on with."""


class PrescriptionSignature(Synced):
    """A supervisor signed what somebody in training prescribed."""

    __tablename__ = "prescription_signature"
    __merge__ = MergeClass.APPEND
    __beside__ = ("note_id", "consult_note")

    folio: Mapped[str | None] = field(0, Code, index=True)
    note_id: Mapped[str | None] = field(1, Id)
    signed_at: Mapped[datetime | None] = field(2, Instant)
    supervisor_id: Mapped[str | None] = field(3, Id)
    supervisor_text: Mapped[str | None] = field(4, Words)
    """Name and licence, as the paper needs them."""


class MedicationAdministration(Synced):
    """An injection that somebody of the clinic gave."""

    __tablename__ = "medication_administration"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str | None] = field(0, Id, index=True, references="patient.id")
    request_id: Mapped[str | None] = field(1, Id, index=True, references="medication_request.id")
    presentation_id: Mapped[str | None] = field(2, Id, references="presentation.id")
    given_on: Mapped[date | None] = field(3, Day)
    dose_text: Mapped[str | None] = field(4, Words)
    where_text: Mapped[str | None] = field(5, Words)
    """In which muscle, on which side."""
    given_by_id: Mapped[str | None] = field(6, Id)
    given_by_name: Mapped[str | None] = field(7, Words)
    next_due_on: Mapped[date | None] = field(8, Day, index=True)
    dispense_id: Mapped[str | None] = field(9, Id, references="medication_dispense.id")
    amends_id: Mapped[str | None] = field(10, Id, index=True)


class StopOrder(Synced):
    """A prescriber ends a medicine before its days are over."""

    __tablename__ = "stop_order"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    request_id: Mapped[str | None] = field(0, Id, index=True, references="medication_request.id")
    patient_id: Mapped[str | None] = field(1, Id, index=True, references="patient.id")
    note_id: Mapped[str | None] = field(2, Id)
    stopped_on: Mapped[date | None] = field(3, Day)
    reason: Mapped[str | None] = field(4, Words)


class MedicationDispense(Synced):
    """What one person was given of one medicine. Its units equal what its movements took from the shelf."""

    __tablename__ = "medication_dispense"
    __merge__ = MergeClass.APPEND

    kind: Mapped[DispenseKind | None] = field(0, choice(DispenseKind))
    patient_id: Mapped[str | None] = field(1, Id, index=True, references="patient.id")
    presentation_id: Mapped[str | None] = field(2, Id, references="presentation.id")
    units: Mapped[int | None] = field(3, Whole)
    """Given to the person; negative in a row that takes a mistake back or notes what was returned."""
    given_on: Mapped[date | None] = field(4, Day, index=True)
    request_id: Mapped[str | None] = field(5, Id, index=True, references="medication_request.id")
    paper_folio: Mapped[str | None] = field(6, Code, index=True)
    """From a prescription on paper that is not in this program."""
    prescriber_text: Mapped[str | None] = field(7, Words)
    days: Mapped[int | None] = field(8, Whole)
    """For how many days, where only the paper says it."""
    received_by: Mapped[str | None] = field(9, Words)
    """Who took it away, if not the person."""
    amends_id: Mapped[str | None] = field(10, Id, index=True, references="medication_dispense.id")


class DispenseJoin(Synced):
    """Says that a dispensing from paper belongs to a prescription that was typed later."""

    __tablename__ = "dispense_join"
    __merge__ = MergeClass.APPEND

    dispense_id: Mapped[str | None] = field(0, Id, index=True, references="medication_dispense.id")
    request_id: Mapped[str | None] = field(1, Id, index=True, references="medication_request.id")
