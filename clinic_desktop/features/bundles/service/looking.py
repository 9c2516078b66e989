"""Looking at the sticks that are in: for whom are the bundles on them, who read what, is one to be feared."""

from collections.abc import Collection
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from clinic_desktop.exchange.format import bundle
from clinic_desktop.exchange.format.bundle import Head
from clinic_desktop.exchange.outcomes import SeenStick
from clinic_desktop.exchange.records import BundleLog, BundleWay
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.stick import drives, route
from clinic_desktop.exchange.stick.drives import Stick
from clinic_desktop.exchange.stick.survey import Candidate, survey
from clinic_desktop.exchange.troubles import NotForUs
from clinic_desktop.exchange.trust.standing import Standing, standing
from clinic_desktop.features.bundles.service import routing
from clinic_desktop.features.bundles.service.travel import need, own_identity
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading

LOOKING = N_("Looking at the stick")


def look_around(vault: Vault, actor: Actor, *, extra: Path | None = None) -> Steps[tuple[SeenStick, ...]]:
    """The sticks that are in, and what lies on them. `extra` is a folder that a person chose."""
    need(actor, *routing.CARRIERS)
    found = drives.sticks()
    if extra is not None and extra.is_dir() and all(stick.folder != extra for stick in found):
        found.append(drives.stick_at(extra))
    seen: list[SeenStick] = []
    for n, stick in enumerate(found):
        yield Progress(n, len(found), _(LOOKING))
        seen.append((yield from look_at(vault, actor, stick)))
    return tuple(seen)


def look_at(vault: Vault, actor: Actor, stick: Stick) -> Steps[SeenStick]:
    """One stick. Of each bundle only the head is opened; that it is whole shows when it is taken in."""
    found = yield from survey(stick.folder)
    key = vault.ask(_route_key, actor)
    listed = routing.find_list(found.candidates, key)
    lists = set(listed.files) if listed is not None else set[Path]()
    bundles = [one for one in found.candidates if one.path not in lists]
    own = vault.ask(partial(_own, candidates=bundles), actor)
    identity, known = vault.ask(own_identity, actor), vault.ask(_standing, actor)
    for_us: list[Path] = []
    mates = others = unread = 0
    for number, one in enumerate(bundles):
        yield Progress(number, len(bundles), _(LOOKING))
        if one.path in own:
            continue
        try:
            head, sender = bundle.read_head(one.path, one.path.name, identity, known)
        except NotForUs:
            others += 1
            continue
        except (ClinicError, OSError):
            for_us.append(one.path)  # taking it in says what is wrong with it
            continue
        for_us.append(one.path)
        unread += not vault.ask(partial(_was_taken_in, head=head), actor)
        mates += head.site == known.here.site_id and sender.device_id != known.here.device_id
    unfit = listed is not None and (
        bool(listed.list.unfit) or vault.ask(partial(routing.is_unfit, stick_id=listed.list.stick), actor)
    )
    return SeenStick(
        stick.folder,
        stick.label,
        stick.free,
        tuple(for_us),
        len(own),
        mates,
        others,
        stick.system,
        stick.read_only,
        unfit,
        tuple(found.suspicious),
        found.backups,
        listed.list if listed is not None else None,
        unread,
    )


def _was_taken_in(reading: Reading, head: Head) -> bool:
    """Known by what its sender signed: of the file itself only the beginning was read."""
    found = reading.first(
        sa.select(BundleLog.key)
        .where(BundleLog.way == BundleWay.IN, BundleLog.done_at.is_not(None))
        .where(BundleLog.device_id == head.device, BundleLog.epoch == head.epoch, BundleLog.number == head.number)
        .where(sa.func.coalesce(BundleLog.volume, 1) == head.volume)
        .limit(1)
    )
    return found is not None


def _own(reading: Reading, candidates: Collection[Candidate]) -> set[Path]:
    """Those that this computer wrote, by name and size: they do not open here, and need no trying."""
    rows = reading.all(
        sa.select(BundleLog.file_name, BundleLog.size)
        .where(BundleLog.way == BundleWay.OUT, BundleLog.done_at.is_not(None))
        .where(BundleLog.size.in_({one.size for one in candidates}))
    )
    ours = {(name, size) for name, size in rows}
    return {one.path for one in candidates if (_plain(one.path.name), one.size) in ours}


def _plain(name: str) -> str:
    """As it was written: a helper or a virus may have made "(1)" and ".part" of it."""
    stem = name.removesuffix(".part").removesuffix(".bundle").partition(" (")[0]
    return f"{stem}.bundle"


def _route_key(reading: Reading) -> str | None:
    return route.identity(reading)


def _standing(reading: Reading) -> Standing:
    return standing(reading)
