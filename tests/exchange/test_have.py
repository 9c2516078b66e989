"""What is held of each writer is told from an index alone; it is what going through all segments one by one says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_desktop.exchange.carrying.have import gaps, haves
from clinic_desktop.exchange.records import Segment, SegmentState
from clinic_desktop.storage.work import Actor, Place, Reading

Line = list[tuple[int, int, SegmentState]]
"""Number, the one it follows, and how it is kept."""
ASIDE = SegmentState.QUARANTINED
NOW = datetime(2026, 11, 23, tzinfo=UTC)
HERE = Place("d", "s", "CEN", "Central", ZoneInfo("America/Guatemala"), "central", "e")


@pytest.fixture(scope="module")
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        sa.Table.create(Segment.metadata.tables["segment"], opened)
        yield opened
    engine.dispose()


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Of the segments of one writer, and often of a copied computer's second line, those that arrived, in any order."""
    numbers = sorted(draw(st.sets(st.integers(1, 9))))
    chain = list(zip(numbers, [0, *numbers], strict=False))
    if chain and draw(st.booleans()):
        number, before = draw(st.sampled_from(chain))
        chain += [(number, before), (number + 1, number)]
    state = st.sampled_from([SegmentState.APPLIED] * 4 + [SegmentState.HELD, ASIDE])
    return [(*one, draw(state)) for one in draw(st.permutations(chain)) if draw(st.integers(0, 4))]


def one_by_one(line: Line) -> tuple[int, list[int]]:
    """Up to where it is whole, and the numbers beyond."""
    here = sorted((number, follows) for number, follows, state in line if state != ASIDE)
    upto = 0
    while here and here[0][1] == upto and [number for number, _ in here].count(here[0][0]) == 1:
        upto = here.pop(0)[0]
    return upto, [number for number, _ in here]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from("xyz"), lines()))
def test_the_index_tells_what_all_segments_tell(connection: sa.Connection, told: dict[str, Line]) -> None:
    put(connection, told)
    reading = Reading(connection, Actor("a", "A", frozenset()), HERE, NOW)
    every = haves(reading)
    kept = {audience: line for audience, line in told.items() if any(state != ASIDE for *_, state in line)}
    said = {one.audience: (one.upto, [number for number, _ in one.beyond]) for one in every}
    assert said == {audience: one_by_one(line) for audience, line in kept.items()}
    assert all(one.hash.partition("-")[0] == (f"{one.audience}{one.upto}" if one.upto else "") for one in every)
    assert haves(reading, ("x", "z")) == [one for one in every if one.audience in ("x", "z")]
    # A gap is before a number that nothing here leads up to.
    here = {(audience, number, follows) for audience, line in kept.items() for number, follows, s in line if s != ASIDE}
    found = {(gap.audience, gap.before) for gap in gaps(reading)}
    assert found == {(a, n) for a, n, _ in here if not any((a, n, before(here, a, n)) == one for one in here)}


def before(here: set[tuple[str, int, int]], audience: str, number: int) -> int:
    return max((n for a, n, _ in here if a == audience and n < number), default=0)


def put(connection: sa.Connection, told: dict[str, Line]) -> None:
    connection.execute(sa.delete(Segment))
    rows = [(audience, *one) for audience, line in told.items() for one in line]
    for key, (audience, number, follows, state) in enumerate(rows, start=1):
        connection.execute(
            sa.insert(Segment).values(
                key=key, device_id="w", epoch="e", number=number, hash=f"{audience}{number}-{key}", audience=audience,
                previous_hash="", follows=follows, follows_hash="", cut_at=NOW, rows=0, size=0, manifest=b"",
                signature="", state=state, arrived_at=NOW,
            )
        )  # fmt: skip
