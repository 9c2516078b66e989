"""A clinician keeps phrases of their own."""

from clinic_desktop.features.consults.queries import phrases
from clinic_desktop.features.consults.records.encounters import Phrase
from clinic_desktop.features.consults.rules.phrases import is_short
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class NotAShortWord(Refused):
    text = N_("The short word is one word of at most 20 letters or digits, without spaces.")


class NoWords(Refused):
    text = N_("Write the words that it stands for.")


class ShortWordTaken(Refused):
    text = N_("Another of your phrases has this short word already.")


class NotYourPhrase(Refused):
    text = N_("This phrase belongs to somebody else.")


def keep_phrase(work: Work, phrase_id: str, *, short: str, words: str) -> None:
    """A new phrase, or other words for one that there is."""
    work.require(Permission.WRITE_NOTES, Permission.TRANSCRIBE)
    short, words = short.strip(), words.strip()
    if not is_short(short):
        raise NotAShortWord()
    if not words:
        raise NoWords()
    others = {row.short.casefold() for row in phrases.my_phrases(work) if row.phrase_id != phrase_id}
    if short.casefold() in others:
        raise ShortWordTaken()
    if work.session.get(Phrase, phrase_id) is None:
        work.add(Phrase(id=phrase_id, staff_id=work.actor.staff_id, short=short, words=words))
    else:
        work.revise(_mine(work, phrase_id), seen={}, to={"short": short, "words": words})


def retire_phrase(work: Work, phrase_id: str) -> None:
    """It expands no longer; notes that hold its words keep them."""
    work.require(Permission.WRITE_NOTES, Permission.TRANSCRIBE)
    phrase = _mine(work, phrase_id)
    if phrase.voided_at is None:
        work.void(phrase, "retired")


def _mine(work: Work, phrase_id: str) -> Phrase:
    phrase = work.load(Phrase, phrase_id)
    if phrase.staff_id != work.actor.staff_id:
        raise NotYourPhrase()
    return phrase
