"""Two computers of one clinic, without a central between them: one invites, the other asks, both show the same code.

The first computer signs the certificate of the second; a central that the clinic joins later takes both in anew.
"""

import base64
from dataclasses import dataclass
from datetime import date

import msgspec

from clinic_desktop.exchange.format import canonical, minisign
from clinic_desktop.exchange.format.bundle import Known
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.manifest import Hash
from clinic_desktop.exchange.format.minisign import BadSignature
from clinic_desktop.exchange.records import OwnRequest, PeerDevice
from clinic_desktop.exchange.troubles import (
    AnswerToAnother,
    CompareBoth,
    DemoAndReal,
    NotARequest,
    OnlyClinic,
    OtherKeyKnown,
    OtherSite,
)
from clinic_desktop.exchange.trust.enrolment import (
    CERTIFICATE,
    MAX_FILE,
    Certificate,
    Request,
    Signed,
    own_request,
    read_request,
    sign_content,
    signed_file,
    spoken_code,
)
from clinic_desktop.exchange.trust.standing import CENTRAL, standing
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Work

WELCOME = "clinic-desktop-welcome/1"


class Welcome(msgspec.Struct, frozen=True):
    """The first computer's answer to the second."""

    format: str
    request: Hash
    first: Signed
    """The first computer's own invitation: what the second must come to trust."""
    certificate: Known
    made_at: str


class Beginning(msgspec.Struct, frozen=True):
    """What the first computer's rows of the clinic and of the person who invites say. The second one's first rows say
    the same: written later, they would take back what anybody had changed since."""

    zone: str = ""
    municipality_code: str | None = None
    address: str | None = None
    phone: str | None = None
    full_name: str = ""
    role_code: str = ""
    licence: str | None = None
    valid_until: date | None = None


class Invitation(Signed, frozen=True):
    """A signed request of the first computer, and who wrote it: that person is the same on the second computer."""

    person_id: str = ""
    person_name: str = ""
    beginning: Beginning = Beginning()


@dataclass(frozen=True, slots=True)
class Invited:
    """The clinic of an invitation, and the person who invites."""

    site_id: str
    site_name: str
    site_code: str
    person_id: str
    person_name: str
    beginning: Beginning


@dataclass(frozen=True, slots=True)
class Paired:
    """The answer to carry over, and the code that both screens show."""

    answer: bytes
    code: str
    device_id: str


def invite(work: Work, beginning: Beginning) -> bytes:
    """What a second computer of this clinic begins from: which clinic it is, and the keys of this one."""
    if work.place.is_central:
        raise OnlyClinic()
    work.act = "exchange.invite"
    work.about("peer_device", work.device_id)
    signed = sign_content(work, _invitation(work), "invitation")
    told = Invitation(signed.content, signed.signature, work.actor.staff_id, work.actor.name, beginning)
    return canonical.write(told)


def read_invitation(file: bytes, name: str = "") -> Invited:
    """Whose clinic an invitation is for, before there is a vault. Raises NotARequest."""
    asked, _content = read_request(file, name)
    if asked.role == CENTRAL:
        raise NotARequest(name=name)
    try:
        told = canonical.read(file, Invitation)
    except NotCanonical as error:
        raise NotARequest(name=name) from error
    return Invited(asked.site, asked.site_name, asked.site_code, told.person_id, told.person_name, told.beginning)


def ask(work: Work) -> bytes:
    """The second computer's request; the same form as one to a central."""
    if work.place.is_central:
        raise OnlyClinic()
    content = own_request(work)
    row = work.session.get(OwnRequest, 1) or OwnRequest(only=1)
    row.content, row.made_at = content, work.now
    work.session.add(row)
    work.act = "exchange.ask_mate"
    work.about("peer_device", work.device_id)
    return signed_file(work, content, "request to a computer of the same clinic")


