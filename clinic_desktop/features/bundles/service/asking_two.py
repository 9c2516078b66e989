"""Asking the clinics of two records whether they are one person's."""

from collections.abc import Sequence

from clinic_desktop.features.bundles.queries.likely import LOOKERS, page
from clinic_desktop.features.bundles.queries.whose import must_open
from clinic_desktop.features.bundles.rules.kinds import MessageKind
from clinic_desktop.features.bundles.service import messages
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.storage.work import Work


def ask_the_clinics(work: Work, message_ids: Sequence[str], first: PatientId, second: PatientId) -> None:
    """One message to each clinic that one of the two records is of, with both numbers and no name.

    A clinic that knows only one of the two finds it by its number; the other's name would tell it of a stranger.
    """
    work.require(*LOOKERS)
    for patient_id in (first, second):
        must_open(work, "patient", patient_id)
    found = page(work, [(first, second)])
    if not found:
        raise NotHere()
    (two,) = found
    words = _("Are records {one} ({here}) and {other} ({there}) one person's? Ask the person, or look at the papers.")
    text = words.format(
        one=two.first.number, here=two.first.site_name, other=two.second.number, there=two.second.site_name
    )
    records = {record.site_id: record for record in (two.first, two.second) if record.site_id != work.site_id}
    if not work.place.is_central:
        records = {"": two.first}
    for message_id, (site_id, record) in zip(message_ids, records.items(), strict=False):
        other = two.second if record is two.first else two.first
        messages.send(
            work,
            message_id,
            site_id,
            text,
            kind=MessageKind.QUESTION,
            about_table="patient",
            about_id=record.patient_id,
            other_id=other.patient_id,
        )
