"""The few letters that a clinician writes instead of sentences of their own. Everybody sees only theirs."""

from dataclasses import dataclass

import sqlalchemy as sa

from clinic_desktop.features.consults.records.encounters import Phrase
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({Phrase.__tablename__})


@dataclass(frozen=True, slots=True)
class PhraseRow:
    phrase_id: str
    short: str
    words: str


def my_phrases(asker: Asker) -> tuple[PhraseRow, ...]:
    asker.require(Permission.WRITE_NOTES, Permission.TRANSCRIBE)
    found = asker.all(
        sa.select(Phrase.id, Phrase.short, Phrase.words)
        .where(Phrase.staff_id == asker.actor.staff_id, Phrase.voided_at.is_(None))
        .order_by(Phrase.short, Phrase.id)
    )
    return tuple(PhraseRow(row[0], row[1] or "", row[2] or "") for row in found)
