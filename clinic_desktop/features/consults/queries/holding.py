"""What holds of a person today beside diagnoses and prescriptions, in one question: for the side of the chart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_desktop.features.consults.rules.story import EPISODE_WORDS, EpisodeStep
from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class Told:
    """Something with the day from which it is known."""

    words: str
    on: PartialDate | None
    more: str = ""


@dataclass(frozen=True, slots=True)
class Depot:
    name: str
    given_on: date
    next_due_on: date | None


@dataclass(frozen=True, slots=True)
class Holding:
    trusted: str = ""
    """Name and kinship of the trusted person."""
    standing: Told | None = None
    """How care here ended; None while the person is in care."""
    shared: tuple[Told, ...] = ()
    """Who follows the person between the days, with what was agreed."""
    outside: tuple[Told, ...] = ()
    """Medicines from elsewhere that are still taken."""
    depots: tuple[Depot, ...] = ()
    """Of each injected medicine the last time."""
    plan_on: date | None = None
    """The newest safety plan."""
    results: tuple[Told, ...] = ()
    """Of each test the newest."""
    pregnancy: Pregnancy | None = None
    pregnancy_on: date | None = None


def holding(asker: Asker, patient_id: str) -> Holding:
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    found: dict[str, list[Any]] = {}
    for row in asker.plain(_SQL, (patient_id,) * _SQL.count("?")):
        found.setdefault(row[0], []).append(row[1:])
    pregnancy, told_on = _pregnancy(found.get("pregnancy", ()))
    plans = found.get("plan", ())
    return Holding(
        trusted=next((_named(row[0], row[1]) for row in found.get("trusted", ())), ""),
        standing=_standing(found.get("episode", ())),
        shared=tuple(_told(row) for row in found.get("shared", ())),
        outside=tuple(_told(row) for row in found.get("outside", ())),
        depots=_depots(found.get("depot", ())),
        plan_on=date.fromisoformat(plans[0][2]) if plans else None,
        results=_results(found.get("result", ())),
        pregnancy=pregnancy,
        pregnancy_on=told_on,
    )


def _named(name: str | None, kinship: str | None) -> str:
    return ", ".join(part for part in (name, kinship) if part)


def _told(row: Any) -> Told:
    """A name with its details, and since when."""
    return Told(row[0] or "", PartialDate.parse(row[2]) if row[2] else None, row[1] or "")


def _standing(rows: Sequence[Any]) -> Told | None:
    """The last step says it; who came back, or was seen on a later day, is in care."""
    if not rows or rows[0][0] == EpisodeStep.RETURNED:
        return None
    step, more, day = rows[0][:3]
    words = _(EPISODE_WORDS[EpisodeStep(step)]) if step in tuple(EpisodeStep) else step
    return Told(words, PartialDate.parse(day), more or "")


def _depots(rows: Sequence[Any]) -> tuple[Depot, ...]:
    newest: dict[str, Depot] = {}
    for name, due, given in (row[:3] for row in rows):
        due_on = date.fromisoformat(due) if due else None
        newest.setdefault(name or "", Depot(name or "", date.fromisoformat(given), due_on))
    return tuple(newest.values())


def _results(rows: Sequence[Any]) -> tuple[Told, ...]:
    newest: dict[str, Told] = {}
    for test, value, day in (row[:3] for row in rows):
        newest.setdefault(test or "", Told(test or "", PartialDate.parse(day), value or ""))
    return tuple(newest.values())


def _pregnancy(rows: Sequence[Any]) -> tuple[Pregnancy | None, date | None]:
    """What was told last; a visit at which nobody asked says nothing."""
    for said, _more, day in (row[:3] for row in rows):
        if said in (Pregnancy.YES, Pregnancy.POSSIBLE, Pregnancy.NO):
            return Pregnancy(said), date.fromisoformat(day)
    return None, None


# Each part: which, a name, details, a day; the newest of each first. NEWEST(x): of corrected rows the last.
# STANDS: not written in a consultation that was taken back.
_PARTS = (
    "SELECT 'trusted', t.contact_name, t.contact_kinship, '' FROM patient t WHERE t.id = ?",
    "SELECT 'episode', t.step, t.to_whom, t.happened_on FROM episode_event t"
    " WHERE t.patient_id = ? AND t.voided_at IS NULL AND STANDS AND NOT EXISTS (SELECT 1 FROM encounter e WHERE"
    " e.patient_id = t.patient_id AND e.voided_at IS NULL AND e.occurred_on > t.happened_on)"
    " ORDER BY t.happened_on DESC, t.id DESC LIMIT 1",
    "SELECT 'shared', coalesce(t.who, '') || coalesce(', ' || t.role_text, ''), t.call_when, t.since FROM shared_care t"
    " WHERE t.patient_id = ? AND t.voided_at IS NULL AND t.ended IS NULL ORDER BY t.id DESC",
    "SELECT 'outside', t.name, t.dose_text, t.since FROM outside_medicine t"
    " WHERE t.patient_id = ? AND t.voided_at IS NULL AND t.ended IS NULL ORDER BY t.id DESC",
    "SELECT 'depot', (SELECT m.name FROM presentation p JOIN medicine m ON m.id = p.medicine_id"
    " WHERE p.id = t.presentation_id), t.next_due_on, t.given_on FROM medication_administration t"
    " WHERE t.patient_id = ? AND t.voided_at IS NULL AND NEWEST(medication_administration)"
    " ORDER BY t.given_on DESC, t.id DESC LIMIT 12",
    "SELECT 'plan', '', '', t.made_on FROM safety_plan t"
    " WHERE t.patient_id = ? AND t.voided_at IS NULL AND STANDS"
    " ORDER BY t.made_on DESC, t.id DESC LIMIT 1",
    "SELECT 'result', coalesce(t.test_text, t.test_code), coalesce(t.value_text, '') || coalesce(' ' || t.unit_text,"
    " ''), t.taken_on FROM lab_result t WHERE t.patient_id = ? AND t.voided_at IS NULL AND NEWEST(lab_result)"
    " AND STANDS ORDER BY t.taken_on DESC, t.id DESC LIMIT 30",
    "SELECT 'pregnancy', said, '', day FROM (SELECT t.pregnancy AS said, t.told_on AS day, t.id AS id"
    " FROM reproductive_status t WHERE t.patient_id = ? AND t.voided_at IS NULL AND NEWEST(reproductive_status)"
    " AND STANDS"
    " UNION ALL SELECT t.pregnancy, t.taken_on, t.id FROM vital_signs t"
    " WHERE t.patient_id = ? AND t.voided_at IS NULL AND NEWEST(vital_signs)"
    ") WHERE said IN ('yes', 'possible', 'no') ORDER BY day DESC, id DESC LIMIT 1",
)
_ONE = "SELECT * FROM ({part})"
_NEWEST = r"NOT EXISTS (SELECT 1 FROM \1 n WHERE n.amends_id = t.id)"
_STANDS = "NOT EXISTS (SELECT 1 FROM encounter e WHERE e.id = t.encounter_id AND e.voided_at IS NOT NULL)"
_ALL = " UNION ALL ".join(_ONE.format(part=part) for part in _PARTS)
_SQL = re.sub(r"NEWEST\((\w+)\)", _NEWEST, _ALL).replace("STANDS", _STANDS)
