"""Pairs that may be one person, of this device alone: found anew whenever somebody looks for them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.storage.base import Local
from clinic_desktop.storage.types import Id, Instant, JsonText, Whole


class LikelyPair(Local):
    __tablename__ = "likely_pair"

    first_id: Mapped[str] = mapped_column(Id, primary_key=True)
    second_id: Mapped[str] = mapped_column(Id, primary_key=True)
    bits: Mapped[int] = mapped_column(Whole)
    """Hundredths of a bit: how likely, as patients/rules/likeness.py counts."""
    signs: Mapped[Any] = mapped_column(JsonText)
    found_at: Mapped[datetime] = mapped_column(Instant)


class LookedAt(Local):
    """Which records were compared with all others, and when they had last been changed then."""

    __tablename__ = "looked_at"

    patient_id: Mapped[str] = mapped_column(Id, primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(Instant)
