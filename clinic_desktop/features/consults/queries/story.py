"""Everything that happened to a person, by date. Two questions over this room's tables however many years, written as
SQL because a select of so many parts costs more to build than to run, and what upper rooms add.

What is rare is read whole; what comes at every visit (prescriptions, medicines handed out, measurements) a page at a
time. Visits and scores are given by whoever has asked for them already.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from clinic_desktop.features.agenda.rules.calls import OUTCOME_WORDS as CALL_WORDS
from clinic_desktop.features.agenda.rules.calls import CallOutcome
from clinic_desktop.features.agenda.rules.day import STATUS_WORDS, AppointmentStatus
from clinic_desktop.features.consults.queries.notes import TimelineRow
from clinic_desktop.features.consults.queries.scales import ScoreRow
from clinic_desktop.features.consults.rules.asking_danger import ANSWER_WORDS, said_answers
from clinic_desktop.features.consults.rules.goals import STANDING_WORDS, GoalStanding
from clinic_desktop.features.consults.rules.reactions import SEVERITY_WORDS, ReactionSeverity
from clinic_desktop.features.consults.rules.risk import CONTACT_WORDS, ContactOutcome, RiskStep
from clinic_desktop.features.consults.rules.score_words import say_direction, say_doubts
from clinic_desktop.features.consults.rules.scoring import find_scale, say_band
from clinic_desktop.features.consults.rules.sections import kind_words
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.features.consults.rules.story import EPISODE_WORDS, LIFE_EVENT_WORDS, EpisodeStep, LifeEventKind
from clinic_desktop.features.consults.rules.telling import Story, StoryKind, StoryLine, in_story_order, told_together
from clinic_desktop.features.consults.rules.vitals import PREGNANCY_WORDS, Pregnancy, Vitals, say_all
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate, say_day
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

More = Callable[[Asker, str], Sequence[StoryLine]]
more: tuple[More, ...] = ()
"""What upper rooms know of a person's story. Filled by app/wiring.py."""

A_PAGE = 120
"""Of what comes at every visit so many rows are read at first."""

TABLES = frozenset(
    {
        "life_event", "episode_event", "risk_event", "safety_plan", "risk_assessment", "adverse_reaction",
        "outside_paper", "outside_medicine", "goal", "goal_mark", "reproductive_status", "medication_request",
        "stop_order", "medication_dispense", "medication_administration", "vital_signs", "lab_result",
        "appointment_event", "call_attempt",
    }
)  # fmt: skip
"""For office.follow, beside those of the chart."""

NOTE_STATE_WORDS = {
    NoteState.SIGNED: N_("signed"),
    NoteState.WAITING: N_("to be signed"),
    NoteState.RETURNED: N_("returned"),
}


def story(
    asker: Asker,
    patient_id: str,
    visits: Sequence[TimelineRow],
    scores: Sequence[ScoreRow],
    *,
    most: int | None = A_PAGE,
) -> Story:
    """The story from its newest line on; with `most` None the whole of it, with 0 what is rare alone."""
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    rare = [_TELL[row[0]](asker, row) for row in asker.plain(_RARE, (patient_id,) * _RARE.count("?"))]
    limit = -1 if most is None else most + 1
    rows = asker.plain(_OFTEN, (*(patient_id,) * (_OFTEN.count("?") - 1), limit))
    often = [_TELL[row[0]](asker, row) for row in rows]
    added = [line for ask in more for line in ask(asker, patient_id)]
    has_more = most is not None and 0 < most < len(often)
    lines = [*_visits(visits, scores), *rare, *often, *added]
    if has_more:
        # Older than the page everything is left out: a year of visits without their medicines would be half a story.
        since = often[-2].earliest
        lines = [line for line in lines if line.earliest >= since]
    marks = sorted((line for line in (*rare, *added) if line.mark and not line.voided), key=lambda line: line.earliest)
    return Story(tuple(told_together(in_story_order(lines))), tuple(marks), has_more)


def _visits(visits: Sequence[TimelineRow], scores: Sequence[ScoreRow]) -> Iterator[StoryLine]:
    of_visit: dict[str, list[ScoreRow]] = {}
    known = {row.encounter_id: row.note_id for row in visits}
    for score in scores:
        if score.encounter_id in known:
            of_visit.setdefault(score.encounter_id or "", []).append(score)
        else:
            day = PartialDate.of(score.occurred_on)
            yield StoryLine(StoryKind.SCORE, day, score.response_id, said_score(score), note_id=score.note_id)
    for row in visits:
        day, given = PartialDate.of(row.occurred_on), of_visit.get(row.encounter_id, ())
        here: dict[str, Any] = {"note_id": row.note_id, "encounter_id": row.encounter_id, "voided": row.voided}
        state = _("not signed") if row.state is None else _(NOTE_STATE_WORDS[row.state])
        said = [_short(one) for one in given if one.total is not None and not row.voided]
        said += [_("corrected twice apart")] if row.apart else []
        under = " · ".join((*said, _("taken back") if row.voided else state))
        yield StoryLine(StoryKind.VISIT, day, row.encounter_id, kind_words(row.kind), under, **here)
        for one in given:
            yield StoryLine(StoryKind.SCORE, day, row.encounter_id, said_score(one), within=True, **here)


