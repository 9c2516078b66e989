"""The format with other people's tools: age, tar, minisign, sha256sum, zstd."""

import base64
import hashlib
import json
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
import zstandard

from clinic_desktop.exchange.format import canonical, manifest, minisign, sealed
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.minisign import BadSignature
from tests.makers import another_program
from tests.makers.network import Network
from tests.makers.people import change, note, register


def step(tool: str, arguments: list[str | Path], instead: Callable[[], bytes]) -> bytes:
    """What a common tool gives; where it is not installed another program does the same: nothing is left out."""
    if not shutil.which(tool):
        return instead()
    return subprocess.run([tool, *arguments], check=True, capture_output=True).stdout


def untar(tar: Path, folder: Path) -> bytes:
    for name, content in another_program.read_tar(tar.read_bytes()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return b""


@pytest.fixture
def opened(network: Network, tmp_path: Path) -> Path:
    """A bundle taken apart as the document says: by age and by tar."""
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    clinic.do(note(patient))
    clinic.export()
    clinic.do(change(patient, phone="5555", phone_note="de la hija"))
    path = clinic.export().path
    ((identity,),) = central.sql("SELECT age_identity FROM this_device")
    (tmp_path / "key.txt").write_text(identity)
    key = pyrage.x25519.Identity.from_str(identity)
    tar, folder = tmp_path / "plain.tar", tmp_path / "opened"
    folder.mkdir()
    tar.write_bytes(
        step("age", ["-d", "-i", tmp_path / "key.txt", path], lambda: pyrage.decrypt(path.read_bytes(), [key]))
    )
    step("tar", ["-xf", tar, "-C", folder], lambda: untar(tar, folder))
    ((private,),) = clinic.sql("SELECT signing_key FROM this_device")
    (folder / "device.pub").write_text(another_program.public_file(minisign.public_of(private)))
    return folder


def test_minisign_sha256sum_and_zstd_agree_with_what_is_said(opened: Path) -> None:
    signed = [opened / "bundle.json", *opened.glob("segments/*/manifest.json")]
    assert len(signed) == 3
    for file in signed:
        step("minisign", ["-Vm", file, "-p", opened / "device.pub"], lambda file=file: checked(opened, file))
    for folder in opened.glob("segments/*"):
        told = json.loads((folder / "manifest.json").read_bytes())
        for part in told["parts"]:
            path = folder / part["name"]
            hashed = step("sha256sum", [path], lambda path=path: hashlib.sha256(path.read_bytes()).hexdigest().encode())
            assert hashed.split()[0].decode() == part["sha256"]
            raw = step("zstd", ["-dc", path], lambda path=path: zstandard.decompress(path.read_bytes()))
            head, *lines = [json.loads(line) for line in raw.splitlines()]
            assert (head["table"], head["kind"], len(lines)) == (part["table"], part["kind"], part["rows"])


def checked(opened: Path, file: Path) -> bytes:
    text = (opened / "device.pub").read_text().splitlines()[1]
    another_program.check_signature(
        base64.b64decode(text)[10:], file.read_bytes(), Path(f"{file}.minisig").read_bytes()
    )
    return b""


def test_an_update_line_tells_unit_value_and_what_it_overwrote(opened: Path) -> None:
    (folder,) = opened.glob("segments/*-2")
    (first,) = opened.glob("segments/*-1")
    body = next(folder.glob("parts/*.patient.jsonl.zst")).read_bytes()
    head, line = [json.loads(part) for part in zstandard.decompress(body).splitlines()]
    assert head["units"] == [["phone", ["phone", "phone_note"]]]
    _id, _hlc, _author, [[unit, value, prev, seen]] = line
    assert (unit, value, seen) == (0, ["5555", "de la hija"], [])
    device, epoch = head["writers"][prev[0][0]]
    assert f"{device}-{epoch}-{prev[0][1]}" == first.name


def test_a_chain_names_the_hash_of_the_manifest_before(opened: Path) -> None:
    (first,), (second,) = opened.glob("segments/*-1"), opened.glob("segments/*-2")
    told = manifest.read_manifest((second / "manifest.json").read_bytes())
    assert told.follows is not None and told.previous == told.follows
    assert told.follows.hash == canonical.digest((first / "manifest.json").read_bytes())


def test_sealing_can_be_stopped_between_two_pieces(tmp_path: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    whole = [bytes([n]) * 300_000 for n in range(9)]
    with (tmp_path / "sealed").open("wb") as file:
        steps = list(sealed.seal_in_steps(whole, file, [str(key.to_public())]))
    assert len(steps) > 9 and steps[-1] == 2_700_000
    assert pyrage.decrypt((tmp_path / "sealed").read_bytes(), [key]) == b"".join(whole)
    with (tmp_path / "stopped").open("wb") as file:
        begun = sealed.seal_in_steps(whole, file, [str(key.to_public())])
        next(begun)
        begun.close()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt((tmp_path / "stopped").read_bytes(), [key])
    assert "seal" not in {thread.name for thread in threading.enumerate()}
    with (tmp_path / "sealed").open("rb") as locked, pytest.raises(OSError):
        list(sealed.seal_in_steps(whole, locked, [str(key.to_public())]))


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
