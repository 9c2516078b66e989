"""The day the central's disk is lost: the same state again from the segments alone."""

import shutil
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic_desktop.exchange.rebuilding import DRILL, Drill
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.exchange.trust.troubles import RootExists
from clinic_desktop.features.bundles.queries import conflicts
from clinic_desktop.features.bundles.service import joining, rebuilding, root, settling
from clinic_desktop.features.medication.records.formulary import Medicine
from clinic_desktop.features.patients.records import Allergy
from clinic_desktop.storage.work import Work
from tests.exchange.conftest import Make
from tests.makers.network import Network, Office
from tests.makers.people import allergy, change, medicine, note, register, void
from tests.makers.state import State, of_site, whole
from tests.makers.trust import WHY, cut_off, found_kinds, let_in, make_root


def drill(office: Office) -> Drill:
    office.clock.advance(seconds=1)
    found = finish(rebuilding.drill(office.vault, office.actor))
    assert found is not None
    return found


@pytest.fixture
def busy(network: Network) -> Network:
    """A short life: two clinics, a catalog with a proposal, a conflict settled and one open, something taken back."""
    first, second = network.clinics
    patient = first.do(register())
    other = second.do(register(given_names="Ana"))
    penicillin = first.do(allergy(patient, "penicilina"))
    found = network.central.do(medicine("Sertralina"))
    network.round()
    first.do(note(patient))
    first.do(change(patient, phone="1"))
    network.central.do(change(patient, phone="2", community="Pulay"))
    network.central.do(void(penicillin, Allergy))
    first.do(change(found, Medicine, name="Sertralina (mía)"))
    second.do(change(other, family_name="Brito"))
    network.central.do(change(other, family_name="Raymundo"))
    network.round()
    network.round()
    doubt = next(c for c in network.central.ask(conflicts.open_conflicts) if c.unit == "phone")
    keep = partial(settling.settle_conflict, table="patient", row_id=patient, unit="phone")
    network.central.do(partial(keep, values=doubt.sides[1].values, seen=doubt.sides))
    network.round()
    return network


def test_the_drill_builds_the_same_state_from_the_segments_alone(busy: Network) -> None:
    for office in busy.all():
        before = whole(office)
        done = drill(office)
        assert (done.differences, done.not_taken, done.disturbed) == ((), (), False)
        assert done.segments > 2 and done.rows > 2
        assert whole(office) == before
        assert not (office.folder / DRILL).exists()


def test_the_drill_says_what_no_segment_holds(busy: Network) -> None:
    central = busy.central
    raw = central.vault._raw
    raw.execute("UPDATE capture_state SET off = 1")
    raw.execute("UPDATE patient SET phone = 'past every trigger' WHERE given_names = 'Ana'")
    raw.execute("UPDATE capture_state SET off = 0")
    done = drill(central)
    assert [(d.table, d.what, d.here, d.again) for d in done.differences] == [("patient", "rows", 1, 1)]
    assert done.differences[0].site_id == busy.clinics[1].vault.place.site_id


def test_the_drill_says_which_segment_nobody_signed(busy: Network) -> None:
    central = busy.central
    device = busy.clinics[0].vault.place.device_id
    central.vault._raw.execute("UPDATE segment SET signature = 'x' WHERE device_id = ? AND number = 1", (device,))
    done = drill(central)
    assert len(done.not_taken) == 1 and done.not_taken[0].startswith(device)
    assert not done.equal


def test_a_drill_that_is_stopped_leaves_nothing(busy: Network) -> None:
    office = busy.central
    steps = rebuilding.drill(office.vault, office.actor)
    for _ in range(4):
        next(steps)
    assert (office.folder / DRILL).exists()
    steps.close()
    assert not (office.folder / DRILL).exists()


def test_two_offices_that_hold_the_same_read_the_same_code(busy: Network) -> None:
    clinic, central = busy.clinics[0], busy.central

    def code(office: Office) -> str:
        told = finish(rebuilding.compare(office.vault, office.actor))
        assert told is not None
        (found,) = [digest for digest, name in told if name == "Clínica 1"]
        assert found.rows > 2
        return found.code

    assert code(clinic) == code(central)
    clinic.do(register(given_names="Rosa"))
    assert code(clinic) != code(central)
    busy.round()
    assert code(clinic) == code(central)


def state(office: Office) -> State:
    """Without the inserts that are written down as changes: which of them depends on what arrived first."""
    found = whole(office)
    return found | {"operations": [op for op in found["operations"] if not op[-1]]}


