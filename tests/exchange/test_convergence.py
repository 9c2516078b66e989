"""Two clinics and a central: whatever way the sticks went, the same state; and nothing vanishes."""

from tests.makers.network import Network
from tests.makers.people import change, note, register
from tests.makers.state import of_site, whole


def test_the_central_gets_what_a_clinic_wrote(network: Network) -> None:
    clinic = network.clinics[0]
    patient = clinic.do(register())
    clinic.do(note(patient))
    report = network.central.merge(clinic.export().path)
    assert [(f.error, f.new_segments) for f in report.files] == [(None, 1)]
    assert of_site(network.central, clinic) == of_site(clinic, clinic)
