"""Two registrations to be compared by a person before they are linked."""

from dataclasses import dataclass

from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.queries.similar import compare_two, links, same_person_ids
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.features.patients.rules.side_by_side import Line, side_by_side
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class Comparison:
    lines: tuple[Line, ...]
    equal: tuple[str, ...]
    different: tuple[str, ...]
    linked: bool
    """They are one person's already."""
    were_two: bool
    """Somebody said that they are two people."""
    reason: str
    """Why, where it was said."""


def comparison(asker: Asker, one: PatientId, other: PatientId) -> Comparison:
    asker.require(Permission.SEE_PATIENTS)
    lines = side_by_side(people.details(asker, one), people.details(asker, other), asker.today)
    close = compare_two(asker, one, other)
    two = [link for link in links(asker, one) if link.other_id == other and link.kind is LinkKind.DIFFERENT]
    return Comparison(
        lines,
        close.equal,
        close.different,
        linked=other in same_person_ids(asker, one),
        were_two=bool(two),
        reason=two[0].reason if two else "",
    )
