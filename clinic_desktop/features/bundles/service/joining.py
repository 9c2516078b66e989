"""Joining a central: a request on the stick, an answer back, a code that both read out."""

from functools import partial
from pathlib import Path

from clinic_desktop.exchange.records import PeerDevice
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import OnlyCentral, StickGone
from clinic_desktop.exchange.trust import enrolment
from clinic_desktop.exchange.trust.enrolment import Approval, Joined
from clinic_desktop.exchange.trust.troubles import CodesCompared, CodesDiffer
from clinic_desktop.features.bundles.rules.rooms import ROOMS, Use
from clinic_desktop.features.bundles.service.carrying import SEALING
from clinic_desktop.features.bundles.service.taking import CHECKING
from clinic_desktop.features.bundles.service.travel import free_name
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import write_durably
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Asker, Work


def write_request(vault: Vault, actor: Actor, *, folder: Path) -> Path:
    """The file that asks a central to take this clinic in."""
    content = vault.do(_request, actor)
    path = free_name(folder, f"{vault.place.site_code}-solicitud.txt")
    write_durably(path, content)
    return path


def approve(vault: Vault, actor: Actor, *, file: Path, folder: Path, use: Use = Use.ALL) -> tuple[Path, Approval]:
    """At the central: answer a clinic. The answer goes to `folder`; the clinic is taken in when its code was read out
    both ways (`compared`)."""
    content = read_small(file)
    approval = vault.do(partial(_approve, content=content, name=file.name, use=use), actor)
    path = free_name(
        folder, file.name.replace("solicitud", "respuesta") if "solicitud" in file.name else "respuesta.txt"
    )
    write_durably(path, approval.answer)
    return path, approval


def write_request_steps(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Path]:
    """`write_request` as a long job: a stick may be slow."""
    yield Progress(0, 0, _(SEALING))
    return write_request(vault, actor, folder=folder)


def approve_steps(
    vault: Vault, actor: Actor, *, file: Path, folder: Path, use: Use = Use.ALL
) -> Steps[tuple[Path, Approval]]:
    yield Progress(0, 0, _(CHECKING))
    return approve(vault, actor, file=file, folder=folder, use=use)


def read_out(asker: Asker, content: bytes, name: str = "") -> Joined:
    """At the clinic, before `join`: the code that both sides read to each other."""
    asker.require(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
    return enrolment.read_out(asker, content, name)


def compared(work: Work, device_id: str, confirmed: bool = False) -> None:
    """At the central: the clinic read out the same code. Until then nothing it brings is taken in."""
    work.require(Permission.KEEP_DEVICES)
    if not work.place.is_central:
        raise OnlyCentral()
    peer = work.load(PeerDevice, device_id)
    if peer.asked_code is None:
        return
    if not confirmed:
        raise CodesCompared(code=peer.asked_code, site=peer.site_name)
    enrolment.compared(work, device_id)


def codes_differ(work: Work, device_id: str, confirmed: bool = False) -> None:
    """At the central: the clinic read out another code, so the request was another's. It is forgotten."""
    work.require(Permission.KEEP_DEVICES)
    if not work.place.is_central:
        raise OnlyCentral()
    peer = work.load(PeerDevice, device_id)
    if peer.asked_code is None:
        return
    if not confirmed:
        raise CodesDiffer(site=peer.site_name)
    enrolment.forget(work, device_id)


def join(work: Work, content: bytes, name: str = "", confirmed: bool = False) -> Joined:
    """At the clinic: trust the central of this answer. Asks first whether both see the same code."""
    work.require(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
    return enrolment.accept(work, content, name, confirmed=confirmed)


def _request(work: Work) -> bytes:
    work.require(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
    return enrolment.request(work)


def _approve(work: Work, content: bytes, name: str, use: Use) -> Approval:
    work.require(Permission.KEEP_DEVICES)
    return enrolment.approve(work, content, name, rights=ROOMS[use])


def read_small(file: Path) -> bytes:
    """An enrolment file; no more of it than one may have."""
    try:
        with file.open("rb") as opened:
            return opened.read(enrolment.MAX_FILE + 1)
    except OSError as error:
        raise StickGone() from error
