"""The desk of the stick: export, merge, receipt, joining a central. The long ones are generators of short steps.

A step holds no transaction open, so that waiting saves go between two of them; stopping after any step loses nothing.
"""

import hashlib
from collections.abc import Generator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from clinic_desktop.exchange import bundle, conflicts, enrolment, intake, media, outgoing, segments
from clinic_desktop.exchange.conflicts import Side
from clinic_desktop.exchange.enrolment import Approval, Joined
from clinic_desktop.exchange.have import gaps
from clinic_desktop.exchange.outcomes import Exported, Inspected, Merged, MergeReport, SeenStick
from clinic_desktop.exchange.outgoing import Plan
from clinic_desktop.exchange.standing import Standing, standing
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import NothingToAnswer, OnlyCentral, OnlyClinic, StickGone
from clinic_desktop.features.bundles import queries
from clinic_desktop.features.bundles.rules import new_file_name, who_settles
from clinic_desktop.kernel.errors import ClinicError, NotAllowed
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.files import CannotWrite, free_bytes, write_durably
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work

TRAVEL = "travel"
"""The folder beside the vault for bundles in the making; what lies there is sealed."""

LOOKING = N_("Looking at the stick")
GATHERING, SEALING, CHECKING, MERGING = (
    N_("Gathering what changed"),
    N_("Sealing"),
    N_("Checking"),
    N_("Merging"),
)


# -- carrying


def export(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Exported]:
    """A clinic's bundle, onto the stick at `folder`. Returns only when the copy was read back and is right."""
    _need(actor, Permission.CARRY_BUNDLES)
    yield from _cut(vault, actor)
    plan = vault.do(_plan_up, actor)
    return (yield from _carry(vault, actor, plan, folder, ""))


def write_receipt(vault: Vault, actor: Actor, *, folder: Path) -> Steps[tuple[Exported, ...]]:
    """The central's bundles, one for each clinic: receipts, what the central owns, what was decided."""
    _need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    yield from _cut(vault, actor)
    sites = vault.ask(outgoing.sites_to_answer, actor)
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


def _cut(vault: Vault, actor: Actor) -> Steps[None]:
    done = 0
    while True:
        made = vault.do(segments.cut, actor)
        done += made.rows
        yield Progress(done, 0, _(GATHERING))
        if not made.more:
            return


def _carry(vault: Vault, actor: Actor, plan: Plan, folder: Path, site_name: str) -> Steps[Exported]:
    name = new_file_name(plan.head.number)
    local = _travel(vault) / name
    try:
        yield Progress(0, plan.size, _(SEALING))
        with local.open("wb") as file:
            bundle.write(file, plan.head, plan.signing_key, outgoing.segments_of(vault, actor, plan.keys))
        sha256, size = _hash(local)
        yield Progress(plan.size, plan.size, _(SEALING))
        path = yield from media.copy_out(local, folder, name, sha256)
    finally:
        with suppress(OSError):
            local.unlink()
    vault.do(partial(outgoing.finished, log_key=plan.log_key, file_name=name, sha256=sha256, size=size), actor)
    vault.settle()
    return Exported(path, plan.head.number, sha256, size, plan.loads, len(plan.keys), site_name, plan.head.made_at)


# -- taking in


