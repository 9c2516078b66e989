"""What can be prescribed and stand on a shelf, how it is called, and under which lists it is controlled."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from clinic_desktop.features.medication.rules.kinds import Decision, Form, Route, Unit
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Flag, Id, Instant, Whole, Words, choice


class Medicine(Synced):
    """A medicine by its generic name."""

    __tablename__ = "medicine"
    __merge__ = MergeClass.CENTRAL

    name: Mapped[str | None] = field(0, Words)
    atc_code: Mapped[str | None] = field(1, Code)
    retired_at: Mapped[datetime | None] = field(2, Instant)
    tall_name: Mapped[str | None] = field(3, Words)
    """The name with the letters in capitals that tell it from a look-alike; empty: the name as it is."""


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
    decision: Mapped[Decision | None] = field(10, choice(Decision), group="decision")
    """Of the central, where a clinic put it in; empty: not decided, or nobody had to."""
    decision_text: Mapped[str | None] = field(11, Words, group="decision")
    joined_id: Mapped[str | None] = field(12, Id, group="decision")
    """The product of the list that it is, if the central joined it; its own lots stay under it."""
    retired_text: Mapped[str | None] = field(13, Words)
    """Why it is offered no more."""


class ProductBarcode(Synced):
    """What a scanner reads from one kind of box."""

    __tablename__ = "product_barcode"
    __merge__ = MergeClass.CENTRAL

    gtin: Mapped[str | None] = field(0, Code, index=True)
    """Fourteen digits, shorter ones filled with zeros in front."""
    presentation_id: Mapped[str | None] = field(1, Id, references="presentation.id")
    pack_units: Mapped[int | None] = field(2, Whole)
    """Units in the box that carries it; empty: as the presentation says."""
    retired_at: Mapped[datetime | None] = field(3, Instant)


class ControlListing(Synced):
    """Under which class of a country one presentation is controlled, and who says so."""

    __tablename__ = "control_listing"
    __merge__ = MergeClass.CENTRAL

    presentation_id: Mapped[str | None] = field(0, Id, index=True, references="presentation.id")
    country: Mapped[str | None] = field(1, Code)
    class_code: Mapped[str | None] = field(2, Code)
    source_text: Mapped[str | None] = field(3, Words)
    retired_at: Mapped[datetime | None] = field(4, Instant)


class ControlRule(Synced):
    """What a country asks of one class of controlled medicines. Empty: its source says nothing of it."""

    __tablename__ = "control_rule"
    __merge__ = MergeClass.CENTRAL

    country: Mapped[str | None] = field(0, Code)
    class_code: Mapped[str | None] = field(1, Code)
    title_text: Mapped[str | None] = field(2, Words)
    most_packs: Mapped[int | None] = field(3, Whole)
    """Boxes of one product in one prescription."""
    valid_days: Mapped[int | None] = field(4, Whole)
    """Days from its signature in which a prescription may be served."""
    most_fillings: Mapped[int | None] = field(5, Whole)
    is_retained: Mapped[bool | None] = field(6, Flag)
    """The prescription stays at the pharmacy."""
    in_register: Mapped[bool | None] = field(7, Flag)
    witness_wanted: Mapped[bool | None] = field(8, Flag)
    keep_years: Mapped[int | None] = field(9, Whole)
    """How long the book and the prescriptions are kept."""
    source_text: Mapped[str | None] = field(10, Words)
    retired_at: Mapped[datetime | None] = field(11, Instant)
