"""Communities as a form is offered them: plain values, never a record."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from clinic_desktop.kernel.names import fold


@dataclass(frozen=True, slots=True)
class CommunityChoice:
    community_id: str
    name: str
    municipality_code: str
    said: str
    """ "Pulay, Nebaj": many names are borne twice."""
    minutes_to_clinic: int | None


def community_id(name: str, municipality_code: str) -> str:
    """Two laptops that write the same new place give it the same id, so that a merge makes one row of it."""
    return str(uuid5(NAMESPACE_URL, f"clinic-desktop:community:{municipality_code}:{fold(name)}"))
