"""Who is believed: rights of a computer, cutting off, and letting in what was kept aside."""

import itertools
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from clinic_desktop.exchange.carrying import outgoing
from clinic_desktop.exchange.trust import certificates
from clinic_desktop.exchange.trust.troubles import (
    CutOffAlready,
    CutOffForGood,
)
from clinic_desktop.features.bundles.queries import devices as known
from clinic_desktop.features.bundles.queries import findings, waiting
from clinic_desktop.features.bundles.rules.rooms import Use
from clinic_desktop.features.bundles.service import devices, joining
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Work
from tests.exchange.conftest import Make
from tests.makers.network import Network, Office
from tests.makers.people import change, note, register
from tests.makers.state import of_site
from tests.makers.trust import authority_version, cut_off, found_kinds, given_names, join, let_in, make_root

# -- rights


def test_a_computer_for_stock_only_writes_nowhere_else_and_more_rights_let_it_in(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    store = another("store", of=clinic)
    device_id = join(central, store, Use.STOCK)
    (row,) = [one for one in central.ask(known.devices) if one.device_id == device_id]
    assert row.use is Use.STOCK
    store.do(register(given_names="Ana"))
    file = central.merge(store.export().path).files[0]
    assert (file.new_segments, file.aside_segments) == (0, 1)
    assert found_kinds(central) == ["no-right"]
    central.do(partial(devices.give_use, device_id=device_id, use=Use.ALL))
    assert central.merge(store.export().path).files[0].new_segments == 1
    assert given_names(central) == {"Ana"}
    assert not found_kinds(central)


def test_other_rights_travel_to_the_site_and_an_older_certificate_does_not_come_back(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    device_id = join(central, mate)
    network.round()
    assert clinic.sql("SELECT rights FROM peer_device WHERE device_id = ?", (device_id,)) == [(None,)]
    old = central.answer()["Clínica 1"]
    central.do(partial(devices.give_use, device_id=device_id, use=Use.RECEPTION))
    network.round()
    told = clinic.sql("SELECT rights FROM peer_device WHERE device_id = ?", (device_id,))
    assert "agenda" in told[0][0]
    clinic.accept(old)
    assert clinic.sql("SELECT rights FROM peer_device WHERE device_id = ?", (device_id,)) == told
    # The site's other computer judges as the central does.
    person = mate.do(register(given_names="Ana"))
    mate.do(note(person))
    assert clinic.accept(mate.export().path).files[0].aside_segments == 1


# -- cutting off


def test_cutting_off_asks_for_words_because_there_is_no_way_back(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    device_id = clinic.vault.place.device_id
    with pytest.raises(CutOffForGood):
        central.do(partial(devices.cut_off, device_id=device_id, why="replaced"))
    cut_off(central, clinic, "replaced")
    with pytest.raises(CutOffAlready):
        cut_off(central, clinic, "replaced")
    cut_off(central, clinic, "stolen")
    with pytest.raises(CutOffAlready):
        cut_off(central, clinic, "replaced")


def test_what_a_stolen_computer_writes_later_is_kept_aside_everywhere_and_may_be_let_in(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    join(central, mate)
    network.round()
    mate.do(register(given_names="Antes"))
    central.merge(mate.export().path)
    mate.do(register(given_names="Después"))
    late = mate.export().path
    cut_off(central, mate)
    file = central.merge(late).files[0]
    assert (file.error, file.new_segments) == (None, 0)
    assert file.aside_segments == 1
    network.round()
    assert clinic.sql("SELECT revoked_why FROM peer_device WHERE revoked_at IS NOT NULL") == [("stolen",)]
    assert clinic.accept(late).files[0].aside_segments == 1
    assert given_names(clinic) == given_names(central) == {"Antes"}
    assert found_kinds(central) == found_kinds(clinic) == ["revoked"]
    # Nothing is sealed for it any more.
    head = central.do(lambda work: outgoing.plans_down(work, clinic.vault.place.site_id))[0].head
    assert len(head.recipients) == 1
    assert let_in(central) == 1
    network.round()
    assert given_names(clinic) == given_names(central) == {"Antes", "Después"}
    assert not found_kinds(central) and not found_kinds(clinic)


def test_a_central_put_back_is_told_by_the_clinic_whom_it_had_cut_off_and_a_person_does_it_again(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    join(central, mate)
    network.round()
    central.save_copy("before")
    cut_off(central, mate)
    network.round()
    central.restore("before")
    network.round()
    (found,) = [one for one in central.ask(findings.findings) if one.kind == "forgotten"]
    assert found.row_id == mate.vault.place.device_id
    cut = "SELECT count(*) FROM peer_device WHERE revoked_at IS NOT NULL"
    assert central.sql(cut) == [(0,)], "a word cuts nobody off"
    cut_off(central, mate)
    network.round()
    assert [one.kind for one in central.ask(findings.findings)].count("forgotten") == 1


def test_a_computer_that_makes_itself_the_central_is_obeyed_by_nobody(network: Network, another: Make) -> None:
    clinic, central = network.clinics[0], network.central
    thief = another("thief", of=clinic)
    join(central, thief)
    network.round()
    before = clinic.sql("SELECT * FROM peer_device")
    thief.do(_become_central)
    thief.vault.learn_place()
    make_root(thief)
    thief.do(lambda work: certificates.revoke(work, central.vault.place.device_id))
    assert not clinic.accept(thief.answer()["Clínica 1"]).files[0].error
    assert clinic.sql("SELECT * FROM peer_device") == before
    assert authority_version(clinic) == 0


def _become_central(work: Work) -> None:
    work.load(ThisDevice, 1).role = "central"
    work.act = "test.set"


def test_segments_of_a_stolen_computer_inside_anothers_bundle_are_kept_aside_too(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    join(central, mate)
    network.round()
    mate.do(register(given_names="Robada"))
    clinic.accept(mate.export().path)
    clinic.do(register(given_names="Propia"))
    cut_off(central, mate)
    file = central.merge(clinic.export().path).files[0]
    assert (file.new_segments, file.aside_segments) == (1, 1)
    assert given_names(central) == {"Propia"}


def test_of_a_replaced_computer_what_is_still_on_a_stick_counts_and_nothing_is_sent_to_it(
    network: Network, another: Make
) -> None:
    old, central = network.clinics[0], network.central
    old.do(register(given_names="Antes"))
    network.round()
    old.do(register(given_names="En la memoria"))
    on_the_stick = old.export().path
    new = another("new", of=old)
    join(central, new)
    cut_off(central, old, "replaced")
    central.merge(on_the_stick)
    assert given_names(central) == {"Antes", "En la memoria"}
    new.accept(central.answer()["Clínica 1"])
    assert new.accept(on_the_stick).files[0].error, "it was sealed before the new computer was there"
    new.do(register(given_names="Nueva"))
    central.merge(new.export().path)
    new.accept(central.answer()["Clínica 1"])
    assert of_site(central, old) == of_site(new, old)
    assert not found_kinds(central) and not found_kinds(new)


def test_what_a_laptop_wrote_before_it_broke_goes_on_by_the_other_one_that_had_it(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    join(central, mate)
    network.round()
    mate.do(register(given_names="Ana"))
    clinic.accept(mate.export().path)
    cut_off(central, mate, "replaced")
    clinic.accept(central.answer()["Clínica 1"])
    assert clinic.ask(waiting.waiting).new == 1, "the broken one carries it no more"
    central.merge(clinic.export().path)
    assert given_names(central) == {"Ana"}
    clinic.accept(central.answer()["Clínica 1"])
    assert clinic.ask(waiting.waiting).new == 0


def test_what_a_stranger_wrote_is_taken_in_when_its_code_was_compared(network: Network, another: Make) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    request = joining.write_request(mate.vault, mate.actor, folder=mate.stick)
    answer, approval = joining.approve(central.vault, central.actor, file=request, folder=mate.stick)
    mate.do(partial(joining.join, content=answer.read_bytes(), confirmed=True))
    mate.do(register(given_names="Ana"))
    clinic.do(lambda work: _certify_for(work, central, mate))
    clinic.accept(mate.export().path)
    central.merge(clinic.export().path)
    assert found_kinds(central) == ["stranger"]
    central.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    clinic.do(register(given_names="Eva"))
    central.merge(clinic.export().path)
    assert given_names(central) == {"Ana", "Eva"}
    assert not found_kinds(central)


def _certify_for(work, central: Office, mate: Office) -> None:
    """As if the clinic had learned of its new computer before the central said yes."""
    from clinic_desktop.exchange.format.bundle import Known

    device_id = mate.vault.place.device_id
    rows = central.sql("SELECT certificate, signature FROM peer_device WHERE device_id = ?", (device_id,))
    sender = certificates.standing(work).centrals()[0]
    certificates.take_roster(work, sender, [Known(rows[0][0].decode(), rows[0][1])], [])
    work.act = "test.certify"


def test_what_no_person_can_decide_is_not_let_in(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    path = clinic.export().path
    device_id = clinic.vault.place.device_id
    central.do(lambda work: _forget_device(work, device_id))
    clinic_bundle = central.merge(path)
    assert clinic_bundle.files[0].error is not None
    assert not central.sql("SELECT key FROM segment WHERE state = 'quarantined'")


def _forget_device(work, device_id: str) -> None:
    from clinic_desktop.exchange.records import PeerDevice

    work.session.delete(work.load(PeerDevice, device_id))
    work.act = "test.forget"


# -- a copied laptop


def _copy(office: Office) -> Office:
    """The data folder on another laptop, by a tool that hides that it was copied."""
    office.save_copy("copy")
    folder = office.folder.parent / f"{office.folder.name}-copy-laptop"
    shutil.copytree(office.saved["copy"], folder)
    stick = folder.parent / f"stick-{folder.name}"
    stick.mkdir()
    copied = replace(
        office, folder=folder, vault=open_vault(folder, office.opened, office.clock), stick=stick, saved={}
    )
    epoch, last = office.sql("SELECT epoch, last_segment FROM this_device")[0]
    digest = office.sql("SELECT last_segment_hash FROM this_device")[0][0]
    copied.vault.do(lambda work: _put_back(work, epoch, last, digest), copied.actor)
    copied.vault.learn_place()
    return copied


def _put_back(work, epoch: str, last: int, digest: str) -> None:
    device = work.load(ThisDevice, 1)
    device.epoch, device.last_segment, device.last_segment_hash = epoch, last, digest
    work.act = "test.put_back"


ORDERS = list(itertools.permutations(range(3)))


@pytest.mark.parametrize("order", [ORDERS[0], *(pytest.param(one, marks=pytest.mark.long) for one in ORDERS[1:])])
def test_both_lines_of_a_copied_laptop_are_everywhere_once_they_were_let_in(
    network: Network, another: Make, order: tuple[int, ...]
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    join(central, mate)
    patient = clinic.do(register(given_names="Primera"))
    network.round()
    mate.accept(central.answer()["Clínica 1"])
    copy = _copy(clinic)
    try:
        offices = [clinic, copy, mate]
        for office, name in ((clinic, "Original"), (copy, "Copia")):
            office.do(register(given_names=name))
            office.do(change(patient, phone=name))
            office.export()
            office.do(register(given_names=f"{name} más tarde"))
        for at in order:
            central.merge(offices[at].export().path)
        assert "fork" in found_kinds(central)
        assert let_in(central) >= 1
        for _n in range(3):
            for at in order:
                answer = central.answer()["Clínica 1"]
                for one in offices:
                    one.accept(answer)
                central.merge(offices[at].export().path)
        everybody = {"Primera", "Original", "Copia", "Original más tarde", "Copia más tarde"}
        assert [given_names(one) for one in (central, *offices)] == [everybody] * 4
        states = [of_site(one, clinic) for one in (central, *offices)]
        assert states[0] == states[1] == states[2] == states[3]
        assert {tuple(one.sql("SELECT unit FROM open_conflict")) for one in (central, *offices)} == {(("phone",),)}
        for one in (central, *offices):
            assert not one.sql("SELECT key FROM segment WHERE state = 'quarantined'"), one.folder.name
        for one in (clinic, copy):
            assert not one.sql("SELECT number FROM segment WHERE receipted_at IS NULL AND device_id = ?",
                               (clinic.vault.place.device_id,)), "both writers see theirs confirmed"  # fmt: skip
    finally:
        copy.close()


def test_the_format_names_the_room_of_every_table() -> None:
    from clinic_desktop.exchange.format.shape import shapes

    told = (Path(__file__).parents[2] / "docs/formats/bundle.md").read_text(encoding="utf-8")
    lines = [line.split(" | ") for line in told.splitlines() if line.startswith("| ")]
    rooms = {line[0].strip("| "): line[1] for line in lines if len(line) == 2}
    for table, shape in shapes().items():
        assert f"`{table}`" in rooms[shape.room], table
