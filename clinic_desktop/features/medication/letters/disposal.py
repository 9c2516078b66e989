"""The act by which medicines were destroyed or given back, before two people who sign."""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.letters.transfer import said_line
from clinic_desktop.features.medication.queries import disposals
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.staff.letters.letterhead import whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.paper import (
    Align,
    Column,
    Fact,
    Facts,
    Paper,
    Rows,
    Signature,
    Signer,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def act_paper(asker: Asker, disposal_id: str) -> Paper:
    asker.require(*SHELF)
    act, lines = disposals.act(asker, disposal_id), disposals.act_lines(asker, disposal_id)
    columns = (
        Column(_("Medicine"), 3.4, strong=True),
        Column(_("Lot"), 1.4),
        Column(_("Expires"), 1.2),
        Column(_("Units"), 2.4, Align.RIGHT),
    )
    # A line that was countered after the signing is said, not left out.
    struck = _("{units} (countered since)")
    rows = tuple(
        (*said_line(line)[:3], struck.format(units=said_line(line)[3]) if line.countered else said_line(line)[3])
        for line in lines
    )
    facts = Facts(
        (
            Fact(_("Number"), act.number),
            Fact(_("Day"), say_day(act.done_on)),
            Fact(_("Given back to"), act.given_back_to, needed=False, wide=True),
            Fact(_("Where"), act.where, wide=True),
            Fact(_("How"), act.how, wide=True),
            Fact(_("Reason"), act.reason, wide=True),
        )
    )
    signers = [Signer(act.first_name or ""), Signer(act.second_name or "")]
    if act.given_back_to:
        signers.append(Signer(act.given_back_to, (_("Received, name and signature"),)))
    return Paper(
        _("Act of giving back medicines") if act.given_back_to else _("Act of destroying medicines"),
        (facts, Rows(columns, rows), Signature(tuple(signers))),
        letterhead=neutral_letterhead(asker),
        size=whole_size(asker),
        folio=act.number,
        dateline=say_day(act.done_on),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )
