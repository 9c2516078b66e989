"""What two registrations have in common and what not, field by field: named signs and the words that say them.

How much each sign weighs stands in rules/likeness.py. What either registration does not know gives no sign.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import permutations
from math import log2

from rapidfuzz.distance import OSA

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.closeness import Close, closeness, given_closeness
from clinic_desktop.features.patients.rules.identity import phone_digits, tidy_id
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.rules.terms import particles, words_of
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import N_, _, ngettext

Bits = Callable[[str], float]
"""How much it says that two people share a word: the binary logarithm of how few bear it."""

USUAL_BITS = 6.0
_PRIOR_PEOPLE = 400
MOST_WORDS = 4
_GENERATION = 13
_GUESSED = 3
_PHONE_DIGITS = 8


def usual(_word: str) -> float:
    """Where nothing is known of how often names are borne: one in sixty-four."""
    return USUAL_BITS


def frequency(count: int, people: int) -> float:
    """Bits of a word that `count` of `people` bear; a small register says little and leans on what is usual."""
    borne = (max(count, 0) + _PRIOR_PEOPLE * 2**-USUAL_BITS) / (people + _PRIOR_PEOPLE)
    return -log2(min(max(borne, 2**-14), 1))


@dataclass(frozen=True, slots=True)
class Finding:
    """`signs` go into the score, each with how much of it there is; the words are for people."""

    signs: tuple[tuple[str, float], ...] = ()
    equal: str = ""
    different: tuple[str, ...] = ()


NOTHING = Finding()


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared of a person, prepared once for many comparisons."""

    families: tuple[str, ...]
    married: tuple[str, ...]
    given: tuple[str, ...]
    known_as: tuple[str, ...]
    birth: Birth | None
    sex: Sex
    municipality: str
    community: tuple[str, ...]
    mother: tuple[str, ...]
    phones: frozenset[str]
    national_id: str


def traits(details: Details) -> Traits:
    phones = (phone_digits(text)[-_PHONE_DIGITS:] for text in (details.phone, details.contact_phone))
    return Traits(
        _named(f"{details.family_name} {details.second_family_name}"),
        _named(details.married_name),
        _named(details.given_names),
        _named(details.known_as),
        details.birth,
        details.sex,
        details.municipality_code,
        words_of(details.community),
        _named(details.mother_name),
        frozenset(digits for digits in phones if len(digits) == _PHONE_DIGITS),
        tidy_id(details.national_id),
    )


def _named(text: str) -> tuple[str, ...]:
    """Words of a name without particles; of a name of nothing else, all."""
    words = words_of(text)
    return (tuple(word for word in words if word not in particles()) or words)[:MOST_WORDS]


def findings(new: Traits, known: Traits, bits: Bits = usual) -> tuple[Finding, ...]:
    """In the order in which they are said."""
    return (
        *_names(new, known, bits),
        _birth(new.birth, known.birth),
        _sex(new.sex, known.sex),
        _place(new, known),
        _mother(new.mother, known.mother),
        _phone(new, known),
        _national_id(new.national_id, known.national_id),
    )


# -- names


@dataclass(frozen=True, slots=True)
class _Pair:
    """A word of the new one and the word of the known one that it goes with."""

    at: int
    other_at: int
    one: str
    other: str
    close: Close


def _weighed(nearness: Callable[[str, str], Close], bits: Bits) -> Callable[[str, str], Close]:
    """María and Marina are a slip apart; but where many bear the one and many the other, they are two names."""
    often = bits("") - _OFTEN

    def weigh(one: str, other: str) -> Close:
        close = nearness(one, other)
        two_names = Close.NO < close <= Close.SLIP and bits(one) <= often and bits(other) <= often
        return Close.NO if two_names else close

    return weigh


_OFTEN = 2.0
"""Bits below those of a word that nobody bears: borne by some twenty people."""


