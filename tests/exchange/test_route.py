"""One stick for a route of clinics: who wrote, who read, what is for whom; and what is taken off it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.stick import route
from clinic_desktop.exchange.stick.route import Entry, Read, RouteList
from clinic_desktop.features.bundles.service import carrying, looking, receiving
from clinic_desktop.storage.work import Work
from tests.makers.network import Network, Office
from tests.makers.people import register


def export(office: Office, stick: Path, **how: Any) -> Any:
    office.clock.advance(seconds=1)
    return finish(carrying.export(office.vault, office.actor, folder=stick, **how))


def answer(central: Office, stick: Path) -> Any:
    central.clock.advance(seconds=1)
    return finish(carrying.write_receipt(central.vault, central.actor, folder=stick))


def receive(office: Office, stick: Path) -> Any:
    office.clock.advance(seconds=1)
    return finish(receiving.receive(office.vault, office.actor, folder=stick))


def look(office: Office, stick: Path) -> Any:
    seen = finish(looking.look_around(office.vault, office.actor, extra=stick))
    assert seen is not None
    return seen[-1]


def told(office: Office, stick: Path) -> RouteList:
    said = look(office, stick).route
    assert said is not None
    return said


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_before_the_first_answer_of_the_central_a_stick_bears_no_list(network: Network, stick: Path) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    export(clinic, stick)
    assert look(clinic, stick).route is None
    assert len(list(stick.iterdir())) == 1


def test_a_stick_of_a_route_tells_every_office_who_wrote_and_who_read(network: Network, stick: Path) -> None:
    network.round()
    first, second = network.clinics
    for clinic in network.clinics:
        clinic.do(register())
        export(clinic, stick)
    said = told(second, stick)
    assert [e.site_name for e in said.entries] == ["Clínica 1", "Clínica 2"]
    assert {e.for_site for e in said.entries} == {""}
    assert all(not e.reads for e in said.entries)
    seen = look(second, stick)
    assert (seen.ours, seen.others, seen.bundles) == (1, 1, ())
    network.central.merge(*look(network.central, stick).bundles)
    answer(network.central, stick)
    seen = look(first, stick)
    assert len(seen.bundles) == 1 and seen.others == 2, "its own answer, and those for the other clinics"
    assert {e.for_name for e in seen.route.entries} == {"Clínica 1", "Clínica 2", "Clínica 3"}
    assert len([p for p in stick.iterdir() if p.suffix == ".list"]) == 1
    received = receive(first, stick)
    assert received.removed == 1
    assert look(second, stick).others == 1
    receive(second, stick)
    assert [e.for_name for e in told(network.central, stick).entries] == ["Clínica 3"]


def test_only_what_its_addressee_acknowledged_is_taken_off(network: Network, stick: Path) -> None:
    network.round()
    first, second = network.clinics
    for clinic in network.clinics:
        clinic.do(register())
    mine, theirs = export(first, stick).path, export(second, stick).path
    (stick / "foto.jpg").write_bytes(b"\xff\xd8" * 500)
    first.clock.advance(seconds=1)
    network.central.merge(mine)
    done = answer(network.central, stick)
    assert done[0].removed == 1
    assert not mine.exists() and theirs.exists() and (stick / "foto.jpg").exists()
    receive(first, stick)
    assert theirs.exists(), "nobody confirmed it yet"
    assert {p.name for p in stick.glob("*.bundle")} == {theirs.name, *(o.path.name for o in done[1:])}


def test_a_clinics_own_bundle_goes_from_an_old_stick_once_the_receipt_came(network: Network, stick: Path) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    old = export(clinic, stick).path
    renamed = old.rename(stick / "foto (1).jpg")
    other = clinic.export().path
    central.merge(other)
    files = central.answer()
    shutil.copy(files["Clínica 1"], stick)
    received = receive(clinic, stick)
    assert received.removed == 2 and not renamed.exists()
    assert [p.suffix for p in stick.iterdir()] == [".list"]


def test_a_bundle_stays_on_the_stick_until_its_own_answer_lies_beside(network: Network, stick: Path) -> None:
    network.round()
    first, second = network.clinics
    for clinic in network.clinics:
        clinic.do(register())
    mine, theirs = export(first, stick).path, export(second, stick).path
    central = network.central
    central.merge(mine, theirs)
    only = [first.vault.place.site_id]
    finish(carrying.write_receipt(central.vault, central.actor, folder=stick, site_ids=only))
    assert not mine.exists() and theirs.exists()


def test_a_bundle_that_was_not_merged_whole_stays_on_the_stick(network: Network, stick: Path) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    path = export(clinic, stick).path
    central.merge(path)
    central.vault.do(
        lambda work: work.cursor.execute("UPDATE bundle_log SET refused_segments = 1 WHERE way = 'in'"), central.actor
    )
    answer(central, stick)
    assert path.exists()


def test_a_list_that_lies_or_is_missing_harms_nothing(network: Network, stick: Path) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    exported = export(clinic, stick)
    key = clinic.ask(route.identity)
    said = told(clinic, stick)
    for path in stick.glob("*.list"):
        path.unlink()
    lie = Entry(
        exported.sha256, "x", 1, 9, 1, 1, "d", "s", "Otra", "", "", said.entries[0].at,
        [Read("d", "s", "Otra", said.entries[0].at)],
    )  # fmt: skip
    (stick / "aaaaaaaa.list").write_bytes(route.seal(RouteList(route.FORMAT, "0" * 16, [lie]), key))
    (stick / "b.list").write_bytes(b"age-encryption.org/v1\n" + bytes(500))
    assert exported.path in look(central, stick).bundles
    report = central.merge(*look(central, stick).bundles)
    assert sum(f.new_segments for f in report.files) == 1
    receive_of = central.answer()["Clínica 1"]
    shutil.copy(receive_of, stick)
    assert receive(clinic, stick).removed == 2


def test_another_organisation_cannot_read_the_list(network: Network, stick: Path) -> None:
    import pyrage

    network.round()
    clinic = network.clinics[0]
    clinic.do(register())
    export(clinic, stick)
    (path,) = stick.glob("*.list")
    assert route.read(path, str(pyrage.x25519.Identity.generate())) is None
    assert "Clínica".encode() not in path.read_bytes()


def test_a_list_has_its_limits(tmp_path: Path, network: Network) -> None:
    network.round()
    key = network.clinics[0].ask(route.identity)
    at = "2026-11-23T14:02:11.{:06d}Z"
    many = [Entry(f"{n:064x}", "n", n, 1, 1, 1, "d", "s", "ñ" * 120, "", "ñ" * 120, at.format(n)) for n in range(1000)]
    path = tmp_path / "x.list"
    path.write_bytes(route.seal(RouteList(route.FORMAT, "0" * 16, many), key))
    said = route.read(path, key)
    assert said is not None and len(said.entries) == route.MOST_ENTRIES
    assert said.entries[-1].size == 999, "the newest stay"
    path.write_bytes(path.read_bytes() + bytes(route.MOST_BYTES))
    assert route.read(path, key) is None


_DEVICES = st.sampled_from("abcd")
_READS = st.builds(lambda d, n: Read(d, "s", "S", f"2026-11-23T14:02:11.{n:06d}Z"), _DEVICES, st.integers(0, 5))


def _entry(number: int, reads: list[Read]) -> Entry:
    return Entry(
        f"{number:064x}", "n", 1, 1, 1, 1, "d", "s", "S", "", "", f"2026-11-23T14:02:11.{number:06d}Z",
        reads[:1],
    )  # fmt: skip


_LISTS = st.builds(
    lambda stick, entries, unfit: route.changed(
        RouteList(route.FORMAT, f"{stick:016x}", [], unfit),
        added=[_entry(n, reads) for n, reads in entries],
        read_by=[(f"{n:064x}", one) for n, reads in entries for one in reads],
    ),
    st.integers(0, 2),
    st.lists(st.tuples(st.integers(0, 6), st.lists(_READS, max_size=3)), max_size=5),
    st.sampled_from(["", "2026-11-23"]),
)


@settings(max_examples=60)
@given(st.lists(_LISTS, min_size=1, max_size=4), st.randoms())
def test_lists_of_two_sticks_unite_whatever_their_order(lists: list[RouteList], chance: Any) -> None:
    shuffled = [*lists, chance.choice(lists)]
    chance.shuffle(shuffled)
    united = route.unite(lists)
    assert route.unite(shuffled) == united
    assert route.unite([united, *lists]) == united
    named = {e.sha256 for one in lists for e in one.entries}
    assert {e.sha256 for e in united.entries} == named
    for entry in united.entries:
        readers = {r.device for one in lists for e in one.entries if e.sha256 == entry.sha256 for r in e.reads}
        assert {r.device for r in entry.reads} == readers


def test_receipts_of_an_older_journey_change_no_key_back(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    older = central.answer()["Clínica 1"]
    central.do(_draw_keys_anew)
    clinic.accept(central.answer()["Clínica 1"])
    newest = clinic.ask(route.identity)
    clinic.accept(older)
    assert clinic.ask(route.identity) == newest == central.ask(route.identity)


def _draw_keys_anew(work: Work) -> None:
    work.cursor.execute("DELETE FROM route_key")
