"""Tables of trust, of this device alone: who speaks for the central, keys shared with a site, what was let in late."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.storage.base import Local
from clinic_desktop.storage.types import Bytes, Id, Instant, JsonText, Whole, Words


class Authority(Local):
    """A version of the document that the root keys sign: which keys are the root, and which computers are the central.

    A chain: each version is signed by enough root keys of the one before, and of its own.
    """

    __tablename__ = "authority"

    version: Mapped[int] = mapped_column(Whole, primary_key=True)
    content: Mapped[bytes] = mapped_column(Bytes)
    signatures: Mapped[Any] = mapped_column(JsonText)
    """By public key, minisign's text."""
    arrived_at: Mapped[datetime] = mapped_column(Instant)


class RootUse(Local):
    """Every use of the root key at this central, with why."""

    __tablename__ = "root_use"

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    used_at: Mapped[datetime] = mapped_column(Instant)
    used_by: Mapped[str] = mapped_column(Id)
    used_by_name: Mapped[str] = mapped_column(Words)
    second_name: Mapped[str] = mapped_column(Words)
    """Who else was there."""
    version: Mapped[int] = mapped_column(Whole)
    reason: Mapped[str] = mapped_column(Words)


class SiteKey(Local):
    """A secret that the central shares with one site: receipts that are read aloud are made with it."""

    __tablename__ = "site_key"

    site_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[bytes] = mapped_column(Bytes)


class RouteKey(Local):
    """The age identity that all computers of the organisation share: it opens the list on a stick, and nothing else."""

    __tablename__ = "route_key"

    only: Mapped[int] = mapped_column(Whole, primary_key=True, default=1)
    identity: Mapped[str] = mapped_column(Words)
    made_at: Mapped[datetime] = mapped_column(Instant)


class KnownStick(Local):
    """A stick that was here, known by the drawn id in the list that lies on it."""

    __tablename__ = "known_stick"

    stick_id: Mapped[str] = mapped_column(Words, primary_key=True)
    label: Mapped[str] = mapped_column(Words)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    unfit_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it gave back something else than what was written on it: never to be used again."""


class AdoptedSegment(Local):
    """A segment that had been kept aside, and that the central let in after all; known by the hash of its manifest."""

    __tablename__ = "adopted_segment"

    hash: Mapped[str] = mapped_column(Words, primary_key=True)
    reason: Mapped[str] = mapped_column(Words)
    adopted_at: Mapped[datetime] = mapped_column(Instant)
