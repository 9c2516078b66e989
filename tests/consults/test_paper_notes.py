"""Whose parts a note asks for, and sheets of paper that somebody types for their author."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.consults.queries import notes, supervision
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.features.consults.screens.transcribe import TranscribeScreen
from clinic_desktop.features.consults.service import encounters, signing, transcribing
from clinic_desktop.features.consults.service.transcribing import PaperNote
from clinic_desktop.features.staff.service import NewMember, add_member
from clinic_desktop.features.staff.service import found as found_clinic
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice


@pytest.fixture
def team(do: Any) -> dict[str, str]:
    """Somebody of each of these roles works here."""
    found = {code: new_id() for code in ("receptionist", "psychologist", "nurse", "psychiatrist")}
    first = NewMember("0193a000-0000-7000-8000-000000000001", "Coordinación", "Coordinación", "coordinator")
    do(partial(found_clinic, first=first, municipality_code=None))
    for code, staff_id in found.items():
        do(partial(add_member, new=NewMember(staff_id, code, code, code)))
    return found


def test_everybody_is_asked_the_parts_of_their_profession(
    vault: Vault, ask: Any, team: dict[str, str], patient: str, supervisor: Actor
) -> None:
    for role, wanted in (("psychologist", "psychology-first"), ("nurse", "nursing"), ("psychiatrist", "first-visit")):
        actor = replace(supervisor, staff_id=team[role])
        begin = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient)
        assert ask(partial(notes.encounter, encounter_id=vault.do(begin, actor))).template == wanted


def test_a_sheet_that_somebody_else_types_is_its_authors_and_waits_for_them(
    do: Any, ask: Any, team: dict[str, str], patient: str, vault: Vault
) -> None:
    hands = Actor(new_id(), "Tecla", frozenset({Permission.SEE_PATIENTS, Permission.TRANSCRIBE}))
    day, words = date(2026, 11, 19), {"plan": "Same."}
    paper = PaperNote(patient, team["psychiatrist"], day, EncounterKind.FOLLOW_UP, "follow-up", "H-7", words)
    note_id = new_id()
    type_it = partial(transcribing.transcribe_note, encounter_id=new_id(), note_id=note_id, paper=paper)
    assert vault.do(type_it, hands) == vault.do(type_it, hands) == note_id
    page = ask(partial(notes.note_page, note_id=note_id))
    assert (page.author_name, page.transcribed_by_name, page.state) == ("psychiatrist", "Tecla", NoteState.WAITING)
    assert page.occurred_on == day
    with pytest.raises(transcribing.SheetTypedAlready):
        vault.do(partial(type_it, encounter_id=new_id(), note_id=new_id()), hands)
    with pytest.raises(transcribing.NobodyWroteIt):
        reception = replace(paper, clinician_id=team["receptionist"], folio="")
        vault.do(partial(type_it, note_id=new_id(), encounter_id=new_id(), paper=reception), hands)


def test_a_sheet_that_came_back_is_typed_right_and_waits_for_its_author_again(
    team: dict[str, str], patient: str, vault: Vault, supervisor: Actor, qapp: Any, qtbot: Any
) -> None:
    hands = Actor(new_id(), "Tecla", frozenset({Permission.SEE_PATIENTS, Permission.TRANSCRIBE}))
    paper = PaperNote(
        patient,
        team["psychiatrist"],
        date(2026, 11, 19),
        EncounterKind.FOLLOW_UP,
        "follow-up",
        "H-7",
        {"plan": "Smae."},
    )
    note_id = new_id()
    type_it = partial(transcribing.transcribe_note, encounter_id=new_id(), note_id=note_id, paper=paper)
    vault.do(type_it, hands)
    author = replace(supervisor, staff_id=team["psychiatrist"])
    vault.do(partial(signing.return_note, note_id=note_id, comment="Same, not Smae"), author)
    office = Office(vault, hands, voice=RememberingVoice(), immediate=True)
    screen = TranscribeScreen(office)
    qtbot.addWidget(screen)
    screen.show()
    assert "Same, not Smae" in screen.returned.words.text()
    screen.returned.button.click()
    assert screen.note.values()["plan"] == "Smae."
    screen.note.fields["plan"].setText("Same.")
    screen.send.click()
    assert vault.ask(supervision.returned_to_typist, hands) == ()
    (waits,) = vault.ask(supervision.waiting_for_supervisor, author)
    assert waits.typed_by == "Tecla"
    vault.do(partial(signing.confirm_note, note_id=waits.note_id), author)
    page = vault.ask(lambda r: notes.note_page(r, waits.note_id), author)
    assert (page.state, page.sections, page.amends_id) == (NoteState.SIGNED, {"plan": "Same."}, note_id)
    with pytest.raises(NotHere):
        vault.do(
            partial(transcribing.retype_note, note_id=note_id, new_note_id=new_id(), sections={"plan": "x"}), hands
        )


def test_a_sheet_half_typed_stands_there_again(open_screen: Any, patient: str) -> None:
    screen = open_screen(TranscribeScreen)
    screen.person.set_value(patient, "Tzoc, María")
    screen.folio.setText("H-7")
    screen.note.fields["plan"].setText("Same.")
    screen.keep_draft()
    again = open_screen(TranscribeScreen)
    assert (again.person.value(), again.folio.text(), again.note.values()["plan"]) == (patient, "H-7", "Same.")
