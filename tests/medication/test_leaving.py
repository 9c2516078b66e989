"""What leaves the shelf without being handed out: sendings, expiry, acts before two people."""

from datetime import date
from functools import partial

import pytest

from clinic_desktop.features.medication.queries import disposals as acts
from clinic_desktop.features.medication.queries import proof, shelf
from clinic_desktop.features.medication.queries import transfers as sent
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockMovement, StockTransfer
from clinic_desktop.features.medication.rules.kinds import MayReceive, MovementKind, PartnerKind
from clinic_desktop.features.medication.rules.leaving import (
    ActIncomplete,
    Leaving,
    MayNotReceive,
    ReceiverUnnamed,
    SentToItself,
    UnusableNotSent,
    WitnessIsFirst,
    WitnessMissing,
)
from clinic_desktop.features.medication.rules.refusals import NotExpiredYet
from clinic_desktop.features.medication.rules.shelf import NotEnough
from clinic_desktop.features.medication.service import correcting, disposals, partners, recalls, receiving, transfers
from clinic_desktop.features.medication.service.disposals import NewAct
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.numbers import is_whole
from clinic_desktop.storage.work import Work
from tests.medication.counter import Counter

TODAY = date(2026, 11, 23)


def lot_id(counter: Counter, number: str) -> str:
    rows = counter.ask(partial(shelf.lots, presentation_id=counter.fluoxetine))
    return next(row.lot.lot_id for row in rows if row.lot.lot_number == number)


def leaving(counter: Counter, number: str, units: int) -> Leaving:
    return Leaving(new_id(), lot_id(counter, number), units)


def other_clinic(counter: Counter) -> str:
    def add(work: Work) -> str:
        return work.add(Site(code="SUR", name="Clínica del Sur", kind="clinic", zone="America/Guatemala")).id

    return counter.do(add)


def test_several_lots_leave_in_one_sending_under_one_number_and_twice_is_once(counter: Counter) -> None:
    counter.receive(60, "A1")
    counter.receive(40, "B1")
    to, transfer_id = other_clinic(counter), new_id()
    lines = [leaving(counter, "A1", 60), leaving(counter, "B1", 10)]
    use_case = partial(transfers.send, transfer_id=transfer_id, lines=lines, to_site_id=to, carrier_text="Mototaxi")
    number = counter.do(use_case)
    assert counter.do(use_case) == number
    assert is_whole(number)
    assert counter.lots() == {"A1": 0, "B1": 30}
    told = counter.ask(partial(sent.sending, transfer_id=transfer_id))
    assert (told.to_name, told.lots, told.received_on) == ("Clínica del Sur", 2, None)
    shown = counter.ask(partial(sent.sent_lines, transfer_id=transfer_id))
    assert [(line.lot_number, line.units) for line in shown] == [("A1", 60), ("B1", 10)]
    there = counter.ask(partial(acts.lots_here, lot_ids=[lines[1].lot_id]))
    assert {line.shown_name for line in (*shown, *there)} == {"FLUoxetina"}


def test_nothing_of_a_sending_leaves_if_one_line_cannot(counter: Counter) -> None:
    counter.receive(60, "A1")
    to = other_clinic(counter)
    lines = [leaving(counter, "A1", 61)]
    with pytest.raises(NotEnough):
        counter.do(partial(transfers.send, transfer_id=new_id(), lines=lines, to_site_id=to))
    with pytest.raises(ReceiverUnnamed):
        counter.do(partial(transfers.send, transfer_id=new_id(), lines=[leaving(counter, "A1", 1)]))
    own = counter.ask(lambda reading: reading.site_id)
    with pytest.raises(SentToItself):
        counter.do(partial(transfers.send, transfer_id=new_id(), lines=[leaving(counter, "A1", 1)], to_site_id=own))
    assert counter.lots() == {"A1": 60}


