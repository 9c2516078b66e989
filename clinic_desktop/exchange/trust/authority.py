"""Who speaks for the organisation: a chain of documents signed by its root keys that names the central's computers.

The root keys lie on paper and nowhere else. A clinic takes the first version from the central whose code it compared
when it joined; from then on it follows the chain only, whatever keys somebody holds.
"""

import base64
import binascii
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
import sqlalchemy as sa

from clinic_desktop.exchange.format import canonical, minisign
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.manifest import Moment, Name, Number
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.trust.records import Authority
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker, Work

FORMAT = "clinic-desktop-authority/1"
MOST_ROOTS = 5
MOST_AT_ONCE = 16
"""Versions that are followed in one step: whoever shows more is not believed."""

Key = Annotated[str, msgspec.Meta(min_length=44, max_length=44)]
"""base64 of an Ed25519 public key."""


class NotFollowed(Exception):
    """The chain is forged, forked, or jumps."""


class CentralDevice(msgspec.Struct, frozen=True):
    device: Name
    key: Key
    recipient: str
    site: Name
    site_code: str
    site_name: str

    @property
    def public_key(self) -> bytes:
        return base64.b64decode(self.key)


class Charter(msgspec.Struct, frozen=True):
    """One version of the document."""

    format: str
    version: Number
    roots: Annotated[list[Key], msgspec.Meta(min_length=1, max_length=MOST_ROOTS)]
    threshold: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROOTS)]
    """So many of the root keys must sign the next version."""
    centrals: Annotated[list[CentralDevice], msgspec.Meta(min_length=1, max_length=20)]
    replaced: list[Name]
    """Computers that were the central and are out of use; what they had written counts. A stolen one is not named."""
    made_at: Moment

    def names(self, device_id: str) -> CentralDevice | None:
        return next((one for one in self.centrals if one.device == device_id), None)


class RootSignature(msgspec.Struct, frozen=True):
    key: Key
    signature: str


class Link(msgspec.Struct, frozen=True):
    """A version as it travels."""

    content: str
    signatures: Annotated[list[RootSignature], msgspec.Meta(max_length=2 * MOST_ROOTS)]


@dataclass(frozen=True, slots=True)
class Followed:
    """The newest version that is known here."""

    charter: Charter
    content: str


def chain(asker: Asker) -> list[Link]:
    """Every version known here, the first one first."""
    rows = asker.all(sa.select(Authority.content, Authority.signatures).order_by(Authority.version))
    return [Link(content.decode(), [RootSignature(k, s) for k, s in sorted(told.items())]) for content, told in rows]


def newest(asker: Asker) -> Followed | None:
    content = asker.value(sa.select(Authority.content).order_by(Authority.version.desc()).limit(1))
    return None if content is None else Followed(canonical.read(content, Charter), content.decode())


def read(link: Link) -> Charter:
    """The document of a link that enough of its own root keys signed, or NotFollowed."""
    try:
        charter = canonical.read(link.content.encode(), Charter)
        keys = [base64.b64decode(key, validate=True) for key in charter.roots]
    except (NotCanonical, binascii.Error, UnicodeError) as error:
        raise NotFollowed() from error
    distinct = len(set(keys)) == len(keys) and all(len(key) == 32 for key in keys)
    if charter.format != FORMAT or not distinct or charter.threshold > len(keys):
        raise NotFollowed()
    if not _signed(link, charter):
        raise NotFollowed()
    return charter


def follow(known: Followed | None, told: Sequence[Link]) -> list[tuple[Link, Charter]]:
    """The versions in `told` that come after the known one; none if it holds nothing newer. NotFollowed if it is
    another line, or if a step is not signed by the roots of the version before."""
    if len(told) > (known.charter.version if known else 0) + MOST_AT_ONCE:
        raise NotFollowed()
    new: list[tuple[Link, Charter]] = []
    before = known.charter if known else None
    for link in told:
        charter = read(link)
        if before is None:
            if charter.version != 1:
                raise NotFollowed()
        elif charter.version < before.version and not new:
            continue
        elif charter.version == before.version and not new:
            if known is not None and link.content != known.content:
                raise NotFollowed()
            continue
        elif charter.version != before.version + 1 or not _signed(link, before):
            raise NotFollowed()
        new.append((link, charter))
        before = charter
    return new


def newcomer(known: Followed | None, told: Sequence[Link], device_id: str) -> CentralDevice | None:
    """A computer that we do not know and that the root keys name as a central in what it brings."""
    if known is None:
        return None
    try:
        new = follow(known, told)
    except NotFollowed:
        return None
    last = new[-1][1] if new else known.charter
    return last.names(device_id)


def sign_next(charter: Charter, keys: Collection[bytes]) -> Link:
    """The document, signed with private root keys: those of the version before and its own."""
    content = canonical.write(charter)
    signatures = {
        public_text(key): minisign.sign(key, content, f"authority {charter.version}") for key in sorted(set(keys))
    }
    return Link(content.decode(), [RootSignature(k, s) for k, s in sorted(signatures.items())])


def keep(work: Work, link: Link, charter: Charter) -> None:
    work.session.add(
        Authority(
            version=charter.version,
            content=link.content.encode(),
            signatures={one.key: one.signature for one in link.signatures},
            arrived_at=work.now,
        )
    )
    work.session.flush()
    work.also_changed.add("authority")


def next_charter(
    work: Work,
    before: Charter | None,
    centrals: Sequence[CentralDevice],
    *,
    roots: Sequence[bytes] = (),
    threshold: int = 0,
    replaced: Sequence[str] = (),
) -> Charter:
    """`roots` are private keys, for a first version or a change of keys; else those before stay."""
    keys = sorted(public_text(key) for key in roots) or (before.roots if before else [])
    return Charter(
        FORMAT,
        before.version + 1 if before else 1,
        list(keys),
        threshold or (before.threshold if before else 1),
        list(centrals),
        sorted({*replaced, *(before.replaced if before else ())}),
        instant_text(work.now),
    )


def enough(before: Charter, keys: Collection[bytes]) -> bool:
    """Whether so many of these private keys are root keys as the document asks for."""
    return len({public_text(key) for key in keys} & set(before.roots)) >= before.threshold


def public_text(private: bytes) -> str:
    return base64.b64encode(minisign.public_of(private)).decode()


def _signed(link: Link, charter: Charter) -> bool:
    """Whether enough of the roots of `charter` signed the link; each counts once."""
    content, found = link.content.encode(), set[str]()
    for one in link.signatures:
        if one.key not in charter.roots or one.key in found:
            continue
        try:
            minisign.verify(base64.b64decode(one.key), content, one.signature)
        except (BadSignature, UnicodeError):
            continue
        found.add(one.key)
    return len(found) >= charter.threshold
