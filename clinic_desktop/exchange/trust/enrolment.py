"""How a clinic joins a central: a request on a stick, an answer back, and a code that both read out by telephone.

The central's device key signs the certificates; which computers are the central may be said by root keys on paper
(exchange/trust/authority.py).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from clinic_desktop.exchange.format import canonical, minisign
from clinic_desktop.exchange.format.bundle import Known
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.codes import spoken
from clinic_desktop.exchange.format.manifest import Hash, Name
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.records import OwnRequest, PeerDevice
from clinic_desktop.exchange.troubles import (
    AnswerToAnother,
    CompareCode,
    DemoAndReal,
    NotARequest,
    OnlyCentral,
    OnlyClinic,
    OtherKeyKnown,
    SiteCodeTaken,
)
from clinic_desktop.exchange.trust import authority
from clinic_desktop.exchange.trust.authority import Link
from clinic_desktop.exchange.trust.certificates import (
    CERTIFICATE,
    Certificate,
    Signed,
    certify_self,
    keep_certified,
    reasons_of,
    roster,
    sign_content,
    signed_file,
    take_roster,
)
from clinic_desktop.exchange.trust.following import is_named, take_authority
from clinic_desktop.exchange.trust.standing import CENTRAL, Peer, Standing, standing
from clinic_desktop.exchange.trust.troubles import OtherCentral
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker, Work

REQUEST, ANSWER = "clinic-desktop-request/1", "clinic-desktop-answer/1"
CODE_LENGTH = 16
MAX_FILE = 1024 * 1024


class Request(msgspec.Struct, frozen=True):
    format: str
    device: Name
    site: Name
    site_code: str
    site_name: str
    role: str
    key: str
    """base64 of the Ed25519 public key, which also signs this file."""
    recipient: str
    demo: bool
    """Generated people only: never joined to a real office."""
    made_at: str
    authority: list[Link] = []
    """Of a clinic: the documents of the root keys that it follows; a central computer that is new learns them so."""


class Answer(msgspec.Struct, frozen=True):
    format: str
    request: Hash
    central: Signed
    """The central's own request: what the clinic must come to trust."""
    roster: list[Known]
    revoked: list[str]
    made_at: str
    revoked_why: dict[str, str] = {}
    authority: list[Link] = []


@dataclass(frozen=True, slots=True)
class Approval:
    answer: bytes
    code: str
    device_id: str
    site_name: str
    compared: bool = False
    """Whether this computer was taken in before, and its code compared then."""


@dataclass(frozen=True, slots=True)
class Joined:
    central_name: str
    code: str


def request(work: Work) -> bytes:
    """The file with which this clinic asks to join; a new one replaces the one before."""
    if work.place.is_central:
        raise OnlyClinic()
    content = own_request(work)
    row = work.session.get(OwnRequest, 1) or OwnRequest(only=1)
    row.content, row.made_at = content, work.now
    work.session.add(row)
    work.act = "exchange.request"
    work.about("peer_device", work.device_id)
    return signed_file(work, content, "request to join")


def approve(work: Work, file: bytes, name: str = "", *, rights: Sequence[str] | None = None) -> Approval:
    """At the central: write the answer. Nothing of the clinic is taken in until the code was read out both ways and
    `compared` was told."""
    if not work.place.is_central:
        raise OnlyCentral()
    asked, content = read_request(file, name)
    if asked.role == CENTRAL:
        raise NotARequest(name=name)
    if asked.demo != work.place.demo:
        raise DemoAndReal()
    asked = _as_known(standing(work), asked, name)
    own = own_request(work)
    code = spoken_code(content, own)
    issued = _certificate(work, asked, canonical.digest(content), rights)
    certify_self(work)
    old = work.session.get(PeerDevice, asked.device)
    before = old is not None and old.asked_code is None
    if not before:
        if old is not None:
            work.session.delete(old)
            work.session.flush()
        keep_certified(work, issued, asked_code=code)
    work.act = "exchange.approve"
    work.about("peer_device", asked.device)
    work.also_changed.add("peer_device")
    told = signed_file(work, canonical.write(_answer(work, content, own, asked, issued)), "answer to a request")
    return Approval(told, code, asked.device, asked.site_name, before)


def forget(work: Work, device_id: str) -> None:
    """At the central: the clinic read out another code. Whoever's keys those are, nothing of it was taken in yet; the
    computer that it gave itself out for may still ask."""
    work.session.delete(work.load(PeerDevice, device_id))
    work.act = "exchange.codes_differ"
    work.about("peer_device", device_id)
    work.session.flush()
    work.also_changed.add("peer_device")


def compared(work: Work, device_id: str) -> None:
    """At the central: the clinic read out the same code; from now on what it brings is taken in."""
    peer = work.load(PeerDevice, device_id)
    peer.asked_code = None
    work.act = "exchange.compared"
    work.about("peer_device", device_id)
    work.session.flush()
    work.also_changed.add("peer_device")


def _certificate(work: Work, asked: Request, digest: str, rights: Sequence[str] | None) -> Certificate:
    return Certificate(
        CERTIFICATE,
        asked.device,
        asked.site,
        asked.site_code,
        asked.site_name,
        asked.role,
        asked.key,
        asked.recipient,
        work.device_id,
        instant_text(work.now),
        digest,
        list(rights) if rights is not None else None,
    )


