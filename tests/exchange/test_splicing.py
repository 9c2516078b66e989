"""Whoever has keys of one computer, or none, and takes bundles apart and together again: nothing of it is taken in."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinic_desktop.exchange.format import canonical, minisign, parts, sealed, tar_stream
from clinic_desktop.exchange.format.bundle import Head, Listed
from clinic_desktop.exchange.format.manifest import Part, folder_of, read_manifest
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.features.bundles.service import taking
from clinic_desktop.features.bundles.service.travel import own_identity
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.files import DATABASE
from tests.makers.network import Network, Office
from tests.makers.people import change, note, register
from tests.makers.state import whole

Members = list[tuple[str, bytes]]


class Forger:
    """Has a clinic's computer with all its keys, and bundles that it and others wrote."""

    def __init__(self, network: Network, folder: Path) -> None:
        self.network, self.folder = network, folder
        clinic, central = network.clinics[0], network.central
        patient = clinic.do(register(given_names="Ana"))
        clinic.do(note(patient))
        clinic.export()
        clinic.do(change(patient, phone="1"))
        self.path = clinic.export().path
        self.members = self.open(self.path, central)
        self.key: bytes = clinic.vault.do(lambda work: _key(work), clinic.actor)
        self.recipients = [central.vault.ask(standing, central.actor).here.recipient]

    def open(self, path: Path, office: Office) -> Members:
        identity = office.vault.ask(own_identity, office.actor)
        plain = b"".join(sealed.opened(path, identity))
        with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
            return [(m.name, tar.extractfile(m).read()) for m in tar.getmembers()]  # type: ignore[union-attr]

    def head(self) -> dict[str, Any]:
        return json.loads(self.members[0][1])

    def manifests(self) -> list[int]:
        return [n for n, (name, _) in enumerate(self.members) if name.endswith("manifest.json")]

    def signed(self, members: Members, change: Callable[[dict[str, Any]], None] = lambda _head: None) -> Members:
        """A head that lists the segments as they are now, signed with the clinic's own key."""
        head = self.head()
        found = [read_manifest(c) for n, c in members if n.endswith("/manifest.json")]
        listed = [Listed(m.device, m.epoch, m.segment, canonical.digest(canonical.write(m))) for m in found]
        head["segments"] = json.loads(canonical.write(listed))
        change(head)
        content = canonical.write(head)
        signature = minisign.sign(self.key, content, "bundle 9").encode()
        return [("bundle.json", content), ("bundle.json.minisig", signature), *members[2:]]

    def write(self, members: Members, *, pieces: Callable[[], Iterator[bytes]] | None = None) -> Path:
        def whole_tar() -> Iterator[bytes]:
            for name, content in members:
                yield from tar_stream.member(name, len(content), [content])
            yield tar_stream.END

        out = io.BytesIO()
        sealed.seal((pieces or whole_tar)(), out, self.recipients)
        path = self.folder / "0001-zzzzzzzz.bundle"
        path.write_bytes(out.getvalue())
        return path

    def refused(self, path: Path) -> str:
        """The sentence; and the database of the central is what it was, to the byte."""
        central = self.network.central
        before, held = whole(central), central.sql("SELECT count(*) FROM segment")
        central.vault.settle()
        file = (central.folder / DATABASE).read_bytes()
        steps = taking.inspect(central.vault, central.actor, file=path)
        with pytest.raises(ClinicError) as told:
            finish(steps)
        central.vault.settle()
        assert (central.folder / DATABASE).read_bytes() == file
        report = central.merge(path)
        assert report.files[0].error == told.value.sentence()
        assert "\n" not in told.value.sentence() and len(told.value.sentence()) < 200
        assert whole(central) == before
        assert central.sql("SELECT count(*) FROM segment") == held
        return told.type.__name__

    def kept_aside(self, path: Path) -> list[str]:
        """Nothing of it is applied; it is kept whole, with the reason."""
        central = self.network.central
        before = whole(central)
        report = central.merge(path)
        assert report.files[0].new_segments == 0
        assert whole(central) == before
        return [kind for (kind,) in central.sql("SELECT kind FROM finding WHERE settled_at IS NULL ORDER BY key")]

    def own_segment(self, members: Members, table: str, raw: bytes, rows: int, kind: str = "insert") -> Members:
        """The first segment with another body, signed anew with the clinic's key: all formalities are right."""
        at = self.manifests()[0]
        body = parts.pack(raw)
        name = f"parts/0001.{table}.jsonl.zst"
        part = Part(name, table, kind, rows, len(raw), len(body), canonical.digest(body))
        manifest = json.loads(members[at][1]) | {"parts": [json.loads(canonical.write(part))]}
        content = canonical.write(manifest)
        folder = members[at][0].removesuffix("/manifest.json")
        signature = minisign.sign(self.key, content, "segment").encode()
        segment = [
            (f"{folder}/manifest.json", content), (f"{folder}/manifest.json.minisig", signature),
            (f"{folder}/{name}", body),
        ]  # fmt: skip
        return self.signed([*members[:2], *segment])


