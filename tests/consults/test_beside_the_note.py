"""What is kept beside the note: events, the end of care, papers and medicines from elsewhere, who follows a person."""

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage

from clinic_desktop.features.agenda.queries import calls
from clinic_desktop.features.agenda.rules.calls import CallList
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.queries import episodes, outside
from clinic_desktop.features.consults.rules.papers import MOST_PAGES, NoPages, NotAPage, PageTooLarge, TooManyPages
from clinic_desktop.features.consults.rules.story import EpisodeStep, LifeEventKind, StillToCome
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.episode import EpisodeSheet
from clinic_desktop.features.consults.screens.events import EventsSheet
from clinic_desktop.features.consults.screens.outside_medicines import OutsideMedicinesSheet
from clinic_desktop.features.consults.screens.outside_papers import PageSheet, PapersSheet
from clinic_desktop.features.consults.screens.shared_care import SharedCareSheet
from clinic_desktop.features.consults.screens.timeline import stops_of
from clinic_desktop.features.consults.service import encounters, story
from clinic_desktop.features.consults.service import outside as outside_service
from clinic_desktop.features.consults.service.story import WhereToMissing, WordsMissing
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import ReasonMissing

JPEG = b"\xff\xd8\xff" + b"x" * 100


def note(do: Any, patient: str, kind: LifeEventKind, when: PartialDate, words: str = "", **more: Any) -> str:
    event_id = more.pop("event_id", None) or new_id()
    do(
        partial(
            story.note_event, event_id=event_id, patient_id=patient, kind=kind, happened_on=when, words=words, **more
        )
    )
    return event_id


def end(do: Any, patient: str, step: EpisodeStep, when: date, **more: Any) -> None:
    do(partial(story.note_episode, event_id=new_id(), patient_id=patient, step=step, happened_on=when, **more))


def test_an_event_is_kept_once_and_a_wrong_one_is_corrected_by_a_new_one(do: Any, ask: Any, patient: str) -> None:
    first = note(do, patient, LifeEventKind.LOSS, PartialDate(2026, 10), "her aunt")
    note(do, patient, LifeEventKind.LOSS, PartialDate(2026, 10), "again", event_id=first)
    note(do, patient, LifeEventKind.LOSS, PartialDate(2026, 11, 2), "her aunt", amends_id=first)
    note(do, patient, LifeEventKind.CRISIS, PartialDate(2019))
    shown = [
        (row.kind, str(row.happened_on), row.words) for row in ask(partial(episodes.life_events, patient_id=patient))
    ]
    assert shown == [(LifeEventKind.LOSS, "2026-11-02", "her aunt"), (LifeEventKind.CRISIS, "2019", "")]
    with pytest.raises(StillToCome):
        note(do, patient, LifeEventKind.CRISIS, PartialDate(2027))
    with pytest.raises(WordsMissing):
        note(do, patient, LifeEventKind.OTHER, PartialDate(2020), "  ")


def test_care_that_ended_is_said_until_the_person_is_seen_again(do: Any, ask: Any, patient: str) -> None:
    today = ask(lambda reading: reading.today)
    standing = partial(episodes.standing, patient_id=patient)
    assert ask(standing) is None
    with pytest.raises(ReasonMissing):
        end(do, patient, EpisodeStep.DISCHARGED, today)
    with pytest.raises(WhereToMissing):
        end(do, patient, EpisodeStep.TRANSFERRED, today)
    end(do, patient, EpisodeStep.TRANSFERRED, today - timedelta(days=3), to_whom="Centro de Salud")
    assert ask(standing).to_whom == "Centro de Salud"
    assert ask(episodes.ended_people) == {patient}
    do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient))
    assert ask(standing) is None
    assert ask(episodes.ended_people) == frozenset()


