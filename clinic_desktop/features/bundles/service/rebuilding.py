"""The day the central's disk is lost: rehearsing it, keeping an archive for it, and building the central again."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from clinic_desktop.exchange import rebuilding
from clinic_desktop.exchange.carrying.chains import adopt_hash
from clinic_desktop.exchange.carrying.outgoing import Plan
from clinic_desktop.exchange.digests import SiteDigest, all_sums, by_site
from clinic_desktop.exchange.format import bundle
from clinic_desktop.exchange.outcomes import Exported, MergeReport
from clinic_desktop.exchange.rebuilding import Drill
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.stick import media
from clinic_desktop.exchange.troubles import OnlyCentral, UnknownSender
from clinic_desktop.exchange.trust import following
from clinic_desktop.exchange.trust.certificates import take_roster
from clinic_desktop.exchange.trust.standing import Peer, Standing, standing
from clinic_desktop.features.bundles.service import taking
from clinic_desktop.features.bundles.service.carrying import carry, cut_waiting
from clinic_desktop.features.bundles.service.travel import need, own_identity, travel_folder
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work


def drill(vault: Vault, actor: Actor) -> Steps[Drill]:
    """Build everything again from the segments, in a second place, and compare. Nothing is changed here; what waits to
    travel is cut first, as an export does."""
    need(actor, Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES)
    yield from cut_waiting(vault, actor)
    return (yield from rebuilding.drill(vault, actor))


def compare(vault: Vault, actor: Actor) -> Steps[tuple[tuple[SiteDigest, str], ...]]:
    """A digest and a name for each clinic whose rows are here: two offices that hold the same read the same code."""
    need(actor, Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES)
    digests = by_site((yield from all_sums(vault, actor)))
    names = {p.site_id: p.site_name for p in vault.ask(standing, actor).peers.values() if not p.is_central}
    return tuple((digests[site], name) for site, name in sorted(names.items(), key=_name) if site in digests)


def _name(entry: tuple[str, str]) -> str:
    return entry[1]


def archive(
    vault: Vault, actor: Actor, *, folder: Path, recipients: Sequence[str] = (),
    volume_bytes: int = rebuilding.VOLUME_BYTES,
) -> Steps[tuple[Exported, ...]]:  # fmt: skip
    """Every segment the central holds, in bundles for the central itself: what a central is built again from.

    `recipients`: age keys besides its own, of a computer that may have to take its place.
    """
    need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    yield from cut_waiting(vault, actor)
    volumes = vault.ask(partial(rebuilding.archive_volumes, volume_bytes=volume_bytes), actor)
    written: list[Exported] = []
    for keys in volumes:
        plan = vault.do(partial(_plan, keys=keys, recipients=recipients), actor)
        written.append((yield from carry(vault, actor, plan, folder)))
    return tuple(written)


def _plan(work: Work, keys: Sequence[int], recipients: Sequence[str]) -> Plan:
    work.require(Permission.MERGE_BUNDLES)
    return rebuilding.plan_archive(work, keys, recipients)


def rebuild(vault: Vault, actor: Actor, *, files: Sequence[Path]) -> Steps[MergeReport]:
    """At a central that lost its state (put back from an older backup, or named in the place of the lost one): learn
    from an archive whom to believe, then take in all it holds. Every file may be repeated."""
    need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    vault.do(following.know_former, actor)
    for file in files:
        yield from _learn_trust(vault, actor, file)
    return (yield from taking.merge(vault, actor, files=files))


def _learn_trust(vault: Vault, actor: Actor, file: Path) -> Steps[None]:
    local = travel_folder(vault) / "arrived.bundle"
    try:
        yield from media.fetch(file, local)
        identity = vault.ask(own_identity, actor)
        head, sender = bundle.read_head(local, file.name, identity, vault.ask(_standing, actor))
    finally:
        with suppress(OSError):
            local.unlink(missing_ok=True)
    if not sender.is_central:
        raise UnknownSender(name=file.name)
    vault.do(partial(_take_trust, sender=sender, head=head), actor)


def _take_trust(work: Work, sender: Peer, head: bundle.Head) -> None:
    """What the lost central knew of root keys, computers, and what had been let in."""
    work.require(Permission.MERGE_BUNDLES)
    following.take_authority(work, head.authority, sender)
    take_roster(work, sender, head.roster, head.revoked, head.revoked_why)
    for digest in head.adopted:
        adopt_hash(work, digest, "")
    work.act = "exchange.rebuild_trust"


def _standing(reading: Reading) -> Standing:
    return standing(reading)
