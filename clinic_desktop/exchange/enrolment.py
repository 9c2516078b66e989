"""How a clinic joins a central: a request on a stick, an answer back, and a code that both read out by telephone.

The central's device key signs the certificates. `Certificate.issuer` names the key, so that an offline root can take
its place without a new format.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from clinic_desktop.exchange import canonical, minisign
from clinic_desktop.exchange.bundle import Known
from clinic_desktop.exchange.canonical import NotCanonical
from clinic_desktop.exchange.codes import spoken
from clinic_desktop.exchange.manifest import Hash, Name
from clinic_desktop.exchange.minisign import BadSignature
from clinic_desktop.exchange.records import OwnRequest, PeerDevice
from clinic_desktop.exchange.standing import CENTRAL, Peer, Standing, standing
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
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker, Work

REQUEST, ANSWER = "clinic-desktop-request/1", "clinic-desktop-answer/1"
CERTIFICATE = "clinic-desktop-certificate/1"
CODE_LENGTH = 16
MAX_FILE = 1024 * 1024


class Signed(msgspec.Struct, frozen=True):
    """An enrolment file: a canonical text and its minisign signature."""

    content: str
    signature: str


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


class Certificate(msgspec.Struct, frozen=True):
    format: str
    device: Name
    site: Name
    site_code: str
    site_name: str
    role: str
    key: str
    recipient: str
    issuer: Name
    """The device whose key signed this; today the central's own."""
    issued_at: str
    request: Hash | None = None


class Answer(msgspec.Struct, frozen=True):
    format: str
    request: Hash
    central: Signed
    """The central's own request: what the clinic must come to trust."""
    roster: list[Known]
    revoked: list[str]
    made_at: str


@dataclass(frozen=True, slots=True)
class Approval:
    answer: bytes
    code: str
    device_id: str
    site_name: str


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


def approve(work: Work, file: bytes, name: str = "") -> Approval:
    """At the central: take the clinic in, and write the answer. The code is read out and compared by telephone."""
    if not work.place.is_central:
        raise OnlyCentral()
    asked, content = read_request(file, name)
    if asked.role == CENTRAL:
        raise NotARequest(name=name)
    if asked.demo != work.place.demo:
        raise DemoAndReal()
    known = standing(work)
    _check_free(known, asked)
    own = own_request(work)
    issued = Certificate(
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
        canonical.digest(content),
    )
    _certify(work, issued)
    work.session.flush()
    people = roster(work, asked.site)
    answer = Answer(
        ANSWER,
        canonical.digest(content),
        sign_content(work, own, "request"),
        people,
        revoked(work),
        instant_text(work.now),
    )
    work.act = "exchange.approve"
    work.about("peer_device", asked.device)
    work.also_changed.add("peer_device")
    told = signed_file(work, canonical.write(answer), "answer to a request")
    return Approval(told, spoken_code(content, own), asked.device, asked.site_name)


def accept(work: Work, file: bytes, name: str = "", *, confirmed: bool = False) -> Joined:
    """At the clinic: trust the central of this answer, once a person has compared the code."""
    if work.place.is_central:
        raise OnlyClinic()
    answer, central, central_content = _read_answer(file, name)
    own = work.session.get(OwnRequest, 1)
    if own is None or canonical.digest(own.content) != answer.request:
        raise AnswerToAnother()
    if central.demo != work.place.demo:
        raise DemoAndReal()
    code = spoken_code(own.content, central_content)
    if not confirmed:
        raise CompareCode(code=code)
    root = peer_of(central)
    work.act = "exchange.accept"
    work.about("peer_device", central.device)
    take_roster(work, root, answer.roster, answer.revoked)
    if work.session.get(PeerDevice, central.device) is None:
        raise NotARequest(name=name)
    return Joined(central.site_name, code)


def revoke(work: Work, device_id: str) -> None:
    """Cut a device off for good: nothing it wrote is applied from now on."""
    peer = work.load(PeerDevice, device_id)
    peer.revoked_at = peer.revoked_at or work.now
    work.act = "exchange.revoke"
    work.about("peer_device", device_id)
    work.also_changed.add("peer_device")


