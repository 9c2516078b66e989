"""What the central says of each computer: its keys, its site, which rooms it may write to, whether it is cut off."""

import base64
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from clinic_desktop.exchange.carrying.chains import stand_by
from clinic_desktop.exchange.format import canonical, minisign
from clinic_desktop.exchange.format.bundle import Known
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.manifest import Hash, Name
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.records import PeerDevice, Revoked
from clinic_desktop.exchange.trust.authority import newest
from clinic_desktop.exchange.trust.standing import CENTRAL, Peer, standing
from clinic_desktop.exchange.trust.troubles import CutOffAlready
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker, Work

CERTIFICATE = "clinic-desktop-certificate/1"


class Signed(msgspec.Struct, frozen=True):
    """An enrolment file: a canonical text and its minisign signature."""

    content: str
    signature: str


class Certificate(msgspec.Struct, frozen=True):
    format: str
    device: Name
    site: Name
    site_code: str
    site_name: str
    role: str
    key: str
    recipient: str
    issuer: Name
    """The device whose key signed this; today the central's own."""
    issued_at: str
    request: Hash | None = None
    rights: list[str] | None = None
    """Rooms whose tables it may write to; without it all that its role may."""


def sign_content(work: Work, content: bytes, comment: str) -> Signed:
    key = work.load(ThisDevice, 1).signing_key
    return Signed(content.decode(), minisign.sign(key, content, comment))


def signed_file(work: Work, content: bytes, comment: str) -> bytes:
    return canonical.write(sign_content(work, content, comment))


def keep_certified(work: Work, issued: Certificate, *, asked_code: str | None = None) -> None:
    """Sign a certificate and keep it. `asked_code` stands until both sides have read the code to each other."""
    signed = sign_content(work, canonical.write(issued), "certificate")
    _keep(work, issued, signed.content.encode(), signed.signature)
    if asked_code is not None:
        work.load(PeerDevice, issued.device).asked_code = asked_code
        work.session.flush()


def certify_self(work: Work) -> None:
    """The central's own certificate, made when it is first needed."""
    here = standing(work).here
    if work.session.get(PeerDevice, here.device_id) is None:
        keep_certified(work, _issued(work, here, None))


def reissue(work: Work, device_id: str, *, rights: Sequence[str] | None, site_name: str | None = None) -> None:
    """A newer certificate for a known computer: other rights, another name of its site."""
    peer = standing(work).peers[device_id]
    issued = _issued(work, peer, rights)
    if site_name is not None:
        issued = msgspec.structs.replace(issued, site_name=site_name)
    signed = sign_content(work, canonical.write(issued), "certificate")
    _renew(work, work.load(PeerDevice, device_id), issued, signed.content.encode(), signed.signature)
    work.also_changed.add("peer_device")


def reissue_all(work: Work) -> None:
    """The computers that are not cut off, under the key that this computer has now."""
    for peer in standing(work).peers.values():
        if peer.trusted and not peer.is_central and peer.device_id != work.device_id:
            reissue(work, peer.device_id, rights=peer.rights)


def take_roster(
    work: Work,
    central: Peer,
    known: Iterable[Known],
    cut_off: Iterable[str],
    why: Mapping[str, str] | None = None,
    *,
    fresh: bool = True,
) -> None:
    """Learn devices from certificates that the central signed; of two for one device the newer holds. Revocation is for
    ever and only ever added. From a bundle that is not `fresh` only revocations are taken: what it says of others may
    have changed since."""
    followed = newest(work)
    for one in known if fresh else ():
        content = one.certificate.encode()
        try:
            minisign.verify(central.public_key, content, one.signature)
            found = canonical.read(content, Certificate)
        except (BadSignature, NotCanonical):
            continue
        if found.device == work.device_id or found.format != CERTIFICATE:
            continue
        if found.role == CENTRAL and followed is not None and followed.charter.names(found.device) is None:
            continue
        _learn(work, found, content, one.signature)
    work.session.flush()
    reasons = why or {}
    for device_id in cut_off:
        peer = work.session.get(PeerDevice, device_id)
        if peer is not None and peer.revoked_at is None:
            peer.revoked_at, peer.revoked_why = work.now, _reason(reasons.get(device_id))
        elif peer is not None and _reason(reasons.get(device_id)) is Revoked.STOLEN:
            peer.revoked_why = Revoked.STOLEN
    work.session.flush()
    work.also_changed.add("peer_device")


