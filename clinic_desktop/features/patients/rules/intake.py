"""People from a sheet: which column is what, how a line is read, and what was found of each before anything is kept.

Nothing is guessed silently: what cannot be read is a fault, said with its line. rules/intake_lines.py reads the lines.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from math import isfinite
from types import MappingProxyType

from clinic_desktop.features.patients.rules.naming import clean_line
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.names import fold

Cell = str | int | float | bool | date | datetime | None
"""What a sheet holds in one place; times of the day come as text."""


class Field(StrEnum):
    """What a column may hold."""

    LEFT_OUT = "left-out"
    GIVEN = "given-names"
    FAMILIES = "families"
    """Both family names in one cell."""
    FAMILY = "family-name"
    SECOND_FAMILY = "second-family-name"
    MARRIED = "married-name"
    KNOWN_AS = "known-as"
    WHOLE_NAME = "whole-name"
    SEX = "sex"
    AGE = "age"
    BIRTH = "birth"
    MUNICIPALITY = "municipality"
    COMMUNITY = "community"
    LANGUAGE = "language"
    PHONE = "phone"
    NATIONAL_ID = "national-id"
    FOLDER = "folder-number"
    MOTHER = "mother"
    CONTACT = "contact"
    CONTACT_KINSHIP = "contact-kinship"
    CONTACT_PHONE = "contact-phone"
    GUARDIAN = "guardian"
    REGISTERED_ON = "registered-on"
    """The day on which the clinic wrote the person down: ages were told on it."""


FIELD_WORDS: Mapping[Field, str] = MappingProxyType(
    {
        Field.LEFT_OUT: N_("Left out"),
        Field.GIVEN: N_("Given names"),
        Field.FAMILIES: N_("Both surnames"),
        Field.FAMILY: N_("First surname"),
        Field.SECOND_FAMILY: N_("Second surname"),
        Field.MARRIED: N_("Married name"),
        Field.KNOWN_AS: N_("Known as"),
        Field.WHOLE_NAME: N_("Whole name"),
        Field.SEX: N_("Sex"),
        Field.AGE: N_("Age"),
        Field.BIRTH: N_("Birth date"),
        Field.MUNICIPALITY: N_("Municipality"),
        Field.COMMUNITY: N_("Community"),
        Field.LANGUAGE: N_("Language"),
        Field.PHONE: N_("Telephone"),
        Field.NATIONAL_ID: N_("DPI or another card"),
        Field.FOLDER: N_("Folder number"),
        Field.MOTHER: N_("Mother"),
        Field.CONTACT: N_("Trusted person"),
        Field.CONTACT_KINSHIP: N_("Kinship of the trusted person"),
        Field.CONTACT_PHONE: N_("Telephone of the trusted person"),
        Field.GUARDIAN: N_("Guardian"),
        Field.REGISTERED_ON: N_("Day of registration"),
    }
)


def say_field(column: Field) -> str:
    return _(FIELD_WORDS[column])


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    """As the spreadsheet program counts: the headings are a line too."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    file_name: str
    sha256: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    """Without those in which nothing is written, and without a sum at the end."""
    taken_from: str = ""
    """Which sheet of several it is, and where its headings stand if not in the first line; in words."""

    @property
    def said(self) -> str:
        return f"{self.file_name} · {self.taken_from}" if self.taken_from else self.file_name


class Verdict(StrEnum):
    """What a line is; every line is exactly one of these."""

    NEW = "new"
    KNOWN = "known"
    """The person is registered already."""
    DOUBTFUL = "doubtful"
    """May be somebody who is registered, or somebody of another line; or it can be read in two ways."""
    FAULTY = "faulty"
    """Something in it cannot be read, or there is no name."""


VERDICT_WORDS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.NEW: N_("New people"),
        Verdict.KNOWN: N_("Already registered"),
        Verdict.DOUBTFUL: N_("To look at"),
        Verdict.FAULTY: N_("With a fault"),
    }
)


def say_verdict(verdict: Verdict) -> str:
    return _(VERDICT_WORDS[verdict])


@dataclass(frozen=True, slots=True)
class Judged:
    number: int
    verdict: Verdict
    said: str
    """Who it is, as it was understood: for the eyes of the person who imports."""
    reasons: tuple[str, ...] = ()
    """Why; of a new person, what is worth a look though it keeps nobody out."""
    patient_id: PatientId | None = None
    """Of who is known, or who it may be."""


