"""The voucher in two halves: one stays with the person, the other with the pharmacy until its invoice.

It names a medicine and never why; the letterhead is left out where it would tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.queries import vouchers
from clinic_desktop.features.medication.queries.vouchers import VoucherRow
from clinic_desktop.features.medication.rules.in_words import in_spanish
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.rules.vouchers import STATE_WORDS
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.staff.letters.letterhead import whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _, language
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Block,
    Fact,
    Facts,
    Heading,
    Letterhead,
    Notice,
    Paper,
    Signature,
    Signer,
    Slip,
    Words,
    bind,
    printed_words,
)
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class VoucherPaper:
    """Everything that stands on it."""

    head: Letterhead | None
    """None where it would tell the pharmacy of the village why somebody comes here."""
    size: str
    row: VoucherRow
    issued_by: str
    printed_by: str
    printed_at: str


def vouchers_pdf(asker: Asker, voucher_ids: Sequence[str]) -> bytes:
    """One sheet for each, in one print."""
    return bind([voucher_paper(asker, voucher_id) for voucher_id in voucher_ids])


def voucher_paper(asker: Asker, voucher_id: str) -> Paper:
    """As it was written, also when it is printed again; then it says what came of it."""
    asker.require(Permission.SEND_VOUCHERS)
    row = vouchers.voucher(asker, voucher_id)
    if row is None:
        raise NotHere()
    restricted.must_open(asker, row.patient_id)
    return lay_out_voucher(
        VoucherPaper(
            head=neutral_letterhead(asker),
            size=whole_size(asker),
            row=row,
            issued_by=vouchers.issued_by(asker, voucher_id),
            printed_by=asker.actor.name,
            printed_at=say_instant(asker.now, asker.place.zone),
        )
    )


def lay_out_voucher(voucher: VoucherPaper) -> Paper:
    row = voucher.row
    blocks: tuple[Block, ...] = (
        *_promised(row),
        Facts((Fact(_("Signed by"), voucher.issued_by, wide=True),), 1),
        Words(_("This half stays with the person. The pharmacy keeps the other one.")),
        _half_of_the_pharmacy(voucher),
    )
    return Paper(
        title=_("Voucher for a pharmacy"),
        letterhead=voucher.head,
        size=voucher.size,
        subject=row.said,
        folio=row.folio,
        code=row.folio,
        dateline=say_day(row.issued_on),
        footer=printed_words(by=voucher.printed_by, at=voucher.printed_at),
        blocks=blocks,
    )


def _promised(row: VoucherRow) -> tuple[Block, ...]:
    """For whom, what, how much and until when: alike on both halves."""
    units = say_units(row.units, row.unit)
    why, until = _why_not(row), _("Valid until {day}").format(day=say_day(row.valid_until))
    in_letters = f" ({in_spanish(row.units)})" if language() == "es" else ""
    return (
        Facts((Fact(_("Name"), row.said), Fact(_("Pharmacy"), row.partner))),
        Heading(row.medicine_text),
        Words(f"{units}{in_letters}", large=True),
        Notice(_("Do not hand out: {why}").format(why=why) if why else until),
    )


def _why_not(row: VoucherRow) -> str:
    """Printed again after something came of it, it is a copy for the files and promises nothing any more."""
    if row.answer is not None:
        return _(STATE_WORDS[row.state])
    return _("Medicine stopped") if row.stopped else ""


def _half_of_the_pharmacy(voucher: VoucherPaper) -> Slip:
    row, head = voucher.row, voucher.head
    written = [_("Units handed out"), _("Lot"), _("Expires"), _("Day")]
    return Slip(
        title=_("Voucher: half of the pharmacy"),
        folio=row.folio,
        return_to=(head.name, *head.lines) if head else (),
        cut_words=_("Cut here. Return the lower half with the invoice of the month."),
        blocks=(
            *_promised(row),
            Signature((_signer(voucher.issued_by),)),
            Facts(tuple(Fact(label, None, to_write=True) for label in written), 4),
            Signature(
                (
                    Signer(_("Received what is written above"), thumbprint=True),
                    Signer(_("Pharmacy: name, signature and stamp")),
                )
            ),
        ),
    )


def _signer(told: str) -> Signer:
    """Name and licence were kept in one text, as they stood when it was written."""
    name, *rest = (part.strip() for part in told.split(" · "))
    return Signer(name, tuple(rest))
