"""Words of any kind and length in every field of this room: kept as they are, shown, and printed."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.consults.letters.looking_for import looking_for_list
from clinic_desktop.features.consults.letters.reaction import reaction_page
from clinic_desktop.features.consults.letters.safety_plan import plan_paper
from clinic_desktop.features.consults.letters.trend import trend_paper
from clinic_desktop.features.consults.queries import episodes, outside
from clinic_desktop.features.consults.rules.asking_danger import Asked, Assessment, DangerQuestion, QuestionAnswer
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, Diagnosis
from clinic_desktop.features.consults.rules.goals import GoalChange
from clinic_desktop.features.consults.rules.reactions import Reaction
from clinic_desktop.features.consults.rules.results import Result
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.safety_plan import NewPlan, PlanWords
from clinic_desktop.features.consults.rules.scoring import GivenScale, HowGiven
from clinic_desktop.features.consults.rules.story import EpisodeStep, LifeEventKind
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.service import outside as kept_outside
from clinic_desktop.features.consults.service import phrases, reactions, results, risk, story
from clinic_desktop.features.consults.service.outside import TakenElsewhere
from clinic_desktop.features.consults.service.story import Follower
from clinic_desktop.features.rights.letters.own_data import own_data_paper
from clinic_desktop.features.rights.letters.receipt import receipt
from clinic_desktop.features.rights.letters.wishes import wishes_paper
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId, new_id
from tests.rights.everything import tell_of_rights

TODAY = date(2026, 11, 23)
ODD = "<b>=1+1</b> &amp; 😀 \u202eשלום \u200b ½ ’ \\u0000 %s {x}"
LONG = "palabra " * 2_000 + "x" * 4_000


@pytest.mark.parametrize("words", [ODD, LONG], ids=["odd", "long"])
def test_words_of_any_kind_are_kept_shown_and_printed(
    do: Any, ask: Any, sign: Any, patient: str, open_screen: Any, words: str
) -> None:
    on, line = {"patient_id": patient}, words[:80].strip()
    event = {"event_id": new_id(), "kind": LifeEventKind.OTHER, "happened_on": PartialDate(2020)}
    do(partial(story.note_event, **on, **event, words=words))
    end = partial(story.note_episode, event_id=new_id(), step=EpisodeStep.TRANSFERRED, happened_on=TODAY)
    do(partial(end, **on, reason=words, to_whom=words))
    do(partial(story.share_care, shared_id=new_id(), **on, follower=Follower(words, words, words, words, words)))
    taken = TakenElsewhere(words, words, words)
    do(partial(kept_outside.note_outside_medicine, medicine_id=new_id(), **on, told=taken))
    page = (b"\xff\xd8\xff" + b"x" * 100,)
    do(partial(kept_outside.attach_paper, paper_id=new_id(), **on, title=words, pages=page, from_whom=words))
    reaction_id, plan_id = new_id(), new_id()
    do(partial(reactions.keep_reaction, reaction_id=reaction_id, **on, reaction=Reaction(None, line, words)))
    do(partial(results.keep_result, result_id=new_id(), **on, result=Result(None, line, line, line)))
    do(partial(phrases.keep_phrase, phrase_id=new_id(), short="abc", words=words))
    do(partial(risk.keep_questions, questions=[DangerQuestion(new_id(), line)]))
    sign(
        patient,
        sections={"how-are-you": words},
        scales=(GivenScale(new_id(), "phq9", {9: 1}, HowGiven.INTERPRETER, "ixl", words, words),),
        conditions=(ConditionChange(Diagnosis(None, words, words)),),
        goals=(GoalChange(new_id(), words, is_new=True),),
        risk=RiskAnswer(True, words, None, words, words, words),
        assessment=Assessment(new_id(), (Asked(line, QuestionAnswer.YES),), words, words),
        safety_plan=NewPlan(plan_id, PlanWords(words, words, words, words, words, words)),
    )
    rights = tell_of_rights(do, patient, words, words, TODAY)
    assert ask(partial(episodes.followers, **on))[0].call_when == words.strip()
    assert ask(partial(outside.outside_medicines, **on))[0].name == words.strip()
    for paper in (
        lambda asker: own_data_paper(asker, PatientId(patient), True),
        lambda asker: trend_paper(asker, patient),
        lambda asker: plan_paper(asker, plan_id),
        lambda asker: reaction_page(asker, reaction_id),
        looking_for_list,
        lambda asker: wishes_paper(asker, patient),
        lambda asker: receipt(asker, rights["complaint_id"]),
    ):
        assert ask(lambda asker, of=paper: of(asker).pdf()).startswith(b"%PDF")
    for screen_class in (ChartScreen, ConsultScreen):
        screen = open_screen(screen_class, patient_id=PatientId(patient))
        assert screen.minimumSizeHint().width() <= 1366 - 84
        assert screen.minimumSizeHint().height() <= 697 - 86
        screen.grab()
