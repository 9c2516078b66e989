"""The care of an open risk. The program opens and decides nothing; it keeps what a person said and by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from clinic_desktop.kernel.i18n import N_

Value = TypeVar("Value")

DAYS_TO_NEXT_CONTACT = 7
"""Unless the clinician names another day."""


class RiskStep(StrEnum):
    OPENED = "opened"
    CONTACT = "contact"
    CLOSED = "closed"


class ContactOutcome(StrEnum):
    """What came of looking for a person, one key each."""

    REACHED_WELL = "reached-well"
    REACHED_NOT_WELL = "reached-not-well"
    NOT_FOUND = "not-found"
    OTHER = "other"


CONTACT_WORDS: dict[ContactOutcome, str] = {
    ContactOutcome.REACHED_WELL: N_("Reached, and well"),
    ContactOutcome.REACHED_NOT_WELL: N_("Reached, not well"),
    ContactOutcome.NOT_FOUND: N_("Not found"),
    ContactOutcome.OTHER: N_("Something else"),
}


def needs_words(outcome: ContactOutcome) -> bool:
    """Somebody who is not well, or something that has no name here, is told in words."""
    return outcome in (ContactOutcome.REACHED_NOT_WELL, ContactOutcome.OTHER)


@dataclass(frozen=True, slots=True)
class RiskLine:
    """One step as it was written."""

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
    holder_contact: str | None = None
    outcome_code: str | None = None
    undoes_id: str | None = None


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
    holder_contact: str = ""
    also_held_by: tuple[str, ...] = ()
    """Holders whom the other clinic named, and whom no later step replaced."""
    last_contact: str = ""
    """The code of what came of the newest contact."""
    last_contact_on: date | None = None

    def is_overdue(self, today: date) -> bool:
        return self.next_contact_on < today or self._is_of_tomorrow(today)

    def is_due(self, today: date) -> bool:
        return self.next_contact_on <= today or self._is_of_tomorrow(today)

    def _is_of_tomorrow(self, today: date) -> bool:
        """A computer whose clock is ahead wrote it: its next day may be years away, and puts nothing off."""
        return max(self.opened_on, self.last_contact_on or self.opened_on) > today


def open_risk(lines: Iterable[RiskLine]) -> OpenRisk | None:
    """What stands of these steps, in whichever order they came here; None if every opening was closed.

    Of two openings of two clinics the contact that is due first counts, until a step that is newer than both.
    """
    counted = _counted(lines)
    closed = {line.opening_id for line in counted if line.step is RiskStep.CLOSED}
    opened = [line for line in counted if line.step is RiskStep.OPENED and line.event_id not in closed]
    if not opened:
        return None
    held = {line.event_id for line in opened}
    told = [line for line in counted if line.event_id in held or _is_contact_of(line, held)]
    chains = [told[told.index(opening) :] for opening in opened]
    reasons = [line for line in told if line.reason_code or line.reason_text]
    reason = reasons[-1] if reasons else opened[-1]
    holders = list(dict.fromkeys(_holder(opening, told) for opening in reversed(opened)))
    contacts = [line for line in told if line.step is RiskStep.CONTACT and (line.outcome_code or line.outcome_text)]
    last = contacts[-1] if contacts else None
    return OpenRisk(
        opening_id=opened[-1].event_id,
        opened_on=opened[-1].occurred_on,
        reason_code=reason.reason_code,
        reason_on=reason.occurred_on,
        reason_text=reason.reason_text,
        holder_name=holders[0],
        next_contact_on=min(_due(chain) for chain in chains),
        whom_to_look_for=_newest([line.whom_to_look_for for line in told], ""),
        last_outcome=_newest([line.outcome_text for line in told], ""),
        also_open=tuple(line.event_id for line in opened[:-1]),
        holder_contact=_newest([line.holder_contact for line in told if line.holder_name in (holders[0], None)], ""),
        also_held_by=tuple(name for name in holders[1:] if name),
        last_contact=(last.outcome_code or "") if last else "",
        last_contact_on=last.occurred_on if last else None,
    )


def _counted(lines: Iterable[RiskLine]) -> list[RiskLine]:
    """By their days, once each, without what was taken back and the taking back itself."""
    once = {line.event_id: line for line in lines}
    undone = {line.undoes_id for line in once.values() if line.undoes_id}
    kept = (line for line in once.values() if line.event_id not in undone and not line.undoes_id)
    return sorted(kept, key=lambda line: _order(line, once.get(line.opening_id or "")))


def _order(line: RiskLine, opening: RiskLine | None) -> tuple[date, str, date, str]:
    """The day, then when it was written. A contact comes after its opening, though the clock of the computer that
    wrote it may be years behind."""
    own = line.occurred_on, line.event_id
    if opening is not None and own < (opening.occurred_on, opening.event_id):
        return opening.occurred_on, opening.event_id, *own
    return *own, date.min, ""


def _is_contact_of(line: RiskLine, held: set[str]) -> bool:
    return line.step is RiskStep.CONTACT and line.opening_id in held


def _holder(opening: RiskLine, told: Sequence[RiskLine]) -> str:
    """A later contact that names a holder names them for every opening that stood then."""
    later = told[told.index(opening) + 1 :]
    named = [line.holder_name for line in later if line.step is RiskStep.CONTACT]
    return _newest([opening.holder_name, *named], "")


def _due(chain: Sequence[RiskLine]) -> date:
    """From its opening on; another clinic's opening is no contact and puts nothing off."""
    opening, *later = chain
    days = [opening.next_contact_on, *(line.next_contact_on for line in later if line.step is RiskStep.CONTACT)]
    return _newest(days, next_contact(opening.occurred_on))


def _newest(values: Sequence[Value | None], otherwise: Value) -> Value:
    return next((value for value in reversed(values) if value), otherwise)


def next_contact(today: date) -> date:
    return today + timedelta(days=DAYS_TO_NEXT_CONTACT)


def next_after(outcome: ContactOutcome, today: date) -> date | None:
    """Somebody who was reached and is well is looked for again in seven days; else the contact stays due."""
    return next_contact(today) if outcome is ContactOutcome.REACHED_WELL else None


@dataclass(frozen=True, slots=True)
class RiskAnswer:
    """What the clinician answered when a critical item asked: opened with a holder, or looked at and not opened."""

    opens: bool
    holder_name: str = ""
    next_contact_on: date | None = None
    whom_to_look_for: str = ""
    words: str = ""
    """What was found; without opening, it is what stands in the note."""
    holder_contact: str = ""

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
