"""The sheet that travels with the stick: numbers and control letters, no names of people."""

from clinic_desktop.exchange.outcomes import Exported
from clinic_desktop.features.bundles.queries.waiting import confirmed
from clinic_desktop.features.bundles.rules.loads import grouped, said_size
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Align,
    Column,
    Fact,
    Facts,
    Paper,
    Rows,
    Signature,
    Signer,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def slip_facts(asker: Asker, exported: Exported) -> list[tuple[str, str]]:
    """What the sheet says of one bundle; the screen shows the same."""
    parts = _("{volume} of {volumes}").format(volume=exported.volume, volumes=exported.volumes)
    return [
        (_("From"), asker.place.site_name),
        (_("For"), exported.site_name or _said_office(asker)),
        (_("Prepared"), say_instant(asker.now, asker.place.zone)),
        *([(_("Part"), parts)] if exported.volumes > 1 else []),
        (_("File"), exported.path.name),
        (_("Size"), said_size(exported.size)),
        (_("Control"), exported.control),
    ]


def _said_office(asker: Asker) -> str:
    return _("Central office") if confirmed(asker).enrolled else _("The other computer of this clinic")


def slip(asker: Asker, exported: Exported) -> Paper:
    asker.require(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    facts = tuple(Fact(label, value) for label, value in slip_facts(asker, exported))
    loads = grouped((load.table, load.new, load.changed) for one in exported.files for load in one.loads)
    rows = tuple((_(words), str(new), str(changed)) for words, new, changed in loads)
    count = Column(_("New"), 1, Align.RIGHT), Column(_("Changed"), 1, Align.RIGHT)
    return Paper(
        title=_("Travel sheet {number}").format(number=f"{exported.number:04d}"),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        footer=printed_words(by=asker.place.site_name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Words(_("Travels with the stick. Keep it until the receipt comes.")),
            Facts(facts, columns=1),
            Rows(
                (Column(_("What it carries"), 3), *count),
                rows,
                if_none=_("Nothing new: only receipts."),
            ),
            *_more_parts(exported),
            Words(_("Receipt code, if the central office reads it by telephone: ____ - ____ - ____")),
            Signature((Signer(_("Handed over")), Signer(_("Carried")), Signer(_("Received it")))),
        ),
    )


def _more_parts(exported: Exported) -> list[Rows]:
    """The other files of a load too big for one, each with its own control."""
    if not exported.others:
        return []
    columns = Column(_("Part"), 1), Column(_("File"), 3), Column(_("Size"), 1), Column(_("Control"), 2)
    rows = tuple((str(one.volume), one.path.name, said_size(one.size), one.control) for one in exported.others)
    return [Rows(columns, rows, if_none="")]
