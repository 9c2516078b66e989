"""Keeping what a medicine did that it should not."""

from clinic_desktop.features.consults.queries import reactions as queries
from clinic_desktop.features.consults.records.findings import AdverseReaction
from clinic_desktop.features.consults.rules.reactions import Reaction, checked
from clinic_desktop.features.consults.rules.story import StillToCome
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

_LONGEST_NOTE = 200
"""So many letters of what happened stand beside the allergy; the whole stays with the reaction."""


class ReactionCorrectedMeanwhile(Refused):
    text = N_("This reaction was corrected already. Correct its newest version.")


class ReactionOfSomebodyElse(Refused):
    text = N_("This reaction is of another person.")


def keep_reaction(
    work: Work,
    *,
    reaction_id: str,
    patient_id: str,
    reaction: Reaction,
    encounter_id: str | None = None,
    is_allergy: bool = False,
    amends_id: str | None = None,
) -> str:
    """Keep one under an id that the form drew; the same id twice keeps it once. Returns the id.

    With `is_allergy` the medicine goes on the list of what the person does not bear: somebody said so.
    """
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(AdverseReaction, reaction_id) is not None:
        return reaction_id
    kept = checked(reaction)
    if kept.began_on is not None and kept.began_on.earliest() > work.today:
        raise StillToCome()
    if amends_id is not None:
        if work.load(AdverseReaction, amends_id).patient_id != patient_id:
            raise ReactionOfSomebodyElse()
        if queries.is_corrected(work, amends_id):
            raise ReactionCorrectedMeanwhile()
    work.add(
        AdverseReaction(
            id=reaction_id, patient_id=patient_id, encounter_id=encounter_id, presentation_id=kept.presentation_id,
            medicine_text=kept.medicine, lot_text=kept.lot or None, reaction_text=kept.happened,
            began_on=kept.began_on, severity=kept.severity, outcome=kept.outcome, done_text=kept.done or None,
            amends_id=amends_id, by_id=work.actor.staff_id, by_name=work.actor.name,
        )
    )  # fmt: skip
    if is_allergy:
        substance = queries.substance_of(work, kept.presentation_id) or kept.medicine
        happened = " ".join(kept.happened.split())
        registering.add_allergy(work, PatientId(patient_id), substance, happened[:_LONGEST_NOTE])
    work.about(AdverseReaction.__tablename__, reaction_id)
    return reaction_id


def note_reaction_printed(work: Work, reaction_id: str, *, way: str, copies: int) -> None:
    """The page left the computer, on paper or as a file."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, work.load(AdverseReaction, reaction_id).patient_id)
    work.act, work.detail = "consults.reaction_printed", {"way": way, "copies": copies}
    work.about(AdverseReaction.__tablename__, reaction_id)
