"""The rights room as people use it: keys, sheets, what each role sees."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.consults.screens import slots as chart_slots
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.patients.screens import slots as patient_slots
from clinic_desktop.features.rights.queries import answers, coercion, complaints, disclosures, wishes
from clinic_desktop.features.rights.rules.asking import Answers
from clinic_desktop.features.rights.rules.kinds import CoercionKind, ComplaintStepKind, RightsAnswerKind
from clinic_desktop.features.rights.rules.wishes import Wishes
from clinic_desktop.features.rights.screens.asking import AloneView, AskSheet
from clinic_desktop.features.rights.screens.complaint import ComplaintSheet, ComplaintStepSheet
from clinic_desktop.features.rights.screens.force import ForceSheet, ForceStepSheet
from clinic_desktop.features.rights.screens.lists import RightsLists
from clinic_desktop.features.rights.screens.own_data import DisclosureSheet, OwnDataSheet
from clinic_desktop.features.rights.screens.panel import RightsPanel
from clinic_desktop.features.rights.screens.person import PersonRights
from clinic_desktop.features.rights.screens.wishes import DecisionSheet, WishesPanel, WishesSheet
from clinic_desktop.features.rights.service import asking
from clinic_desktop.features.rights.service import coercion as force
from clinic_desktop.features.rights.service import complaints as complaining
from clinic_desktop.features.rights.service import wishes as wishing
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs, privacy
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from clinic_desktop.uikit.words import Phrase
from tests.rights.conftest import People

TODAY = date(2026, 11, 23)
YES, NO = RightsAnswerKind.YES, RightsAnswerKind.NO


@pytest.fixture
def sit(vault: Vault, office: Any, qtbot: Any) -> Iterator[Callable[..., Any]]:
    """Somebody of the clinic opens a screen."""
    house.furnish()
    opened: list[Office] = []

    def down(actor: Actor, build: Callable[[Office], QWidget]) -> Any:
        own = Office(vault, actor, voice=RememberingVoice(), immediate=True)
        opened.append(own)
        screen = build(own)
        qtbot.addWidget(screen)
        screen.resize(1282, 611)
        screen.show()
        return screen

    yield down
    for own in opened:
        own.close()


def words_of(widget: QWidget) -> str:
    said = [label.text() for label in widget.findChildren(QLabel)]
    return "\n".join(said + [phrase.text() for phrase in widget.findChildren(Phrase)])


def show(sheet: Any) -> Any:
    """Its screen owns it, and closing deletes it."""
    sheet.open()
    return sheet


def test_one_key_answers_each_question_and_what_is_left_alone_was_not_asked(
    sit: Any, people: People, patient_id: PatientId, ask: Any
) -> None:
    screen = sit(people.reception, partial(PersonRights, patient_id=patient_id))
    sheet = show(AskSheet(screen._office, patient_id, screen))
    for key in ("1", "2", "3"):
        QTest.keyClicks(sheet.focusWidget(), key)
    sheet.keep.click()
    (told,) = ask(lambda asker: answers.askings(asker, patient_id))
    assert told.answers == Answers(YES, NO, RightsAnswerKind.NOT_SAID, None)
    assert not told.by_the_person


def test_the_person_answers_alone_and_nothing_else_is_there_to_press(
    sit: Any, people: People, patient_id: PatientId, ask: Any
) -> None:
    screen = sit(people.reception, partial(PersonRights, patient_id=patient_id))
    view: AloneView = show(AloneView(screen._office, patient_id, screen))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.isVisible()
    QTest.keyClicks(view.choices[0], "1")
    view.choices[1].click()
    view.next.click()
    QTest.keyClick(view.choices[0], Qt.Key.Key_Return)
    view.words.setPlainText("Gracias por escuchar")
    view.next.click()
    (told,) = ask(lambda asker: answers.askings(asker, patient_id))
    assert told.answers == Answers(YES, NO, None, YES, "Gracias por escuchar")
    assert told.by_the_person
    assert view.leave.isVisible()
    assert not view.words.text()


def test_taking_the_computer_back_puts_the_cover_on(sit: Any, people: People, patient_id: PatientId) -> None:
    class Around(QWidget):
        covered = 0

        def cover(self) -> None:
            self.covered += 1

    around = sit(people.reception, lambda _office: Around())
    office = sit(people.reception, partial(PersonRights, patient_id=patient_id))._office
    view = show(AloneView(office, patient_id, QWidget(around)))
    for _question in range(5):
        view.next.click()
    assert around.covered == 0
    view.leave.click()
    assert around.covered == 1


def test_reception_sees_nothing_clinical_and_no_answer(
    sit: Any, do: Any, vault: Vault, people: People, patient_id: PatientId
) -> None:
    do(partial(wishing.keep_wishes, wishes_id=new_id(), patient_id=patient_id, wishes=Wishes("Agua", "Agujas")))
    vault.do(
        partial(
            asking.keep_answers, answer_id=new_id(), patient_id=patient_id, answers=Answers(YES, words="Todo bien")
        ),
        people.reception,
    )
    screen = sit(people.reception, partial(PersonRights, patient_id=patient_id))
    said = words_of(screen)
    assert "Agua" not in said
    assert "Todo bien" not in said
    assert "coordinator only" in said
    lists = sit(people.reception, RightsLists)
    assert [one.title for one in lists._lists] == ["To ask today", "How people answer"]


def test_the_lists_offer_each_reader_what_is_theirs_and_keep_the_focus_on_the_list(
    sit: Any, do: Any, people: People, patient_id: PatientId, see: Any
) -> None:
    do(partial(settings.choose, key="rights_every", value=1))
    see(people.psychiatrist, patient_id)
    mine = sit(people.psychiatrist, RightsLists)
    assert [one.title for one in mine._lists] == ["To ask today", "Force", "How people answer"]
    assert not mine.main.isEnabled()
    desk = sit(people.reception, RightsLists)
    assert desk.main.isEnabled()
    coordinator = sit(people.coordinator, RightsLists)
    assert [one.title for one in coordinator._lists][1] == "Complaints"


def test_somebody_chained_is_written_down_visited_and_free(
    sit: Any, people: People, patient_id: PatientId, ask: Any
) -> None:
    screen = sit(people.psychiatrist, partial(PersonRights, patient_id=patient_id))
    sheet: ForceSheet = show(ForceSheet(screen._office, patient_id, screen))
    QTest.keyClicks(sheet.kind, "3")
    sheet.keep.click()
    assert "visited until free" in sheet.form.fields["next_visit"].message()
    QTest.keyClicks(sheet.form.fields["next_visit"].editor, "3d")
    sheet.form.fill({"decided_by": "El padre"})
    sheet.keep.click()
    (event,) = ask(lambda asker: coercion.events(asker, patient_id))
    assert (event.kind, event.next_visit_on) == (CoercionKind.CHAINED, TODAY + timedelta(days=3))
    assert len(screen.steps) == 1
    step: ForceStepSheet = show(ForceStepSheet(screen._office, event, screen))
    QTest.keyClicks(step.kind, "2")
    assert "Legal basis" in step.form.fields["kind"].message()
    step.form.fill(
        {
            "words": "Se soltó", "done_instead": "La tía duerme con ella", "legal_basis": "Ninguna",
            "less_tried": "Nada", "own_words": "Quiero caminar",
        }
    )  # fmt: skip
    step.keep.click()
    assert ask(lambda asker: coercion.events(asker, patient_id))[0].is_freed
    assert "free" in words_of(screen)


def test_wishes_are_written_changed_and_taken_back_and_stand_first_in_the_chart(
    sit: Any, people: People, patient_id: PatientId, ask: Any
) -> None:
    screen = sit(people.psychiatrist, partial(PersonRights, patient_id=patient_id))
    sheet: WishesSheet = show(WishesSheet(screen._office, patient_id, screen))
    sheet.keep.click()
    assert ask(lambda asker: wishes.newest(asker, patient_id)) is None
    sheet.form.fill({"wants": "A mi hermana", "does_not_want": "Inyecciones"})
    sheet.keep.click()
    first = chart_slots.chart_panels[0]
    assert first.wanted is not None
    assert first.wanted(screen._office, patient_id)
    panel = sit(people.psychiatrist, partial(WishesPanel, patient_id=patient_id))
    assert "Inyecciones" in words_of(panel)
    again: WishesSheet = show(WishesSheet(screen._office, patient_id, screen))
    assert again.text("wants") == "A mi hermana"
    again.form.fill({"wants": "A mi tía"})
    again.keep.click()
    told = ask(lambda asker: wishes.all_wishes(asker, patient_id))
    assert [one.wishes.wants for one in told] == ["A mi tía", "A mi hermana"]


def test_a_decision_needs_who_helped(sit: Any, people: People, patient_id: PatientId, ask: Any) -> None:
    screen = sit(people.psychiatrist, partial(PersonRights, patient_id=patient_id))
    sheet: DecisionSheet = show(DecisionSheet(screen._office, patient_id, screen))
    sheet.form.fill({"decision": "Pastillas"})
    sheet.keep.click()
    assert ask(lambda asker: wishes.decisions(asker, patient_id)) == ()
    sheet.form.fill({"supporter_name": "Rosa"})
    sheet.keep.click()
    assert ask(lambda asker: wishes.decisions(asker, patient_id))[0].decision.supporter_name == "Rosa"


def test_a_complaint_is_taken_with_its_receipt_and_answered_by_the_coordinator(
    sit: Any, people: People, patient_id: PatientId, vault: Vault
) -> None:
    from clinic_desktop.printing.preview import Preview

    desk = sit(people.reception, partial(PersonRights, patient_id=patient_id))
    sheet: ComplaintSheet = show(ComplaintSheet(desk._office, desk, patient_id))
    sheet.keep.click()
    assert "Write what the complaint is about" in sheet.form.fields["words"].message()
    sheet.form.fill({"words": "Me gritaron"})
    sheet.keep.click()
    shown = [child for child in desk.findChildren(Preview) if child.isVisible()]
    assert len(shown) == 1
    shown[0].reject()
    lists = sit(people.coordinator, RightsLists)
    (line,) = vault.ask(complaints.register, people.coordinator)
    step: ComplaintStepSheet = show(ComplaintStepSheet(lists._office, line, lists))
    step.keep.click()
    assert "Write what was answered" in step.form.fields["words"].message()
    step.form.fill({"words": "Hablé con el equipo"})
    step.keep.click()
    (line,) = vault.ask(complaints.register, people.coordinator)
    assert [one.kind for one in line.steps] == [ComplaintStepKind.ANSWERED]


def test_own_data_are_written_down_when_they_are_printed_and_an_authority_is_never_half_told(
    sit: Any, people: People, patient_id: PatientId, ask: Any
) -> None:
    from clinic_desktop.printing.preview import Preview

    screen = sit(people.psychiatrist, partial(PersonRights, patient_id=patient_id))
    sheet: OwnDataSheet = show(OwnDataSheet(screen._office, patient_id, screen))
    sheet.usual.click()
    question = dialogs.front()
    assert isinstance(question, dialogs.Question), "no such paper goes home unasked"
    question.yes.click()
    (shown,) = [child for child in screen.findChildren(Preview) if child.isVisible()]
    assert ask(lambda asker: disclosures.disclosures(asker, patient_id)) == ()
    shown._record(_leaving(), lambda: None)
    (given,) = ask(lambda asker: disclosures.disclosures(asker, patient_id))
    assert given.kind_code == "own-data"
    shown.reject()
    asked: DisclosureSheet = show(DisclosureSheet(screen._office, patient_id, screen))
    asked.keep.click()
    assert asked.form.fields["to_whom"].is_wrong()
    asked.form.fill({"to_whom": "Juzgado", "order_seen": "No mostraron", "given": "Nada", "told": 0})
    asked.keep.click()
    newest = ask(lambda asker: disclosures.disclosures(asker, patient_id))[0]
    assert (newest.to_whom, newest.coordinator_told) == ("Juzgado", True)


def _leaving() -> Any:
    from clinic_desktop.printing.preview import Leaving

    return Leaving("print", "HP", 1, 1)


def test_the_panel_opens_the_rights_of_the_person_with_its_key(sit: Any, people: People, patient_id: PatientId) -> None:
    assert any(panel.title == "Rights" for panel in patient_slots.panels)
    panel = sit(people.reception, partial(RightsPanel, patient_id=patient_id))
    assert "Not asked yet how they were treated" in words_of(panel)
    assert "Wishes" not in words_of(panel)
    panel.open.click()
    assert panel._office.went == ("person-rights", {"patient_id": patient_id})


@pytest.mark.parametrize("size", [(1282, 611), (851, 356)])
def test_the_page_of_a_person_fits(sit: Any, people: People, patient_id: PatientId, size: tuple[int, int]) -> None:
    screen = sit(people.psychiatrist, partial(PersonRights, patient_id=patient_id))
    screen.resize(*size)
    assert screen.minimumSizeHint().width() <= size[0]
    assert screen.minimumSizeHint().height() <= size[1]


def test_what_is_typed_over_twenty_thousand_letters_is_kept_whole(
    sit: Any, people: People, patient_id: PatientId, ask: Any
) -> None:
    screen = sit(people.psychiatrist, partial(PersonRights, patient_id=patient_id))
    sheet: WishesSheet = show(WishesSheet(screen._office, patient_id, screen))
    long = "Ixmatá " * 3_000
    area = sheet.form.fields["wants"].editor
    assert isinstance(area, TextArea)
    area.setText(long)
    sheet.keep.click()
    assert ask(lambda asker: wishes.newest(asker, patient_id)).wishes.wants == long.strip()


def test_in_a_crisis_the_wishes_stand_before_all_else_in_the_chart(
    sit: Any, do: Any, people: People, patient_id: PatientId, qtbot: Any
) -> None:
    do(partial(wishing.keep_wishes, wishes_id=new_id(), patient_id=patient_id, wishes=Wishes("A mi tía")))
    calm = sit(people.psychiatrist, partial(ChartScreen, patient_id=patient_id))
    qtbot.waitUntil(lambda: calm.findChild(WishesPanel) is not None)
    assert calm._told_lines.indexOf(calm.findChild(WishesPanel)) > 1
    held = partial(force.record_event, event_id=new_id(), patient_id=patient_id, kind=CoercionKind.LOCKED)
    do(held)
    chart = sit(people.psychiatrist, partial(ChartScreen, patient_id=patient_id))
    qtbot.waitUntil(lambda: chart.findChild(WishesPanel) is not None)
    assert chart._told_lines.indexOf(chart.findChild(WishesPanel)) == 1


def test_no_title_of_a_window_names_anybody(sit: Any, people: People, patient_id: str) -> None:
    screen = sit(people.psychiatrist, lambda office: PersonRights(office, patient_id))
    for sheet in (AskSheet, WishesSheet, DecisionSheet, ForceSheet):
        shown = show(sheet(screen._office, patient_id, screen))
        assert "CHAVAJAY" not in shown.windowTitle()
        shown.reject()


def test_names_hidden_at_the_desk_are_hidden_among_those_to_ask_and_those_who_complained(
    sit: Any, vault: Vault, do: Any, people: People, patient_id: str, see: Any
) -> None:
    do(partial(settings.choose, key="rights_every", value=1))
    see(people.psychiatrist, patient_id)
    take = partial(complaining.take_complaint, complaint_id=new_id(), patient_id=patient_id, words="Espera larga")
    vault.do(take, people.reception)
    lists = sit(people.coordinator, RightsLists)

    def told() -> str:
        return str([[t.rows.index(0, c).data() for c in range(4)] for t in (lists.turns, lists.complaints)])

    assert told().count("CHAVAJAY") == 2
    privacy.hide_names(True)
    try:
        lists.take_focus()
        assert "CHAVAJAY" not in told()
        assert "Turn 1" in told()
    finally:
        privacy.hide_names(False)