def _key(work: Any) -> bytes:
    work.act = "test.key"
    return work.load(ThisDevice, 1).signing_key


@pytest.fixture
def forger(network: Network, tmp_path: Path) -> Forger:
    return Forger(network, tmp_path)


def test_the_forgers_tools_write_what_is_taken_in_when_nothing_is_forged(forger: Forger) -> None:
    report = forger.network.central.merge(forger.write(forger.signed(forger.members)))
    assert (report.files[0].error, report.files[0].new_segments) == (None, 2)


def _swap_segments(members: Members, at: list[int]) -> Members:
    return [*members[:2], *members[at[1] :], *members[at[0] : at[1]]]


@pytest.mark.parametrize("deed", ["manifest of another", "signature of another", "parts swapped", "a part doubled"])
def test_pieces_of_two_segments_put_together(forger: Forger, deed: str) -> None:
    members, (first, second) = list(forger.members), forger.manifests()[:2]
    match deed:
        case "manifest of another":
            members[first] = (members[first][0], members[second][1])
        case "signature of another":
            members[first + 1] = (members[first + 1][0], members[second + 1][1])
        case "parts swapped":
            members[first + 2], members[first + 3] = members[first + 3], members[first + 2]
        case _:
            members.insert(first + 2, members[first + 2])
    assert forger.refused(forger.write(members)) == "DamagedBundle"


def test_a_segment_signed_by_whoever_carries_it(forger: Forger) -> None:
    """The key of another enrolled clinic is as good as none."""
    other = forger.network.clinics[1]
    key: bytes = other.vault.do(_key, other.actor)
    members, at = list(forger.members), forger.manifests()[0]
    for signer in (key, Ed25519PrivateKey.generate().private_bytes_raw()):
        members[at + 1] = (members[at + 1][0], minisign.sign(signer, members[at][1], "segment").encode())
        assert forger.refused(forger.write(members)) == "DamagedBundle"


def test_an_old_bundle_again_changes_nothing_and_takes_nothing_back(forger: Forger) -> None:
    central, clinic = forger.network.central, forger.network.clinics[0]
    old = forger.path
    central.merge(old)
    (patient,) = clinic.sql("SELECT id FROM patient")
    clinic.do(change(patient[0], phone="2"))
    central.merge(clinic.export().path)
    before = whole(central)
    for again in (old, forger.write(forger.members)):  # as it was, and sealed anew under another hash
        report = central.merge(again)
        assert (report.files[0].error, report.files[0].new_segments) == (None, 0)
    assert whole(central) == before
    assert clinic.accept(central.answer()["Clínica 1"]).files[0].ok
    assert clinic.export().segments == 0, "an old receipt takes no newer one back"


