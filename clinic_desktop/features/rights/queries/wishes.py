"""What a person wants in a crisis, and decisions made with help."""

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.rights.records import AdvancePreference, SupportedDecision
from clinic_desktop.features.rights.rules.wishes import Decision, KeptDecision, KeptWishes, Wishes
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({AdvancePreference.__tablename__, SupportedDecision.__tablename__})
_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


def all_wishes(asker: Asker, patient_id: str) -> tuple[KeptWishes, ...]:
    """Everything the person ever said of it, newest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        sa.select(
            AdvancePreference.id, AdvancePreference.said_on, AdvancePreference.by_name, AdvancePreference.withdrawn,
            AdvancePreference.wants, AdvancePreference.does_not_want, AdvancePreference.tell_whom,
            AdvancePreference.do_not_tell, AdvancePreference.witness, AdvancePreference.language_code,
        )
        .where(AdvancePreference.patient_id == patient_id, AdvancePreference.voided_at.is_(None))
        .order_by(AdvancePreference.id.desc())
    )  # fmt: skip
    return tuple(
        KeptWishes(row[0], row[1], Wishes(*(words or "" for words in row[4:])), row[2] or "", bool(row[3]))
        for row in found
    )


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
