"""Words under which a person is found, and the key that spells Tzoc and Tzok alike.

The index knows four kinds of term: a whole folded word of a name; the first one to three letters of a word (after
PREFIX), so that a short beginning costs as little as a whole word; the sound of a name word (after SOUND), where
spellings that registrars took for the same meet; and all that is no name (after OTHER): years, places, numbers.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from clinic_desktop.features.patients.rules.identity import phone_digits, tidy_id
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.kernel.assets import read_json
from clinic_desktop.kernel.names import fold

PREFIX, SOUND, OTHER = "\x01", "\x02", "\x03"
PREFIX_LENGTH = 3
END = "\U0010ffff"
"""After the last word that begins with a word: `word <= w < word + END`."""
LONGEST = 60
"""Letters of a word that count; a pasted paragraph must not fill the index."""


def words_of(text: str) -> tuple[str, ...]:
    """Folded words in order, each once. A word without letters (a pasted sign) stands for itself."""
    found: dict[str, None] = {}
    for raw in unicodedata.normalize("NFC", text).split():
        for word in fold(raw).split() or [(_seen(raw) or raw).casefold()]:
            found[word[:LONGEST]] = None
    return tuple(found)


# A scanner that thinks the keyboard is an English one types another sign for the hyphen.
_CARD = re.compile(r"(?<!\w)([a-z]{2,5})[^\w\s]([a-z]{2}\d{3,8})[^\w\s](\w)(?!\w)", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w-])[+(]?\d[\d\s().-]{5,}\d(?![\w-])", re.ASCII)


def typed_words(text: str) -> tuple[str, ...]:
    """What is looked for: as `words_of`, but a printed number or a card number is one word."""
    found: dict[str, None] = {}
    for raw in _CARD.sub(r"\1\2\3", _seen(text)).split():
        joined = raw.replace("-", "").replace(".", "") if any(c.isdigit() for c in raw) else raw
        for word in words_of(joined):
            found[word] = None
    return tuple(found)


_UNSEEN = frozenset({"Cf", "Cs"})
"""Marks of the direction of writing and the like, which come along with what is pasted."""


def _seen(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in _UNSEEN)


def as_one_number(text: str) -> tuple[str, tuple[str, ...]]:
    """A telephone or a card's number written in groups, as one word; and what was typed with it in place of them."""
    text = _CARD.sub(r"\1\2\3", text)
    found = _NUMBER.search(text)
    if found is None:
        return "", ()
    number = without_country("".join(c for c in found.group() if c.isdecimal()))
    return number, typed_words(f"{text[: found.start()]} {number} {text[found.end() :]}")


_COUNTRIES = (("502", 8), ("503", 8), ("52", 10))


def without_country(digits: str) -> str:
    """A telephone as it is dialled at home."""
    for country, length in _COUNTRIES:
        for code in (country, "00" + country):
            if digits.startswith(code) and len(digits) == len(code) + length:
                return digits[len(code) :]
    return digits


@cache
def _sound_rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(form), to) for form, to in read_json("name_rules")["key"])


@cache
def _abbreviations() -> dict[str, str]:
    return dict(read_json("name_rules")["abbreviations"])


@cache
def particles() -> frozenset[str]:
    return frozenset(read_json("name_rules")["particles"])


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """One key for spellings people take for the same; candidates only, never a proof."""
    key = _abbreviations().get(word, word)
    for form, to in _sound_rules():
        key = form.sub(to, key)
    return key


def sounds_enough(word: str) -> bool:
    """Whether the sound of a word says more than a letter or two."""
    return has_letters(word) and len(sound(word)) >= 3


def has_letters(word: str) -> bool:
    return any(c.isalpha() for c in word) and not any(c.isdigit() for c in word)


@dataclass(frozen=True, slots=True)
class Findable:
    """The folded words of one person."""

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """A married name, and how people call the person."""
    places: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Year of birth and numbers."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.given, *self.family, *self.also)))

    def terms(self) -> frozenset[str]:
        found: set[str] = set()
        for mark, words in (("", self.names), (OTHER, (*self.places, *self.others))):
            for word in words:
                found.add(mark + word)
                found.update(PREFIX + mark + word[:length] for length in range(1, min(PREFIX_LENGTH, len(word)) + 1))
        found.update(SOUND + sound(word) for word in self.names if has_letters(word))
        return frozenset(found)

    def kept(self) -> str:
        """As one text, to know later under what a person was filed."""
        return "\n".join(" ".join(words) for words in (self.given, self.family, self.also, self.places, self.others))


