"""A person's story on one page, and the clinician's list of the day. A few set-wise questions, whatever the years."""

from dataclasses import dataclass, replace
from datetime import date

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.queries.day import DayRow, PatientAppointment
from clinic_desktop.features.consults.queries import courses, diagnoses, notes, risks, scales, story, vitals
from clinic_desktop.features.consults.queries.courses import MedicineSpan
from clinic_desktop.features.consults.queries.diagnoses import ConditionRow
from clinic_desktop.features.consults.queries.holding import Holding, holding
from clinic_desktop.features.consults.queries.notes import LastNote, TimelineRow
from clinic_desktop.features.consults.queries.scales import DueScale, ScoreRow
from clinic_desktop.features.consults.queries.vitals import LastValue
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import Addendum, ConsultNote, Encounter, NoteSignature
from clinic_desktop.features.consults.records.findings import VitalSigns
from clinic_desktop.features.consults.records.risk import RiskEvent
from clinic_desktop.features.consults.records.scales import InstrumentResponse
from clinic_desktop.features.consults.rules.course import Answered, Course, Event, course_of
from clinic_desktop.features.consults.rules.risk import OpenRisk
from clinic_desktop.features.consults.rules.score_words import say_doubts
from clinic_desktop.features.consults.rules.telling import Story
from clinic_desktop.features.medication.queries import injections, prescriptions
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import similar
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import my_drafts
from clinic_desktop.storage.work import Asker

TABLES = frozenset(
    cls.__tablename__
    for cls in (Encounter, ConsultNote, NoteSignature, Addendum, Condition, InstrumentResponse, RiskEvent, VitalSigns)
).union(story.TABLES, {"shared_care", "patient", "allergy", "open_conflict"})
"""For office.follow."""


@dataclass(frozen=True, slots=True)
class Chart:
    header: Header
    timeline: tuple[TimelineRow, ...]
    """Newest first."""
    scores: tuple[ScoreRow, ...]
    """Oldest first."""
    conditions: tuple[ConditionRow, ...]
    medicines: tuple[CurrentMedicine, ...]
    spans: tuple[MedicineSpan, ...]
    """How long each medicine has been prescribed."""
    risk: OpenRisk | None
    last_note: LastNote | None
    next_booking: PatientAppointment | None
    vitals: tuple[LastValue, ...]
    """Of each kind what was measured last."""
    story: Story
    course: Course
    """The whole of it, for the trend."""
    holding: Holding
    due: tuple[DueScale, ...] = ()
    """Scales that are to be asked again."""

    def last_score(self, scale_code: str) -> ScoreRow | None:
        """The newest complete one."""
        complete = [row for row in self.scores if row.scale_code == scale_code and row.total is not None]
        return complete[-1] if complete else None


def chart(asker: Asker, patient_id: str, *, whole_story: bool = False) -> Chart:
    """Everything that the page of a person shows at once; of a long story its newest part, unless `whole_story`."""
    asker.require(Permission.READ_CHART)
    timeline, scores = notes.timeline(asker, patient_id), scales.scores(asker, patient_id)
    lines = courses.prescribed(asker, patient_id)
    told = story.story(asker, patient_id, timeline, scores, most=None if whole_story else story.A_PAGE)
    return Chart(
        header=_header(asker, PatientId(patient_id)),
        timeline=timeline,
        scores=scores,
        conditions=diagnoses.conditions(asker, patient_id),
        medicines=prescriptions.current_medicines(asker, patient_id),
        spans=courses.spans_of(lines),
        risk=risks.risk_of(asker, patient_id),
        last_note=notes.last_note(asker, patient_id),
        next_booking=agenda.next_booking(asker, patient_id),
        vitals=vitals.last_values(asker, patient_id),
        story=told,
        course=_course(asker, scores, lines, told),
        holding=holding(asker, patient_id),
        due=scales.due(asker, patient_id),
    )


def _header(asker: Asker, patient_id: PatientId) -> Header:
    others = similar.linked_numbers(asker, [patient_id]).get(patient_id, ())
    return replace(patients.header(asker, patient_id), other_records=others)


def _course(
    asker: Asker, scores: tuple[ScoreRow, ...], lines: tuple[courses.PrescribedLine, ...], told: Story
) -> Course:
    return course_of(
        (Answered(r.scale_code, r.occurred_on, r.total, r.band, say_doubts(r)) for r in scores),
        (line.line for line in lines),
        (Event(m.earliest, m.mark, m.under, m.day.day is not None) for m in told.marks),
        asker.today,
    )


def course(asker: Asker, patient_id: str) -> Course:
    """The course alone, for its paper."""
    asker.require(Permission.READ_CHART)
    scores = scales.scores(asker, patient_id)
    told = story.story(asker, patient_id, (), scores, most=0)
    return _course(asker, scores, courses.prescribed(asker, patient_id), told)


@dataclass(frozen=True, slots=True)
class ClinicianRow:
    """One person of the day as a clinician sees them: with the marks that reception does not get."""

    row: DayRow
    risk: OpenRisk | None
    draft: bool
    """One's own note of this person is begun and not signed."""
    injection_due: date | None = None
    """Since when an injection is due."""


def clinicians_list(asker: Asker) -> tuple[ClinicianRow, ...]:
    """Today's people in calling order."""
    asker.require(Permission.READ_CHART)
    rows = agenda.today(asker)
    open_now = risks.open_risks(asker, [row.patient_id for row in rows]) if rows else {}
    begun = {draft.record_id for draft in my_drafts(asker) if draft.screen == notes.DRAFT_SCREEN}
    writing = notes.patients_of(asker, begun)
    due = injections.due_for(asker, [row.patient_id for row in rows]) if rows else {}
    return tuple(
        ClinicianRow(row, open_now.get(row.patient_id), row.patient_id in writing, due.get(row.patient_id))
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class RiskRow:
    patient_id: str
    name: str
    risk: OpenRisk
    overdue: bool


def open_risks(asker: Asker) -> tuple[RiskRow, ...]:
    """Everybody whose risk is open, the contact that is due first at the top."""
    standing = risks.open_risks(asker)
    names = patients.said_names(asker, [PatientId(patient_id) for patient_id in standing])
    return tuple(
        RiskRow(patient_id, names.get(PatientId(patient_id), ""), risk, risk.is_overdue(asker.today))
        for patient_id, risk in standing.items()
    )
