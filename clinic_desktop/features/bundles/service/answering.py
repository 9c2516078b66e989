"""The central's answers for all clinics, or for some: what does not fit for one does not keep the others waiting."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from clinic_desktop.exchange.outcomes import Exported
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.features.bundles.service import carrying
from clinic_desktop.features.bundles.service.travel import need
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor


@dataclass(frozen=True, slots=True)
class Answers:
    written: tuple[Exported, ...]
    refused: tuple[tuple[str, str], ...]
    """The name of a clinic and the sentence why its answer is not on the stick."""


def answer(vault: Vault, actor: Actor, *, folder: Path, site_ids: Collection[str] = ()) -> Steps[Answers]:
    """At the central: write the answer of each clinic, or of these, onto the stick at `folder`."""
    need(actor, Permission.MERGE_BUNDLES)
    refused: list[tuple[str, ClinicError]] = []
    steps = carrying.write_receipt(vault, actor, folder=folder, site_ids=site_ids, refused=refused)
    written = yield from steps
    return Answers(written, tuple((name, error.sentence()) for name, error in refused))
