"""Deciding between values that stand side by side, taking that back, and asking the clinic about them."""

from collections.abc import Sequence

from clinic_desktop.exchange.merge import conflicts, reopening
from clinic_desktop.exchange.merge.conflicts import Key, Side
from clinic_desktop.exchange.records import SettledConflict
from clinic_desktop.features.bundles.queries.conflicts import AT_THE_DESK
from clinic_desktop.features.bundles.queries.whose import must_open
from clinic_desktop.features.bundles.queries.worklist import in_front
from clinic_desktop.features.bundles.rules.kinds import MessageKind
from clinic_desktop.features.bundles.rules.said import said_unit
from clinic_desktop.features.bundles.rules.settling import shown_in_questions, who_settles
from clinic_desktop.features.bundles.service import messages
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.storage.work import Work


class AskedAlready(Refused):
    text = N_("The clinic was asked about this already and has not answered yet.")


def settle_conflict(
    work: Work, table: str, row_id: str, unit: str, values: Sequence[object], seen: Sequence[Side]
) -> int:
    """Decide between values that two people wrote without knowing of each other. Gives the key for taking it back."""
    work.require(*who_settles(table, unit))
    must_open(work, table, row_id)
    return conflicts.settle(work, table, row_id, unit, values, seen=seen)


def undo_settling(work: Work, key: int) -> Key:
    """The values stand side by side again, here and wherever the decision went. Gives what is to be decided anew."""
    work.require(*AT_THE_DESK)
    kept = work.load(SettledConflict, key)
    work.require(*who_settles(kept.tbl, kept.unit))
    must_open(work, kept.tbl, kept.row_id)
    reopening.undo(work, key)
    return (kept.tbl, kept.row_id, kept.unit)


def ask_the_clinic(work: Work, message_id: str, table: str, row_id: str, unit: str) -> str:
    """A question about the two values goes with the next stick; the conflict stays where it is until it is decided."""
    work.require(*AT_THE_DESK)
    must_open(work, table, row_id)
    found = in_front(work, (table, row_id, unit))
    if found is None:
        raise conflicts.ConflictGone()
    before = found.line.asked
    if before is not None and before.message_id == message_id:
        return message_id
    if before is not None and not before.answer:
        raise AskedAlready()
    field = _(said_unit(table, unit))
    words = _("{field}: two values were written. Look at the record and say which one holds.").format(field=field)
    if shown_in_questions(table, unit):
        told = " / ".join(f"«{one.words}»" for one in found.sides)
        words = _("{field}: {values}. Which one holds?").format(field=field, values=told)
    return messages.send(
        work,
        message_id,
        found.ask_site_id,
        words,
        kind=MessageKind.QUESTION,
        about_table=table,
        about_id=row_id,
        about_unit=unit,
    )
