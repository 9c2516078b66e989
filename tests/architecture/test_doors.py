"""Another room is entered only by its service, queries, rules or letters; its records only from a queries module."""

import grimp
import pytest

DOORS = frozenset({"service", "queries", "rules", "letters"})
ROOMS = "clinic_desktop.features."


def breach(importer: str, imported: str) -> bool:
    """True if `importer` enters the room of `imported` otherwise than by a door."""
    if not (importer.startswith(ROOMS) and imported.startswith(ROOMS)):
        return False
    from_room, from_floor, *_ = [*importer.removeprefix(ROOMS).split("."), ""]
    to_room, to_floor, *_ = [*imported.removeprefix(ROOMS).split("."), ""]
    if from_room == to_room or to_floor in DOORS:
        return False
    return not (to_floor == "records" and from_floor == "queries")


@pytest.mark.parametrize(
    ("importer", "imported", "expected"),
    [
        ("agenda.service", "patients.service", False),
        ("agenda.screens.day", "patients.queries", False),
        ("agenda.queries", "patients.records", False),
        ("agenda.service", "agenda.records", False),
        ("agenda.service", "patients.records", True),
        ("agenda.screens.day", "patients.screens.search", True),
        ("agenda.room", "patients.room", True),
        ("agenda.rules", "patients", True),
    ],
)
def test_the_rule_itself(importer: str, imported: str, expected: bool) -> None:
    assert breach(ROOMS + importer, ROOMS + imported) is expected


def test_rooms_are_entered_by_their_doors() -> None:
    graph = grimp.build_graph("clinic_desktop", cache_dir=None)
    imports = [(here, there) for here in graph.modules for there in graph.find_modules_directly_imported_by(here)]
    assert imports, "the graph is empty: nothing was checked"
    assert sorted(pair for pair in imports if breach(*pair)) == []
