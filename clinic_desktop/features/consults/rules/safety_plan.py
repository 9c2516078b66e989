"""The safety plan: made with the person, in their words, for the hours when nobody of the clinic is there."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from clinic_desktop.kernel.i18n import N_


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part of the plan: what the form calls it, what is asked, and how it stands on the person's own paper."""

    name: str
    title: str
    ask: str
    on_paper: str


PLAN_PARTS: tuple[PlanPart, ...] = (
    PlanPart(
        "warning_signs", N_("Warning signs"), N_("How does the person notice that it begins?"), N_("How I notice it")
    ),
    PlanPart(
        "what_i_can_do", N_("What I can do"), N_("What has helped before, without anybody else?"),
        N_("What I can do myself"),
    ),
    PlanPart(
        "people_and_places", N_("People and places"), N_("With whom, or where, is it easier?"),
        N_("Where and with whom I am better"),
    ),
    PlanPart(
        "whom_to_call", N_("Whom to call"), N_("Names and telephones, also at night"), N_("Whom I call for help")
    ),
    PlanPart(
        "making_it_safe", N_("Making the place safe"), N_("What is put away, and who keeps it?"),
        N_("What makes my house safe"),
    ),
)  # fmt: skip
PLAN_NAMES = tuple(part.name for part in PLAN_PARTS)


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What stands in it. `shared_with` is the relative who, with the person's yes, has it too."""

    warning_signs: str = ""
    what_i_can_do: str = ""
    people_and_places: str = ""
    whom_to_call: str = ""
    making_it_safe: str = ""
    shared_with: str = ""
    language_code: str = ""
    interpreter_name: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name).strip() for name in PLAN_NAMES)

    def part(self, name: str) -> str:
        return getattr(self, name)


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan to be kept. The id is drawn beforehand, so that it is kept once; `amends_id` is the plan it follows."""

    plan_id: str
    words: PlanWords
    amends_id: str | None = None


_FIELDS = frozenset(field.name for field in fields(PlanWords))


def read_words(kept: Mapping[str, Any]) -> PlanWords:
    """From a draft; what is not text is left out."""
    return PlanWords(**{name: said for name, said in kept.items() if name in _FIELDS and isinstance(said, str)})


def write_words(words: PlanWords) -> dict[str, str]:
    return {field.name: getattr(words, field.name) for field in fields(PlanWords)}
