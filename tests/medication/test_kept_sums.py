"""The sums kept beside the movements are theirs, whoever wrote, and can always be made again."""

from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import proof, shelf
from clinic_desktop.features.medication.queries.sums import wrong_sums
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.shelf import NotEnough
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.features.medication.service.sums import make_sums_again
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from tests.medication.counter import Counter


def test_every_movement_is_in_the_kept_sums(counter: Counter) -> None:
    counter.receive(60, "A1")
    counter.receive(40, "B2")
    counter.give(counter.prescribe(), 30)
    lot = counter.ask(partial(shelf.lots_first_expiring, presentation_id=counter.fluoxetine))[0]
    off = partial(correcting.take_off, movement_id=new_id(), lot_id=lot.lot_id, units=5, kind=MovementKind.LOSS)
    counter.do(partial(off, reason="se rompió"))
    assert counter.ask(wrong_sums) == ()
    product = counter.ask(partial(shelf.presentation, presentation_id=counter.fluoxetine))
    assert (product.units, product.usable) == (65, 65) == (counter.balance().units, counter.balance().usable)


def test_a_wrong_kept_sum_is_found_and_made_again(counter: Counter, vault: Vault, do: Any) -> None:
    counter.receive(60, "A1")
    with vault._writer.begin() as writing:
        writing.exec_driver_sql("UPDATE shelf_sum SET units = 600")
        writing.exec_driver_sql("INSERT INTO shelf_sum VALUES ('elsewhere', 'no lot', 7)")
    assert sorted((wrong.kept, wrong.summed) for wrong in counter.ask(wrong_sums)) == [(7, 0), (600, 60)]
    assert do(make_sums_again) == 2
    assert counter.ask(wrong_sums) == ()
    assert do(make_sums_again) == 0


@pytest.mark.parametrize("kept", [0, 600, -5])
def test_a_wrong_kept_sum_is_told_and_changes_nothing_at_the_counter(
    counter: Counter, vault: Vault, do: Any, kept: int
) -> None:
    counter.receive(60, "A1")
    request_id = counter.prescribe("2-2-2", days=30)
    with vault._writer.begin() as writing:
        writing.exec_driver_sql(f"UPDATE shelf_sum SET units = {kept}")
    told = counter.ask(proof.check_sums)
    assert proof.Wrong.KEPT_SUM in {found.what for found in told}
    (lot,) = counter.ask(partial(shelf.lots_first_expiring, presentation_id=counter.fluoxetine))
    assert (lot.units, counter.balance().usable, counter.lots()) == (60, 60, {"A1": 60})
    with pytest.raises(NotEnough):
        counter.give(request_id, 61)
    counter.give(request_id, 50)
    assert (counter.balance().usable, counter.lots()) == (10, {"A1": 10})
    do(make_sums_again)
    assert counter.ask(proof.check_sums) == ()
