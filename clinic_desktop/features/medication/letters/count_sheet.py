"""The sheet on which the shelf is counted, and what a count found. The blank one names no quantity: it is blind."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from clinic_desktop.features.medication.queries import counts
from clinic_desktop.features.medication.queries.counts import READERS, CountedProduct, CountLine
from clinic_desktop.features.medication.rules.shelf import say_packs, say_units
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Align, Block, Column, Paper, Signature, Signer, Words
from clinic_desktop.printing.sheets import listing
from clinic_desktop.storage.work import Asker

BLANK_LINES = 6
"""For boxes that stand on the shelf and not on the list."""


def blank_sheet(asker: Asker, lots: Sequence[CountedProduct], moment: datetime, scope: str) -> Paper:
    asker.require(Permission.COUNT_STOCK)
    twins = _twins(lots)
    columns = (
        Column(_("Medicine"), 3.6, strong=True),
        Column(_("Lot"), 1.5),
        Column(_("Expires"), 1.3),
        Column(_("Boxes"), 0.9),
        Column(_("Loose"), 0.9),
    )
    note = _(
        "Count what lies on the shelf, also what expired or was called back. What was handed out after {moment} counts "
        "as still here: add it. A box that is not on the list is written on an empty line, with lot and expiry."
    ).format(moment=say_instant(moment, asker.place.zone))
    sheet = listing(
        _("Count: {what}").format(what=scope),
        columns,
        [_blank(lot, twins) for lot in lots],
        by=asker.actor.name,
        at=say_instant(asker.now, asker.place.zone),
        letterhead=letterhead(asker),
        size=whole_size(asker),
        dateline=say_instant(moment, asker.place.zone),
        note=note,
        if_none=_("Nothing is noted on this shelf. Write every box that is there on an empty line."),
        blank=BLANK_LINES if lots else 4 * BLANK_LINES,
        roomy=True,
    )
    signers = (Signer(asker.actor.name, (_("Counted by"),)), Signer("", (_("Counted, second person"),)))
    return replace(sheet, blocks=(*sheet.blocks, Signature(signers)))


def result_paper(asker: Asker, count_id: str) -> Paper:
    """What was counted, what was noted before, and why they differ."""
    asker.require(*READERS)
    count, lines = counts.count_row(asker, count_id), counts.counted_lines(asker, count_id)
    twins = _twins([line.lot for line in lines])
    columns = (
        Column(_("Medicine"), 3.2, strong=True),
        Column(_("Lot"), 1.3),
        Column(_("Expires"), 1.2),
        Column(_("Was counted"), 2.2, Align.RIGHT),
        Column(_("Was noted"), 1.3, Align.RIGHT),
        Column(_("Difference"), 1.1, Align.RIGHT),
        Column(_("Reason"), 2.2),
    )
    sheet = listing(
        _("Result of the count: {what}").format(what=count.scope or _("Everything")),
        columns,
        [_counted(line, twins) for line in lines],
        by=asker.actor.name,
        at=say_instant(asker.now, asker.place.zone),
        letterhead=letterhead(asker),
        size=whole_size(asker),
        landscape=True,
        dateline=say_instant(count.counted_at, asker.place.zone),
        folio=count.number or "",
    )
    words: tuple[Block, ...] = (Words(count.note),) if count.note else ()
    signers = tuple(Signer(name or "", (_("Counted by"),)) for name in (count.first_name, count.second_name))
    return replace(sheet, blocks=(*sheet.blocks, *words, Signature(signers)))


def _twins(lots: Sequence[CountedProduct]) -> Collection[str]:
    """The lots that only who gave them tells apart: on paper they would be the same line twice."""
    alike = Counter((lot.presentation_id, lot.lot_number, lot.expires_on) for lot in lots)
    return {lot.lot_id for lot in lots if alike[lot.presentation_id, lot.lot_number, lot.expires_on] > 1}


def _lot_words(lot: CountedProduct, twins: Collection[str]) -> str:
    number = lot.lot_number or _("without number")
    return f"{number} · {lot.partner_name}" if lot.lot_id in twins and lot.partner_name else number


def _blank(lot: CountedProduct, twins: Collection[str]) -> tuple[str | None, ...]:
    box = _(", box of {units}").format(units=lot.pack_units) if lot.pack_units and lot.pack_units > 1 else ""
    expires = say_day(lot.expires_on) if lot.expires_on else ""
    return f"{lot.name} {lot.product}{box}", _lot_words(lot, twins), expires, "", ""


def _counted(line: CountLine, twins: Collection[str]) -> tuple[str | None, ...]:
    lot, apart = line.lot, line.difference
    return (
        f"{lot.name} {lot.product}",
        _lot_words(lot, twins),
        say_day(lot.expires_on) if lot.expires_on else "",
        say_packs(line.counted, lot.pack_units, lot.unit),
        say_units(line.expected, lot.unit),
        f"{apart:+,}" if apart else "0",
        line.reason or "",
    )
