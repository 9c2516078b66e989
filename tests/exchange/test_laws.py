"""The laws of the merge: again changes nothing, order does not matter, nor how the changes were grouped. Against a
reference of its own, as operations and through real vaults."""

import random
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.exchange.carrying.intake import Taken
from clinic_desktop.exchange.carrying.segments import SEGMENT_ROWS
from clinic_desktop.exchange.merge import conflicts
from clinic_desktop.exchange.merge.rules import VOID, Op, Stamp, Weight, settle_row
from clinic_desktop.features.bundles.service import settling
from clinic_desktop.features.patients.records import Allergy
from tests.exchange.conftest import MakeNetwork
from tests.makers.network import Network, Office
from tests.makers.people import allergy, change, note, register, void
from tests.makers.segments import cut_now, give, held
from tests.makers.state import State, whole

# -- the reference: the law once more, as slowly and plainly as possible

Told = tuple[Any, bool]
"""What is shown of a unit, and whether a person is asked."""


def open_ones(ops: Collection[Op]) -> list[Op]:
    left: list[Op] = []
    for op in ops:
        overwritten = any(op.stamp in other.prev for other in ops)
        twin = op.made and any(o.made and o.value == op.value and any(o.stamp in x.prev for x in ops) for o in ops)
        says_nothing = op.made and all(v is None for v in op.value)
        filled = any(o.made and any(v is not None for v in o.value) for o in ops)
        if not overwritten and not twin and not (says_nothing and filled):
            left.append(op)
    return left or list(ops)


def greatest(ops: Collection[Op]) -> Op:
    best = next(iter(ops))
    for op in ops:
        if op.stamp > best.stamp:
            best = op
    return best


def register_says(ops: Collection[Op]) -> Told:
    left = open_ones(ops)
    return greatest(left).value, len({op.value for op in left}) > 1


def owned_says(ops: Collection[Op], weigh: Callable[[Op], Weight]) -> Told:
    decided = any(weigh(op) == Weight.CENTRAL for op in ops)
    least = Weight.HERE if decided else Weight.ORIGIN
    left = open_ones([op for op in ops if weigh(op) >= least] or ops)
    heaviest = max(weigh(op) for op in left)
    best = [op for op in left if weigh(op) == heaviest]
    return greatest(best).value, heaviest == Weight.CENTRAL and len({op.value for op in best}) > 1


def void_says(ops: Collection[Op], edits: Collection[Op], is_set: bool) -> Told:
    left = open_ones(ops)
    alive = [op for op in left if op.value[0] is None]
    gone = [op for op in left if op.value[0] is not None]
    if alive and gone:
        return greatest(alive).value, not is_set
    if not gone:
        return greatest(alive).value, False
    for edit in edits:
        knew = edit.made or any(edit.stamp in v.seen or v.stamp in edit.seen or edit.stamp == v.stamp for v in gone)
        if not knew:
            return (None,) * len(gone[0].value), not is_set
    return greatest(gone).value, False


def row_says(units: dict[str, list[Op]], is_set: bool, weigh: Callable[[Op], Weight] | None) -> dict[str, Told]:
    if weigh is not None:
        return {unit: owned_says(ops, weigh) for unit, ops in units.items()}
    said = {unit: register_says(ops) for unit, ops in units.items() if unit != VOID}
    if VOID in units:
        edits = [op for unit, ops in units.items() if unit != VOID for op in open_ones(ops)]
        said[VOID] = void_says(units[VOID], edits, is_set)
    return said


@st.composite
def rows(draw: st.DrawFn) -> dict[str, list[Op]]:
    """Changes of one row that four computers made, each having seen some of the others: no order is natural."""
    made = [Stamp(draw(st.integers(0, 3)), "a", "e", 1)]
    if draw(st.booleans()):
        made.append(Stamp(made[0].hlc, "a", "f", 1))  # a restored computer sent the insert again
    units = {
        unit: [Op(stamp, (draw(st.sampled_from([None, "x", "y"])),), made=True) for stamp in made]
        for unit in ("phone", "name")
    }
    units[VOID] = [Op(made[0], (None, None), made=True)]
    for n in range(draw(st.integers(0, 9))):
        unit = draw(st.sampled_from(["phone", "name", VOID]))
        some = [op for op in units[unit] if draw(st.booleans())]
        others = [op.stamp for name, ops in units.items() if name != unit for op in ops if draw(st.booleans())]
        stamp = Stamp(draw(st.integers(0, 9)), draw(st.sampled_from(["a", "b", "c", "central"])), "e", n + 2)
        value: tuple[Any, ...] = (draw(st.sampled_from([None, "x", "y", "z"])),)
        if unit == VOID:
            value = draw(st.sampled_from([(None, None), ("2026", "double"), ("2027", "wrong")]))
        op = Op(stamp, value, frozenset(o.stamp for o in some), frozenset(others))
        units[unit].append(op)
    return units


def weigher(here: str, origin: str) -> Callable[[Op], Weight]:
    def weigh(op: Op) -> Weight:
        if op.stamp.device == "central":
            return Weight.CENTRAL
        if op.made or op.stamp.device == here:
            return Weight.HERE
        return Weight.ORIGIN if op.stamp.device == origin else Weight.PROPOSAL

    return weigh


