"""Who may be the same person, asked of 200,000 registered people in the encrypted vault.

Printed: what is found and what is wrongly called very similar, with 95 % intervals, by kind of error, and apart for the
errors that no rule was written for and no weight was fitted on; whether the right person was compared at all; and how
long one question takes, as time and beside a bare read. The seed is not the fit's (tests/makers/likeness_fit.py).
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import pytest
import sqlalchemy as sa

from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.queries.search import Shelf
from clinic_desktop.features.patients.records import Patient, PatientEntry
from clinic_desktop.features.patients.rules.candidates import candidates
from clinic_desktop.features.patients.rules.patient import as_columns
from clinic_desktop.features.patients.service import filing
from clinic_desktop.kernel.ids import PatientId, new_id
from tests.makers.duplicates import HELD_OUT, WRITTEN_FOR, Case, Region, make_region
from tests.makers.likeness_desk import Judged, interval

pytestmark = pytest.mark.benchmark

SEED, PEOPLE, PER_ERROR = 4713, 200_000, 80
NEWCOMERS = {"twin": 150, "sibling": 400, "father and son": 150, "cousin": 400, "namesake": 100, "stranger": 800}
"""As many newcomers as people who come again; of those who look like somebody still more than come to a desk."""
_BATCH = 5000


@dataclass(frozen=True)
class Asked:
    case: Case
    compared: bool
    strong: tuple[str, ...]
    seconds: float


def test_who_may_be_the_same_person(vault, actor):
    region = make_region(SEED, PEOPLE)
    ids = [PatientId(new_id()) for _one in region.registered]
    began = time.perf_counter()
    fill(vault, actor, region, ids)
    print(f"\n{len(ids)} people filed in {time.perf_counter() - began:.0f} s")
    luck = random.Random(SEED + 1)

    def ask(case: Case) -> Asked:
        entries = vault.ask(lambda r: candidates(Shelf(r), case.details), actor)
        wanted = None if case.same is None else ids[case.same]
        compared = wanted is not None and wanted in people_of(vault, actor, entries)
        began = time.perf_counter()
        found = vault.ask(partial(likely.similar, new=case.details, limit=10), actor)
        seconds = time.perf_counter() - began
        return Asked(case, compared, tuple(one.patient_id for one in found if one.strong), seconds)

    again = {error: [ask(region.again(luck, error)) for _case in range(PER_ERROR)] for error in WRITTEN_FOR}
    held_out = {error: [ask(region.again(luck, error)) for _case in range(PER_ERROR)] for error in HELD_OUT}
    new = {kind: [ask(region.new(luck, kind)) for _case in range(many)] for kind, many in NEWCOMERS.items()}
    for title, by_kind in (("errors", again), ("errors nobody wrote a rule for", held_out), ("newcomers", new)):
        print(f"-- {title}")
        for kind, asked in by_kind.items():
            tell(kind, judge(asked, ids))
    flat = lambda by_kind: [one for asked in by_kind.values() for one in asked]  # noqa: E731
    print("-- together")
    tell("errors and newcomers", judge([*flat(again), *flat(new)], ids))
    tell("held-out errors and newcomers", judge([*flat(held_out), *flat(new)], ids))
    tell("all", judge([*flat(again), *flat(held_out), *flat(new)], ids))
    tell_times([one.seconds for one in (*flat(again), *flat(held_out), *flat(new))], bare_read(vault, actor, ids))


def fill(vault, actor, region: Region, ids: Sequence[PatientId]) -> None:
    """As a merge brings them: rows first, then filed."""

    def insert(work, first: int) -> None:
        stamp = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
        part = region.registered[first : first + _BATCH]
        rows = [
            {"id": ids[first + at], "number": f"PRU-AB{first + at:05d}-X", **as_columns(one), **stamp}
            for at, one in enumerate(part)
        ]
        work.session.execute(sa.insert(Patient), rows)

    for first in range(0, len(ids), _BATCH):
        vault.do(partial(insert, first=first), actor)
    vault.do(lambda work: filing.refresh_search(work, ids), actor)


def people_of(vault, actor, entries: Sequence[int]) -> set[str]:
    filed = sa.select(PatientEntry.patient_id).where(PatientEntry.entry.in_(list(entries)))
    return {row.patient_id for row in vault.ask(lambda r: r.all(filed), actor)}


def judge(asked: Sequence[Asked], ids: Sequence[PatientId]) -> Judged:
    again = [one for one in asked if one.case.same is not None]
    found = sum(ids[one.case.same] in one.strong for one in again if one.case.same is not None)
    return Judged(
        cases=len(asked),
        again=len(again),
        compared=sum(one.compared for one in again),
        found=found,
        wrong=sum(len(one.strong) for one in asked) - found,
    )


def tell(title: str, told: Judged) -> None:
    recall, precision = interval(told.found, told.again), interval(told.found, told.found + told.wrong)
    parts = [f"{title:32} {told.cases:5} cases"]
    if told.again:
        compared = interval(told.compared, told.again)
        parts.append(f"compared {told.compared / told.again:.4f} [{compared[0]:.3f}, {compared[1]:.3f}]")
        parts.append(f"recall {told.recall:.4f} [{recall[0]:.3f}, {recall[1]:.3f}]")
        parts.append(f"precision {told.precision:.4f} [{precision[0]:.4f}, {precision[1]:.4f}]")
    parts.append(f"wrong {told.wrong}")
    print(", ".join(parts))


def tell_times(times: Sequence[float], plain: float) -> None:
    ordered = sorted(times)
    at = lambda share: ordered[int(share * (len(ordered) - 1))] * 1000  # noqa: E731
    print(
        f"one question of {PEOPLE}: p50 {at(0.5):.1f} ms ({at(0.5) / plain / 1000:.0f} x a bare read),"
        f" p95 {at(0.95):.1f} ms ({at(0.95) / plain / 1000:.0f} x), max {at(1):.1f} ms, {len(times)} questions"
    )


def bare_read(vault, actor, ids: Sequence[PatientId]) -> float:
    times: list[float] = []
    for one in ids[:: len(ids) // 200]:
        select = sa.select(Patient.id, Patient.family_name).where(Patient.id == one)
        began = time.perf_counter()
        vault.ask(lambda r, select=select: r.first(select), actor)
        times.append(time.perf_counter() - began)
    return median(times)
