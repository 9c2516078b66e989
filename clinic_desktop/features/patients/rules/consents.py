"""What a person may agree to, purpose by purpose, and how. A refusal costs nothing; a withdrawal holds from then on.

An answer is never changed: a change of mind is a new one. What holds now is worked out from all of them by `standing`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, language
from clinic_desktop.kernel.names import fold


class ConsentPurpose(StrEnum):
    """To what somebody says yes or no. Care itself and the own central office go together with coming here."""

    CARE = "care"
    CENTRAL = "central"
    MINISTRY = "ministry"
    """The ministry's register by name."""
    DONOR_COUNTS = "donor-counts"
    TEACHING = "teaching"
    STUDY = "study"
    RELATIVE = "relative"
    OUR_CLINIC = "our-clinic"
    """That another of our clinics, to which the person comes too, has the record."""
    OTHER_SERVICE = "other-service"
    CALLS = "calls"
    """Being called or written to."""
    PHOTO = "photo"


class ConsentAnswer(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentWay(StrEnum):
    """How a yes stands on the paper."""

    SIGNATURE = "signature"
    THUMBPRINT = "thumbprint"
    MARK = "mark"
    SPOKEN = "spoken"


class Unasked(StrEnum):
    """What an export or a print does with somebody who was never asked. Not asked is not a yes."""

    GOES = "goes"
    """Nothing is given away by it; a no stops it."""
    STAYS = "stays"
    """Left out, as if the person had said no."""
    ASK = "ask"
    """Not before the person was asked."""


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """One purpose in plain words. Texts are msgids."""

    purpose: ConsentPurpose
    title: str
    yes: str
    no: str
    unasked: Unasked
    about: str = ""
    """What a yes must name (which relative); empty where there is nothing to name."""
    refusable: bool = True


PURPOSES: tuple[PurposeRule, ...] = (
    PurposeRule(
        ConsentPurpose.CARE,
        N_("To be cared for here"),
        N_("We care for you and write down what you tell us, to care for you well."),
        N_("You may stop coming whenever you want."),
        Unasked.GOES,
        refusable=False,
    ),
    PurposeRule(
        ConsentPurpose.CENTRAL,
        N_("Our own central office keeps a copy"),
        N_("Our central office keeps a copy of your record, locked, so that it is not lost."),
        N_("It goes together with being cared for here."),
        Unasked.GOES,
        refusable=False,
    ),
    PurposeRule(
        ConsentPurpose.CALLS,
        N_("Calls and messages"),
        N_("We may call you or send you a message about your appointments."),
        N_("Nobody calls you or writes to you."),
        Unasked.GOES,
    ),
    PurposeRule(
        ConsentPurpose.RELATIVE,
        N_("Speaking with somebody of yours"),
        N_("We may speak about your health with the person you name, and with nobody else."),
        N_("We speak about you only with you."),
        Unasked.STAYS,
        about=N_("With whom"),
    ),
    PurposeRule(
        ConsentPurpose.OUR_CLINIC,
        N_("Another of our clinics"),
        N_("If you go to two of our clinics, both have your whole record, so that you need not tell everything again."),
        N_("Each of our clinics knows only what you tell it there."),
        Unasked.STAYS,
    ),
    PurposeRule(
        ConsentPurpose.OTHER_SERVICE,
        N_("Letters to another service"),
        N_("We may send a letter about you to the hospital or health centre you name."),
        N_("No letter about you leaves this clinic, unless your life is in danger."),
        Unasked.ASK,
        about=N_("Which service"),
    ),
    PurposeRule(
        ConsentPurpose.MINISTRY,
        N_("The ministry's list, with your name"),
        N_("Your name and identity number go on the ministry's list of people who were cared for."),
        N_("Your visit is counted on that list without your name or number, where the law allows it."),
        Unasked.STAYS,
    ),
    PurposeRule(
        ConsentPurpose.DONOR_COUNTS,
        N_("Numbers for those who help to pay"),
        N_("You are counted in the numbers we show to those who help to pay. Your name is never shown."),
        N_("You are not counted in those numbers."),
        Unasked.STAYS,
    ),
    PurposeRule(
        ConsentPurpose.TEACHING,
        N_("Teaching"),
        N_("People who are learning may study what happened to you, without your name."),
        N_("Nobody studies from your record."),
        Unasked.STAYS,
    ),
    PurposeRule(
        ConsentPurpose.STUDY,
        N_("A study"),
        N_("Your data, without your name, are part of the study that was explained to you."),
        N_("Your data are in no study."),
        Unasked.STAYS,
        about=N_("Which study"),
    ),
    PurposeRule(
        ConsentPurpose.PHOTO,
        N_("A photograph of your face"),
        N_("We keep a small photograph in your record, so that nobody is taken for you."),
        N_("We take no photograph."),
        Unasked.STAYS,
    ),
)
RULES = {rule.purpose: rule for rule in PURPOSES}
REFUSABLE = tuple(rule for rule in PURPOSES if rule.refusable)
FREE_TO_REFUSE = N_("You may say no to any of these. A refusal costs nothing: we care for you just the same.")
MAY_CHANGE = N_("You may change your mind on any day. Tell us, and it holds from then on.")

ANSWER_WORDS = {
    ConsentAnswer.GIVEN: N_("Yes"),
    ConsentAnswer.REFUSED: N_("No"),
    ConsentAnswer.WITHDRAWN: N_("Withdrawn"),
}
WAY_WORDS = {
    ConsentWay.SIGNATURE: N_("Signature"),
    ConsentWay.THUMBPRINT: N_("Thumbprint"),
    ConsentWay.MARK: N_("Mark"),
    ConsentWay.SPOKEN: N_("Spoken"),
}


def say_purpose(purpose: str, about: str = "") -> str:
    """A purpose that only a newer program knows is said by its code."""
    known = RULES.get(ConsentPurpose(purpose)) if purpose in tuple(ConsentPurpose) else None
    title = _(known.title) if known else purpose
    return f"{title}: {about}" if about else title


def say_answer(answer: str) -> str:
    return _(ANSWER_WORDS[ConsentAnswer(answer)]) if answer in tuple(ConsentAnswer) else answer


def say_way(way: str) -> str:
    return _(WAY_WORDS[ConsentWay(way)]) if way in tuple(ConsentWay) else way


def text_version() -> str:
    """Names the words that were read: another wording, or another language, is another version."""
    said = [_(text) for rule in PURPOSES for text in (rule.title, rule.yes, rule.no)]
    whole = "\n".join([*said, _(FREE_TO_REFUSE), _(MAY_CHANGE)])
    return f"{language()}-{sha256(whole.encode()).hexdigest()[:6]}"


# -- what holds now


class Answered(Protocol):
    """A row of the table, or what a query read of it."""

    @property
    def id(self) -> str: ...
    @property
    def purpose(self) -> ConsentPurpose: ...
    @property
    def about(self) -> str | None: ...
    @property
    def answer(self) -> ConsentAnswer: ...
    @property
    def step(self) -> int: ...


Key = tuple[ConsentPurpose, str]
"""A purpose and, folded, whom or what it is about: "Juana Pérez" and "juana perez" are one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer that holds for one purpose, and which row says so."""

    answer: ConsentAnswer
    consent_id: str
    step: int
    about: str = ""

    @property
    def is_yes(self) -> bool:
        return self.answer is ConsentAnswer.GIVEN


_PROTECTS = {ConsentAnswer.GIVEN: 0, ConsentAnswer.REFUSED: 1, ConsentAnswer.WITHDRAWN: 2}


def key_of(purpose: ConsentPurpose, about: str | None) -> Key:
    return purpose, fold(about or "")


def standing(answers: Iterable[Answered]) -> dict[Key, Standing]:
    """What holds for each purpose, whatever the order of the rows: the last in causal order, never by a clock.

    Two clinics that did not know of each other may have answers of the same step: the one that protects more holds.
    """
    last: dict[Key, tuple[tuple[int, int, str], Answered]] = {}
    for row in answers:
        # A word that only a newer program knows is no yes.
        rank = (row.step, _PROTECTS.get(row.answer, 3), row.id)
        key = key_of(row.purpose, row.about)
        if key not in last or last[key][0] < rank:
            last[key] = rank, row
    return {
        key: Standing(row.answer, row.id, row.step, (row.about or "").strip()) for key, (_rank, row) in last.items()
    }


def said(stands: Mapping[Key, Standing], purpose: ConsentPurpose, about: str = "") -> Standing | None:
    """The answer that holds for this very thing; None where nobody asked.

    "No letter to anybody" said after "yes, to the hospital" holds for the hospital too, and the other way round.
    """
    whole, this = stands.get((purpose, "")), stands.get(key_of(purpose, about))
    known = [one for one in (whole, this) if one is not None]
    return max(known, key=lambda one: (one.step, not one.is_yes, one.consent_id), default=None)


def says_no(stands: Mapping[Key, Standing], purpose: ConsentPurpose, about: str = "") -> bool:
    """Refused or withdrawn. Somebody who was not asked has not said no."""
    if not RULES[purpose].refusable:
        return False
    found = said(stands, purpose, about)
    return found is not None and not found.is_yes


def allows(stands: Mapping[Key, Standing], purpose: ConsentPurpose, about: str = "") -> bool:
    """Whether it may be done now. What somebody not asked has to expect is said by the rule of the purpose."""
    rule = RULES[purpose]
    if not rule.refusable:
        return True
    found = said(stands, purpose, about)
    return rule.unasked is Unasked.GOES if found is None else found.is_yes


def must_ask(stands: Mapping[Key, Standing], purpose: ConsentPurpose, about: str = "") -> bool:
    """Nobody asked, and it may not be done before somebody does."""
    return RULES[purpose].unasked is not Unasked.GOES and said(stands, purpose, about) is None


# -- one talk


class NothingAnswered(Refused):
    text = N_("Answer at least one of the purposes with yes or no.")


class CannotBeRefused(Refused):
    text = N_("Being cared for and our own central office go together with coming here: nothing is asked there.")


class AboutMissing(Refused):
    text = N_("Write for whom or for what the yes is: {title}.")


class WayMissing(Refused):
    text = N_("Say how the yes stands on the paper: signature, thumbprint, mark, or spoken before a witness.")


class WitnessMissing(Refused):
    text = N_("A spoken yes needs the name of a witness.")


class DecidedInTheFuture(Refused):
    text = N_("This day is still to come: {day}.")


class NothingToWithdraw(Refused):
    text = N_("There is no yes to take back here. Look at what holds now.")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a talk."""

    purpose: ConsentPurpose
    yes: bool
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How it was asked: the same for every answer of the talk."""

    decided_on: date
    way: ConsentWay | None = None
    language_code: str = ""
    read_aloud: bool | None = None
    said_back: bool | None = None
    interpreter: str = ""
    witness: str = ""
    witness_is_of_clinic: bool | None = None
    text_version: str = ""
    guardian: str = ""
    note: str = ""


def check(answers: Iterable[Said], talk: Talk, today: date) -> None:
    """Refuse a talk that could not be held as a paper."""
    given = list(answers)
    if not given:
        raise NothingAnswered()
    if talk.decided_on > today:
        raise DecidedInTheFuture(day=say_day(talk.decided_on))
    for one in given:
        rule = RULES[one.purpose]
        if not one.yes and not rule.refusable:
            raise CannotBeRefused()
        if one.yes and rule.about and not fold(one.about):
            raise AboutMissing(title=_(rule.title))
    if any(one.yes for one in given):
        if talk.way is None:
            raise WayMissing()
        if talk.way is ConsentWay.SPOKEN and not talk.witness.strip():
            raise WitnessMissing()


# -- what a page says


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer as it was given, with how and before whom."""

    id: str
    purpose: ConsentPurpose
    about: str
    answer: ConsentAnswer
    step: int
    decided_on: date
    way: ConsentWay | None
    language_code: str
    read_aloud: bool | None
    said_back: bool | None
    interpreter: str
    witness: str
    witness_is_of_clinic: bool | None
    text_version: str
    guardian: str
    note: str
    act_id: str
    recorded_by: str
    """The name of who wrote it down."""
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """One purpose as it stands: the entry that holds, None where nobody asked."""

    rule: PurposeRule
    entry: Entry | None
    earlier: tuple[Entry, ...] = ()
    """What was said before, the newest first."""

    @property
    def is_yes(self) -> bool:
        return self.entry is not None and self.entry.answer is ConsentAnswer.GIVEN


def lines(entries: Iterable[Entry], *, with_photo: bool = False) -> tuple[PurposeLine, ...]:
    """Every purpose once in the order of the paper, and once for each person or thing that was named."""
    known = list(entries)
    holds = {stands.consent_id for stands in standing(known).values()}
    found: list[PurposeLine] = []
    for rule in PURPOSES:
        mine = [entry for entry in known if entry.purpose == rule.purpose]
        mine.sort(key=lambda entry: (entry.step, entry.id), reverse=True)
        current = [entry for entry in mine if entry.id in holds]
        for entry in current:
            same = [one for one in mine if one is not entry and fold(one.about) == fold(entry.about)]
            found.append(PurposeLine(rule, entry, tuple(same)))
        if not current and (with_photo or rule.purpose is not ConsentPurpose.PHOTO):
            found.append(PurposeLine(rule, None))
    return tuple(found)
