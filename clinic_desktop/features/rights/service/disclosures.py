"""Writing down that something of a record was given away: to the person, to an authority, where the law asks for it."""

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.naming import clean, clean_line
from clinic_desktop.features.rights.records import Disclosure
from clinic_desktop.features.rights.rules.disclosures import Given
from clinic_desktop.features.rights.rules.kinds import DisclosureKind, InTheFuture
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def record_disclosure(work: Work, disclosure_id: str, patient_id: str, given: Given) -> None:
    """A human's act, with its day and the body; the program decides and sends nothing. Twice the same id keeps once."""
    work.require(Permission.WRITE_NOTES, Permission.ANSWER_COMPLAINTS)
    restricted.must_open(work, patient_id)
    if given.happened_on > work.today:
        raise InTheFuture()
    given.check()
    _keep(work, disclosure_id, patient_id, given)


def own_data_printed(work: Work, disclosure_id: str, patient_id: str, *, whole: bool, way: str, copies: int) -> None:
    """The person was given their own record; `whole`: with the parts kept apart, asked for alone."""
    work.require(Permission.READ_CHART)
    restricted.must_open(work, patient_id)
    said = _("All, asked for alone") if whole else _("Without the parts kept apart")
    given = Given(DisclosureKind.OWN_DATA, work.today, to_whom=_("The person"), given=said)
    # Also when the same preview is printed again, which is the same giving.
    work.act, work.detail = "rights.own_data_printed", {"way": way, "copies": copies, "whole": whole}
    _keep(work, disclosure_id, patient_id, given)


def _keep(work: Work, disclosure_id: str, patient_id: str, given: Given) -> None:
    if work.session.get(Disclosure, disclosure_id) is not None:
        return
    work.add(
        Disclosure(
            id=disclosure_id,
            patient_id=patient_id,
            kind_code=str(given.kind),
            happened_on=given.happened_on,
            to_whom=clean_line(given.to_whom) or None,
            order_seen=clean(given.order_seen) or None,
            given_text=clean(given.given) or None,
            coordinator_told=given.coordinator_told,
            by_id=work.actor.staff_id,
            by_name=staff.name_of(work, work.actor.staff_id) or work.actor.name,
        )
    )
    work.about(Disclosure.__tablename__, disclosure_id)
