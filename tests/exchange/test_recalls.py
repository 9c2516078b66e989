"""A lot that is called back at one place is given at no other, through real bundles."""

from datetime import date
from functools import partial

import pytest

from clinic_desktop.features.medication.queries import recalls
from clinic_desktop.features.medication.rules.refusals import NotOurRecall
from clinic_desktop.features.medication.rules.shelf import NotEnough
from clinic_desktop.features.medication.service import recalls as calling
from clinic_desktop.kernel.ids import new_id
from tests.makers.network import Network
from tests.medication.counter import open_counter


def test_a_lot_that_the_central_calls_back_is_given_at_no_clinic_and_only_the_central_ends_it(network: Network) -> None:
    central, clinic = network.central, network.clinics[0]
    here = open_counter(clinic.do, clinic.ask)
    here.receive(100, "AB-12", date(2028, 6, 30))
    request_id = here.prescribe(days=60)
    here.give(request_id, 30)
    network.round()
    recall_id = new_id()
    call = partial(calling.call_back, recall_id=recall_id, presentation_id=here.fluoxetine, lot_number="ab 12")
    central.do(partial(call, reason="aviso", source_text="MSPAS 12-2026"))
    assert here.balance().usable == 70
    network.round()
    assert (here.balance().usable, here.balance().withheld) == (0, 70)
    with pytest.raises(NotEnough):
        here.give(request_id, 30, accept_early=True)
    (found,) = clinic.ask(partial(recalls.receivers, recall_id=recall_id))
    assert (found.patient_id, found.units) == (here.patient, 30)
    end = partial(calling.end_recall, recall_id=recall_id, reason="era otro lote")
    with pytest.raises(NotOurRecall):
        clinic.do(end)
    central.do(end)
    network.round()
    assert here.balance().usable == 70


def test_what_a_clinic_calls_back_its_other_computer_and_the_central_withhold_too(network: Network) -> None:
    central, clinic = network.central, network.clinics[0]
    here = open_counter(clinic.do, clinic.ask)
    here.receive(100, "A1", date(2028, 6, 30))
    call = partial(calling.call_back, recall_id=new_id(), presentation_id=here.fluoxetine, lot_number="A1")
    clinic.do(partial(call, reason="cápsulas rotas", source_text=""))
    network.round()
    (known,) = central.ask(recalls.recalls)
    assert known.is_open and not known.of_this_site
    central.do(partial(calling.end_recall, recall_id=known.recall_id, reason="se revisó"))
    network.round()
    assert here.balance().usable == 100
