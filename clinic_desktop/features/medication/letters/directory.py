"""The directory of partners on paper: whom to ring and what each may be told. No price, nobody who is cared for."""

from collections.abc import Sequence

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.queries.partners import DirectoryRow
from clinic_desktop.features.medication.rules.kinds import MAY_RECEIVE_WORDS, PARTNER_WORDS
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Column, Paper
from clinic_desktop.printing.sheets import listing
from clinic_desktop.storage.work import Asker


def directory_paper(asker: Asker, rows: Sequence[DirectoryRow]) -> Paper:
    """Those that were chosen on the screen, in its order."""
    asker.require(Permission.KEEP_PARTNERS)
    columns = (
        Column(_("Name"), 2.4, strong=True),
        Column(_("Kind"), 1.3),
        Column(_("Place"), 1.5),
        Column(_("Contact"), 1.6),
        Column(_("Telephone"), 1.3, strong=True),
        Column(_("E-mail"), 1.8),
        Column(_("May receive"), 2),
    )
    return listing(
        _("Directory of partners"),
        columns,
        [_line(row) for row in rows],
        by=asker.actor.name,
        at=say_instant(asker.now, asker.place.zone),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        landscape=True,
        if_none=_("Nobody is in the directory yet."),
    )


def say_may_receive(row: DirectoryRow) -> str:
    return "; ".join(_(MAY_RECEIVE_WORDS[thing]) for thing in row.may_receive) or _("nothing")


def _line(row: DirectoryRow) -> tuple[str, ...]:
    return (
        row.name,
        _(PARTNER_WORDS[row.kind]),
        row.place_text or "",
        row.contact_text or "",
        row.phone or "",
        row.email or "",
        say_may_receive(row),
    )
