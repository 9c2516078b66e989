"""What waits to be carried, and what the central has of it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import have, outgoing
from clinic_desktop.exchange.carrying.have import Gap
from clinic_desktop.exchange.carrying.outgoing import Waiting
from clinic_desktop.exchange.records import (
    BundleLog,
    BundleWay,
    Segment,
)
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.features.bundles.queries import overdue
from clinic_desktop.features.bundles.queries.clinics import late_clinics
from clinic_desktop.features.bundles.queries.conflicts import count_conflicts
from clinic_desktop.features.bundles.queries.findings import count_findings
from clinic_desktop.features.bundles.queries.messages import count_unread
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker, Reading

TABLES = frozenset(
    {
        *("segment", "bundle_log", "open_conflict", "finding", "peer_device", "peer_word", "message", "message_event"),
        *("patient", "appointment_event", "consult_note", "stock_movement", "medication_dispense"),
    }
)
"""To follow: the exchange's own tables, and those whose saves add to what waits on an ordinary day."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something has not arrived that was written between two parts that are here."""

    ours: bool
    """By another computer of this clinic; else by the central."""
    after: datetime | None
    """None: the very first is missing."""
    before: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the central has of this clinic."""

    enrolled: bool
    central_name: str
    until: datetime | None
    """The central has everything that was written here up to this instant."""
    last_carried: datetime | None
    """When the last verified bundle left."""
    missing: tuple[Missing, ...]
    mates: int = 0
    """Other computers of this clinic."""

    @property
    def carries(self) -> bool:
        """Whether there is anybody to carry to."""
        return self.enrolled or self.mates > 0


def waiting(reading: Reading) -> Waiting:
    """What would be carried now: new and changed rows by table."""
    reading.require(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    return outgoing.waiting(reading)


def confirmed(asker: Asker) -> Confirmed:
    """For a clinic: "the central has everything up to Tuesday 14:02"."""
    known = standing(asker)
    centrals = known.centrals()
    name = centrals[0].site_name if centrals else ""
    until = _confirmed_until(asker)
    last = asker.value(
        sa.select(sa.func.max(BundleLog.done_at)).where(BundleLog.way == BundleWay.OUT, BundleLog.done_at.is_not(None))
    )
    mates = len(known.of_site(asker.site_id)) - 1
    ours = {peer.device_id for peer in known.of_site(asker.site_id)}
    missing = tuple(_missing(asker, gap, gap.device_id in ours) for gap in have.gaps(asker))
    return Confirmed(bool(centrals), name, until, last, missing, mates)


def _missing(asker: Asker, gap: Gap, ours: bool) -> Missing:
    cut = {
        row[0]: row[1]
        for row in asker.all(
            sa.select(Segment.number, Segment.cut_at).where(
                Segment.device_id == gap.device_id, Segment.epoch == gap.epoch,
                Segment.number.in_((gap.after, gap.before)),
            )
        )
    }  # fmt: skip
    return Missing(ours, cut.get(gap.after), cut[gap.before])


def _confirmed_until(asker: Asker) -> datetime | None:
    """When the last of our segments before the first unconfirmed one was cut."""
    rows = asker.all(
        sa.select(Segment.cut_at, Segment.receipted_at)
        .where(Segment.device_id == asker.place.device_id)
        .order_by(Segment.cut_at, Segment.key)
    )
    until = None
    for cut_at, receipted_at in rows:
        if receipted_at is None:
            break
        until = cut_at
    return until


def footer(reading: Reading) -> list[tuple[str, str]]:
    """Words and icon for the foot of the window; what must not wait has a sign of warning."""
    told = [*_said_late(reading), *_said_unread(reading)]
    place = reading.place
    if place.is_central:
        count = count_conflicts(reading)
        words = ngettext("{count} conflict to settle", "{count} conflicts to settle", count).format(count=count)
        return [*told, (words, "alert-circle")] if count else told
    state = confirmed(reading)
    if not state.enrolled:
        return told
    load = outgoing.waiting(reading)
    count = load.new + load.changed
    if state.last_carried is not None:
        told.append((_said_days(overdue.days_since(reading, state.last_carried)), "device-usb"))
    if count:
        words = ngettext("{count} change waits for its receipt", "{count} changes wait for their receipt", count)
        told.append((words.format(count=count), "file-text"))
    return told


def _said_days(days: int) -> str:
    if not days:
        return _("USB stick: today")
    return ngettext("USB stick: {count} day ago", "USB stick: {count} days ago", days).format(count=days)


WARNING = "alert-triangle"


def attention(reading: Reading) -> int:
    """How much waits behind the stick for somebody: new messages, findings, clinics that are silent for too long."""
    reading.require(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    count = count_unread(reading) + len(_said_late(reading))
    if reading.actor.may(Permission.MERGE_BUNDLES) or reading.actor.may(Permission.KEEP_DEVICES):
        count += count_findings(reading)
    return count


def _said_late(reading: Reading) -> list[tuple[str, str]]:
    """Nothing was carried, or nothing came, for too long; no backup of the central for too long."""
    told: list[str] = []
    quiet = overdue.own(reading)
    if quiet is not None and quiet.late:
        told.append(said_quiet(quiet))
    late = len(late_clinics(reading)) if reading.place.is_central and reading.actor.may(Permission.MERGE_BUNDLES) else 0
    if late:
        words = ngettext("nothing came from {count} clinic", "nothing came from {count} clinics", late)
        told.append(words.format(count=late))
    return [(words, WARNING) for words in told]


def said_quiet(quiet: overdue.Quiet) -> str:
    words = ngettext(
        "no stick left for {count} day; tell the coordination",
        "no stick left for {count} days; tell the coordination",
        quiet.days,
    )
    return words.format(count=quiet.days)


def _said_unread(reading: Reading) -> list[tuple[str, str]]:
    count = count_unread(reading)
    words = ngettext("{count} new message", "{count} new messages", count).format(count=count)
    return [(words, "mail")] if count else []
