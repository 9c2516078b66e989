"""The logical content of an installation, to compare two of them."""

from typing import Any

from clinic_desktop.exchange.format.shape import shapes
from tests.makers.network import Office

State = dict[str, list[tuple[Any, ...]]]


def whole(office: Office) -> State:
    """Every synced row, every open conflict and every operation, in an order of their own."""
    found: State = {}
    for shape in shapes().values():
        found[shape.table] = office.sql(f"SELECT id, {shape.listed()} FROM {shape.table} ORDER BY id")
    found["open conflicts"] = office.sql("SELECT tbl, id, unit, blocking, sides FROM open_conflict ORDER BY 1, 2, 3")
    found["operations"] = office.sql(
        "SELECT f.tbl, f.id, f.unit, f.hlc, s.device_id, s.epoch, s.number, f.value, f.prev, f.seen, f.made"
        " FROM field_op f JOIN segment s ON s.key = f.segment_key ORDER BY 1, 2, 3, 4, 5, 6, 7"
    )
    return found


def of_site(office: Office, clinic: Office) -> State:
    """What `office` holds of the rows that came from `clinic`."""
    site = clinic.vault.place.site_id
    return {
        shape.table: office.sql(
            f"SELECT id, {shape.listed()} FROM {shape.table} WHERE origin_site_id = ? ORDER BY id", (site,)
        )
        for shape in shapes().values()
    }
