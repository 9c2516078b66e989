"""Carrying: a clinic's bundle and the central's answers, onto a stick. Generators of short steps.

A step holds no transaction open, so that waiting saves go between two of them; stopping after any step loses nothing.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from clinic_desktop.exchange.carrying import outgoing, segments
from clinic_desktop.exchange.carrying.outgoing import VOLUME_BYTES, Plan
from clinic_desktop.exchange.format import bundle
from clinic_desktop.exchange.outcomes import Exported
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.stick import media
from clinic_desktop.exchange.stick.route import RouteList
from clinic_desktop.exchange.troubles import NothingToAnswer, OnlyCentral, StickFull, StickGone, StickLies
from clinic_desktop.features.bundles.rules.file_names import new_file_name
from clinic_desktop.features.bundles.service import routing
from clinic_desktop.features.bundles.service.travel import hash_file, need, travel_folder
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import CannotWrite, need_room
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

GATHERING, SEALING = N_("Gathering what changed"), N_("Sealing")


def export(
    vault: Vault, actor: Actor, *, folder: Path, most: int = VOLUME_BYTES, on_stick: bool = True
) -> Steps[Exported]:
    """A clinic's bundle, onto the stick at `folder`. Returns only when the copy was read back and is right.

    What is more than `most` bytes goes in several files; of those that find no room, the outcome says how many.
    `on_stick` is false for a parcel in any folder, where no list is kept.
    """
    need(actor, Permission.CARRY_BUNDLES)
    said = (yield from routing.fit_stick(vault, actor, folder)) if on_stick else None
    yield from cut_waiting(vault, actor)
    plans = vault.do(partial(_plans_up, most=most), actor)
    done = yield from _carry_all(vault, actor, plans, folder, "", said)
    yield from routing.note(vault, actor, folder, said)
    return done


def write_receipt(
    vault: Vault,
    actor: Actor,
    *,
    folder: Path,
    most: int = VOLUME_BYTES,
    site_ids: Collection[str] = (),
    refused: list[tuple[str, ClinicError]] | None = None,
) -> Steps[tuple[Exported, ...]]:
    """The central's bundles, one for each clinic or each of these: receipts, what it owns, what was decided.

    What it had taken in whole from this stick is taken off it, now that the receipts lie beside. With `refused`, what
    does not fit for one clinic is noted there with its name, and the others are written.
    """
    need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    said = yield from routing.fit_stick(vault, actor, folder)
    yield from cut_waiting(vault, actor)
    sites = [s for s in vault.ask(outgoing.sites_to_answer, actor) if not site_ids or s[0] in site_ids]
    if not sites:
        raise NothingToAnswer()
    written: list[Exported] = []
    answered: set[str] = set()
    for site_id, site_name in sites:
        plans = vault.do(partial(_plans_down, site_id=site_id, most=most), actor)
        try:
            done = yield from _carry_all(vault, actor, plans, folder, site_name, said)
            written.append(done)
            answered |= set[str]() if done.left else {site_id}
        except ClinicError as error:
            if refused is None or isinstance(error, StickGone):
                raise
            refused.append((site_name, error))
    if not written:
        return ()
    removed = yield from routing.clear(vault, actor, folder, said, answered)
    yield from routing.note(vault, actor, folder, said, removed)
    written[0] = replace(written[0], removed=len(removed))
    return tuple(written)


def _plans_up(work: Work, most: int) -> list[Plan]:
    work.require(Permission.CARRY_BUNDLES)
    return outgoing.plans_up(work, most)


def _plans_down(work: Work, site_id: str, most: int) -> list[Plan]:
    work.require(Permission.MERGE_BUNDLES)
    return outgoing.plans_down(work, site_id, most)


def cut_waiting(vault: Vault, actor: Actor) -> Steps[None]:
    done = 0
    while True:
        made = vault.do(segments.cut, actor)
        done += made.rows
        yield Progress(done, 0, _(GATHERING))
        if not made.more:
            return


def _carry_all(
    vault: Vault, actor: Actor, plans: list[Plan], folder: Path, site_name: str, said: RouteList | None
) -> Steps[Exported]:
    """The volumes one after the other; when the stick is full after the first, those on it count."""
    done: list[Exported] = []
    for plan in plans:
        try:
            done.append((yield from carry(vault, actor, plan, folder, site_name, said.stick if said else None)))
        except StickFull:
            if not done:
                raise
            break
        except StickLies:
            yield from routing.name_unfit(vault, actor, folder, said)
            raise
    return replace(done[0], others=tuple(done[1:]), left=len(plans) - len(done))


def _seal(vault: Vault, actor: Actor, plan: Plan, local: Path) -> Steps[None]:
    need_room(local.parent, plan.size + media.SPARE)
    try:
        with local.open("wb") as file:
            carried = outgoing.segments_of(vault, actor, plan.keys)
            for done in bundle.write(file, plan.head, plan.signing_key, carried):
                yield Progress(min(done, plan.size), plan.size, _(SEALING))
    except OSError as error:
        raise CannotWrite(name=local.name) from error


def carry(
    vault: Vault, actor: Actor, plan: Plan, folder: Path, site_name: str = "", stick_id: str | None = None
) -> Steps[Exported]:
    """One file: sealed here, copied, read back, and only then noted as written."""
    name = new_file_name(plan.head.number)
    local = travel_folder(vault) / name
    try:
        yield Progress(0, plan.size, _(SEALING))
        yield from _seal(vault, actor, plan, local)
        sha256, size = hash_file(local)
        yield Progress(plan.size, plan.size, _(SEALING))
        path = yield from media.copy_out(local, folder, name, sha256)
    finally:
        with suppress(OSError):
            local.unlink()
    vault.do(
        partial(outgoing.finished, log_key=plan.log_key, file_name=name, sha256=sha256, size=size, stick_id=stick_id),
        actor,
    )
    vault.settle()
    return Exported(
        path, plan.head.number, sha256, size, plan.loads, len(plan.keys), site_name, plan.head.made_at,
        plan.log_key, plan.head.volume, plan.head.volumes,
    )  # fmt: skip
