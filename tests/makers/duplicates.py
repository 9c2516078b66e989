"""Registrations of invented people, the same people again with the errors that happen, and newcomers who look alike.

Labelled, from a fixed seed.

`HELD_OUT` are errors that no rule of the program was written for and no weight was fitted on.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.closeness import pet_names
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.places import municipalities
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.names import fold
from tests.makers.villages import NEWCOMERS, TODAY, Luck, Soul, guessed, make_villages, written

__all__ = ["HELD_OUT", "NEWCOMERS", "WRITTEN_FOR", "Case", "Region", "make_region"]


@dataclass(frozen=True)
class Case:
    """A registration at the desk. `same` is the place of the registered person it is, or None for a newcomer."""

    details: Details
    error: str
    same: int | None


@dataclass
class Region:
    registered: list[Details]
    souls: list[Soul]
    newcomers: list[Soul]

    def again(self, luck: Luck, error: str) -> Case:
        """Somebody registered comes and is registered again, with this error and often another one besides."""
        fits = ERRORS_FOR.get(error, _anybody)
        while True:
            at = luck.randrange(len(self.souls))
            soul = self.souls[at]
            if not fits(soul, self.registered[at]):
                continue
            plain = written(luck, soul)
            details = ALL_ERRORS[error](luck, soul, plain)
            if details != plain or error == "none":
                return Case(self._mildly_wrong(luck, soul, details), error, at)

    def new(self, luck: Luck, kind: str) -> Case:
        soul = luck.choice([one for one in self.newcomers if one.kind == kind])
        return Case(self._mildly_wrong(luck, soul, written(luck, soul)), kind, None)

    def _mildly_wrong(self, luck: Luck, soul: Soul, details: Details) -> Details:
        return WRITTEN_FOR[luck.choice(MILD)](luck, soul, details) if luck.random() < 0.35 else details


def _anybody(_soul: Soul, _details: Details) -> bool:
    return True


def make_region(seed: int, people: int) -> Region:
    luck = random.Random(seed)
    living, newcomers = make_villages(luck, people)
    registered = [written(luck, soul) for soul in living]
    return Region(registered, living, newcomers)


# -- errors the rules were written for

Error = Callable[[Luck, Soul, Details], Details]

_SPELLINGS = (
    ("v", "b"), ("b", "v"), ("c", "k"), ("qu", "k"), ("z", "s"), ("s", "z"), ("x", "sh"), ("x", "s"), ("ll", "y"),
    ("j", "h"), ("y", "i"), ("gu", "w"), ("tz", "ts"), ("k", "c"), ("h", ""),
)  # fmt: skip


def _respelled(luck: Luck, name: str) -> str:
    ways = [(one, other) for one, other in _SPELLINGS if one in name.lower()]
    if not ways:
        return name
    one, other = luck.choice(ways)
    return name.lower().replace(one, other, 1).capitalize()


def _slipped(luck: Luck, name: str) -> str:
    """One letter missing, doubled, exchanged or another."""
    at = luck.randrange(1, max(2, len(name) - 1))
    ways = (
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
        name[:at] + luck.choice("aeioulnrst") + name[at + 1 :],
    )
    return luck.choice(ways)


def _one_family(luck: Luck, details: Details, change: Callable[[Luck, str], str]) -> Details:
    if details.second_family_name and luck.random() < 0.4:
        return replace(details, second_family_name=change(luck, details.second_family_name))
    return replace(details, family_name=change(luck, details.family_name))


def _clean(_luck: Luck, _soul: Soul, details: Details) -> Details:
    return details


def _spelling(luck: Luck, _soul: Soul, details: Details) -> Details:
    return _one_family(luck, details, _respelled)


def _letter(luck: Luck, _soul: Soul, details: Details) -> Details:
    return _one_family(luck, details, _slipped)


def _given_letter(luck: Luck, _soul: Soul, details: Details) -> Details:
    first, *more = details.given_names.split()
    return replace(details, given_names=" ".join([_slipped(luck, first), *more]))


def _accents(_luck: Luck, _soul: Soul, details: Details) -> Details:
    return replace(
        details,
        given_names=fold(details.given_names).upper(),
        family_name=fold(details.family_name).upper(),
        mother_name=fold(details.mother_name).upper(),
    )


def _swapped_families(_luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, family_name=soul.second, second_family_name=soul.family)


def _no_second(_luck: Luck, _soul: Soul, details: Details) -> Details:
    return replace(details, second_family_name="")


def _married(_luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, family_name=soul.family, second_family_name=f"de {soul.married}", married_name="")


def _pet_name(luck: Luck, soul: Soul, details: Details) -> Details:
    first, *more = soul.given
    kept = more if luck.random() < 0.4 else []
    return replace(details, given_names=" ".join([luck.choice(_PETS[fold(first)]).capitalize(), *kept]))


def _pets() -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for called, names in pet_names().items():
        for name in names:
            known.setdefault(name, []).append(called)
    return known


_PETS = _pets()
_SHORT = {"maria": "Ma.", "francisco": "Fco.", "jose": "Jo.", "guadalupe": "Gpe."}


def _abbreviated(_luck: Luck, soul: Soul, details: Details) -> Details:
    first, *more = soul.given
    return replace(details, given_names=" ".join([_SHORT[fold(first)], *more]))


def _one_given(luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, given_names=soul.given[0] if luck.random() < 0.7 else soul.given[1])


def _given_moved(_luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, given_names=" ".join(reversed(soul.given)))


def _day_and_month(_luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, birth=Birth(PartialDate(soul.born.year, soul.born.day, soul.born.month)))


def _one_figure(luck: Luck, soul: Soul, details: Details) -> Details:
    """A figure of the date read wrongly."""
    year, month, day = soul.born.year, soul.born.month, soul.born.day
    way = luck.randrange(3)
    if way == 0:
        year = year - year % 10 + min(9, max(0, year % 10 + luck.choice((-3, -2, -1, 1, 2, 3))))
    elif way == 1:
        month = luck.randint(1, 9) if month < 10 else luck.choice((10, 11, 12))
    else:
        day = day - day % 10 + luck.randrange(1, 9)
    return replace(details, birth=Birth(PartialDate(min(year, TODAY.year - 1), month, min(day, 28))))


def _guessed_year(luck: Luck, soul: Soul, details: Details) -> Details:
    year = soul.born.year + luck.choice((-3, -2, -1, 1, 2, 3))
    return replace(details, birth=Birth(PartialDate(min(year, TODAY.year)), True, TODAY))


def _estimated(luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, birth=guessed(luck, soul, 0.04))


def _other_quarter(luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, community=luck.choice([q for q in soul.quarters if q != soul.quarter] or soul.quarters))


def _mother_otherwise(_luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, mother_name=soul.mother_also)


def _other_phone(luck: Luck, _soul: Soul, details: Details) -> Details:
    return replace(details, phone=f"{luck.choice('345')}{''.join(luck.choices('0123456789', k=7))}")


def _joined(_luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, given_names="".join(soul.given).capitalize())


def _fields_mixed(_luck: Luck, soul: Soul, details: Details) -> Details:
    """The names stand in the fields of the family names and the other way round."""
    families = f"{details.family_name} {details.second_family_name}".strip()
    first, *more = soul.given
    return replace(details, given_names=families, family_name=first, second_family_name=" ".join(more))


def _moved(luck: Luck, _soul: Soul, details: Details) -> Details:
    """The family went to live elsewhere."""
    town = luck.choice([town.code for town in municipalities("GT")][:20])
    return replace(details, municipality_code=town, community=f"Aldea {luck.choice(_PLACES)}")


_PLACES = [row["name"] for row in read_catalog("demo_surnames")]


def _wrong_sex(_luck: Luck, soul: Soul, details: Details) -> Details:
    return replace(details, sex=Sex.MALE if soul.sex is Sex.FEMALE else Sex.FEMALE)


def _wrong_card(luck: Luck, soul: Soul, details: Details) -> Details:
    at = luck.randrange(len(soul.national_id))
    other = luck.choice([figure for figure in "0123456789" if figure != soul.national_id[at]])
    return replace(details, national_id=soul.national_id[:at] + other + soul.national_id[at + 1 :])


def _other_mother(luck: Luck, _soul: Soul, details: Details) -> Details:
    """Who brought up the person, or a mistake: another woman."""
    return replace(details, mother_name=f"{luck.choice(('Rosa', 'Juana', 'Isabel', 'Elena'))} {luck.choice(_PLACES)}")


WRITTEN_FOR: dict[str, Error] = {
    "none": _clean,
    "registrar's spelling": _spelling,
    "a letter of a family name": _letter,
    "a letter of a given name": _given_letter,
    "capitals, no accents": _accents,
    "family names swapped": _swapped_families,
    "second family name missing": _no_second,
    "married name": _married,
    "pet name": _pet_name,
    "abbreviation": _abbreviated,
    "one given name missing": _one_given,
    "given names in other order": _given_moved,
    "day and month swapped": _day_and_month,
    "a figure of the date": _one_figure,
    "year wrong by 1 to 3": _guessed_year,
    "estimated age": _estimated,
    "other quarter": _other_quarter,
    "mother by another name": _mother_otherwise,
    "another telephone": _other_phone,
    "given names joined": _joined,
    "names in each other's fields": _fields_mixed,
    "moved elsewhere": _moved,
    "sex marked wrongly": _wrong_sex,
    "a figure of the card": _wrong_card,
    "another woman as mother": _other_mother,
}
MILD = (
    "registrar's spelling",
    "capitals, no accents",
    "second family name missing",
    "estimated age",
    "another telephone",
)


# -- errors nobody wrote a rule for

_NEIGHBOURS = {
    row[at]: [row[at + step] for step in (-1, 1) if 0 <= at + step < len(row)]
    for row in ("qwertyuiop", "asdfghjklñ", "zxcvbnm")
    for at in range(len(row))
}
_MISREAD = (
    *(("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("l", "i")),
    *(("i", "l"), ("u", "v"), ("o", "0"), ("a", "o")),
)


def _neighbour_key(luck: Luck, name: str) -> str:
    at = luck.randrange(len(name))
    near = _NEIGHBOURS.get(fold(name[at]) or "", [])
    return (name[:at] + luck.choice(near) + name[at + 1 :]).capitalize() if near else name


def _dropped(luck: Luck, name: str) -> str:
    """A syllable is lost."""
    if len(name) < 5:
        return name
    at = luck.randrange(1, len(name) - 2)
    return name[:at] + name[at + 2 :]


def _misread(luck: Luck, name: str) -> str:
    ways = [(one, other) for one, other in _MISREAD if one in name[1:]]
    if not ways:
        return name
    one, other = luck.choice(ways)
    return name[0] + name[1:].replace(one, other, 1)


def _keyboard(luck: Luck, _soul: Soul, details: Details) -> Details:
    first, *more = details.given_names.split()
    changed = replace(details, given_names=" ".join([_neighbour_key(luck, first), *more]))
    return _one_family(luck, changed if luck.random() < 0.5 else details, _neighbour_key)


def _syllable(luck: Luck, _soul: Soul, details: Details) -> Details:
    return _one_family(luck, details, _dropped)


def _pet_swapped(luck: Luck, soul: Soul, details: Details) -> Details:
    first, second = soul.given[:2]
    return replace(details, given_names=f"{second} {luck.choice(_PETS[fold(first)]).capitalize()}")


def _recognised(luck: Luck, _soul: Soul, details: Details) -> Details:
    first, *more = details.given_names.split()
    changed = replace(details, given_names=" ".join([_misread(luck, first), *more]))
    return _one_family(luck, changed if luck.random() < 0.5 else details, _misread)


def _cut_short(_luck: Luck, soul: Soul, details: Details) -> Details:
    """An old list had room for six letters of a name."""
    return replace(
        details,
        given_names=" ".join(name[:6] for name in soul.given),
        family_name=details.family_name[:6],
        second_family_name=details.second_family_name[:6],
    )


def _vowels(luck: Luck, _soul: Soul, details: Details) -> Details:
    """Written as somebody hears it whose language has other vowels: Duminga, Filipe."""
    first, *more = details.given_names.split()
    heard = first[0] + first[1:].translate(str.maketrans("eiou", "ieuo"))
    changed = replace(details, given_names=" ".join([heard, *more]))
    return _one_family(luck, changed, lambda _luck, name: name[0] + name[1:].translate(str.maketrans("eiou", "ieuo")))


def _word_too_many(luck: Luck, _soul: Soul, details: Details) -> Details:
    if luck.random() < 0.5:
        title = "Doña" if details.sex is Sex.FEMALE else "Don"
        return replace(details, given_names=f"{title} {details.given_names}")
    return replace(details, second_family_name=f"{details.second_family_name} {luck.choice(_PLACES)}".strip())


HELD_OUT: dict[str, Error] = {
    "neighbouring key": _keyboard,
    "dropped syllable": _syllable,
    "order swapped with a pet name": _pet_swapped,
    "misread like a scanner": _recognised,
    "cut at six letters": _cut_short,
    "vowels heard otherwise": _vowels,
    "a word too many": _word_too_many,
}
ALL_ERRORS = WRITTEN_FOR | HELD_OUT


def _has_pet(soul: Soul, _details: Details) -> bool:
    return fold(soul.given[0]) in _PETS


ERRORS_FOR: dict[str, Callable[[Soul, Details], bool]] = {
    "a figure of the card": lambda soul, _details: bool(soul.national_id),
    "married name": lambda soul, _details: bool(soul.married),
    "pet name": _has_pet,
    "abbreviation": lambda soul, _details: fold(soul.given[0]) in _SHORT,
    "one given name missing": lambda soul, _details: len(soul.given) > 1,
    "given names in other order": lambda soul, _details: len(soul.given) > 1,
    "given names joined": lambda soul, _details: len(soul.given) > 1,
    "order swapped with a pet name": lambda soul, details: len(soul.given) > 1 and _has_pet(soul, details),
    "day and month swapped": lambda soul, _details: soul.born.day <= 12 and soul.born.day != soul.born.month,
}
