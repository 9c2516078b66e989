"""Whose record is not announced, and to whom: the one place that every room asks before it says a name or a content.

Nobody is shown a person of whom everything was erased.

Those who may open restricted records see them as any other. For everybody else such a person is in no search, no count
and no list of people; where a line must be (the day's list, medicines to hand out) it stands as "Reserved N".
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from clinic_desktop.exchange.erasure.records import ErasedRow
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({Patient.__tablename__, ErasedRow.__tablename__})
_AT_ONCE = 500


class ReservedRecord(NotAllowed):
    text = N_("This record is reserved. Ask the person's psychiatrist or psychologist.")


class ErasedRecord(NotAllowed):
    text = N_("What was written of this person was erased on {day}. Nothing else is kept.")


def sees_all(asker: Asker) -> bool:
    """Whether nothing is hidden from the one who asks."""
    return asker.actor.may(Permission.OPEN_RESTRICTED)


def may_open(asker: Asker, patient_id: str) -> bool:
    return not hidden_from(asker, (patient_id,))


def must_open(asker: Asker, *patient_ids: str) -> None:
    """Refuse unless the one who asks may open every one of these records."""
    if days := list(_erased_on(asker, patient_ids).values()):
        raise ErasedRecord(day=days[0])
    if hidden_from(asker, patient_ids):
        raise ReservedRecord()


def hidden_from(asker: Asker, patient_ids: Iterable[str]) -> dict[PatientId, str]:
    """Those of these people whose names the one who asks must not learn, and as what they stand instead."""
    wanted: Sequence[str] = list(patient_ids)
    hidden = {one: _("Erased {day}").format(day=day) for one, day in _erased_on(asker, wanted).items()}
    if sees_all(asker):
        return hidden
    for start in range(0, len(wanted), _AT_ONCE):
        some = Patient.id.in_(wanted[start : start + _AT_ONCE])
        select = sa.select(Patient.id, Patient.restricted_as).where(some, Patient.restricted.is_(True))
        hidden = {PatientId(row[0]): say_reserved(row[1]) for row in asker.all(select)} | hidden
    return hidden


def _erased_on(asker: Asker, patient_ids: Iterable[str]) -> dict[PatientId, str]:
    """Of whom everything was erased, and the day on which it was here."""
    wanted: Sequence[str] = list(patient_ids)
    found: dict[PatientId, str] = {}
    if not _anybody_erased(asker):
        return found
    for start in range(0, len(wanted), _AT_ONCE):
        some = ErasedRow.id.in_(wanted[start : start + _AT_ONCE])
        select = sa.select(ErasedRow.id, ErasedRow.erased_at).where(ErasedRow.tbl == Patient.__tablename__, some)
        found |= {PatientId(i): say_day(at.astimezone(asker.place.zone).date()) for i, at in asker.all(select)}
    return found


def _anybody_erased(asker: Asker) -> bool:
    """Seldom, and every question about a person wants to know it: asked once for each view."""
    view = asker.of_this_view
    if view is not None and "anybody erased" in view:
        return view["anybody erased"]
    found = asker.first(sa.select(ErasedRow.id).where(ErasedRow.tbl == Patient.__tablename__).limit(1)) is not None
    if view is not None:
        view["anybody erased"] = found
    return found


def is_erased() -> sa.ColumnElement[bool]:
    """Of a person in the WHERE of a select over people: everything that was written was erased."""
    return sa.exists().where(ErasedRow.tbl == Patient.__tablename__, ErasedRow.id == Patient.id)


def shown(asker: Asker) -> sa.ColumnElement[bool]:
    """For the WHERE of a select over people: without those that are hidden from the one who asks."""
    return sa.and_(~is_erased(), sa.true() if sees_all(asker) else Patient.restricted.is_not(True))


def hidden_people(asker: Asker) -> sa.Select[str]:
    """For `column.not_in(…)` where the people themselves are not selected: the ids hidden from the one who asks."""
    reserved = sa.and_(Patient.restricted.is_(True), sa.false() if sees_all(asker) else sa.true())
    return sa.select(Patient.id).where(sa.or_(is_erased(), reserved))


def stands_as(asker: Asker, patient_id: str) -> str | None:
    """As what others see the record, for those who may open it; None where it is like any other."""
    asker.require(Permission.OPEN_RESTRICTED)
    number, reserved = asker.one(sa.select(Patient.restricted_as, Patient.restricted).where(Patient.id == patient_id))
    return say_reserved(number) if reserved else None


def say_reserved(number: str | None) -> str:
    return _("Reserved {number}").format(number=number or "").strip()