def _short(score: ScoreRow) -> str:
    scale = find_scale(score.scale_code)
    said, doubts = f"{scale.title if scale else score.scale_code} {score.total}", say_doubts(score)
    return f"{said} ({doubts})" if doubts else said


def said_score(score: ScoreRow) -> str:
    scale = find_scale(score.scale_code)
    title = scale.title if scale else score.scale_code
    if score.total is None:
        return _("{scale}: no total").format(scale=title)
    told = (f"{title} {score.total}", say_band(score.scale_code, score.band), say_direction(score), say_doubts(score))
    return ", ".join(part for part in told if part)


# -- the rows of both questions: which, day, id, then five values, then whether it was taken back

_TAKEN = "EXISTS (SELECT 1 FROM encounter e WHERE e.id = {t}.encounter_id AND e.voided_at IS NOT NULL)"


_NEWER = " AND NOT EXISTS (SELECT 1 FROM {table} n WHERE n.amends_id = t.id)"
_PART = "SELECT '{table}', {day} AS day, t.id AS id, {values}, {voided} FROM {table} t WHERE t.patient_id = ?"


def _of(table: str, day: str, *values: str, encounter: bool = True, where: str = "", amends: bool = True) -> str:
    """One part of a question: rows of a person, of corrected ones the newest."""
    voided = "t.voided_at IS NOT NULL" + (" OR " + _TAKEN.format(t="t") if encounter else "")
    filled = ", ".join((*values, *("NULL",) * (5 - len(values))))
    newer = _NEWER.format(table=table) if amends else ""
    return _PART.format(table=table, day=day, values=filled, voided=voided) + newer + where


_NAME = (
    "coalesce((SELECT m.name || coalesce(' ' || p.strength_text, '') FROM presentation p JOIN medicine m"
    " ON m.id = p.medicine_id WHERE p.id = {of}.presentation_id), {text}, '')"
)
_STOPPED = "(SELECT {name} FROM medication_request r WHERE r.id = t.request_id)"

_NOT_UNDONE = (
    " AND t.undoes_id IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM risk_event AS u WHERE u.patient_id = t.patient_id AND u.undoes_id = t.id)"
)
_UNION = " UNION ALL "
_RARE = _UNION.join(
    (
        _of("life_event", "t.happened_on", "t.kind", "t.words", "t.encounter_id"),
        _of("episode_event", "t.happened_on", "t.step", "t.reason", "t.to_whom", amends=False),
        _of(
            "risk_event", "t.occurred_on", "t.step", "t.reason_text", "t.outcome_text", "t.holder_name",
            "t.outcome_code", where=_NOT_UNDONE, amends=False,
        ),
        _of("safety_plan", "t.made_on", "t.note_id", "t.encounter_id"),
        _of(
            "risk_assessment", "t.occurred_on", "t.words", "t.done_text", "t.note_id", "t.answers", "t.by_name",
            amends=False,
        ),
        _of(
            "adverse_reaction", "coalesce(t.began_on, substr(t.recorded_at, 1, 10))",
            _NAME.format(of="t", text="t.medicine_text"), "t.reaction_text", "t.severity", "t.encounter_id",
        ),
        _of(
            "outside_paper", "coalesce(t.written_on, substr(t.recorded_at, 1, 10))", "t.title", "t.from_whom",
            amends=False,
        ),
        _of(
            "outside_medicine", "coalesce(t.since, t.told_on, substr(t.recorded_at, 1, 10))", "t.name", "t.dose_text",
            "t.from_whom", encounter=False, amends=False,
        ),
        _of(
            "goal_mark", "t.marked_on", "t.standing", "(SELECT g.words FROM goal g WHERE g.id = t.goal_id)",
            "t.note_id", encounter=False, amends=False, where=" AND t.standing IN ('reached', 'left')",
        ),
        _of(
            "reproductive_status", "t.told_on", "t.pregnancy", "t.encounter_id",
            where=" AND t.pregnancy IN ('yes', 'possible')",
        ),
    )
)  # fmt: skip

