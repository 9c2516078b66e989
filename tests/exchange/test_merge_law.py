"""The law of the merge, without a database: what is shown depends on the set of operations, never on their order."""

import itertools
from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.exchange.merge.rules import (
    VOID,
    Op,
    Stamp,
    Weight,
    frontier,
    is_waiting,
    settle_register,
    settle_row,
)

DEVICES = ("a", "b", "c")


@st.composite
def histories(draw: st.DrawFn) -> list[Op]:
    """Operations as devices make them: each names what its device displayed, having seen a part of the rest."""
    made = Op(Stamp(draw(st.integers(0, 5)), "a", "e", 1), (draw(st.integers(0, 2)),), made=True)
    ops = [made]
    for n in range(draw(st.integers(0, 8))):
        seen = [op for op in ops if op is made or draw(st.booleans())]
        seen = [op for op in seen if op is made or _knows_origin(op, seen)]
        displayed = settle_register(seen)
        everything = draw(st.booleans())
        prev = frozenset(op.stamp for op in (displayed.frontier if everything else displayed.frontier[:1]))
        stamp = Stamp(draw(st.integers(0, 9)), draw(st.sampled_from(DEVICES)), "e", n + 2)
        ops.append(Op(stamp, (draw(st.integers(0, 2)),), prev))
    return ops


def _knows_origin(op: Op, seen: Collection[Op]) -> bool:
    return op.prev <= {one.stamp for one in seen}


def reference(ops: Collection[Op]) -> tuple[tuple[object, ...], set[Stamp], bool]:
    """The same law, written as slowly and plainly as possible."""
    left: set[Stamp] = set()
    for op in ops:
        overwritten = any(op.stamp in other.prev for other in ops)
        if not overwritten:
            left.add(op.stamp)
    open_ops = [op for op in ops if op.stamp in left]
    shown = max(open_ops, key=lambda op: op.stamp)
    return shown.value, left, len({op.value for op in open_ops}) > 1


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_gives_the_reference(ops: list[Op], random: object) -> None:
    shuffled = [*ops, *ops]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    done = settle_register(list(dict.fromkeys(shuffled)))
    assert (done.value, {op.stamp for op in done.frontier}, done.conflict) == reference(ops)


@given(histories())
def test_no_value_vanishes_every_one_is_open_or_was_overwritten_by_somebody_who_saw_it(ops: list[Op]) -> None:
    left = {op.stamp for op in frontier(ops)}
    for op in ops:
        assert op.stamp in left or any(op.stamp in other.prev for other in ops)


@given(histories(), st.integers(10, 10**6))
def test_who_saw_a_value_beats_it_whatever_the_clocks_say(ops: list[Op], ahead: int) -> None:
    shown = settle_register(ops)
    future = Op(Stamp(10**9 + ahead, "z", "e", 98), (7,), frozenset(op.stamp for op in shown.frontier))
    past = Op(Stamp(-1, "y", "e", 99), (8,), frozenset({future.stamp}))
    done = settle_register([*ops, future, past])
    assert (done.value, done.conflict) == ((8,), False)


def test_an_edit_of_the_displayed_value_does_not_hide_the_other_one() -> None:
    made = Op(Stamp(1, "a", "e", 1), ("x",), made=True)
    first = Op(Stamp(5, "a", "e", 2), ("p",), frozenset({made.stamp}))
    second = Op(Stamp(4, "b", "e", 1), ("q",), frozenset({made.stamp}))
    edit = Op(Stamp(6, "a", "e", 3), ("r",), frozenset({first.stamp}))
    done = settle_register([made, first, second, edit])
    assert done.conflict
    assert [op.value for op in done.frontier] == [("r",), ("q",)]


def test_settling_names_every_open_value_and_ends_the_conflict() -> None:
    made = Op(Stamp(1, "a", "e", 1), ("x",), made=True)
    first = Op(Stamp(5, "a", "e", 2), ("p",), frozenset({made.stamp}))
    second = Op(Stamp(4, "b", "e", 1), ("q",), frozenset({made.stamp}))
    both = Op(Stamp(3, "c", "e", 1), ("q",), frozenset({first.stamp, second.stamp}))
    done = settle_register([both, second, first, made])
    assert (done.value, done.conflict) == (("q",), False)


def test_two_who_settle_differently_are_a_conflict_again() -> None:
    ops = [Op(Stamp(n, "a", "e", n), (n,)) for n in (1, 2)]
    both = frozenset(op.stamp for op in ops)
    ops += [Op(Stamp(3, "b", "e", 3), (1,), both), Op(Stamp(3, "c", "e", 3), (2,), both)]
    assert settle_register(ops).conflict


def test_the_same_value_from_two_people_is_no_conflict() -> None:
    ops = [Op(Stamp(1, d, "e", 1), ("same",)) for d in DEVICES]
    assert not settle_register(ops).conflict


