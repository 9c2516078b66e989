"""Every public query of every room and every paper, asked about the person of the scene.

A new query is called by itself, with the arguments that its names ask for; a name that is new needs a line in the
`values` of the scene, or in what a room tells of somebody (`everything.py` of its tests).
"""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from types import ModuleType
from typing import Any

import clinic_desktop.features
from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.conformance.reserved import TODAY, TOLD, Scene, several
from tests.makers.words import words_in
from tests.printing.reading import texts


def query_modules() -> list[ModuleType]:
    found: list[ModuleType] = []
    for room in pkgutil.iter_modules(clinic_desktop.features.__path__):
        name = f"clinic_desktop.features.{room.name}.queries"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        found.append(module)
        for inner in pkgutil.iter_modules(getattr(module, "__path__", [])):
            found.append(importlib.import_module(f"{name}.{inner.name}"))
    return found


def queries() -> list[Callable[..., Any]]:
    """Public functions of the rooms whose first argument is who asks."""
    return [
        function
        for module in query_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(function).parameters), "") in ("asker", "reading")
    ]


INTERNAL = {
    "patients.queries.intake.remembered_columns": "headings of a sheet, nobody's data",
    "patients.queries.intake.habits": "how a sheet writes; of the people here only what a word is in a name",
    "patients.queries.judging.judged_before": "a look kept for who looked, with the same permissions; `step` is asked",
    "patients.queries.memory.in_memory": "a part of the search, which is asked",
    "patients.queries.similar.bits_here": "how much signs weigh, a number; a part of the questions about likeness",
    "staff.queries.in_team": "a piece of SQL",
    "patients.queries.restricted.shown": "a piece of SQL",
    "patients.queries.consents.agreeing": "for the exchange: ids to ids, shown to nobody",
    "patients.queries.consents.same_people": "for the exchange: ids to ids, shown to nobody",
    "patients.queries.restricted.hidden_people": "a piece of SQL",
    "agenda.queries.day.told_once": "takes a piece of SQL: a part of other queries",
    "medication.queries.ledger": "lots, units and moments, by ids; nobody is in it",
    "medication.queries.counting": "lots, numbers and the names of colleagues; nobody who is cared for is in it",
    "medication.queries.transfers.left_lines": "takes a piece of SQL: a part of other queries",
    "medication.queries.handing.open_lines": "takes a piece of SQL: a part of other queries",
    "medication.queries.handing.lines_with_given": "takes a piece of SQL: a part of other queries",
    "medication.queries.vouchers.for_money": "takes a piece of SQL: a part of other queries",
    "medication.queries.shelf.is_there": "takes a class of records: yes or no of an id",
    "consults.queries.diagnoses.same_condition": "takes what a form holds, gives an id",
    "consults.queries.diagnoses.conditions_from": "ids only",
    "consults.queries.goals.goals_from": "ids only",
    "consults.queries.notes.usual_template": "which parts a profession is asked, nobody's data",
    "bundles.queries.conflicts.whose": "takes what open_conflicts gave, which is asked",
    "bundles.queries.conflicts.withheld": "a part of the worklist, which is asked",
    "bundles.queries.names": "what references say: a part of the worklist, which is asked",
    "bundles.queries.conflicts.may_see": "yes or no, of a conflict one must have",
    "bundles.queries.overdue.days_since": "a number of days",
    "bundles.queries.findings.orphans_in": "takes a table; a part of orphans, which is asked",
    "bundles.queries.sites": "clinics, and ids of people: a part of sending records on",
    "bundles.queries.whose": "which of these ids are hidden: a part of other queries",
    "medication.queries.prescriptions.depot_lines": "a piece of SQL",
    "consults.queries.standing_rows.is_not_taken_back": "a piece of SQL",
    "referrals.queries.unagreed": "takes a letter that is being written",
}


def name_of(query: Callable[..., Any]) -> str:
    return f"{query.__module__.removeprefix('clinic_desktop.features.')}.{query.__name__}"


UNKNOWN = object()


