"""What a merge brought is compared with everybody: 2,000 new records against 100,000 in the encrypted vault.

Printed: how long the whole look takes and how long its longest step, and how many of those who are registered twice
are found. The same answers as a single question gives: tests/bundles/test_likely.py.
"""

import random
import time
from functools import partial

import pytest
import sqlalchemy as sa

from clinic_desktop.features.bundles.records.likely import LikelyPair
from clinic_desktop.features.bundles.service.likely import look
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.patient import Details, as_columns
from clinic_desktop.features.patients.service import filing
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.types import instant_text
from tests.makers.duplicates import WRITTEN_FOR, make_region

pytestmark = pytest.mark.benchmark

SEED, PEOPLE, NEW = 8861, 100_000, 2_000
_BATCH = 5000


def test_two_thousand_new_ones_are_compared_with_everybody(vault, actor):
    region = make_region(SEED, PEOPLE)
    luck = random.Random(SEED + 1)
    ids = insert(vault, actor, region.registered)
    vault.do(partial(mark_looked_at, ids=ids), actor)
    again = [region.again(luck, luck.choice(list(WRITTEN_FOR))) for _one in range(NEW // 2)]
    strangers = [region.new(luck, "stranger") for _one in range(NEW - len(again))]
    new = insert(vault, actor, [case.details for case in (*again, *strangers)])
    began, longest, last, used = time.perf_counter(), 0.0, time.process_time(), time.process_time()
    steps = look(vault, actor)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            done = end.value
            break
        now = time.process_time()
        longest, last = max(longest, now - last), now
    seconds, used = time.perf_counter() - began, time.process_time() - used
    pairs = {(row[0], row[1]): row[2] for row in vault.ask(
        lambda r: r.all(sa.select(LikelyPair.first_id, LikelyPair.second_id, LikelyPair.signs)), actor)}  # fmt: skip
    wanted: list[tuple[str, str]] = []
    for at, case in enumerate(again):
        assert case.same is not None
        wanted.append((min(ids[case.same], new[at]), max(ids[case.same], new[at])))
    found = sum(pair in pairs for pair in wanted)
    strong = sum("strong" in pairs.get(pair, ()) for pair in wanted)
    print(f"\n{done.people} against {len(ids)}: {seconds:.1f} s ({used:.1f} s of computing),")
    print(f"longest step {1000 * longest:.0f} ms; {len(pairs)} pairs; of {len(again)} who came again {found} are asked")
    # Two new ones may be one newcomer who was drawn twice.
    wrong = [pair for pair in pairs if pair not in set(wanted) and not set(pair) <= set(new)]
    very = sum("strong" in pairs[pair] for pair in wrong)
    print(f"about, {strong} as very similar; wrong pairs {len(wrong)}, of them very similar {very}")


def insert(vault, actor, people: list[Details]) -> list[str]:
    """As a merge brings them: rows first, then filed."""
    ids = [new_id() for _one in people]

    def put(work, first: int) -> None:
        stamp = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
        rows = [
            {"id": ids[first + at], "number": f"PRU-{ids[first + at][-7:]}", **as_columns(one), **stamp}
            for at, one in enumerate(people[first : first + _BATCH])
        ]
        work.session.execute(sa.insert(Patient), rows)

    for first in range(0, len(ids), _BATCH):
        vault.do(partial(put, first=first), actor)
    vault.do(lambda work: filing.refresh_search(work, ids), actor)
    return ids


def mark_looked_at(work, ids: list[str]) -> None:
    at = instant_text(work.now)
    work.cursor.executemany("INSERT INTO looked_at (patient_id, looked_at) VALUES (?,?)", [(one, at) for one in ids])