def _learn(work: Work, found: Certificate, content: bytes, signature: str) -> None:
    old = work.session.get(PeerDevice, found.device)
    if old is None:
        _keep(work, found, content, signature)
    elif base64.b64encode(old.public_key).decode() == found.key and _is_newer(work, old, found):
        _renew(work, old, found, content, signature)


def _is_newer(work: Work, old: PeerDevice, found: Certificate) -> bool:
    try:
        before = canonical.read(old.certificate, Certificate)
    except NotCanonical:
        return True  # of a central that the root keys named: there was no certificate yet
    issuer = work.session.get(PeerDevice, before.issuer)
    # Of a mate, or of a central that is no more: whatever its clock said, the central's word of today counts.
    outdone = issuer is None or issuer.role != CENTRAL or issuer.revoked_at is not None
    return found.site == before.site and (outdone or found.issued_at > before.issued_at)


def _renew(work: Work, old: PeerDevice, found: Certificate, content: bytes, signature: str) -> None:
    old.site_name, old.site_code, old.rights = found.site_name, found.site_code, found.rights
    old.certificate, old.signature, old.issuer = content, signature, found.issuer
    work.session.flush()


def roster(asker: Asker, site_id: str) -> list[Known]:
    """The certificates of the devices of one site and of the central itself."""
    rows = asker.all(
        sa.select(PeerDevice.certificate, PeerDevice.signature)
        .where(sa.or_(PeerDevice.site_id == site_id, PeerDevice.role == CENTRAL))
        .where(PeerDevice.revoked_at.is_(None), PeerDevice.asked_code.is_(None), PeerDevice.signature != "")
        .order_by(PeerDevice.device_id)
    )
    return [Known(content.decode(), signature) for content, signature in rows]


def everybody(work: Work) -> list[Known]:
    """For an archive: a certificate of each computer whose code was ever compared, also of those that are cut off, all
    under the key of this one. Whoever builds again has nobody else to believe."""
    known: list[Known] = []
    for _device, peer in sorted(standing(work).peers.items()):
        if peer.asked_code is None:
            signed = sign_content(work, canonical.write(_issued(work, peer, peer.rights)), "certificate")
            known.append(Known(signed.content, signed.signature))
    return known


def revoked(asker: Asker) -> list[str]:
    return sorted(reasons_of(asker))


def reasons_of(asker: Asker) -> dict[str, str]:
    """Every device that is cut off, with why."""
    rows = asker.all(sa.select(PeerDevice.device_id, PeerDevice.revoked_why).where(PeerDevice.revoked_at.is_not(None)))
    return {device_id: str(why or Revoked.STOLEN) for device_id, why in rows}


def revoke(work: Work, device_id: str, why: Revoked = Revoked.STOLEN) -> None:
    """Cut a device off for good. One that was replaced may still turn out to be stolen, never the other way round."""
    peer = work.load(PeerDevice, device_id)
    if peer.revoked_at is not None and (peer.revoked_why is not Revoked.REPLACED or why is Revoked.REPLACED):
        raise CutOffAlready()
    peer.revoked_at, peer.revoked_why = peer.revoked_at or work.now, why
    work.session.flush()
    if why is Revoked.STOLEN:
        stand_by(work, device_id)
    work.act = "exchange.revoke"
    work.about("peer_device", device_id)
    work.detail = {"why": str(why)}
    work.session.flush()
    work.also_changed.add("peer_device")


def _issued(work: Work, peer: Peer, rights: Sequence[str] | None) -> Certificate:
    key = base64.b64encode(peer.public_key).decode()
    return Certificate(
        CERTIFICATE, peer.device_id, peer.site_id, peer.site_code, peer.site_name, peer.role, key, peer.recipient,
        work.device_id, instant_text(work.now), None, list(rights) if rights is not None else None,
    )  # fmt: skip


def _reason(told: str | None) -> Revoked:
    """A reason that this program does not know is taken as the graver one."""
    return Revoked.REPLACED if told == Revoked.REPLACED else Revoked.STOLEN


def _keep(work: Work, found: Certificate, content: bytes, signature: str) -> None:
    work.session.add(
        PeerDevice(
            device_id=found.device,
            site_id=found.site,
            site_code=found.site_code,
            site_name=found.site_name,
            role=found.role,
            public_key=base64.b64decode(found.key),
            recipient=found.recipient,
            certificate=content,
            signature=signature,
            enrolled_at=work.now,
            rights=found.rights,
            issuer=found.issuer,
        )
    )
    work.session.flush()