def inspect(vault: Vault, actor: Actor, *, file: Path) -> Steps[Inspected]:
    """Check a whole bundle and say what is in it; nothing is changed."""
    _need(actor, Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    local = _travel(vault) / "inspected.bundle"
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
    _need(actor, Permission.MERGE_BUNDLES)
    if not vault.place.is_central:
        raise OnlyCentral()
    return (yield from _take_files(vault, actor, files))


def accept(vault: Vault, actor: Actor, *, files: Sequence[Path]) -> Steps[MergeReport]:
    """At a clinic: take in the central's bundles, with their receipts, or those of another computer of the site."""
    _need(actor, Permission.CARRY_BUNDLES)
    if vault.place.is_central:
        raise OnlyClinic()
    return (yield from _take_files(vault, actor, files))


def _take_files(vault: Vault, actor: Actor, files: Sequence[Path]) -> Steps[MergeReport]:
    yield from _cut(vault, actor)
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
    local = _travel(vault) / "arrived.bundle"
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
        identity = vault.ask(_identity, actor)
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
    identity = vault.ask(_identity, actor)
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


def _identity(reading: Reading) -> str:
    return reading.one(sa.select(ThisDevice.age_identity))[0]


def _standing(reading: Reading) -> Standing:
    return standing(reading)


def look_around(vault: Vault, actor: Actor, *, extra: Path | None = None) -> Steps[tuple[SeenStick, ...]]:
    """The sticks that are in, and what on them may be a bundle. `extra` is a folder that a person chose."""
    _need(actor, Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
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


# -- joining a central


def write_request(vault: Vault, actor: Actor, *, folder: Path) -> Path:
    """The file that asks a central to take this clinic in."""
    content = vault.do(_request, actor)
    path = _free_name(folder, f"{vault.place.site_code}-solicitud.txt")
    write_durably(path, content)
    return path


def approve(vault: Vault, actor: Actor, *, file: Path, folder: Path) -> tuple[Path, Approval]:
    """At the central: take a clinic in. Its answer goes to `folder`; the code is read out by telephone."""
    content = read_small(file)
    approval = vault.do(partial(_approve, content=content, name=file.name), actor)
    path = _free_name(
        folder, file.name.replace("solicitud", "respuesta") if "solicitud" in file.name else "respuesta.txt"
    )
    write_durably(path, approval.answer)
    return path, approval


def write_request_steps(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Path]:
    """`write_request` as a long job: a stick may be slow."""
    yield Progress(0, 0, _(SEALING))
    return write_request(vault, actor, folder=folder)


def approve_steps(vault: Vault, actor: Actor, *, file: Path, folder: Path) -> Steps[tuple[Path, Approval]]:
    yield Progress(0, 0, _(CHECKING))
    return approve(vault, actor, file=file, folder=folder)


def join(work: Work, content: bytes, name: str = "", confirmed: bool = False) -> Joined:
    """At the clinic: trust the central of this answer. Asks first whether both see the same code."""
    work.require(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
    return enrolment.accept(work, content, name, confirmed=confirmed)


def revoke_device(work: Work, device_id: str) -> None:
    """At the central: cut off a stolen or replaced computer, for good."""
    work.require(Permission.KEEP_STAFF)
    if not work.place.is_central:
        raise OnlyCentral()
    enrolment.revoke(work, device_id)


def _request(work: Work) -> bytes:
    work.require(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
    return enrolment.request(work)


def _approve(work: Work, content: bytes, name: str) -> Approval:
    work.require(Permission.KEEP_STAFF)
    return enrolment.approve(work, content, name)


# -- settling


def settle_conflict(
    work: Work, table: str, row_id: str, unit: str, values: Sequence[object], seen: Sequence[Side]
) -> None:
    """Decide between values that two people wrote without knowing of each other."""
    work.require(*who_settles(table, unit))
    queries.must_open(work, table, row_id)
    conflicts.settle(work, table, row_id, unit, values, seen=seen)


# -- small


def _need(actor: Actor, *permissions: Permission) -> None:
    if not any(actor.may(p) for p in permissions):
        raise NotAllowed()


def _travel(vault: Vault) -> Path:
    folder = vault.folder / TRAVEL
    try:
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()  # left over by a power cut; one job runs at a time
    except OSError as error:
        raise CannotWrite(name=TRAVEL) from error
    return folder


def _hash(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, path.stat().st_size


def _free_name(folder: Path, name: str) -> Path:
    path = folder / name
    count = 1
    while path.exists():
        count += 1
        path = folder / f"{Path(name).stem}-{count}{Path(name).suffix}"
    return path


def read_small(file: Path) -> bytes:
    """An enrolment file; no more of it than one may have."""
    try:
        with file.open("rb") as opened:
            return opened.read(enrolment.MAX_FILE + 1)
    except OSError as error:
        raise StickGone() from error