_NOT_HERE_SQL = (
    "SELECT 'appointment', t.day, t.id, v.kind, v.reason, NULL, NULL, NULL, 0 FROM appointment t JOIN"
    " appointment_event v ON v.appointment_id = t.id AND v.kind IN ('missed', 'left', 'cancelled') WHERE"
    " t.patient_id = ? AND NOT EXISTS (SELECT 1 FROM appointment_event l WHERE l.appointment_id = t.id AND"
    " (l.undoes_id = v.id OR (l.step > v.step AND l.kind IN ('arrived', 'moved', 'missed', 'left',"
    " 'cancelled'))))"
)

_OFTEN_PARTS = (
    _of(
        "medication_request", "t.signed_on", _NAME.format(of="t", text="t.medicine_text"), "t.folio",
        "t.note_id", "t.encounter_id", amends=False,
    ),
    _of(
        "stop_order", "t.stopped_on",
        _STOPPED.format(name=_NAME.format(of="r", text="r.medicine_text")),
        "t.reason", "t.note_id", encounter=False, amends=False,
    ),
    _of(
        "medication_dispense", "t.given_on", _NAME.format(of="t", text="NULL"), "t.units", "t.kind",
        encounter=False, amends=False,
    ),
    _of(
        "medication_administration", "t.given_on", _NAME.format(of="t", text="NULL"), "t.dose_text",
        "t.next_due_on", encounter=False,
    ),
    _of(
        "vital_signs", "t.taken_on",
        "json_array(t.weight_grams, t.height_mm, t.systolic_mmhg, t.diastolic_mmhg, t.pulse_per_minute,"
        " t.temperature_tenths, t.pregnancy, t.pregnancy_weeks, t.note)",
        encounter=False,
    ),
    _of("lab_result", "t.taken_on", "coalesce(t.test_text, t.test_code)", "t.value_text", "t.unit_text"),
    _of(
        "call_attempt", "t.at", "t.outcome", "t.note", encounter=False, amends=False,
        where=" AND t.undoes_id IS NULL AND NOT EXISTS (SELECT 1 FROM call_attempt u WHERE u.undoes_id = t.id)",
    ),
    _NOT_HERE_SQL,
)  # fmt: skip
_OFTEN = _UNION.join(_OFTEN_PARTS) + " ORDER BY day DESC, id DESC LIMIT ?"


# -- how each is said


def _day(asker: Asker, text: Any) -> PartialDate:
    if text is None:
        return PartialDate.of(asker.today)
    if len(text) > 10:
        return PartialDate.of(datetime.fromisoformat(text).astimezone(asker.place.zone).date())
    return PartialDate.parse(text)


def _line(kind: StoryKind, asker: Asker, row: Any, title: str, under: str = "", **more: Any) -> StoryLine:
    voided = bool(row[8])
    said = " · ".join(part for part in (_("taken back") if voided else "", under) if part)
    return StoryLine(kind, _day(asker, row[1]), row[2], title, said, voided=voided, **more)


def _titled(words: str, name: str | None) -> str:
    return f"{words}: {name}" if name else words


def _life_event(asker: Asker, row: Any) -> StoryLine:
    words = _known(LIFE_EVENT_WORDS, LifeEventKind, row[3])
    return _line(StoryKind.EVENT, asker, row, words, row[4] or "", encounter_id=row[5], mark=words)


def _episode(asker: Asker, row: Any) -> StoryLine:
    words = _known(EPISODE_WORDS, EpisodeStep, row[3])
    under = " · ".join(part for part in (row[4], row[5]) if part)
    return _line(StoryKind.EVENT, asker, row, words, under, mark=words)


_RISK_WORDS = {
    RiskStep.OPENED: N_("Risk opened"),
    RiskStep.CONTACT: N_("Contact because of the risk"),
    RiskStep.CLOSED: N_("Risk closed"),
}


def _risk(asker: Asker, row: Any) -> StoryLine:
    words = _known(_RISK_WORDS, RiskStep, row[3])
    came = _known(CONTACT_WORDS, ContactOutcome, row[7]) if row[7] else ""
    under = " · ".join(part for part in (came, row[4], row[5], row[6]) if part)
    mark = "" if row[3] == RiskStep.CONTACT else words
    return _line(StoryKind.DANGER, asker, row, words, under, mark=mark)


def _plan(asker: Asker, row: Any) -> StoryLine:
    return _line(StoryKind.DANGER, asker, row, _("Safety plan"), note_id=row[3], encounter_id=row[4])


def _assessed(asker: Asker, row: Any) -> StoryLine:
    answers = (f"{one.words} {_(ANSWER_WORDS[one.answer])}" for one in said_answers(json.loads(row[6] or "[]")))
    under = " · ".join(part for part in (row[3], row[4], row[7], *answers) if part)
    return _line(StoryKind.DANGER, asker, row, _("Asked about danger"), under, note_id=row[5])


