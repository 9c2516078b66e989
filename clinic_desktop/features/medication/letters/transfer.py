"""The packing slip of a sending, in two halves: one stays with the box, the other comes back signed. Medicine only."""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.queries import transfers
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.queries.transfers import LeftLine, Sending
from clinic_desktop.features.medication.rules.shelf import say_packs
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.paper import (
    Align,
    Block,
    Column,
    Fact,
    Facts,
    Paper,
    Rows,
    Signature,
    Signer,
    Words,
    bind,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def packing_slip(asker: Asker, transfer_id: str) -> bytes:
    """Both halves in one print, each a sheet of its own: a sending may be longer than a page."""
    return bind(slip_halves(asker, transfer_id))


def slip_halves(asker: Asker, transfer_id: str) -> tuple[Paper, Paper]:
    asker.require(*SHELF)
    sending = transfers.sending(asker, transfer_id)
    lines = transfers.sent_lines(asker, transfer_id)
    head = neutral_letterhead(asker)
    box = (
        _facts(sending),
        _rows(lines, arrived=False),
        Signature((Signer(asker.actor.name, (_("Sent by"),)), Signer("", (_("Carried"),)))),
    )
    own = letterhead(asker)
    back = ", ".join((*own.lines, own.phone or "")).strip(", ") if head else ""
    reply = (
        _facts(sending),
        _rows(lines, arrived=True),
        Words(_("Write what arrived, sign, and send this sheet back. {place}").format(place=back).strip(), strong=True),
        Signature((Signer("", (_("Received, name and signature"),)), Signer("", (_("Date"),)))),
    )
    return (
        _paper(asker, sending, _("Medicines sent: goes with the box"), box),
        _paper(asker, sending, _("Medicines sent: comes back signed"), reply),
    )


def _paper(asker: Asker, sending: Sending, title: str, blocks: tuple[Block, ...]) -> Paper:
    return Paper(
        title,
        blocks,
        letterhead=neutral_letterhead(asker),
        size=whole_size(asker),
        subject=sending.to_name,
        folio=sending.number,
        code=sending.number,
        dateline=say_day(sending.sent_on),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )


def _facts(sending: Sending) -> Facts:
    return Facts(
        (
            Fact(_("To"), sending.to_name, wide=True),
            Fact(_("Number"), sending.number),
            Fact(_("Sent on"), say_day(sending.sent_on)),
            Fact(_("Carried by"), sending.carrier, to_write=True),
            Fact(_("Reason"), sending.reason, needed=False),
        )
    )


def _rows(lines: tuple[LeftLine, ...], *, arrived: bool) -> Rows:
    columns = (
        Column(_("Medicine"), 3.4, strong=True),
        Column(_("Lot"), 1.4),
        Column(_("Expires"), 1.2),
        Column(_("Amount sent"), 2.4, Align.RIGHT),
        *((Column(_("Arrived"), 1.2),) if arrived else ()),
    )
    rows = tuple((*said_line(line), *(("",) if arrived else ())) for line in lines)
    return Rows(columns, rows, if_none=_("Every line of it was countered."), roomy=arrived)


def said_line(line: LeftLine) -> tuple[str, str, str, str]:
    """Medicine, lot, expiry, and how much: the same on every paper of what left."""
    return (
        f"{line.name} {line.product}",
        line.lot_number or _("without number"),
        say_day(line.expires_on),
        say_packs(line.units, line.pack_units, line.unit),
    )
