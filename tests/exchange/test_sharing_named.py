"""What a shared record names is known where it is read, and no list to choose from grows by it."""

from clinic_desktop.app import wiring
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.records import Role, Site, StaffMember
from clinic_desktop.storage.work import Work
from tests.exchange.test_sharing import says, shared, site
from tests.makers.network import Network
from tests.makers.people import note, register


def _found(work: Work) -> None:
    place = work.place
    zone = str(place.zone)
    work.add(Site(id=place.site_id, code=place.site_code, name=place.site_name, kind=place.role, zone=zone))
    role = work.add(Role(code="psychiatrist", title="Psiquiatra", permissions=["prescribe"]))
    name = f"Dra. {place.site_name}"
    work.add(StaffMember(id=work.actor.staff_id, display_name=name, full_name=name, role_id=role.id, active=True))


def _prescribe(work: Work, patient_id: str) -> None:
    medicine = work.add(Medicine(name="litio")).id
    product = work.add(Presentation(medicine_id=medicine, strength_text="300 mg")).id
    work.add(MedicationRequest(patient_id=patient_id, presentation_id=product, prescriber_id=work.actor.staff_id))


def test_who_wrote_it_and_which_medicine_are_known_and_no_team_grows(network: Network) -> None:
    wiring.fill()
    first, second = network.clinics
    for office in network.all():
        office.do(_found)
    patient = first.do(register())
    first.do(note(patient))
    first.do(lambda work: _prescribe(work, patient))
    consent = first.do(says(patient))
    network.round()
    network.round()
    before = [one.full_name for one in second.ask(staff.members)]
    network.central.do(shared(patient, site(second), consent))
    network.round()
    assert second.ask(lambda asker: staff.name_of(asker, first.actor.staff_id)) == "Dra. Clínica 1"
    named = "SELECT m.name, p.strength_text FROM medication_request r JOIN presentation p ON p.id = r.presentation_id"
    assert second.sql(f"{named} JOIN medicine m ON m.id = p.medicine_id") == [("litio", "300 mg")]
    assert [one.full_name for one in second.ask(staff.members)] == before
    assert {one.display_name for one in second.ask(staff.prescribers)} <= {"Dra. Clínica 2", "Dra. Oficina central"}
    assert {row.name for row in first.ask(staff.sites)} == {"Oficina central", "Clínica 1", "Clínica 2"}
