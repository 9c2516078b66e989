"""Who the known devices are, and what their word is worth: read once for each piece of work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.format.minisign import public_of
from clinic_desktop.exchange.merge.rules import Op, Weight
from clinic_desktop.exchange.records import PeerDevice, Revoked
from clinic_desktop.exchange.trust.authority import Followed
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.work import Asker

CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class Peer:
    device_id: str
    site_id: str
    site_code: str
    site_name: str
    role: str
    public_key: bytes
    recipient: str
    revoked_at: datetime | None = None
    revoked_why: Revoked | None = None
    rights: Any = None
    """Names of the rooms whose tables it may write; None: all."""
    asked_code: str | None = None

    @property
    def is_central(self) -> bool:
        return self.role == CENTRAL

    @property
    def trusted(self) -> bool:
        """Whether anything is sealed for it."""
        return self.revoked_at is None and self.asked_code is None

    @property
    def believed(self) -> bool:
        """Whether what it wrote is applied: of a computer that was replaced, what is still on its way counts."""
        return self.trusted or (self.revoked_at is not None and self.revoked_why is Revoked.REPLACED)

    def may_write(self, room: str) -> bool:
        return self.rights is None or room in self.rights


@dataclass(frozen=True, slots=True)
class Standing:
    """The known devices, ourselves among them."""

    here: Peer
    peers: dict[str, Peer]
    elsewhere: dict[str, str] = field(default_factory=dict[str, str])
    """The site of computers that are known by copies of their rows only."""
    followed: Followed | None = None
    """What the root keys say, where somebody asked for it."""

    def who(self, device_id: str) -> Peer | None:
        return self.peers.get(device_id)

    def centrals(self) -> list[Peer]:
        return [p for p in self.peers.values() if p.is_central and p.trusted]

    def of_site(self, site_id: str) -> list[Peer]:
        return [p for p in self.peers.values() if p.site_id == site_id and p.trusted]

    def ever_of_site(self, site_id: str) -> set[str]:
        """Its computers, those that were cut off among them: what they wrote before still has to arrive."""
        return {p.device_id for p in self.peers.values() if p.site_id == site_id}

    def weigher(self, origin_site: str | None) -> Callable[[Op], Weight]:
        """What an operation on a row that came from `origin_site` is worth here, if the central owns the table."""

        def weigh(op: Op) -> Weight:
            writer = self.peers.get(op.stamp.device)
            if writer is not None and writer.is_central:
                return Weight.CENTRAL
            site = writer.site_id if writer is not None else self.elsewhere.get(op.stamp.device)
            if op.made or (writer is not None and site == self.here.site_id):
                return Weight.HERE
            if site is not None and site == origin_site:
                return Weight.ORIGIN
            return Weight.PROPOSAL

        return weigh


_COLUMNS = (
    PeerDevice.device_id,
    PeerDevice.site_id,
    PeerDevice.site_code,
    PeerDevice.site_name,
    PeerDevice.role,
    PeerDevice.public_key,
    PeerDevice.recipient,
    PeerDevice.revoked_at,
    PeerDevice.revoked_why,
    PeerDevice.rights,
    PeerDevice.asked_code,
)
_PEERS: Any = sa.select(*_COLUMNS)
_OURSELVES = sa.select(ThisDevice.signing_key, ThisDevice.age_identity)


def standing(asker: Asker) -> Standing:
    here = _ourselves(asker)
    present = {row[1] for row in asker.plain("PRAGMA table_info(peer_device)")}
    if present.issuperset(column.key for column in _COLUMNS):
        select, elsewhere = _PEERS, _elsewhere(asker)
    else:  # before a database is brought up to date, what waits in it is cut
        select, elsewhere = sa.select(*(column for column in _COLUMNS if column.key in present)), dict[str, str]()
    peers = {str(row[0]): Peer(*row) for row in asker.all(select)}
    return Standing(here, peers | {here.device_id: here}, elsewhere)


def _elsewhere(asker: Asker) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in asker.plain("SELECT device_id, site_id FROM stamp_writer")}


def _ourselves(asker: Asker) -> Peer:
    import pyrage

    place = asker.place
    row = asker.one(_OURSELVES)
    recipient = str(pyrage.x25519.Identity.from_str(row[1]).to_public())
    return Peer(
        place.device_id, place.site_id, place.site_code, place.site_name, place.role, public_of(row[0]), recipient
    )
