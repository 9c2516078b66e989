"""Whom to tell about a lot, on paper: how each is reached, what to ask. No word of why somebody comes here."""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.queries import recalls
from clinic_desktop.features.medication.queries.recalls import RecallRow, Receiver
from clinic_desktop.features.medication.rules.kinds import RECALL_WORDS
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Align, Column, Paper
from clinic_desktop.printing.sheets import listing
from clinic_desktop.storage.work import Asker


def contact_list(asker: Asker, recall_id: str) -> Paper:
    asker.require(Permission.RECALL_LOTS)
    called = recalls.recall(asker, recall_id)
    if called is None:
        raise NotHere()
    columns = (
        Column(_("Person"), 2.4, strong=True),
        Column(_("Community"), 1.7),
        Column(_("Telephone"), 1.6, strong=True),
        Column(_("When, and what to say"), 2),
        Column(_("Given"), 1.6, Align.RIGHT),
        Column(_("Last on"), 1.1),
        Column(_("What came of it"), 2),
    )
    return listing(
        _("Whom to tell: {lot}").format(lot=say_lot(called)),
        columns,
        [_line(one, called) for one in recalls.receivers(asker, recall_id)],
        by=asker.actor.name,
        at=say_instant(asker.now, asker.place.zone),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        landscape=True,
        note=_("Ask each to bring back what is left, and to speak with us before stopping it. Shred this list."),
        if_none=_("Nobody was given of it here."),
        roomy=True,
    )


def say_lot(called: RecallRow) -> str:
    """ "sertralina 50 mg — tablet, lot A123"."""
    lot = _("every lot") if called.lot_number is None else _("lot {lot}").format(lot=called.lot_number)
    return f"{called.medicine} {called.product}, {lot}"


def say_how(one: Receiver) -> str:
    """When to call and what to say."""
    said = [one.hours]
    if one.shared:
        said.append(_("Others hear this telephone."))
    if one.cover_words:
        said.append(_("Say: {words}").format(words=one.cover_words))
    return " · ".join(word for word in said if word)


def say_reach(one: Receiver) -> str:
    if not one.may_call:
        return _("Do not call: tell the person another way") if one.may_visit else _("Neither call nor visit")
    return one.phone or _("No telephone")


def _line(one: Receiver, called: RecallRow) -> tuple[str, ...]:
    units = say_units(one.units, called.unit)
    done = "" if one.step is None or one.step_on is None else f"{_(RECALL_WORDS[one.step])}, {say_day(one.step_on)}"
    return (
        one.name,
        one.community if one.may_visit else _("Do not visit"),
        say_reach(one),
        say_how(one),
        f"{units}, {_('lot not noted')}" if one.perhaps else units,
        say_day(one.last_on),
        " ".join(word for word in (done, one.note) if word),
    )
