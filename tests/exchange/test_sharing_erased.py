"""What was written of somebody who came to two clinics is erased at both, also where the record goes no more."""

from functools import partial

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.bundles.service import sharing
from clinic_desktop.kernel.ids import new_id
from tests.exchange.test_sharing import says, shared, site
from tests.makers.erasing import erase, rows_with
from tests.makers.network import Network
from tests.makers.people import allergy, change, note, register


@pytest.mark.parametrize("taken_back", [False, True])
def test_it_is_erased_at_both_clinics(network: Network, *, taken_back: bool) -> None:
    wiring.fill()
    first, second = network.clinics
    central = network.central
    patient = first.do(register(given_names="Xochitl"))
    first.do(note(patient, "Vive en Pulay."))
    first.do(change(patient, phone="5555"))
    consent = first.do(says(patient))
    network.round()
    share_id = new_id()
    central.do(shared(patient, site(second), consent, share_id))
    network.round()
    second.do(allergy(patient, "penicilina"))
    network.round()
    network.round()
    if taken_back:
        central.do(partial(sharing.take_back, share_id=share_id, reason="ya no viene"))
        network.round()
    erase(central, patient)
    network.round()
    network.round()
    for office in network.all():
        assert office.sql("SELECT given_names, phone FROM patient WHERE id = ?", (patient,)) == [(None, None)]
        assert all("Pulay" not in str(row) for row in office.sql("SELECT sections FROM consult_note"))
        assert office.sql("SELECT count(*) FROM field_op WHERE value LIKE '%5555%'") == [(0,)]
        assert all(substance is None for (substance,) in office.sql("SELECT substance FROM allergy"))
        assert rows_with(office, "Xochitl") == [], "not in a kept copy either"
