"""Other ways than a stick: a bundle kept in any folder, and a receipt that is read aloud by telephone."""

from pathlib import Path

from clinic_desktop.exchange.carrying.outgoing import VOLUME_BYTES
from clinic_desktop.exchange.outcomes import Exported
from clinic_desktop.exchange.records import BundleLog, BundleWay
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import NotOurBundle
from clinic_desktop.exchange.trust import receipts
from clinic_desktop.features.bundles.service import carrying
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work


def save_parcel(vault: Vault, actor: Actor, *, folder: Path, most: int = VOLUME_BYTES) -> Steps[Exported]:
    """The same bundle as on a stick, in any folder: no list is kept there, nothing is taken off."""
    return (yield from carrying.export(vault, actor, folder=folder, most=most, on_stick=False))


def take_code(work: Work, log_key: int, code: str) -> int:
    """What the central read aloud of a bundle it took in whole; gives how much was freed by it."""
    work.require(Permission.CARRY_BUNDLES)
    log = work.load(BundleLog, log_key)
    if log.way is not BundleWay.OUT or log.done_at is None:
        raise NotOurBundle()
    return receipts.confirm(work, log_key, code)
