"""The safety plan for the person to take along, and with their yes for somebody of theirs: large, plain, with drawings.

It is the person's paper: their words, no kind of illness, a letterhead that tells nothing, the name by which they are
called. What is empty has lines to be written on.
"""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.agenda.queries import papers as agenda
from clinic_desktop.features.consults.letters.plan_drawings import DRAWINGS, HEIGHT
from clinic_desktop.features.consults.queries import safety_plans as queries
from clinic_desktop.features.consults.queries.safety_plans import PlanRow
from clinic_desktop.features.consults.rules.safety_plan import PLAN_PARTS, PlanPart
from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Blank, Block, Drawing, Paper, Words
from clinic_desktop.storage.work import Asker

_LINES_TO_WRITE = 2


class NotToShare(Refused):
    text = N_("The person did not say yes to this copy. Ask for their consent first; without it the paper is theirs.")


def plan_paper(asker: Asker, plan_id: str) -> Paper:
    """For the person."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    plan = queries.plan(asker, plan_id)
    words = _("This paper is mine. I show it to whom I want. If I do not want to carry it, I leave it here.")
    return _paper(asker, plan, (), words)


def relative_copy(asker: Asker, plan_id: str) -> Paper:
    """For the relative whom the person named, if the yes still holds."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    plan = queries.plan(asker, plan_id)
    with_whom = plan.words.shared_with.strip()
    if not with_whom or not consents.allowed(asker, plan.patient_id, ConsentPurpose.RELATIVE, with_whom):
        raise NotToShare()
    called = agenda.carried(asker, plan.patient_id).called
    to_whom = Words(_("For {name}").format(name=with_whom), large=True, strong=True)
    given = _("{name} made this plan and wants you to have it. Please keep it where nobody else reads it.")
    return _paper(asker, plan, (to_whom,), given.format(name=called))


def _paper(asker: Asker, plan: PlanRow, first: tuple[Block, ...], last: str) -> Paper:
    called = agenda.carried(asker, plan.patient_id).called
    return Paper(
        title=_("My plan for hard days"),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        subject=called,
        dateline=say_day(plan.made_on),
        blocks=(
            Words(called, large=True, strong=True),
            *first,
            *(block for part in PLAN_PARTS for block in _part(plan, part)),
            Words(last),
        ),
    )


def _part(plan: PlanRow, part: PlanPart) -> tuple[Block, Block]:
    said = plan.words.part(part.name).strip()
    head = Drawing(DRAWINGS[part.name], HEIGHT, head=_(part.on_paper), leads=True)
    return head, Words(said, large=True) if said else Blank(_LINES_TO_WRITE)
