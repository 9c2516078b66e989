"""Putting a finding away, and the look through all tables for what waits for its parent."""

from dataclasses import dataclass
from functools import partial

from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.records import Finding
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.features.bundles.queries.findings import Orphans, SameNumber
from clinic_desktop.features.bundles.service.travel import need
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

LOOKING = N_("Looking through the records")
_LOOKERS = (Permission.MERGE_BUNDLES, Permission.KEEP_DEVICES)


def settle_finding(work: Work, key: int) -> None:
    """A person saw it. What was kept aside stays aside until somebody lets it in."""
    work.require(*_LOOKERS)
    finding = work.load(Finding, key)
    if finding.settled_at is not None:
        return
    finding.settled_at = work.now
    work.session.flush()
    work.about("finding", str(key))
    work.detail = {"kind": str(finding.kind)}
    work.also_changed.add("finding")


@dataclass(frozen=True, slots=True)
class Deeper:
    """What no merge asks."""

    numbers: tuple[SameNumber, ...]
    orphans: tuple[Orphans, ...]


def look_deeper(vault: Vault, actor: Actor) -> Steps[Deeper]:
    """Numbers that two people carry, and rows that wait for their parent, a table at a time."""
    need(actor, *_LOOKERS)
    names = sorted(shapes())
    yield Progress(0, len(names) + 1, _(LOOKING))
    numbers = vault.ask(findings.same_numbers, actor) if actor.may(Permission.SEE_PATIENTS) else ()
    found: list[Orphans] = []
    for at, name in enumerate(names, 1):
        yield Progress(at, len(names) + 1, _(LOOKING))
        found += vault.ask(partial(findings.orphans_in, table_name=name), actor)
    return Deeper(numbers, tuple(found))
