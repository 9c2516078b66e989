"""Queries say who may ask too: what reception must not learn is kept from it below the screens."""

import ast
from pathlib import Path

import pytest

import clinic_desktop.features

ROOMS = Path(clinic_desktop.features.__path__[0])
# Public queries of the clinical rooms that ask for no permission, and why that tells nothing.
OPEN = {
    "consults": {
        "conditions_from": "ids only",
        "goals_from": "ids only",
        "has_notes": "that somebody was here, which reception knows",
        "note_of": "an id only",
        "notes_of": "ids only",
        "is_amended": "yes or no, of an id one must have",
        "last_visits": "a date; reception may know it",
        "last_visit_days": "a date; reception may know it",
        "last_visit_marks": "a date; reception may know it",
        "count_of": "a number",
        "what_is_here": "a number",
        "patients_of": "whose they are, of ids one must have",
        "instruments": "printed questionnaires; nobody's answers",
        "instrument_with": "printed questionnaires; nobody's answers",
        "wording": "printed questionnaires; nobody's answers",
        "forms": "printed questionnaires; nobody's answers",
        "printed": "printed questionnaires; nobody's answers",
        "scale_here": "printed questionnaires; nobody's answers",
    },
    "medication": {
        "count_of": "a number",
        "lots_of_dispense": "units by lot, of an id one must have",
        "joined_to": "ids, of an id one must have",
        "is_countered": "yes or no, of an id one must have",
        "open_recall_of": "an id, of a product and a lot",
        "any_count": "yes or no",
        "counted_lots": "ids of lots",
        "counted_since": "yes or no, of a lot",
        "counted_lines_of": "counted lots; nobody's medicine",
        "movements_of": "units and moments of a lot",
        "movements_with": "units and moments of a lot",
        "known_at": "units of a lot",
        "lots_touched": "ids of lots",
        "lot_of_box": "the shelf; nobody's medicine",
        "unsettled": "ids of lots and units",
        "medicine_named": "the catalogue; nobody's medicine",
        "country": "where this clinic stands",
        "central_sites": "ids of sites",
        "keeps_list": "whether a central office is known",
        "site_name": "which clinic put a product into the list",
        "same_lot": "the shelf; nobody's medicine",
        "is_there": "yes or no, of an id one must have",
    },
    "rights": {},
    "referrals": {
        "is_written": "yes or no, of an id one must have",
        "folio_taken": "yes or no",
    },
}


def functions(room: str) -> dict[str, ast.FunctionDef]:
    folder = ROOMS / room
    files = [folder / "queries.py"] if (folder / "queries.py").exists() else sorted((folder / "queries").glob("*.py"))
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    return {f"{node.name}": node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def asks(function: ast.FunctionDef, known: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether it, or a function of its room that it calls, says `asker.require(...)`; or it only reads own drafts."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("require", "find_draft"):
            return True
        if name in known and name not in seen and asks(known[name], known, seen | {name}):
            return True
    return False


@pytest.mark.parametrize("room", OPEN)
def test_every_query_of_a_clinical_room_asks_who_may(room: str) -> None:
    known = functions(room)
    public = {
        name: node
        for name, node in known.items()
        if not name.startswith("_") and node.args.args and node.args.args[0].arg in ("asker", "reading")
    }
    assert public
    silent = {name for name, node in public.items() if not asks(node, known)}
    assert sorted(silent - set(OPEN[room])) == []
    assert sorted(set(OPEN[room]) - silent) == [], "an exception that is needed no more"
