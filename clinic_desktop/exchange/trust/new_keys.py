"""A central put back on another computer: it becomes a computer of its own, with keys that nobody else has."""

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinic_desktop.exchange.carrying.chains import stand_by
from clinic_desktop.exchange.records import PeerDevice, Revoked
from clinic_desktop.exchange.trust.certificates import certify_self
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
        stand_by(work, device.device_id)
    device.device_id = new_id(unix_ms(work.now))
    device.signing_key = Ed25519PrivateKey.generate().private_bytes_raw()
    device.age_identity = str(x25519.Identity.generate())
    device.epoch, device.last_segment, device.last_segment_hash = secrets.token_hex(8), 0, ""
    work.act = "exchange.become_another"
    work.about("this_device", device.device_id)
    work.detail = {"former": former.device_id, "why": str(why)}
    work.session.flush()
    work.also_changed |= {"peer_device", "adopted_segment"}
