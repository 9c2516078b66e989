"""Parts of segments that were written anew without what was erased, and the signed records that vouch for them.

The chain is over manifests, which stay: a record binds the hash that the manifest names to that of the new body. It is
believed from the central and from the computers of the site that wrote the segment.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from clinic_desktop.exchange.format import canonical, minisign
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.manifest import MAX_PACKED, MAX_RAW, Hash, Manifest, Moment, Name, Part
from clinic_desktop.exchange.trust.standing import Peer, Standing
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Work

FORMAT = "clinic-desktop-redaction/1"


class Signed(msgspec.Struct, frozen=True):
    """A redaction record and its signature, as text."""

    redaction: str
    signature: str


class Redacted(msgspec.Struct, frozen=True):
    """What a record says. The rows and their order are those of the manifest's part; only values are gone."""

    format: str
    segment: Hash
    """Of the manifest."""
    part: str
    old: Hash
    """As the manifest names it."""
    new: Hash
    raw: Annotated[int, msgspec.Meta(ge=1, le=MAX_RAW)]
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_PACKED)]
    by: Name
    """The device that wrote the part anew, and signed this."""
    made_at: Moment

    def of(self, part: Part) -> Part:
        """The part as it now is."""
        return msgspec.structs.replace(part, raw=self.raw, size=self.size, sha256=self.new)


class NotBelieved(Exception):
    """Nobody who may say so vouches for the rewritten part."""


ByPart = Mapping[tuple[str, str], Redacted]
"""By manifest hash and name of the part."""


def read(signed: Signed) -> Redacted:
    """The record, or NotCanonical. Its signature is not looked at."""
    found = canonical.read(signed.redaction.encode(), Redacted)
    if found.format != FORMAT:
        raise NotCanonical()
    return found


def by_part(told: Iterable[Signed]) -> dict[tuple[str, str], Redacted]:
    found = [read(signed) for signed in told]
    return {(one.segment, one.part): one for one in found}


def as_rewritten(manifest: Manifest, digest: str, told: ByPart) -> Manifest:
    """The manifest with its parts as they now are; its own bytes and hash stay."""
    if not any((digest, part.name) in told for part in manifest.parts):
        return manifest
    return msgspec.structs.replace(manifest, parts=[_rewritten(digest, part, told) for part in manifest.parts])


def _rewritten(digest: str, part: Part, told: ByPart) -> Part:
    found = told.get((digest, part.name))
    return found.of(part) if found is not None and found.old == part.sha256 else part


def check(known: Standing, writer: Peer, told: Iterable[Signed]) -> None:
    """Raises NotBelieved unless every record is signed by the central, or by a computer of the writer's own site."""
    for signed in told:
        try:
            found = read(signed)
            signer = known.who(found.by)
            if signer is None or not _may_rewrite(known, signer, writer):
                raise NotBelieved()
            minisign.verify(signer.public_key, signed.redaction.encode(), signed.signature)
        except (NotCanonical, minisign.BadSignature) as error:
            raise NotBelieved() from error


def _may_rewrite(known: Standing, signer: Peer, writer: Peer) -> bool:
    """The central, the site that wrote it, and this computer what lies on it."""
    told = signer.is_central or signer.site_id == writer.site_id or signer.device_id == known.here.device_id
    return told and signer.believed


def forget(work: Work, digest: str) -> None:
    """A segment that was kept aside comes again as it comes."""
    work.cursor.execute("DELETE FROM redaction WHERE segment_hash = ?", (digest,))


def keep(work: Work, told: Iterable[Signed]) -> None:
    """Note the records of a segment that is being taken in."""
    for signed in told:
        _keep(work.cursor, read(signed), signed)


def _keep(cursor: Any, found: Redacted, signed: Signed) -> None:
    cursor.execute("DELETE FROM redaction WHERE segment_hash = ? AND part = ?", (found.segment, found.part))
    cursor.execute(
        "INSERT INTO redaction (segment_hash, part, old_sha256, new_sha256, content, signature, made_at)"
        " VALUES (?,?,?,?,?,?,?)",
        (found.segment, found.part, found.old, found.new, signed.redaction.encode(), signed.signature, found.made_at),
    )


def of_segments(cursor: Any, hashes: Collection[str]) -> list[Signed]:
    """The records that must travel with these segments."""
    if not _any(cursor):
        return []
    rows = cursor.execute(
        "SELECT content, signature FROM redaction WHERE segment_hash IN (SELECT value FROM json_each(?))"
        " ORDER BY segment_hash, part",
        (msgspec.json.encode(list(hashes)).decode(),),
    )
    return [Signed(content.decode(), signature) for content, signature in rows.fetchall()]


def stored(cursor: Any, digest: str, manifest: Manifest) -> Manifest:
    """The manifest of a segment that is here, with its parts as they lie here."""
    if not _any(cursor):
        return manifest
    return as_rewritten(manifest, digest, by_part(of_segments(cursor, [digest])))


def _any(cursor: Any) -> bool:
    return cursor.execute("SELECT 1 FROM redaction LIMIT 1").fetchone() is not None


def rewrite(
    work: Work, parts_of: Sequence[tuple[int, int]], lines: Callable[[Part, bytes], tuple[bytes, bytes] | None]
) -> int:
    """Write parts (segment key, number) anew. `lines` gives a part's new lines and body, or None where nothing of it
    is somebody's who was erased. Returns how many were written."""
    cursor, done = work.cursor, 0
    signer = _signing_key(cursor)
    for key, number in parts_of:
        content, digest, body = cursor.execute(
            "SELECT m.manifest, m.hash, p.body FROM segment_part p JOIN segment m ON m.key = p.segment_key"
            " WHERE p.segment_key = ? AND p.number = ?",
            (key, number),
        ).fetchone()
        manifest = canonical.read(content, Manifest)
        part = stored(cursor, digest, manifest).parts[number - 1]
        made = lines(part, body)
        if made is None:
            continue
        raw, new = made
        cursor.execute("UPDATE segment_part SET body = ? WHERE segment_key = ? AND number = ?", (new, key, number))
        cursor.execute("UPDATE segment SET size = size + ? WHERE key = ?", (len(new) - len(body), key))
        old = manifest.parts[number - 1]
        _vouch(work, signer, digest, old, len(raw), new)
        done += 1
    return done


def _signing_key(cursor: Any) -> bytes:
    return bytes(cursor.execute("SELECT signing_key FROM this_device").fetchone()[0])


def _vouch(work: Work, key: bytes, digest: str, part: Part, raw: int, new: bytes) -> None:
    found = Redacted(
        format=FORMAT,
        segment=digest,
        part=part.name,
        old=part.sha256,
        new=canonical.digest(new),
        raw=raw,
        size=len(new),
        by=work.device_id,
        made_at=instant_text(work.now),
    )
    content = canonical.write(found)
    signature = minisign.sign(key, content, f"redaction {part.name}")
    _keep(work.cursor, found, Signed(content.decode(), signature))


def parts_in(cursor: Any, without: Collection[str], key: int | None = None) -> list[tuple[int, int]]:
    """The parts that lie here, of one segment or all, but those of some tables."""
    sql = "SELECT segment_key, number FROM segment_part WHERE tbl NOT IN (SELECT value FROM json_each(?))"
    values: tuple[Any, ...] = (msgspec.json.encode(sorted(without)).decode(),)
    if key is not None:
        sql, values = f"{sql} AND segment_key = ?", (*values, key)
    return cursor.execute(sql, values).fetchall()
