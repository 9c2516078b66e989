"""The sealed sheet with the root key: what it is, who keeps it, when it is used, and a line for each use."""

from collections.abc import Sequence

from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Column, Notice, Paper, Rows, Signature, Signer, Words, bind
from clinic_desktop.storage.work import Asker

USES = 4


def root_sheets(asker: Asker, sheets: Sequence[str], needed: int) -> bytes:
    """One page for each sheet; equal codes are copies of one key."""
    asker.require(Permission.KEEP_DEVICES)
    return bind([_sheet(asker, code, n, sheets, needed) for n, code in enumerate(sheets, start=1)])


def _sheet(asker: Asker, code: str, number: int, sheets: Sequence[str], needed: int) -> Paper:
    copies = len(set(sheets)) == 1
    day = say_day(asker.now.astimezone(asker.place.zone).date())
    which = _("Sheet {number} of {count}").format(number=number, count=len(sheets))
    if copies:
        kept = _("There are two equal sheets. Two people keep them, in two places. Either of them is enough.")
    else:
        kept = _("There are three different sheets. Three people keep them. Any {needed} of them are enough.").format(
            needed=needed
        )
    lines = code.splitlines()
    return Paper(
        title=_("Root key of the organisation"),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        dateline=f"{asker.place.site_name}, {day}",
        footer=which,
        blocks=(
            Notice(_("Fold this sheet, seal it in an envelope and sign over the seal. Do not copy or photograph it.")),
            Rows(
                (Column(_("Line"), 1), Column(_("Code"), 6, strong=True)),
                tuple((str(n), line) for n, line in enumerate(lines, start=1)),
                roomy=True,
            ),
            Words(
                _(
                    "With this key the organisation says which computer is its central office. "
                    "It is nowhere in any computer: whoever loses every sheet cannot use it again."
                ),
                head=_("What it is"),
            ),
            Words(kept, head=_("Who keeps it")),
            Words(
                _(
                    "When the central office's computer burnt or was stolen and another takes its place; "
                    "when somebody who kept a sheet leaves; when an envelope was opened and nobody knows why. "
                    "Always two people together. The letters I, L and O are not in the code: they are 1 and 0."
                ),
                head=_("When it is used"),
            ),
            Rows(
                (
                    Column(_("Day"), 2),
                    Column(_("What for"), 5),
                    Column(_("First person"), 3),
                    Column(_("Second person"), 3),
                ),
                (),
                head=_("Each use"),
                blank=USES,
                roomy=True,
            ),
            Signature((Signer(_("Who keeps this sheet")), Signer(_("Who saw it sealed")))),
        ),
    )
