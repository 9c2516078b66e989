"""What the rule of a controlled medicine wants before it leaves: a witness, and a reason where a term is over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from clinic_desktop.features.medication.queries import book, formulary, shelf
from clinic_desktop.features.medication.rules.book import check_witness
from clinic_desktop.features.medication.rules.controlled import (
    ControlWitnessMissing,
    MorePacksThanRule,
    RuleSaysNo,
    exceeds_packs,
    not_valid,
)
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is about to be handed out. Without a request it comes from a paper that this program has not seen."""

    presentation_id: str
    name: str
    day: date
    request_id: str | None = None
    signed_on: date | None = None


def check_rule(
    work: Work, leaving: Leaving, receiver: Receiver, witness: str, control_reason: str
) -> tuple[Receiver, str]:
    """Refuse until there is a witness, where one is wanted, and a reason, where a term of the rule is over.

    Returns the receiver with the witness that was named meanwhile, and that reason. What left on an earlier day and is
    only typed now is not refused: the book names what it lacks.
    """
    work.require(Permission.DISPENSE)
    control = formulary.control_of(work, leaving.presentation_id)
    if control is None or leaving.day < work.today:
        return receiver, ""
    if control.rule is not None and control.rule.witness_wanted:
        said = receiver.witness_name.strip() or witness.strip()
        if not said:
            raise ControlWitnessMissing(medicine=leaving.name)
        own_name = staff.name_of(work, work.actor.staff_id)
        receiver = replace(receiver, witness_name=check_witness(said, own_name, work.actor.name))
    if leaving.request_id is None or leaving.signed_on is None:
        return receiver, ""
    over = not_valid(control, leaving.signed_on, book.fillings(work, leaving.request_id), leaving.day)
    if over and not control_reason.strip():
        raise RuleSaysNo(what=over, source=control.rule.source if control.rule else control.source)
    return receiver, control_reason.strip() if over else ""


def check_packs(work: Work, prescribed: Sequence[tuple[str, int]]) -> None:
    """Ask before a prescription holds more boxes of one controlled product than its rule allows.

    `prescribed`: presentations and units; two lines of one product count together.
    """
    work.require(Permission.PRESCRIBE)
    for presentation_id, control in formulary.controls(work, [key for key, _units in prescribed]).items():
        product = shelf.presentation(work, presentation_id)
        units = sum(units for key, units in prescribed if key == presentation_id)
        if control.rule is not None and exceeds_packs(control, units, product.pack_units):
            raise MorePacksThanRule(
                again={"accept_packs": True},
                medicine=product.name,
                packs=control.rule.most_packs,
                source=control.rule.source,
            )
