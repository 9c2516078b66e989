"""The prescription, for the person and for a pharmacy: what, how, how much, by whom. No diagnosis unless asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.letters.times_of_day import HEIGHT, TimesOfDay
from clinic_desktop.features.medication.queries import formulary, prescriptions
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.rules.controlled import say_control
from clinic_desktop.features.medication.rules.courses import say_days
from clinic_desktop.features.medication.rules.doses import Dose, say_dose
from clinic_desktop.features.medication.rules.in_words import in_spanish
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.refusals import WaitsForSignature
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.banner import say_what_is_not_borne
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _, language
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Block,
    Drawing,
    Fact,
    Facts,
    Heading,
    Letterhead,
    Notice,
    Paper,
    PaperSize,
    Signature,
    Signer,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class Prescription:
    """Everything that stands on the paper."""

    head: Letterhead | None
    """None where it would tell the pharmacy of the village why somebody comes here."""
    size: str
    name: str
    number: str
    age: str
    allergies: str
    lines: tuple[CurrentMedicine, ...]
    diagnoses: tuple[str, ...]
    printed_by: str
    printed_at: str
    controls: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the rule of a controlled medicine asks of this paper, by presentation."""


def prescription_paper(asker: Asker, note_id: str, *, full_page: bool = False, diagnoses: Sequence[str] = ()) -> Paper:
    """The prescription signed with a note, as it was written; what was stopped since is left out.

    Of somebody in training only once a supervisor signed it, or with the reason why it could not wait.
    """
    asker.require(Permission.READ_CHART, Permission.PRESCRIBE)
    lines = tuple(line for line in prescriptions.prescribed_in(asker, note_id) if line.stopped_on is None)
    if not lines:
        raise NotHere()
    unsigned = next((line for line in lines if line.unsigned), None)
    if unsigned is not None:
        raise WaitsForSignature(folio=unsigned.folio or "")
    header = patients.header(asker, PatientId(lines[0].patient_id))
    return lay_out(
        Prescription(
            head=neutral_letterhead(asker),
            size=paper_size(asker) if full_page else PaperSize.HALF_LETTER,
            name=header.said,
            number=header.number,
            age=header.age,
            allergies=say_what_is_not_borne(header),
            lines=lines,
            diagnoses=tuple(diagnoses),
            printed_by=asker.actor.name,
            printed_at=say_instant(asker.now, asker.place.zone),
            controls=_controls(asker, lines),
        )
    )


def _controls(asker: Asker, lines: Sequence[CurrentMedicine]) -> dict[str, str]:
    found = formulary.controls(asker, [line.presentation_id for line in lines if line.presentation_id])
    return {key: say_control(control, at_counter=True) for key, control in found.items()}


def lay_out(prescription: Prescription) -> Paper:
    """Allergies at the top, then each medicine with its drawings, then who signs."""
    first = prescription.lines[0]
    folio = first.folio or ""
    blocks: list[Block] = [
        Facts(_facts(prescription), 2),
        Notice(prescription.allergies),
    ]
    for at, line in enumerate(prescription.lines, 1):
        blocks += [*_line(at, line), Words(prescription.controls.get(line.presentation_id or ""))]
    if prescription.diagnoses:
        blocks.append(Words("\n".join(prescription.diagnoses), head=_("Diagnosis")))
    blocks += _terms(prescription.lines)
    blocks.append(_signature(first))
    return Paper(
        title=_("Prescription"),
        letterhead=prescription.head,
        size=prescription.size,
        subject=prescription.name,
        folio=folio,
        code=folio,
        dateline=say_day(first.signed_on),
        footer=printed_words(by=prescription.printed_by, at=prescription.printed_at),
        blocks=tuple(blocks),
    )


def _facts(prescription: Prescription) -> tuple[Fact, ...]:
    return (
        Fact(_("Name"), prescription.name, wide=True),
        Fact(_("Record number"), prescription.number),
        Fact(_("Age"), prescription.age),
    )


def _line(at: int, line: CurrentMedicine) -> list[Block]:
    blocks: list[Block] = [Heading(f"{at}. {line.name} {line.product}".strip())]
    course = line.course
    if course is not None and not course.as_needed:
        for step in course.dated(line.signed_on):
            days = f"{say_day(step.begins)} – {say_day(step.last_day)}"
            stepped = len(course.steps) > 1 or course.starts_on is not None
            blocks += _taken(step.dose, line.unit, days if stepped else "")
    elif line.dose_said:
        blocks.append(Words(line.dose_said, large=True))
    blocks.append(Words(line.instructions_text))
    blocks.append(Words(_how_much(line), strong=True))
    return blocks


def _taken(dose: Dose, unit: Unit | None, days: str) -> list[Block]:
    said = say_dose(dose, unit)
    words = Words(f"{days}: {said}" if days else said)
    # A rhythm of several days is no time of day: only words say it.
    return [Drawing(TimesOfDay(dose), HEIGHT, leads=True), words] if dose.every_days == 1 else [words]


def _how_much(line: CurrentMedicine) -> str:
    units = say_units(line.units, line.unit)
    in_letters = f" ({in_spanish(line.units)})" if language() == "es" else ""
    return _("For {days}: {units}{in_letters}").format(days=say_days(line.days), units=units, in_letters=in_letters)


def _terms(lines: Sequence[CurrentMedicine]) -> list[Block]:
    found: list[Block] = []
    capped = next((line.days_per_pickup for line in lines if line.days_per_pickup), None)
    if capped:
        found.append(Words(_("Hand out for {days} at a time.").format(days=say_days(capped))))
    if any(line.urgent_reason for line in lines) and lines[0].supervisor_text is None:
        # Why it could not wait is for the supervisor: whoever sees the paper would learn of the illness.
        found.append(Notice(_("Urgent, before the signature of a supervisor.")))
    return found


def _signature(line: CurrentMedicine) -> Signature:
    signers = [_signer(line.prescriber_text or "", ())]
    if line.supervisor_wanted:
        signers.append(_signer(line.supervisor_text or "", (_("Supervisor"),)))
    return Signature(tuple(signers))


def _signer(told: str, more: tuple[str, ...]) -> Signer:
    """Name and licence were kept in one text, as they stood under the signature."""
    name, *rest = (part.strip() for part in told.split(" · "))
    return Signer(name, (*rest, *more))
