"""A bundle that is not exactly what was written is refused whole, in one sentence; the central stays as it was."""

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest

from clinic_desktop.exchange.format import canonical, minisign, sealed, tar_stream
from clinic_desktop.exchange.format.bundle import Head
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import (
    CutShort,
    DamagedBundle,
    NotABundle,
    NotForUs,
    UnknownSender,
)
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.features.bundles.service import devices, taking
from clinic_desktop.features.bundles.service.travel import own_identity
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.storage.device import ThisDevice
from tests.exchange.conftest import MakeNetwork
from tests.makers.network import Network, Office
from tests.makers.people import note, register
from tests.makers.state import whole

pytestmark = pytest.mark.whole

Members = list[tuple[str, bytes]]


@pytest.fixture
def bundle(network: Network) -> Path:
    clinic = network.clinics[0]
    for name in ("Ana", "Rosa"):
        clinic.do(note(clinic.do(register(given_names=name))))
        path = clinic.export().path
    return path


def refused(network: Network, data: bytes, tmp_path: Path) -> type[ClinicError]:
    """What inspecting such a file raises; a merge of it must change nothing and give a sentence."""
    central, before = network.central, whole(network.central)
    path = tmp_path / "0001-aaaaaaaa.bundle"
    path.write_bytes(data)
    report = central.merge(path)
    assert report.files[0].error
    assert (whole(central), central.sql("SELECT count(*) FROM segment")) == (before, [(0,)])
    with pytest.raises(ClinicError) as told:
        finish(taking.inspect(central.vault, central.actor, file=path))
    return told.type


def contents(central: Office, path: Path) -> Members:
    identity = central.vault.ask(own_identity, central.actor)
    plain = b"".join(sealed.opened(path, identity))
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        return [(m.name, tar.extractfile(m).read()) for m in tar.getmembers()]  # type: ignore[union-attr]


def packed(members: Members, recipients: list[str], end: bytes = tar_stream.END) -> bytes:
    def pieces() -> Iterator[bytes]:
        for name, content in members:
            yield from tar_stream.member(name, len(content), [content])
        yield end

    out = io.BytesIO()
    sealed.seal(pieces(), out, recipients)
    return out.getvalue()


def for_central(network: Network) -> list[str]:
    return [network.clinics[0].vault.ask(standing, network.clinics[0].actor).centrals()[0].recipient]


def test_the_whole_bundle_passes(network: Network, bundle: Path) -> None:
    report = network.central.merge(bundle)
    assert (report.files[0].error, report.files[0].new_segments) == (None, 2)


