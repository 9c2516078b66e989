"""What the offices say to each other: the central to a clinic, a clinic to the central; that it was read."""

from collections.abc import Mapping

import sqlalchemy as sa

from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.exchange.trust.standing import CENTRAL
from clinic_desktop.features.bundles.queries.whose import must_open
from clinic_desktop.features.bundles.records.offices import Message, MessageEvent
from clinic_desktop.features.bundles.rules.kinds import MessageKind, MessageStep
from clinic_desktop.features.bundles.rules.messages import NobodyThere, plain_text
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.base import Base
from clinic_desktop.storage.work import Work

_WRITERS = (Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES)
_ASKERS = (*_WRITERS, Permission.PRESCRIBE, Permission.READ_CHART, Permission.REGISTER_PATIENTS)
"""Those who register people or read charts ask and answer about what stands side by side."""


def send(
    work: Work,
    message_id: str,
    to_site_id: str,
    text: str,
    kind: MessageKind = MessageKind.NOTE,
    about_table: str | None = None,
    about_id: str | None = None,
    about_unit: str | None = None,
    other_id: str | None = None,
    answers_id: str | None = None,
) -> str:
    """Say something to one office; it goes with the next stick. A clinic's empty `to_site_id` is its central.

    Pressed twice with the same `message_id`, it is one message. Returns the id.
    """
    work.require(*(_WRITERS if kind is MessageKind.NOTE else _ASKERS))
    if work.session.get(Message, message_id) is not None:
        return message_id
    written = plain_text(text)
    to_site_id = _addressee(work, to_site_id)
    if about_table is not None and about_table in Base.metadata.tables:
        for row_id in filter(None, (about_id, other_id)):
            must_open(work, about_table, row_id)
    if answers_id is not None:
        work.load(Message, answers_id)
    work.add(
        Message(
            id=message_id,
            # What the central writes is of the clinic it is for, or it would never travel there.
            origin_site_id=to_site_id if work.place.is_central else work.site_id,
            kind=kind,
            to_site_id=to_site_id,
            from_site_id=work.site_id,
            written_by_name=work.actor.name,
            message_text=written,
            answers_id=answers_id,
            about_table=about_table,
            about_id=about_id,
            about_unit=about_unit,
            other_id=other_id,
        )
    )
    work.about("message", message_id)
    return message_id


def send_to_several(work: Work, message_ids: Mapping[str, str], text: str) -> None:
    """The same line to several clinics, each a message of its own. `message_ids`: the new id for each site's id."""
    work.require(*_WRITERS)
    if not message_ids:
        raise NobodyThere()
    for site_id, message_id in message_ids.items():
        send(work, message_id, site_id, text)


def mark(work: Work, message_id: str, step: MessageStep) -> None:
    """It was read here, or needs nothing more. Said once for an office; the office that wrote it reads nothing."""
    work.require(*_ASKERS)
    message = work.load(Message, message_id)
    if step is MessageStep.READ and message.to_site_id != work.site_id:
        return
    if _is_marked(work, message_id, step):
        return
    work.add(MessageEvent(message_id=message_id, step=step, by_name=work.actor.name))
    work.about("message", message_id)


def _is_marked(work: Work, message_id: str, step: MessageStep) -> bool:
    found = work.first(
        sa.select(MessageEvent.id)
        .where(MessageEvent.message_id == message_id, MessageEvent.step == step, MessageEvent.voided_at.is_(None))
        .limit(1)
    )
    return found is not None


def _addressee(work: Work, site_id: str) -> str:
    """A clinic writes to its central, the central to a clinic with a computer that is trusted."""
    here_central = work.place.is_central
    of_kind = PeerDevice.role != CENTRAL if here_central else PeerDevice.role == CENTRAL
    wanted = sa.select(PeerDevice.site_id).where(of_kind, PeerDevice.revoked_at.is_(None))
    if site_id or here_central:
        wanted = wanted.where(PeerDevice.site_id == site_id)
    found = work.first(wanted.order_by(PeerDevice.enrolled_at.desc()).limit(1))
    if found is None:
        raise NobodyThere()
    return found[0]
