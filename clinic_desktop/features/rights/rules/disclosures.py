"""What of a record was given to somebody: the person, an authority, a body to which the law has it reported."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.rights.rules.kinds import DisclosureKind
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_


class WhoMissing(Refused):
    text = N_("Write who asked: the office and the name of the person.")


class OrderMissing(Refused):
    text = N_("Write which order you saw, with its number and judge, or that none was shown.")


class GivenMissing(Refused):
    text = N_("Write what was given, or that nothing was.")


class ToldMissing(Refused):
    text = N_("Say whether the coordinator was told.")


@dataclass(frozen=True, slots=True)
class Given:
    kind: DisclosureKind
    happened_on: date
    to_whom: str = ""
    order_seen: str = ""
    given: str = ""
    coordinator_told: bool | None = None

    def check(self) -> None:
        """An authority's request is never half told; giving the person their own data needs no more than the day."""
        if self.kind is DisclosureKind.OWN_DATA:
            return
        if not self.to_whom.strip():
            raise WhoMissing()
        if self.kind is DisclosureKind.AUTHORITY and not self.order_seen.strip():
            raise OrderMissing()
        if not self.given.strip():
            raise GivenMissing()
        if self.coordinator_told is None:
            raise ToldMissing()


@dataclass(frozen=True, slots=True)
class DisclosureLine:
    disclosure_id: str
    kind_code: str
    happened_on: date
    to_whom: str
    order_seen: str
    given: str
    coordinator_told: bool | None
    by_name: str
