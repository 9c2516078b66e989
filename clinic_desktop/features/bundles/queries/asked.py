"""What a clinic was asked about two values or two records, and what it answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clinic_desktop.features.bundles.records.offices import Message
from clinic_desktop.features.bundles.rules.kinds import MessageKind
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

READERS = (
    Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES, Permission.REGISTER_PATIENTS, Permission.READ_CHART,
    Permission.PRESCRIBE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    message_id: str
    about_id: str
    unit: str
    other_id: str
    at: datetime
    answer: str
    """Empty while nobody answered."""
    answered_by: str


def asked_about(asker: Asker, table: str, ids: Collection[str]) -> tuple[Asked, ...]:
    """The questions about these rows, the last first."""
    asker.require(*READERS)
    wanted = list(ids)
    chosen = sa.select(Message.id, Message.about_id, Message.about_unit, Message.other_id, Message.recorded_at).where(
        Message.kind == MessageKind.QUESTION, Message.about_table == table, Message.voided_at.is_(None)
    )
    rows = [row for at in range(0, len(wanted), 500) for row in asker.all(chosen.where(
        sa.or_(Message.about_id.in_(wanted[at : at + 500]), Message.other_id.in_(wanted[at : at + 500]))
    ))]  # fmt: skip
    found = {row[0]: row for row in rows}
    answers = _answers(asker, list(found))
    told = [
        Asked(message_id, about or "", unit or "", other or "", at, *answers.get(message_id, ("", "")))
        for message_id, about, unit, other, at in found.values()
    ]
    return tuple(sorted(told, key=lambda one: (one.at, one.message_id), reverse=True))


def _answers(asker: Asker, ids: list[str]) -> dict[str, tuple[str, str]]:
    rows = asker.all(
        sa.select(Message.answers_id, Message.message_text, Message.written_by_name)
        .where(Message.answers_id.in_(ids), Message.voided_at.is_(None))
        .order_by(Message.recorded_at, Message.id)
    )
    return {str(row[0]): (row[1] or "", row[2] or "") for row in rows}