def take_roster(work: Work, central: Peer, known: Iterable[Known], cut_off: Iterable[str]) -> None:
    """Learn devices from certificates that the central signed. Revocation is for ever and only ever added."""
    for one in known:
        content = one.certificate.encode()
        try:
            minisign.verify(central.public_key, content, one.signature)
            found = canonical.read(content, Certificate)
        except (BadSignature, NotCanonical):
            continue
        old = work.session.get(PeerDevice, found.device)
        if old is None and found.device != work.device_id:
            _keep(work, found, content, one.signature)
    work.session.flush()
    for device_id in cut_off:
        peer = work.session.get(PeerDevice, device_id)
        if peer is not None and peer.revoked_at is None:
            peer.revoked_at = work.now
    work.session.flush()
    work.also_changed.add("peer_device")


def roster(asker: Asker, site_id: str) -> list[Known]:
    """The certificates of the devices of one site and of the central itself."""
    rows = asker.all(
        sa.select(PeerDevice.certificate, PeerDevice.signature)
        .where(sa.or_(PeerDevice.site_id == site_id, PeerDevice.role == CENTRAL))
        .where(PeerDevice.revoked_at.is_(None))
        .order_by(PeerDevice.device_id)
    )
    return [Known(content.decode(), signature) for content, signature in rows]


def revoked(asker: Asker) -> list[str]:
    rows = asker.all(sa.select(PeerDevice.device_id).where(PeerDevice.revoked_at.is_not(None)))
    return sorted(row[0] for row in rows)


def own_request(work: Work) -> bytes:
    here = standing(work).here
    device = work.load(ThisDevice, 1)
    key = base64.b64encode(here.public_key).decode()
    made_at = instant_text(device.founded_at if here.is_central else work.now)
    site = (here.site_id, here.site_code, here.site_name)
    return canonical.write(
        Request(REQUEST, here.device_id, *site, here.role, key, here.recipient, device.demo, made_at)
    )


def _certify(work: Work, issued: Certificate) -> None:
    """Keep a certificate of our own making, and at the first time one for ourselves."""
    here = standing(work).here
    if work.session.get(PeerDevice, here.device_id) is None:
        key = base64.b64encode(here.public_key).decode()
        ours = Certificate(
            CERTIFICATE, here.device_id, here.site_id, here.site_code, here.site_name, here.role, key, here.recipient,
            here.device_id, instant_text(work.now),
        )  # fmt: skip
        keep_certified(work, ours)
    if work.session.get(PeerDevice, issued.device) is None:
        keep_certified(work, issued)


def keep_certified(work: Work, issued: Certificate) -> None:
    signed = sign_content(work, canonical.write(issued), "certificate")
    _keep(work, issued, signed.content.encode(), signed.signature)


def _keep(work: Work, found: Certificate, content: bytes, signature: str) -> None:
    work.session.add(
        PeerDevice(
            device_id=found.device,
            site_id=found.site,
            site_code=found.site_code,
            site_name=found.site_name,
            role=found.role,
            public_key=base64.b64decode(found.key),
            recipient=found.recipient,
            certificate=content,
            signature=signature,
            enrolled_at=work.now,
        )
    )
    work.session.flush()


def _check_free(known: Standing, asked: Request) -> None:
    old = known.who(asked.device)
    if old is not None and (base64.b64encode(old.public_key).decode() != asked.key or not old.trusted):
        raise OtherKeyKnown()
    for peer in known.peers.values():
        if peer.site_code == asked.site_code and peer.site_id != asked.site:
            raise SiteCodeTaken(code=asked.site_code, site=peer.site_name)


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


def sign_content(work: Work, content: bytes, comment: str) -> Signed:
    key = work.load(ThisDevice, 1).signing_key
    return Signed(content.decode(), minisign.sign(key, content, comment))


def signed_file(work: Work, content: bytes, comment: str) -> bytes:
    return canonical.write(sign_content(work, content, comment))
