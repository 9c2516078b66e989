"""A central put back on another computer: it becomes a computer of its own, with keys that nobody else has."""

import secrets

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinic_desktop.exchange import have
from clinic_desktop.exchange.certificates import certify_self
from clinic_desktop.exchange.have import Held
from clinic_desktop.exchange.records import PeerDevice, Revoked, Segment, SegmentState
from clinic_desktop.exchange.shape import COMMON
from clinic_desktop.exchange.standing import standing
from clinic_desktop.exchange.trust_records import AdoptedSegment
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.work import Work


def become_another(work: Work, why: Revoked) -> None:
    """Draw new keys and a new name; the computer that had them before is cut off. The caller begins a new epoch.

    What the former computer had written, lies here, and has not reached every clinic still counts, even if stolen.
    """
    from pyrage import x25519

    certify_self(work)
    device = work.load(ThisDevice, 1)
    former = work.load(PeerDevice, device.device_id)
    former.revoked_at, former.revoked_why = work.now, why
    if why is Revoked.STOLEN:
        _let_its_work_in(work, device.device_id)
    device.device_id = new_id(unix_ms(work.now))
    device.signing_key = Ed25519PrivateKey.generate().private_bytes_raw()
    device.age_identity = str(x25519.Identity.generate())
    device.epoch, device.last_segment, device.last_segment_hash = secrets.token_hex(8), 0, ""
    work.act = "exchange.become_another"
    work.about("this_device", device.device_id)
    work.detail = {"former": former.device_id, "why": str(why)}
    work.session.flush()
    work.also_changed |= {"peer_device", "adopted_segment"}


def _let_its_work_in(work: Work, device_id: str) -> None:
    peers = [p for p in standing(work).peers.values() if p.trusted and not p.is_central]
    said = [(p.site_id, Held(have.said_by(work, p.device_id))) for p in peers]
    rows = work.all(
        sa.select(Segment.epoch, Segment.audience, Segment.number, Segment.hash).where(
            Segment.device_id == device_id, Segment.state == SegmentState.APPLIED
        )
    )
    for epoch, audience, number, digest in rows:
        wanted = [told for site, told in said if audience in (COMMON, site)]
        if any(not told.covers(device_id, epoch, audience, number, digest) for told in wanted):
            work.session.add(AdoptedSegment(hash=digest, reason="", adopted_at=work.now))