def test_only_a_partner_that_may_receive_medicines_is_offered_and_sent_to(counter: Counter) -> None:
    counter.receive(60, "A1")
    post = counter.do(partial(partners.add_partner, kind=PartnerKind.HEALTH_POST, name="Puesto de Salud"))
    send = partial(
        transfers.send, transfer_id=new_id(), lines=[leaving(counter, "A1", 20)], to_partner_id=post
    )  # fmt: skip
    assert counter.ask(partial(sent.receivers, words="puesto")) == ()
    with pytest.raises(MayNotReceive):
        counter.do(send)
    counter.do(lambda work: work.revise(work.load(Partner, post), seen={}, to={"may_receive": [MayReceive.STOCK]}))
    assert [one.partner_id for one in counter.ask(partial(sent.receivers, words="puesto"))] == [post]
    counter.do(send)
    assert counter.movements()[0].partner == "Puesto de Salud"


def test_what_another_clinic_sent_is_awaited_until_it_is_received(counter: Counter) -> None:
    """As the stick brings it: the sending's own site is another."""
    counter.receive(60, "A1")
    here, south, transfer_id = counter.ask(lambda reading: reading.site_id), other_clinic(counter), new_id()

    def arrive(work: Work) -> None:
        work.add(
            StockTransfer(id=transfer_id, origin_site_id=south, number="SUR-AB00001-7", to_site_id=here, sent_on=TODAY)
        )
        lot = lot_id(counter, "A1")
        out = MovementKind.TRANSFER_OUT
        work.add(
            StockMovement(
                lot_id=lot, site_id=south, kind=out, units=-20, occurred_on=TODAY, transfer_id=transfer_id
            )
        )  # fmt: skip

    counter.do(arrive)
    (one,) = counter.ask(sent.awaited)
    assert (one.from_name, one.number, one.lots) == ("Clínica del Sur", "SUR-AB00001-7", 1)
    assert [line.units for line in counter.ask(partial(sent.sent_lines, transfer_id=transfer_id))] == [20]
    line = counter.ask(partial(sent.sent_lines, transfer_id=transfer_id))[0]
    came = receiving.DeliveryLine(line.presentation_id, line.lot_number, line.expires_on, line.units)
    receive = partial(
        receiving.receive_delivery, delivery_id=new_id(), partner_id=None, document_text=None, lines=[came]
    )
    counter.do(partial(receive, from_site_id=south, transfer_id=transfer_id))
    assert counter.ask(sent.awaited) == ()
    assert counter.balance().units == 80


def test_all_that_expired_leaves_at_once_and_nothing_that_did_not(counter: Counter, clock: StillClock) -> None:
    counter.receive(60, "A1", date(2027, 3, 31))
    counter.receive(40, "B1", date(2027, 4, 30))
    counter.receive(20, "C1", date(2028, 1, 31))
    clock.advance(days=180)
    here = counter.ask(acts.expired_here)
    assert [(line.lot_number, line.units) for line in here] == [("A1", 60), ("B1", 40)]
    lines = [Leaving(new_id(), line.lot_id, line.units) for line in here]
    assert counter.do(partial(disposals.take_off_expired, lines=lines)) == 2
    assert counter.do(partial(disposals.take_off_expired, lines=lines)) == 0
    assert counter.lots() == {"A1": 0, "B1": 0, "C1": 20}
    with pytest.raises(NotExpiredYet):
        counter.do(partial(disposals.take_off_expired, lines=[leaving(counter, "C1", 20)]))


def act(**more: object) -> NewAct:
    told: dict[str, object] = {
        "disposal_id": new_id(), "done_on": TODAY, "second_name": "Rosa Us", "where": "Hospital",
        "how": "incinerado", "reason": "vencido",
    }  # fmt: skip
    return NewAct(**(told | more))  # type: ignore[arg-type]


def test_an_act_has_two_names_a_place_and_a_way_and_is_done_once(counter: Counter) -> None:
    counter.receive(60, "A1")
    lines = [leaving(counter, "A1", 60)]
    for wrong, refused in (
        (act(second_name=" "), WitnessMissing),
        (act(second_name="coordinacion"), WitnessIsFirst),
        (act(second_id=counter.ask(lambda reading: reading.actor.staff_id)), WitnessIsFirst),
        (act(where=""), ActIncomplete),
    ):
        with pytest.raises(refused):
            counter.do(partial(disposals.dispose, act=wrong, lines=lines))
    good = act()
    number = counter.do(partial(disposals.dispose, act=good, lines=lines))
    assert counter.do(partial(disposals.dispose, act=good, lines=lines)) == number
    told = counter.ask(partial(acts.act, disposal_id=good.disposal_id))
    assert (told.second_name, told.where, told.given_back_to) == ("Rosa Us", "Hospital", None)
    assert counter.lots() == {"A1": 0}
    assert counter.movements()[0].kind is MovementKind.DESTRUCTION


