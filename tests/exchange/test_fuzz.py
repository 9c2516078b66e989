"""Random and nearly right bytes in every reader: what comes out is what was meant, or one of our own errors."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_desktop.exchange.format import canonical, minisign, parts, tar_stream
from clinic_desktop.exchange.format.bundle import Head
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.manifest import MAX_RAW, Manifest, Part, read_manifest
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.format.parts import BadPart, Inserts, RowChange, UnitChange, Updates
from clinic_desktop.exchange.format.tar_stream import BadTar, EndsEarly, TarReader
from clinic_desktop.exchange.merge.rules import Stamp

OURS = (NotCanonical, BadPart, BadSignature, BadTar, EndsEarly)

DEVICE = "0193a000-0000-7000-8000-000000000001"
HASH = "a" * 64
EPOCH = "0123456789abcdef"

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from([2**53, -(2**63), 2**64, "", "x" * 70, HASH, DEVICE, EPOCH, "common"]),
    st.just("2026-02-31T00:00:00.000000Z"),
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


def _manifest() -> dict[str, Any]:
    part = {
        "name": "parts/0001.patient.jsonl.zst", "table": "patient", "kind": "insert", "rows": 1, "raw": 9, "size": 9,
        "sha256": HASH,
    }  # fmt: skip
    return {
        "format": "clinic-desktop-segment/1", "min_reader": 1, "schema": "0005", "device": DEVICE, "site": DEVICE,
        "epoch": EPOCH, "segment": 2, "audience": DEVICE, "previous": {"number": 1, "hash": HASH},
        "follows": {"number": 1, "hash": HASH}, "cut_at": "2026-11-23T14:00:00.000000Z", "parts": [part],
    }  # fmt: skip


def _head() -> dict[str, Any]:
    return {
        "format": "clinic-desktop-bundle/1", "min_reader": 1, "schema": "0005", "number": 1, "device": DEVICE,
        "epoch": EPOCH, "site": DEVICE, "site_code": "CLA", "site_name": "Uno", "for_site": "",
        "made_at": "2026-11-23T14:00:00.000000Z", "recipients": ["age1x"],
        "segments": [{"device": DEVICE, "epoch": EPOCH, "segment": 1, "hash": HASH}],
        "have": [
            {"device": DEVICE, "epoch": EPOCH, "audience": "common", "upto": 0, "hash": "", "beyond": [[3, HASH]]}
        ],
        "ledger": {"count": 1, "hash": HASH},
    }  # fmt: skip


@st.composite
def spoiled(draw: st.DrawFn, make: Callable[[], dict[str, Any]]) -> bytes:
    """A right document with something at a random place put in, taken away or changed; then perhaps its bytes too."""
    told: Any = make()
    place: Any = told
    for _ in range(draw(st.integers(0, 3))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place))) if isinstance(place, list) else []
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        match draw(st.integers(0, 3)):
            case 0:
                del place[key]
                break
            case 1:
                place[key] = draw(anything)
                break
            case _ if isinstance(place[key], dict | list):
                place = place[key]
            case _:
                place[key] = draw(scalars)
                break
    try:
        content = canonical.write(told)
    except (ValueError, TypeError, OverflowError):
        content = json.dumps(told).encode()
    return _bent(draw, content)


def _bent(draw: Any, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, max(0, len(changed) - 1)))
        changed[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(changed)


def _read_manifest(content: bytes) -> None:
    try:
        found = read_manifest(content)
    except NotCanonical:
        return
    assert isinstance(found, Manifest)
    assert found.rows >= 0 and found.folder.startswith("segments/") and ".." not in found.folder
    assert all(part.raw <= MAX_RAW for part in found.parts)


def _read_head(content: bytes) -> None:
    try:
        found = canonical.read(content, Head)
    except NotCanonical:
        return
    assert found.number >= 1 and all(".." not in listed.folder for listed in found.segments)


@given(spoiled(_manifest))
def test_a_manifest_is_right_or_refused(content: bytes) -> None:
    _read_manifest(content)


@given(spoiled(_head))
def test_a_head_is_right_or_refused(content: bytes) -> None:
    _read_head(content)


# -- parts

values = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False),
                   st.text(max_size=12))  # fmt: skip
stamps = st.builds(
    Stamp, st.integers(0, 2**62), st.sampled_from([DEVICE, "b"]), st.sampled_from([EPOCH, "f"]), st.integers(1, 9)
)


@st.composite
def inserts(draw: st.DrawFn) -> tuple[bytes, list[list[Any]], list[str]]:
    names = draw(st.lists(st.sampled_from(["phone", "name", "ñ", "x y"]), unique=True, max_size=4))
    rows = draw(
        st.lists(
            st.tuples(st.text(min_size=1, max_size=9), st.integers(0, 2**62), *(values for _ in names)), min_size=1,
            max_size=4,
        )
    )  # fmt: skip
    raw = parts.write_inserts("patient", names, rows, clocks=True, blobs=frozenset())
    return raw, [list(row) for row in rows], names


@st.composite
def updates(draw: st.DrawFn) -> tuple[bytes, list[RowChange]]:
    told = [
        RowChange(
            draw(st.text(min_size=1, max_size=9)), draw(st.integers(0, 2**62)), draw(st.text(max_size=5)),
            tuple(
                UnitChange(unit, (unit, f"{unit}_note"), (draw(values), draw(values)),
                           draw(st.frozensets(stamps, max_size=3)), draw(st.frozensets(stamps, max_size=2)))
                for unit in draw(st.lists(st.sampled_from(["phone", "void", "ñ"]), unique=True, min_size=1))
            ),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    return parts.write_updates("patient", told, frozenset()), told


def _part(raw: bytes, kind: str, rows: int) -> tuple[Part, bytes]:
    body = parts.pack(raw)
    return Part(
        "parts/0001.patient.jsonl.zst", "patient", kind, rows, len(raw), len(body), canonical.digest(body)
    ), body


@given(inserts())
def test_rows_come_out_as_they_went_in(told: tuple[bytes, list[list[Any]], list[str]]) -> None:
    raw, rows, names = told
    found = parts.read(*_part(raw, "insert", len(rows)))
    assert isinstance(found, Inserts)
    assert found.clocks == [row[1] for row in rows]
    for row, out in zip(rows, found.rows, strict=True):
        given_values = dict(zip(names, row[2:], strict=True))
        assert out[0] == row[0]
        assert dict(zip(found.columns, out[1:], strict=True)) == {n: given_values[n] for n in found.columns}


@given(updates())
def test_changes_come_out_as_they_went_in(told: tuple[bytes, list[RowChange]]) -> None:
    raw, changes = told
    found = parts.read(*_part(raw, "update", len(changes)))
    assert isinstance(found, Updates) and found.changes == changes


def _read_part(raw: bytes, kind: str, rows: int) -> None:
    try:
        found = parts.read(*_part(raw or b"\n", kind, rows))
    except BadPart:
        return
    lines = found.rows if isinstance(found, Inserts) else found.changes
    assert len(lines) == rows
    assert len(found.clocks) in (0, rows) if isinstance(found, Inserts) else True


@given(st.data())
def test_a_spoiled_part_is_read_rightly_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["insert", "update"]))
    told: Any = data.draw(inserts() if kind == "insert" else updates())
    _read_part(_bent(data.draw, told[0]), data.draw(st.sampled_from(["insert", "update"])), len(told[1]))


@given(st.binary(max_size=200), st.sampled_from(["insert", "update"]), st.integers(0, 2))
def test_noise_is_no_part(raw: bytes, kind: str, rows: int) -> None:
    _read_part(raw, kind, rows)


# -- signatures and the tar


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_noise_is_no_signature(text: bytes) -> None:
    with pytest.raises(BadSignature):
        minisign.verify(bytes(32), b"content", text.decode("utf-8", "replace"))


@given(st.data())
def test_a_spoiled_tar_is_read_rightly_or_refused(data: st.DataObject) -> None:
    members = [("bundle.json", b"x" * data.draw(st.integers(0, 600))), ("segments/a", b"yy")]
    whole = b"".join(p for n, c in members for p in tar_stream.member(n, len(c), [c])) + tar_stream.END
    bent = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 3))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(bent[: data.draw(st.integers(0, len(bent)))])
    size = data.draw(st.integers(1, 700))
    found: list[tuple[str, bytes]] = []
    try:
        tar = TarReader(iter([cut[at : at + size] for at in range(0, len(cut), size)]))
        while (member := tar.next()) is not None:
            found.append((member[0], tar.content(10_000)))
    except OURS:
        return
    assert [name for name, _ in found] == [name for name, _ in members] or cut != whole


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.long
def test_fifty_thousand_spoiled_documents_in_every_reader() -> None:
    for check, strategy in (
        (_read_manifest, spoiled(_manifest)), (_read_head, spoiled(_head)),
        (lambda content: _read_part(content, random.choice(["insert", "update"]), 1), st.binary(max_size=400)),
    ):  # fmt: skip
        quiet = settings(max_examples=16_000, suppress_health_check=QUIET, database=None)
        quiet(given(strategy)(check))()