def _pairs(new: Sequence[str], known: Sequence[str], nearness: Callable[[str, str], Close]) -> list[_Pair]:
    """The nearest way to go together; in the same order where that is as near."""
    swap = len(new) > len(known)
    few, many = (known, new) if swap else (new, known)
    near = [[nearness(one, other) for other in many] for one in few]
    if not any(any(line) for line in near):
        return []
    best: tuple[int, tuple[int, ...]] | None = None
    for chosen in permutations(range(len(many)), len(few)):
        value = sum(near[at][to] * 10 + (1 if near[at][to] and at == to else 0) for at, to in enumerate(chosen))
        if best is None or value > best[0]:
            best = (value, chosen)
    found: list[_Pair] = []
    for at, to in enumerate(best[1] if best else ()):
        if near[at][to]:
            one, other = (to, at) if swap else (at, to)
            found.append(_Pair(one, other, new[one], known[other], near[at][to]))
    return found


def _names(new: Traits, known: Traits, bits: Bits) -> tuple[Finding, ...]:
    """Family and given names; where neither goes together, each against the other: typed into the wrong fields."""
    told = (_families(new, known, bits), _given(new, known, bits))
    if told[0].signs[:1] != (_NO_FAMILY,) or told[1].signs[:1] != (_NO_GIVEN,):
        return told
    mixed = replace(new, families=new.given, given=new.families, married=(), known_as=())
    plain = replace(known, married=(), known_as=())
    other = (_families(mixed, plain, bits), _given(mixed, plain, bits))
    if other[0].signs[:1] in ((), (_NO_FAMILY,)) or other[1].signs[:1] in ((), (_NO_GIVEN,)):
        return told
    return (*other, Finding((("fields_mixed", 1.0),), different=(_("names and family names in each other's place"),)))


_NO_FAMILY, _NO_GIVEN = ("family_none", 1.0), ("given_none", 1.0)


def _families(new: Traits, known: Traits, bits: Bits) -> Finding:
    if not new.families or not known.families:
        return NOTHING
    pairs = _pairs(new.families, known.families, _weighed(closeness, bits))
    firm = [pair for pair in pairs if pair.close > Close.SHORT]
    if not firm and (married := _married(new, known)):
        return Finding(((married, 1.0),), _("married name"))
    if not pairs:
        return Finding((_NO_FAMILY,), different=(_("family names"),))
    fewest, most = sorted((len(new.families), len(known.families)))
    straight = all(pair.at == pair.other_at for pair in pairs)
    different = _spelled(pairs, N_("family name: {other}, not {one}"))
    if len(pairs) == fewest == most == 1:
        sign, equal = "family_only", N_("family name")
    elif len(pairs) == fewest and fewest > 1:
        sign, equal = ("family_two" if straight else "family_two_moved"), N_("family names")
        different += () if straight else (_("family names in another order"),)
    elif len(pairs) == fewest:
        sign, equal = ("family_one_missing" if straight else "family_other_missing"), N_("one family name")
        different += (_("only one family name"),)
    else:
        sign = ("family_first" if pairs[0].at == 0 else "family_second") if straight else "family_crossed"
        equal = N_("one family name")
        different += _left_over(new.families, known.families, pairs, N_("family name: {other}, not {one}"))
    return Finding(((sign, 1.0), *_nearness("family", pairs), _rare("family", pairs, bits)), _(equal), different)


def _married(new: Traits, known: Traits) -> str:
    """A name taken by marriage that stands where the other has the one of birth."""
    for names, others in ((new.families, known.married), (known.families, new.married), (new.married, known.married)):
        if any(closeness(one, other) > Close.SHORT for one in names for other in others):
            return "family_married"
    return ""


def _given(new: Traits, known: Traits, bits: Bits) -> Finding:
    if not (new.given or new.known_as) or not (known.given or known.known_as):
        return NOTHING
    pairs = _pairs(new.given, known.given, _weighed(given_closeness, bits))
    if len(new.given) != len(known.given) and closeness("".join(new.given), "".join(known.given)) >= Close.SLIP:
        return Finding((("given_joined", 1.0),), _("given names"), (_("given names written as one word"),))
    if not pairs:
        called = _called(new, known)
        if called:
            differ = (_("given names"),) if new.given and known.given else ()
            return Finding((("given_called", 1.0),), _("known as"), differ)
        return Finding((_NO_GIVEN,), different=(_("given names"),))
    fewest, most = sorted((len(new.given), len(known.given)))
    straight = all(pair.at == pair.other_at for pair in pairs)
    different = _spelled(pairs, N_("given name: {other}, not {one}"))
    equal = N_("given names")
    if len(pairs) == most:
        sign = "given_all" if straight else "given_moved"
        different += () if straight else (_("given names in another order"),)
    elif len(pairs) == fewest:
        sign = "given_fewer" if straight else "given_fewer_moved"
        different += (_("one given name is missing"),)
    else:
        sign, equal = "given_some", N_("one given name")
        different += _left_over(new.given, known.given, pairs, N_("given name: {other}, not {one}"))
    return Finding(((sign, 1.0), *_nearness("given", pairs), _rare("given", pairs, bits)), _(equal), different)


