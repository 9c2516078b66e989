"""Another program: it reads, checks and writes bundles by docs/formats/bundle.md alone, without this one's code."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyrage
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIB = 1024 * 1024
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FORMS = {
    "device": UUID, "site": UUID, "epoch": "[0-9a-f]{16}", "hash": "[0-9a-f]{64}", "table": "[a-z][a-z0-9_]{0,49}",
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "audience": f"common|{UUID}",
    "part": r"parts/\d{4}\.[a-z][a-z0-9_]{0,49}\.jsonl\.zst", "kind": "insert|update|copy",
}  # fmt: skip
HEAD = {
    "format": str, "min_reader": int, "schema": str, "number": int, "device": str, "epoch": str, "site": str,
    "site_code": str, "site_name": str, "for_site": str, "made_at": str, "recipients": list, "segments": list,
    "have": list, "ledger": dict, "roster": list, "revoked": list, "revoked_why": dict, "authority": list,
    "adopted": list, "told": dict, "volume": int, "volumes": int, "keys": dict, "lost": list, "redactions": list,
}  # fmt: skip
MANIFEST = {
    "format": str, "min_reader": int, "schema": str, "device": str, "site": str, "epoch": str, "segment": int,
    "audience": str, "previous": dict | None, "follows": dict | None, "cut_at": str, "parts": list,
}  # fmt: skip

Stamp = tuple[int, str, str, int]
"""(hlc, device, epoch, segment)"""


class Wrong(Exception):
    """The file is not what the document says."""


def need(right: object, what: str) -> None:
    if not right:
        raise Wrong(what)


def has_form(value: object, form: str) -> None:
    need(isinstance(value, str) and re.fullmatch(FORMS[form], value), f"{form}: {value!r}")


@dataclass(frozen=True)
class Device:
    key: bytes
    site: str
    is_central: bool = False


@dataclass
class Part:
    told: dict[str, Any]
    head: dict[str, Any]
    lines: list[Any]


@dataclass
class Segment:
    manifest: dict[str, Any]
    hash: str
    parts: list[Part]

    @property
    def names(self) -> tuple[str, str, int]:
        return self.manifest["device"], self.manifest["epoch"], self.manifest["segment"]

    def stamp(self, hlc: int) -> Stamp:
        return (hlc, *self.names)


@dataclass
class Bundle:
    head: dict[str, Any]
    segments: list[Segment]
    files: dict[str, bytes] = field(repr=False)


# -- canonical JSON, signatures, tar


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_canonical(content: bytes, keys: Mapping[str, Any]) -> dict[str, Any]:
    value = json.loads(content)
    need(canonical(value) == content, "canonical JSON")
    for key, kind in keys.items():
        need(key in value and isinstance(value[key], kind), key)
    return value


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def key_id(public: bytes) -> bytes:
    return hashlib.blake2b(public, digest_size=8).digest()


def public_file(public: bytes) -> str:
    """What `minisign -p` reads."""
    return f"untrusted comment: a device\n{base64.b64encode(b'Ed' + key_id(public) + public).decode()}\n"


def check_signature(public: bytes, content: bytes, text: bytes) -> None:
    need(len(text) <= 1024, "length of a signature")
    lines = text.decode("ascii").split("\n")
    need(len(lines) == 5 and not lines[4], "five lines")
    need(lines[0].startswith("untrusted comment: ") and lines[2].startswith("trusted comment: "), "comments")
    first, both = (base64.b64decode(line, validate=True) for line in (lines[1], lines[3]))
    need(len(first) == 74 and len(both) == 64 and first[:10] == b"ED" + key_id(public), "algorithm and key id")
    key = Ed25519PublicKey.from_public_bytes(public)
    try:
        key.verify(first[10:], hashlib.blake2b(content, digest_size=64).digest())
        key.verify(both, first[10:] + lines[2].removeprefix("trusted comment: ").encode())
    except InvalidSignature as error:
        raise Wrong("signature") from error


def sign(private: bytes, content: bytes, comment: str) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(private)
    first = key.sign(hashlib.blake2b(content, digest_size=64).digest())
    named = b"ED" + key_id(key.public_key().public_bytes_raw()) + first
    lines = [base64.b64encode(one).decode() for one in (named, key.sign(first + comment.encode()))]
    return f"untrusted comment: any\n{lines[0]}\ntrusted comment: {comment}\n{lines[1]}\n".encode()


def tar_header(name: str, size: int) -> bytes:
    before = b""
    short = name
    while len(short) > 100:
        cut, _, short = short.partition("/")
        before = before + b"/" + cut.encode() if before else cut.encode()
    block = bytearray(short.encode().ljust(100, b"\0") + b"0000600\0" + b"0000000\0" * 2 + b"%011o\0" % size)
    block += b"00000000000\0" + b" " * 8 + b"0" + bytes(100) + b"ustar\x0000" + bytes(80)
    block += before.ljust(155, b"\0") + bytes(12)
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def write_tar(files: Iterable[tuple[str, bytes]]) -> bytes:
    return b"".join(tar_header(n, len(c)) + c + bytes(-len(c) % 512) for n, c in files) + bytes(1024)


def read_tar(tar: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while tar[at : at + 512] != bytes(512):
        block = tar[at : at + 512]
        need(len(block) == 512, "the tar ends")
        before, short = block[345:500].rstrip(b"\0"), block[:100].rstrip(b"\0")
        name = (before + b"/" + short if before else short).decode("ascii")
        size = int(block[124:135], 8)
        need(block == tar_header(name, size), f"header of {name}")
        content, rest = tar[at + 512 : at + 512 + size], tar[at + 512 + size : at + 512 + size + -size % 512]
        need(len(content) == size and not rest.strip(b"\0"), f"content of {name}")
        yield name, content
        at += 512 + size + len(rest)
    need(tar[at:] == bytes(1024), "two zero blocks and nothing else")


# -- reading a bundle


def read(file: bytes, identity: str, known: Mapping[str, Device]) -> Bundle:
    """Everything that can be checked by whoever has `identity` and knows these devices; raises Wrong."""
    need(file[:22] == b"age-encryption.org/v1\n", "first 22 bytes")
    opener = pyrage.x25519.Identity.from_str(identity)
    stanzas = [line.split(" ")[1] for line in file[:4096].decode("latin-1").split("\n") if line.startswith("-> ")]
    need("scrypt" not in stanzas, "never a passphrase")
    files = list(read_tar(pyrage.decrypt(file, [opener])))
    found, names = dict(files), [name for name, _ in files]
    need(len(found) == len(names) and names[:2] == ["bundle.json", "bundle.json.minisig"], "order")
    head = _head(found, known, str(opener.to_public()))
    rewritten = {(one["segment"], one["part"]): one for one in _redactions(head, known)}
    segments = [_segment(found, listed, known, rewritten) for listed in head["segments"]]
    wanted = names[:2]
    for listed, segment in zip(head["segments"], segments, strict=True):
        inside = ("manifest.json", "manifest.json.minisig", *(one.told["name"] for one in segment.parts))
        wanted += [f"{_folder(listed)}/{name}" for name in inside]
    need(names == wanted, "exactly these files in exactly this order")
    check_chain(segments)
    return Bundle(head, segments, found)


def _folder(listed: Mapping[str, Any]) -> str:
    return f"segments/{listed['device']}-{listed['epoch']}-{listed['segment']}"


def _head(files: Mapping[str, bytes], known: Mapping[str, Device], recipient: str) -> dict[str, Any]:
    content = files["bundle.json"]
    need(len(content) <= 16 * MIB, "length of bundle.json")
    head = read_canonical(content, HEAD)
    need(head["format"] == "clinic-desktop-bundle/1" and head["min_reader"] <= 1, "format")
    need(head["device"] in known, "a sender that is not known")
    sender = known[head["device"]]
    check_signature(sender.key, content, files["bundle.json.minisig"])
    for form in ("device", "site", "epoch"):
        has_form(head[form], form)
    has_form(head["made_at"], "instant")
    need(head["site"] == sender.site and recipient in head["recipients"], "from whom and for whom")
    need(1 <= head["number"] < 2**31 and 1 <= head["volume"] <= head["volumes"], "numbers")
    listed = [(one["device"], one["epoch"], one["segment"]) for one in head["segments"]]
    need(len(set(listed)) == len(listed), "one segment of a number")
    need(set(head["ledger"]) >= {"count", "hash"}, "ledger")
    need(bool(head["for_site"]) == sender.is_central, "for_site is empty from a clinic")
    _said_of_others(head, sender)
    for one in head["have"]:
        has_form(one["audience"], "audience")
        need(bool(one["upto"]) == bool(one["hash"]), "upto and its hash")
        need(all(number > one["upto"] for number, _ in one["beyond"]), "beyond")
    return head


def _said_of_others(head: Mapping[str, Any], sender: Device) -> None:
    if not sender.is_central:
        from_central = ("roster", "revoked", "revoked_why", "authority", "adopted")
        need(not any(head[key] for key in from_central) and not any(head["keys"].values()), "only from a central")
        return
    need(not head["lost"] and set(head["revoked_why"]) <= set(head["revoked"]), "revoked, lost")
    pyrage.x25519.Identity.from_str(head["keys"]["route"])
    need(len(base64.b64decode(head["keys"]["receipt"])) == 32, "the receipt key")
    for one in head["roster"]:
        check_signature(sender.key, one["certificate"].encode(), one["signature"].encode())
        certificate = json.loads(one["certificate"])
        need(canonical(certificate) == one["certificate"].encode(), "certificate")
        need(certificate["format"] == "clinic-desktop-certificate/1" and certificate["issuer"] == head["device"], "it")


def _redactions(head: Mapping[str, Any], known: Mapping[str, Device]) -> Iterator[dict[str, Any]]:
    for one in head["redactions"]:
        content = one["redaction"].encode()
        told = read_canonical(content, dict.fromkeys(("segment", "part", "old", "new", "by", "made_at"), str))
        need(told["format"] == "clinic-desktop-redaction/1", "redaction")
        check_signature(known[told["by"]].key, content, one["signature"].encode())
        yield told


def _segment(
    files: Mapping[str, bytes], listed: Mapping[str, Any], known: Mapping[str, Device],
    rewritten: Mapping[tuple[str, str], dict[str, Any]],
) -> Segment:  # fmt: skip
    folder = _folder(listed)
    content = files[f"{folder}/manifest.json"]
    need(len(content) <= MIB and sha256(content) == listed["hash"], "manifest and its hash")
    told = read_canonical(content, MANIFEST)
    writer = known[told["device"]]
    check_signature(writer.key, content, files[f"{folder}/manifest.json.minisig"])
    need(told["format"] == "clinic-desktop-segment/1" and _folder(told) == folder, "format and place")
    need(told["site"] == writer.site, "the manifest's site is the writer's")
    has_form(told["audience"], "audience")
    has_form(told["cut_at"], "instant")
    need(writer.is_central or told["audience"] == writer.site, "a clinic cuts for its own site")
    previous, follows = told["previous"], told["follows"]
    need((previous is None) == (told["segment"] == 1), "null for the first")
    need(previous is None or previous["number"] == told["segment"] - 1, "segment - 1")
    need(follows is None or follows["number"] < told["segment"], "the one before it")
    names = [one["name"] for one in told["parts"]]
    need(names == sorted(set(names)) and len(names) <= 2000, "names of parts")
    need(sum(one["size"] for one in told["parts"]) <= 64 * MIB, "packed bytes of a segment")
    parts: list[Part] = []
    for one in told["parts"]:
        new = rewritten.get((listed["hash"], one["name"]))
        if new is not None:
            need(new["old"] == one["sha256"], "what was written anew")
            site = known[new["by"]]
            need(site.is_central or site.site == writer.site, "who may write anew")
            one = one | {"sha256": new["new"], "raw": new["raw"], "size": new["size"]}
        parts.append(_part(one, files[f"{folder}/{one['name']}"]))
        need(one["kind"] != "copy" or writer.is_central, "only the central's may hold copies")
    return Segment(told, listed["hash"], parts)


def _part(told: dict[str, Any], body: bytes) -> Part:
    for key, form in (("name", "part"), ("table", "table"), ("kind", "kind"), ("sha256", "hash")):
        has_form(told[key], form)
    need(told["name"][11:-10] == told["table"], "a part is named after its table")
    need(1 <= told["raw"] <= 16 * MIB and 1 <= told["size"] <= 17 * MIB, "limits of a part")
    need(len(body) == told["size"] and sha256(body) == told["sha256"], "size and hash of a part")
    need(zstandard.frame_content_size(body) == told["raw"], "content size written")
    raw = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompress(body, max_output_size=told["raw"])
    first, *rest = raw.decode().split("\n")
    need(rest.pop() == "", "every line ends")
    head, lines = json.loads(first), [json.loads(line) for line in rest]
    need((head["table"], head["kind"], len(lines)) == (told["table"], told["kind"], told["rows"]), "first line")
    {"insert": _inserts, "update": _updates, "copy": _copies}[told["kind"]](head, lines)
    return Part(told, head, lines)


def _inserts(head: dict[str, Any], lines: list[Any]) -> None:
    columns = head["columns"]
    need(columns[0] == "id" and len(set(columns)) == len(columns) <= 200, "columns")
    need(set(head["blobs"]) <= set(columns) and "@hlc" not in columns[2:], "columns")
    need(all(len(line) == len(columns) for line in lines), "wide as the columns")
    for at, name in enumerate(columns):
        values = [line[at] for line in lines]
        need(all(isinstance(value, str | int | float | None) for value in values), "values")
        if name in head["blobs"]:
            [base64.b64decode(value, validate=True) for value in values if value is not None]
        if name == "@hlc":
            need(all(isinstance(value, int) for value in values), "clocks")


def _updates(head: dict[str, Any], lines: list[Any]) -> None:
    units = head["units"]
    need(len({name for name, _ in units}) == len(units) <= 200, "units")
    for _id, hlc, author, told in lines:
        need(isinstance(hlc, int) and isinstance(author, str) and told, "a line")
        for unit, values, prev, seen in told:
            need(len(values) == len(units[unit][1]), "values of a unit")
            stamps = _stamps(head, prev) | _stamps(head, seen)
            need(all(stamp[0] < hlc for stamp in stamps), "greater than what it knew")


def _copies(head: dict[str, Any], lines: list[Any]) -> None:
    stamped = head["columns"][1:4] == ["@hlc", "@writer", "@segment"]
    need(all(len(one) == 4 for one in head["writers"]), "writers of copies")
    for values, changes in lines:
        need(len(values) == len(head["columns"]) and (stamped or not changes) and len(changes) <= 10_000, "a copy")
        for unit, _hlc, writer, _segment, _author, made, value, _prev, _seen in changes:
            need(made in (0, 1) and writer < len(head["writers"]), "a change")
            need(len(value) == len(head["units"][unit][1]), "values of a unit")


def _stamps(head: dict[str, Any], told: Sequence[Sequence[int]]) -> set[Stamp]:
    return {(hlc, *head["writers"][writer], segment) for writer, segment, hlc in told}


def check_chain(segments: Iterable[Segment]) -> None:
    """Neighbours that are here name each other."""
    here = {segment.names: segment.hash for segment in segments}
    for segment in segments:
        for named in (segment.manifest["previous"], segment.manifest["follows"]):
            other = here.get((*segment.names[:2], named["number"])) if named else None
            need(other is None or other == named["hash"], "neighbours name each other")


# -- what it means


def covers(have: Iterable[Mapping[str, Any]], segment: Segment) -> bool:
    """Whether somebody who says this holds a segment."""
    *writer, number = *segment.names[:2], segment.manifest["audience"], segment.names[2]
    return any(
        [one["device"], one["epoch"], one["audience"]] == writer
        and (number <= one["upto"] or [number, segment.hash] in one["beyond"])
        for one in have
    )


def registers(segments: Iterable[Segment], table: str) -> dict[str, dict[str, Any]]:
    """By row and column the value that these segments lead to, where somebody ever changed it."""
    made: dict[str, tuple[Stamp, dict[str, Any]]] = {}
    changes: dict[tuple[str, str], dict[Stamp, tuple[list[Any], list[str], set[Stamp]]]] = {}
    for segment in segments:
        for part in (one for one in segment.parts if one.told["table"] == table):
            for line in part.lines:
                if part.told["kind"] == "insert":
                    row = dict(zip(part.head["columns"], line, strict=True))
                    made[row["id"]] = (segment.stamp(row["@hlc"]), row)
                elif part.told["kind"] == "update":
                    for unit, values, prev, _seen in line[3]:
                        name, columns = part.head["units"][unit]
                        told = (values, columns, _stamps(part.head, prev))
                        changes.setdefault((line[0], name), {})[segment.stamp(line[1])] = told
    found: dict[str, dict[str, Any]] = {}
    for (row_id, _unit), some in changes.items():
        stamp, row = made[row_id]
        columns = next(iter(some.values()))[1]
        every = some | {stamp: ([row.get(column) for column in columns], columns, set[Stamp]())}
        named = {one for _values, _columns, prev in every.values() for one in prev}
        shown = every[max(one for one in every if one not in named)][0]
        found.setdefault(row_id, {}).update(zip(columns, shown, strict=True))
    return found


# -- writing


def write_part(number: int, head: dict[str, Any], lines: Sequence[Any]) -> tuple[dict[str, Any], bytes]:
    """What a manifest says of a part, and its body."""
    raw = b"".join(canonical(line) + b"\n" for line in (head, *lines))
    body = zstandard.ZstdCompressor(write_content_size=True).compress(raw)
    name = f"parts/{number:04d}.{head['table']}.jsonl.zst"
    told = {"name": name, "table": head["table"], "kind": head["kind"], "rows": len(lines)}
    return told | {"raw": len(raw), "size": len(body), "sha256": sha256(body)}, body


def write(head: dict[str, Any], segments: Sequence[Sequence[tuple[str, bytes]]], private: bytes) -> bytes:
    """A sealed bundle. `segments`: for each its manifest, signature and parts, named from the segment's folder on."""
    content = canonical(head)
    files = [("bundle.json", content), ("bundle.json.minisig", sign(private, content, "bundle"))]
    for listed, some in zip(head["segments"], segments, strict=True):
        files += [(f"{_folder(listed)}/{name}", body) for name, body in some]
    out = io.BytesIO()
    recipients = [pyrage.x25519.Recipient.from_str(one) for one in head["recipients"]]
    pyrage.encrypt_io(io.BytesIO(write_tar(files)), out, recipients)
    return out.getvalue()


# -- short codes

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def letters(digest: bytes, count: int) -> str:
    """The first `count` times five bits, without the hyphens."""
    return "".join(CROCKFORD[int(bits, 2)] for bits in re.findall(".....", f"{int.from_bytes(digest):0256b}")[:count])


def root_key(paper: str) -> bytes:
    """The seed of an Ed25519 key from two lines of 16 letters, each with its check."""
    secret = 0
    for number, line in enumerate(paper.replace("-", "").split("\n")):
        value = int("".join(f"{CROCKFORD.index(letter):05b}" for letter in line), 2)
        told, check = value >> 15, value & 0x7FFF
        digest = hashlib.sha256(b"clinic-desktop/1/root-check" + bytes([number]) + told.to_bytes(9)).digest()
        need(int.from_bytes(digest[:2]) >> 1 == check, "check of a line")
        secret = secret << 65 | told
    return HKDF(SHA256(), 32, None, b"clinic-desktop/1/root").derive(secret.to_bytes(17))
