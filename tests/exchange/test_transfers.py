"""What a clinic sends to the central office: compared there with what came, and the same sums at both."""

from datetime import date
from functools import partial

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.medication.queries import donations, proof, transfers
from clinic_desktop.features.medication.queries.proof import Wrong
from clinic_desktop.features.medication.rules.kinds import Form, Gift, PartnerKind, Route, Unit
from clinic_desktop.features.medication.rules.leaving import Leaving
from clinic_desktop.features.medication.rules.refusals import TransferReceived
from clinic_desktop.features.medication.service import correcting, formulary, partners
from clinic_desktop.features.medication.service import donations as giving
from clinic_desktop.features.medication.service import transfers as sending
from clinic_desktop.features.medication.service.donations import NewGift
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.receiving import DeliveryLine, receive_delivery
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work
from tests.exchange.conftest import MakeNetwork
from tests.makers.network import Office
from tests.medication.counter import JUNE


def _found(work: Work) -> None:
    place = work.place
    zone = str(place.zone)
    work.add(Site(id=place.site_id, code=place.site_code, name=place.site_name, kind=place.role, zone=zone))


def _wrong(office: Office) -> list[tuple[Wrong, int]]:
    return [(found.what, found.units) for found in office.ask(proof.check_sums)]


def test_what_a_clinic_sends_is_received_in_parts_and_the_central_says_what_differs(make: MakeNetwork) -> None:
    wiring.fill()
    network = make(1)
    central, (clinic,) = network.central, network.clinics
    central.do(_found)
    clinic.do(_found)
    new = NewPresentation("litio", Form.TABLET, "300 mg", Unit.TABLET, 100, Route.ORAL)
    product = clinic.do(partial(formulary.add_presentation, new=new))
    donor = clinic.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    gift_id, sent_id, left_id = new_id(), new_id(), new_id()
    gift = NewGift(donor, Gift.MEDICINE, date(2026, 11, 23), "D-1")
    clinic.do(partial(giving.add_donation, donation_id=gift_id, gift=gift))
    come = partial(receive_delivery, document_text=None)
    line = DeliveryLine(product, "A1", JUNE, 100)
    clinic.do(partial(come, delivery_id=new_id(), partner_id=donor, donation_id=gift_id, lines=[line]))
    ((lot_id,),) = clinic.sql("SELECT id FROM stock_lot")
    network.round()
    to = central.vault.place.site_id
    leaving = Leaving(movement_id=left_id, lot_id=lot_id, units=40)
    clinic.do(partial(sending.send, transfer_id=sent_id, lines=[leaving], to_site_id=to))
    network.round()
    (awaited,) = central.ask(transfers.awaited)
    (sent,) = central.ask(partial(transfers.sent_lines, transfer_id=sent_id))
    assert (awaited.transfer_id, sent.lot_id, sent.units) == (sent_id, lot_id, 40)
    clinic_id = clinic.vault.place.site_id
    arrive = partial(come, partner_id=None, from_site_id=clinic_id, transfer_id=sent_id)

    def lines(units: int) -> list[DeliveryLine]:
        return [DeliveryLine(product, "A1", JUNE, units, lot_id=lot_id)]

    once = partial(arrive, delivery_id=new_id(), lines=lines(30))
    assert central.do(once) == central.do(once)
    with pytest.raises(TransferReceived):
        central.do(partial(arrive, delivery_id=new_id(), lines=lines(8)))
    assert _wrong(central) == [(Wrong.NOT_AS_SENT, -10)]
    central.do(partial(arrive, delivery_id=new_id(), lines=lines(8), in_parts=True))
    network.round()
    assert (central.ask(transfers.awaited), _wrong(central), _wrong(clinic)) == ((), [(Wrong.NOT_AS_SENT, -2)], [])
    sums = "SELECT site_id, sum(units) FROM stock_movement WHERE lot_id = ? GROUP BY site_id"
    assert dict(central.sql(sums, (lot_id,))) == {clinic_id: 60, to: 38}
    assert dict(clinic.sql(sums, (lot_id,))) == {clinic_id: 60, to: 38}, "what came of it is known where it left"
    (of_gift,) = central.ask(partial(donations.lots_of, donation_id=gift_id))
    assert (of_gift.lot_number, of_gift.fate.received) == ("A1", 100)
    clinic.do(partial(correcting.counter_movement, movement_id=left_id, reason="error"))
    network.round()
    assert _wrong(central) == [(Wrong.NOT_AS_SENT, 38)], "it never left, and still it arrived"