def _answer(work: Work, content: bytes, own: bytes, asked: Request, issued: Certificate) -> Answer:
    reasons = reasons_of(work)
    people = roster(work, asked.site)
    if all(canonical.read(one.certificate.encode(), Certificate).device != asked.device for one in people):
        signed = sign_content(work, canonical.write(issued), "certificate")
        people.append(Known(signed.content, signed.signature))
    return Answer(
        ANSWER,
        canonical.digest(content),
        sign_content(work, own, "request"),
        people,
        sorted(reasons),
        instant_text(work.now),
        reasons,
        authority.chain(work),
    )


def read_out(asker: Asker, file: bytes, name: str = "") -> Joined:
    """Before an answer is accepted: whose it is and the code to compare. Where root keys vouch for the central, it has
    still nothing but the code to know the clinic by."""
    answer, central, content = _read_answer(file, name)
    own = asker.value(sa.select(OwnRequest.content))
    if own is None or canonical.digest(own) != answer.request:
        raise AnswerToAnother()
    return Joined(central.site_name, spoken_code(own, content))


def accept(work: Work, file: bytes, name: str = "", *, confirmed: bool = False) -> Joined:
    """At the clinic: trust the central of this answer, once a person has compared the code. A clinic that follows root
    keys believes a central they name, and no other."""
    if work.place.is_central:
        raise OnlyClinic()
    answer, central, central_content = _read_answer(file, name)
    own = work.session.get(OwnRequest, 1)
    if own is None or canonical.digest(own.content) != answer.request:
        raise AnswerToAnother()
    if central.demo != work.place.demo:
        raise DemoAndReal()
    code = spoken_code(own.content, central_content)
    root = peer_of(central)
    rooted = authority.newest(work) is not None
    if rooted and not is_named(work, answer.authority, root):
        raise OtherCentral()
    if not confirmed and not rooted:
        raise CompareCode(code=code)
    work.act = "exchange.accept"
    work.about("peer_device", central.device)
    take_authority(work, answer.authority, root)
    take_roster(work, root, answer.roster, answer.revoked, answer.revoked_why)
    if work.session.get(PeerDevice, central.device) is None:
        raise NotARequest(name=name)
    return Joined(central.site_name, code)


def own_request(work: Work) -> bytes:
    here = standing(work).here
    device = work.load(ThisDevice, 1)
    key = base64.b64encode(here.public_key).decode()
    made_at = instant_text(device.founded_at if here.is_central else work.now)
    site = (here.site_id, here.site_code, here.site_name)
    told = [] if here.is_central else authority.chain(work)
    return canonical.write(
        Request(REQUEST, here.device_id, *site, here.role, key, here.recipient, device.demo, made_at, told)
    )


def _as_known(known: Standing, asked: Request, name: str) -> Request:
    """A clinic that is known keeps its name and letters here, whatever one more computer calls it: whoever compares the
    code must call that clinic and not another."""
    old = known.who(asked.device)
    if old is not None and (base64.b64encode(old.public_key).decode() != asked.key or old.revoked_at is not None):
        raise OtherKeyKnown()
    if asked.site == known.here.site_id or (old is not None and old.site_id != asked.site):
        raise NotARequest(name=name)
    for peer in known.peers.values():
        if peer.site_id == asked.site and peer.asked_code is None:
            return msgspec.structs.replace(asked, site_code=peer.site_code, site_name=peer.site_name)
    for peer in known.peers.values():
        if peer.site_code == asked.site_code and peer.site_id != asked.site:
            raise SiteCodeTaken(code=asked.site_code, site=peer.site_name)
    return asked


def read_request(file: bytes, name: str) -> tuple[Request, bytes]:
    try:
        if len(file) > MAX_FILE:
            raise NotCanonical()
        signed = canonical.read(file, Signed)
        return _checked_request(signed)
    except (NotCanonical, BadSignature, UnicodeError, ValueError) as error:
        raise NotARequest(name=name) from error


def _checked_request(signed: Signed) -> tuple[Request, bytes]:
    content = signed.content.encode()
    asked = canonical.read(content, Request)
    key = base64.b64decode(asked.key, validate=True)
    if asked.format != REQUEST or len(key) != 32:
        raise NotCanonical()
    minisign.verify(key, content, signed.signature)
    return asked, content


def _read_answer(file: bytes, name: str) -> tuple[Answer, Request, bytes]:
    try:
        if len(file) > MAX_FILE:
            raise NotCanonical()
        signed = canonical.read(file, Signed)
        answer = canonical.read(signed.content.encode(), Answer)
        central, content = _checked_request(answer.central)
        minisign.verify(base64.b64decode(central.key), signed.content.encode(), signed.signature)
        if answer.format != ANSWER or central.role != CENTRAL:
            raise NotCanonical()
        return answer, central, content
    except (NotCanonical, BadSignature, UnicodeError, ValueError) as error:
        raise NotARequest(name=name) from error


def peer_of(asked: Request) -> Peer:
    key = base64.b64decode(asked.key)
    return Peer(asked.device, asked.site, asked.site_code, asked.site_name, asked.role, key, asked.recipient)


def spoken_code(clinic: bytes, central: bytes) -> str:
    return spoken(bytes.fromhex(canonical.digest(clinic) + canonical.digest(central)), CODE_LENGTH)
