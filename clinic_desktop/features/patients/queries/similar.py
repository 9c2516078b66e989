"""People like this one, and what was decided about two records."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries.people import ALL_COLUMNS, birth_of
from clinic_desktop.features.patients.queries.search import Shelf
from clinic_desktop.features.patients.records import (
    Patient,
    PatientEntry,
    PatientLink,
)
from clinic_desktop.features.patients.rules import likeness, searching
from clinic_desktop.features.patients.rules.ages import say_born
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import (
    Details,
    LinkKind,
    from_columns,
)
from clinic_desktop.features.patients.rules.places import said_place
from clinic_desktop.features.patients.rules.rows import (
    Link,
    Similar,
)
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


def similar(asker: Asker, new: Details, but: PatientId | None = None, limit: int = 4) -> tuple[Similar, ...]:
    """The most similar first. `but` is the person asked about: left out, with all who were found to be another."""
    asker.require(Permission.SEE_PATIENTS)
    if not likeness.is_enough(new):
        return ()
    parted = {but, *_parted_from(asker, but)} if but else set[str]()
    scored: list[tuple[int, int, Similar]] = []
    for row in _with_entry(asker, searching.who_may_be(Shelf(asker), new)):
        close = likeness.compare(new, from_columns(row))
        if close.shown and row.id not in parted:
            scored.append((-close.points, -row.entry, _similar(asker, row, close)))
    return tuple(one for _points, _entry, one in sorted(scored, key=lambda s: s[:2])[:limit])


def _similar(asker: Asker, row: Any, close: likeness.Likeness) -> Similar:
    return Similar(
        patient_id=row.id,
        number=row.number or "",
        said=said_name(name_of(row)),
        born=say_born(birth_of(row), asker.today),
        place=said_place(row.municipality_code, row.community),
        mother=row.mother_name or "",
        equal=close.equal,
        different=close.different,
        strong=close.strong,
    )


def _with_entry(asker: Asker, entries: Sequence[int]) -> Sequence[Any]:
    join = sa.select(*ALL_COLUMNS, PatientEntry.entry).join(PatientEntry, PatientEntry.patient_id == Patient.id)
    return asker.all(join.where(PatientEntry.entry.in_(entries))) if entries else ()


def links(asker: Asker, patient_id: PatientId) -> tuple[Link, ...]:
    """The decisions about this record that were not taken back."""
    asker.require(Permission.SEE_PATIENTS)
    undone = sa.select(PatientLink.undoes_id).where(PatientLink.undoes_id.is_not(None))
    chosen = sa.select(
        PatientLink.id, PatientLink.kind, PatientLink.first_id, PatientLink.second_id, PatientLink.reason
    ).where(
        sa.or_(PatientLink.first_id == patient_id, PatientLink.second_id == patient_id),
        PatientLink.kind != LinkKind.UNDO,
        PatientLink.id.not_in(undone),
    )
    return tuple(
        Link(
            row.id, PatientId(row.second_id if row.first_id == patient_id else row.first_id), row.kind, row.reason or ""
        )
        for row in asker.all(chosen)
    )


def _parted_from(asker: Asker, patient_id: PatientId) -> set[str]:
    return {link.other_id for link in links(asker, patient_id) if link.kind is LinkKind.DIFFERENT}
