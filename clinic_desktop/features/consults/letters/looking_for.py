"""The list of people to look for, on paper: for who walks to the village. Nothing on it says why."""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.consults.queries import risks
from clinic_desktop.features.consults.rules.risk import CONTACT_WORDS, ContactOutcome
from clinic_desktop.features.consults.rules.seeking import Sought, say_number, say_where
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Column, Paper
from clinic_desktop.printing.sheets import listing
from clinic_desktop.storage.work import Asker

_BOXES = (ContactOutcome.REACHED_WELL, ContactOutcome.REACHED_NOT_WELL, ContactOutcome.NOT_FOUND)


def looking_for_list(asker: Asker) -> Paper:
    """Who is due today or before, with empty boxes for what came of it. Nobody who must not be visited has a place."""
    asker.require(Permission.SEEK_PEOPLE, Permission.READ_CHART)
    columns = (
        Column(_("Person"), 2.0, strong=True),
        Column(_("Community"), 1.6),
        Column(_("Whom to look for"), 2.2),
        Column(_("Telephone, and what to say"), 2.2),
        Column(_("Since"), 1.0),
        *(Column(_(CONTACT_WORDS[outcome]), 0.8) for outcome in _BOXES),
        Column(_("In words"), 1.6),
    )
    return listing(
        _("People to look for"),
        columns,
        [_line(one) for one in risks.looking_for(asker)],
        by=asker.actor.name,
        at=say_instant(asker.now, asker.place.zone),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        landscape=True,
        note=_("Speak with the person alone. Do not say where you come from. Shred this list afterwards."),
        if_none=_("There is nobody to look for."),
        roomy=True,
    )


def _line(one: Sought) -> tuple[str, ...]:
    whom = "\n".join(part for part in (one.whom, one.reach) if part)
    say = _("Say: {words}").format(words=one.cover_words) if one.cover_words else ""
    how = "\n".join(part for part in (say_number(one), one.hours, say) if part)
    return one.name, say_where(one), whom, how, say_day(one.since)
