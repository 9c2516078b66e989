"""What people were given."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.medication.rules.kinds import DispenseKind, ReceiverSign
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, Whole, Words, choice


class MedicationDispense(Synced):
    """What one person was given of one medicine. Its units equal what its movements took from the shelf."""

    __tablename__ = "medication_dispense"
    __merge__ = MergeClass.APPEND
    __outlasts__ = frozenset({"kind", "presentation_id", "units", "given_on"})

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
    received_sign: Mapped[ReceiverSign | None] = field(11, choice(ReceiverSign))
    """How whoever took it away said so on the paper."""
    witness_id: Mapped[str | None] = field(12, Id)
    witness_name: Mapped[str | None] = field(13, Words)
    """Who saw a controlled medicine leave."""
    receiver_document: Mapped[str | None] = field(14, Words)
    """The number of the identification that whoever took a controlled medicine showed."""


class DispenseJoin(Synced):
    """Says that a dispensing from paper belongs to a prescription that was typed later."""

    __tablename__ = "dispense_join"
    __merge__ = MergeClass.APPEND

    dispense_id: Mapped[str | None] = field(0, Id, index=True, references="medication_dispense.id")
    request_id: Mapped[str | None] = field(1, Id, index=True, references="medication_request.id")
