"""Who is believed: root keys on paper, rights of a computer, cutting off, and letting in what was kept aside."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.exchange import authority, certificates, outgoing, root_code
from clinic_desktop.exchange.authority import Followed, Link, NotFollowed
from clinic_desktop.exchange.trust_troubles import (
    CutOffAlready,
    CutOffForGood,
    MistypedLine,
    MistypedRoot,
    MoreCodes,
    NotTheRootKey,
    OtherCentral,
    RootExists,
    TwoPeople,
)
from clinic_desktop.features.bundles.queries import devices as known
from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.features.bundles.rules.rooms import Use
from clinic_desktop.features.bundles.service import devices, joining, root
from clinic_desktop.features.bundles.service.root import Drawn, Occasion
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from tests.makers.network import Network, Office, make_office
from tests.makers.people import change, note, register
from tests.makers.state import of_site

WHY = Occasion("Marta Tum", "simulacro")
Make = Callable[..., Office]


@pytest.fixture
def another(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> Iterator[Make]:
    """Makes one more computer; `of` says of which site."""
    made: list[Office] = []

    def build(folder: str, role: str = "clinic", of: Office | None = None) -> Office:
        place = tmp_path / folder
        place.mkdir()
        header, opened = made_vault
        name, code, site = ("Oficina nueva", "CEN", None)
        if of is not None:
            name, code, site = of.vault.place.site_name, of.vault.place.site_code, of.vault.place.site_id
        made.append(make_office(place, opened, header, clock, name, code, role, 7, site_id=site))
        return made[-1]

    yield build
    for office in made:
        office.close()


def _root(central: Office, *, two_of_three: bool = False) -> Drawn:
    drawn = root.draw(two_of_three=two_of_three)
    central.do(partial(root.make, drawn=drawn, typed=drawn.codes, occasion=WHY))
    return drawn


def _join(central: Office, clinic: Office, use: Use = Use.ALL) -> str:
    request = joining.write_request(clinic.vault, clinic.actor, folder=clinic.stick)
    path, approval = joining.approve(central.vault, central.actor, file=request, folder=clinic.stick, use=use)
    clinic.do(partial(joining.join, content=path.read_bytes(), confirmed=True))
    central.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    return approval.device_id


def _cut_off(central: Office, clinic: Office, why: str = "stolen") -> None:
    device_id = clinic.vault.place.device_id
    central.do(partial(devices.cut_off, device_id=device_id, why=why, note="lo dijo la coordinadora"))


def _let_in(central: Office) -> int:
    from clinic_desktop.exchange.steps import finish

    keys = [aside.key for one in central.ask(known.devices) for aside in one.aside if aside.may_be_let_in]
    finish(devices.take_in_steps(central.vault, central.actor, keys=keys, reason="se miró"))
    return len(keys)


def _kinds(office: Office) -> list[str]:
    return [one.kind for one in office.ask(findings.findings)]


def _names(office: Office) -> set[str]:
    return {name for (name,) in office.sql("SELECT given_names FROM patient")}


def _version(office: Office) -> int:
    followed = office.ask(authority.newest)
    return followed.charter.version if followed else 0


# -- the code on paper


@given(st.integers(0, 31), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_slip_of_the_pen_is_told_with_its_line(place: int, sign: str) -> None:
    code = root_code.draw()
    at = [n for n, c in enumerate(code) if c.isalnum()][place]
    spoiled = code[:at] + sign + code[at + 1 :]
    if sign == code[at]:
        assert root_code.key_of(spoiled) == root_code.key_of(code)
        return
    with pytest.raises(MistypedLine) as told:
        root_code.key_of(spoiled)
    assert told.value.facts["line"] == place // 16 + 1


def test_a_code_may_be_typed_carelessly_and_never_half() -> None:
    code = root_code.draw()
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert root_code.key_of(sloppy) == root_code.key_of(code)
    first, second = code.splitlines()
    for half in (first, "", code + "A"):
        with pytest.raises(MistypedRoot):
            root_code.key_of(half)
    with pytest.raises(MistypedLine):
        root_code.key_of(f"{second}\n{first}")


# -- making and using the root key


def test_the_root_key_is_typed_back_needs_two_people_and_is_nowhere_in_the_vault(network: Network) -> None:
    central = network.central
    drawn, other = root.draw(two_of_three=False), root.draw(two_of_three=False)
    assert drawn.sheets == (drawn.codes[0], drawn.codes[0])
    make = partial(root.make, drawn=drawn, occasion=WHY)
    with pytest.raises(MistypedRoot):
        central.do(partial(make, typed=other.codes))
    with pytest.raises(TwoPeople):
        central.do(partial(make, typed=drawn.codes, occasion=Occasion("", "simulacro")))
    assert _version(central) == 0
    central.do(partial(make, typed=drawn.codes))
    with pytest.raises(RootExists):
        central.do(partial(make, typed=drawn.codes))
    (used,) = central.ask(known.root).uses
    assert (used.second, used.reason, used.version) == ("Marta Tum", "simulacro", 1)
    private, code = root_code.key_of(drawn.codes[0]), drawn.codes[0].splitlines()[0]
    for (table,) in central.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"):
        for row in central.sql(f"SELECT * FROM {table}"):
            told = " ".join(str(value) for value in row)
            assert code not in told and private.hex() not in told and str(private) not in told


def test_clinics_learn_the_first_version_with_the_next_bundle_and_new_ones_when_they_join(
    network: Network, another: Make
) -> None:
    network.round()
    _root(network.central)
    assert [_version(clinic) for clinic in network.clinics] == [0, 0]
    network.round()
    assert [_version(clinic) for clinic in network.clinics] == [1, 1]
    mate = another("mate", of=network.clinics[0])
    _join(network.central, mate)
    assert _version(mate) == 1


def test_a_new_central_computer_is_obeyed_without_joining_again_and_the_old_one_is_cut_off(
    network: Network, another: Make
) -> None:
    clinic, old = network.clinics[0], network.central
    drawn = _root(old)
    patient = clinic.do(register())
    network.round()
    old.save_copy("backup")
    stolen_answer = old.answer()["Clínica 1"]
    old.do(change(patient, phone="robado"))
    evil = old.answer()["Clínica 1"]
    old.restore("backup")
    before = old.vault.place.device_id
    root.name_central(old.vault, old.actor, codes=drawn.codes, occasion=WHY)
    assert old.vault.place.device_id != before
    clinic.do(change(patient, mother_name="Juana"))
    answer = old.answer()["Clínica 1"]
    assert clinic.accept(answer).files[0].error is None
    assert _version(clinic) == 2
    # Who has the stolen computer has its keys, and is no central any more.
    report = clinic.accept(evil, stolen_answer)
    assert not any(one.new_segments for one in report.files)
    assert clinic.sql("SELECT phone FROM patient") == [(None,)]
    for _n in range(2):
        network.round()
    assert of_site(old, clinic) == of_site(clinic, clinic)
    assert old.sql("SELECT mother_name FROM patient") == [("Juana",)]


def test_what_the_burnt_central_had_written_and_a_clinic_kept_comes_back(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    drawn = _root(central)
    patient = clinic.do(register())
    network.round()
    central.save_copy("backup")
    central.do(change(patient, mother_name="Juana"))
    network.round()
    central.restore("backup")
    root.name_central(central.vault, central.actor, codes=drawn.codes, occasion=WHY, why="replaced")
    assert central.sql("SELECT mother_name FROM patient") == [(None,)]
    for _n in range(3):
        network.round()
    assert central.sql("SELECT mother_name FROM patient") == [("Juana",)]
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_a_central_set_up_anew_learns_the_chain_from_a_clinic_and_no_code_is_compared(
    network: Network, another: Make
) -> None:
    clinic = network.clinics[0]
    drawn = _root(network.central)
    clinic.do(register())
    network.round()
    new = another("new", "central")
    request = joining.write_request(clinic.vault, clinic.actor, folder=clinic.stick)
    answer, _approval = joining.approve(new.vault, new.actor, file=request, folder=new.stick)
    with pytest.raises(OtherCentral):
        clinic.do(partial(joining.join, content=answer.read_bytes(), confirmed=True))
    content = request.read_bytes()
    root.name_central(new.vault, new.actor, codes=drawn.codes, occasion=WHY, request=content, why="replaced")
    answer, approval = joining.approve(new.vault, new.actor, file=request, folder=new.stick)
    clinic.do(partial(joining.join, content=answer.read_bytes()))
    new.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    assert _version(clinic) == 2
    new.merge(clinic.export().path)
    clinic.accept(new.answer()["Clínica 1"])
    new.merge(clinic.export().path)
    assert of_site(new, clinic) == of_site(clinic, clinic)


def test_two_of_three_sheets_are_enough_and_one_is_not(network: Network) -> None:
    central = network.central
    drawn = _root(central, two_of_three=True)
    assert len(set(drawn.sheets)) == 3
    fresh = root.draw(two_of_three=False)
    change_root = partial(root.change, drawn=fresh, typed=fresh.codes, occasion=WHY)
    for few in (drawn.codes[:1], drawn.codes[:1] * 2):
        with pytest.raises(MoreCodes):
            central.do(partial(change_root, codes=few))
    with pytest.raises(NotTheRootKey):
        central.do(partial(change_root, codes=(drawn.codes[0], fresh.codes[0])))
    central.do(partial(change_root, codes=drawn.codes[1:]))
    network.round()
    assert [_version(clinic) for clinic in network.clinics] == [2, 2]
    with pytest.raises(NotTheRootKey):
        root.name_central(central.vault, central.actor, codes=drawn.codes[:2], occasion=WHY)
    root.name_central(central.vault, central.actor, codes=fresh.codes, occasion=WHY)
    network.round()
    assert [_version(clinic) for clinic in network.clinics] == [3, 3]
    assert len(central.ask(known.root).uses) == 3


# -- forged documents


def _told(central: Office) -> tuple[Followed, list[Link]]:
    followed = central.ask(authority.newest)
    assert followed is not None
    return followed, central.ask(authority.chain)


def test_a_thief_with_the_centrals_keys_and_no_root_key_changes_nothing(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    _root(central)
    network.round()
    followed, links = _told(central)
    thief = root_code.key_of(root_code.draw())
    device_key = central.sql("SELECT signing_key FROM this_device")[0][0]
    changed = msgspec.structs.replace(followed.charter, version=2)
    own = msgspec.structs.replace(changed, roots=[authority.public_text(thief)])
    again = msgspec.structs.replace(own, version=1)
    forged = {
        "signed by the computer": [*links, authority.sign_next(changed, [device_key])],
        "roots of one's own": [*links, authority.sign_next(own, [thief])],
        "another first version": [authority.sign_next(again, [thief])],
        "a jump": [*links, authority.sign_next(msgspec.structs.replace(own, version=3), [thief])],
        "signed for another": [*links, msgspec.structs.replace(authority.sign_next(changed, [thief]), content="{}")],
        "too many": links * 40,
    }
    for name, told in forged.items():
        with pytest.raises(NotFollowed):
            authority.follow(followed, told)
            pytest.fail(name)
    central.do(lambda work: _put_chain(work, forged["another first version"]))
    clinic.accept(central.answer()["Clínica 1"])
    kept = clinic.ask(authority.newest)
    assert kept is not None and kept.content == followed.content
    assert _kinds(clinic) == ["authority"], "somebody is told"


def test_an_older_chain_played_again_changes_nothing_and_needs_no_word(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    drawn, fresh = _root(central), root.draw(two_of_three=False)
    network.round()
    old = central.answer()["Clínica 1"]
    central.do(partial(root.change, codes=drawn.codes, drawn=fresh, typed=fresh.codes, occasion=WHY))
    network.round()
    clinic.accept(old)
    assert _version(clinic) == 2
    assert not _kinds(clinic)


def _put_chain(work, links: list[Link]) -> None:
    from clinic_desktop.exchange.trust_records import Authority

    for row in work.session.query(Authority):
        work.session.delete(row)
    work.session.flush()
    for link in links:
        authority.keep(work, link, authority.read(link))
    work.act = "test.forge"


# -- rights


def test_a_computer_for_stock_only_writes_nowhere_else_and_more_rights_let_it_in(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    store = another("store", of=clinic)
    device_id = _join(central, store, Use.STOCK)
    (row,) = [one for one in central.ask(known.devices) if one.device_id == device_id]
    assert row.use is Use.STOCK
    store.do(register(given_names="Ana"))
    file = central.merge(store.export().path).files[0]
    assert (file.new_segments, file.aside_segments) == (0, 1)
    assert _kinds(central) == ["no-right"]
    central.do(partial(devices.give_use, device_id=device_id, use=Use.ALL))
    assert central.merge(store.export().path).files[0].new_segments == 1
    assert _names(central) == {"Ana"}
    assert not _kinds(central)


def test_other_rights_travel_to_the_site_and_an_older_certificate_does_not_come_back(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    device_id = _join(central, mate)
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
    _cut_off(central, clinic, "replaced")
    with pytest.raises(CutOffAlready):
        _cut_off(central, clinic, "replaced")
    _cut_off(central, clinic, "stolen")
    with pytest.raises(CutOffAlready):
        _cut_off(central, clinic, "replaced")


def test_what_a_stolen_computer_writes_later_is_kept_aside_everywhere_and_may_be_let_in(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    _join(central, mate)
    network.round()
    mate.do(register(given_names="Antes"))
    central.merge(mate.export().path)
    mate.do(register(given_names="Después"))
    late = mate.export().path
    _cut_off(central, mate)
    file = central.merge(late).files[0]
    assert (file.error, file.new_segments) == (None, 0)
    assert file.aside_segments == 1
    network.round()
    assert clinic.sql("SELECT revoked_why FROM peer_device WHERE revoked_at IS NOT NULL") == [("stolen",)]
    assert clinic.accept(late).files[0].aside_segments == 1
    assert _names(clinic) == _names(central) == {"Antes"}
    assert _kinds(central) == _kinds(clinic) == ["revoked"]
    # Nothing is sealed for it any more.
    head = central.do(lambda work: outgoing.plans_down(work, clinic.vault.place.site_id))[0].head
    assert len(head.recipients) == 1
    assert _let_in(central) == 1
    network.round()
    assert _names(clinic) == _names(central) == {"Antes", "Después"}
    assert not _kinds(central) and not _kinds(clinic)


def test_segments_of_a_stolen_computer_inside_anothers_bundle_are_kept_aside_too(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    _join(central, mate)
    network.round()
    mate.do(register(given_names="Robada"))
    clinic.accept(mate.export().path)
    clinic.do(register(given_names="Propia"))
    _cut_off(central, mate)
    file = central.merge(clinic.export().path).files[0]
    assert (file.new_segments, file.aside_segments) == (1, 1)
    assert _names(central) == {"Propia"}


def test_of_a_replaced_computer_what_is_still_on_a_stick_counts_and_nothing_is_sent_to_it(
    network: Network, another: Make
) -> None:
    old, central = network.clinics[0], network.central
    old.do(register(given_names="Antes"))
    network.round()
    old.do(register(given_names="En la memoria"))
    on_the_stick = old.export().path
    new = another("new", of=old)
    _join(central, new)
    _cut_off(central, old, "replaced")
    central.merge(on_the_stick)
    assert _names(central) == {"Antes", "En la memoria"}
    new.accept(central.answer()["Clínica 1"])
    assert new.accept(on_the_stick).files[0].error, "it was sealed before the new computer was there"
    new.do(register(given_names="Nueva"))
    central.merge(new.export().path)
    new.accept(central.answer()["Clínica 1"])
    assert of_site(central, old) == of_site(new, old)
    assert not _kinds(central) and not _kinds(new)


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
    assert _kinds(central) == ["stranger"]
    central.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    clinic.do(register(given_names="Eva"))
    central.merge(clinic.export().path)
    assert _names(central) == {"Ana", "Eva"}
    assert not _kinds(central)


def _certify_for(work, central: Office, mate: Office) -> None:
    """As if the clinic had learned of its new computer before the central said yes."""
    from clinic_desktop.exchange.bundle import Known

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
    _join(central, mate)
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
        assert "fork" in _kinds(central)
        assert _let_in(central) >= 1
        for _n in range(3):
            for at in order:
                answer = central.answer()["Clínica 1"]
                for one in offices:
                    one.accept(answer)
                central.merge(offices[at].export().path)
        everybody = {"Primera", "Original", "Copia", "Original más tarde", "Copia más tarde"}
        assert [_names(one) for one in (central, *offices)] == [everybody] * 4
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
    from clinic_desktop.exchange.shape import shapes

    told = (Path(__file__).parents[2] / "docs/formats/bundle.md").read_text(encoding="utf-8")
    lines = [line.split(" | ") for line in told.splitlines() if line.startswith("| ")]
    rooms = {line[0].strip("| "): line[1] for line in lines if len(line) == 2}
    for table, shape in shapes().items():
        assert f"`{table}`" in rooms[shape.room], table
