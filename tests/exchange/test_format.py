"""The format with other people's tools: tar, zstd, sha256sum, minisign where it is installed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from clinic_desktop.exchange.format import canonical, manifest, minisign, sealed
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.features.bundles.service.travel import own_identity
from tests.makers.network import Network
from tests.makers.people import change, note, register


@pytest.fixture
def opened(network: Network, tmp_path: Path) -> Path:
    """A bundle taken apart by tar."""
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    clinic.do(note(patient))
    clinic.export()
    clinic.do(change(patient, phone="5555", phone_note="de la hija"))
    path = clinic.export().path
    identity = central.vault.ask(own_identity, central.actor)
    (tmp_path / "plain.tar").write_bytes(b"".join(sealed.opened(path, identity)))
    folder = tmp_path / "opened"
    folder.mkdir()
    subprocess.run(["tar", "-xf", tmp_path / "plain.tar", "-C", folder], check=True)
    (tmp_path / "opened" / "device.pub").write_text(
        minisign.public_key_text(clinic.vault.ask(standing, clinic.actor).here.public_key)
    )
    return folder


@pytest.mark.skipif(not shutil.which("tar") or not shutil.which("zstd"), reason="needs tar and zstd")
def test_tar_zstd_and_sha256_open_what_we_write(opened: Path) -> None:
    found = sorted(p.relative_to(opened).parts[1].rsplit("-", 1)[1] for p in opened.glob("segments/*"))
    assert found == ["1", "2"]
    for folder in opened.glob("segments/*"):
        told = json.loads((folder / "manifest.json").read_bytes())
        for part in told["parts"]:
            body = (folder / part["name"]).read_bytes()
            assert canonical.digest(body) == part["sha256"]
            raw = subprocess.run(["zstd", "-dc", folder / part["name"]], check=True, capture_output=True).stdout
            head, *lines = [json.loads(line) for line in raw.splitlines()]
            assert (head["table"], head["kind"], len(lines)) == (part["table"], part["kind"], part["rows"])


@pytest.mark.skipif(not shutil.which("tar"), reason="needs tar")
def test_an_update_line_tells_unit_value_and_what_it_overwrote(opened: Path) -> None:
    import zstandard

    (folder,) = opened.glob("segments/*-2")
    (first,) = opened.glob("segments/*-1")
    body = next(folder.glob("parts/*.patient.jsonl.zst")).read_bytes()
    head, line = [json.loads(part) for part in zstandard.decompress(body).splitlines()]
    assert head["units"] == [["phone", ["phone", "phone_note"]]]
    _id, _hlc, _author, [[unit, value, prev, seen]] = line
    assert (unit, value, seen) == (0, ["5555", "de la hija"], [])
    device, epoch = head["writers"][prev[0][0]]
    assert f"{device}-{epoch}-{prev[0][1]}" == first.name


@pytest.mark.skipif(not shutil.which("minisign"), reason="needs minisign")
def test_minisign_verifies_every_signature(opened: Path) -> None:
    for signed in [opened / "bundle.json", *opened.glob("segments/*/manifest.json")]:
        subprocess.run(["minisign", "-Vm", signed, "-p", opened / "device.pub"], check=True, capture_output=True)


def test_a_chain_names_the_hash_of_the_manifest_before(opened: Path) -> None:
    (first,), (second,) = opened.glob("segments/*-1"), opened.glob("segments/*-2")
    told = manifest.read_manifest((second / "manifest.json").read_bytes())
    assert told.follows is not None and told.previous == told.follows
    assert told.follows.hash == canonical.digest((first / "manifest.json").read_bytes())


def test_signatures_are_bound_to_key_content_and_comment() -> None:
    key, other = bytes(range(32)), bytes(range(1, 33))
    signature = minisign.sign(key, b"content", "a comment")
    assert minisign.verify(minisign.public_of(key), b"content", signature) == "a comment"
    for public, content, text in (
        (minisign.public_of(other), b"content", signature),
        (minisign.public_of(key), b"other", signature),
        (minisign.public_of(key), b"content", signature.replace("a comment", "another")),
        (minisign.public_of(key), b"content", signature + "x"),
        (minisign.public_of(key), b"content", ""),
    ):
        with pytest.raises(BadSignature):
            minisign.verify(public, content, text)


@pytest.mark.parametrize(
    "content",
    [b'{"a":1,"a":2}', b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1.0}x', b'{"a":NaN}', b'{"a":"\\u00e1"}', b"[" * 9999],
)
def test_only_the_canonical_writing_is_read(content: bytes) -> None:
    with pytest.raises(NotCanonical):
        canonical.read(content, dict)