def test_what_a_clinic_sends_to_another_is_there_by_lines_and_what_came_of_it_goes_back(
    make: MakeNetwork,
) -> None:
    wiring.fill()
    network = make(3)
    first, second, third = network.clinics
    for office in network.all():
        office.do(_found)
    new = NewPresentation("litio", Form.TABLET, "300 mg", Unit.TABLET, 100, Route.ORAL)
    product = first.do(partial(formulary.add_presentation, new=new))
    donor = first.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    come = partial(receive_delivery, document_text=None)
    line = DeliveryLine(product, "A1", JUNE, 100)
    first.do(partial(come, delivery_id=new_id(), partner_id=donor, lines=[line]))
    ((lot_id,),) = first.sql("SELECT id FROM stock_lot")
    network.round()
    network.round()
    to, sent_id, left_id = second.vault.place.site_id, new_id(), new_id()
    names = {one.name for one in first.ask(transfers.receivers)}
    assert {"Oficina central", "Clínica 2", "Clínica 3"} <= names, "every clinic knows the others"
    leaving = Leaving(movement_id=left_id, lot_id=lot_id, units=40)
    first.do(partial(sending.send, transfer_id=sent_id, lines=[leaving], to_site_id=to))
    network.round()
    network.round()
    (awaited,) = second.ask(transfers.awaited)
    (sent,) = second.ask(partial(transfers.sent_lines, transfer_id=sent_id))
    assert (awaited.from_name, sent.name, sent.lot_number, sent.units) == ("Clínica 1", "litio", "A1", 40)
    assert _wrong(second) == []
    from_id = first.vault.place.site_id
    came = DeliveryLine(product, "A1", JUNE, 38, lot_id=lot_id)
    second.do(
        partial(come, delivery_id=new_id(), partner_id=None, from_site_id=from_id, transfer_id=sent_id, lines=[came])
    )
    assert second.ask(transfers.awaited) == ()
    network.round()
    network.round()
    (known,) = first.ask(transfers.sendings)
    assert (known.to_name, known.received_on) == ("Clínica 2", date(2026, 11, 23))
    sums = "SELECT site_id, units FROM shelf_sum WHERE lot_id = ?"
    assert dict(network.central.sql(sums, (lot_id,))) == {from_id: 60, to: 38}
    assert dict(first.sql(sums, (lot_id,))) == {from_id: 60, to: 38}
    assert dict(second.sql(sums, (lot_id,)))[to] == 38
    assert (_wrong(first), _wrong(second), _wrong(network.central)) == ([], [], [(Wrong.NOT_AS_SENT, -2)])
    assert third.sql("SELECT id FROM stock_movement") == [], "it is nothing to the third clinic"


def test_a_sending_that_was_a_mistake_never_left_there_either(make: MakeNetwork) -> None:
    wiring.fill()
    network = make(2)
    first, second = network.clinics
    for office in network.all():
        office.do(_found)
    new = NewPresentation("litio", Form.TABLET, "300 mg", Unit.TABLET, 100, Route.ORAL)
    product = first.do(partial(formulary.add_presentation, new=new))
    donor = first.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    line = DeliveryLine(product, "A1", JUNE, 100)
    first.do(partial(receive_delivery, document_text=None, delivery_id=new_id(), partner_id=donor, lines=[line]))
    ((lot_id,),) = first.sql("SELECT id FROM stock_lot")
    network.round()
    network.round()
    left_id = new_id()
    leaving = Leaving(movement_id=left_id, lot_id=lot_id, units=40)
    first.do(partial(sending.send, transfer_id=new_id(), lines=[leaving], to_site_id=second.vault.place.site_id))
    network.round()
    network.round()
    assert len(second.ask(transfers.awaited)) == 1
    first.do(partial(correcting.counter_movement, movement_id=left_id, reason="error"))
    network.round()
    network.round()
    assert second.ask(transfers.awaited) == ()