def archive(office: Office, folder: Path, volume_bytes: int = 300) -> list[Path]:
    folder.mkdir()
    done = finish(rebuilding.archive(office.vault, office.actor, folder=folder, volume_bytes=volume_bytes))
    assert done is not None
    return [one.path for one in done]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_central_is_built_again_from_its_archive_whatever_the_order_of_its_files(
    network: Network, tmp_path: Path, backwards: bool
) -> None:
    central = network.central
    central.save_copy("keys")
    first = network.clinics[0]
    patient = first.do(register())
    network.round()
    first.do(change(patient, phone="1"))
    central.do(change(patient, phone="2"))
    network.clinics[1].do(register(given_names="Ana"))
    network.round()
    files = archive(central, tmp_path / "archive")
    assert len(files) > 2
    before = state(central)
    central.restore("keys")
    assert central.sql("SELECT count(*) FROM patient") == [(0,)]
    report = finish(rebuilding.rebuild(central.vault, central.actor, files=files[::-1] if backwards else files))
    assert report is not None and all(f.ok and not f.aside_segments for f in report.files)
    assert state(central) == before
    network.round()
    assert state(central) == before
    assert drill(central).equal


def test_an_archive_brings_back_devices_that_joined_after_the_backup(network: Network, tmp_path: Path) -> None:
    central, clinic = network.central, network.clinics[0]
    clinic.do(register())
    network.round()
    files = archive(central, tmp_path / "archive")
    central.vault.do(_forget_clinics, central.actor)  # as a backup made before anybody joined
    central.save_copy("early")
    central.restore("early")
    before = central.sql("SELECT count(*) FROM peer_device")
    finish(rebuilding.rebuild(central.vault, central.actor, files=files))
    assert central.sql("SELECT count(*) FROM peer_device") > before
    clinic.do(register(given_names="Rosa"))
    assert central.merge(clinic.export().path).files[0].ok


def _forget_clinics(work: Work) -> None:
    work.session.execute(sa.text("DELETE FROM peer_device WHERE role = 'clinic'"))
    work.act = "test.forget"


def test_a_clinic_archives_nothing(network: Network, tmp_path: Path) -> None:
    clinic = network.clinics[0]
    with pytest.raises(OnlyCentral):
        archive(clinic, tmp_path / "archive")
    shutil.rmtree(tmp_path / "archive")


@pytest.mark.parametrize("why", ["stolen", "replaced"])
def test_what_a_computer_cut_off_since_had_written_counts_again(network: Network, tmp_path: Path, why: str) -> None:
    central, clinic = network.central, network.clinics[0]
    central.save_copy("early")
    make_root(central)
    clinic.do(register())
    network.round()
    clinic.do(register(given_names="Tarde"))
    late = clinic.export().path
    cut_off(central, clinic, why)
    central.merge(late)
    assert let_in(central) == (1 if why == "stolen" else 0)
    assert drill(central).equal
    files = archive(central, tmp_path / "archive")
    central.restore("early")
    finish(rebuilding.rebuild(central.vault, central.actor, files=files))
    assert central.sql("SELECT count(*) FROM patient") == [(2,)] and not found_kinds(central)
    cut = "SELECT revoked_why FROM peer_device WHERE revoked_at IS NOT NULL"
    assert central.sql(cut) == [(why,)], "one that was replaced is not made a stolen one"
    with pytest.raises(RootExists):
        make_root(central)


def test_a_central_set_up_anew_goes_on_from_an_archive_made_for_it_and_nobody_joins_again(
    network: Network, another: Make, tmp_path: Path
) -> None:
    old, clinic, new = network.central, network.clinics[0], another("new", "central")
    drawn = make_root(old)
    patient = clinic.do(register())
    network.round()
    old.do(change(patient, phone="9"))
    recipient = new.ask(standing).here.recipient
    written = finish(rebuilding.archive(old.vault, old.actor, folder=tmp_path, recipients=[recipient]))
    files = [one.path for one in written or ()]
    network.round()
    request = joining.write_request(clinic.vault, clinic.actor, folder=clinic.stick).read_bytes()
    root.name_central(new.vault, new.actor, codes=drawn.codes, occasion=WHY, request=request, why="replaced")
    report = finish(rebuilding.rebuild(new.vault, new.actor, files=files))
    assert report is not None and all(one.ok and not one.aside_segments for one in report.files)
    assert new.sql("SELECT phone FROM patient") == [("9",)]
    # The clinic's first stick for it brings what the archive did not hold; nobody compares a code.
    clinic.accept(new.answer()["Clínica 1"])
    clinic.do(change(patient, mother_name="Juana"))
    assert new.merge(clinic.export().path).files[0].error is None
    clinic.accept(new.answer()["Clínica 1"])
    assert of_site(new, clinic) == of_site(clinic, clinic)


def test_an_archive_names_nobody_whose_code_was_not_compared(network: Network, another: Make, tmp_path: Path) -> None:
    central, stranger = network.central, another("stranger", of=network.clinics[0])
    central.save_copy("early")
    request = joining.write_request(stranger.vault, stranger.actor, folder=stranger.stick)
    joining.approve(central.vault, central.actor, file=request, folder=stranger.stick)
    files = archive(central, tmp_path / "archive")
    central.restore("early")
    finish(rebuilding.rebuild(central.vault, central.actor, files=files))
    named = [row[0] for row in central.sql("SELECT device_id FROM peer_device")]
    assert stranger.vault.place.device_id not in named
