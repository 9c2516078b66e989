"""A complaint gets an answer by a day; what stands is read from its steps."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.rights.rules.kinds import ComplaintStepKind, RightsAnswerKind
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_


class ComplaintEmpty(Refused):
    text = N_("Write what the complaint is about, or choose its kind.")


class AnswerEmpty(Refused):
    text = N_("Write what was answered.")


class ReasonEmpty(Refused):
    text = N_("Write why the day is moved.")


class NewDayMissing(Refused):
    text = N_("Write the new day of the answer: today or later.")


class ClosedAlready(Refused):
    text = N_("This complaint is closed. What more is said becomes a new one.")


class NotAnsweredYet(Refused):
    text = N_("Write the answer first; then it can be closed.")


class AboutOneself(Refused):
    text = N_("This complaint is about you. Somebody else answers it.")


@dataclass(frozen=True, slots=True)
class ComplaintStepLine:
    kind: ComplaintStepKind
    happened_on: date
    words: str
    due_on: date | None
    satisfied: RightsAnswerKind | None
    by_name: str


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    complaint_id: str
    patient_id: str | None
    person: str
    """Whose record it is; as "Reserved N" where the reader must not know; empty for nobody's."""
    folio: str
    received_on: date
    kind_code: str
    words: str
    from_whom: str
    about_id: str | None
    about_name: str
    answer_due_on: date
    received_by: str
    steps: tuple[ComplaintStepLine, ...] = ()
    withheld: bool = False
    """The words are not for this reader: a reserved record, or a complaint about the reader."""

    @property
    def due_on(self) -> date:
        """The day last agreed."""
        return next((step.due_on for step in reversed(self.steps) if step.due_on), self.answer_due_on)

    @property
    def is_answered(self) -> bool:
        return any(step.kind is ComplaintStepKind.ANSWERED for step in self.steps)

    @property
    def is_closed(self) -> bool:
        return any(step.kind is ComplaintStepKind.CLOSED for step in self.steps)

    @property
    def satisfied(self) -> RightsAnswerKind | None:
        return next((step.satisfied for step in reversed(self.steps) if step.satisfied), None)

    def is_overdue(self, today: date) -> bool:
        return not self.is_answered and not self.is_closed and self.due_on < today
