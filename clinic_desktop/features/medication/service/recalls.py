"""Withholding a lot, and telling those who were given of it."""

from clinic_desktop.features.medication.queries import recalls, shelf
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.recalls import Recall, RecallEvent
from clinic_desktop.features.medication.rules.kinds import RecallStep
from clinic_desktop.features.medication.rules.refusals import CalledBackAlready, LotUnnamed, NotOurRecall, RecallOver
from clinic_desktop.features.medication.rules.shelf import clean_lot_number
from clinic_desktop.features.medication.service.movements import cleaned_reason
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def call_back(
    work: Work,
    recall_id: str,
    presentation_id: str,
    lot_number: str | None,
    reason: str,
    source_text: str,
    *,
    every_lot: bool = False,
) -> None:
    """From now on nobody is given this lot, or with `every_lot` anything of this product."""
    work.require(Permission.RECALL_LOTS)
    if shelf.is_there(work, Recall, recall_id):
        return
    work.load(Presentation, presentation_id)
    number = None if every_lot else clean_lot_number(lot_number)
    if number is None and not every_lot:
        raise LotUnnamed()
    if recalls.open_recall_of(work, presentation_id, number) is not None:
        raise CalledBackAlready()
    work.about("presentation", presentation_id)
    work.add(
        Recall(
            id=recall_id,
            presentation_id=presentation_id,
            lot_number=number,
            reason=cleaned_reason(reason),
            source_text=source_text.strip() or None,
            opened_on=work.today,
        )
    )


def end_recall(work: Work, recall_id: str, reason: str) -> None:
    """It may be given again, or none is left. What the central called back, the central ends."""
    work.require(Permission.RECALL_LOTS)
    row = work.load(Recall, recall_id)
    why = cleaned_reason(reason)
    if row.origin_site_id != work.site_id and not work.place.is_central:
        raise NotOurRecall()
    if row.closed_on is not None:
        raise RecallOver(day=say_day(row.closed_on))
    work.revise(row, seen={}, to={"closed_on": work.today, "closed_text": why})


def note_told(work: Work, event_id: str, recall_id: str, patient_id: str, step: RecallStep, note: str = "") -> None:
    """What came of telling one person."""
    work.require(Permission.RECALL_LOTS)
    work.require(*recalls.TELLERS)
    restricted.must_open(work, patient_id)
    if shelf.is_there(work, RecallEvent, event_id):
        return
    work.load(Recall, recall_id)
    work.about("patient", patient_id)
    work.add(
        RecallEvent(
            id=event_id,
            recall_id=recall_id,
            step=step,
            patient_id=patient_id,
            happened_on=work.today,
            note_text=note.strip() or None,
        )
    )


def note_list_printed(work: Work, recall_id: str, way: str, copies: int) -> None:
    """Who printed or saved whom to tell."""
    work.require(Permission.RECALL_LOTS)
    work.require(*recalls.TELLERS)
    work.about("recall", recall_id)
    work.detail = {"way": way, "copies": copies}