def _compare(units: dict[str, list[Op]], chance: random.Random) -> None:
    again = {unit: [*ops, *ops] for unit, ops in units.items()}
    for ops in again.values():
        chance.shuffle(ops)
    shuffled = {unit: list(dict.fromkeys(ops)) for unit, ops in again.items()}
    for is_set, weigh in ((False, None), (True, None), (False, weigher("a", "b")), (False, weigher("central", "b"))):
        done = settle_row(shuffled, adding_wins=is_set, weigh=weigh)
        assert {unit: (s.value, s.conflict) for unit, s in done.items()} == row_says(units, is_set, weigh)


@settings(max_examples=150)
@given(rows(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_says_what_the_reference_says(
    units: dict[str, list[Op]], chance: random.Random
) -> None:
    _compare(units, chance)


@pytest.mark.long
@settings(max_examples=20_000)
@given(rows(), st.randoms(use_true_random=False))
def test_twenty_thousand_rows_against_the_reference(units: dict[str, list[Op]], chance: random.Random) -> None:
    _compare(units, chance)


# -- through real vaults


def logical(office: Office) -> State:
    """Without the inserts that are written down as changes: which of them depends on what arrived first."""
    found = whole(office)
    return found | {"operations": [op for op in found["operations"] if not op[-1]]}


def _live(network: Network, chance: random.Random, deeds: int) -> None:
    """A clinic and the central work apart on some people; the sticks go now and then."""
    clinic, central = network.clinics[0], network.central
    people = [clinic.do(register(given_names=name)) for name in ("Ana", "Eva")]
    sick = [clinic.do(allergy(people[0], "penicilina"))]
    network.round()
    for n in range(deeds):
        office = chance.choice((clinic, central))
        person, value = chance.choice(people), f"value {n}"
        match chance.randrange(8):
            case 0 | 1:
                office.do(change(person, phone=value))
            case 2:
                office.do(change(person, community=value))
            case 3 if office is clinic:
                office.do(note(person, value))
            case 4:
                office.do(change(sick[0], Allergy, reaction=value))
            case 5 if office.sql("SELECT 1 FROM allergy WHERE voided_at IS NULL"):
                office.do(void(sick[0], Allergy))
            case 6:
                for found in office.ask(conflicts.open_conflicts)[:1]:
                    keep = partial(settling.settle_conflict, table=found.table, row_id=found.row_id, unit=found.unit)
                    office.do(partial(keep, values=found.sides[-1].values, seen=found.sides))
            case _:
                cut_now(office)
        if chance.random() < 0.2:
            network.round()
    network.round()
    network.round()


@pytest.mark.parametrize(
    ("lives", "orders"), [(1, 4), pytest.param(12, 12, marks=pytest.mark.long, id="many lives in many orders")]
)
def test_segments_in_any_order_any_grouping_and_again_and_again_give_one_state(
    make: MakeNetwork, lives: int, orders: int
) -> None:
    chance = random.Random(21)
    for _ in range(lives):
        network = make(1)
        central = network.central
        central.save_copy("start")
        _live(network, chance, 18)
        told, wanted = held(central, own=False), logical(central)
        assert len(told) > 4
        for _order in range(orders):
            central.restore("start")
            some = [*told, *chance.sample(told, len(told) // 2)]
            chance.shuffle(some)
            outcomes = give(central, some)
            assert set(outcomes) <= {Taken.NEW, Taken.KNOWN}
            assert logical(central) == wanted
        network.close()


@pytest.mark.parametrize("lives", [2, pytest.param(25, marks=pytest.mark.long)])
def test_one_big_segment_is_as_many_small_ones(make: MakeNetwork, lives: int) -> None:
    """Twice the same work: once cut after every deed, once at the end."""
    for seed in range(lives):
        states: list[Any] = []
        for after_each in (True, False):
            network = make(1)
            clinic, chance = network.clinics[0], random.Random(seed)
            people = [clinic.do(register(given_names=name)) for name in ("Ana", "Eva")]
            network.round()
            for n in range(12):
                field: dict[str, Any] = {chance.choice(("phone", "community")): f"{n}"}
                clinic.do(change(people[chance.randrange(2)], **field))
                if after_each:
                    cut_now(clinic)
            network.central.do(change(people[0], phone="the central's"))
            network.round()
            network.round()
            count = len(held(clinic))
            assert count == (13 if after_each else 2)
            columns = "given_names, phone, community, mother_name"
            conflict = network.central.sql("SELECT unit, sides FROM open_conflict")
            found = [(u, sorted(v for v in _values(s))) for u, s in conflict]
            states.append((network.central.sql(f"SELECT {columns} FROM patient ORDER BY given_names"), found))
            assert states[-1][0] == clinic.sql(f"SELECT {columns} FROM patient ORDER BY given_names")
            network.close()
        assert states[0][1] == states[1][1]
        assert {r[0]: r[2:] for r in states[0][0]} == {r[0]: r[2:] for r in states[1][0]}


def _values(sides: str) -> list[str]:
    import json

    return [str(side["value"]) for side in json.loads(sides)]


def test_a_big_day_is_cut_into_segments_that_together_are_one(
    make: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic_desktop.exchange.carrying import segments

    assert SEGMENT_ROWS >= 1000
    network = make(1)
    clinic = network.clinics[0]
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 3)
    monkeypatch.setattr(segments, "_CHUNK", 2)
    for n in range(8):
        clinic.do(note(clinic.do(register(given_names=f"P{n}"))))
    assert cut_now(clinic) > 4
    network.central.merge(clinic.export().path)
    assert network.central.sql("SELECT count(*) FROM consult_note") == [(8,)]
    assert max(one.manifest.rows for one in held(clinic)) <= 6
