"""What an office tells of itself in each of its bundles, in a few words: its program, its last backup.

Nothing is decided by it, and a reader shows what it knows and passes over the rest.
"""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from clinic_desktop.exchange.records import PeerDevice, PeerWord
from clinic_desktop.kernel.version import __version__
from clinic_desktop.storage.work import Asker, Work

PROGRAM, BACKUP, WAITING, STICK_DAYS, LOST = "program", "backup", "waiting", "stick-days", "lost"
"""Version; day of the last verified backup; changes that no receipt names yet; days without a stick that are many; the
numbers of bundles whose stick was lost."""
_MOST_WORDS, _MOST_LETTERS = 50, 200

speakers: list[Callable[[Asker], Mapping[str, str]]] = []
"""What the rooms know of this office that others may hear. No patient data: every computer of the route reads it."""


def told_here(asker: Asker) -> dict[str, str]:
    told = {PROGRAM: __version__}
    for speaker in speakers:
        told |= speaker(asker)
    return told


def remember(work: Work, device_id: str, told: Mapping[str, str]) -> None:
    """Keep what a computer told of itself in its newest bundle, in place of what it told before."""
    short = {name[:_MOST_LETTERS]: words[:_MOST_LETTERS] for name, words in list(told.items())[:_MOST_WORDS]}
    row = work.session.get(PeerWord, device_id)
    if row is None:
        work.session.add(PeerWord(device_id=device_id, told=short, told_at=work.now))
    else:
        row.told, row.told_at = short, work.now
    work.also_changed.add("peer_word")


def told_by_site(asker: Asker) -> dict[str, dict[str, str]]:
    """By site, the newest words of its computers; of several the one heard last speaks."""
    rows = asker.all(
        sa.select(PeerDevice.site_id, PeerWord.told)
        .join(PeerWord, PeerWord.device_id == PeerDevice.device_id)
        .order_by(PeerWord.told_at)
    )
    return {site_id: dict(told) for site_id, told in rows}
