"""At a clinic: taking in everything on a stick that is for this office, and tidying the stick afterwards."""

from dataclasses import dataclass
from pathlib import Path

from clinic_desktop.exchange.outcomes import MergeReport
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.stick import drives
from clinic_desktop.exchange.troubles import NothingForUs, StickUnfit
from clinic_desktop.features.bundles.service import looking, routing, taking
from clinic_desktop.features.bundles.service.travel import need
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor


@dataclass(frozen=True, slots=True)
class Received:
    report: MergeReport
    removed: int
    """Files taken off the stick because their addressee had confirmed them."""


def receive(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Received]:
    """Take in the central's bundles and those of the other computer; what was confirmed is then taken off."""
    need(actor, Permission.CARRY_BUNDLES)
    seen = yield from looking.look_at(vault, actor, drives.stick_at(folder))
    if not seen.bundles:
        raise NothingForUs()
    report = yield from taking.accept(vault, actor, files=seen.bundles)
    try:
        said = yield from routing.fit_stick(vault, actor, folder)
    except StickUnfit:
        said = None  # what it holds may be read; nothing is written on it
    removed = yield from routing.clear(vault, actor, folder, said)
    yield from routing.note(vault, actor, folder, said, removed)
    return Received(report, len(removed))
