"""A second computer of the clinic: reception and the consulting room, each with its own, on one consultation day."""

from functools import partial
from pathlib import Path

from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.trust import pairing
from clinic_desktop.exchange.trust.pairing import Beginning, Paired
from clinic_desktop.features.bundles.service.joining import read_small
from clinic_desktop.features.bundles.service.travel import free_name
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import write_durably
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

WRITING = N_("Writing the file")
_KEEPERS = (Permission.KEEP_DEVICES, Permission.KEEP_STAFF)


def write_invitation(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Path]:
    """The file from which a second computer of this clinic begins."""
    yield Progress(0, 0, _(WRITING))
    content = vault.do(_invite, actor)
    return _write(folder, f"{vault.place.site_code}-invitacion.txt", content)


def ask_to_enter(vault: Vault, actor: Actor, *, folder: Path) -> Steps[Path]:
    """At the second computer: the file that the first one reads."""
    yield Progress(0, 0, _(WRITING))
    content = vault.do(_ask, actor)
    return _write(folder, f"{vault.place.site_code}-computadora.txt", content)


def take_in(vault: Vault, actor: Actor, *, file: Path, confirmed: bool = False) -> Steps[tuple[Path, Paired]]:
    """At the first computer: the answer is written beside the request. Raises CompareBoth with the code first."""
    yield Progress(0, 0, _(WRITING))
    content = read_small(file)
    paired = vault.do(partial(_welcome, content=content, name=file.name, confirmed=confirmed), actor)
    return _write(file.parent, f"{vault.place.site_code}-bienvenida.txt", paired.answer), paired


def enter(work: Work, content: bytes, name: str = "", confirmed: bool = False) -> str:
    """At the second computer: trust the first one. Returns the code that both showed."""
    work.require(*_KEEPERS)
    return pairing.enter(work, content, name, confirmed=confirmed)


def _invite(work: Work) -> bytes:
    work.require(*_KEEPERS)
    return pairing.invite(work, _beginning(work))


def _beginning(work: Work) -> Beginning:
    site, person = staff.site(work), staff.member(work, work.actor.staff_id)
    if site is None or person is None:
        return Beginning(str(work.place.zone))
    return Beginning(
        str(work.place.zone), site.municipality_code, site.address, site.phone,
        person.full_name, person.role_code, person.licence, person.valid_until,
    )  # fmt: skip


def _ask(work: Work) -> bytes:
    work.require(*_KEEPERS)
    return pairing.ask(work)


def _welcome(work: Work, content: bytes, name: str, confirmed: bool) -> Paired:
    work.require(*_KEEPERS)
    return pairing.welcome(work, content, name, confirmed=confirmed)


def _write(folder: Path, name: str, content: bytes) -> Path:
    path = free_name(folder, name)
    write_durably(path, content)
    return path
