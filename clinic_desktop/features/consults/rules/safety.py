"""Notes of safety for a prescription: what a verified source says of these medicines for this person.

Nothing is decided here. A note is shown once for a person, a rule and its medicines, and is answered by whoever
prescribes; it comes again when a medicine begins anew or when the facts it stood on changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

from clinic_desktop.features.consults.rules.reproduction import Contraception, Reproduction, standing_pregnancy
from clinic_desktop.features.consults.rules.safety_catalog import (
    SafetyRule,
    Severity,
    Wants,
    allergy_means,
    belongs,
    codes_in,
    generic_name,
    joined,
    rules,
)
from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.names import fold

CLOZAPINE, NEUTROPHILS = "N05AH02", "neutrophils"
ALLERGY, REACTION, SAME_GROUP, NO_COUNT = "ALLERGY", "REACTION", "SAME-GROUP", "CLZ-COUNT"
"""Rules of how the chart stands, which need no clinical source."""
MOST_AT_ONCE = 3
_ESTIMATED_BY = 5
"""An age that was estimated may be so many years off: asking too often is better than not at all."""
_ATC_GROUP, _ATC_OTHERS = 5, "X"
"""The fourth level of an ATC code has five characters; a group that ends in X is "others" and no class."""


@dataclass(frozen=True, slots=True)
class LineToCheck:
    """A line that is being prescribed."""

    name: str
    atc: str | None
    is_new: bool
    """It does not go on with what the person takes."""
    stops: bool = False
    """It ends the medicine instead."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A medicine the person takes, or took until lately; also one from elsewhere."""

    name: str
    atc: str | None
    since: date | None = None
    ended_on: date | None = None
    """None: still taken."""
    end_unknown: bool = False
    """It ended, and nobody knows when."""
    stopped_here: bool = False
    """A prescriber of the clinic ended it before its days were over."""
    ran_out: bool = False
    """Only its days are over: what is prescribed now goes on with it."""


@dataclass(frozen=True, slots=True)
class KnownCondition:
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class KnownResult:
    test_code: str | None
    said: str
    """The test, the value and its unit."""
    taken_on: date


