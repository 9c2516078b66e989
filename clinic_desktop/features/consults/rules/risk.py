"""The care of an open risk. The program opens and decides nothing; it keeps what a person said and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

Value = TypeVar("Value")

DAYS_TO_NEXT_CONTACT = 7
"""Unless the clinician names another day."""


class RiskStep(StrEnum):
    OPENED = "opened"
    CONTACT = "contact"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RiskLine:
    """One step as it was written, in the order of writing."""

    event_id: str
    opening_id: str | None
    step: RiskStep
    occurred_on: date
    reason_code: str | None
    reason_text: str | None
    holder_name: str | None
    next_contact_on: date | None
    whom_to_look_for: str | None
    outcome_text: str | None
    by_name: str | None


@dataclass(frozen=True, slots=True)
class OpenRisk:
    """An open risk as it stands: who holds it, when the next contact is due, whom to look for."""

    opening_id: str
    opened_on: date
    reason_code: str | None
    reason_on: date
    """The day of the newest reason; a critical answer may come again while the risk is open."""
    reason_text: str | None
    holder_name: str
    next_contact_on: date
    whom_to_look_for: str
    last_outcome: str
    also_open: tuple[str, ...] = ()
    """Other openings without an end: two clinics may have opened one each. Closing closes them too."""

    def is_overdue(self, today: date) -> bool:
        return self.next_contact_on < today


def open_risk(lines: Sequence[RiskLine]) -> OpenRisk | None:
    """The newest opening that nobody has closed, with what later contacts changed; None if all are closed."""
    closed = {line.opening_id for line in lines if line.step is RiskStep.CLOSED}
    opened = [line for line in lines if line.step is RiskStep.OPENED and line.event_id not in closed]
    if not opened:
        return None
    opening = opened[-1]
    told = [opening, *(line for line in lines if _tells_of(line, opening))]
    reasons = [line for line in told if line.reason_code or line.reason_text]
    reason = reasons[-1] if reasons else opening
    return OpenRisk(
        opening_id=opening.event_id,
        opened_on=opening.occurred_on,
        reason_code=reason.reason_code,
        reason_on=reason.occurred_on,
        reason_text=reason.reason_text,
        holder_name=_newest([line.holder_name for line in told], ""),
        next_contact_on=_newest([line.next_contact_on for line in told], next_contact(opening.occurred_on)),
        whom_to_look_for=_newest([line.whom_to_look_for for line in told], ""),
        last_outcome=_newest([line.outcome_text for line in told], ""),
        also_open=tuple(line.event_id for line in opened[:-1]),
    )


def _tells_of(line: RiskLine, opening: RiskLine) -> bool:
    return line.step is RiskStep.CONTACT and line.opening_id == opening.event_id


def _newest(values: Sequence[Value | None], otherwise: Value) -> Value:
    return next((value for value in reversed(values) if value), otherwise)


def next_contact(today: date) -> date:
    return today + timedelta(days=DAYS_TO_NEXT_CONTACT)


@dataclass(frozen=True, slots=True)
class RiskAnswer:
    """What the clinician answered when a critical item asked: opened with a holder, or looked at and not opened."""

    opens: bool
    holder_name: str = ""
    next_contact_on: date | None = None
    whom_to_look_for: str = ""
    words: str = ""
    """What was found; without opening, it is what stands in the note."""

    @property
    def is_answered(self) -> bool:
        return bool(self.holder_name.strip()) if self.opens else bool(self.words.strip())


def reason_code(scale_code: str, item: int) -> str:
    """ "phq-9:9": which answer raised it."""
    return f"{scale_code}:{item}"


def reason_item(code: str | None) -> int | None:
    """The item number in a reason code, if it is one of a scale."""
    tail = (code or "").rpartition(":")[2]
    return int(tail) if tail.isdigit() else None
