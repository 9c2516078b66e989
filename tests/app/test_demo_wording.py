"""Questionnaires of a folder reach every clinic of the demonstration."""

from pathlib import Path

from clinic_desktop.app.clinic import NewClinic, found_clinic
from clinic_desktop.app.demo.network import sign_in
from clinic_desktop.app.demo.sites import CLINICS
from clinic_desktop.app.demo.team import PASSWORD
from clinic_desktop.app.demo.wording import import_all
from clinic_desktop.features.consults.queries import scales
from clinic_desktop.kernel.clock import StillClock
from tests.consults.questionnaires import as_bytes, questionnaire


def test_what_is_a_questionnaire_is_taken_and_the_rest_passed_over(tmp_path: Path, clock: StillClock) -> None:
    site = CLINICS[0]
    new = NewClinic(site.name, site.code, "clinic", "America/Guatemala", None, site.coordinator, PASSWORD, demo=True)
    found_clinic(tmp_path / "data", new, clock)[0].close()
    folder = tmp_path / "official"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "own.json").write_bytes(as_bytes(questionnaire()))
    (folder / "other.json").write_bytes(b'{"resourceType": "Patient"}')
    (folder / "broken.json").write_bytes(b"{")
    assert import_all([tmp_path / "data"], folder, clock) == 1
    clinic = sign_in(tmp_path / "data", site.coordinator, clock)
    try:
        assert [row.scale_code for row in clinic.vault.ask(scales.instruments, clinic.actor)] == ["phq9"]
    finally:
        clinic.close()
