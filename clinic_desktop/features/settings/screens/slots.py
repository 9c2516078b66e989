"""Lists of upper rooms that a clinic shapes for itself. Filled by app/house.py; light enough to be imported early."""

from dataclasses import dataclass

from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office


@dataclass(frozen=True, slots=True)
class OwnList:
    """A list with a place of its own. `title` is a msgid."""

    title: str
    place: str
    permission: Permission


own_lists: tuple[OwnList, ...] = ()


def lists_for(office: Office) -> list[OwnList]:
    return [one for one in own_lists if office.may(one.permission)]