def test_nobody_looks_for_somebody_whose_care_is_over(
    do: Any, ask: Any, clock: Any, patient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(lambda work: agenda.book(work, appointment_id=new_id(), patient_id=patient, day=work.today))
    clock.advance(days=60)
    overdue = partial(calls.calls, which=CallList.OVERDUE)
    assert [row.patient_id for row in ask(overdue).rows] == [patient]
    end(do, patient, EpisodeStep.DISCHARGED, ask(lambda reading: reading.today), reason="well for a year")
    monkeypatch.setattr(calls, "not_expected", (episodes.ended_people,))
    assert ask(overdue).total == 0


def attach(do: Any, patient: str, pages: tuple[bytes, ...]) -> str:
    paper = new_id()
    do(partial(outside_service.attach_paper, paper_id=paper, patient_id=patient, title="Epicrisis", pages=pages))
    return paper


@pytest.mark.parametrize(
    ("pages", "refusal"),
    [
        ((), NoPages), ((JPEG,) * (MOST_PAGES + 1), TooManyPages), ((JPEG, b"<svg/>"), NotAPage),
        ((JPEG + b"x" * 300_000,), PageTooLarge),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_kept_is_refused_and_nothing_is(
    do: Any, ask: Any, patient: str, pages: tuple[bytes, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        attach(do, patient, pages)
    assert ask(partial(outside.papers, patient_id=patient)) == ()


def test_a_paper_of_the_wrong_chart_is_shown_no_more(do: Any, ask: Any, patient: str) -> None:
    paper = attach(do, patient, (JPEG, JPEG + b"2"))
    assert ask(partial(outside.page, paper_id=paper, number=2)) == JPEG + b"2"
    do(partial(outside_service.take_paper_back, paper_id=paper, reason="of her sister"))
    assert ask(partial(outside.papers, patient_id=patient)) == ()
    assert ask(partial(outside.page, paper_id=paper, number=2)) is None


def test_the_sheets_keep_what_is_typed(office: Any, ask: Any, qtbot: Any, patient: str, tmp_path: Path) -> None:
    from PySide6.QtWidgets import QWidget

    behind = QWidget()
    qtbot.addWidget(behind)
    events = EventsSheet(office, patient, None, behind)
    events.kind.set_value(LifeEventKind.ADMISSION)
    events.when.setText("3/2024")
    events.keep.click()
    assert [str(row.happened_on) for row in ask(partial(episodes.life_events, patient_id=patient))] == ["2024-03"]
    events.links[0].click()
    events.when.setText("4/2024")
    events.keep.click()
    assert [str(row.happened_on) for row in ask(partial(episodes.life_events, patient_id=patient))] == ["2024-04"]

    medicines = OutsideMedicinesSheet(office, patient, behind)
    medicines.form.fill({"name": "té de valeriana", "since": "2a"})
    medicines.keep.click()
    medicines.links[1].click()
    (taken,) = ask(partial(outside.outside_medicines, patient_id=patient))
    assert (taken.name, taken.since is not None, taken.ended is not None) == ("té de valeriana", True, True)

    care = SharedCareSheet(office, patient, behind)
    care.form.fill({"who": "Juana Brito", "call_when": "no duerme dos noches"})
    care.keep.click()
    assert [row.who for row in ask(partial(episodes.followers, patient_id=patient))] == ["Juana Brito"]
    care.links[1].click()
    assert ask(partial(episodes.followers, patient_id=patient))[0].ended is not None

    picture = QImage(3000, 4000, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    picture.save(str(tmp_path / "1.png"))
    papers = PapersSheet(office, patient, None, behind)
    papers.title.setText("Resultado del hospital")
    papers.keep.click()
    assert "picture" in papers.form.fields["title"].message()
    papers.take_files([str(tmp_path / "1.png")])
    papers.keep.click()
    (paper,) = ask(partial(outside.papers, patient_id=patient))
    chart = ChartScreen(office, patient_id=patient)
    qtbot.addWidget(chart)
    chart.resize(1366, 697)
    stops = stops_of(chart.chart, None, 2026)
    chart.story.line.opened.emit(next(stop for stop in stops if stop.title == paper.title))
    sheet = next(child for child in chart.findChildren(PageSheet))
    # As wide as the window allows: handwriting is read, not guessed.
    assert sheet.picture.pixmap().width() > 1000
    for opened in (events, medicines, care, papers, sheet):
        opened.close()


def test_the_end_of_care_is_told_on_its_sheet(office: Any, ask: Any, qtbot: Any, patient: str) -> None:
    from PySide6.QtWidgets import QWidget

    behind = QWidget()
    qtbot.addWidget(behind)
    sheet = EpisodeSheet(office, patient, None, behind)
    sheet.keep.click()
    assert sheet.form.fields["step"].is_wrong()
    sheet.form.fill({"step": 0, "when": "2019"})
    sheet.keep.click()
    assert sheet.form.fields["when"].is_wrong(), "a whole day is needed"
    sheet.form.fill({"when": "1d"})
    sheet.keep.click()
    assert sheet.form.fields["reason"].is_wrong()
    sheet.form.fill({"reason": "está bien"})
    sheet.keep.click()
    assert ask(partial(episodes.standing, patient_id=patient)).step is EpisodeStep.DISCHARGED
