"""backup, restore, check, user, self-test."""

from pathlib import Path

from clinic_desktop.app.cli import DONE, TROUBLE, Answer, Command, Desk
from clinic_desktop.app.clinic import OpenClinic
from clinic_desktop.app.self_test import run_all
from clinic_desktop.features.backups import service as backups
from clinic_desktop.features.staff import queries as staff_queries
from clinic_desktop.features.staff import service as staff
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage import keys
from clinic_desktop.storage.backup import restore as restore_backup
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.words import suggest_password


class NobodyOfThatName(Refused):
    text = N_("Nobody of that name works here. Names are written as at the sign-in.")


class NowhereForThePassword(Refused):
    text = N_("With --json no password is shown. Name a file with --new-password-file.")


class NoSuchRole(Refused):
    text = N_("There is no such role. Roles: {roles}.")


def backup(desk: Desk) -> Answer:
    with desk.open() as clinic:
        made = finish(backups.back_up(clinic.vault, clinic.actor, desk.wanted.to))
    facts = {"path": str(made.path), "made_at": made.made_at, "bytes": made.size, "ledger": made.ledger_count}
    return Answer(facts, [_("Backup made and checked: {path}").format(path=made.path)])


def restore(desk: Desk) -> Answer:
    path: Path = desk.wanted.file
    name = desk.wanted.user or desk.only_person(path)
    # Tries are counted beside the data, not on the backup: it may be on a stick that cannot be written.
    throttle = Throttle(desk.wanted.data, desk.clock)
    opened = keys.open_with_password(path, read_header(path).find(name), desk.password(), throttle)
    restore_backup(path, opened, desk.wanted.to, desk.clock.now())
    return Answer({"to": str(desk.wanted.to)}, [_("Restored into {folder}.").format(folder=desk.wanted.to)])


def check(desk: Desk) -> Answer:
    with desk.open() as clinic:
        findings = finish(backups.check_vault(clinic.vault, clinic.actor))
    facts = {"findings": [{"kind": f.kind, "what": f.what} for f in findings]}
    sentences = [f.sentence() for f in findings] or [_("Everything is as it was saved.")]
    return Answer(facts, sentences, TROUBLE if findings else DONE)


def add_user(desk: Desk) -> Answer:
    with desk.open() as clinic:
        _known_role(clinic, desk.wanted.role)
        staff_id, name = new_id(), desk.wanted.name.strip()
        new = staff.NewMember(staff_id, name, name, desk.wanted.role)
        password, said = _first_password(desk, name)
        finish(staff.enroll(clinic.vault, clinic.actor, new, password))
    return Answer({"name": name, "staff_id": staff_id}, said)


def reset_user(desk: Desk) -> Answer:
    with desk.open() as clinic:
        staff_id, name = _staff_id(clinic, desk.wanted.name), desk.wanted.name
        password, said = _first_password(desk, name)
        staff.give_access(clinic.vault, clinic.actor, staff_id, password)
    return Answer({"name": name, "staff_id": staff_id}, said)


def revoke_user(desk: Desk) -> Answer:
    with desk.open() as clinic:
        staff.take_access(clinic.vault, clinic.actor, _staff_id(clinic, desk.wanted.name))
    return Answer({"name": desk.wanted.name}, [_("{name} can no longer sign in.").format(name=desk.wanted.name)])


def self_test(desk: Desk) -> Answer:
    results = run_all()
    failed = [r for r in results if r.trouble]
    sentences = [f"{'–' if r.trouble else '+'} {r.name}{': ' + r.trouble if r.trouble else ''}" for r in results]
    facts = {"checks": [{"name": r.name, "trouble": r.trouble} for r in results]}
    return Answer(facts, sentences, TROUBLE if failed else DONE)


def _first_password(desk: Desk, name: str) -> tuple[str, list[str]]:
    """The password to give, and what to say once it is given."""
    file = desk.wanted.new_password_file
    if file is None and desk.wanted.json:
        raise NowhereForThePassword()
    password = desk.password(file) if file else suggest_password()
    said = [_("{name} can sign in.").format(name=name)]
    if not file:
        # Shown to the person at the terminal, never put into the JSON that other programs keep.
        said.append(_("First password, to be changed at the first sign-in: {password}").format(password=password))
    return password, said


def _staff_id(clinic: OpenClinic, name: str) -> str:
    known = clinic.vault.ask(staff_queries.members, clinic.actor)
    found = [m.staff_id for m in known if m.display_name == name]
    if len(found) > 1:
        # People of other clinics may be called alike: here it is who signs in here.
        here = {slot.staff_id for slot in read_header(clinic.vault.folder).slots}
        found = [staff_id for staff_id in found if staff_id in here]
    if len(found) != 1:
        raise NobodyOfThatName()
    return found[0]


def _known_role(clinic: OpenClinic, code: str) -> None:
    codes = [r.code for r in clinic.vault.ask(staff_queries.roles, clinic.actor)]
    if code not in codes:
        raise NoSuchRole(roles=", ".join(sorted(codes)))


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("backup", None): backup,
    ("restore", None): restore,
    ("check", None): check,
    ("user", "add"): add_user,
    ("user", "reset"): reset_user,
    ("user", "revoke"): revoke_user,
    ("self-test", None): self_test,
}