def arguments(name: str, annotation: str, known: Mapping[str, Any]) -> tuple[Any, ...]:
    """What to ask with: by the argument's name, else by its kind. Several where one name means several things."""
    if name in known:
        return several(known[name])
    if name == "ids":
        return ([one for value in known.values() for one in several(value) if is_id(one)],)
    if name.endswith("_ids"):
        return (list(several(known.get(name.removesuffix("s"), ()))),)
    by_kind = {
        "str": (known["patient_id"],),
        "PatientId": (known["patient_id"],),
        "date": (TODAY, TODAY + timedelta(days=28)),
        "int": (0 if name == "first" else 50,),
    }
    if "[" in annotation and "date" in annotation:
        return ([TODAY],)
    return by_kind.get(annotation, (None,) if "None" in annotation else (UNKNOWN,))


def is_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) == len(new_id())


def calls(known: Mapping[str, Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each query with each set of its needed arguments."""
    for query in queries():
        parameters = list(inspect.signature(query).parameters.values())[1:]
        needed = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        told = {p.name: arguments(p.name, said_kind(p.annotation), known) for p in needed}
        if name_of(query) in INTERNAL or name_of(query).rpartition(".")[0] in INTERNAL:
            continue
        strange = [name for name, values in told.items() if any(value is UNKNOWN for value in values)]
        assert not strange, (
            f"{name_of(query)}: add {' and '.join(map(repr, strange))} to `values` in the fixture `scene` (a value of "
            "the reserved person, or any value that the query accepts), or name the query in INTERNAL with the reason."
        )
        for at in range(max((len(values) for values in told.values()), default=1)):
            yield name_of(query), partial(query, **{name: values[at % len(values)] for name, values in told.items()})


def said_kind(annotation: Any) -> str:
    """The annotation's last name; a generic one with what it holds."""
    words = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return words if "[" in words else words.rpartition(".")[2]


def answers(vault: Vault, actor: Actor, scene: Scene) -> Iterator[tuple[str, str]]:
    """Each query that this actor may ask, with the words of its answer."""
    for name, call in calls(scene.values):
        try:
            # Read while the question is open: some answers come in steps.
            found = vault.ask(lambda asker, call=call: list(words_in(call(asker), set())), actor)
        except ClinicError:
            continue
        yield name, "\n".join(found)


def printed(vault: Vault, actor: Actor, scene: Scene) -> Iterator[tuple[str, str]]:
    """Each paper that this actor may have made, with the words on it."""
    rows = vault.ask(agenda_queries.today, actor) if actor.may(Permission.SEE_DAY) else ()
    mine = [row for row in rows if row.patient_id == scene.patient_id] or [None]
    known = {**scene.values, "row": mine[0], "content": scene.values["letter"], "count": 1, "number": 1}
    for name, letter in letters():
        first, *more = inspect.signature(letter).parameters.values()
        needed = [p for p in more if p.default is p.empty]
        told = {p.name: arguments(p.name, said_kind(p.annotation), known) for p in needed}
        if any(value is UNKNOWN for values in told.values() for value in values):
            continue
        for at in range(max((len(values) for values in told.values()), default=1)):
            call = partial(letter, **{key: values[at % len(values)] for key, values in told.items()})
            try:
                yield name, (vault.do if first.name == "work" else vault.ask)(partial(_made_by, call), actor)
            except ClinicError:
                continue


def letters() -> Iterator[tuple[str, Callable[..., Any]]]:
    for room in pkgutil.iter_modules(clinic_desktop.features.__path__):
        folder = f"clinic_desktop.features.{room.name}.letters"
        if importlib.util.find_spec(folder) is None:
            continue
        for inner in pkgutil.iter_modules(importlib.import_module(folder).__path__):
            module = importlib.import_module(f"{folder}.{inner.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                first = next(iter(inspect.signature(function).parameters), "")
                if function.__module__ == module.__name__ and not name.startswith("_") and first in ("asker", "work"):
                    yield f"{room.name}.{inner.name}.{name}", function


def _made_by(call: Callable[..., Any], asker: Any) -> str:
    """The words on the paper, as one reads them."""
    made = call(asker)
    if hasattr(made, "pdf"):
        made = made.pdf()
    if isinstance(made, bytes) and made.startswith(b"%PDF"):
        return " ".join(" ".join(texts(made)).split())
    return " ".join(words_in(made, set()))


def telling(told: Iterator[tuple[str, str]], scene: Scene) -> set[str]:
    """The queries or papers that say something of the person."""
    secrets = [secret.casefold() for secret in (*TOLD, scene.number)]
    return {name for name, words in told if any(secret in words.casefold() for secret in secrets)}