def from_kept(text: str) -> Findable:
    return Findable(*(tuple(line.split()) for line in text.split("\n")))


def findable(details: Details, number: str, places: Iterable[str]) -> Findable:
    """Under what words a person is filed. `places`: municipality and community as they are said."""
    others: list[str] = []
    if details.birth is not None:
        year = f"{details.birth.day.year:04d}"
        others += (year, year[2:])
    others += _parts_of_number(number)
    others += typed_words(details.folder_number)
    for phone in (details.phone, details.contact_phone):
        digits = without_country(phone_digits(phone))
        others += [part for part in (digits, digits[4:]) if len(part) >= 4]
    others += _parts_of_id(details.national_id)
    return Findable(
        _filed(details.given_names),
        _filed(f"{details.family_name} {details.second_family_name}"),
        _filed(f"{details.married_name} {details.known_as}"),
        tuple(dict.fromkeys(word for place in (*places, *_met(details)) for word in words_of(place))),
        tuple(dict.fromkeys(others)),
    )


def _filed(name: str) -> tuple[str, ...]:
    """The words of a name, also as they come when somebody types them: "0.1" is looked for as "01"."""
    words = words_of(name)
    return tuple(dict.fromkeys((*words, *typed_words(name)))) if any(c.isdigit() for c in name) else words


def _met(details: Details) -> tuple[str, ...]:
    """Somebody without a name is looked for by that, in the language of those who look, and by the place."""
    return ("sin identificar", details.met_where) if details.unidentified else ()


def _parts_of_id(national_id: str) -> list[str]:
    """ "5260 18151 0701" is found whole and by any of its groups."""
    signs = tidy_id(national_id).casefold()[:LONGEST]
    cut = (signs, signs[4:9], signs[9:]) if len(signs) == 13 else (signs,)
    return [part for part in cut if part]


def _parts_of_number(number: str) -> list[str]:
    """ "SOL-AB00012-K" is found whole, without its clinic, and by its figures alone."""
    whole = "".join(words_of(number.replace("-", "")))
    parts = number.casefold().split("-")
    if len(parts) != 3:
        return [whole] if whole else []
    return [whole, parts[1] + parts[2], parts[1][2:] + parts[2]]


def begins_all(text: str, typed: tuple[str, ...]) -> bool:
    """Whether each typed word begins some word of the text."""
    words = words_of(text)
    return all(any(word.startswith(sought) for word in words) for sought in typed)


def shared_start(word: str, typed: str) -> int:
    """How many first letters two folded words have in common."""
    count = 0
    for one, other in zip(word, typed, strict=False):
        if one != other:
            break
        count += 1
    return count


def matched(text: str, typed: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """The text in pieces, each with whether it is what was typed: for the underlined letters of a result."""
    pieces: list[tuple[str, bool]] = []
    for raw in re.split(r"(\s+)", text):
        lead = next((at for at, c in enumerate(raw) if c.isalnum()), len(raw))
        count = _letters_for(raw[lead:], _length_matched(fold(raw).replace(" ", ""), typed))
        _append(pieces, raw[:lead], False)
        _append(pieces, raw[lead : lead + count], True)
        _append(pieces, raw[lead + count :], False)
    return tuple(pieces)


def _append(pieces: list[tuple[str, bool]], text: str, hit: bool) -> None:
    if not text:
        return
    if pieces and pieces[-1][1] == hit:
        pieces[-1] = (pieces[-1][0] + text, hit)
    else:
        pieces.append((text, hit))


def _length_matched(word: str, typed: tuple[str, ...]) -> int:
    best = 0
    for sought in typed:
        if word.startswith(sought):
            best = max(best, len(sought))
        elif sounds_enough(sought) and sound(word).startswith(sound(sought)):
            best = max(best, shared_start(word, sought))
    return best


def _letters_for(raw: str, folded_length: int) -> int:
    """How many signs of the written word make `folded_length` folded letters."""
    for count in range(len(raw) + 1):
        if len(fold(raw[:count]).replace(" ", "")) >= folded_length:
            return count
    return len(raw)
