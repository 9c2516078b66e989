"""Mistakes, returns and losses: one more movement each; what is written stays."""

from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from clinic_desktop.features.medication import service
from clinic_desktop.features.medication.queries import handing, proof, shelf
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyBroughtBack,
    AlreadyCountered,
    MirrorIsFinal,
    NotByHand,
    NotExpiredYet,
)
from clinic_desktop.features.medication.rules.shelf import NotEnough
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import FinalRecord, Vault
from clinic_desktop.storage.work import Actor, ReasonMissing, Work
from tests.medication.counter import Counter


def counter_it(counter: Counter, movement_id: str, reason: str = "lote equivocado") -> str:
    return counter.do(partial(correcting.counter_movement, movement_id=movement_id, reason=reason))


def lot_of(counter: Counter) -> str:
    return counter.ask(partial(shelf.lots, presentation_id=counter.fluoxetine))[0].lot.lot_id


def of_kind(counter: Counter, kind: MovementKind) -> str:
    return next(m.movement_id for m in counter.movements() if m.kind is kind)


def owed(counter: Counter) -> list[int]:
    return [item.owed for item in counter.ask(partial(handing.owed_to, patient_id=counter.patient))]


def test_a_mistaken_receipt_is_countered_by_its_mirror_and_both_stay(counter: Counter) -> None:
    counter.receive(60)
    wrong = counter.movements()[0].movement_id
    with pytest.raises(ReasonMissing):
        counter_it(counter, wrong, "  ")
    mirror = counter_it(counter, wrong)
    assert {(m.kind, m.units, m.countered, m.mirrors) for m in counter.movements()} == {
        (MovementKind.MIRROR, -60, False, True),
        (MovementKind.RECEIPT, 60, True, False),
    }
    assert counter.balance().units == 0
    with pytest.raises(AlreadyCountered):
        counter_it(counter, wrong)
    with pytest.raises(MirrorIsFinal):
        counter_it(counter, mirror)
    assert counter.ask(proof.check_sums) == ()


def test_a_receipt_whose_units_have_left_cannot_be_countered(counter: Counter) -> None:
    counter.receive(60)
    counter.give(counter.prescribe(), 30)
    with pytest.raises(NotEnough):
        counter_it(counter, of_kind(counter, MovementKind.RECEIPT))


def test_a_mistaken_handing_out_is_owed_again(counter: Counter) -> None:
    counter.receive(60)
    request_id = counter.prescribe()
    counter.give(request_id, 30)
    counter_it(counter, of_kind(counter, MovementKind.DISPENSE), "no se la llevó")
    assert counter.balance().units == 60
    assert owed(counter) == [30]
    counter.give(request_id, 30)
    assert (counter.balance().units, owed(counter)) == (30, [])
    assert counter.ask(proof.check_sums) == ()


def test_what_a_person_brings_back_is_not_owed_again(counter: Counter) -> None:
    counter.receive(60)
    dispense_id = counter.give(counter.prescribe(), 30)
    bring = partial(correcting.take_back, return_id=new_id(), dispense_id=dispense_id, units=10, reason="le sobraron")
    for _ in range(2):
        counter.do(bring)
    assert (counter.balance().units, owed(counter)) == (40, [])
    with pytest.raises(AlreadyBroughtBack):
        counter.do(partial(bring, return_id=new_id(), units=21))
    assert counter.ask(proof.check_sums) == ()


def test_what_came_back_spoiled_leaves_the_shelf_at_once(counter: Counter) -> None:
    counter.receive(60)
    dispense_id = counter.give(counter.prescribe(), 30)
    bring = partial(correcting.take_back, dispense_id=dispense_id, units=10, reason="mojadas", fit=False)
    counter.do(partial(bring, return_id=new_id()))
    assert counter.balance().units == 30
    assert {(m.kind, m.units) for m in counter.movements()} >= {(MovementKind.RETURN, 10), (MovementKind.LOSS, -10)}
    assert counter.ask(proof.check_sums) == ()


def test_a_countered_return_and_a_countered_handing_out_keep_the_person_s_sum(counter: Counter) -> None:
    counter.receive(60)
    dispense_id = counter.give(counter.prescribe(), 30)
    bring = partial(correcting.take_back, return_id=new_id(), dispense_id=dispense_id, units=10, reason="sobran")
    counter.do(bring)
    returned, given = of_kind(counter, MovementKind.RETURN), of_kind(counter, MovementKind.DISPENSE)
    with pytest.raises(AlreadyBroughtBack):
        counter_it(counter, given)
    counter_it(counter, returned)
    counter_it(counter, given)
    assert (counter.balance().units, owed(counter)) == (60, [30])
    assert counter.ask(proof.check_sums) == ()


def test_a_return_goes_back_to_the_lots_it_came_from(counter: Counter) -> None:
    counter.receive(18, "A1", date(2027, 3, 31))
    counter.receive(60, "B1", date(2027, 9, 30))
    dispense_id = counter.give(counter.prescribe(), 30)
    bring = partial(correcting.take_back, return_id=new_id(), dispense_id=dispense_id, units=30, reason="no la quiso")
    counter.do(bring)
    assert counter.lots() == {"A1": 18, "B1": 60}


