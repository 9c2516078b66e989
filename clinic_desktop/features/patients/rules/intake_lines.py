"""Reading the lines of a sheet as people, each by what its column says about the others.

What can be read in two ways follows the rest of its column (M beside F, or beside H; the month before the day); where
that does not say either, a person looks at it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from math import isfinite

from clinic_desktop.features.patients.rules.ages import Birth, read_birth, say_born, says_unknown
from clinic_desktop.features.patients.rules.identity import CUI, doubt, kind_of
from clinic_desktop.features.patients.rules.intake import (
    FAILED_RESULTS,
    NO_RESULT,
    Cell,
    Field,
    Line,
    as_text,
    say_field,
)
from clinic_desktop.features.patients.rules.naming import PARTICLES, is_filler, said_name, split_typed
from clinic_desktop.features.patients.rules.patient import Details, must_have_name, tidy
from clinic_desktop.features.patients.rules.places import find_municipalities, languages, municipality, said_place
from clinic_desktop.features.patients.rules.sex import Sex, say_sex
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.dates import PartialDate, say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.names import fold

LONGEST_CELL = 500
"""Signs; more is no name and no place, but a text that somebody wrote into the sheet."""


def _nobody_knows(_word: str) -> bool | None:
    return None


@dataclass(frozen=True, slots=True)
class Habits:
    """How this sheet writes what can be read in two ways, and where the clinic is."""

    letter_m: Sex | None = None
    """Masculino beside F, mujer beside H; None where the column does not say."""
    month_first: bool = False
    """Dates as text are written 05/23/1984, as some spreadsheets turn them."""
    is_given: Callable[[str], bool | None] = _nobody_knows
    """Whether people here bear a folded word as a given name; None: not known."""
    home: str = ""
    """The clinic's own municipality: where the sheet names none, its villages are there."""


def habits_of(lines: Iterable[Line], columns: Sequence[Field]) -> Habits:
    """What the whole column says about its letters and its dates."""
    letters: set[str] = set()
    orders: set[bool] = set()
    for line in lines:
        for meant, cell in zip(columns, line.cells, strict=False):
            if meant is Field.SEX and isinstance(cell, str):
                letters.add(fold(cell))
            elif meant in (Field.BIRTH, Field.REGISTERED_ON) and isinstance(cell, str):
                orders |= _orders(cell)
    man = bool(letters & {"f", "fem", "femenino", "femenina", "female"})
    woman = bool(letters & {"h", "hombre"})
    letter = (Sex.MALE if man else Sex.FEMALE) if man != woman else None
    return Habits(letter_m=letter, month_first=orders == {True})


def _orders(text: str) -> set[bool]:
    """Which order this one date proves: {True} month first, {False} day first, nothing where both could be."""
    parts = fold(text).split()
    if len(parts) < 3 or not all(part.isascii() and part.isdecimal() for part in parts[:3]) or len(parts[0]) > 2:
        return set()
    first, second = int(parts[0]), int(parts[1])
    return {first <= 12} if (first > 12) != (second > 12) and max(first, second) <= 31 else set()


