"""A reserved record meets no duplicate check at the desk, where nothing is announced. Who may open it sees the pair."""

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.queries.similar import similar
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.rows import Similar
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"patient", "patient_link"})


def registered_again(asker: Asker, patient_id: PatientId) -> tuple[Similar, ...]:
    """Registrations like this one that nobody at the desk could compare, for one of the two records is reserved.

    Those about which somebody decided are left out.
    """
    asker.require(Permission.OPEN_RESTRICTED)
    reserved = {row[0] for row in asker.all(sa.select(Patient.id).where(Patient.restricted.is_(True)))}
    if not reserved:
        return ()
    found = similar(asker, people.details(asker, patient_id).details, but=patient_id)
    return tuple(one for one in found if reserved & {patient_id, one.patient_id})