def test_losses_are_written_with_a_reason_and_never_below_zero(counter: Counter) -> None:
    counter.receive(60)
    lot_id, movement_id = lot_of(counter), new_id()
    off = partial(correcting.take_off, lot_id=lot_id, kind=MovementKind.LOSS, reason="se mojaron")
    for _ in range(2):
        counter.do(partial(off, movement_id=movement_id, units=20))
    assert counter.balance().units == 40
    with pytest.raises(NotEnough):
        counter.do(partial(off, movement_id=new_id(), units=41))
    with pytest.raises(ReasonMissing):
        counter.do(partial(off, movement_id=new_id(), units=1, reason=""))
    for kind in (MovementKind.RECEIPT, MovementKind.DESTRUCTION, MovementKind.COUNT, MovementKind.DISPENSE):
        with pytest.raises(NotByHand):
            counter.do(partial(off, movement_id=new_id(), units=1, kind=kind))


def test_only_what_has_expired_is_taken_off_as_expired(counter: Counter, clock: StillClock) -> None:
    counter.receive(60)
    off = partial(
        correcting.take_off, lot_id=lot_of(counter), units=60, kind=MovementKind.EXPIRY, reason="vencidas, apartadas"
    )
    with pytest.raises(NotExpiredYet):
        counter.do(partial(off, movement_id=new_id()))
    clock.advance(days=250)
    counter.do(partial(off, movement_id=new_id()))
    assert counter.balance().units == 0


def test_movements_are_final_for_sql_too(counter: Counter, vault: Vault, actor: Actor) -> None:
    counter.receive(60)
    wrong = counter.movements()[0].movement_id

    def run(statement: str) -> None:
        def use_case(work: Work) -> None:
            work.session.execute(sa.text(statement), {"id": wrong, "site": work.site_id})

        vault.do(use_case, actor)

    with pytest.raises(FinalRecord):
        run("UPDATE stock_movement SET units = 1000 WHERE id = :id")
    with pytest.raises(IntegrityError, match="not deleted"):
        run("DELETE FROM stock_movement WHERE id = :id")
    with pytest.raises(FinalRecord):
        run(
            "INSERT OR REPLACE INTO stock_movement (id, lot_id, site_id, kind, units, origin_site_id, recorded_at,"
            " recorded_by) SELECT id, lot_id, site_id, kind, 1000, origin_site_id, recorded_at, recorded_by"
            " FROM stock_movement WHERE id = :id"
        )
    assert counter.balance().units == 60


def test_no_service_sets_a_balance() -> None:
    import pkgutil

    names = [
        name
        for module in pkgutil.iter_modules(service.__path__)
        for name in vars(__import__(f"{service.__name__}.{module.name}", fromlist=["x"]))
    ]
    # How little or much a shelf should hold is said by people; what it holds is only ever a sum.
    names = [name for name in names if name != "set_level"]
    assert not [name for name in names if "balance" in name or name.startswith(("set_", "edit_"))]


def test_counting_back_is_for_those_who_may(counter: Counter, vault: Vault) -> None:
    counter.receive(60)
    helper = Actor(new_id(), "Mateo", frozenset({Permission.DISPENSE, Permission.RECEIVE_STOCK}))
    wrong = counter.movements()[0].movement_id
    with pytest.raises(NotAllowed):
        vault.do(partial(correcting.counter_movement, movement_id=wrong, reason="x"), helper)


def test_the_proof_of_the_morning_shows_what_a_merge_brought(counter: Counter, vault: Vault, actor: Actor) -> None:
    """Two laptops of one clinic gave the same box; a movement came before its lot; one mistake was countered twice."""
    counter.receive(10)
    lot_id, first = lot_of(counter), counter.movements()[0].movement_id

    def merged(work: Work) -> None:
        def movement(units: int, kind: MovementKind, lot: str = lot_id, countered: str | None = None) -> None:
            work.add(
                StockMovement(
                    lot_id=lot,
                    site_id=work.site_id,
                    kind=kind,
                    units=units,
                    occurred_on=work.today,
                    countered_id=countered,
                )
            )

        movement(-5, MovementKind.MIRROR, countered=first)
        movement(-10, MovementKind.MIRROR, countered=first)
        movement(-7, MovementKind.LOSS, lot=new_id())

    vault.do(merged, actor, importing=True)
    found = counter.ask(proof.check_sums)
    assert sorted(finding.what for finding in found) == [
        proof.Wrong.BELOW_ZERO,
        proof.Wrong.COUNTERED_TWICE,
        proof.Wrong.NOT_A_MIRROR,
        proof.Wrong.WITHOUT_LOT,
    ]
    assert any(
        f.sentence()
        == "fluoxetina 20 mg — capsule, lot A1: 5 capsules more left than came. Count it and look for the paper."
        for f in found
    )
    assert counter.balance().units == -5, "told as it is, not hidden"
    assert counter.balance().usable == 0
