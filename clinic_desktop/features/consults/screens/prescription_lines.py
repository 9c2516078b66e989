"""A line of the prescription while it is written, and what differs from what the person was prescribed last."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, cast

from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.courses import (
    Course,
    counts,
    read_course,
    read_days_and_units,
    say_course,
    says_its_days,
    units_of,
    usual_days,
)
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.refusals import BottlesMissing, MedicineUnchosen
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id

USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that is needed to show the line and to sign it."""

    request_id: str
    presentation_id: str | None
    medicine_text: str | None
    dose: str
    """As it is typed: "1-0-1", "1 sos 2", "1-0-1 7d > 1-0-0 14d"."""
    days: int
    units: int | None = None
    instructions_text: str | None = None
    starts_on: str | None = None
    repeats_id: str | None = None

    @property
    def course(self) -> Course | None:
        if not self.dose:
            return None
        try:
            found = read_course(self.dose, self.days)
            begins = date.fromisoformat(self.starts_on) if self.starts_on else None
        except (Refused, ValueError):
            return None
        return Course(found.steps, found.most_per_day, begins)

    @property
    def is_as_needed(self) -> bool:
        course = self.course
        return course is not None and course.as_needed

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    def said(self, unit: Unit | None, today: date) -> str:
        course = self.course
        return say_course(course, unit, today) if course else self.instructions_text or ""

    def in_short(self) -> str:
        course = self.course
        how = str(course) if course else self.instructions_text or ""
        return f"{how} · {self.days} d"

    def units_with(self, product: Product | None) -> int | None:
        """What leaves the shelf, or is bought; None while it cannot be counted."""
        unit, content = (product.unit, product.content_tenths_ml) if product else (Unit.PIECE, None)
        course = self.course
        if self.units is not None or course is None or not counts(unit, content):
            return self.units
        return units_of(course, unit, content)

    def to_sign(self, today: date, days_per_pickup: int | None, keeper_name: str) -> PrescriptionLine:
        course = self.course
        if course is not None and course.starts_on is not None and course.starts_on < today:
            # The draft lay longer than that: it begins when it is signed.
            course = Course(course.steps, course.most_per_day)
        return PrescriptionLine(
            self.request_id, self.presentation_id, self.medicine_text, course, self.days, self.units,
            self.instructions_text, days_per_pickup, keeper_name or None, self.repeats_id,
        )  # fmt: skip


def read_draft(product: Product | None, text: str, dose: str, told: str, changing: Draft | None) -> Draft:
    """A line as it is typed: medicine, dose, and for how long (`told`), which the dose may say itself."""
    if product is None and not text:
        raise MedicineUnchosen()
    days, units = read_days_and_units(told) if told else (USUAL_DAYS, None)
    course = read_course(dose, days)
    if not told and len(course.steps) == 1 and not says_its_days(dose):
        course = course.for_days(usual_days(course, days))
    known, words = (product.presentation_id, None) if product else (None, text)
    line = Draft(new_id(), known, words, course.typed(), course.days, units)
    if changing is not None:
        line = replace(
            line, request_id=changing.request_id, instructions_text=changing.instructions_text,
            starts_on=changing.starts_on, repeats_id=changing.repeats_id,
        )  # fmt: skip
    if product is not None:
        if counts(product.unit, product.content_tenths_ml):
            return replace(line, units=None)
        if units is None:
            raise BottlesMissing()
    return line


def draft_from(kept: Any) -> Draft | None:
    """A line as a draft kept it; None for one that this program does not understand."""
    if not isinstance(kept, dict):
        return None
    kept = cast("dict[str, Any]", kept)
    known = {field.name for field in fields(Draft)}
    try:
        return Draft(**{key: value for key, value in kept.items() if key in known})
    except TypeError:
        return None


def repeated(old: CurrentMedicine) -> Draft:
    """Once more, as it was; a dose that changed in steps goes on with the one it has come to."""
    course = old.course
    last = Course(course.steps[-1:], course.most_per_day) if course else None
    units = None if last is not None and counts(old.unit, old.content_tenths_ml) else old.units
    if old.presentation_id is None and last is not None:
        units = None
    text = old.name if old.presentation_id is None else None
    dose = last.typed() if last else ""
    return Draft(
        new_id(), old.presentation_id, text, dose, old.days, units, old.instructions_text, None, old.request_id
    )


def old_of(line: Draft, product: Product | None, current: Sequence[CurrentMedicine]) -> CurrentMedicine | None:
    """The earlier line that this one goes on with: the one it repeats, the same product, or the same medicine."""
    for old in current:
        if old.request_id == line.repeats_id:
            return old
    # What is taken every day goes on with what was, and what is taken as needed likewise.
    current = sorted(current, key=lambda old: bool(old.course and old.course.as_needed) != line.is_as_needed)
    for old in current:
        if line.presentation_id is not None and old.presentation_id == line.presentation_id:
            return old
        if line.presentation_id is None and old.name == line.medicine_text:
            return old
    wanted = product.medicine_id if product else None
    return next((old for old in current if wanted is not None and old.medicine_id == wanted), None)


def short_of(old: CurrentMedicine, *, with_product: bool = False) -> str:
    how = str(old.course) if old.course else old.instructions_text or ""
    return " ".join(part for part in (old.strength_text if with_product else "", f"{how} · {old.days} d") if part)


def difference(line: Draft, old: CurrentMedicine | None, product: Product | None) -> str:
    """What is not as it was, in words; empty for a line that stays the same."""
    if old is None:
        return _("new")
    other = old.presentation_id != line.presentation_id
    before, now = short_of(old, with_product=other), line.in_short()
    if other and product is not None and product.strength_text:
        now = f"{product.strength_text} {now}"
    return "" if before == now else _("before {before} → now {now}").format(before=before, now=now)
