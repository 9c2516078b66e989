"""Root keys on paper: who speaks for the organisation, and who cannot, whatever keys they hold."""

from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.exchange.trust import authority, root_code
from clinic_desktop.exchange.trust.authority import Followed, Link, NotFollowed
from clinic_desktop.exchange.trust.troubles import (
    MistypedLine,
    MistypedRoot,
    MoreCodes,
    NotTheRootKey,
    OtherCentral,
    RootExists,
    TwoPeople,
)
from clinic_desktop.features.bundles.queries import devices as known
from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.rules.rooms import Use
from clinic_desktop.features.bundles.service import devices, joining, root
from clinic_desktop.features.bundles.service.root import Occasion
from tests.exchange.conftest import Make
from tests.makers.network import Network, Office
from tests.makers.people import change, register
from tests.makers.state import of_site
from tests.makers.trust import WHY, authority_version, found_kinds, given_names, join, make_root

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
    assert authority_version(central) == 0
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
    make_root(network.central)
    assert [authority_version(clinic) for clinic in network.clinics] == [0, 0]
    network.round()
    assert [authority_version(clinic) for clinic in network.clinics] == [1, 1]
    mate = another("mate", of=network.clinics[0])
    join(network.central, mate)
    assert authority_version(mate) == 1


def test_a_new_central_computer_is_obeyed_without_joining_again_and_the_old_one_is_cut_off(
    network: Network, another: Make
) -> None:
    clinic, old = network.clinics[0], network.central
    drawn = make_root(old)
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
    assert authority_version(clinic) == 2
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
    drawn = make_root(central)
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


def test_a_new_centrals_word_counts_though_its_clock_is_behind_that_of_the_one_before(
    network: Network, another: Make
) -> None:
    clinic, central = network.clinics[0], network.central
    mate = another("mate", of=clinic)
    join(central, mate)
    drawn = make_root(central)
    network.round()
    central.clock.advance(seconds=-30 * 86400)
    root.name_central(central.vault, central.actor, codes=drawn.codes, occasion=WHY)
    central.do(partial(devices.give_use, device_id=mate.vault.place.device_id, use=Use.RECEPTION))
    clinic.accept(central.answer()["Clínica 1"])
    (rights,) = clinic.sql("SELECT rights FROM peer_device WHERE device_id = ?", [mate.vault.place.device_id])
    assert rights != (None,)


def test_what_a_burnt_central_had_is_no_receipt_of_the_new_one(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    drawn = make_root(central)
    network.round()
    central.save_copy("backup")
    clinic.do(register(given_names="Ana"))
    central.merge(clinic.export().path)
    on_its_way = central.answer()["Clínica 1"]
    central.restore("backup")
    root.name_central(central.vault, central.actor, codes=drawn.codes, occasion=WHY, why="replaced")
    clinic.accept(central.answer()["Clínica 1"])
    clinic.accept(on_its_way)
    assert clinic.ask(waiting.waiting).new == 1, "the new one has nothing of her"
    central.merge(clinic.export().path)
    assert given_names(central) == {"Ana"}


def test_a_central_set_up_anew_learns_the_chain_from_a_clinic_and_no_code_is_compared(
    network: Network, another: Make
) -> None:
    clinic = network.clinics[0]
    drawn = make_root(network.central)
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
    assert authority_version(clinic) == 2
    new.merge(clinic.export().path)
    clinic.accept(new.answer()["Clínica 1"])
    new.merge(clinic.export().path)
    assert of_site(new, clinic) == of_site(clinic, clinic)


def test_two_of_three_sheets_are_enough_and_one_is_not(network: Network) -> None:
    central = network.central
    drawn = make_root(central, two_of_three=True)
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
    assert [authority_version(clinic) for clinic in network.clinics] == [2, 2]
    with pytest.raises(NotTheRootKey):
        root.name_central(central.vault, central.actor, codes=drawn.codes[:2], occasion=WHY)
    root.name_central(central.vault, central.actor, codes=fresh.codes, occasion=WHY)
    network.round()
    assert [authority_version(clinic) for clinic in network.clinics] == [3, 3]
    assert len(central.ask(known.root).uses) == 3


# -- forged documents


def _told(central: Office) -> tuple[Followed, list[Link]]:
    followed = central.ask(authority.newest)
    assert followed is not None
    return followed, central.ask(authority.chain)


def test_a_thief_with_the_centrals_keys_and_no_root_key_changes_nothing(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    make_root(central)
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
    assert found_kinds(clinic) == ["authority"], "somebody is told"


def test_an_older_chain_played_again_changes_nothing_and_needs_no_word(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    drawn, fresh = make_root(central), root.draw(two_of_three=False)
    network.round()
    old = central.answer()["Clínica 1"]
    central.do(partial(root.change, codes=drawn.codes, drawn=fresh, typed=fresh.codes, occasion=WHY))
    network.round()
    clinic.accept(old)
    assert authority_version(clinic) == 2
    assert not found_kinds(clinic)


def _put_chain(work, links: list[Link]) -> None:
    from clinic_desktop.exchange.trust.records import Authority

    for row in work.session.query(Authority):
        work.session.delete(row)
    work.session.flush()
    for link in links:
        authority.keep(work, link, authority.read(link))
    work.act = "test.forge"
