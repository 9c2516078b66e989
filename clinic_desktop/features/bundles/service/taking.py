"""Taking in what a stick brought: looking, checking, merging. Generators of short steps, as in carrying.py."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from clinic_desktop.exchange.carrying import intake
from clinic_desktop.exchange.carrying.have import gaps
from clinic_desktop.exchange.format import bundle
from clinic_desktop.exchange.merge import conflicts
from clinic_desktop.exchange.outcomes import Inspected, Merged, MergeReport
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.stick import drives, media
from clinic_desktop.exchange.stick.media import FETCHING
from clinic_desktop.exchange.troubles import OnlyCentral, OnlyClinic, StickGone
from clinic_desktop.exchange.trust import adopting, authority
from clinic_desktop.exchange.trust.standing import Standing, standing
from clinic_desktop.features.bundles.service import looking, succession
from clinic_desktop.features.bundles.service.carrying import cut_waiting
from clinic_desktop.features.bundles.service.erasing import clean, is_cleaning_due
from clinic_desktop.features.bundles.service.travel import need, own_identity, travel_folder
from clinic_desktop.kernel.errors import ClinicError, Trouble
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work

CHECKING, MERGING = N_("Checking"), N_("Merging")


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


@dataclass(frozen=True, slots=True)
class MergeProgress(Progress):
    """How far a merge of several files is, and which of them are done: those stay done if it is stopped now."""

    files: tuple[Merged, ...] = ()


def merge(vault: Vault, actor: Actor, *, files: Sequence[Path]) -> Steps[MergeReport]:
    """At the central: take in any number of bundles, in any order. A file that is refused changes nothing.

    A folder stands for whatever on it begins like a bundle: all sticks are taken in at once.
    """
    need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    with vault.roomy():
        return (yield from _take_files(vault, actor, files))


def accept(vault: Vault, actor: Actor, *, files: Sequence[Path]) -> Steps[MergeReport]:
    """At a clinic: take in the central's bundles, with their receipts, or those of another computer of the site."""
    need(actor, Permission.CARRY_BUNDLES)
    if vault.place.is_central:
        raise OnlyClinic()
    with vault.roomy():
        return (yield from _take_files(vault, actor, files))


def _take_files(vault: Vault, actor: Actor, files: Sequence[Path]) -> Steps[MergeReport]:
    yield from cut_waiting(vault, actor)
    wanted = yield from _found(vault, actor, files)
    sizes = [_size(file) for file in wanted]
    done: list[Merged] = []
    for at, file in enumerate(wanted):
        told = _Told(sum(sizes[:at]), sizes[at], sum(sizes), len(wanted), tuple(done))
        try:
            done.append((yield from told.follow(_take_file(vault, actor, file))))
        except (ClinicError, OSError) as error:
            trouble = error if isinstance(error, ClinicError) else StickGone()
            done.append(Merged(file, error=trouble.sentence()))
        yield MergeProgress(told.percent(1.0), 100, "", tuple(done))
    if vault.ask(is_cleaning_due, actor):
        with suppress(Trouble):  # a full disk: what was erased is overwritten already where it stood
            yield from clean(vault, actor)
    if vault.place.is_central and actor.may(Permission.SHARE_RECORDS):
        yield from succession.send_people(vault, actor)
    missing = tuple(vault.ask(gaps, actor))
    return MergeReport(tuple(done), missing, vault.ask(conflicts.count_open, actor))


def _found(vault: Vault, actor: Actor, files: Sequence[Path]) -> Steps[list[Path]]:
    """The files, and in place of each folder what on it is for this office. A file on two sticks is named twice."""
    found: list[Path] = []
    for file in files:
        if file.is_dir():
            seen = yield from looking.look_at(vault, actor, drives.stick_at(file))
            found += seen.bundles
        else:
            found.append(file)
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Told:
    """The steps of one file as a part of the whole, which is as large as all files together."""

    before: int
    size: int
    total: int
    count: int
    done: tuple[Merged, ...]

    def follow(self, steps: Steps[Merged]) -> Steps[Merged]:
        """Copying and checking count a third of a file, taking it in the rest."""
        share = 0.0
        try:
            while True:
                try:
                    step = next(steps)
                except StopIteration as end:
                    return end.value
                begins, most = {_(FETCHING): (0.0, 0.1), _(CHECKING): (0.1, 0.2)}.get(step.words, (0.3, 0.7))
                share = max(share, begins + most * (min(step.done / step.total, 1.0) if step.total else 0.0))
                yield MergeProgress(self.percent(share), 100, self._said(step.words), self.done)
        finally:
            steps.close()

    def percent(self, share: float) -> int:
        return int(100 * (self.before + self.size * share) / max(self.total, 1))

    def _said(self, words: str) -> str:
        if self.count < 2:
            return words
        return _("{number} of {count}").format(number=len(self.done) + 1, count=self.count) + " · " + words


def _size(file: Path) -> int:
    try:
        return max(file.stat().st_size, 1)
    except OSError:
        return 1


def _take_file(vault: Vault, actor: Actor, file: Path) -> Steps[Merged]:
    local = travel_folder(vault) / "arrived.bundle"
    try:
        sha256, size = yield from media.fetch(file, local)
        ours, before = vault.ask(partial(_met, sha256=sha256), actor)
        if ours:
            return Merged(file, vault.place.site_name, read_before=True, ours=True)
        found = yield from _verify(vault, actor, local, file.name)
        head = found.head
        known = found.known
        if before and len(known) == len(head.segments):
            return Merged(file, found.sender.site_name, head.number, known_segments=len(known), read_before=True)
        wanted = {listed.folder for listed in head.segments} - known
        if found.sender.is_central and not vault.place.is_central:
            vault.do(partial(adopting.take_trust, head=head), actor)
        taken, rows = dict.fromkeys(intake.Taken, 0), 0
        taken[intake.Taken.KNOWN] = len(known)
        done = 0
        total = sum(m.rows for m in found.manifests if m.folder in wanted)
        for one in _wanted(vault, actor, local, file.name, found, wanted):
            signed = one.manifest.folder not in found.strangers
            outcome = intake.take_segment(vault, actor, one, signed=signed)
            taken[outcome] += 1
            rows += one.manifest.rows if outcome == intake.Taken.NEW else 0
            done += one.manifest.rows
            yield Progress(done, total, " · ".join((_(MERGING), found.sender.site_name, said_rows(rows))))
        new_epoch = _end(vault, actor, found.head, file.name, sha256, size, taken, before=before)
        yield from adopting.judge_again(vault, actor)
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


def _met(reading: Reading, sha256: str) -> tuple[bool, bool]:
    """Whether this very file was written here, and whether it was read here before."""
    return intake.was_written(reading, sha256), intake.was_read(reading, sha256)


def _wanted(
    vault: Vault, actor: Actor, local: Path, name: str, found: bundle.Verified, wanted: set[str]
) -> Iterable[bundle.SealedSegment]:
    """What is to be taken in: as checking kept it, or read once more."""
    if found.kept is not None or not wanted:
        return found.kept or ()
    return bundle.segments(local, name, vault.ask(own_identity, actor), found.head, wanted)


def said_rows(rows: int) -> str:
    return ngettext("{count} row", "{count} rows", rows).format(count=f"{rows:,}")


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
    identity, known_devices = vault.ask(_ourselves, actor)
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


def _ourselves(reading: Reading) -> tuple[str, Standing]:
    return own_identity(reading), replace(standing(reading), followed=authority.newest(reading))