def test_what_goes_back_to_its_donor_is_an_act_too_and_names_the_donor(counter: Counter) -> None:
    counter.receive(60, "A1")
    back = act(given_back_to=counter.pharmacy)
    counter.do(partial(disposals.dispose, act=back, lines=[leaving(counter, "A1", 20)]))
    assert counter.ask(partial(acts.act, disposal_id=back.disposal_id)).given_back_to == "Farmacia Nueva"
    assert counter.movements()[0].kind is MovementKind.TRANSFER_OUT


def test_what_was_called_back_or_expired_is_not_sent_to_be_used_but_destroyed_and_that_is_taken_back(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(60, "A1")
    to, product = other_clinic(counter), counter.fluoxetine
    counter.do(
        partial(
            recalls.call_back,
            recall_id=new_id(),
            presentation_id=product,
            lot_number="A1",
            reason="color",
            source_text="",
        )
    )
    with pytest.raises(UnusableNotSent):
        counter.do(partial(transfers.send, transfer_id=new_id(), lines=[leaving(counter, "A1", 1)], to_site_id=to))
    soon = receiving.DeliveryLine(product, "B1", date(2027, 1, 31), 30)
    counter.receive_lines(soon, accept_short=True)
    clock.advance(days=90)
    with pytest.raises(UnusableNotSent):
        counter.do(partial(transfers.send, transfer_id=new_id(), lines=[leaving(counter, "B1", 1)], to_site_id=to))
    by_hand = partial(correcting.take_off, movement_id=new_id(), units=1, kind=MovementKind.TRANSFER_OUT, reason="fue")
    for lot in ("A1", "B1"):
        with pytest.raises(UnusableNotSent):
            counter.do(partial(by_hand, lot_id=lot_id(counter, lot)))
    lines = [leaving(counter, "A1", 60), leaving(counter, "B1", 30)]
    done = act(done_on=date(2027, 2, 20))
    counter.do(partial(disposals.dispose, act=done, lines=lines))
    assert (counter.lots(), counter.ask(proof.check_sums)) == ({"A1": 0, "B1": 0}, ())
    for line in lines:
        counter.do(partial(correcting.counter_movement, movement_id=line.movement_id, reason="otra caja"))
    assert (counter.lots(), counter.ask(proof.check_sums)) == ({"A1": 60, "B1": 30}, ())
    assert counter.balance().usable == 0, "what came back is as unusable as it was"
    assert counter.ask(acts.put_apart) == ()


def test_what_was_put_apart_when_it_expired_gets_its_act_later_and_the_balance_stays(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(60, "A1", date(2027, 3, 31))
    counter.receive(40, "B1", date(2028, 1, 31))
    clock.advance(days=180)
    (line,) = counter.ask(acts.expired_here)
    counter.do(partial(disposals.take_off_expired, lines=[Leaving(new_id(), line.lot_id, line.units)]))
    (apart,) = counter.ask(acts.put_apart)
    assert (apart.lot_number, apart.units) == ("A1", 60)
    with pytest.raises(NotEnough):
        counter.do(partial(disposals.dispose, act=act(), lines=[Leaving(new_id(), apart.lot_id, 61, was_apart=True)]))
    good = act()
    lines = [Leaving(new_id(), apart.lot_id, apart.units, was_apart=True)]
    counter.do(partial(disposals.dispose, act=good, lines=lines))
    counter.do(partial(disposals.dispose, act=good, lines=lines))
    assert counter.lots() == {"A1": 0, "B1": 40}
    assert counter.ask(acts.put_apart) == ()
    shown = counter.ask(partial(acts.act_lines, disposal_id=good.disposal_id))
    assert [(one.lot_number, one.units) for one in shown] == [("A1", 60)]
    assert counter.ask(proof.check_sums) == ()
