"""Every use case says who may, and every error is a sentence that Spanish has and that fits its facts."""

import ast
import importlib
import importlib.util
import pkgutil
from pathlib import Path
from types import ModuleType

import clinic_desktop.features
from clinic_desktop.kernel.errors import ClinicError

ROOMS = Path(clinic_desktop.features.__path__[0])
# Functions with a Work that ask for no permission, and why.
OPEN = {
    "staff.found": "the first rows of a new installation: nobody has a role yet",
    "staff.sign_in": "it is what gives the permissions",
    "staff.sign_out": "one's own session",
    "consults.appointment_status": "a look of other use cases, never a use case itself",
    "consults.unvoided": "a look of other use cases, never a use case itself",
    "consults.keep_answers": "a part of signing, which asks",
    "consults.answer_risk": "a part of signing, which asks",
    "medication.move": "the one way a movement is written, by use cases that ask",
    "medication.settle_late": "follows from rows that are there, for use cases that ask and at opening",
    "medication.settle_new": "a part of move",
    "medication.settle_merged": "done by the merge, which asks",
    "medication.lot_here": "a look of other use cases, never a use case itself",
    "medication.asked_line": "a look of other use cases, never a use case itself",
    "referrals.keep_letter": "one's own draft",
    "agenda.bring_over": "a part of arriving and moving, which ask",
    "agenda.write_event": "the one way an event is written, by use cases that ask",
    "bundles.forget_pairs": "a part of erasing, which asks",
    "bundles.look_again": "done by registering, correcting and the merge, which ask",
    "patients.forget": "a part of erasing, which asks",
    "patients.keep_link": "a part of registering and linking, which ask",
    "patients.after_merge": "done by the merge, which asks",
    "medication.after_merge": "done by the merge, which asks",
    "bundles.after_merge": "done by the merge, which asks",
    "bundles.go_on_again": "done by the merge and by who wrote the yes down, which ask",
    "bundles.owe_again": "a part of sharing, which asks, and of the merge",
    "patients.refile_community": "derives the search index again; shows and changes nothing",
    "patients.refresh_search": "derives the search index again; shows and changes nothing",
}


def services() -> list[ModuleType]:
    found: list[ModuleType] = []
    for room in pkgutil.iter_modules([str(ROOMS)]):
        name = f"clinic_desktop.features.{room.name}.service"
        if importlib.util.find_spec(name) is not None:
            module = importlib.import_module(name)
            found.append(module)
            for inner in pkgutil.iter_modules(getattr(module, "__path__", [])):
                found.append(importlib.import_module(f"{name}.{inner.name}"))
    return found


def use_cases(module: ModuleType) -> list[ast.FunctionDef]:
    """Public functions whose first argument is a Work."""
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.args.args
        and node.args.args[0].arg == "work"
    ]


def room_of(module: ModuleType) -> str:
    return module.__name__.split(".")[2]


def functions_of_rooms() -> dict[str, dict[str, ast.FunctionDef]]:
    """Every function of each room's service, also the private ones, by name."""
    rooms: dict[str, dict[str, ast.FunctionDef]] = {}
    for module in services():
        tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
        mine = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        rooms.setdefault(room_of(module), {}).update(mine)
    return rooms


def asks(function: ast.FunctionDef, known: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether it, or a function of its room that it calls, says `work.require(...)`."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "require":
            return True
        if name in known and name not in seen and asks(known[name], known, seen | {name}):
            return True
    return False


def test_every_use_case_asks_who_may() -> None:
    rooms = functions_of_rooms()
    named = [(room_of(module), function) for module in services() for function in use_cases(module)]
    silent = [f"{room}.{f.name}" for room, f in named if not asks(f, rooms[room])]
    assert sorted(set(silent) - set(OPEN)) == []
    assert sorted(set(OPEN) - set(silent)) == [], "an exception that is needed no more"


def errors(root: type[ClinicError] = ClinicError) -> list[type[ClinicError]]:
    return [e for sub in root.__subclasses__() for e in (sub, *errors(sub))]


def test_no_error_puts_its_facts_into_the_log() -> None:
    for module in services():
        assert module is not None
    for error in errors():
        assert str(error(any="a name")) == error.__name__
