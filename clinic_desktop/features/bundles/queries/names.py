"""What references say: the name of a colleague, a clinic, a product, where a row only holds an id."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.features.bundles.rules.said import is_reference
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.rules.kinds import say_product
from clinic_desktop.features.patients.queries import people
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.base import Base
from clinic_desktop.storage.work import Asker

_BY_NAME = {
    "clinician_id": "staff_member",
    "staff_id": "staff_member",
    "supervisor_id": "staff_member",
    "site_id": "site",
    "to_site_id": "site",
    "successor_id": "site",
    "joined_id": "presentation",
    "encounter_id": "encounter",
}
"""Columns that name a row without the database's knowing."""
_SAID = {
    "staff_member": "display_name",
    "site": "name",
    "medicine": "name",
    "partner": "name",
    "community": "name",
    "consultation_place": "name",
    "role": "title",
    "import_run": "file_name",
    "agreement": "title_text",
    "encounter": "occurred_on",
    "consultation_day": "day",
}
"""What is said of a row of each table."""


def names_of(
    asker: Asker, table: str, columns: Sequence[str], values: Iterable[Sequence[object]]
) -> Mapping[tuple[str, object], str]:
    """By column and id, what the references among these values say."""
    told = list(values)
    found: dict[tuple[str, object], str] = {}
    for place, column in enumerate(columns):
        target = _target(table, column) if is_reference(column) else None
        ids = {str(one[place]) for one in told if len(one) > place and one[place]}
        if target is not None and ids:
            found |= {(column, row_id): words for row_id, words in _said(asker, target, ids).items() if words}
    return found


def staff_names(asker: Asker, ids: Collection[str]) -> dict[str, str]:
    """The names of who wrote something; those this office does not know are left out."""
    return _said(asker, "staff_member", {one for one in ids if one})


def site_names(asker: Asker) -> dict[str, str]:
    """Every clinic this office knows of, by id."""
    told = {row[0]: row[1] for row in asker.all(sa.select(PeerDevice.site_id, PeerDevice.site_name))}
    table = Base.metadata.tables["site"]
    rows = asker.all(sa.select(table.c.id, table.c.name).where(table.c.name.is_not(None)))
    return told | {row[0]: row[1] for row in rows} | {asker.site_id: asker.place.site_name}


def _target(table: str, column: str) -> str | None:
    known = Base.metadata.tables.get(table)
    if known is not None and column in known.c:
        for key in known.c[column].foreign_keys:
            return key.column.table.name
    return _BY_NAME.get(column)


def _said(asker: Asker, target: str, ids: Collection[str]) -> dict[str, str]:
    wanted = sorted(ids)
    if target == "patient":
        if not asker.actor.may(Permission.SEE_PATIENTS):
            return {}
        said = people.said_names(asker, [PatientId(one) for one in wanted])
        return {str(one): name for one, name in said.items()}
    if target == "presentation":
        return _products(asker, wanted)
    if target == "site":
        names = site_names(asker)
        return {one: names[one] for one in wanted if one in names}
    column = _SAID.get(target)
    if column is None:
        return {}
    table = Base.metadata.tables[target]
    rows = asker.all(sa.select(table.c.id, table.c[column]).where(table.c.id.in_(wanted)))
    dated = column in ("occurred_on", "day")
    return {row[0]: say_day(row[1]) if dated and row[1] else str(row[1] or "") for row in rows}


def _products(asker: Asker, ids: Sequence[str]) -> dict[str, str]:
    rows = asker.all(
        sa.select(Presentation.id, Medicine.name, Presentation.form, Presentation.strength_text, Presentation.route)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(Presentation.id.in_(ids))
    )
    return {row[0]: " ".join(part for part in (row[1], say_product(row[2], row[3], row[4])) if part) for row in rows}
