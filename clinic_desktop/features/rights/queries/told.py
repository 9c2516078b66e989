"""What this room adds to the story of a person: force, and when it ended."""

from collections.abc import Sequence

from clinic_desktop.features.consults.rules.telling import StoryKind, StoryLine
from clinic_desktop.features.rights.queries import coercion
from clinic_desktop.features.rights.rules.coercion import Event
from clinic_desktop.features.rights.rules.kinds import STEP_WORDS, CoercionStepKind, joined, say_coercion
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


def story_lines(asker: Asker, patient_id: str) -> Sequence[StoryLine]:
    """For consults.queries.story.more."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    return [line for event in coercion.events(asker, patient_id) for line in _lines(event)]


def _lines(event: Event) -> list[StoryLine]:
    words = say_coercion(event.kind)
    began = StoryLine(
        StoryKind.EVENT,
        PartialDate.of(event.began_on),
        event.event_id,
        words,
        event.where,
        voided=event.is_mistake,
        mark="" if event.is_mistake else words,
    )
    ended = [
        StoryLine(
            StoryKind.EVENT,
            PartialDate.of(step.happened_on),
            step.step_id,
            f"{words}: {_(STEP_WORDS[step.kind]).lower()}",
            joined((step.words, step.done_instead)),
            voided=event.is_mistake,
        )
        for step in event.steps
        if step.kind is CoercionStepKind.ENDED
    ]
    return [began, *ended]