def _called(new: Traits, known: Traits) -> bool:
    ways = ((new.known_as, (*known.given, *known.known_as)), (known.known_as, (*new.given, *new.known_as)))
    return any(given_closeness(one, other) >= Close.SLIP for ones, others in ways for one in ones for other in others)


def _nearness(field: str, pairs: Sequence[_Pair]) -> list[tuple[str, float]]:
    """Words that go together without being written alike, by how far apart they are."""
    counted: dict[Close, float] = {}
    for pair in pairs:
        if pair.close < Close.SAME:
            counted[pair.close] = counted.get(pair.close, 0) + 1
    return [(f"{field}_{close.name.lower()}", many) for close, many in counted.items()]


def _rare(field: str, pairs: Sequence[_Pair], bits: Bits) -> tuple[str, float]:
    """What the shared words say beyond names that are borne as often as is usual."""
    shared = (min(bits(pair.one), bits(pair.other)) for pair in pairs if pair.close >= Close.SLIP)
    return f"{field}_rare", sum(min(each, 12.0) - USUAL_BITS for each in shared)


def _spelled(pairs: Sequence[_Pair], words: str) -> tuple[str, ...]:
    return tuple(_say(words, pair.one, pair.other) for pair in pairs if pair.close < Close.SAME)


def _left_over(new: Sequence[str], known: Sequence[str], pairs: Sequence[_Pair], words: str) -> tuple[str, ...]:
    used, other_used = {pair.at for pair in pairs}, {pair.other_at for pair in pairs}
    one = next((word for at, word in enumerate(new) if at not in used), "")
    other = next((word for at, word in enumerate(known) if at not in other_used), "")
    return (_say(words, one, other),) if one and other else ()


def _say(words: str, one: str, other: str) -> str:
    return _(words).format(other=other.capitalize(), one=one.capitalize())


# -- birth


def _birth(new: Birth | None, known: Birth | None) -> Finding:
    if new is None or known is None:
        return NOTHING
    sign, equal, different = _births(new, known)
    return Finding(((sign, 1.0),), equal, (different,) if different else ())


def _births(new: Birth, known: Birth) -> tuple[str, str, str]:
    one, other = new.day, known.day
    apart = abs(one.year - other.year)
    if one.day is not None and other.day is not None:
        exact = _whole_days(one, other, apart)
        if exact[0] or not (new.estimated or known.estimated):
            return exact if exact[0] else _years(apart, other.year)
    loose = max((_tolerance(birth) for birth in (new, known) if birth.estimated), default=0)
    if apart == 0:
        return "birth_year", _("year"), ""
    if loose and apart <= loose:
        return _guess(apart), _("about the same age"), ""
    if loose and apart <= 2 * loose:
        return "birth_guess_wide", "", _year(other.year)
    return _years(apart, other.year)


def _guess(apart: int) -> str:
    if apart == 1:
        return "birth_guess_1"
    return "birth_guess" if apart <= _GUESSED else "birth_guess_old"


def _whole_days(one: PartialDate, other: PartialDate, apart: int) -> tuple[str, str, str]:
    """Two dates with day and month; an empty sign where the years decide."""
    day, other_day = (one.day, one.month), (other.day, other.month)
    if one == other:
        return "birth_date", _("birth date"), ""
    if apart == 0 and day == (other.month, other.day):
        return "birth_swapped", _("birth date"), _("day and month swapped")
    slips = OSA.distance(f"{one}", f"{other}")
    if slips == 1:
        return "birth_slip", _("birth date but for one figure"), _("birth: {day}").format(day=other.said())
    if day == other_day:
        years = ngettext("birth: {count} year apart", "birth: {count} years apart", apart).format(count=apart)
        near = apart <= 3 or one.year % 100 == int(f"{other.year % 100:02d}"[::-1])
        return ("birth_day_only" if near else ""), _("day and month of birth"), years
    if apart == 0:
        return "birth_year_only", _("year"), _("birth: {day}").format(day=other.said())
    return "", "", ""


