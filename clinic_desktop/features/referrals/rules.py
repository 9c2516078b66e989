"""What a referral letter may hold, what it leaves out unless somebody ticks it, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.kernel.errors import NeedsWords, Refused
from clinic_desktop.kernel.i18n import N_, _

ASK_AFTER_DAYS = 30
"""A letter without an answer for so long is worth a telephone call."""


class ReceiverMissing(Refused):
    text = N_("Write where the letter goes.")


class ReasonMissing(Refused):
    text = N_("Write why you refer this person: one clear question is enough.")


class NoSuchFolio(Refused):
    text = N_("No letter of this clinic has the folio {folio}. Compare it with the slip.")


class AnswerMissing(Refused):
    text = N_("Write what was found or what is to be done.")


class AlreadyAnswered(Refused):
    text = N_("This letter is closed already.")


class LetterRefused(Refused):
    text = N_(
        "This person said no to letters to this service. If the person thinks otherwise now, ask again under Consent "
        "on the person's page; then the letter can go."
    )


class ConsentNotAsked(Refused):
    text = N_("Ask the person first whether this letter may go. Without an answer only an emergency goes.")


class GoesWithoutConsent(NeedsWords):
    text = N_("{why} The letter goes only if the person's life is in danger. Write the danger; the log keeps it.")
    named = "despite"


class Urgency(StrEnum):
    EMERGENCY = "emergency"
    PRIORITY = "priority"
    ROUTINE = "routine"


URGENCY_WORDS = {
    Urgency.EMERGENCY: N_("Emergency"),
    Urgency.PRIORITY: N_("Priority"),
    Urgency.ROUTINE: N_("Routine"),
}


class Consent(StrEnum):
    """What the person said to sharing what is on the paper."""

    AGREED = "agreed"
    PARTLY = "partly"
    NOT_ASKED = "not-asked"


class Unagreed(StrEnum):
    """Why there is no yes to a letter."""

    REFUSED = "refused"
    NOT_ASKED = "not-asked"


_UNAGREED_WORDS = {
    Unagreed.REFUSED: N_("This person said no to letters to this service."),
    Unagreed.NOT_ASKED: N_("This person could not be asked whether the letter may go."),
}

CONSENT_WORDS = {
    Consent.AGREED: N_("Yes"),
    Consent.PARTLY: N_("In part"),
    Consent.NOT_ASKED: N_("Could not be asked"),
}
_CONSENT_ON_PAPER = {
    Consent.AGREED: N_("The person knows what this letter says and agrees that it is shared for the care asked for."),
    Consent.PARTLY: N_("The person agrees to share what stands here and nothing more. Ask the person for the rest."),
    Consent.NOT_ASKED: N_("The person could not be asked before sharing this. Please ask as soon as it is possible."),
}


class Part(StrEnum):
    """A part of the letter that can be left out."""

    DIAGNOSES = "diagnoses"
    CERTAINTY = "certainty"
    MEDICINES = "medicines"
    SCALES = "scales"
    MENTAL_STATE = "mental-state"
    HEALTH = "health"
    COURSE = "course"
    SUBSTANCES = "substances"
    SOCIAL = "social"
    RISK = "risk"
    CONTACT = "contact"
    NATIONAL_ID = "national-id"


@dataclass(frozen=True, slots=True)
class PartRule:
    part: Part
    title: str
    ticked: bool = False
    """Goes on the paper unless it is taken away. What could hurt if strangers read it never starts ticked."""
    note_sections: tuple[str, ...] = ()
    """The sections of the last note that it is taken from."""


PARTS: tuple[PartRule, ...] = (
    PartRule(Part.DIAGNOSES, N_("Diagnoses"), True),
    PartRule(Part.CERTAINTY, N_("How sure the diagnoses are")),
    PartRule(Part.MEDICINES, N_("Medicines now"), True),
    PartRule(Part.MENTAL_STATE, N_("Examination"), True, ("mental-state",)),
    PartRule(Part.SCALES, N_("Scales"), True),
    PartRule(Part.HEALTH, N_("Other illnesses, pregnancy"), True, ("medical-history",)),
    PartRule(
        Part.COURSE,
        N_("Words of the last note"),
        note_sections=("how-are-you", "history-now", "sleep-appetite", "side-effects"),
    ),
    PartRule(Part.SUBSTANCES, N_("Alcohol and other substances"), note_sections=("alcohol-drugs",)),
    PartRule(Part.SOCIAL, N_("Family, home and work"), note_sections=("family", "work")),
    PartRule(Part.RISK, N_("Risk"), note_sections=("risk",)),
    PartRule(Part.CONTACT, N_("Telephone and contact")),
    PartRule(Part.NATIONAL_ID, N_("Identity card")),
)
LEFT_OUT_OF_HALF_A_PAGE = (Part.SCALES, Part.HEALTH)
"""An emergency needs the question, the medicines and the state of the person; the rest can wait for a call."""

_BY_PART = {rule.part: rule for rule in PARTS}


def part_title(part: str) -> str:
    return _(_BY_PART[Part(part)].title) if part in tuple(Part) else part


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """One medicine as it is printed."""

    name: str
    how: str
    since: str


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as its author wrote it, with the words of every part that goes on the paper."""

    receiver_text: str
    urgency: Urgency
    reason_text: str
    summary_text: str = ""
    asked_text: str = ""
    follow_text: str = ""
    consent: Consent = Consent.AGREED
    parts: Mapping[str, str] = field(default_factory=dict[str, str])
    medicines: tuple[MedicineLine, ...] = ()
    allergies: str = ""
    half_page: bool = False
    receiver_id: str | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What the chart has for a letter: the words of each part, whether they will be printed or not."""

    parts: Mapping[Part, str]
    medicines: tuple[MedicineLine, ...]
    allergies: str

    def offered(self) -> tuple[PartRule, ...]:
        """The parts that have anything to say."""
        return tuple(rule for rule in PARTS if self.words_of(rule.part))

    def words_of(self, part: Part) -> str:
        if part is Part.MEDICINES:
            return "\n".join(" · ".join(t for t in (m.name, m.how, m.since) if t) for m in self.medicines)
        return self.parts.get(part, "")

    def chosen(self, ticked: Iterable[Part] | None = None) -> dict[str, str]:
        """The words of the ticked parts; without a choice, those that start ticked."""
        wanted = {rule.part for rule in PARTS if rule.ticked} if ticked is None else set(ticked)
        found = {rule.part: self.words_of(rule.part) for rule in self.offered() if rule.part in wanted}
        return {str(part): words for part, words in found.items() if part is not Part.MEDICINES}

    def chosen_medicines(self, ticked: Iterable[Part] | None = None) -> tuple[MedicineLine, ...]:
        return self.medicines if ticked is None or Part.MEDICINES in set(ticked) else ()


def check(written: Written) -> None:
    if not written.receiver_text.strip():
        raise ReceiverMissing()
    if not written.reason_text.strip():
        raise ReasonMissing()


def needs_reason(written: Written, *, no: bool, yes: bool) -> Unagreed | None:
    """Why the letter may not simply go; None where the person said yes, on the person's page or for this letter.

    `no` and `yes` are what holds for letters to its receiver; that no weighs more than a yes in the letter's form.
    """
    if no:
        return Unagreed.REFUSED
    return None if yes or written.consent is not Consent.NOT_ASKED else Unagreed.NOT_ASKED


def must_have_reason(found: Unagreed | None, urgency: Urgency, despite: str) -> None:
    """Refuse a letter that may not go; for an emergency ask for the danger, in words of who sends it."""
    if found is None or (despite.strip() and urgency is Urgency.EMERGENCY):
        return
    if urgency is Urgency.EMERGENCY:
        raise GoesWithoutConsent(why=_(_UNAGREED_WORDS[found]))
    raise LetterRefused() if found is Unagreed.REFUSED else ConsentNotAsked()


def say_urgency(urgency: str) -> str:
    """One that only a newer program knows is said by its code."""
    return _(URGENCY_WORDS[Urgency(urgency)]) if urgency in tuple(Urgency) else urgency


def say_consent(consent: str) -> str:
    """As the paper says it."""
    return _(_CONSENT_ON_PAPER[Consent(consent)]) if consent in tuple(Consent) else ""


class ReplyKind(StrEnum):
    """What became of a letter."""

    ANSWER = "answer"
    """The slip or a letter came back."""
    CALLED = "called"
    """Somebody asked after it; it stays open."""
    NO_ANSWER = "no-answer"
    """Nothing more is expected."""


_REPLIES = {
    ReplyKind.ANSWER: N_("answered"),
    ReplyKind.CALLED: N_("asked after"),
    ReplyKind.NO_ANSWER: N_("no answer is expected"),
}


def say_reply(kind: str) -> str:
    """A kind of a newer program says itself."""
    return _(_REPLIES[ReplyKind(kind)]) if kind in set(ReplyKind) else kind


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, as it is typed from the slip."""

    kind: ReplyKind = ReplyKind.ANSWER
    seen_on: date | None = None
    by_text: str = ""
    diagnosis_text: str = ""
    treatment_text: str = ""
    advice_text: str = ""
    next_visit_text: str = ""


def check_reply(reply: Reply) -> None:
    if not any(t.strip() for t in (reply.diagnosis_text, reply.treatment_text, reply.advice_text)):
        raise AnswerMissing()


def closes(kind: str) -> bool:
    return kind in (ReplyKind.ANSWER, ReplyKind.NO_ANSWER)


def is_late(written_on: date, today: date) -> bool:
    return (today - written_on).days >= ASK_AFTER_DAYS


def plain_folio(typed: str) -> str:
    """As it is printed, however a hand copies it: "sol ab00012 k"."""
    return "-".join(typed.upper().replace("-", " ").split())


def read_past(typed: str, today: date) -> date | None:
    """A day that is over, as it stands on a slip: "5/12" is the last fifth of December; None if it is not a day."""
    if not typed.strip()[-1:].isdigit():
        return None
    found = read_when(typed, today)
    if found is None or found <= today:
        return found
    try:
        before = found.replace(year=found.year - 1)
    except ValueError:
        return None
    return before if before <= today else None