def test_flipped_bytes(network: Network, bundle: Path, tmp_path: Path) -> None:
    data = bundle.read_bytes()
    for at in range(0, len(data), max(1, len(data) // 12)):
        changed = bytearray(data)
        changed[at] ^= 0x41
        assert refused(network, bytes(changed), tmp_path) in (CutShort, NotABundle, NotForUs)


def test_truncation(network: Network, bundle: Path, tmp_path: Path) -> None:
    data = bundle.read_bytes()
    for keep in (0, 10, 30, 250, len(data) // 2, len(data) - 1):
        assert refused(network, data[:keep], tmp_path) in (CutShort, NotABundle, NotForUs)


@pytest.mark.long
def test_every_byte_flipped_and_every_length(network: Network, bundle: Path, tmp_path: Path) -> None:
    central, data, before = network.central, bundle.read_bytes(), whole(network.central)
    path = tmp_path / "0001-aaaaaaaa.bundle"
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        for spoiled in (bytes(changed), data[:at]):
            path.write_bytes(spoiled)
            with pytest.raises(ClinicError):
                finish(taking.inspect(central.vault, central.actor, file=path))
    assert refused(network, data[:-1], tmp_path) is CutShort
    assert whole(central) == before


def test_something_appended(network: Network, bundle: Path, tmp_path: Path) -> None:
    assert refused(network, bundle.read_bytes() + b"x", tmp_path) is CutShort


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: m[:-1],
        lambda m: [*m, m[-1]],
        lambda m: [m[1], m[0], *m[2:]],
        lambda m: [*m[:4], m[5], m[4], *m[6:]],
        lambda m: [*m, ("../../autorun.inf", b"x")],
        lambda m: [("README.txt", b"x"), *m],
        lambda m: [(n, c.replace(b"Cl", b"Kl") if n == "bundle.json" else c) for n, c in m],
        lambda m: [(n, c[:-2] + b',"x":1}' if n == "bundle.json" else c) for n, c in m],
        lambda m: [(n, b" " + c if n.endswith("manifest.json") else c) for n, c in m],
        lambda m: [(n, c[:-1] + bytes([c[-1] ^ 1]) if n.endswith(".zst") else c) for n, c in m],
        lambda m: [(n, b"" if n.endswith(".minisig") else c) for n, c in m],
    ],
)
def test_parts_dropped_doubled_swapped_added_or_changed(
    network: Network, bundle: Path, tmp_path: Path, spoil: Callable[[Members], Members]
) -> None:
    members = contents(network.central, bundle)
    changed = spoil(members)
    assert changed != members
    assert refused(network, packed(changed, for_central(network)), tmp_path) is DamagedBundle


def test_a_tar_with_anything_behind_its_end(network: Network, bundle: Path, tmp_path: Path) -> None:
    members = contents(network.central, bundle)
    data = packed(members, for_central(network), end=tar_stream.END + b"more")
    assert refused(network, data, tmp_path) is DamagedBundle


def test_two_bundles_spliced(network: Network, bundle: Path, tmp_path: Path) -> None:
    clinic = network.clinics[0]
    clinic.do(register(given_names="Luz"))
    other = contents(network.central, clinic.export().path)
    members = contents(network.central, bundle)
    assert refused(network, packed([*other[:2], *members[2:]], for_central(network)), tmp_path) is DamagedBundle


def test_a_head_signed_by_another_device(network: Network, bundle: Path, tmp_path: Path) -> None:
    members = contents(network.central, bundle)
    other = network.clinics[1].vault.do(lambda w: w.load(ThisDevice, 1).signing_key, network.clinics[1].actor)
    signature = minisign.sign(other, members[0][1], "bundle 2").encode()
    data = packed([members[0], (members[1][0], signature), *members[2:]], for_central(network))
    assert refused(network, data, tmp_path) is DamagedBundle


def test_a_bundle_sealed_again_for_somebody_it_does_not_name(network: Network, bundle: Path, tmp_path: Path) -> None:
    central = network.central
    members = contents(central, bundle)
    clinic = network.clinics[0]
    head = canonical.read(members[0][1], Head)
    assert central.vault.ask(standing, central.actor).here.recipient in head.recipients
    # The other clinic gets hold of it: it opens, but was never meant for it; and it does not know the sender either.
    other = network.clinics[1]
    mine = other.vault.ask(standing, other.actor).here.recipient
    path = tmp_path / "0009-bbbbbbbb.bundle"
    path.write_bytes(packed(members, [mine]))
    with pytest.raises(UnknownSender):
        finish(taking.inspect(other.vault, other.actor, file=path))
    # Even the clinic's own central-addressed bundle, sealed for the clinic itself, is refused there.
    path.write_bytes(packed(members, [clinic.vault.ask(standing, clinic.actor).here.recipient]))
    with pytest.raises(DamagedBundle):
        finish(taking.inspect(clinic.vault, clinic.actor, file=path))


def test_a_wrong_recipient_and_a_foreign_file(network: Network, bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.bundle"
    out = io.BytesIO()
    sealed.seal([b"hello" * 100], out, [str(pyrage.x25519.Identity.generate().to_public())])
    assert refused(network, out.getvalue(), tmp_path) is NotForUs
    assert refused(network, b"%PDF-1.7 " * 50, tmp_path) is NotABundle
    out = io.BytesIO()
    sealed.seal([b"hello" * 100], out, for_central(network))
    assert refused(network, out.getvalue(), tmp_path) in (CutShort, DamagedBundle)
    assert not path.exists()


def test_of_a_stolen_computer_everything_is_kept_aside_and_nothing_is_applied(network: Network, bundle: Path) -> None:
    central, clinic = network.central, network.clinics[0]
    device = clinic.vault.place.device_id
    central.do(lambda work: devices.cut_off(work, device, "stolen", note="robada en el camino"))
    file = central.merge(bundle).files[0]
    assert file.error is None
    assert file.new_segments == 0
    assert file.aside_segments
    assert central.sql("SELECT count(*) FROM patient") == [(0,)]


def test_rows_of_another_site_put_in_by_a_clinic_are_kept_aside_whole(network: Network) -> None:
    clinic, other, central = *network.clinics, network.central
    foreign = other.vault.place.site_id

    def forge(work):
        from clinic_desktop.features.patients.records import Patient

        work.add(Patient(given_names="Falsa", origin_site_id=foreign))

    clinic.do(forge)
    clinic.do(register())
    report = central.merge(clinic.export().path)
    assert (report.files[0].new_segments, report.files[0].aside_segments) == (0, 1)
    assert central.sql("SELECT count(*) FROM patient") == [(0,)]
    assert [f.kind for f in central.ask(findings.findings)] == ["no-right"]


def test_a_zip_bomb_is_stopped_at_the_declared_size(make: MakeNetwork) -> None:
    from clinic_desktop.exchange.format.manifest import Part
    from clinic_desktop.exchange.format.parts import BadPart, pack, unpack

    body = pack(bytes(50_000_000))
    part = Part("parts/0001.patient.jsonl.zst", "patient", "insert", 1, 1000, len(body), canonical.digest(body))
    with pytest.raises(BadPart):
        unpack(part, body)


def test_a_copied_computer_that_writes_the_same_number_is_a_fork_and_loses_nothing(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register(given_names="Ana"))
    clinic.save_copy("clone")
    clinic.do(register(given_names="Eva"))
    first = clinic.export().path
    epoch = clinic.vault.place.epoch
    clinic.restore("clone")
    # The copy does not notice that it is one (a tool put the old epoch back).
    clinic.vault.do(lambda work: _put_back(work, epoch), clinic.actor)
    clinic.vault.learn_place()
    clinic.do(register(given_names="Sol"))
    second = clinic.export().path
    report = central.merge(first, second)
    assert report.files[1].aside_segments == 1
    assert [f.kind for f in central.ask(findings.findings)] == ["fork"]
    assert central.sql("SELECT count(*) FROM segment_part") == [(2,)], "what was kept aside is kept whole"
    clinic.accept(central.answer()["Clínica 1"])
    assert clinic.vault.place.epoch != epoch, "the receipt knows another segment: a new epoch"


def _put_back(work, epoch: str) -> None:
    work.load(ThisDevice, 1).epoch = epoch
    work.act = "test.put_back"
