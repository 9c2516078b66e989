"""People who sign in: founding a clinic, adding somebody on the spot, ending an access."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from clinic_desktop.features.staff import queries
from clinic_desktop.features.staff.queries import role_id
from clinic_desktop.features.staff.records import Role, Site, StaffMember
from clinic_desktop.features.staff.rules import FIRST_ROLES, in_service, needs_supervisor
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage import keys
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.slots import SlotKind
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.words import check_password
from clinic_desktop.storage.work import Actor, Work

Steps = Generator[Progress, None, None]


_SHIPPED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The first roles are the same rows everywhere, whenever a clinic was founded."""


class NotInService(Refused):
    text = N_("This access has ended. Ask the coordinator.")


class NameMissing(Refused):
    text = N_("Write the person's name.")


class SupervisorMissing(Refused):
    text = N_("Choose who supervises this resident.")


class EndsInThePast(Refused):
    text = N_("The last day is already past.")


class LastCoordinator(Refused):
    text = N_("This is the last person who can add others. Give somebody else that role first.")


class NoSuchRole(Refused):
    text = N_("This role is not known here.")


class OwnRole(Refused):
    text = N_("Nobody changes their own role or last day. Another person who keeps the team does it.")


class NameTaken(Refused):
    text = N_("Somebody already signs in as {name}. Add a second name or an initial.")


class AlreadyFounded(Refused):
    text = N_("This clinic has its people already.")


@dataclass(frozen=True, slots=True)
class NewMember:
    staff_id: str
    display_name: str
    full_name: str
    role_code: str
    licence: str | None = None
    supervisor_id: str | None = None
    valid_until: date | None = None


def found(
    work: Work,
    first: NewMember,
    *,
    municipality_code: str | None,
    address: str | None = None,
    phone: str | None = None,
) -> None:
    """The first rows of a new installation: its site, the roles, and the person who may add the others."""
    place = work.place
    if queries.site(work) is not None:
        raise AlreadyFounded()
    work.add(
        Site(
            id=place.site_id,
            code=place.site_code,
            name=place.site_name,
            kind=place.role,
            municipality_code=municipality_code,
            address=address,
            phone=phone,
            zone=str(place.zone),
        )
    )
    for role in FIRST_ROLES:
        names = sorted(str(p) for p in role.permissions)
        work.add(
            Role(
                id=role_id(role.code), code=role.code, title=role.title, permissions=names,
                origin_site_id=SHIPPED, recorded_by=SHIPPED, recorded_at=_SHIPPED_AT,
            )
        )  # fmt: skip
    _add(work, first)
    work.about(Site.__tablename__, place.site_id)


def add_member(work: Work, new: NewMember) -> None:
    """Add a person, effective at once. The way in is given by `give_access`."""
    work.require(Permission.KEEP_STAFF)
    _ends_later(work, new.valid_until)
    _fits(work, _add(work, new))


def change_member(work: Work, staff_id: str, *, seen: Mapping[str, Any], to: Mapping[str, Any]) -> None:
    """Change a person's names, licence, supervisor, role_id or last day.

    Nobody gives themselves another role: who keeps the team does not thereby read charts. What a second person allows
    is signed in the ledger and seen at the central.
    """
    work.require(Permission.KEEP_STAFF)
    if not set(to) <= _CHANGEABLE:
        raise ValueError("these fields are not changed here")
    row = work.load(StaffMember, staff_id)
    before = (row.role_id, row.valid_until)
    _known_role(work, to.get("role_id", row.role_id))
    work.revise(row, seen=seen, to=to)
    if staff_id == work.actor.staff_id and before != (row.role_id, row.valid_until):
        raise OwnRole()
    if row.valid_until != before[1]:
        _ends_later(work, row.valid_until)
    _fits(work, row)
    _someone_keeps_staff(work)


def end_access(work: Work, staff_id: str) -> None:
    """The person may not sign in any more; what the person wrote stays. Remove the slot with `take_access`."""
    work.require(Permission.KEEP_STAFF)
    row = work.load(StaffMember, staff_id)
    row.active = False
    work.session.flush()
    _someone_keeps_staff(work)


def sign_in(work: Work, staff_id: str) -> Actor:
    """The person behind an opened slot, with today's permissions. Raises NotInService."""
    actor = queries.actor(work, staff_id)
    if actor is None:
        raise NotInService()
    work.actor = actor
    work.act = "staff.sign_in"
    work.about(StaffMember.__tablename__, staff_id)
    return actor


def sign_out(work: Work) -> None:
    work.act = "staff.sign_out"
    work.about(StaffMember.__tablename__, work.actor.staff_id)


def give_access(vault: Vault, actor: Actor, staff_id: str, password: str) -> None:
    """A way in for a person of this installation, or a new password where there is one already.

    Raises WeakPassword. The person is asked to choose an own password at the first sign-in.
    """
    vault.ask(lambda reading: reading.require(Permission.KEEP_STAFF), actor)
    known = vault.ask(lambda reading: queries.member(reading, staff_id), actor)
    may_sign_in = vault.ask(lambda reading: queries.actor(reading, staff_id), actor) is not None
    if known is None or vault.opened is None or not may_sign_in:
        raise NotInService()
    slot_id = _slot_of_person(vault.folder, staff_id)
    if slot_id is not None:
        # With a new password the count of wrong ones begins again: a stopped name opens only this way.
        keys.reset_slot(vault.folder, vault.opened, slot_id, password, throttle=_throttle(vault))
    elif slot_of(vault.folder, known.display_name) is not None:
        raise NameTaken(name=known.display_name)
    else:
        keys.add_slot(
            vault.folder, vault.opened, keys.NewSlot(known.display_name, staff_id, password, must_change=True)
        )
    vault.do(lambda work: _note(work, "staff.give_access", staff_id), actor)


