"""Joining a central: a request on the stick, an answer back, a code that both read out."""

from functools import partial
from pathlib import Path

from clinic_desktop.exchange import enrolment
from clinic_desktop.exchange.enrolment import Approval, Joined
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import OnlyCentral, StickGone
from clinic_desktop.features.bundles.service.carrying import SEALING
from clinic_desktop.features.bundles.service.taking import CHECKING
from clinic_desktop.features.bundles.service.travel import free_name
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import write_durably
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work


def write_request(vault: Vault, actor: Actor, *, folder: Path) -> Path:
    """The file that asks a central to take this clinic in."""
    content = vault.do(_request, actor)
    path = free_name(folder, f"{vault.place.site_code}-solicitud.txt")
    write_durably(path, content)
    return path


def approve(vault: Vault, actor: Actor, *, file: Path, folder: Path) -> tuple[Path, Approval]:
    """At the central: take a clinic in. Its answer goes to `folder`; the code is read out by telephone."""
    content = read_small(file)
    approval = vault.do(partial(_approve, content=content, name=file.name), actor)
    path = free_name(
        folder, file.name.replace("solicitud", "respuesta") if "solicitud" in file.name else "respuesta.txt"
    )
    write_durably(path, approval.answer)
    return path, approval


def write_request_steps(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Path]:
    """`write_request` as a long job: a stick may be slow."""
    yield Progress(0, 0, _(SEALING))
    return write_request(vault, actor, folder=folder)


def approve_steps(vault: Vault, actor: Actor, *, file: Path, folder: Path) -> Steps[tuple[Path, Approval]]:
    yield Progress(0, 0, _(CHECKING))
    return approve(vault, actor, file=file, folder=folder)


def join(work: Work, content: bytes, name: str = "", confirmed: bool = False) -> Joined:
    """At the clinic: trust the central of this answer. Asks first whether both see the same code."""
    work.require(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
    return enrolment.accept(work, content, name, confirmed=confirmed)


def revoke_device(work: Work, device_id: str) -> None:
    """At the central: cut off a stolen or replaced computer, for good."""
    work.require(Permission.KEEP_STAFF)
    if not work.place.is_central:
        raise OnlyCentral()
    enrolment.revoke(work, device_id)


def _request(work: Work) -> bytes:
    work.require(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
    return enrolment.request(work)


def _approve(work: Work, content: bytes, name: str) -> Approval:
    work.require(Permission.KEEP_STAFF)
    return enrolment.approve(work, content, name)


def read_small(file: Path) -> bytes:
    """An enrolment file; no more of it than one may have."""
    try:
        with file.open("rb") as opened:
            return opened.read(enrolment.MAX_FILE + 1)
    except OSError as error:
        raise StickGone() from error
