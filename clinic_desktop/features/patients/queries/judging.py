"""Whether the people of a sheet are here already: line by line, in steps, with nothing changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.queries.intake import habits
from clinic_desktop.features.patients.queries.similar import EachCompared
from clinic_desktop.features.patients.queries.similar_lines import pairs_in_steps
from clinic_desktop.features.patients.records import Patient, PatientEntry
from clinic_desktop.features.patients.rules.identity import phone_digits, tidy_id
from clinic_desktop.features.patients.rules.intake import Field, Judged, Judgement, Sheet, Verdict, must_fit
from clinic_desktop.features.patients.rules.intake_lines import Habits, ReadLine, read_line, say_line
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import Details, from_columns
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.rules.terms import sound, words_of
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"patient", "patient_entry"})
_AT_ONCE = 500
_READ_AT_ONCE, _COMPARED_AT_ONCE = 200, 10


@dataclass(frozen=True, slots=True)
class Kept:
    """Somebody who is registered, as a line is compared with them."""

    patient_id: PatientId
    number: str
    details: Details

    @property
    def said(self) -> str:
        return f"{said_name(self.details.name)} ({self.number})"


@dataclass(frozen=True, slots=True)
class Here:
    """Who is registered under the numbers and the names of a sheet."""

    by_folder: Mapping[str, Sequence[Kept]]
    by_card: Mapping[str, Sequence[Kept]]
    by_name: Mapping[str, Sequence[Kept]]

    def known(self, line: Details) -> tuple[Kept, str] | None:
        """Who this line is beyond doubt, and why."""
        for kept in self.by_folder.get(fold(line.folder_number), ()):
            if named_alike(line, kept.details):
                return kept, _("Folder {number} is that of {who}.").format(number=line.folder_number, who=kept.said)
        for kept in self.by_card.get(tidy_id(line.national_id), ()):
            if named_alike(line, kept.details):
                return kept, _("The card is that of {who}.").format(who=kept.said)
        for kept in self.by_name.get(_name_key(line), ()):
            if _says_the_same(line, kept.details) and _says_enough(line):
                return kept, _("All that the line says is known of {who}.").format(who=kept.said)
        return None

    def doubted(self, line: Details) -> Iterator[tuple[Kept, str]]:
        """Who this line may be, as far as numbers and names say."""
        for kept in self.by_folder.get(fold(line.folder_number), ()):
            words = _("Folder {number} is that of {who}, who is called otherwise.")
            yield kept, words.format(number=line.folder_number, who=kept.said)
        for kept in self.by_card.get(tidy_id(line.national_id), ()):
            yield kept, _("The card is that of {who}, who is called otherwise.").format(who=kept.said)
        for kept in self.by_name.get(_name_key(line), ()):
            if _says_the_same(line, kept.details):
                yield kept, _("{who} is called the same, and nothing tells them apart.").format(who=kept.said)


def who_is_here(asker: Asker, lines: Sequence[Details]) -> Here:
    """The registered people who have a folder, a card or the whole name of one of these lines."""
    asker.require(Permission.IMPORT_PATIENTS)
    folders = {fold(line.folder_number) for line in lines} - {""}
    cards = {tidy_id(line.national_id) for line in lines} - {""}
    names = sorted({_name_key(line) for line in lines} - {""})
    numbered = sa.select(Patient.id, Patient.folder_number, Patient.national_id).where(
        sa.or_(Patient.folder_number.is_not(None), Patient.national_id.is_not(None)), Patient.voided_at.is_(None)
    )
    wanted = {
        patient_id: None
        for patient_id, folder, card in (asker.all(numbered) if folders or cards else ())
        if fold(folder or "") in folders or tidy_id(card or "") in cards
    }
    for some in _in_parts(names):
        called = sa.select(PatientEntry.patient_id).where(PatientEntry.sort_key.in_(some))
        wanted |= dict.fromkeys(patient_id for (patient_id,) in asker.all(called))
    by_folder: dict[str, list[Kept]] = {}
    by_card: dict[str, list[Kept]] = {}
    by_name: dict[str, list[Kept]] = {}
    for row in _people(asker, list(wanted)):
        kept = Kept(PatientId(row.id), row.number or "", from_columns(row))
        by_folder.setdefault(fold(kept.details.folder_number), []).append(kept)
        by_card.setdefault(tidy_id(kept.details.national_id), []).append(kept)
        by_name.setdefault(fold(said_name(name_of(row))), []).append(kept)
    for found in (by_folder, by_card, by_name):
        found.pop("", None)
    return Here(by_folder, by_card, by_name)


def _people(asker: Asker, ids: Sequence[str]) -> Iterator[Any]:
    chosen = sa.select(*Patient.__table__.columns).where(Patient.voided_at.is_(None), restricted.shown(asker))
    for some in _in_parts(ids):
        yield from asker.all(chosen.where(Patient.id.in_(some)))


def _in_parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def _name_key(details: Details) -> str:
    return fold(said_name(details.name))


def named_alike(one: Details, other: Details) -> bool:
    """Two words of the names sound alike, or all that one of the two has."""
    left, right = _sounds(one), _sounds(other)
    return len(left & right) >= min(2, len(left), len(right))


def _sounds(details: Details) -> set[str]:
    name = details.name
    return {sound(word) for word in words_of(f"{name.given} {name.family} {name.second_family}")}


def _told(details: Details) -> dict[str, object]:
    """What is said of somebody beside the name, in a form that writing does not change."""
    birth = details.birth
    told: dict[str, object] = {
        "birth": birth and (birth.day, birth.estimated),
        "sex": None if details.sex is Sex.UNKNOWN else details.sex,
        "community": fold(details.community),
        "mother": fold(details.mother_name),
        "phone": phone_digits(details.phone),
        "folder": fold(details.folder_number),
        "card": tidy_id(details.national_id),
    }
    return {what: value for what, value in told.items() if value}


def _says_the_same(line: Details, kept: Details) -> bool:
    known = _told(kept)
    return all(known.get(what) == value for what, value in _told(line).items())


def _says_enough(line: Details) -> bool:
    return len(_told(line).keys() - {"sex"}) >= 2


class Judging:
    """One look at a whole sheet: `vault.ask(judging.step, actor)` until it says that there is no more."""

    def __init__(self, sheet: Sheet, columns: Sequence[Field], told_on: date | None = None) -> None:
        must_fit(sheet.headings, columns)
        self._asked = (sheet.sha256, len(sheet.lines), tuple(columns), told_on)
        self._seen: tuple[object, ...] = ()
        self._sheet = sheet
        self._columns = tuple(columns)
        self._told_on = told_on
        self._habits = Habits()
        self.read: list[ReadLine] = []
        self.judged: list[Judged] = []
        self.done = 0
        self.total = 2 * len(sheet.lines)
        self._steps: Iterator[None] | None = None
        self._asker: Asker | None = None

    @property
    def judgement(self) -> Judgement:
        return Judgement(tuple(self.judged))

    def step(self, asker: Asker) -> bool:
        """Whether there is more to do."""
        asker.require(Permission.IMPORT_PATIENTS)
        self._asker = asker
        if self._steps is None:
            self._steps = self._all()
        return next(self._steps, _NO_MORE) is not _NO_MORE

    @property
    def _now(self) -> Asker:
        assert self._asker is not None, "each step brings its asker"
        return self._asker

    def _all(self) -> Iterator[None]:
        today = self._now.today
        told_on = min(self._told_on or today, today)
        self._seen = _seen(self._now)
        self._habits = habits(self._now, self._sheet.lines, self._columns)
        yield
        for line in self._sheet.lines:
            self.read.append(read_line(line.number, line.cells, self._columns, told_on, today, self._habits))
            self.done += 1
            if self.done % _READ_AT_ONCE == 0:
                yield
        readable = [line for line in self.read if not line.faults]
        details = [line.details for line in readable]
        here = who_is_here(self._now, details)
        yield
        twice = _twice_in_numbers(readable)
        for pair in pairs_in_steps(self._now, details):
            if pair is None:
                yield
                continue
            first, second = sorted((readable[pair.first], readable[pair.second]), key=lambda line: line.number)
            twice.setdefault(second.number, _seems(first, pair.equal))
        compared = EachCompared()
        for line in self.read:
            self.judged.append(self._judge(line, here, twice, compared, today))
            self.done += 1
            if self.done % _COMPARED_AT_ONCE == 0:
                yield
        self._now.remembered[_NAME] = self

    def holds(self, asker: Asker, sheet: Sheet, columns: Sequence[Field], told_on: date | None) -> bool:
        """Whether it was this question, and nobody was filed otherwise since."""
        asked = (sheet.sha256, len(sheet.lines), tuple(columns), told_on)
        return self._asked == asked and self._seen == _seen(asker)

    def _judge(
        self, line: ReadLine, here: Here, twice: Mapping[int, str], compared: EachCompared, today: date
    ) -> Judged:
        said = say_line(line.details, today)
        if line.faults:
            return Judged(line.number, Verdict.FAULTY, said, line.faults)
        known = here.known(line.details)
        if known is not None:
            return Judged(line.number, Verdict.KNOWN, said, (known[1],), known[0].patient_id)
        reasons = list(line.doubts)
        if line.number in twice:
            reasons.append(twice[line.number])
        maybe = next(here.doubted(line.details), None)
        patient_id = None
        if maybe is not None:
            patient_id = maybe[0].patient_id
            reasons.append(maybe[1])
        elif close := compared.strongest(self._now, line.details):
            patient_id = close.patient_id
            reasons.append(_("May be {who} ({number}).").format(who=close.said, number=close.number))
            reasons += [*close.equal, *close.different]
        if reasons:
            return Judged(line.number, Verdict.DOUBTFUL, said, tuple(reasons), patient_id)
        return Judged(line.number, Verdict.NEW, said, line.notes)


_NO_MORE = object()
_NAME = "patients.judging"


def judged_before(asker: Asker, sheet: Sheet, columns: Sequence[Field], told_on: date | None) -> Judging | None:
    """The last look, if it was at this sheet and still holds: who looks and then takes in waits once."""
    asker.require(Permission.IMPORT_PATIENTS)
    last: Judging | None = asker.remembered.get(_NAME)
    if last is not None and not last.holds(asker, sheet, columns, told_on):
        last = asker.remembered.pop(_NAME, None) and None
    return last


def _seen(asker: Asker) -> tuple[object, ...]:
    """What an answer depends on besides the sheet: what is filed, what day it is, and who asks."""
    ((version,),) = asker.plain("SELECT coalesce(max(version), 0) FROM patient_filing")
    return version, asker.today, asker.actor.staff_id, asker.actor.permissions


def _twice_in_numbers(lines: Iterable[ReadLine]) -> dict[int, str]:
    """Lines that have the folder, the card or word for word all of a line above."""
    first: dict[tuple[str, object], ReadLine] = {}
    found: dict[int, str] = {}
    for line in lines:
        details = line.details
        keys: list[tuple[str, object]] = [("all", (_name_key(details), tuple(sorted(_told(details).items(), key=str))))]
        keys += [("folder", fold(details.folder_number))] if fold(details.folder_number) else []
        keys += [("card", tidy_id(details.national_id))] if tidy_id(details.national_id) else []
        for what, value in keys:
            above = first.setdefault((what, value), line)
            if above is not line:
                words = _said_twice(what)
                found.setdefault(line.number, words.format(number=above.number, who=said_name(above.details.name)))
    return found


def _said_twice(what: str) -> str:
    if what == "folder":
        return _("Line {number} has the same folder number: {who}.")
    if what == "card":
        return _("Line {number} has the same card: {who}.")
    return _("Line {number} says the same: {who}.")


def _seems(first: ReadLine, equal: Sequence[str]) -> str:
    words = _("Line {number} seems to be the same person: {who}.")
    said = words.format(number=first.number, who=said_name(first.details.name))
    return f"{said.removesuffix('.')}: {', '.join(equal[:2])}" if equal else said
