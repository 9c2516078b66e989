"""Carrying: a clinic's bundle and the central's answers, onto a stick. Generators of short steps.

A step holds no transaction open, so that waiting saves go between two of them; stopping after any step loses nothing.
"""

from collections.abc import Collection
from contextlib import suppress
from functools import partial
from pathlib import Path

from clinic_desktop.exchange import bundle, media, outgoing, segments
from clinic_desktop.exchange.outcomes import Exported
from clinic_desktop.exchange.outgoing import Plan
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import NothingToAnswer, OnlyCentral
from clinic_desktop.features.bundles.rules.file_names import new_file_name
from clinic_desktop.features.bundles.service.travel import hash_file, need, travel_folder
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

GATHERING, SEALING = N_("Gathering what changed"), N_("Sealing")


def export(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Exported]:
    """A clinic's bundle, onto the stick at `folder`. Returns only when the copy was read back and is right."""
    need(actor, Permission.CARRY_BUNDLES)
    yield from cut_waiting(vault, actor)
    plan = vault.do(_plan_up, actor)
    return (yield from _carry(vault, actor, plan, folder, ""))


def write_receipt(
    vault: Vault, actor: Actor, *, folder: Path, site_ids: Collection[str] = ()
) -> Steps[tuple[Exported, ...]]:
    """The central's bundles, one for each clinic or each of these: receipts, what it owns, what was decided."""
    need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    yield from cut_waiting(vault, actor)
    sites = [s for s in vault.ask(outgoing.sites_to_answer, actor) if not site_ids or s[0] in site_ids]
    if not sites:
        raise NothingToAnswer()
    written: list[Exported] = []
    for site_id, site_name in sites:
        plan = vault.do(partial(_plan_down, site_id=site_id), actor)
        written.append((yield from _carry(vault, actor, plan, folder, site_name)))
    return tuple(written)


def _plan_up(work: Work) -> Plan:
    work.require(Permission.CARRY_BUNDLES)
    return outgoing.plan_up(work)


def _plan_down(work: Work, site_id: str) -> Plan:
    work.require(Permission.MERGE_BUNDLES)
    return outgoing.plan_down(work, site_id)


def cut_waiting(vault: Vault, actor: Actor) -> Steps[None]:
    done = 0
    while True:
        made = vault.do(segments.cut, actor)
        done += made.rows
        yield Progress(done, 0, _(GATHERING))
        if not made.more:
            return


def _carry(vault: Vault, actor: Actor, plan: Plan, folder: Path, site_name: str) -> Steps[Exported]:
    name = new_file_name(plan.head.number)
    local = travel_folder(vault) / name
    try:
        yield Progress(0, plan.size, _(SEALING))
        with local.open("wb") as file:
            bundle.write(file, plan.head, plan.signing_key, outgoing.segments_of(vault, actor, plan.keys))
        sha256, size = hash_file(local)
        yield Progress(plan.size, plan.size, _(SEALING))
        path = yield from media.copy_out(local, folder, name, sha256)
    finally:
        with suppress(OSError):
            local.unlink()
    vault.do(partial(outgoing.finished, log_key=plan.log_key, file_name=name, sha256=sha256, size=size), actor)
    vault.settle()
    return Exported(path, plan.head.number, sha256, size, plan.loads, len(plan.keys), site_name, plan.head.made_at)
