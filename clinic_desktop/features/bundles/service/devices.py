"""The computers that exchange: what each may write, cutting one off, and letting in what was kept aside."""

from collections.abc import Sequence
from functools import partial

from clinic_desktop.exchange.records import PeerDevice, Revoked
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.exchange.trust import adopting, certificates
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.exchange.trust.troubles import CutOffAlready, CutOffForGood
from clinic_desktop.features.bundles.rules.rooms import ROOMS, Use
from clinic_desktop.features.bundles.service import messages
from clinic_desktop.features.bundles.service.travel import need
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work


def cut_off(work: Work, device_id: str, why: str = Revoked.STOLEN, note: str = "") -> None:
    """Cut off a stolen or replaced computer, for good. Asks for words first, because there is no way back.

    Of a stolen one nothing that arrives later is applied until a person lets it in; what a replaced one had written
    counts. The central does it; a clinic without one for its own.
    """
    work.require(Permission.KEEP_DEVICES)
    if not work.place.is_central and standing(work).centrals():
        raise OnlyCentral()
    peer = work.load(PeerDevice, device_id)
    if peer.revoked_at is not None and not (peer.revoked_why == Revoked.REPLACED and why == Revoked.STOLEN):
        raise CutOffAlready()
    if not note.strip():
        raise CutOffForGood(site=peer.site_name)
    certificates.revoke(work, device_id, Revoked(why))
    work.detail = {"why": why, "note": note.strip()}


def give_use(work: Work, device_id: str, use: Use) -> None:
    """Say anew what a computer may write. It travels with the next bundle to its clinic."""
    work.require(Permission.KEEP_DEVICES)
    if not work.place.is_central:
        raise OnlyCentral()
    peer = work.load(PeerDevice, device_id)
    if peer.revoked_at is not None:
        raise CutOffAlready()
    certificates.reissue(work, device_id, rights=ROOMS[use])
    work.act = "exchange.reissue"
    work.about("peer_device", device_id)
    work.detail = {"use": str(use)}


def take_in_after_all(work: Work, segment_key: int, reason: str) -> None:
    """Let in a segment that was kept aside, after a person looked at it. Only inside `vault.do(…, importing=True)`."""
    work.require(Permission.KEEP_DEVICES)
    if not work.place.is_central:
        raise OnlyCentral()
    adopting.adopt(work, segment_key, reason.strip())


def take_in_steps(vault: Vault, actor: Actor, *, keys: Sequence[int], reason: str) -> Steps[int]:
    """`take_in_after_all` of several, the earliest written first; then whatever waited for one of them."""
    need(actor, Permission.KEEP_DEVICES)
    for n, key in enumerate(keys):
        yield Progress(n, len(keys), _(adopting.LETTING_IN))
        vault.do(partial(take_in_after_all, segment_key=key, reason=reason), actor, importing=True)
    yield from adopting.judge_again(vault, actor)
    return len(keys)


def report_stolen(work: Work, device_id: str) -> None:
    """At a clinic: tell the central that a computer of this clinic was stolen. The central cuts it off."""
    work.require(Permission.KEEP_DEVICES)
    peer = work.load(PeerDevice, device_id)
    said = _("A computer of {site} was stolen or lost: the one that joined on {when}. Please cut it off.")
    text = said.format(site=peer.site_name, when=say_instant(peer.enrolled_at, work.place.zone))
    messages.send(work, new_id(unix_ms(work.now)), "", text)