@dataclass(frozen=True, slots=True)
class Judgement:
    lines: tuple[Judged, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        counted = Counter(line.verdict for line in self.lines)
        return {verdict: counted[verdict] for verdict in Verdict}

    def of(self, verdict: Verdict) -> tuple[Judged, ...]:
        return tuple(line for line in self.lines if line.verdict is verdict)


class NoNameColumn(Refused):
    text = N_("No column was named as the given names, the surnames or the whole name. Say which one it is.")


class ColumnTwice(Refused):
    text = N_("Two columns were named “{field}”. Leave one of them out.")


class ColumnsSayTwice(Refused):
    text = N_("“{one}” and “{other}” say the same in two ways. Leave one of them out.")


class ColumnsDoNotFit(Refused):
    text = N_("The columns that were named are not those of this sheet. Open the sheet again.")


# -- columns

_HEADINGS: Mapping[Field, str] = MappingProxyType(
    {
        Field.GIVEN: "nombres|nombre|nombre propio|nombres del paciente|nombre s|primer nombre|given names|given name"
        "|first name|first names",
        Field.FAMILIES: "apellidos|apellido s|apellidos del paciente|surnames|last names|family names",
        Field.FAMILY: "primer apellido|apellido|apellido 1|apellido1|1er apellido|apellido paterno|paterno"
        "|first surname|surname|last name|family name",
        Field.SECOND_FAMILY: "segundo apellido|apellido 2|apellido2|2do apellido|2o apellido|apellido materno|materno"
        "|second surname|second last name",
        Field.MARRIED: "apellido de casada|de casada|casada|married name",
        Field.KNOWN_AS: "conocido como|conocida como|apodo|le dicen|sobrenombre|known as|nickname",
        Field.WHOLE_NAME: "nombre completo|nombres y apellidos|apellidos y nombres|nombre y apellido"
        "|nombre y apellidos|nombres apellidos|nombre apellido"
        "|paciente|nombre del paciente|apellidos nombres|nombre del usuario|full name|name|patient",
        Field.SEX: "sexo|genero|sex|gender|m f|f m|h m|m h|sexo m f|sexo f m|sexo h m|sexo m h",
        Field.AGE: "edad|edad anos|edad en anos|anos|age|age years",
        Field.BIRTH: "fecha de nacimiento|fecha nacimiento|nacimiento|f nacimiento|f nac|fec nac|fecha nac|fdn|fn"
        "|nacio|birth|birth date|date of birth|birthdate|dob",
        Field.MUNICIPALITY: "municipio|muni|municipio de residencia|municipality",
        Field.COMMUNITY: "comunidad|aldea|canton|caserio|aldea o caserio|lugar|paraje|barrio|colonia|residencia"
        "|comunidad aldea|direccion|lugar de residencia|procedencia|village|community|address",
        Field.LANGUAGE: "idioma|lengua|idioma materno|lengua materna|language",
        Field.PHONE: "telefono|tel|celular|cel|no de telefono|numero de telefono|telefono del paciente|movil|telefonos"
        "|phone|telephone|mobile",
        Field.NATIONAL_ID: "dpi|cui|dpi cui|cui dpi|no de dpi|numero de dpi|no dpi|curp|dui|documento|identificacion"
        "|id number|national id",
        Field.FOLDER: "expediente|carpeta|folder|ficha|no de expediente|numero de expediente|no expediente|no exp|exp"
        "|no de carpeta|numero de carpeta|no de ficha|numero de ficha|registro|no de registro|historia clinica|hc"
        "|record|record number|chart|chart number|folder number|file number",
        Field.MOTHER: "madre|nombre de la madre|mama|mother|mothers name|mother name",
        Field.CONTACT: "contacto|persona de contacto|familiar|persona de confianza|responsable|nombre del contacto"
        "|contact|contact name",
        Field.CONTACT_KINSHIP: "parentesco|relacion|kinship|relationship",
        Field.CONTACT_PHONE: "telefono del contacto|telefono de contacto|telefono contacto|telefono del familiar"
        "|telefono familiar|telefono del responsable|tel contacto|contact phone",
        Field.GUARDIAN: "encargado|encargada|encargado a|tutor|tutora|nombre del encargado|guardian",
        Field.REGISTERED_ON: "fecha de registro|fecha registro|fecha de ingreso|fecha ingreso|fecha de inscripcion"
        "|primera consulta|fecha de primera consulta|fecha 1a consulta|fecha|registered on|registration date|date",
    }
)


@cache
def _by_heading() -> dict[str, Field]:
    return {words: meant for meant, all_words in _HEADINGS.items() for words in all_words.split("|")}


def meant_by(heading: str) -> Field:
    """What a heading says; "Comunidad/Aldea" by its parts, where all of them say the same."""
    known = _by_heading()
    if whole := known.get(fold(heading)):
        return whole
    parts = {known.get(fold(part), Field.LEFT_OUT) for part in heading.split("/") if fold(part)}
    return parts.pop() if len(parts) == 1 else Field.LEFT_OUT


def are_headings(texts: Sequence[str]) -> bool:
    """Whether a line is that of the headings: two things at least are named."""
    return len({meant_by(text) for text in texts} - {Field.LEFT_OUT}) > 1


def propose(headings: Sequence[str]) -> tuple[Field, ...]:
    """What each column seems to hold, each thing once and in one way; what is not understood is left out."""
    found: list[Field] = []
    for heading in headings:
        meant = meant_by(heading)
        found.append(Field.LEFT_OUT if meant in found else meant)
    # "Nombre" beside no surname is the whole name.
    families = {Field.FAMILIES, Field.FAMILY, Field.SECOND_FAMILY, Field.WHOLE_NAME}
    if Field.GIVEN in found and not families & set(found):
        found[found.index(Field.GIVEN)] = Field.WHOLE_NAME
    _name_surnames_once(found)
    return tuple(found)


def _name_surnames_once(found: list[Field]) -> None:
    one, two, both = (field in found for field in (Field.FAMILY, Field.SECOND_FAMILY, Field.FAMILIES))
    if both and one:
        # Beside both of the single ones, "Apellidos" says nothing more; beside one, it says more than that one.
        found[found.index(Field.FAMILIES if two else Field.FAMILY)] = Field.LEFT_OUT
    elif both and two:
        found[found.index(Field.FAMILIES)] = Field.FAMILY
    elif one and not two:
        # "Apellido" once holds whatever was written there, both of them as often as one.
        found[found.index(Field.FAMILY)] = Field.FAMILIES


def must_fit(headings: Sequence[str], columns: Sequence[Field]) -> None:
    """Refuse columns that are not those of the sheet, name nobody, or name one thing twice."""
    if len(columns) != len(headings):
        raise ColumnsDoNotFit()
    counted = Counter(column for column in columns if column is not Field.LEFT_OUT)
    if twice := next((column for column, count in counted.items() if count > 1), None):
        raise ColumnTwice(field=say_field(twice))
    if Field.FAMILIES in counted and (single := counted.keys() & {Field.FAMILY, Field.SECOND_FAMILY}):
        raise ColumnsSayTwice(one=say_field(Field.FAMILIES), other=say_field(min(single)))
    if not {Field.GIVEN, Field.FAMILIES, Field.FAMILY, Field.WHOLE_NAME} & set(columns):
        raise NoNameColumn()


def column_names(headings: Sequence[str]) -> tuple[str, ...]:
    """The headings, each once: a second "Nombre" is "Nombre (2)". So they are remembered."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for heading in headings:
        name = clean_line(heading)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def as_text(cell: Cell) -> str:
    """A cell in one line, without signs that nobody can see; a whole number without its ".0"."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (cell.date() if not (cell.hour or cell.minute) else cell).isoformat()
    if isinstance(cell, float) and isfinite(cell) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    said = clean_line(str(cell))
    # The sign that keeps a cell from being a formula or a number, as the list of faulty lines is written.
    return said[1:] if said[:1] == "'" and said[1:2] in _KEPT_AS_TEXT else said


NO_RESULT = "#FÓRMULA?"
"""Stands for a formula whose result the file does not have."""
FAILED_RESULTS = frozenset({
    "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!",
    "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!", "#N/D", "#¡REF!", "#¿NOMBRE?", "#¡VALOR!", "#¡DIV/0!",
    "#¡NULO!", "#¡NUM!", "#¡CALC!", "#¡DESBORDAMIENTO!",
})  # fmt: skip
_FORMULA_SIGNS = ("=", "+", "-", "@")
_KEPT_AS_TEXT = frozenset("=+-@0123456789")


def harmless(cell: Cell) -> str:
    """As text that no spreadsheet program takes for a formula."""
    said = as_text(cell)
    return f"'{said}" if said.startswith(_FORMULA_SIGNS) else said


def from_line(number: int, reason: str) -> str:
    """ "línea 14: …"."""
    return _("line {number}: {reason}").format(number=number, reason=reason)
