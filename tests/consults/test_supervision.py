"""Who signs whose notes, since when they wait, and what comes out of the printer after a signature."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from clinic_desktop.app import house
from clinic_desktop.features.consults.letters.case_log import case_log_paper
from clinic_desktop.features.consults.letters.supervision import supervision_record
from clinic_desktop.features.consults.queries import notes, supervision
from clinic_desktop.features.consults.queries.case_log import case_log
from clinic_desktop.features.consults.rules.case_log import Case, make_log
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.rules.signing import (
    NoteState,
    SignatureKind,
    SupervisorStep,
    Version,
    differences,
    newest,
    note_state,
)
from clinic_desktop.features.consults.screens import slots
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.home import ConsultsHome
from clinic_desktop.features.consults.screens.print_queue import PrintQueue, show_papers
from clinic_desktop.features.consults.screens.reading import CorrectionSheet, NoteView
from clinic_desktop.features.consults.screens.slots import SignedPaper
from clinic_desktop.features.consults.screens.supervision import SupervisionScreen
from clinic_desktop.features.consults.service import encounters, signing, transcribing
from clinic_desktop.features.consults.service import supervision as talks
from clinic_desktop.features.consults.service.signing import AuthorFirst, NextVisit, Written
from clinic_desktop.features.consults.service.supervision import Talk
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said
from clinic_desktop.features.patients.rules.consents import Talk as Talk_
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import consents
from clinic_desktop.features.staff import service as staffing
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from clinic_desktop.uikit.words import Text
from tests.conftest import COORDINATOR_ID
from tests.consults.conftest import CLINICIAN
from tests.printing.reading import texts


@pytest.fixture
def write(vault: Vault, resident: Actor) -> Any:
    """A note of somebody in training, waiting."""

    def make(patient_id: str, **more: Any) -> signing.Signed:
        opened = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id)
        encounter_id = vault.do(opened, resident)
        what: dict[str, Any] = {"sections": {"plan": "Same dose."}, **more}
        written = Written("follow-up", **what)
        sign = partial(signing.sign_note, encounter_id=encounter_id, note_id=new_id(), written=written)
        return vault.do(sign, resident)

    return make


def correct(vault: Vault, actor: Actor, note_id: str, words: str) -> str:
    new = new_id()
    fix = partial(signing.correct_note, new_note_id=new, note_sections={"plan": words}, reason="asked")
    vault.do(partial(fix, note_id=note_id), actor)
    return new


def test_the_queue_says_whose_since_when_and_marks_what_waits_longer_than_three_days(
    vault: Vault, clock: Any, write: Any, patient: str, supervisor: Actor, tablets: Any
) -> None:
    line = PrescriptionLine(new_id(), tablets(), None, read_dose("1-0-0"), 30)
    first = write(patient, prescription=(line,), urgent_reason="ends today")
    clock.advance(days=3)
    second = write(patient)
    asked = partial(vault.ask, supervision.waiting_for_supervisor, supervisor)
    assert [(n.note_id, n.hours, n.late) for n in asked()] == [(first.note_id, 72, False), (second.note_id, 0, False)]
    assert (asked()[0].prescription_waits, asked()[0].urgent_reason) == (True, "ends today")
    assert "Tzoc" in asked()[0].name.title()
    clock.advance(seconds=60)
    assert [n.late for n in asked()] == [True, False]


def test_a_returned_note_comes_first_to_its_author_and_its_correction_waits_again_with_its_prescription(
    vault: Vault, write: Any, patient: str, resident: Actor, supervisor: Actor, tablets: Any
) -> None:
    line = PrescriptionLine(new_id(), tablets(), None, read_dose("1-0-0"), 30)
    signed = write(patient, prescription=(line,))
    vault.do(partial(signing.return_note, note_id=signed.note_id, comment="Add the risk."), supervisor)
    (back,) = vault.ask(supervision.came_back, resident)
    assert (back.comment, back.returned_by) == ("Add the risk.", "Dra. Supervisora")
    better = correct(vault, resident, signed.note_id, "Half a dose.")
    assert vault.ask(supervision.came_back, resident) == ()
    assert [n.note_id for n in vault.ask(supervision.waiting_for_supervisor, supervisor)] == [better]
    vault.do(partial(signing.cosign_note, note_id=better), supervisor)
    folio = signed.prescription_folio
    assert not any(one.unsigned for one in vault.ask(partial(prescriptions.with_folio, folio=folio), supervisor))
    after = correct(vault, resident, better, "Whole dose.")
    assert [n.note_id for n in vault.ask(supervision.waiting_for_supervisor, supervisor)] == [after]


def test_the_note_of_a_colleague_is_added_to_and_never_corrected(
    vault: Vault, sign: Any, patient: str, supervisor: Actor
) -> None:
    with pytest.raises(Exception, match="NotYourNote"):
        correct(vault, supervisor, sign(patient).note_id, "Other.")


def test_what_somebody_typed_from_paper_is_confirmed_by_its_author_and_by_nobody_else_before(
    vault: Vault, do: Any, patient: str, supervisor: Actor
) -> None:
    first = staffing.NewMember(COORDINATOR_ID, "Coordinación", "Marta Cobo", "coordinator")
    do(partial(staffing.found, first=first, municipality_code=None))
    author_id = new_id()
    new = staffing.NewMember(author_id, "Dra. Autora", "Dra. Ana Autora", "psychiatrist", licence="123")
    do(partial(staffing.add_member, new=new))
    author = Actor(author_id, "Dra. Autora", CLINICIAN)
    paper = transcribing.PaperNote(
        patient, author_id, date(2026, 11, 20), EncounterKind.FOLLOW_UP, "follow-up", "7", {"plan": "Same."}
    )
    note_id = do(partial(transcribing.transcribe_note, encounter_id=new_id(), note_id=new_id(), paper=paper))
    assert vault.ask(supervision.waiting_for_supervisor, supervisor) == ()
    with pytest.raises(AuthorFirst):
        vault.do(partial(signing.cosign_note, note_id=note_id), supervisor)
    assert [n.typed_by for n in vault.ask(supervision.waiting_for_supervisor, author)] == ["Coordinación"]
    vault.do(partial(signing.confirm_note, note_id=note_id), author)
    assert vault.ask(partial(notes.note_page, note_id=note_id), author).state is NoteState.SIGNED


def test_a_signature_stands_whatever_arrives_beside_it_and_a_confirmation_is_none() -> None:
    step = {kind: SupervisorStep(kind, "x", None) for kind in SignatureKind}
    signed, back, own = step[SignatureKind.SIGNED], step[SignatureKind.RETURNED], step[SignatureKind.CONFIRMED]
    assert note_state(True, (back, signed)) is note_state(True, (signed, back)) is NoteState.SIGNED
    assert note_state(True, (own, back)) is note_state(True, (back, own)) is NoteState.RETURNED
    assert note_state(True, (own,)) is NoteState.WAITING


def test_two_corrections_made_apart_give_one_newest_everywhere_and_both_stay_readable() -> None:
    # The longer chain came later, though its clock may have been behind.
    several = [Version("c", None), Version("z", "c"), Version("d", "c"), Version("a", "d")]
    assert newest(several) == newest(several[::-1]) == ("a", ("z",))
    found = differences({"plan": "1", "risk": "none"}, {"plan": "2", "sleep": "well"})
    assert [(d.section, d.before, d.now) for d in found] == [
        ("plan", "1", "2"),
        ("sleep", "", "well"),
        ("risk", "none", ""),
    ]


def test_what_the_supervisor_asked_for_is_read_first_and_is_the_reason_of_the_correction(
    vault: Vault, write: Any, patient: str, supervisor: Actor, resident: Actor, qapp: Any, qtbot: Any
) -> None:
    note = write(patient)
    vault.do(partial(signing.return_note, note_id=note.note_id, comment="Ask about danger"), supervisor)
    view = NoteView(Office(vault, resident, voice=RememberingVoice(), immediate=True))
    qtbot.addWidget(view)
    view.show_note(note.note_id)
    told = [text.text() for text in view.findChildren(Text)]
    assert sum("Ask about danger" in words for words in told) == 1
    assert next(at for at, words in enumerate(told) if "Ask about danger" in words) < told.index("Plan")
    assert view.page is not None
    sheet = CorrectionSheet(view._office, view.page, view, lambda _new: None)
    assert sheet.reason.text() == "Ask about danger"
    sheet.reject()


def test_how_many_were_signed_in_time_leaves_out_what_may_still_be(
    vault: Vault, clock: Any, write: Any, patient: str, supervisor: Actor
) -> None:
    first, _late = write(patient), write(patient)
    vault.do(partial(signing.cosign_note, note_id=first.note_id), supervisor)
    clock.advance(days=4)
    write(patient)
    told = vault.ask(partial(supervision.promptness, first=date(2026, 11, 1), last=date(2026, 11, 30)), supervisor)
    assert (told.in_time, told.late, told.running, told.share) == (1, 1, 1, 50)


def test_the_supervisor_reads_signs_with_one_key_and_walks_through_the_versions(
    office: Any, open_screen: Any, vault: Vault, write: Any, patient: str, resident: Actor
) -> None:
    old = write(patient)
    new = correct(vault, resident, old.note_id, "Half a dose.")
    screen = open_screen(ChartScreen, patient_id=patient, note_id=new)
    assert screen.write.isHidden()
    words = " ".join(label.text() for label in screen.view.findChildren(dialogs.Text))
    assert "Half a dose." in words
    QTest.keyClick(screen, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert screen.view.page.state is NoteState.SIGNED
    assert not screen.write.isHidden()
    screen.view.show_note(old.note_id)
    assert screen.view.page.sections == {"plan": "Same dose."}


def papers_of(shown: list[str], *titles: str) -> tuple[SignedPaper, ...]:
    def paper(title: str) -> SignedPaper:
        return SignedPaper(title, lambda _office, _note: True, lambda _office, _note, _screen: shown.append(title))

    return tuple(paper(title) for title in titles)


def test_the_papers_of_a_signature_are_ticked_asked_about_once_and_shown_one_after_the_other(
    office: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch, open_screen: Any, sign: Any, patient: str
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(slots, "signed_papers", papers_of(shown, "Card", "Plan", "Letter"))
    screen = open_screen(ChartScreen, patient_id=patient)
    left: list[bool] = []
    queue = show_papers(office, sign(patient).note_id, screen, lambda: left.append(True))
    assert isinstance(queue, PrintQueue)
    QTest.keyClick(queue.lines[1], Qt.Key.Key_Space)
    queue.lines[0].setFocus()
    QTest.keyClick(queue.lines[0], Qt.Key.Key_Return)
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    question.yes.click()
    assert shown == ["Card"]
    queue.all.click()
    qtbot.waitUntil(lambda: bool(left))
    assert shown == ["Card", "Card", "Letter"]


def test_after_a_no_the_queue_is_closed_and_no_paper_is_shown(
    office: Any, monkeypatch: pytest.MonkeyPatch, open_screen: Any, sign: Any, patient: str
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(slots, "signed_papers", papers_of(shown, "Card"))
    queue = show_papers(office, sign(patient).note_id, open_screen(ChartScreen, patient_id=patient))
    assert queue is not None
    queue.all.click()
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    question.reject()
    assert (shown, queue.isVisible()) == ([], False)


def test_whoever_can_be_reached_freely_is_not_asked_whether_a_paper_can_be_carried(
    office: Any, monkeypatch: pytest.MonkeyPatch, open_screen: Any, sign: Any, register: Any
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(slots, "signed_papers", papers_of(shown, "Card"))
    for more, asked in (({"phone": "55512345"}, False), ({"phone": "55512345", "shared_phone": True}, True)):
        who = register(**more)
        queue = show_papers(office, sign(who).note_id, open_screen(ChartScreen, patient_id=who))
        assert queue is not None
        queue.show_one_if_safe(0)
        assert isinstance(dialogs.front(), dialogs.Question) is asked
        if asked:
            question = dialogs.front()
            assert question is not None
            question.reject()
        queue.reject()
    assert shown == ["Card"]


def test_no_paper_no_queue_and_a_booked_visit_brings_its_card(
    office: Any, qtbot: Any, open_screen: Any, sign: Any, patient: str
) -> None:
    house.furnish()
    screen = open_screen(ChartScreen, patient_id=patient)
    left: list[bool] = []
    assert show_papers(office, sign(patient).note_id, screen, lambda: left.append(True)) is None
    assert left == [True]
    signed = sign(patient, sections={"plan": "x"}, next_visit=NextVisit(new_id(), date(2027, 1, 4)))
    queue = show_papers(office, signed.note_id, screen)
    assert queue is not None
    assert [line.text() for line in queue.lines] == ["Appointment card"]
    queue.reject()


def kept_talk(vault: Vault, do: Any, actor: Actor) -> str:
    trainee = staffing.NewMember(new_id(), "Dr. Aprendiz", "Dr. Luis Aprendiz", "resident", "9", COORDINATOR_ID)
    first = staffing.NewMember(COORDINATOR_ID, "Coordinación", "Marta Cobo", "coordinator")
    do(partial(staffing.found, first=first, municipality_code=None))
    do(partial(staffing.add_member, new=trainee))
    talk = Talk(trainee.staff_id, date(2026, 11, 23), 45, "Duelo </para> & <b>", "Mirar más a la persona.")
    session_id = new_id()
    for _ in range(2):
        vault.do(partial(talks.keep_session, session_id=session_id, talk=talk), actor)
    return trainee.staff_id


def test_a_talk_is_kept_once_seen_by_both_and_by_nobody_else_and_printed(
    vault: Vault, do: Any, actor: Actor, supervisor: Actor
) -> None:
    trainee_id = kept_talk(vault, do, actor)
    trainee = Actor(trainee_id, "Dr. Aprendiz", CLINICIAN - {Permission.SIGN_NOTES})
    for who in (actor, trainee):
        assert [s.minutes for s in vault.ask(supervision.sessions, who)] == [45]
    assert vault.ask(supervision.sessions, supervisor) == ()
    assert [t.staff_id for t in vault.ask(supervision.trainees, trainee)] == [trainee_id]
    period = {"trainee_id": trainee_id, "first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    printed = " ".join(texts(vault.ask(partial(supervision_record, **period), actor).pdf()))
    assert "Duelo </para> & <b>" in printed
    assert "No case can be told" in " ".join(texts(vault.ask(partial(case_log_paper, **period), trainee).pdf()))


def test_the_case_log_asks_for_a_yes_to_teaching_and_drops_who_could_be_recognised(
    vault: Vault, do: Any, ask: Any, register: Any, write: Any, resident: Actor
) -> None:
    def agree(patient_id: str) -> None:
        said = [Said(ConsentPurpose.TEACHING, yes=True)]
        told = Talk_(
            decided_on=date(2026, 11, 23), way=ConsentWay.SPOKEN, language_code="spa", read_aloud=True, said_back=True,
            witness="Otra", witness_is_of_clinic=False, text_version="1",
        )  # fmt: skip
        do(partial(consents.record_answers, act_id=new_id(), patient_id=patient_id, answers=said, talk=told))

    people = [register(f"Rosa {n}", f"Tzoc {n}", sex=Sex.FEMALE) for n in range(7)]
    for person in people:
        write(person)
    for person in people[:4]:
        agree(person)
    asked = partial(case_log, trainee_id=resident.staff_id, first=date(2026, 1, 1), last=date(2026, 12, 31))
    told = vault.ask(asked, resident)
    assert (told.log.lines, told.log.dropped, told.not_agreed) == ((), 4, 3)
    agree(people[4])
    told = vault.ask(asked, resident)
    assert [(line.persons, line.contacts) for line in told.log.lines] == [(5, 5)]
    assert told.log.dropped == 0
    with pytest.raises(NotAllowed):
        vault.ask(partial(asked, trainee_id=COORDINATOR_ID), resident)


@given(
    st.lists(
        st.builds(
            Case, st.sampled_from("abcdefghij"), st.sampled_from(("F32.1", "F20.0", "G40", "")),
            st.one_of(st.none(), st.integers(0, 110)), st.sampled_from(("female", "male")),
            st.sampled_from(("follow-up", "home")),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_no_line_of_a_case_log_is_shared_by_fewer_than_five_and_none_is_lost_silently(cases: list[Case]) -> None:
    log = make_log(cases)
    assert all(line.persons >= 5 for line in log.lines)
    assert log.contacts + log.dropped == len(cases)
    assert sum(line.contacts for line in log.lines) == sum(kind.contacts for kind in log.kinds) == log.contacts


def test_kinds_of_contact_that_few_people_had_are_not_told_together_either() -> None:
    cases = [Case(person, "F32.1", 30, "female", "follow-up") for person in "abcdef"]
    rare = [Case("a", "F32.1", 30, "female", "phone"), Case("b", "F32.1", 30, "female", "home")]
    assert [(kind.kind, kind.contacts) for kind in make_log(cases + rare).kinds] == [("", 8)]


def test_of_a_few_left_out_the_case_log_does_not_say_how_many(
    vault: Vault, write: Any, patient: str, resident: Actor
) -> None:
    write(patient)
    whole = partial(case_log_paper, trainee_id=resident.staff_id, first=date(2026, 1, 1), last=date(2026, 12, 31))
    said = " ".join(" ".join(texts(vault.ask(whole, resident).pdf())).split())
    assert "did not agree to teaching, or were not asked: fewer than 5" in said
    assert "could be recognised: 0" in said


def test_the_supervision_page_marks_what_is_late_signs_and_gives_back(
    office: Any, open_screen: Any, vault: Vault, clock: Any, write: Any, patient: str
) -> None:
    write(patient)
    clock.advance(days=4)
    write(patient)
    screen = open_screen(SupervisionScreen)
    screen.take_focus()
    assert screen.notes.row().late
    QTest.keyClick(screen.notes, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert screen.notes.count() == 1
    QTest.keyClick(screen.notes, Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    asked = dialogs.front()
    assert isinstance(asked, dialogs.Asked)
    QTest.keyClicks(asked.edit, "Write the plan.")
    asked.yes.click()
    assert screen.notes.count() == 0
    assert "0 %" in screen.share.text()


def test_the_home_shows_a_trainee_what_came_back_with_the_words_of_the_supervisor(
    vault: Vault, resident: Actor, supervisor: Actor, write: Any, patient: str, office: Any, qtbot: Any
) -> None:
    signed = write(patient)
    vault.do(partial(signing.return_note, note_id=signed.note_id, comment="Add the risk."), supervisor)
    office.actor = resident
    home = ConsultsHome(office)
    qtbot.addWidget(home)
    assert not home.returned_card.isHidden()
    (back,) = office.ask(supervision.came_back)
    assert (home.returned.count(), back.comment) == (1, "Add the risk.")


def test_who_may_not_write_notes_sees_no_queue(vault: Vault, reception: Actor) -> None:
    for query in (supervision.waiting_for_supervisor, supervision.came_back, supervision.sessions):
        with pytest.raises(Exception, match="NotAllowed"):
            vault.ask(query, reception)
    assert not reception.may(Permission.READ_CHART)
