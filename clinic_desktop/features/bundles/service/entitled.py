"""Which clinics a row goes to besides the one it came from: the records of people who come to two (decisions/0073).

Answers for the exchange alone, which shows nobody anything; who may share is asked where it is shared (sharing.py).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import relaying
from clinic_desktop.exchange.erasure import belonging, personal
from clinic_desktop.exchange.erasure.belonging import Ways
from clinic_desktop.exchange.format.shape import COMMON
from clinic_desktop.exchange.merge.versions import ids_json
from clinic_desktop.features.bundles.records.offices import Erasure, RecordShare
from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.storage.base import Base, Synced, synced_classes, synced_columns
from clinic_desktop.storage.types import Id
from clinic_desktop.storage.work import Asker, Work

STAYS = {
    "appointment": "the agenda is each clinic's own",
    "appointment_event": "the agenda is each clinic's own",
    "call_attempt": "the agenda is each clinic's own",
    "kept_apart": "the agenda is each clinic's own",
    "complaint": "answered by the clinic that it is about",
    "complaint_step": "answered by the clinic that it is about",
    "violence_answer": "told in confidence, to one clinic",
    "message": "between two offices",
    "message_event": "between two offices",
    "statement_line": "a pharmacy's bill to one clinic",
    "stock_movement": "the shelf is each clinic's own",
    "register_note": "the shelf is each clinic's own",
}
"""Rows that have to do with a person and do not go along, and why."""

_WITHHELD_WITH_NOTE = frozenset({"addendum", "note_signature", "prescription_signature"})
"""What is not sent where the note it stands beside is not."""
_NAMED = frozenset({"presentation", "medicine", "instrument"})
"""Rows that others name and that are shown with them."""

Sites = dict[str, frozenset[str]]


@cache
def ways() -> Ways:
    """Of each table that goes along, the columns that lead to a person."""
    # An order to erase is no part of the record; it must reach whoever holds it.
    return belonging.ways(frozenset(STAYS)) | {Erasure.__tablename__: (("patient_id", personal.PERSON),)}


# -- who is entitled


def audiences(asker: Asker, table: str, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For relaying.audiences."""
    if table == "site":
        return dict.fromkeys(ids, frozenset({COMMON}))
    if table == "staff_member":
        return dict.fromkeys(_ended_everywhere(asker, ids), frozenset({COMMON}))
    if table not in ways() or not asker.plain("SELECT 1 FROM record_share LIMIT 1"):
        return {}
    whose = belonging.people_of(asker, ways(), table, ids)
    people = frozenset[str]().union(*whose.values())
    ever = _ever(asker, people)
    if not ever:
        return {}
    homes = _homes(asker, people)
    now = _now(asker, ever) if table != Erasure.__tablename__ else _all_sites(ever)
    staying = _staying(asker, table, ids)
    own = _share_sites(asker, ids) if table == RecordShare.__tablename__ else {}
    found: dict[str, frozenset[str]] = {}
    for row_id, some in whose.items():
        if row_id in staying or some.isdisjoint(ever):
            continue
        sites = [now.get(one, frozenset()) | homes.get(one, frozenset()) for one in some]
        both = sites[0].intersection(*sites[1:])
        found[row_id] = both | own.get(row_id, frozenset())
    return _without_central(asker, found)


def _ended_everywhere(asker: Asker, ids: Collection[str]) -> list[str]:
    """Of people of the central, whom every clinic knows, those whose access some clinic ended."""
    sql = (
        "SELECT id FROM staff_member WHERE active = 0 AND origin_site_id = ? AND id IN (SELECT value FROM json_each(?))"
    )
    return [str(row[0]) for row in asker.plain(sql, (asker.site_id, ids_json(ids)))]


def may_change(asker: Asker, site_id: str, table: str, ids: Collection[str]) -> frozenset[str]:
    """For relaying.may_change: rows of people whose record was ever sent to this site, or came from it and goes to
    another one. Taking a share back does not unmake what was written meanwhile."""
    if table not in ways() or not asker.plain("SELECT 1 FROM record_share LIMIT 1"):
        return frozenset()
    whose = belonging.people_of(asker, ways(), table, ids)
    people = frozenset[str]().union(*whose.values())
    ever, homes = _ever(asker, people), _homes(asker, people)
    sent = {one for one, shares in ever.items() if site_id in shares or site_id in homes.get(one, ())}
    return frozenset(row_id for row_id, some in whose.items() if some & sent)


def _ever(asker: Asker, people: Collection[str]) -> dict[str, dict[str, list[tuple[str, bool]]]]:
    """Of people who were ever shared: by site, (share, whether it was taken back)."""
    sql = (
        "SELECT patient_id, to_site_id, coalesce(consent_id, ''), voided_at IS NOT NULL FROM record_share"
        " WHERE to_site_id IS NOT NULL AND patient_id IN (SELECT value FROM json_each(?))"
    )
    found: dict[str, dict[str, list[tuple[str, bool]]]] = {}
    for patient_id, site_id, consent_id, voided in asker.plain(sql, (ids_json(people),)):
        found.setdefault(patient_id, {}).setdefault(site_id, []).append((consent_id, bool(voided)))
    return found


