"""Looking for people who are registered at two clinics: what a merge brought, compared with everybody.

The program looks with nothing hidden, so that a reserved record is found too; what it found is shown only to those who
may open both records (queries/likely.py).
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from clinic_desktop.exchange.steps import Steps
from clinic_desktop.features.bundles.queries.likely import LOOKERS, not_looked_at
from clinic_desktop.features.bundles.records.likely import LikelyPair, LookedAt
from clinic_desktop.features.bundles.rules.likely import Pair, worth_asking
from clinic_desktop.features.bundles.service.travel import need
from clinic_desktop.features.patients.queries.many_alike import ManyAlike
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Asker, Work

COMPARING = N_("Looking for people who are registered twice")
_AT_ONCE, _STEP_SECONDS = 1, 0.12


@dataclass(frozen=True, slots=True)
class Looked:
    people: int
    pairs: int
    """Found that look alike enough to be asked about; decided ones among them."""


def look(vault: Vault, actor: Actor) -> Steps[Looked]:
    """Compare who is new or was changed since the last look with everybody. Stopped, it goes on where it was."""
    need(actor, *LOOKERS)
    eyes = Actor(actor.staff_id, actor.name, actor.permissions | {Permission.SEE_PATIENTS, Permission.OPEN_RESTRICTED})
    waiting = vault.ask(not_looked_at, eyes)
    alike, told, found = ManyAlike(), 0, 0
    yield Progress(0, len(waiting), _(COMPARING))
    for some in _slices(waiting):
        # Kept in the same step: whoever is corrected between two steps is looked at again.
        pairs = vault.ask(partial(_compare, alike=alike, entries=[entry for entry, _id in some]), eyes)
        vault.do(partial(_keep, ids=[patient_id for _entry, patient_id in some], pairs=pairs), actor)
        told, found = told + len(some), found + len(pairs)
        yield Progress(told, len(waiting), _(COMPARING))
    return Looked(len(waiting), found)


def _slices(waiting: Sequence[tuple[int, str]]) -> Iterable[Sequence[tuple[int, str]]]:
    """As many as fit into one short step, by how long the last ones took."""
    at, many = 0, _AT_ONCE
    while at < len(waiting):
        began = time.perf_counter()
        some = waiting[at : at + many]
        yield some
        at += len(some)
        each = (time.perf_counter() - began) / len(some)
        many = max(1, min(100, int(_STEP_SECONDS / max(each, 0.0005))))


def _compare(asker: Asker, alike: ManyAlike, entries: Sequence[int]) -> list[Pair]:
    pairs: list[Pair] = []
    for patient_id, others in alike.look(asker, entries).items():
        pairs += [
            Pair.of(patient_id, other.patient_id, other.likeness.points, strong=other.likeness.strong)
            for other in others
            if worth_asking(other.likeness.points, strong=other.likeness.strong)
        ]
    return pairs


def _keep(work: Work, ids: Sequence[str], pairs: Iterable[Pair]) -> None:
    work.require(*LOOKERS)
    at = instant_text(work.now)
    work.cursor.executemany(
        "INSERT INTO likely_pair (first_id, second_id, bits, signs, found_at) VALUES (?,?,?,?,?)"
        " ON CONFLICT (first_id, second_id) DO UPDATE SET bits = max(bits, excluded.bits),"
        " signs = CASE WHEN excluded.bits > bits THEN excluded.signs ELSE signs END",
        [(pair.first_id, pair.second_id, pair.bits, '["strong"]' if pair.strong else "[]", at) for pair in pairs],
    )
    work.cursor.executemany(
        # Not of who was erased since the look began.
        "INSERT INTO looked_at (patient_id, looked_at) SELECT patient_id, ? FROM patient_entry WHERE patient_id = ?"
        " ON CONFLICT (patient_id) DO UPDATE SET looked_at = excluded.looked_at",
        [(at, patient_id) for patient_id in ids],
    )
    work.also_changed |= {LikelyPair.__tablename__, LookedAt.__tablename__}


def look_again(work: Work, ids: Sequence[str]) -> None:
    """For patients.filing.refiled: these were changed, so what was found of them holds no more."""
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        work.session.execute(sa.delete(LookedAt).where(LookedAt.patient_id.in_(some)))
        work.session.execute(
            sa.delete(LikelyPair).where(sa.or_(LikelyPair.first_id.in_(some), LikelyPair.second_id.in_(some)))
        )
