"""When somebody was here last stands beside the name wherever the desk finds the person."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from clinic_desktop.app import house
from clinic_desktop.features.consults.queries import notes
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.service import signing
from clinic_desktop.features.patients.screens.search import SearchPage
from clinic_desktop.kernel.ids import new_id


def test_who_was_only_spoken_of_comes_for_the_first_time(
    do: Callable[..., Any], ask: Callable[..., Any], begin: Callable[..., str], patient: str
) -> None:
    family = begin(patient, kind=EncounterKind.FAMILY)
    written = signing.Written("contact", sections={"who-spoke": "Her mother."})
    do(partial(signing.sign_note, encounter_id=family, note_id=new_id(), written=written))
    assert ask(partial(notes.last_visits, patient_ids=[patient])) == {}
    first = ask(partial(notes.encounter, encounter_id=begin(patient)))
    assert (first.kind, first.template) == (EncounterKind.FIRST, "first-visit")


def test_a_person_found_by_typing_shows_the_day_of_the_last_visit(
    register: Callable[..., str], sign: Callable[..., Any], open_screen: Callable[..., Any]
) -> None:
    house.furnish()
    seen = register()
    register("Ana", "Tzoc")
    sign(seen, on=date(2026, 9, 7))
    sign(seen, on=date(2026, 11, 2))
    page = open_screen(SearchPage)
    page.look_for("tzoc")
    page.show_rest()
    model = page.table.model()
    lines = [
        " ".join(str(model.index(at, column).data()) for column in range(model.columnCount()))
        for at in range(page.table.count())
    ]
    assert len(lines) == 2
    (told,) = [line for line in lines if "Last visit" in line]
    assert "María" in told and "2-nov-2026" in told