def take_access(vault: Vault, actor: Actor, staff_id: str) -> None:
    """End a person's access and remove the way in from this computer. Other laptops follow at the next stick."""
    vault.do(lambda work: end_access(work, staff_id), actor)
    slot_id = _slot_of_person(vault.folder, staff_id)
    if slot_id is not None and vault.opened is not None:
        keys.remove_slot(vault.folder, vault.opened, slot_id)


# -- with a key to make, so in steps: office.run_long(partial(service.enroll, new=…, password=…), screen)


def enroll(vault: Vault, actor: Actor, new: NewMember, password: str) -> Steps:
    """Add a person together with the way in. A password that is refused leaves nobody half added."""
    check_password(password, names=(new.display_name, new.full_name, vault.place.site_name))
    known = vault.ask(lambda reading: queries.member(reading, new.staff_id), actor)
    if known is None and slot_of(vault.folder, new.display_name.strip()) is not None:
        raise NameTaken(name=new.display_name.strip())
    yield Progress(0, 2, _("Adding the person"))
    if known is None:
        vault.do(lambda work: add_member(work, new), actor)
    yield Progress(1, 2, _("Making the key"))
    give_access(vault, actor, new.staff_id, password)


def renew_access(vault: Vault, actor: Actor, staff_id: str, password: str) -> Steps:
    """A new password for somebody who forgot it, or a first one on this computer."""
    yield Progress(0, 1, _("Making the key"))
    give_access(vault, actor, staff_id, password)


def stop_access(vault: Vault, actor: Actor, staff_id: str) -> Steps:
    """End a person's access: at once here, elsewhere with the next stick."""
    yield Progress(0, 1, _("Ending the access"))
    take_access(vault, actor, staff_id)


_throttles: WeakKeyDictionary[Vault, Throttle] = WeakKeyDictionary()


def change_own_password(vault: Vault, actor: Actor, old: str, password: str) -> Steps:
    """One's own password, asked for the old one: the screen may have been left open."""
    opened = vault.opened
    if opened is None or opened.staff_id != actor.staff_id:
        raise NotInService()
    yield Progress(0, 1, _("Making the key"))
    vault.opened = keys.change_password(vault.folder, opened, old, password, _throttle(vault))
    vault.do(lambda work: _note(work, "staff.change_own_password", actor.staff_id), actor)


def slot_of(folder: Path, display_name: str) -> str | None:
    """The slot that bears this name at the sign-in."""
    found = [p.slot_id for p in read_header(folder).people if p.display_name == display_name]
    return found[0] if found else None


def _slot_of_person(folder: Path, staff_id: str) -> str | None:
    """By the person, not the name: two people of two clinics may be called alike."""
    found = [s.id for s in read_header(folder).slots if s.kind is SlotKind.USER and s.staff_id == staff_id]
    return found[0] if found else None


def _throttle(vault: Vault) -> Throttle:
    # One for the whole session: the waiting times of wrong tries run from when it was made.
    return _throttles.setdefault(vault, Throttle(vault.folder, vault.clock))


_CHANGEABLE = frozenset({"display_name", "full_name", "licence", "supervisor_id", "role_id", "valid_until"})


def _ends_later(work: Work, last_day: date | None) -> None:
    if last_day is not None and last_day < work.today:
        raise EndsInThePast()


def _known_role(work: Work, wanted: str) -> str:
    """The role's code."""
    code = {r.role_id: r.code for r in queries.roles(work)}.get(wanted)
    if code is None:
        raise NoSuchRole()
    return code


def _fits(work: Work, row: StaffMember) -> None:
    if not row.display_name.strip() or not row.full_name.strip():
        raise NameMissing()
    if needs_supervisor(_known_role(work, row.role_id)) and row.supervisor_id in (None, "", row.id):
        raise SupervisorMissing()


def _add(work: Work, new: NewMember) -> StaffMember:
    if not new.display_name.strip() or not new.full_name.strip():
        raise NameMissing()
    _known_role(work, role_id(new.role_code))
    return work.add(
        StaffMember(
            id=new.staff_id,
            display_name=new.display_name.strip(),
            full_name=new.full_name.strip(),
            role_id=role_id(new.role_code),
            licence=new.licence,
            supervisor_id=new.supervisor_id,
            valid_until=new.valid_until,
            active=True,
        )
    )


def _someone_keeps_staff(work: Work) -> None:
    keeping = {r.code for r in queries.roles(work) if Permission.KEEP_STAFF in r.permissions}
    members = [m for m in queries.members(work) if in_service(m.active, m.valid_until, work.today)]
    left = [m for m in members if m.role_code in keeping]
    if not left:
        raise LastCoordinator()


def _note(work: Work, act: str, staff_id: str) -> None:
    work.act = act
    work.about(StaffMember.__tablename__, staff_id)


def list_site(work: Work, site_id: str, code: str, name: str) -> None:
    """At the central: a clinic that joined and of which nothing came. Its own row joins this one if it ever comes."""
    work.require(Permission.MERGE_BUNDLES)
    if work.session.get(Site, site_id) is None:
        zone = str(work.place.zone)
        work.add(Site(id=site_id, origin_site_id=site_id, code=code, name=name, kind="clinic", zone=zone))


def end_site(work: Work, site_id: str, closed_on: date | None, successor_id: str | None = None) -> None:
    """A clinic closes on a day, and another goes on with its people if one does; without a day it is open again."""
    work.require(Permission.MERGE_BUNDLES)
    work.revise(work.load(Site, site_id), seen={}, to={"closed_on": closed_on, "successor_id": successor_id})
