"""What happens to a person beside the consultation, and how their care here ends."""

from enum import StrEnum

from clinic_desktop.kernel.i18n import N_


class LifeEventKind(StrEnum):
    CRISIS = "crisis"
    ADMISSION = "admission"
    HOSPITAL_LEFT = "hospital-left"
    LOSS = "loss"
    MOVED = "moved"
    WORK = "work"
    BIRTH = "birth"
    DISCRIMINATION = "discrimination"
    OTHER = "other"


class EpisodeStep(StrEnum):
    DISCHARGED = "discharged"
    TRANSFERRED = "transferred"
    LOST = "lost"
    """Looked for and not found."""
    RETURNED = "returned"


LIFE_EVENT_WORDS = {
    LifeEventKind.CRISIS: N_("Crisis"),
    LifeEventKind.ADMISSION: N_("Admission to hospital"),
    LifeEventKind.HOSPITAL_LEFT: N_("Left hospital"),
    LifeEventKind.LOSS: N_("Loss of somebody"),
    LifeEventKind.MOVED: N_("Moved"),
    LifeEventKind.WORK: N_("Change of work"),
    LifeEventKind.BIRTH: N_("Birth"),
    LifeEventKind.DISCRIMINATION: N_("Treated with contempt"),
    LifeEventKind.OTHER: N_("Another event"),
}
EPISODE_WORDS = {
    EpisodeStep.DISCHARGED: N_("Discharged"),
    EpisodeStep.TRANSFERRED: N_("Transferred"),
    EpisodeStep.LOST: N_("Not found any more"),
    EpisodeStep.RETURNED: N_("Came back"),
}