@pytest.mark.parametrize(
    "name",
    [
        "../segments/x/manifest.json", "/etc/passwd", "C:\\windows\\x", "bundle.json/../x", "segments/../../x",
        "README.txt", "segments\\x", "bundle.json\n", "", "a" * 99,
    ],
)  # fmt: skip
def test_names_in_the_tar_that_lead_elsewhere(forger: Forger, name: str, tmp_path: Path) -> None:
    for place in (0, 2, len(forger.members)):
        members = list(forger.members)
        members.insert(place, (name, b"x"))
        try:
            path = forger.write(members)
        except (ValueError, UnicodeError):
            continue  # our own writer does not even write it
        assert forger.refused(path) in ("DamagedBundle", "CutShort")
    assert not list(tmp_path.rglob("passwd"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_folders_and_devices_in_the_tar(forger: Forger, kind: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for n, (name, content) in enumerate(forger.members):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                if n == 2:
                    info.type, info.size, info.linkname = kind, 0, "/etc/passwd"
                tar.addfile(info, io.BytesIO(content) if info.size else None)
        yield out.getvalue()

    assert forger.refused(forger.write([], pieces=pieces)) in ("DamagedBundle", "CutShort")


COLUMNS = 1_000_000
BODIES: dict[str, tuple[str, bytes, int]] = {
    "a million columns": (
        "patient",
        b'{"columns":["id",' + b",".join(b'"c%d"' % n for n in range(COLUMNS))
        + b'],"kind":"insert","table":"patient"}\n', 0,
    ),
    "deep JSON": ("patient", b"[" * 100_000 + b"]" * 100_000 + b"\n", 0),
    "deep JSON in a row": (
        "patient", b'{"columns":["id","@hlc"],"kind":"insert","table":"patient"}\n' + b"[" * 50_000 + b"\n", 1,
    ),
    "huge whole number": (
        "patient", b'{"columns":["id","@hlc"],"kind":"insert","table":"patient"}\n["x",' + b"9" * 400 + b"]\n", 1,
    ),
    "number beyond 64 bits": (
        "patient",
        b'{"columns":["id","@hlc"],"kind":"insert","table":"patient"}\n["x",' + str(2**70).encode() + b"]\n", 1,
    ),
    "not a number": (
        "patient", b'{"columns":["id","@hlc"],"kind":"insert","table":"patient"}\n["x",NaN]\n', 1,
    ),
    "a column twice": (
        "patient", b'{"columns":["id","id"],"kind":"insert","table":"patient"}\n["x","y"]\n', 1,
    ),
    "a name that is SQL": (
        "patient",
        b'{"columns":["id","@hlc","origin_site_id","x\\" TEXT); DROP TABLE patient; --"],"kind":"insert",'
        b'"table":"patient"}\n["x",1,"s","y"]\n', 1,
    ),
    "another table than it says": (
        "patient", b'{"columns":["id","@hlc"],"kind":"insert","table":"allergy"}\n["x",1]\n', 1,
    ),
    "more rows than it says": (
        "patient", b'{"columns":["id","@hlc"],"kind":"insert","table":"patient"}\n["x",1]\n["y",2]\n', 1,
    ),
    "half a letter": ("patient", b'{"columns":["id"],"kind":"insert","table":"patient"}\n["\xc3"]\n', 1),
    "nothing": ("patient", b"\n", 0),
    "a table of the program itself": (
        "this_device", b'{"columns":["id","role"],"kind":"insert","table":"this_device"}\n["x","central"]\n', 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_rightly_signed_and_nonsense_all_the_same(forger: Forger, body: str) -> None:
    table, raw, rows = BODIES[body]
    path = forger.write(forger.own_segment(forger.members, table, raw, rows))
    central = forger.network.central
    before = whole(central)
    report = central.merge(path)
    told = report.files[0]
    assert told.error is not None or told.aside_segments == 1 or body == "a table of the program itself"
    assert whole(central) == before
    assert central.sql("SELECT role, count(*) FROM this_device") == [("central", 1)]
    if body != "a table of the program itself":  # held, as any table of a newer program, and never put in
        assert central.merge(forger.path).files[0].new_segments >= 1, "and the real one is still taken in"


def test_a_bomb_of_zeros_is_stopped_at_what_was_declared(forger: Forger) -> None:
    members, at = list(forger.members), forger.manifests()[0]
    body = parts.pack(bytes(60_000_000))
    manifest = json.loads(members[at][1])
    manifest["parts"] = [manifest["parts"][0] | {"size": len(body), "sha256": canonical.digest(body), "raw": 1000}]
    content = canonical.write(manifest)
    members[at] = (members[at][0], content)
    members[at + 1] = (members[at + 1][0], minisign.sign(forger.key, content, "segment").encode())
    name = f"{members[at][0].removesuffix('/manifest.json')}/{manifest['parts'][0]['name']}"
    path = forger.write(forger.signed([*members[:4], (name, body)]))
    assert forger.refused(path) == "DamagedBundle"


HEADS: dict[str, Callable[[dict[str, Any]], None]] = {
    "a site that is not the sender's": lambda head: head.update(site="0" * 8 + "-0000" * 3 + "-" + "0" * 12),
    "nobody named": lambda head: head.update(recipients=[]),
    "number nought": lambda head: head.update(number=0),
    "number too great": lambda head: head.update(number=2**40),
    "a day that is none": lambda head: head.update(made_at="2026-02-31T00:00:00.000000Z"),
    "a segment twice": lambda head: head.update(segments=[*head["segments"], head["segments"][0]]),
    "have of words": lambda head: head.update(have="all"),
    "an epoch that is none": lambda head: head.update(epoch="../../x"),
}  # fmt: skip


@pytest.mark.parametrize("deed", HEADS)
def test_a_head_that_is_rightly_signed_and_says_nonsense(forger: Forger, deed: str) -> None:
    path = forger.write(forger.signed(forger.members, HEADS[deed]))
    assert forger.refused(path) == "DamagedBundle"


def test_a_clinic_that_writes_as_another_device_or_for_another_audience(forger: Forger) -> None:
    other = forger.network.clinics[1].vault.place
    at = forger.manifests()[0]
    for change_it in (
        {"site": other.site_id}, {"audience": other.site_id}, {"audience": "common"}, {"device": other.device_id},
    ):  # fmt: skip
        members = list(forger.members)
        manifest = json.loads(members[at][1]) | change_it
        content = canonical.write(manifest)
        folder = folder_of(manifest["device"], manifest["epoch"], manifest["segment"])
        bodies = [(f"{folder}/{p['name']}", b) for p, (_, b) in zip(manifest["parts"], members[at + 2 :], strict=False)]
        signature = minisign.sign(forger.key, content, "segment").encode()
        segment = [(f"{folder}/manifest.json", content), (f"{folder}/manifest.json.minisig", signature), *bodies]
        path = forger.write(forger.signed([*members[:2], *segment]))
        if "device" in change_it:
            assert forger.refused(path) == "DamagedBundle"
        else:
            assert "no-right" in forger.kept_aside(path)
    assert canonical.read(forger.members[0][1], Head).number >= 1
