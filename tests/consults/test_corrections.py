"""What is read of a note that was corrected: with all that belongs to it, and once."""

from functools import partial
from typing import Any

from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.records.encounters import ConsultNote
from clinic_desktop.features.consults.rules.telling import StoryKind
from clinic_desktop.features.consults.screens.reading import NoteView
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit.words import Phrase
from tests.consults.conftest import phq9


def test_a_note_corrected_twice_apart_is_one_line_of_the_story_with_a_mark(do: Any, ask: Any, patient: str) -> None:
    here, first, second = new_id(), new_id(), new_id()
    do(partial(encounters.open_encounter, encounter_id=here, patient_id=patient))
    score = phq9("111111110")
    written = Written("follow-up", {"plan": "1"}, scales=(score,))
    do(partial(signing.sign_note, encounter_id=here, note_id=first, written=written))
    do(partial(signing.correct_note, note_id=first, new_note_id=second, note_sections={"plan": "2"}, reason="a"))

    def elsewhere(work: Work) -> None:
        """The stick brings what another clinic made of the same note."""
        note = work.load(ConsultNote, first)
        kept = {name: getattr(note, name) for name in ("encounter_id", "patient_id", "template", "occurred_on")}
        who = {"author_id": note.author_id, "signed_at": work.now, "supervisor_wanted": False}
        work.add(ConsultNote(id=new_id(), sections={"plan": "3"}, amends_id=first, amend_reason="b", **kept, **who))

    do(elsewhere)
    story = ask(partial(charts.chart, patient_id=patient)).story.lines
    (visit,) = [line for line in story if line.kind is StoryKind.VISIT]
    assert "corrected twice apart" in visit.under
    assert sum(line.within for line in story) == 1, "its score too is told once"


def test_a_correction_is_read_with_what_was_prescribed_in_the_first_version(
    office: Any, do: Any, qtbot: Any, patient: str
) -> None:
    here, first = new_id(), new_id()
    do(partial(encounters.open_encounter, encounter_id=here, patient_id=patient))
    line = PrescriptionLine(new_id(), None, "Pasiflora", read_dose("1-0-0"), 30, units=30)
    written = Written("follow-up", {"plan": "1"}, prescription=(line,))
    do(partial(signing.sign_note, encounter_id=here, note_id=first, written=written))
    second = new_id()
    do(partial(signing.correct_note, note_id=first, new_note_id=second, note_sections={"plan": "2"}, reason="a"))
    view = NoteView(office)
    qtbot.addWidget(view)
    view.show_note(second)
    assert any("Pasiflora" in phrase.accessibleName() for phrase in view.findChildren(Phrase))
