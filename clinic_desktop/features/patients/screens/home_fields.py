"""Where a person lives: community and municipality, found by their first letters; the one brings the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from clinic_desktop.features.patients.queries import communities
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.rules.communities import CommunityChoice
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.places import Municipality, find_municipalities, municipality
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.names import fold
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.office import Office

_OFFERED = 8


class HomeFields:
    """The two fields, to be placed by a form. A name that is on no list is taken as it was typed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._offered: dict[str, CommunityChoice] = {}
        self.community = Suggest(self._find_community, placeholder=_("First letters"))
        self.community.picked.connect(self._take_community)
        self.municipality = Suggest(self._find_municipality, placeholder=_("First letters"))

    def begin_at_the_clinic(self) -> None:
        """With the clinic's own municipality: most people come from there. Typing replaces it."""
        here = self._office.ask(staff.site)
        own = municipality(here.municipality_code) if here else None
        if own is not None:
            self._show_municipality(own)
            self.municipality.selectAll()

    def country(self) -> str:
        here = municipality(self.municipality.value())
        return here.country if here else "GT"

    def chosen(self, before: Details | None) -> str:
        """The id of the chosen row, as long as the words and the municipality are still its own."""
        words, town = self.community.text().strip(), self.municipality.value() or ""
        choice = self._offered.get(self.community.value() or "")
        if choice is not None and (choice.name, choice.municipality_code) == (words, town):
            return choice.community_id
        same = before is not None and (before.community, before.municipality_code) == (words, town)
        return before.community_id if before is not None and same else ""

    def show_details(self, details: Details) -> None:
        here = municipality(details.municipality_code)
        self.municipality.set_value(details.municipality_code or None, here.said() if here else "")
        self.community.set_value(None, details.community)

    def kept(self) -> dict[str, Any]:
        """For a draft: what was chosen, and what was typed."""
        where = {"municipality_code": self.municipality.value(), "municipality_words": self.municipality.text()}
        return where | {"community_words": self.community.text()}

    def bring_back(self, kept: Mapping[str, Any]) -> None:
        self.municipality.set_value(kept.get("municipality_code"), kept.get("municipality_words") or "")
        self.community.set_value(None, kept.get("community_words") or "")

    def _show_municipality(self, here: Municipality) -> None:
        self.municipality.set_value(here.code, here.said())

    def _find_municipality(self, typed: str) -> Sequence[tuple[Any, str]]:
        return [(found.code, found.said()) for found in find_municipalities(typed)]

    def _find_community(self, typed: str) -> Sequence[tuple[Any, str]]:
        """The list of communities, then what was written before of people of this municipality."""
        here = self.municipality.value() or ""
        listed = self._office.ask(communities.find, typed, here)
        self._offered = {choice.community_id: choice for choice in listed}
        names = {fold(choice.name) for choice in listed}
        written = self._office.ask(finding.communities, here, typed)
        more = [(None, name) for name in written if fold(name) not in names]
        return [*((choice.community_id, choice.said) for choice in listed), *more][:_OFFERED]

    def _take_community(self, chosen: str | None) -> None:
        """The name as the list has it, and the municipality that it lies in."""
        choice = self._offered.get(chosen or "")
        if choice is None:
            return
        self.community.set_value(choice.community_id, choice.name)
        here = municipality(choice.municipality_code)
        if here is not None:
            self._show_municipality(here)
