"""Obeying the root keys at a clinic: which computers are the central, and which are no more."""

import base64
from collections.abc import Sequence

import sqlalchemy as sa

from clinic_desktop.exchange.format import canonical
from clinic_desktop.exchange.records import Finding, FindingKind, PeerDevice, Revoked
from clinic_desktop.exchange.trust import authority
from clinic_desktop.exchange.trust.authority import CentralDevice, Charter, Link, NotFollowed
from clinic_desktop.exchange.trust.standing import CENTRAL, Peer
from clinic_desktop.storage.work import Work


def take_authority(work: Work, told: Sequence[Link], central: Peer) -> None:
    """Follow the documents that a central brought. The first of all is believed of the central whose code was compared;
    another line than ours changes nothing and is told."""
    if not told:
        return
    known = authority.newest(work)
    try:
        new = authority.follow(known, told)
        if known is None and not _is(new[-1][1].names(central.device_id), central):
            raise NotFollowed()
    except NotFollowed:
        _tell(work, central.device_id)
        return
    for link, charter in new:
        authority.keep(work, link, charter)
    if new:
        obey(work, new[-1][1])


def is_named(work: Work, told: Sequence[Link], central: Peer) -> bool:
    """Whether the root keys that are followed here name this computer as a central, by what it brings."""
    return _is(authority.newcomer(authority.newest(work), told, central.device_id), central)


def obey(work: Work, charter: Charter) -> None:
    """Know the central's computers that are named, and cut off those that are not."""
    peers = {p.device_id: p for p in work.session.scalars(sa.select(PeerDevice).where(PeerDevice.role == CENTRAL))}
    for device_id, peer in peers.items():
        if charter.names(device_id) is None and peer.revoked_at is None:
            gone = device_id in charter.replaced
            peer.revoked_at, peer.revoked_why = work.now, Revoked.REPLACED if gone else Revoked.STOLEN
    for one in charter.centrals:
        if one.device not in peers and one.device != work.device_id:
            _know(work, charter, one)
    work.session.flush()
    work.also_changed.add("peer_device")


def know_former(work: Work) -> None:
    """For building again: the computers that an earlier version of our own chain names, as cut off as the newest one
    says. Only their signatures can be checked then."""
    last = authority.newest(work)
    if last is None:
        return
    here = {row[0] for row in work.all(sa.select(PeerDevice.device_id))} | {work.device_id}
    for charter in map(authority.read, authority.chain(work)):
        for one in charter.centrals:
            if one.device not in here:
                here.add(one.device)
                _know(work, charter, one)
    work.session.flush()
    obey(work, last.charter)


def _know(work: Work, charter: Charter, one: CentralDevice) -> None:
    work.session.add(
        PeerDevice(
            device_id=one.device,
            site_id=one.site,
            site_code=one.site_code,
            site_name=one.site_name,
            role=CENTRAL,
            public_key=base64.b64decode(one.key),
            recipient=one.recipient,
            certificate=canonical.write(charter),
            signature="",
            enrolled_at=work.now,
        )
    )


def _is(named: CentralDevice | None, central: Peer) -> bool:
    return named is not None and base64.b64decode(named.key) == central.public_key


def _tell(work: Work, device_id: str) -> None:
    open_already = work.first(
        sa.select(Finding.key).where(
            Finding.kind == FindingKind.AUTHORITY, Finding.row_id == device_id, Finding.settled_at.is_(None)
        )
    )
    if open_already is None:
        work.session.add(Finding(kind=FindingKind.AUTHORITY, tbl="peer_device", row_id=device_id, found_at=work.now))
        work.session.flush()
        work.also_changed.add("finding")
