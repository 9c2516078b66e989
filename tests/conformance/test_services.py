"""Every use case says who may, and every error is a sentence that Spanish has and that fits its facts."""

import ast
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import clinic_desktop.features
from clinic_desktop.kernel.errors import ClinicError

ROOMS = Path(clinic_desktop.features.__path__[0])
# Use cases that ask for no permission, and why.
OPEN = {
    "staff.found": "the first rows of a new installation: nobody has a role yet",
    "staff.sign_in": "it is what gives the permissions",
    "staff.sign_out": "one's own session",
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


def test_every_use_case_asks_who_may() -> None:
    silent: list[str] = []
    for module in services():
        functions = {f.name: f for f in use_cases(module)}
        for function in functions.values():
            room = module.__name__.split(".")[2]
            asks = any(
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "require"
                for node in ast.walk(function)
            )
            if not asks and f"{room}.{function.name}" not in OPEN:
                silent.append(f"{room}.{function.name}")
    assert silent == []


def errors(root: type[ClinicError] = ClinicError) -> list[type[ClinicError]]:
    return [e for sub in root.__subclasses__() for e in (sub, *errors(sub))]


def test_no_error_puts_its_facts_into_the_log() -> None:
    for module in services():
        assert module is not None
    for error in errors():
        assert str(error(**{"any": "a name"})) == error.__name__