def _homes(asker: Asker, people: Collection[str]) -> Sites:
    sql = "SELECT id, origin_site_id FROM patient WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0]: frozenset({row[1]}) for row in asker.plain(sql, (ids_json(people),))}


def _now(asker: Asker, ever: Mapping[str, Mapping[str, Collection[tuple[str, bool]]]]) -> Sites:
    """Where the record goes now: shares that stand, and the person has not taken the yes back since."""
    agreeing = consents.agreeing(asker, ConsentPurpose.OUR_CLINIC, ever)
    return {
        one: frozenset(
            site
            for site, shares in told.items()
            if any(not voided and (one in agreeing or not consent) for consent, voided in shares)
        )
        for one, told in ever.items()
    }


def _all_sites(ever: Mapping[str, Iterable[str]]) -> Sites:
    return {one: frozenset(told) for one, told in ever.items()}


def _share_sites(asker: Asker, ids: Collection[str]) -> Sites:
    """Also that it was taken back is told to the clinic it was for."""
    sql = "SELECT id, to_site_id FROM record_share WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0]: frozenset({row[1]}) for row in asker.plain(sql, (ids_json(ids),)) if row[1]}


def _without_central(asker: Asker, found: Sites) -> Sites:
    """The central has everything."""
    here = frozenset({asker.site_id}) if asker.place.is_central else frozenset[str]()
    return {row_id: sites - here for row_id, sites in found.items()}


def _staying(asker: Asker, table: str, ids: Collection[str]) -> frozenset[str]:
    """Rows whose class says that no stick brings them to a clinic, and what stands beside them."""
    cls = _classes()[table]
    if cls.stays_at_central is not Synced.stays_at_central:
        columns = [column for column, _rule in synced_columns(cls)]
        table_of = Base.metadata.tables[table]
        select: Any = sa.select(table_of.c.id, *columns).where(table_of.c.id.in_(list(ids)))
        names = ["id", *(column.name for column in columns)]
        rows = asker.all(select)
        return frozenset(row[0] for row in rows if cls(**dict(zip(names, row, strict=True))).stays_at_central())
    if table not in _WITHHELD_WITH_NOTE:
        return frozenset()
    notes = belonging.named_by(asker, table, "note_id", ids)
    staying = _staying(asker, "consult_note", set(notes.values())) if notes else frozenset[str]()
    return frozenset(row_id for row_id, note in notes.items() if note in staying)


@cache
def _classes() -> dict[str, type[Synced]]:
    return {cls.__tablename__: cls for cls in synced_classes()}


# -- what rows name


def named(asker: Asker, table: str, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For relaying.named: who wrote it, which medicine, which questionnaire."""
    found: dict[str, frozenset[str]] = {}
    people = frozenset[str]()
    for column in Base.metadata.tables[table].columns:
        target = next((key.column.table.name for key in column.foreign_keys), None)
        if target in _NAMED:
            found[target] = found.get(target, frozenset()) | _values(asker, table, column.name, ids)
        elif isinstance(column.type, Id) and column.name not in ("id", "origin_site_id") and target is None:
            people |= _values(asker, table, column.name, ids)
    people -= {SHIPPED}
    sql = "SELECT id FROM staff_member WHERE id IN (SELECT value FROM json_each(?))"
    staff = frozenset(str(row[0]) for row in asker.plain(sql, (ids_json(people),)))
    return {other: rows for other, rows in {**found, "staff_member": staff}.items() if rows}


def _values(asker: Asker, table: str, column: str, ids: Collection[str]) -> frozenset[str]:
    return frozenset(belonging.named_by(asker, table, column, ids).values())


# -- what entitles others anew


def go_on_again(work: Work, changed: Mapping[str, Collection[str]]) -> None:
    """For relaying.entitling: by a yes that is given again, or a link between two records, the whole record is owed
    once more. It may be on its way already; a copy twice changes nothing."""
    _owe_whole(work, changed, frozenset({"consent", "patient_link"}))


def after_merge(work: Work, changed: Mapping[str, Collection[str]]) -> None:
    """At the central: so is what was shared before it was restored, when a clinic gives the share back."""
    if work.place.is_central:
        _owe_whole(work, changed, frozenset({RecordShare.__tablename__}))


def _owe_whole(work: Work, changed: Mapping[str, Collection[str]], tables: frozenset[str]) -> None:
    if tables.isdisjoint(changed) or not work.plain("SELECT 1 FROM record_share LIMIT 1"):
        return
    whose = (belonging.people_of(work, ways(), table, changed[table]).values() for table in tables & changed.keys())
    owe_again(work, frozenset[str]().union(*(people for some in whose for people in some)))


def owe_again(work: Work, people: Iterable[str]) -> None:
    """Everything of these people, and of the records that are the same person's, is owed to where it goes."""
    for patient_id in consents.same_people(work, people):
        some: dict[str, list[str]] = defaultdict(list)
        for table, row_id in belonging.rows_of(work, ways(), patient_id):
            some[table].append(row_id)
        homes = _homes(work, [patient_id]).get(patient_id, frozenset(("",)))
        relaying.owe_to_entitled(work, next(iter(homes)), some)
