"""Making the kept sums again from the movements, which alone are the balance."""

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.queries.sums import wrong_sums
from clinic_desktop.storage.work import Work

_ALL = (
    "INSERT INTO shelf_sum SELECT site_id, lot_id, sum(units) FROM stock_movement"
    " WHERE site_id IS NOT NULL AND lot_id IS NOT NULL AND units IS NOT NULL GROUP BY site_id, lot_id"
)


def make_sums_again(work: Work) -> int:
    """Returns how many were wrong; no balance changes by it, only what a list reads."""
    work.require(*SHELF)
    wrong = len(wrong_sums(work))
    if wrong:
        work.session.flush()
        work.cursor.execute("DELETE FROM shelf_sum")
        work.cursor.execute(_ALL)
        work.also_changed.add("shelf_sum")
    return wrong
