"""The marks of a person's rights, green or grey, and only those that the reader may know."""

from dataclasses import dataclass

from clinic_desktop.features.rights.queries import answers, coercion, complaints, disclosures, wishes
from clinic_desktop.features.rights.rules.kinds import DisclosureKind
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = answers.TABLES | coercion.TABLES | complaints.TABLES | disclosures.TABLES | wishes.TABLES
_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


@dataclass(frozen=True, slots=True)
class RightsMark:
    text: str
    is_good: bool
    """Green: it was done. Grey: nobody did yet, which is no reproach."""
    is_urgent: bool = False


def marks(asker: Asker, patient_id: str) -> tuple[RightsMark, ...]:
    asker.require(Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS, *_READERS)
    may = asker.actor.may
    told: list[RightsMark] = []
    if may(Permission.READ_CHART) or may(Permission.WRITE_NOTES):
        told += _clinical(asker, patient_id)
    told.append(_asked(asker, patient_id))
    if may(Permission.ANSWER_COMPLAINTS):
        told += _complaints(asker, patient_id)
    if may(Permission.READ_CHART):
        told.append(_own_data(asker, patient_id))
    return tuple(told)


def _clinical(asker: Asker, patient_id: str) -> list[RightsMark]:
    told: list[RightsMark] = []
    standing = [event for event in coercion.events(asker, patient_id) if event.is_open]
    if standing:
        words = ngettext("{count} event of force is open", "{count} events of force are open", len(standing))
        told.append(RightsMark(words.format(count=len(standing)), is_good=False, is_urgent=True))
    kept = wishes.newest(asker, patient_id)
    said = _("Wishes for a crisis: {day}").format(day=say_day(kept.said_on)) if kept else ""
    told.append(RightsMark(said or _("Wishes for a crisis: not said yet"), kept is not None))
    return told


def _asked(asker: Asker, patient_id: str) -> RightsMark:
    asked = answers.askings(asker, patient_id)
    if not asked:
        return RightsMark(_("Not asked yet how they were treated"), is_good=False)
    return RightsMark(_("Asked how they were treated: {day}").format(day=say_day(asked[0].asked_on)), is_good=True)


def _complaints(asker: Asker, patient_id: str) -> list[RightsMark]:
    waiting = [c for c in complaints.of_patient(asker, patient_id) if not c.is_answered and not c.is_closed]
    if not waiting:
        return []
    words = ngettext("{count} complaint waits for its answer", "{count} complaints wait for their answer", len(waiting))
    return [RightsMark(words.format(count=len(waiting)), is_good=False, is_urgent=True)]


def _own_data(asker: Asker, patient_id: str) -> RightsMark:
    given = [d for d in disclosures.disclosures(asker, patient_id) if d.kind_code == DisclosureKind.OWN_DATA]
    if not given:
        return RightsMark(_("Own data: not given yet"), is_good=False)
    return RightsMark(_("Own data given: {day}").format(day=say_day(given[0].happened_on)), is_good=True)
