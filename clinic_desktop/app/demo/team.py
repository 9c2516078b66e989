"""The invented people who work in a demonstration clinic."""

from dataclasses import dataclass
from functools import partial

from clinic_desktop.features.staff import queries as staff_queries
from clinic_desktop.features.staff import service as staff
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import keys
from clinic_desktop.storage.opening import SYSTEM
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor

PASSWORD = "lago mesa pino tela"  # noqa: S105 - shown on the screen: there is nothing to protect in a demonstration


@dataclass(frozen=True, slots=True)
class Post:
    """One place in a team and who fills it."""

    role_code: str
    name: str
    full_name: str
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """Those who act in the generated history, with their permissions."""

    reception: Actor
    psychiatrist: Actor
    resident: Actor
    nurse: Actor
    pharmacy: Actor
    coordinator: Actor


def hire(vault: Vault, coordinator: Actor, posts: tuple[Post, ...]) -> Team:
    """Add the team to the clinic's people, in the order of Team. A post filled before stays as it is."""
    known = {m.display_name: m.staff_id for m in vault.ask(staff_queries.members, coordinator)}
    doctor = ""
    actors: list[Actor] = []
    for post in posts:
        staff_id = known.get(post.name) or new_id()
        if post.name not in known:
            supervisor = doctor if post.role_code == "resident" else None
            new = staff.NewMember(staff_id, post.name, post.full_name, post.role_code, post.licence, supervisor)
            vault.do(partial(staff.add_member, new=new), coordinator)
        if post.role_code == "psychiatrist":
            doctor = staff_id
        actors.append(_actor(vault, staff_id))
    return Team(*actors, coordinator=coordinator)


def give_keys(vault: Vault, team: Team) -> None:
    """A way in for each with the one known password; nobody is asked to change it."""
    assert vault.opened is not None, "an open vault has its keys"
    for actor in (team.reception, team.psychiatrist, team.resident, team.nurse, team.pharmacy):
        if staff.slot_of(vault.folder, actor.name) is None:
            keys.add_slot(vault.folder, vault.opened, keys.NewSlot(actor.name, actor.staff_id, PASSWORD))


def _actor(vault: Vault, staff_id: str) -> Actor:
    actor = vault.ask(lambda reading: staff_queries.actor(reading, staff_id), SYSTEM)
    assert actor is not None, "just added"
    return actor


def team_of(vault: Vault, coordinator: Actor) -> Team:
    """The team of a clinic that was made before, found by their roles."""
    first: dict[str, str] = {}
    for member in vault.ask(staff_queries.members, coordinator):
        first.setdefault(member.role_code, member.staff_id)
    codes = ("receptionist", "psychiatrist", "resident", "nurse", "pharmacy")
    return Team(*(_actor(vault, first[code]) for code in codes), coordinator=coordinator)