@dataclass(frozen=True, slots=True)
class KnownReaction:
    """An adverse reaction that is noted: to what, and what happened."""

    medicine: str
    happened: str


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    rule_code: str
    about: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What the chart knows that a rule may ask for. What is None was not asked or not noted."""

    today: date
    sex: Sex = Sex.UNKNOWN
    age: int | None = None
    age_is_estimated: bool = False
    allergies: tuple[str, ...] = ()
    taken: tuple[Taken, ...] = ()
    conditions: tuple[KnownCondition, ...] = ()
    reproduction: Reproduction = field(default_factory=Reproduction)
    results: tuple[KnownResult, ...] = ()
    """The newest first."""
    answers: tuple[EarlierAnswer, ...] = ()
    reactions: tuple[KnownReaction, ...] = ()


@dataclass(frozen=True, slots=True)
class SafetyNote:
    rule_code: str
    severity: Severity
    sentence: str
    source: str
    medicines: tuple[str, ...]
    wants: Wants
    facts: str = ""
    """What the chart says to it, or that nobody asked."""
    standing: str = ""
    """A code of the facts it stands on: when it changes, the note is a new one."""
    tests: tuple[str, ...] = ()
    """Results that would answer it."""

    @property
    def about(self) -> str:
        """What an answer is remembered by."""
        return "; ".join(part for part in (joined(self.medicines), self.standing) if part)


@dataclass(frozen=True, slots=True)
class _Here:
    """One medicine as the rules see it, whether it is being written or taken already."""

    name: str
    atc: str | None
    written: bool
    new: bool = False
    stops: bool = False


def notes_for(
    situation: Situation, lines: Sequence[LineToCheck], among: Sequence[SafetyRule] | None = None
) -> tuple[SafetyNote, ...]:
    """The notes that stand, the most severe first, without those that were answered before."""
    here = _medicines(situation, lines)
    found = [*_structural(situation, here)]
    for rule in rules() if among is None else among:
        found += _KINDS[rule.kind](rule, situation, here)
    new = {one.name for one in here if one.new}
    answered = {(answer.rule_code, answer.about) for answer in situation.answers}
    standing = {
        (note.rule_code, note.about): note
        for note in found
        if new & set(note.medicines) or (note.rule_code, note.about) not in answered
    }
    order = list(Severity)
    return tuple(sorted(standing.values(), key=lambda n: (order.index(n.severity), n.rule_code, n.about)))


def _medicines(situation: Situation, lines: Sequence[LineToCheck]) -> tuple[_Here, ...]:
    """What is written now, then what is taken besides. A text that names several medicines is several."""
    going_on = {_said(t.name, t.atc) for t in situation.taken if t.ran_out or not (t.ended_on or t.end_unknown)}
    found: dict[tuple[str, bool], _Here] = {}
    for line in lines:
        for name, atc in _understood(line.name, line.atc):
            one = _Here(name, atc, written=True, new=line.is_new and name not in going_on, stops=line.stops)
            known = found.get((name, line.stops))
            found[name, line.stops] = one if known is None or not one.new else known
    ending = {name for name, stops in found if stops}
    for taken in situation.taken:
        for name, atc in _understood(taken.name, taken.atc):
            if taken.stopped_here and taken.ended_on == situation.today:
                found.setdefault((name, True), _Here(name, atc, written=True, stops=True))
            elif taken.ended_on is None and not taken.end_unknown and name not in ending:
                found.setdefault((name, False), _Here(name, atc, written=False))
    return tuple(found[key] for key in sorted(found))


def _understood(name: str, atc: str | None) -> list[tuple[str, str | None]]:
    codes: tuple[str | None, ...] = (atc,) if atc else codes_in(name) or (None,)
    return [(_said(name, code), code) for code in codes]


def _said(name: str, atc: str | None) -> str:
    """By its generic name where the code has one, so that two spellings are one medicine."""
    known = generic_name(atc) if atc else next(map(generic_name, codes_in(name)), "")
    return known or " ".join(name.split()).lower()


# -- what a rule looks at


def _of(here: Sequence[_Here], group: Sequence[str], *, written: bool = False) -> list[_Here]:
    return [one for one in here if not one.stops and belongs(one.atc, group) and (one.written or not written)]


def _note(rule: SafetyRule, medicines: Sequence[str], facts: str = "", standing: str = "") -> SafetyNote:
    return SafetyNote(
        rule.code, rule.severity, rule.sentence, rule.source, tuple(sorted(medicines)), rule.wants, facts, standing,
        rule.tests,
    )  # fmt: skip


_PREGNANCY_FACTS = {Pregnancy.YES: N_("She is pregnant."), Pregnancy.POSSIBLE: N_("She may be pregnant.")}


def _pregnant(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    standing = standing_pregnancy(situation.reproduction, situation.today)
    if standing is not None and standing in _PREGNANCY_FACTS:
        for one in _of(here, rule.first, written=True):
            yield _note(rule, (one.name,), _(_PREGNANCY_FACTS[standing]), standing.value)


def _may_become_pregnant(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    told = situation.reproduction
    if standing_pregnancy(told, situation.today) in _PREGNANCY_FACTS or not _is_of_age(rule, situation):
        return
    if told.contraception not in (None, Contraception.NONE, Contraception.NOT_NEEDED):
        return
    facts = [] if situation.age is not None else [_("The age is not known.")]
    if situation.sex is Sex.UNKNOWN:
        facts.append(_("The sex is not noted."))
    facts.append(_(_CONTRACEPTION_FACTS[told.contraception]))
    for one in _of(here, rule.first, written=True):
        yield _note(rule, (one.name,), " ".join(facts), (told.contraception or "not-asked"))


_CONTRACEPTION_FACTS = {
    None: N_("Contraception: not asked."),
    Contraception.NONE: N_("Contraception: none, she says."),
    Contraception.NOT_NEEDED: N_("Contraception: she says that she needs none."),
}


def _is_of_age(rule: SafetyRule, situation: Situation) -> bool:
    """Only a known man, and an age that is surely outside, leave the question out."""
    if situation.sex is Sex.MALE:
        return False
    width = _ESTIMATED_BY if situation.age_is_estimated else 0
    return situation.age is None or rule.ages[0] - width <= situation.age <= rule.ages[1] + width


def _result_at_start(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    """When it begins, and while it is new, unless a result of that time is there."""
    since = situation.today - timedelta(days=rule.days)
    if any(result.test_code in rule.tests and result.taken_on >= since for result in situation.results):
        return
    for one in _of(here, rule.first, written=True):
        began = [t.since for t in situation.taken if t.since and _said(t.name, t.atc) == one.name]
        if one.new or any(day >= since for day in began):
            yield _note(rule, (one.name,), _last_result(rule.tests, situation))


def _last_result(tests: Sequence[str], situation: Situation) -> str:
    last = next((result for result in situation.results if result.test_code in tests), None)
    if last is None:
        return _("No result is noted in the last 12 months.")
    return _("The last one noted: {said}, {day}.").format(said=last.said, day=say_day(last.taken_on))


def _pair(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    for one in _of(here, rule.first):
        for other in _of(here, rule.second):
            if one.name != other.name and (one.written or other.written):
                yield _note(rule, (one.name, other.name))


def _washout(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    """`first` begins; of `second` an end lies fewer days back than must pass."""
    for one in (one for one in _of(here, rule.first, written=True) if one.new):
        for past in situation.taken:
            ended = past.ended_on is not None or past.end_unknown
            for name, atc in _understood(past.name, past.atc) if ended else ():
                if name != one.name and belongs(atc, rule.second) and (facts := _waits(rule, situation, past)):
                    yield _note(rule, (one.name, name), facts, str(past.ended_on or "?"))


def _waits(rule: SafetyRule, situation: Situation, past: Taken) -> str:
    if past.ended_on is None:
        return _("Nobody noted when {medicine} ended.").format(medicine=past.name)
    left = (past.ended_on + timedelta(days=rule.days) - situation.today).days
    if left <= 0:
        return ""
    words = ngettext(
        "{medicine} ended on {day}: {count} day is missing.", "{medicine} ended on {day}: {count} days are missing.",
        left,
    )  # fmt: skip
    return words.format(medicine=past.name, day=say_day(past.ended_on), count=left)


def _several(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    names = sorted({one.name for one in _of(here, rule.first)})
    if len(names) > 1 and _of(here, rule.first, written=True):
        yield _note(rule, names)


def _condition(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    known = sorted(
        {c.code: c for c in situation.conditions if c.code.startswith(rule.conditions)}.values(), key=lambda c: c.code
    )
    if known:
        titles = ", ".join(f"{c.code} {c.title}" for c in known)
        for one in _of(here, rule.first, written=True):
            yield _note(rule, (one.name,), titles, " ".join(c.code for c in known))


def _start(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    for one in _of(here, rule.first, written=True):
        if one.new:
            yield _note(rule, (one.name,))


def _stop(rule: SafetyRule, situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    goes_on = {one.name for one in _of(here, rule.first, written=True)}
    for one in here:
        if one.stops and one.name not in goes_on and belongs(one.atc, rule.first):
            yield _note(rule, (one.name,), standing=situation.today.isoformat())


_KINDS: dict[str, Callable[[SafetyRule, Situation, Sequence[_Here]], Iterator[SafetyNote]]] = {
    "pregnant": _pregnant,
    "may-become-pregnant": _may_become_pregnant,
    "result-at-start": _result_at_start,
    "pair": _pair,
    "washout": _washout,
    "several": _several,
    "condition": _condition,
    "start": _start,
    "stop": _stop,
}


# -- how the chart stands


def _structural(situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    yield from _allergies(situation, here)
    yield from _reactions(situation, here)
    yield from _same_group(here)
    yield from _no_count(situation, here)


def _allergies(situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    for one in here:
        if one.written and not one.stops:
            known = sorted({" ".join(s.split()) for s in situation.allergies if allergy_means(s, one.name, one.atc)})
            if known:
                yield SafetyNote(
                    ALLERGY, Severity.STOP, _("An allergy is noted: {substance}.").format(substance=", ".join(known)),
                    _("this chart"), (one.name,), Wants.REASON, standing=fold(" ".join(known)),
                )  # fmt: skip


def _reactions(situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    """To the same medicine; of one that is on the list of allergies nothing more is said."""
    for one in here:
        listed = any(allergy_means(substance, one.name, one.atc) for substance in situation.allergies)
        told = sorted({r.happened for r in situation.reactions if _is_same(r.medicine, one)})
        if told and one.written and not one.stops and not listed:
            yield SafetyNote(
                REACTION, Severity.HIGH, _("An adverse reaction to it is noted: {words}.").format(words=_short(told)),
                _("this chart"), (one.name,), Wants.REASON, standing=str(len(told)),
            )  # fmt: skip


def _is_same(medicine: str, one: _Here) -> bool:
    return one.atc in codes_in(medicine) or fold(medicine) == fold(one.name)


_LONGEST_SAID = 120


def _short(told: Sequence[str]) -> str:
    words = "; ".join(" ".join(happened.split()) for happened in told)
    return words if len(words) <= _LONGEST_SAID else words[:_LONGEST_SAID].rstrip() + "…"


def _same_group(here: Sequence[_Here]) -> Iterator[SafetyNote]:
    """Two different medicines of one group; the same medicine in two strengths is none."""
    coded = [one for one in here if not one.stops and one.atc is not None and len(one.atc) > _ATC_GROUP]
    for one, other in combinations(coded, 2):
        group = str(one.atc)[:_ATC_GROUP]
        same = str(other.atc)[:_ATC_GROUP] == group and one.atc != other.atc and not group.endswith(_ATC_OTHERS)
        if same and (one.written or other.written):
            yield SafetyNote(
                SAME_GROUP, Severity.STRUCTURE,
                _("Both are of the same group of medicines ({group}).").format(group=group),
                _("the ATC codes of the formulary"), tuple(sorted((one.name, other.name))), Wants.REASON,
            )  # fmt: skip


def _no_count(situation: Situation, here: Sequence[_Here]) -> Iterator[SafetyNote]:
    """Only what the chart holds is said: how often and from which value is not verified."""
    if any(result.test_code == NEUTROPHILS for result in situation.results):
        return
    for one in _of(here, (CLOZAPINE,), written=True):
        yield SafetyNote(
            NO_COUNT, Severity.STRUCTURE, _("No count of neutrophils is noted in the last 12 months."),
            _("this chart"), (one.name,), Wants.RESULT, tests=(NEUTROPHILS,),
        )  # fmt: skip


def answer_key(note: SafetyNote) -> tuple[str, str]:
    return note.rule_code, note.about


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Why somebody goes on. The id is drawn when the answer is given."""

    answer_id: str
    rule_code: str
    about: str
    reason: str


_STRUCTURAL = {
    ALLERGY: N_("An allergy was noted."),
    REACTION: N_("An adverse reaction to it was noted."),
    SAME_GROUP: N_("Both are of the same group of medicines."),
    NO_COUNT: N_("No count of neutrophils was noted."),
}


def sentence_of(rule_code: str) -> str:
    """What a rule says, for an answer that is read later; nothing for a rule that this program does not carry."""
    if rule_code in _STRUCTURAL:
        return _(_STRUCTURAL[rule_code])
    return next((rule.sentence for rule in rules() if rule.code == rule_code), "")


def said_about(about: str) -> str:
    """The medicines of an answer, without the facts it stood on."""
    return about.partition("; ")[0]