# -- lines


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line as it was understood."""

    number: int
    details: Details
    municipality_words: str
    registered_on: date | None
    faults: tuple[str, ...]
    said: str
    doubts: tuple[str, ...] = ()
    """What can be read in two ways: a person looks before it is taken in."""
    notes: tuple[str, ...] = ()
    """What is worth a look and keeps nobody out."""


@dataclass(slots=True)
class _Found:
    """What comes together while a line is read."""

    habits: Habits
    told: date
    cells: dict[Field, Cell]
    faults: list[str] = field(default_factory=list[str])
    doubts: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])

    def text(self, meant: Field) -> str:
        """A cell as text in one line; a fault where that would not be what somebody wrote."""
        cell = self.cells.get(meant)
        if isinstance(cell, date):
            self.fault(meant, _("a day stands there; the spreadsheet may have made it out of something else"))
            return ""
        said = as_text(cell)
        if len(said) > LONGEST_CELL:
            self.fault(meant, _("so long a text does not belong there"))
            return ""
        if said == NO_RESULT:
            self.fault(meant, _("a formula stands there without its result. Open the file and save it again"))
            return ""
        if said.upper() in FAILED_RESULTS:
            self.fault(meant, _("a formula that failed stands there"))
            return ""
        return said

    def fault(self, meant: Field, words: str) -> None:
        self.faults.append(f"{say_field(meant)}: {words}")


def read_line(
    number: int,
    cells: Sequence[Cell],
    columns: Sequence[Field],
    told_on: date,
    today: date,
    habits: Habits | None = None,
) -> ReadLine:
    """Read one line. Ages count from `told_on`, or from the day of registration where the line has one."""
    named = {meant: cell for meant, cell in zip(columns, cells, strict=False) if meant is not Field.LEFT_OUT}
    found = _Found(habits or Habits(), told_on, named)
    registered_on = _registered_on(found, today)
    found.told = registered_on or told_on
    given, family, second = _names(found)
    municipality_words = found.text(Field.MUNICIPALITY)
    kind, national_id = _national_id(found)
    details = tidy(
        Details(
            given_names=given,
            family_name=family,
            second_family_name=second,
            married_name=_unfilled(found.text(Field.MARRIED)),
            known_as=_unfilled(found.text(Field.KNOWN_AS)),
            sex=_sex(found),
            birth=_birth(found, today),
            municipality_code=_municipality(found, municipality_words),
            community=found.text(Field.COMMUNITY),
            language_code=_language(found),
            phone=found.text(Field.PHONE),
            national_id_kind=kind,
            national_id=national_id,
            contact_name=_unfilled(found.text(Field.CONTACT)),
            contact_kinship=found.text(Field.CONTACT_KINSHIP),
            contact_phone=found.text(Field.CONTACT_PHONE),
            mother_name=_unfilled(found.text(Field.MOTHER)),
            guardian_name=_unfilled(found.text(Field.GUARDIAN)),
            folder_number=found.text(Field.FOLDER),
        )
    )
    try:
        must_have_name(details)
    except Refused:
        found.faults.insert(0, _("There is no name."))
    return ReadLine(
        number, details, municipality_words, registered_on, tuple(found.faults), say_line(details, today),
        tuple(found.doubts), tuple(found.notes),
    )  # fmt: skip


def say_line(details: Details, today: date) -> str:
    """ "TZOC PÉREZ, María · Mujer · 14-jul-1987 (39 a) · Nebaj, Pulay"."""
    parts = [said_name(details.name)]
    if details.sex is not Sex.UNKNOWN:
        parts.append(say_sex(details.sex))
    if details.birth is not None:
        parts.append(say_born(details.birth, today))
    parts.append(said_place(details.municipality_code, details.community))
    return " · ".join(part for part in parts if part)


def _unfilled(text: str) -> str:
    return "" if is_filler(text) else text


def _names(found: _Found) -> tuple[str, str, str]:
    given = _unfilled(found.text(Field.GIVEN))
    family, second = _unfilled(found.text(Field.FAMILY)), _unfilled(found.text(Field.SECOND_FAMILY))
    families = _unfilled(found.text(Field.FAMILIES))
    if families:
        family, second = split_families(families)
    whole = _unfilled(found.text(Field.WHOLE_NAME))
    if whole and not given and not family:
        typed = split_typed(whole, found.habits.is_given)
        given, family, second = typed.given, typed.family, typed.second_family
        words = [word for word in fold(whole).split() if word not in PARTICLES]
        if "," not in whole and len(words) > 1 and all(found.habits.is_given(word) is None for word in words):
            found.doubts.append(_("Which words are the surnames is a guess: {name}").format(name=said_line(whole)))
    return given, family, second


def said_line(text: str) -> str:
    """Short enough to stand in a sentence."""
    return text if len(text) <= 80 else text[:79] + "…"


def split_families(text: str) -> tuple[str, str]:
    """ "de León Tzoc" is "de León" and "Tzoc"; what is left after the first belongs to the second."""
    words = text.split()
    count = 0
    while count < len(words) - 1 and fold(words[count]) in PARTICLES:
        count += 1
    return " ".join(words[: count + 1]), " ".join(words[count + 1 :])


_SEXES = {
    word: sex
    for sex, words in {
        Sex.FEMALE: "f fem femenino femenina mujer hembra female woman w nina senora",
        Sex.MALE: "h masc masculino hombre varon male man nino senor",
        Sex.OTHER: "otro otra other o",
    }.items()
    for word in words.split()
}


def _sex(found: _Found) -> Sex:
    text = found.text(Field.SEX)
    word = fold(text)
    if says_unknown(text) or word in ("nd", "no indica", "ni", "na", "n a", "s d"):
        return Sex.UNKNOWN
    if word == "m":
        if found.habits.letter_m is not None:
            return found.habits.letter_m
        found.doubts.append(_("“M” alone may be mujer or masculino: the column has neither H nor F."))
        return Sex.UNKNOWN
    if word not in _SEXES:
        found.fault(
            Field.SEX, _("“{said}” is not understood. Write F or M, hombre or mujer.").format(said=_quoted(text))
        )
    return _SEXES.get(word, Sex.UNKNOWN)


def _quoted(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _birth(found: _Found, today: date) -> Birth | None:
    told = _told(found, Field.BIRTH, today)
    aged = _told(found, Field.AGE, today)
    if told is not None and aged is not None and abs(told.day.year - aged.day.year) > 1:
        found.notes.append(_("The age does not agree with the birth date, which is kept."))
    return told or aged


def _told(found: _Found, meant: Field, today: date) -> Birth | None:
    cell = found.cells.get(meant)
    if isinstance(cell, date):
        if meant is Field.AGE:
            found.fault(meant, _("a day stands there"))
            return None
        day = cell.date() if isinstance(cell, datetime) else cell
        text = _as_typed(day)
    else:
        text = _half_year(cell) or _in_our_order(found, found.text(meant))
        if meant is Field.BIRTH and (counted := _counted_day(text)):
            try:
                birth = read_birth(_as_typed(counted), found.told)
            except Refused:
                pass  # no day on which somebody could be born: said below, with what stands there
            else:
                found.doubts.append(_said_counted(meant, text, counted))
                return birth
    if says_unknown(text):
        return None
    try:
        return read_birth(text, found.told)
    except Refused as error:
        found.fault(meant, _("“{said}”: {why}").format(said=_quoted(text), why=error.sentence()))
        return None


def _as_typed(day: date) -> str:
    return day.strftime("%d/%m/") + f"{day.year:04d}"


_COUNTED = re.compile(r"([3-9]\d{3}|\d{5})(?:[.,]\d+)?")


def _counted_day(text: str) -> date | None:
    """The day that "31000" is, as a spreadsheet counts days from 1900 on; "1984" is a year."""
    counted = _COUNTED.fullmatch(text)
    return date(1899, 12, 30) + timedelta(days=int(counted[1])) if counted and text.isascii() else None


def _said_counted(meant: Field, text: str, day: date) -> str:
    words = _("“{said}” is a number; as a spreadsheet counts days it is {day}. Look whether that is right.")
    return f"{say_field(meant)}: {words.format(said=_quoted(text), day=say_day(day))}"


def _half_year(cell: Cell) -> str:
    """Half a year is six months."""
    if isinstance(cell, float) and isfinite(cell) and 0 < cell < 10 and not cell.is_integer():
        return f"{int(cell * 12)}m"
    return ""


def _in_our_order(found: _Found, text: str) -> str:
    """Day first, and without the midnight that a spreadsheet wrote beside the day."""
    parts = fold(text).split()
    if len(parts) > 3 and ":" in text:
        parts = parts[:3]
        text = "/".join(parts)
    swaps = found.habits.month_first and len(parts) == 3 and len(parts[0]) <= 2
    if swaps and all(part.isascii() and part.isdecimal() for part in parts):
        return "/".join((parts[1], parts[0], parts[2]))
    return text


def _registered_on(found: _Found, today: date) -> date | None:
    cell = found.cells.get(Field.REGISTERED_ON)
    if isinstance(cell, date):
        day: date | None = cell.date() if isinstance(cell, datetime) else cell
    else:
        text = _in_our_order(found, found.text(Field.REGISTERED_ON))
        if says_unknown(text):
            return None
        if (counted := _counted_day(text)) and counted.year >= 1950 and counted <= today:
            found.doubts.append(_said_counted(Field.REGISTERED_ON, text, counted))
            return counted
        day = _whole_day(text, today)
    if day is None or day > today or day.year < 1950:
        found.fault(Field.REGISTERED_ON, _("“{said}” is not a day that has been.").format(said=_quoted(as_text(cell))))
        return None
    return day


def _whole_day(text: str, today: date) -> date | None:
    try:
        day: PartialDate = read_birth(text, today).day
    except Refused:
        return None
    return day.earliest() if day.day is not None else None


def read_told_on(text: str, today: date) -> date | None:
    """The day on which ages were told, as somebody types it; None for what is no day that has been."""
    day = _whole_day(text, today)
    return day if day is not None and day <= today else None


@lru_cache(maxsize=4096)
def _municipality_code(words: str, home: str) -> str | None:
    """None where several bear this name, "" where none does."""
    hits = find_municipalities(words, home, limit=50)
    if len(hits) == 1:
        return hits[0].code
    named = [hit for hit in hits if fold(words) in (fold(hit.name), fold(hit.said()))]
    near = municipality(home)
    here = [hit for hit in named if near and (hit.country, hit.department) == (near.country, near.department)]
    for choice in (named, here):
        if len(choice) == 1:
            return choice[0].code
    return None if hits else ""


def _municipality(found: _Found, words: str) -> str:
    if not fold(words):
        # A village without its municipality is one of the clinic's own; of who has no village nothing is known.
        return found.habits.home if fold(as_text(found.cells.get(Field.COMMUNITY))) else ""
    code = _municipality_code(words, found.habits.home)
    if code:
        return code
    if code is None:
        why = _("several are called “{said}”. Write the department too: Nebaj, Quiché.")
    else:
        why = _("none is called “{said}”.")
    found.fault(Field.MUNICIPALITY, why.format(said=_quoted(words)))
    return ""


@cache
def _language_codes() -> dict[str, str]:
    codes = {fold(name): code for code, name in languages()}
    spanish = codes.get("espanol") or codes.get("castellano")
    return codes | ({"espanol": spanish, "castellano": spanish, "spanish": spanish} if spanish else {})


def _language(found: _Found) -> str:
    text = found.text(Field.LANGUAGE)
    if says_unknown(text):
        return ""
    code = _language_codes().get(fold(text)) or _language_codes().get(fold(text).replace(" ", ""))
    if code is None:
        found.notes.append(_("Language “{said}”: not on the list, left empty.").format(said=_quoted(text)))
    return code or ""


def _national_id(found: _Found) -> tuple[str, str]:
    text = found.text(Field.NATIONAL_ID)
    if says_unknown(text) or is_filler(text):
        return "", ""
    cell = found.cells.get(Field.NATIONAL_ID)
    if _lost_figures(text) or _ROUNDED.fullmatch(text) or (isinstance(cell, float) and not cell.is_integer()):
        said = _("“{said}” lost its last figures in the spreadsheet. Make the column text and write it again.")
        found.fault(Field.NATIONAL_ID, said.format(said=_quoted(text)))
        return "", ""
    kind = kind_of(text) or CUI
    wrong = doubt(kind, text)
    if wrong:
        found.notes.append(f"{say_field(Field.NATIONAL_ID)}: {wrong}")
    return (kind.code, text)


_ROUNDED = re.compile(r"[1-9]\d{5,}0{6}")
"""A long number that ends in noughts: what was left of "1.23E+12"; no card has such a number."""


def _lost_figures(text: str) -> bool:
    """ "1.23E+12", as spreadsheets write long numbers into a csv."""
    mantissa, e, power = text.upper().replace(",", ".").partition("E")
    return bool(e) and mantissa.replace(".", "", 1).isdecimal() and power.lstrip("+").isdecimal()


@cache
def _usual_words() -> tuple[frozenset[str], frozenset[str]]:
    given, families = (
        frozenset(word for row in read_catalog(name) for word in fold(row["name"]).split())
        for name in ("demo_given_names", "demo_surnames")
    )
    return given, families


def usually_given(word: str) -> bool | None:
    """How the region uses a folded word, for a clinic that knows nobody yet; None: not known."""
    given, families = _usual_words()
    return True if word in given else False if word in families else None
