"""What lies on a stick that serves a route: keeping its list, and taking off what its addressee confirmed.

The list is a hint: whatever goes wrong with it, the bundles count.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.records import BundleLog, BundleWay
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.stick import drives, media, route
from clinic_desktop.exchange.stick.media import Candidate
from clinic_desktop.exchange.stick.route import Entry, Found, Read, RouteList
from clinic_desktop.exchange.troubles import StickUnfit
from clinic_desktop.exchange.trust import receipts
from clinic_desktop.exchange.trust.records import KnownStick
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.features.bundles.service.travel import hash_file, travel_folder
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import sync_folder
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Asker, Reading, Work

LOOKING, TIDYING = N_("Looking at the stick"), N_("Looking for what was confirmed")
CARRIERS = (Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)


def fit_stick(vault: Vault, actor: Actor, folder: Path) -> Steps[RouteList | None]:
    """What the list on the stick says, or a new one; None as long as this computer has no key of the lists.

    Refuses a stick that once gave back something else than what was written on it.
    """
    yield Progress(0, 0, _(LOOKING))
    key = vault.ask(_route_key, actor)
    if key is None:
        return None
    found = find_list(media.candidates(folder), key)
    said = found.list if found is not None else route.new_list()
    if said.unfit or vault.ask(partial(is_unfit, stick_id=said.stick), actor):
        raise StickUnfit()
    return said


def find_list(candidates: Iterable[Candidate], key: str | None) -> Found | None:
    return route.find([one.path for one in candidates if one.size <= route.MOST_BYTES], key)


def is_unfit(asker: Asker, stick_id: str) -> bool:
    return asker.value(sa.select(KnownStick.unfit_at).where(KnownStick.stick_id == stick_id)) is not None


def name_unfit(vault: Vault, actor: Actor, folder: Path, said: RouteList | None) -> Steps[None]:
    """Remember a stick that lied, here and, if it still takes that much, on itself."""
    if said is None:
        return
    vault.do(partial(_remember, stick_id=said.stick, label=drives.stick_at(folder).label, unfit=True), actor)
    unfit = route.changed(said, unfit=instant_text(vault.clock.now()))
    with suppress(ClinicError, OSError):
        yield from _write_list(vault, actor, folder, unfit, media.candidates(folder))


def note(vault: Vault, actor: Actor, folder: Path, said: RouteList | None, gone: Collection[str] = ()) -> Steps[None]:
    """Bring the list on the stick up to date: what this computer wrote, read and took off."""
    if said is None:
        return
    with suppress(ClinicError, OSError):
        candidates = media.candidates(folder)
        now = vault.ask(partial(_as_known_here, said=said, candidates=candidates, gone=gone), actor)
        yield from _write_list(vault, actor, folder, now, candidates)
    vault.do(partial(_remember, stick_id=said.stick, label=drives.stick_at(folder).label, unfit=False), actor)


def clear(
    vault: Vault, actor: Actor, folder: Path, said: RouteList | None, answered: Collection[str] = ()
) -> Steps[tuple[str, ...]]:
    """Take off the stick what its addressee confirmed, known by its content; gives the hashes of what was removed.

    `answered`, at the central: the sites whose answer lies on this stick; only their bundles go.
    """
    wanted = vault.ask(partial(_confirmed, said=said, answered=answered), actor)
    sizes = {size for _sha256, size in wanted}
    hashes = {sha256 for sha256, _size in wanted}
    removed: list[str] = []
    for candidate in media.candidates(folder):
        if candidate.size not in sizes:
            continue
        yield Progress(len(removed), 0, _(TIDYING))
        with suppress(OSError):  # a stick that is gone or locked keeps what it has
            sha256, _size = hash_file(candidate.path)
            if sha256 in hashes:
                candidate.path.unlink()
                removed.append(sha256)
    if removed:
        with suppress(OSError):
            sync_folder(folder)
        vault.do(partial(_note_removed, hashes=set(removed)), actor)
    return tuple(removed)


# what the list says


def _route_key(reading: Reading) -> str | None:
    reading.require(*CARRIERS)
    return route.identity(reading)


def _as_known_here(
    reading: Reading, said: RouteList, candidates: Collection[Candidate], gone: Collection[str]
) -> RouteList:
    """The list with what this computer knows; of files that are no longer there nothing is said."""
    sizes = {one.size for one in candidates}
    names = {(one.path.name, one.size) for one in candidates}
    rows = reading.all(
        sa.select(
            BundleLog.way, BundleLog.sha256, BundleLog.file_name, BundleLog.size, BundleLog.number, BundleLog.volume,
            BundleLog.volumes, BundleLog.device_id, BundleLog.site_id, BundleLog.made_at, BundleLog.done_at,
            BundleLog.refused_segments,
        ).where(BundleLog.done_at.is_not(None), BundleLog.size.in_(sorted(sizes)))
    )  # fmt: skip
    known = standing(reading)
    listed = {entry.sha256 for entry in said.entries}
    sites = {peer.site_id: peer.site_name for peer in known.peers.values()}
    here = known.here
    added: list[Entry] = []
    reads: list[tuple[str, Read]] = []
    for way, sha256, name, size, number, volume, volumes, device, site, made_at, done_at, refused in rows:
        ours = way is BundleWay.OUT
        if sha256 not in listed and (name, size) in names:
            writer, to = (here.site_id, site) if ours else (site, "" if here.is_central else here.site_id)
            added.append(
                Entry(
                    sha256,
                    name[:120],
                    size,
                    number,
                    volume or 1,
                    volumes or 1,
                    device,
                    writer,
                    route.words(sites.get(writer, "")),
                    to,
                    route.words(sites.get(to, "")),
                    instant_text(made_at),
                )
            )
        if not ours and not refused and done_at is not None:
            read = Read(here.device_id, here.site_id, route.words(here.site_name), instant_text(done_at))
            reads.append((sha256, read))
    lost = {entry.sha256 for entry in said.entries if entry.size not in sizes}
    return route.changed(said, added=added, read_by=reads, gone={*gone, *lost})


def _write_list(
    vault: Vault, actor: Actor, folder: Path, content: RouteList, candidates: Collection[Candidate]
) -> Steps[None]:
    """The new file first, read back; then the old ones go."""
    key = vault.ask(_route_key, actor)
    if key is None:
        return
    named = {(entry.name, entry.size) for entry in content.entries}  # bundles: opening each of them takes a while
    old = find_list([one for one in candidates if (one.path.name, one.size) not in named], key)
    if old is not None and old.list == content and len(old.files) == 1:
        return
    name = route.new_name()
    local = travel_folder(vault) / name
    try:
        local.write_bytes(route.seal(content, key))
        sha256, _size = hash_file(local)
        yield from media.copy_out(local, folder, name, sha256)
    finally:
        local.unlink(missing_ok=True)
    for path in old.files if old is not None else ():
        path.unlink(missing_ok=True)


def _remember(work: Work, stick_id: str, label: str, *, unfit: bool) -> None:
    work.require(*CARRIERS)
    row = work.session.get(KnownStick, stick_id)
    if row is None:
        row = KnownStick(stick_id=stick_id, label=label, seen_at=work.now)
        work.session.add(row)
    row.label, row.seen_at = label, work.now
    if unfit:
        row.unfit_at = row.unfit_at or work.now
        work.act = "exchange.stick_unfit"
        work.about("known_stick", stick_id)
    work.session.flush()


# what was confirmed


def _confirmed(reading: Reading, said: RouteList | None, answered: Collection[str]) -> set[tuple[str, int]]:
    """Hash and size of the bundles that may be taken off: of ours, those confirmed; of others', those read here."""
    reading.require(*CARRIERS)
    known = standing(reading)
    rows = reading.all(
        sa.select(
            BundleLog.key, BundleLog.way, BundleLog.sha256, BundleLog.size, BundleLog.device_id,
            BundleLog.refused_segments, BundleLog.segments, BundleLog.number, BundleLog.epoch, BundleLog.site_id,
        ).where(BundleLog.done_at.is_not(None))
    )  # fmt: skip
    here, wanted = known.here, set[tuple[str, int]]()
    own = [row for row in rows if row[1] is BundleWay.OUT]
    if not here.is_central:
        wanted |= _confirmed_own(reading, own)
    mates = {p.device_id for p in known.of_site(here.site_id)} - {here.device_id}
    read_by = {entry.sha256: {read.device for read in entry.reads} for entry in said.entries} if said else {}
    for _key, way, sha256, size, device, refused, _segments, _number, _epoch, site in rows:
        writer = known.who(device)
        if way is not BundleWay.IN or refused or writer is None or device == here.device_id:
            continue
        # The central's bundle is for all computers of the clinic: the last of them takes it off.
        ours_alone = (
            site in answered if here.is_central else (writer.is_central and mates <= read_by.get(sha256, set()))
        )
        if ours_alone and writer.is_central is not here.is_central:
            wanted.add((sha256, size))
    return wanted


def _confirmed_own(reading: Reading, own: Collection[Any]) -> set[tuple[str, int]]:
    """A bundle that carried nothing is confirmed with a later one that did."""
    waiting = receipts.waiting_of(reading, [row[0] for row in own])
    done = {row[0]: row for row in own if row[6] and row[0] not in waiting}
    last: dict[str, int] = {}
    for row in done.values():
        last[row[8]] = max(last.get(row[8], 0), row[7])
    empty = [row for row in own if not row[6] and row[7] <= last.get(row[8], 0)]
    return {(row[2], row[3]) for row in (*done.values(), *empty)}


def _note_removed(work: Work, hashes: set[str]) -> None:
    work.require(*CARRIERS)
    for log in work.session.scalars(sa.select(BundleLog).where(BundleLog.sha256.in_(sorted(hashes)))):
        log.removed_at = log.removed_at or work.now
    work.session.flush()
    work.act = "exchange.clear_stick"
    work.detail = {"removed": sorted(hashes)}
    work.also_changed.add("bundle_log")
