"""Joining a central by files, with a code that both sides see."""

import json
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import (
    AnswerToAnother,
    CompareCode,
    DemoAndReal,
    NotARequest,
    NotEnrolled,
    OnlyCentral,
    OnlyClinic,
    OtherKeyKnown,
    SiteCodeTaken,
)
from clinic_desktop.exchange.trust.troubles import CodesCompared, CodesDiffer, NotCompared
from clinic_desktop.features.bundles.queries import clinics, devices
from clinic_desktop.features.bundles.service import carrying, joining
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import NewVault, make_vault
from tests.exchange.conftest import Make
from tests.makers.network import Network, Office, make_office
from tests.makers.people import register


@pytest.fixture
def lonely(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> Office:
    """A clinic that has joined nobody."""
    return make_office(tmp_path, made_vault[1], made_vault[0], clock, "Sola", "SOL", "clinic", 9)


def _request(office: Office) -> Path:
    return joining.write_request(office.vault, office.actor, folder=office.stick)


def _approve(central: Office, file: Path):
    return joining.approve(central.vault, central.actor, file=file, folder=central.stick)


def test_both_see_the_same_code_and_only_a_yes_joins(network: Network, lonely: Office) -> None:
    path, approval = _approve(network.central, _request(lonely))
    join = partial(joining.join, content=path.read_bytes())
    with pytest.raises(CompareCode) as asked:
        lonely.do(join)
    assert asked.value.facts["code"] == approval.code
    assert len(approval.code.replace("-", "")) == 16
    with pytest.raises(NotEnrolled):
        finish(carrying.export(lonely.vault, lonely.actor, folder=lonely.stick))
    lonely.do(partial(join, confirmed=True))
    lonely.do(register())
    bundle = lonely.export().path
    refused = network.central.merge(bundle).files[0]
    assert refused.error == NotCompared(site="Sola").sentence()
    with pytest.raises(CodesCompared) as read_out:
        network.central.do(partial(joining.compared, device_id=approval.device_id))
    assert read_out.value.facts["code"] == approval.code
    network.central.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    report = network.central.merge(bundle)
    assert report.files[0].new_segments == 1
    assert "Sola" in {c.site_name for c in network.central.ask(clinics.clinics)}


def test_a_request_swapped_on_the_way_shows_another_code(network: Network, lonely: Office) -> None:
    _, honest = _approve(network.central, _request(lonely))
    lonely.clock.advance(seconds=1)
    _, other = _approve(network.central, _request(lonely))
    assert honest.code != other.code


def test_after_a_swapped_request_the_true_one_still_gets_in(network: Network, lonely: Office) -> None:
    request = _request(lonely)
    key = lonely.vault.ask(lambda asker: asker.value(sa.select(ThisDevice.signing_key)), lonely.actor)
    lonely.do(lambda work: _set(work, signing_key=bytes(31) + b"1"))
    _, forged = _approve(network.central, _request(lonely))
    lonely.do(lambda work: _set(work, signing_key=key))
    with pytest.raises(CodesDiffer):
        network.central.do(partial(joining.codes_differ, device_id=forged.device_id))
    network.central.do(partial(joining.codes_differ, device_id=forged.device_id, confirmed=True))
    _, approval = _approve(network.central, request)
    assert not approval.compared and approval.device_id == forged.device_id
    network.central.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    network.central.do(partial(joining.codes_differ, device_id=approval.device_id, confirmed=True))
    assert approval.device_id in {one.device_id for one in network.central.ask(devices.devices)}, "compared is compared"


def test_who_asks_as_one_more_computer_of_a_clinic_is_shown_under_that_clinics_name(
    network: Network, another: Make
) -> None:
    thief = another("thief", of=network.clinics[0])
    thief.do(lambda work: _set(work, site_name="Clínica nueva", site_code="NUE"))
    thief.vault.learn_place()
    _, approval = _approve(network.central, _request(thief))
    assert approval.site_name == network.clinics[0].vault.place.site_name
    (shown,) = [one for one in network.central.ask(devices.devices) if one.device_id == approval.device_id]
    assert (shown.site_name, shown.site_code) == ("Clínica 1", "CLA")


def test_an_answer_to_another_computer_or_request_is_refused(network: Network, lonely: Office) -> None:
    path, _ = _approve(network.central, _request(lonely))
    answer = path.read_bytes()
    lonely.clock.advance(seconds=1)
    _request(lonely)
    with pytest.raises(AnswerToAnother):
        lonely.do(partial(joining.join, content=answer, confirmed=True))
    with pytest.raises(AnswerToAnother):
        network.clinics[0].do(partial(joining.join, content=answer, confirmed=True))


def test_changed_files_are_refused(network: Network, lonely: Office) -> None:
    file = _request(lonely)
    told = json.loads(file.read_bytes())
    for spoiled in (
        b"",
        b"hello",
        file.read_bytes()[:-1],
        json.dumps(told).encode(),
        file.read_bytes().replace(b"SOL", b"SAL"),
    ):
        file.write_bytes(spoiled)
        with pytest.raises(NotARequest):
            _approve(network.central, file)


def test_sites_keep_their_own_letters_and_computers_their_keys(
    network: Network, lonely: Office, clock: StillClock
) -> None:
    lonely.do(lambda work: _set(work, site_code="CLA"))
    lonely.vault.learn_place()
    with pytest.raises(SiteCodeTaken):
        _approve(network.central, _request(lonely))
    clinic = network.clinics[0]
    clinic.do(lambda work: _set(work, signing_key=bytes(32)))
    with pytest.raises(OtherKeyKnown):
        _approve(network.central, _request(clinic))


def test_a_demonstration_never_joins_a_real_office(network: Network, lonely: Office) -> None:
    lonely.do(lambda work: _set(work, demo=True))
    lonely.vault.learn_place()
    with pytest.raises(DemoAndReal):
        _approve(network.central, _request(lonely))


def test_roles_are_not_mixed_up(network: Network, lonely: Office) -> None:
    with pytest.raises(OnlyClinic):
        _request(network.central)
    with pytest.raises(OnlyCentral):
        _approve(lonely, _request(lonely))


def test_a_second_central_is_not_taken_for_a_clinic(
    network: Network, made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock
) -> None:
    vault = make_vault(tmp_path, made_vault[1], NewVault("Otra", "OTR", "America/Guatemala", "clinic"), clock)
    vault.close()
    with pytest.raises(NotARequest):
        _approve(network.central, _self_signed_central(network, tmp_path))


def _self_signed_central(network: Network, tmp_path: Path) -> Path:
    from clinic_desktop.exchange.trust import certificates, enrolment

    content = network.central.do(lambda work: certificates.signed_file(work, enrolment.own_request(work), "request"))
    path = tmp_path / "central.txt"
    path.write_bytes(content)
    return path


def _set(work, **values: object) -> None:
    device = work.load(ThisDevice, 1)
    for name, value in values.items():
        setattr(device, name, value)
    work.act = "test.set"
