"""What the offices said to each other, in threads; without what is about somebody hidden from the one who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.exchange.trust.standing import CENTRAL
from clinic_desktop.features.bundles.queries.whose import hidden_rows, person_of
from clinic_desktop.features.bundles.records.offices import Message, MessageEvent
from clinic_desktop.features.bundles.rules.kinds import MessageKind, MessageStep
from clinic_desktop.features.patients.queries import people
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"message", "message_event", "peer_device"})
_READERS = (Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES)
_ASKERS = (*_READERS, Permission.READ_CHART, Permission.PRESCRIBE, Permission.REGISTER_PATIENTS)


@dataclass(frozen=True, slots=True)
class Told:
    """A message as a list shows it."""

    message_id: str
    kind: MessageKind
    to_site_id: str
    from_site_id: str
    from_name: str
    """The office."""
    to_name: str
    written_by: str
    text: str
    written_at: datetime
    answers_id: str | None
    about_table: str | None
    about_id: str | None
    about_unit: str | None
    other_id: str | None
    ours: bool
    """This office wrote it."""
    read_by: str
    read_at: datetime | None
    done_by: str
    done_at: datetime | None

    @property
    def unread(self) -> bool:
        """For this office."""
        return not self.ours and self.read_at is None


@dataclass(frozen=True, slots=True)
class Thread:
    """A message and its answers, the oldest first."""

    messages: tuple[Told, ...]

    @property
    def first(self) -> Told:
        return self.messages[0]

    @property
    def last(self) -> Told:
        return self.messages[-1]

    @property
    def unread(self) -> int:
        return sum(1 for one in self.messages if one.unread)

    @property
    def done(self) -> bool:
        return self.first.done_at is not None


@dataclass(frozen=True, slots=True)
class Addressee:
    site_id: str
    name: str


def threads(asker: Asker, limit: int = 200) -> tuple[Thread, ...]:
    """What is not read first, then what was said last."""
    asker.require(*_READERS)
    return _threaded(_told(asker, _newest(limit)))


def about(asker: Asker, table: str, row_id: str) -> tuple[Thread, ...]:
    """What was asked and answered about one row: for the sheet in which it is decided."""
    asker.require(*_ASKERS)
    asked = sa.select(Message.id).where(
        Message.about_table == table, sa.or_(Message.about_id == row_id, Message.other_id == row_id)
    )
    where = sa.or_(Message.id.in_(asked), Message.answers_id.in_(asked))
    return _threaded(_told(asker, where))


def count_unread(asker: Asker) -> int:
    """Messages to this office that nobody here has read."""
    asker.require(*_ASKERS)
    seen = sa.select(MessageEvent.message_id).where(
        MessageEvent.step.in_((MessageStep.READ, MessageStep.DONE)), MessageEvent.voided_at.is_(None)
    )
    rows = asker.all(
        sa.select(Message.about_table, Message.about_id, Message.other_id).where(
            Message.to_site_id == asker.site_id, Message.voided_at.is_(None), Message.id.not_in(seen)
        )
    )
    hidden = hidden_rows(asker, _rows_of(rows))
    return sum(1 for table, *ids in rows if not any((table, one) in hidden for one in ids))


def addressees(asker: Asker) -> tuple[Addressee, ...]:
    """To whom this office may write: a clinic to its central, the central to every clinic with a computer."""
    asker.require(*_READERS)
    of_kind = PeerDevice.role != CENTRAL if asker.place.is_central else PeerDevice.role == CENTRAL
    rows = asker.all(
        sa.select(PeerDevice.site_id, PeerDevice.site_name)
        .where(of_kind, PeerDevice.revoked_at.is_(None))
        .order_by(PeerDevice.enrolled_at)
    )
    names = {row[0]: row[1] for row in rows}
    return tuple(sorted((Addressee(*pair) for pair in names.items()), key=lambda one: one.name))


def whom_about(asker: Asker, message_ids: Sequence[str]) -> dict[str, str]:
    """The names of the people a message asks about, by its id, for those who may see people."""
    asker.require(*_ASKERS)
    if not asker.actor.may(Permission.SEE_PATIENTS):
        return {}
    rows = asker.all(
        sa.select(Message.id, Message.about_table, Message.about_id, Message.other_id).where(
            Message.id.in_(list(message_ids)), Message.about_id.is_not(None)
        )
    )
    hidden = hidden_rows(asker, _rows_of([row[1:] for row in rows]))
    of_message: dict[str, list[PatientId]] = {}
    for message_id, table, *ids in rows:
        if not any((table, one) in hidden for one in ids):
            found = [person_of(asker, table or "", one) for one in ids if one]
            of_message[message_id] = [PatientId(one) for one in found if one]
    names = people.said_names(asker, {one for some in of_message.values() for one in some})
    return {
        message_id: " / ".join(dict.fromkeys(names.get(one, "") for one in some))
        for message_id, some in of_message.items()
    }


def _newest(limit: int) -> sa.ColumnElement[bool]:
    """The newest messages with the whole of their threads."""
    root = sa.func.coalesce(Message.answers_id, Message.id)
    roots = sa.select(root).order_by(Message.recorded_at.desc()).limit(limit)
    return sa.or_(Message.id.in_(roots), Message.answers_id.in_(roots))


def _told(asker: Asker, where: sa.ColumnElement[bool]) -> list[Told]:
    rows: Sequence[Any] = asker.all(
        sa.select(
            Message.id,
            Message.kind,
            Message.to_site_id,
            Message.from_site_id,
            Message.written_by_name,
            Message.message_text,
            Message.recorded_at,
            Message.answers_id,
            Message.about_table,
            Message.about_id,
            Message.about_unit,
            Message.other_id,
        )
        .where(where, Message.voided_at.is_(None))
        .order_by(Message.recorded_at, Message.id)
    )
    hidden = hidden_rows(asker, _rows_of([(row[8], row[9], row[11]) for row in rows]))
    events = _events(asker, [row[0] for row in rows])
    names = _site_names(asker)
    found: list[Told] = []
    for row in rows:
        if any((row[8] or "", one) in hidden for one in (row[9], row[11])):
            continue
        read = events.get((row[0], MessageStep.READ)) or events.get((row[0], MessageStep.DONE)) or ("", None)
        done = events.get((row[0], MessageStep.DONE), ("", None))
        found.append(
            Told(
                message_id=row[0],
                kind=row[1] or MessageKind.NOTE,
                to_site_id=row[2] or "",
                from_site_id=row[3] or "",
                from_name=names.get(row[3] or "", ""),
                to_name=names.get(row[2] or "", ""),
                written_by=row[4] or "",
                text=row[5] or "",
                written_at=row[6],
                answers_id=row[7],
                about_table=row[8],
                about_id=row[9],
                about_unit=row[10],
                other_id=row[11],
                ours=row[3] == asker.site_id,
                read_by=read[0],
                read_at=read[1],
                done_by=done[0],
                done_at=done[1],
            )
        )
    return found


def _threaded(found: Sequence[Told]) -> tuple[Thread, ...]:
    """Answers below what they answer; an answer whose question is not here stands alone."""
    above = {one.message_id: one.answers_id for one in found}
    threads_of: dict[str, list[Told]] = {}
    for one in found:
        threads_of.setdefault(_root(one.message_id, above), []).append(one)
    made = [Thread(tuple(some)) for some in threads_of.values()]
    return tuple(sorted(made, key=lambda t: (t.unread > 0, not t.done, t.last.written_at), reverse=True))


def _root(message_id: str, above: dict[str, str | None]) -> str:
    seen: set[str] = set()
    while (parent := above.get(message_id)) is not None and parent in above and parent not in seen:
        seen.add(message_id)
        message_id = parent
    return message_id


def _events(asker: Asker, ids: Sequence[str]) -> dict[tuple[str, MessageStep], tuple[str, datetime]]:
    """Who first read each, or put it away, and when."""
    found: dict[tuple[str, MessageStep], tuple[str, datetime]] = {}
    for at in range(0, len(ids), 500):
        rows = asker.all(
            sa.select(MessageEvent.message_id, MessageEvent.step, MessageEvent.by_name, MessageEvent.recorded_at)
            .where(MessageEvent.message_id.in_(ids[at : at + 500]), MessageEvent.voided_at.is_(None))
            .order_by(MessageEvent.recorded_at)
        )
        for message_id, step, by_name, when in rows:
            if message_id is not None and step is not None:
                found.setdefault((message_id, step), (by_name or "", when))
    return found


def _rows_of(rows: Sequence[Sequence[str | None]]) -> list[tuple[str, str]]:
    return [(row[0], one) for row in rows if row[0] for one in row[1:] if one]


def _site_names(asker: Asker) -> dict[str, str]:
    rows = asker.all(sa.select(PeerDevice.site_id, PeerDevice.site_name).order_by(PeerDevice.enrolled_at))
    return {row[0]: row[1] for row in rows} | {asker.site_id: asker.place.site_name}