def welcome(work: Work, file: bytes, name: str = "", *, confirmed: bool = False) -> Paired:
    """At the first computer: take the second in. Raises CompareBoth with the code until a person has compared it."""
    asked, content = read_request(file, name)
    if asked.role == CENTRAL or asked.device == work.device_id:
        raise NotARequest(name=name)
    if asked.site != work.site_id:
        raise OtherSite(site=asked.site_name)
    if asked.demo != work.place.demo:
        raise DemoAndReal()
    known = standing(work).who(asked.device)
    if known is not None and (base64.b64encode(known.public_key).decode() != asked.key or not known.trusted):
        raise OtherKeyKnown()
    own = _invitation(work)
    code = spoken_code(content, own)
    if not confirmed:
        raise CompareBoth(code=code)
    certificate = _certify(work, asked, canonical.digest(content))
    if known is None:
        _keep(work, asked, certificate)
    answer = Welcome(
        WELCOME, canonical.digest(content), sign_content(work, own, "invitation"), certificate, instant_text(work.now)
    )
    work.act = "exchange.welcome"
    work.about("peer_device", asked.device)
    work.also_changed.add("peer_device")
    return Paired(signed_file(work, canonical.write(answer), "answer to a computer"), code, asked.device)


def enter(work: Work, file: bytes, name: str = "", *, confirmed: bool = False) -> str:
    """At the second computer: trust the first, once the codes were compared. Returns the code."""
    answer, first, content = _read_welcome(file, name)
    own = work.session.get(OwnRequest, 1)
    if own is None or canonical.digest(own.content) != answer.request:
        raise AnswerToAnother()
    if first.site != work.site_id:
        raise OtherSite(site=first.site_name)
    if first.demo != work.place.demo:
        raise DemoAndReal()
    code = spoken_code(own.content, content)
    if not confirmed:
        raise CompareBoth(code=code)
    if work.session.get(PeerDevice, first.device) is None:
        _keep(work, first, _certify(work, first, canonical.digest(content)))
    work.act = "exchange.enter"
    work.about("peer_device", first.device)
    work.also_changed.add("peer_device")
    return code


def _invitation(work: Work) -> bytes:
    """Our own request as it always is: both sides must know the same bytes when the code is compared."""
    founded = work.load(ThisDevice, 1).founded_at
    content = canonical.read(own_request(work), Request)
    return canonical.write(msgspec.structs.replace(content, made_at=instant_text(founded)))


def _certify(work: Work, asked: Request, digest: str) -> Known:
    issued = Certificate(
        CERTIFICATE, asked.device, asked.site, asked.site_code, asked.site_name, asked.role, asked.key,
        asked.recipient, work.device_id, instant_text(work.now), digest,
    )  # fmt: skip
    signed = sign_content(work, canonical.write(issued), "certificate")
    return Known(signed.content, signed.signature)


def _keep(work: Work, asked: Request, certificate: Known) -> None:
    work.session.add(
        PeerDevice(
            device_id=asked.device,
            site_id=asked.site,
            site_code=asked.site_code,
            site_name=asked.site_name,
            role=asked.role,
            public_key=base64.b64decode(asked.key),
            recipient=asked.recipient,
            certificate=certificate.certificate.encode(),
            signature=certificate.signature,
            enrolled_at=work.now,
            issuer=work.device_id,
        )
    )
    work.session.flush()


def _read_welcome(file: bytes, name: str) -> tuple[Welcome, Request, bytes]:
    try:
        if len(file) > MAX_FILE:
            raise NotCanonical()
        signed = canonical.read(file, Signed)
        answer = canonical.read(signed.content.encode(), Welcome)
        first, content = read_request(canonical.write(answer.first), name)
        minisign.verify(base64.b64decode(first.key), signed.content.encode(), signed.signature)
        if answer.format != WELCOME or first.role == CENTRAL:
            raise NotCanonical()
        return answer, first, content
    except (NotCanonical, BadSignature, UnicodeError, ValueError) as error:
        raise NotARequest(name=name) from error