def _years(apart: int, year: int) -> tuple[str, str, str]:
    if apart == 0:
        return "birth_year", _("year"), ""
    if apart <= 2:
        return f"birth_{apart}_apart", _("about the same age"), _year(year)
    if apart < _GENERATION:
        return ("birth_few_apart" if apart <= 4 else "birth_far"), "", _year(year)
    return "birth_generation", "", _year(year)


def _year(year: int) -> str:
    return _("year: {year}").format(year=year)


def _tolerance(birth: Birth) -> int:
    """Years by which a guessed age may be wrong; the older the person, the more."""
    noted: date | None = birth.noted_on
    age = (noted.year if noted else birth.day.year + 40) - birth.day.year
    return max(1, round(age * 0.1) + 1)


# -- the rest


def _sex(new: Sex, known: Sex) -> Finding:
    if Sex.UNKNOWN in (new, known) or new == known:
        return NOTHING
    return Finding((("sex_other", 1.0),), different=(_("sex"),))


def _place(new: Traits, known: Traits) -> Finding:
    same_town = bool(new.municipality) and new.municipality == known.municipality
    other_town = bool(new.municipality and known.municipality) and not same_town
    if new.community and known.community and not other_town:
        if _same_place(new.community, known.community):
            return Finding((("place_community", 1.0),), _("community"))
        if same_town:
            return Finding((("place_quarter", 1.0),), _("municipality"), (_("community"),))
        return Finding((("place_other_community", 1.0),), different=(_("community"),))
    if same_town:
        return Finding((("place_municipality", 1.0),), _("municipality"))
    return Finding((("place_other", 1.0),), different=(_("municipality"),)) if other_town else NOTHING


def _same_place(one: Sequence[str], other: Sequence[str]) -> bool:
    """ "Cantón Chuacruz" and "Chuacrus" are one place; "Barrio Norte" and "Barrio Sur" are two."""
    few, many = sorted((one, other), key=len)
    near = [max(closeness(word, there) for there in many) for word in few]
    if len(few) == len(many):
        return all(close >= Close.SLIP for close in near)
    return all(close >= Close.SLIP for close in near) and any(len(word) > 4 for word in few)


def _mother(new: Sequence[str], known: Sequence[str]) -> Finding:
    if not new or not known:
        return NOTHING
    pairs = [pair for pair in _pairs(new, known, given_closeness) if pair.close > Close.SHORT]
    if not pairs:
        return Finding((("mother_none", 1.0),), different=(_("mother"),))
    fewest = min(len(new), len(known))
    if len(pairs) == fewest:
        return Finding((("mother_all" if fewest > 1 else "mother_one", 1.0),), _("mother"))
    return Finding((("mother_some", 1.0),), different=(_("another name of the mother"),))


def _phone(new: Traits, known: Traits) -> Finding:
    if not new.phones or not known.phones:
        return NOTHING
    if new.phones & known.phones:
        return Finding((("phone_same", 1.0),), _("phone"))
    return Finding((("phone_other", 1.0),), different=(_("phone"),))


def _national_id(new: str, known: str) -> Finding:
    if len(new) < _PHONE_DIGITS or len(known) < _PHONE_DIGITS:
        return NOTHING
    if new == known:
        return Finding((("id_same", 1.0),), _("card number"))
    if len(new) == len(known) and OSA.distance(new, known, score_cutoff=1) == 1:
        return Finding((("id_slip", 1.0),), _("card number but for one figure"))
    return Finding((("id_other", 1.0),), different=(_("card number"),)) if len(new) == len(known) else NOTHING


def words_shared(found: Iterable[Traits]) -> tuple[str, ...]:
    """Words of names whose frequency the comparison asks for."""
    return tuple(dict.fromkeys(word for one in found for word in (*one.families, *one.given)))
