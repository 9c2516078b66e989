"""What a person wants in a crisis, and decisions made with help."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.rights.records import AdvancePreference, SupportedDecision
from clinic_desktop.features.rights.rules.wishes import Decision, KeptDecision, KeptWishes, Wishes
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({AdvancePreference.__tablename__, SupportedDecision.__tablename__})
_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


def all_wishes(asker: Asker, patient_id: str) -> tuple[KeptWishes, ...]:
    """Everything the person ever said of it, what holds first: what was said last that nothing later replaced.

    What replaces something names it, so a computer whose clock is wrong takes nothing back and keeps nothing alive.
    """
    held, before = _told(asker, patient_id)
    return (*held, *before)


def standing(asker: Asker, patient_id: str) -> tuple[KeptWishes, ...]:
    """What nothing replaced, that which holds first: two, where two clinics were told apart."""
    return tuple(_told(asker, patient_id)[0])


def _told(asker: Asker, patient_id: str) -> tuple[list[KeptWishes], list[KeptWishes]]:
    """What nothing replaced, and what came before; each newest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    found: Sequence[Any] = asker.all(
        sa.select(
            AdvancePreference.id, AdvancePreference.said_on, AdvancePreference.by_name, AdvancePreference.withdrawn,
            AdvancePreference.wants, AdvancePreference.does_not_want, AdvancePreference.tell_whom,
            AdvancePreference.do_not_tell, AdvancePreference.witness, AdvancePreference.language_code,
            AdvancePreference.amends_id,
        )
        .where(AdvancePreference.patient_id == patient_id, AdvancePreference.voided_at.is_(None))
        .order_by(AdvancePreference.said_on.desc(), AdvancePreference.id.desc())
    )  # fmt: skip
    replaced = {row[-1] for row in found}
    held: list[KeptWishes] = []
    before: list[KeptWishes] = []
    for row in found:
        wanted = Wishes(*(words or "" for words in row[4:-1]))
        told = before if row[0] in replaced else held
        told.append(KeptWishes(row[0], row[1], wanted, row[2] or "", bool(row[3])))
    return held, before


def newest(asker: Asker, patient_id: str) -> KeptWishes | None:
    """What holds now; None where nothing was said, or the person took it back."""
    told = all_wishes(asker, patient_id)
    return told[0] if told and not told[0].withdrawn else None


def decisions(asker: Asker, patient_id: str) -> tuple[KeptDecision, ...]:
    """Newest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        sa.select(
            SupportedDecision.id, SupportedDecision.decided_on, SupportedDecision.by_name, SupportedDecision.about,
            SupportedDecision.decision, SupportedDecision.supporter_name, SupportedDecision.supporter_kinship,
            SupportedDecision.how_supported,
        )
        .where(SupportedDecision.patient_id == patient_id, SupportedDecision.voided_at.is_(None))
        .order_by(SupportedDecision.decided_on.desc(), SupportedDecision.id.desc())
    )  # fmt: skip
    return tuple(KeptDecision(r[0], r[1], Decision(*(words or "" for words in r[3:])), r[2] or "") for r in found)
