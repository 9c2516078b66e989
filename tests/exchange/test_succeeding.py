"""The plain case of a merge, decided without weighing: it says what the law says, and leaves the same behind."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.exchange.format.parts import RowChange
from clinic_desktop.exchange.merge import conflicts, updating
from clinic_desktop.exchange.merge.rules import Op, Stamp, settle_register
from clinic_desktop.exchange.merge.succeeding import overwrote_all
from clinic_desktop.exchange.merge.versions import stamp_text, write_stamps
from clinic_desktop.features.patients.records import Allergy, Patient
from tests.exchange.test_merge_law import histories
from tests.makers.network import Network, Office
from tests.makers.people import allergy, change, register, void
from tests.makers.state import whole

MakeNetwork = Callable[[int], Network]
FIELDS = ("phone", "community", "mother_name", "given_names")


def _follows(own: Stamp, prev: frozenset[Stamp], known: Sequence[Op]) -> bool:
    return overwrote_all(
        stamp_text(own), write_stamps(prev), [(stamp_text(op.stamp), write_stamps(op.prev)) for op in known]
    )


@given(histories(), st.data())
def test_what_simply_follows_is_what_the_law_shows_and_nobody_is_asked(ops: list[Op], data: st.DataObject) -> None:
    known = list(dict.fromkeys(data.draw(st.permutations(ops))))
    own = Stamp(data.draw(st.integers(0, 9)), "d", "e", data.draw(st.integers(1, 3)))
    prev = frozenset(data.draw(st.sets(st.sampled_from([op.stamp for op in known]))))
    if _follows(own, prev, known):
        op = Op(own, (9,), prev)
        done = settle_register([*known, op])
        assert (done.value, done.frontier, done.conflict) == ((9,), (op,), False)


@given(histories())
def test_a_change_that_overwrote_all_that_was_open_simply_follows(ops: list[Op]) -> None:
    known = list(dict.fromkeys(ops))
    if len({op.stamp for op in known}) == len(known):
        prev = frozenset(op.stamp for op in settle_register(known).frontier)
        loops = any(op.stamp in other.prev and other.stamp in op.prev for op in known for other in known)
        assert (
            loops
            or any(op.made and op.stamp not in prev for op in known)
            or _follows(Stamp(9, "d", "e", 1), prev, known)
        )


def test_one_that_somebody_overwrote_already_does_not() -> None:
    first, own = Stamp(1, "a", "e", 1), Stamp(2, "b", "e", 1)
    later = Op(Stamp(3, "c", "e", 1), (3,), frozenset({own}))
    assert not _follows(own, frozenset({first}), [Op(first, (1,), made=True), later])


@pytest.mark.parametrize("seed", range(4))
def test_with_and_without_it_the_central_holds_the_same(
    make: MakeNetwork, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance, network = random.Random(seed), make(2)
    people: list[str] = []
    for clinic in network.clinics:
        people += [clinic.do(register(given_names=f"Ana {n}")) for n in range(4)]
    allergies = [network.clinics[0].do(allergy(person, "maní")) for person in people[:4]]
    network.round()
    files: list[Path] = []
    for step in range(12):
        office = chance.choice(network.all())
        _edit(chance, office, network, people, allergies, step)
        if office is not network.central and chance.random() < 0.6:
            files.append(office.export().path)
        if chance.random() < 0.3:
            answers = network.central.answer()
            network.clinics[0].accept(answers["Clínica 1"])
    files += [clinic.export().path for clinic in network.clinics]
    chance.shuffle(files)
    central = network.central
    central.answer()  # cuts what waits: after the restoring it would be cut in another epoch
    central.save_copy("before")
    central.merge(*files)
    quick = _left(central)
    central.restore("before")
    monkeypatch.setattr(updating, "succeed", _nothing_is_plain)
    central.merge(*files)
    assert quick == _left(central)


def _nothing_is_plain(landing: Any, shape: Any, changes: list[RowChange], *_rest: Any) -> list[RowChange]:
    return changes


def _edit(
    chance: random.Random, office: Office, network: Network, people: list[str], allergies: list[str], step: int
) -> None:
    if office is network.central:
        own = people
    else:
        at = network.clinics.index(office) * 4
        own = people[at : at + 4]
    person = chance.choice(own)
    if chance.random() < 0.15 and office is not network.clinics[1]:
        row = chance.choice(allergies)
        if not office.sql("SELECT 1 FROM allergy WHERE id = ? AND voided_at IS NOT NULL", (row,)):
            office.do(void(row, Allergy))
        return
    office.do(change(person, Patient, **{chance.choice(FIELDS): f"{step}"}))


def _left(central: Office) -> tuple[Any, ...]:
    """Rows, operations, conflicts; what the ledger vouches for; and the conflicts as made again from the operations."""
    digests = central.sql("SELECT rows FROM ledger WHERE act = 'exchange.apply' ORDER BY seq")
    state = whole(central)
    central.vault.do(conflicts.rebuild, central.actor, importing=True)
    assert whole(central)["open conflicts"] == state["open conflicts"]
    return state, [sorted(json.loads(rows)) for (rows,) in digests]