def test_an_insert_sent_twice_by_a_restored_computer_is_one_operation_under_two_names() -> None:
    before = Op(Stamp(1, "a", "e", 1), ("x",), made=True)
    again = Op(Stamp(1, "a", "f", 1), ("x",), made=True)
    edit = Op(Stamp(2, "a", "e", 2), ("y",), frozenset({before.stamp}))
    assert not settle_register([before, again, edit]).conflict
    other = Op(Stamp(1, "a", "f", 1), ("z",), made=True)
    assert settle_register([before, other, edit]).conflict, "what the restored computer had otherwise does not vanish"


def test_a_missing_segment_that_may_explain_it_is_waited_for() -> None:
    made = Op(Stamp(1, "a", "e", 1), ("x",), made=True)
    later = Op(Stamp(3, "a", "e", 3), ("z",), frozenset({Stamp(2, "a", "e", 2)}))
    done = settle_register([made, later])
    assert is_waiting(done, lambda stamp: stamp.segment != 2)
    assert not is_waiting(done, lambda _stamp: True)


ALIVE, TAKEN = (None, None, None), ("2026", "somebody", "double")


def _row(seen_by_void: bool, seen_by_edit: bool) -> dict[str, list[Op]]:
    made, void, edit = Stamp(1, "a", "e", 1), Stamp(5, "a", "e", 2), Stamp(4, "b", "e", 1)
    return {
        VOID: [Op(void, TAKEN, frozenset({made}), seen=frozenset({edit}) if seen_by_void else frozenset())],
        "phone": [Op(edit, ("123",), frozenset({made}), seen=frozenset({void}) if seen_by_edit else frozenset())],
    }


@pytest.mark.parametrize(("by_void", "by_edit"), [(True, False), (False, True)])
def test_taking_back_or_editing_after_seeing_the_other_asks_nobody(by_void: bool, by_edit: bool) -> None:
    done = settle_row(_row(by_void, by_edit))[VOID]
    assert (done.value, done.conflict) == (TAKEN, False)


def test_an_edit_and_a_taking_back_apart_keep_the_row_alive_and_ask_a_person() -> None:
    done = settle_row(_row(False, False))[VOID]
    assert (done.value, done.conflict) == (ALIVE, True)


def test_in_a_set_adding_wins_and_nobody_is_asked() -> None:
    done = settle_row(_row(False, False), adding_wins=True)[VOID]
    assert (done.value, done.conflict) == (ALIVE, False)


def test_two_who_take_the_same_row_back_agree() -> None:
    made = Stamp(1, "a", "e", 1)
    units = {VOID: [Op(Stamp(n, d, "e", 2), (str(n), d, "why"), frozenset({made})) for n, d in ((2, "a"), (3, "b"))]}
    done = settle_row(units)[VOID]
    assert (done.value[0], done.conflict) == ("3", False)


def _weigh(here: str, origin: str = "central"):
    def weigh(op: Op) -> Weight:
        if op.stamp.device == "central":
            return Weight.CENTRAL
        if op.made or op.stamp.device == here:
            return Weight.HERE
        return Weight.ORIGIN if op.stamp.device == origin else Weight.PROPOSAL

    return weigh


def test_what_the_central_owns_a_clinic_changes_for_itself_until_the_central_writes() -> None:
    made = Op(Stamp(1, "central", "e", 1), ("x",), made=True)
    clinic = Op(Stamp(9, "a", "e", 1), ("y",), frozenset({made.stamp}))
    central = Op(Stamp(2, "central", "e", 2), ("z",), frozenset({made.stamp}))
    for ops in itertools.permutations((made, clinic)):
        assert settle_row({"u": ops}, weigh=_weigh("a"))["u"].value == ("y",)
        assert settle_row({"u": ops}, weigh=_weigh("central"))["u"].value == ("x",)
    for ops in itertools.permutations((made, clinic, central)):
        for here in ("a", "b", "central"):
            assert settle_row({"u": ops}, weigh=_weigh(here))["u"].value == ("z",)


def test_a_clinics_own_row_counts_everywhere_until_the_central_writes() -> None:
    made = Op(Stamp(1, "a", "e", 1), ("x",), made=True)
    edit = Op(Stamp(2, "a", "e", 2), ("y",), frozenset({made.stamp}))
    assert settle_row({"u": [made, edit]}, weigh=_weigh("central", "a"))["u"].value == ("y",)
    decided = Op(Stamp(3, "central", "e", 1), ("z",), frozenset({made.stamp}))
    assert settle_row({"u": [made, edit, decided]}, weigh=_weigh("central", "a"))["u"].value == ("z",)


@settings(max_examples=50)
@given(histories())
def test_the_order_of_arrival_never_matters(ops: list[Op]) -> None:
    results = {repr(settle_register(list(order))) for order in itertools.islice(itertools.permutations(ops), 24)}
    assert len(results) == 1
