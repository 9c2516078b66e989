"""What the open consultation is made of: each part holds something of the note until it is signed, and keeps it in keys
of its own in the draft. A draft of an older program is read as far as it is understood."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.queries.notes import EncounterRow
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.uikit.office import Office

Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Here:
    """Whose consultation it is, and what the chart says."""

    office: Office
    chart: Chart
    encounter: EncounterRow
    today: date


class Part(Protocol):
    """Of the screen of a consultation. A part that is a Qt widget also has the signal `edited`."""

    def fill(self, draft: Mapping[str, Any]) -> None:
        """Put back what a draft kept; an empty draft is a note that begins."""
        ...

    def kept(self) -> Mapping[str, Any]:
        """What the draft keeps, under keys that no other part uses; only what JSON holds."""
        ...

    def show_here(self, here: Here) -> None:
        """The chart was read, or read again. What is being typed is not touched."""
        ...

    def written(self, so_far: Written) -> Written:
        """What would be signed, with this part's share of it."""
        ...

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        """What must be answered before signing, as the step that leads there; None if nothing must."""
        ...


def known(kind: type[Kind], value: Any, otherwise: Kind) -> Kind:
    """A kept word as one of the kind; `otherwise` for one that this program does not know."""
    return kind(value) if value in tuple(kind) else otherwise


def kept_dict(draft: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = draft.get(key)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def kept_list(draft: Mapping[str, Any], key: str) -> list[Any]:
    value = draft.get(key)
    return cast("list[Any]", value) if isinstance(value, list) else []


def kept_text(draft: Mapping[str, Any], key: str, otherwise: str = "") -> str:
    value = draft.get(key)
    return value if isinstance(value, str) else otherwise


def kept_day(draft: Mapping[str, Any], key: str) -> date | None:
    try:
        return date.fromisoformat(kept_text(draft, key))
    except ValueError:
        return None
