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


def community_id(site_id: str, name: str, municipality_code: str) -> str:
    """Two laptops of a clinic that write the same new place give it the same id: a merge makes one row of it.

    Of a clinic, not of all: a row belongs to the clinic that wrote it, and another's row of the same id would be
    refused at the central office. Rows of two clinics for one place are two, and `same_as_id` or the list folds them.
    """
    return str(uuid5(NAMESPACE_URL, f"clinic-desktop:community:{site_id}:{municipality_code}:{fold(name)}"))
