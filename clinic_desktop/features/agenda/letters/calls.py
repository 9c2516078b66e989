"""The list of people to reach, on paper: for where the telephone is, or for who walks to the village.

No clinical word stands on it and no name of a clinic that tells; a number that must not be called is not on it.
"""

from clinic_desktop.features.agenda.queries import calls as queries
from clinic_desktop.features.agenda.queries.calls import CallRow
from clinic_desktop.features.agenda.rules.calls import LIST_WORDS, OUTCOME_WORDS, CallList, CallOutcome
from clinic_desktop.features.settings.rules import names_an_illness
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_day, say_instant, say_weekday
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Column, Letterhead, Paper
from clinic_desktop.printing.sheets import listing
from clinic_desktop.storage.work import Asker

_BOXES = (CallOutcome.WILL_COME, CallOutcome.NO_ANSWER, CallOutcome.ASKED_OTHER_DAY)
"""What comes of most calls has a box of its own to tick; the rest is written."""


def call_list(asker: Asker, which: CallList) -> Paper:
    """One list with empty boxes for what came of each call."""
    asker.require(Permission.RECEPTION)
    rows = queries.calls(asker, which).rows
    columns = (
        Column(_("Person"), 2.4, strong=True),
        Column(_("Community"), 1.7),
        Column(_("Telephone"), 1.7, strong=True),
        Column(_("When, and what to say"), 2.4),
        Column(_("Day"), 1.1),
        *(Column(_(OUTCOME_WORDS[outcome]), 0.7) for outcome in _BOXES),
        Column(_("Moved, died, wrong number, does not want"), 1.5),
    )
    return listing(
        _("People to reach: {which}").format(which=_(LIST_WORDS[which])),
        columns,
        [_line(row) for row in rows],
        by=asker.actor.name,
        at=say_instant(asker.now, asker.place.zone),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        landscape=True,
        note=_("Do not say why the person comes. Shred this list afterwards."),
        if_none=_("There is nobody to reach."),
        roomy=True,
    )


def neutral_letterhead(asker: Asker) -> Letterhead | None:
    """The clinic's letterhead, unless it would tell a stranger why somebody comes here."""
    known = letterhead(asker)
    told = (known.name, *known.lines)
    return None if any(names_an_illness(words) for words in told) else known


def _line(row: CallRow) -> tuple[str, ...]:
    day = f"{say_weekday(row.day)} {say_day(row.day)}"
    return row.name, say_where(row), say_phone(row), _said_how(row), day


def say_phone(row: CallRow) -> str:
    """The number, or why there is none to call."""
    if not row.may_call:
        return _("Do not call: tell the person another way") if row.may_visit else _("Neither call nor visit")
    return row.phone or _("No telephone")


def say_where(row: CallRow) -> str:
    return row.community if row.may_visit else _("Do not visit")


def _said_how(row: CallRow) -> str:
    """When to call and what to say; nothing for somebody who must not be called."""
    if not row.may_call:
        return ""
    said = [row.hours]
    if row.shared:
        said.append(_("Others hear this telephone."))
    if row.cover_words:
        said.append(_("Say: {words}").format(words=row.cover_words))
    return "\n".join(part for part in said if part)