def _reaction(asker: Asker, row: Any) -> StoryLine:
    severity = _known(SEVERITY_WORDS, ReactionSeverity, row[5]) if row[5] else ""
    under = " · ".join(part for part in (row[4], severity) if part)
    words = _("Adverse reaction")
    return _line(StoryKind.FINDING, asker, row, _titled(words, row[3]), under, encounter_id=row[6], mark=words)


def _paper(asker: Asker, row: Any) -> StoryLine:
    return _line(StoryKind.LETTER, asker, row, row[3] or _("Paper from elsewhere"), row[4] or "")


def _outside(asker: Asker, row: Any) -> StoryLine:
    under = " · ".join(part for part in (row[4], row[5]) if part)
    return _line(StoryKind.MEDICINE, asker, row, _titled(_("Elsewhere"), row[3]), under)


def _goal(asker: Asker, row: Any) -> StoryLine:
    standing = _known(STANDING_WORDS, GoalStanding, row[3])
    return _line(
        StoryKind.EVENT, asker, row, _("Goal {standing}").format(standing=standing), row[4] or "", note_id=row[5]
    )


def _pregnancy(asker: Asker, row: Any) -> StoryLine:
    words = _known(PREGNANCY_WORDS, Pregnancy, row[3])
    return _line(StoryKind.EVENT, asker, row, words, encounter_id=row[4], mark=words)


def _request(asker: Asker, row: Any) -> StoryLine:
    return _line(
        StoryKind.MEDICINE, asker, row, _("Prescribed"), row[3], note_id=row[5], encounter_id=row[6],
        join=f"prescribed {row[4]}",
    )  # fmt: skip


def _stop(asker: Asker, row: Any) -> StoryLine:
    return _line(
        StoryKind.MEDICINE, asker, row, _titled(_("Stopped"), row[3]), row[4] or "",
        note_id=row[5],
    )  # fmt: skip


_DISPENSED = {"given": N_("Handed out"), "mistake": N_("Handing out taken back"), "returned": N_("Brought back")}


def _dispense(asker: Asker, row: Any) -> StoryLine:
    title = _(_DISPENSED.get(row[5], _DISPENSED["given"]))
    return _line(StoryKind.MEDICINE, asker, row, title, f"{row[3]} ({abs(row[4] or 0)})", join="handed out")


def _injection(asker: Asker, row: Any) -> StoryLine:
    due = _("next on {day}").format(day=say_day(date.fromisoformat(row[5]))) if row[5] else ""
    under = " · ".join(part for part in (row[4], due) if part)
    return _line(StoryKind.MEDICINE, asker, row, _titled(_("Injected"), row[3]), under)


def _vitals(asker: Asker, row: Any) -> StoryLine:
    values: list[Any] = json.loads(row[3])
    values[6] = Pregnancy(values[6]) if values[6] in tuple(Pregnancy) else None
    said = ", ".join(f"{_(one.what)} {one.value}" for one in say_all(Vitals(*values)))
    return _line(StoryKind.FINDING, asker, row, _("Vital signs"), said)


def _result(asker: Asker, row: Any) -> StoryLine:
    value = " ".join(part for part in (row[4], row[5]) if part)
    return _line(StoryKind.FINDING, asker, row, f"{row[3] or _('Result')} {value}".strip())


def _call(asker: Asker, row: Any) -> StoryLine:
    words = _known(CALL_WORDS, CallOutcome, row[3])
    under = " · ".join(part for part in (words, row[4]) if part)
    return _line(StoryKind.COMING, asker, row, _("Somebody tried to reach them"), under)


_NOT_HERE = {
    "missed": AppointmentStatus.MISSED,
    "left": AppointmentStatus.LEFT,
    "cancelled": AppointmentStatus.CANCELLED,
}


def _appointment(asker: Asker, row: Any) -> StoryLine:
    return _line(StoryKind.COMING, asker, row, _(STATUS_WORDS[_NOT_HERE[row[3]]]), row[4] or "")


def _known(words: Any, kinds: Any, value: str) -> str:
    """The words of a code; the code itself where only a newer program knows it."""
    return _(words[kinds(value)]) if value in tuple(kinds) else value


_TELL: dict[str, Callable[[Asker, Any], StoryLine]] = {
    "life_event": _life_event,
    "episode_event": _episode,
    "risk_event": _risk,
    "safety_plan": _plan,
    "risk_assessment": _assessed,
    "adverse_reaction": _reaction,
    "outside_paper": _paper,
    "outside_medicine": _outside,
    "goal_mark": _goal,
    "reproductive_status": _pregnancy,
    "medication_request": _request,
    "stop_order": _stop,
    "medication_dispense": _dispense,
    "medication_administration": _injection,
    "vital_signs": _vitals,
    "lab_result": _result,
    "call_attempt": _call,
    "appointment": _appointment,
}
