"""Whose list counts where: what a clinic put in is in force there at once, elsewhere once the central accepted it."""

import sqlalchemy as sa

from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.rules.kinds import Decision
from clinic_desktop.features.staff.records import Site
from clinic_desktop.storage.work import Asker

CLINIC = "clinic"


def is_of_a_clinic() -> sa.ColumnElement[bool]:
    """For the WHERE of a select over `Presentation`: not of the central, and not come with the program."""
    return sa.exists().where(Site.id == Presentation.origin_site_id, Site.kind == CLINIC).correlate(Presentation)


def in_force_here(asker: Asker) -> sa.ColumnElement[bool]:
    """Whether a product may be chosen at this site: not what another clinic put in and nobody accepted yet."""
    here = Presentation.origin_site_id == asker.site_id
    return sa.or_(here, Presentation.decision == Decision.ACCEPTED, sa.not_(is_of_a_clinic()))
