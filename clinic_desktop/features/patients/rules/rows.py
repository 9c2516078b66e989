"""What lists, banners and forms are given of a person: plain values, never a record."""

from dataclasses import dataclass
from datetime import datetime

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.naming import Name
from clinic_desktop.features.patients.rules.patient import AllergyStatus, Details, LinkKind
from clinic_desktop.features.patients.rules.ranking import Level
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId


@dataclass(frozen=True, slots=True)
class Mark:
    """What an upper room says of a person beside the name; with a label it is a fact, without one a chip."""

    text: str
    tone: str = "neutral"
    icon: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One line of a list of people."""

    patient_id: PatientId
    entry: int
    number: str
    name: Name
    said: str
    birth: Birth | None
    born: str
    sex: Sex
    place: str
    mother: str
    known_as: str
    died: bool
    level: Level = Level.CLOSE
    reasons: tuple[str, ...] = ()
    community_first: str = ""
    """The place for a narrow column: what tells neighbours apart stands where it is not cut off."""


@dataclass(frozen=True, slots=True)
class Results:
    rows: tuple[Found, ...]
    total: int
    """How many there are in all; more than are shown."""
    typed: tuple[str, ...] = ()
    """The words looked for, folded."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the banner says of the person whose page it is."""

    patient_id: PatientId
    number: str
    said: str
    name: Name
    known_as: str
    sex: Sex
    birth: Birth | None
    born: str
    age: str
    place: str
    language: str
    needs_interpreter: bool
    allergy_status: AllergyStatus
    allergies: tuple[str, ...]
    died_on: PartialDate | None
    voided: bool
    phone: str
    phone_note: str
    mother: str
    restricted: bool = False
    unidentified: bool = False
    doubted: tuple[str, ...] = ()
    """Units of the record (and "allergies") of which two clinics wrote different things and nobody said which holds."""
    other_records: tuple[str, ...] = ()
    """Numbers of the other records of the same person; whoever shows them asks for them (queries/similar.py)."""


@dataclass(frozen=True, slots=True)
class AllergyRow:
    allergy_id: str
    substance: str
    reaction: str


@dataclass(frozen=True, slots=True)
class Known:
    """A registration as its form shows it."""

    details: Details
    number: str
    died_on: PartialDate | None
    allergy_status: AllergyStatus
    allergies: tuple[AllergyRow, ...]
    voided: bool
    void_reason: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Similar:
    """A registered person who may be the one being registered, with what speaks for and against it."""

    patient_id: PatientId
    number: str
    said: str
    born: str
    place: str
    mother: str
    equal: tuple[str, ...]
    different: tuple[str, ...]
    strong: bool


@dataclass(frozen=True, slots=True)
class Link:
    link_id: str
    other_id: PatientId
    kind: LinkKind
    reason: str


@dataclass(frozen=True, slots=True)
class LinkedRecord:
    """Another record of the same person."""

    patient_id: PatientId
    number: str
    said: str
    link_id: str
    """The decision that joins it to the record asked about; "" where another record stands between them."""
    reason: str
    leading: bool
    """It is the one to go on with."""
    doubted: bool
    """Somebody else said that these are two people, so it does not hold."""
