"""Taking in what a stick brought: looking, checking, merging. Generators of short steps, as in carrying.py."""

from collections.abc import Generator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from clinic_desktop.exchange import bundle, conflicts, intake, media
from clinic_desktop.exchange.have import gaps
from clinic_desktop.exchange.outcomes import Inspected, Merged, MergeReport, SeenStick
from clinic_desktop.exchange.standing import Standing, standing
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import OnlyCentral, OnlyClinic, StickGone
from clinic_desktop.features.bundles.service.carrying import cut_waiting
from clinic_desktop.features.bundles.service.travel import need, own_identity, travel_folder
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import free_bytes
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work

LOOKING, CHECKING, MERGING = N_("Looking at the stick"), N_("Checking"), N_("Merging")


def inspect(vault: Vault, actor: Actor, *, file: Path) -> Steps[Inspected]:
    """Check a whole bundle and say what is in it; nothing is changed."""
    need(actor, Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    local = travel_folder(vault) / "inspected.bundle"
    try:
        sha256, size = yield from media.fetch(file, local)
        found = yield from _verify(vault, actor, local, file.name)
        before = vault.ask(partial(intake.was_read, sha256=sha256), actor)
    finally:
        with suppress(OSError):
            local.unlink(missing_ok=True)
    head = found.head
    new = len(head.segments) - len(found.known)
    rows = sum(manifest.rows for manifest in found.manifests)
    site = (found.sender.site_code, found.sender.site_name)
    counts = (len(head.segments), new, rows)
    return Inspected(file, head.number, *site, head.made_at, sha256, size, *counts, before)


def merge(vault: Vault, actor: Actor, *, files: Sequence[Path]) -> Steps[MergeReport]:
    """At the central: take in any number of bundles, in any order. A file that is refused changes nothing."""
    need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    return (yield from _take_files(vault, actor, files))


def accept(vault: Vault, actor: Actor, *, files: Sequence[Path]) -> Steps[MergeReport]:
    """At a clinic: take in the central's bundles, with their receipts, or those of another computer of the site."""
    need(actor, Permission.CARRY_BUNDLES)
    if vault.place.is_central:
        raise OnlyClinic()
    return (yield from _take_files(vault, actor, files))


def _take_files(vault: Vault, actor: Actor, files: Sequence[Path]) -> Steps[MergeReport]:
    yield from cut_waiting(vault, actor)
    done: list[Merged] = []
    for file in files:
        try:
            done.append((yield from _take_file(vault, actor, file)))
        except (ClinicError, OSError) as error:
            told = error if isinstance(error, ClinicError) else StickGone()
            done.append(Merged(file, error=told.sentence()))
    missing = tuple(vault.ask(gaps, actor))
    return MergeReport(tuple(done), missing, vault.ask(conflicts.count_open, actor))


def _take_file(vault: Vault, actor: Actor, file: Path) -> Steps[Merged]:
    local = travel_folder(vault) / "arrived.bundle"
    try:
        sha256, size = yield from media.fetch(file, local)
        if vault.ask(partial(intake.was_written, sha256=sha256), actor):
            return Merged(file, vault.place.site_name, read_before=True, ours=True)
        before = vault.ask(partial(intake.was_read, sha256=sha256), actor)
        found = yield from _verify(vault, actor, local, file.name)
        head = found.head
        known = found.known
        if before and len(known) == len(head.segments):
            return Merged(file, found.sender.site_name, head.number, known_segments=len(known), read_before=True)
        wanted = {listed.folder for listed in head.segments} - known
        taken, rows = dict.fromkeys(intake.Taken, 0), 0
        taken[intake.Taken.KNOWN] = len(known)
        identity = vault.ask(own_identity, actor)
        total = sum(m.rows for m in found.manifests if m.folder in wanted)
        for one in bundle.segments(local, file.name, identity, head, wanted) if wanted else ():
            signed = one.manifest.folder not in found.strangers
            outcome = intake.take_segment(vault, actor, one, signed=signed)
            taken[outcome] += 1
            rows += one.manifest.rows if outcome == intake.Taken.NEW else 0
            yield Progress(rows, total, _(MERGING))
        new_epoch = _end(vault, actor, found.head, file.name, sha256, size, taken, before=before)
    finally:
        with suppress(OSError):
            local.unlink(missing_ok=True)
    return Merged(
        file,
        found.sender.site_name,
        head.number,
        taken[intake.Taken.NEW],
        taken[intake.Taken.KNOWN],
        taken[intake.Taken.ASIDE],
        taken[intake.Taken.HELD],
        rows,
        before,
        new_epoch=new_epoch,
    )


def _end(
    vault: Vault,
    actor: Actor,
    head: bundle.Head,
    name: str,
    sha256: str,
    size: int,
    taken: dict[intake.Taken, int],
    *,
    before: bool,
) -> bool:
    """Receipts and devices of a bundle. True if this database had to take a new epoch."""
    if before:
        return False
    ended = vault.do(partial(_take_bundle, head=head, name=name, sha256=sha256, size=size, taken=taken), actor)
    if ended.doubt is None:
        return False
    vault.begin_epoch(actor, ended.doubt)
    return True


def _take_bundle(
    work: Work, head: bundle.Head, name: str, sha256: str, size: int, taken: dict[intake.Taken, int]
) -> intake.BundleTaken:
    work.require(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    aside = taken[intake.Taken.ASIDE] + taken[intake.Taken.HELD]
    return intake.take_bundle(work, head, intake.in_log(work, head, name, sha256, size, taken[intake.Taken.NEW], aside))


def _verify(vault: Vault, actor: Actor, local: Path, name: str) -> Steps[bundle.Verified]:
    identity = vault.ask(own_identity, actor)
    known_devices = vault.ask(_standing, actor)
    size = local.stat().st_size
    ask_known = partial(_ask_known, vault, actor)
    checking = bundle.verify(local, name, identity, known_devices, ask_known)
    return (yield from _checked(checking, size))


def _ask_known(vault: Vault, actor: Actor, listed: Sequence[bundle.Listed]) -> set[str]:
    return vault.ask(partial(intake.known_folders, listed=listed), actor)


def _checked(checking: Generator[int, None, bundle.Verified], size: int) -> Steps[bundle.Verified]:
    while True:
        try:
            done = next(checking)
        except StopIteration as end:
            return end.value
        yield Progress(min(done, size), size, _(CHECKING))


def _standing(reading: Reading) -> Standing:
    return standing(reading)


def look_around(vault: Vault, actor: Actor, *, extra: Path | None = None) -> Steps[tuple[SeenStick, ...]]:
    """The sticks that are in, and what on them may be a bundle. `extra` is a folder that a person chose."""
    need(actor, Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    seen: list[SeenStick] = []
    found = media.sticks()
    if extra is not None and extra.is_dir() and all(stick.folder != extra for stick in found):
        found.append(media.Stick(extra, extra.name or str(extra), free_bytes(extra), 0))
    for n, stick in enumerate(found):
        yield Progress(n, len(found), _(LOOKING))
        seen.append(
            SeenStick(stick.folder, stick.label, stick.free, tuple(c.path for c in media.candidates(stick.folder)))
        )
    return tuple(seen)
