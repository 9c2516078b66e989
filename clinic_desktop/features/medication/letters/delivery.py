"""What came with one delivery: from whom, on which day, and on which day it was typed."""

from clinic_desktop.features.medication.queries import deliveries
from clinic_desktop.features.medication.queries.deliveries import DeliveryRow, ReceivedLine
from clinic_desktop.features.medication.rules.kinds import COLD_WORDS
from clinic_desktop.features.medication.rules.shelf import say_packs, say_units
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_day, say_instant
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


def receipt_list(asker: Asker, delivery_id: str) -> Paper:
    asker.require(Permission.RECEIVE_STOCK)
    came = deliveries.delivery(asker, delivery_id)
    lines = deliveries.lines_of(asker, delivery_id)
    columns = (
        Column(_("Medicine"), 3, strong=True),
        Column(_("Lot"), 1.3),
        Column(_("Expires"), 1.2),
        Column(_("Received"), 2.4, Align.RIGHT),
        Column(_("How it arrived"), 1.8),
    )
    return Paper(
        _("What came"),
        (
            Facts(_facts(asker, came)),
            Rows(columns, tuple(_row(line) for line in lines), if_none=_("Nothing came.")),
            Words(_("Lines marked “taken back” were typed wrong and do not count."))
            if any(line.countered for line in lines)
            else Words(None),
            Signature((Signer("", (_("Received by"),)), Signer("", (_("Delivered by"),)))),
        ),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        subject=came.sender,
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )


def _facts(asker: Asker, came: DeliveryRow) -> tuple[Fact, ...]:
    typed_by = staff.name_of(asker, came.recorded_by) if came.recorded_by else None
    return (
        Fact(_("From whom"), came.sender, wide=True),
        Fact(_("Document"), came.document),
        Fact(_("Gift"), came.gift_document, needed=came.donation_id is not None),
        Fact(_("Received on"), say_day(came.received_on)),
        Fact(_("Typed on"), say_instant(came.recorded_at, asker.place.zone)),
        Fact(_("Typed by"), typed_by, needed=False),
    )


def _row(line: ReceivedLine) -> tuple[str, ...]:
    arrived = [
        _(COLD_WORDS[line.cold_chain]) if line.cold_chain is not None else "",
        _("{units} damaged").format(units=say_units(line.damaged, line.unit)) if line.damaged else "",
        line.damage_text or "",
        _("taken back") if line.countered else "",
    ]
    return (
        f"{line.medicine} {line.product}".strip(),
        line.lot_number or _("without number"),
        say_day(line.expires_on),
        say_packs(line.units, line.pack_units, line.unit),
        ", ".join(word for word in arrived if word),
    )
