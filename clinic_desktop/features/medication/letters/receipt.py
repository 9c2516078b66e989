"""That somebody was given medicines: what, how much, for how long, by whom, signed or with a thumb. Nothing of why."""

from collections.abc import Iterable, Mapping, Sequence

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.queries import handed, handing
from clinic_desktop.features.medication.queries.handed import HandedOut
from clinic_desktop.features.medication.rules.courses import say_days
from clinic_desktop.features.medication.rules.kinds import ReceiverSign
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Align,
    Block,
    Column,
    Fact,
    Facts,
    Letterhead,
    Paper,
    PaperSize,
    Rows,
    Signature,
    Signer,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def receipt_of(asker: Asker, dispense_ids: Sequence[str]) -> Paper:
    """Half a sheet for the folder, for everything that was handed out to one person at once."""
    asker.require(Permission.DISPENSE)
    found = handed.handed_out(asker, dispense_ids)
    if not found:
        raise NotHere()
    header = handing.header_to_serve(asker, found[0].patient_id)
    footer = printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone))
    # Who hands out signs, whoever prints it again.
    by = {one.handed_by_id: staff.name_of(asker, one.handed_by_id or "") for one in found}
    by |= {me: asker.actor.name for me in (asker.actor.staff_id,) if not by.get(me)}
    return lay_out_receipt(found, header.said, header.number, neutral_letterhead(asker), by, footer)


def lay_out_receipt(
    given: Sequence[HandedOut],
    name: str,
    number: str,
    head: Letterhead | None,
    by: Mapping[str | None, str],
    footer: str,
) -> Paper:
    """`by`: the name of each who handed out, by id."""
    first = given[0]
    folios = ", ".join(dict.fromkeys(one.folio for one in given if one.folio))
    blocks: list[Block] = [
        Facts(
            (
                Fact(_("Name"), name, wide=True),
                Fact(_("Record number"), number, needed=False),
                Fact(_("Prescription"), folios, needed=False),
            )
        ),
        Rows(_columns(), tuple(_row(one) for one in given)),
        Words(_owed(given)),
        Facts(
            (
                Fact(_("Received by"), _each(one.received_by or _("The person") for one in given), wide=True),
                Fact(_("Identification shown"), _each(o.receiver_document for o in given), needed=False, wide=True),
            )
        ),
        _signature(given, name, by),
    ]
    return Paper(
        title=_("Record of handing out"),
        letterhead=head,
        size=PaperSize.HALF_LETTER,
        subject=name,
        dateline=say_day(first.given_on),
        footer=footer,
        blocks=tuple(blocks),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("Medicine"), 2.4, strong=True),
        Column(_("Quantity"), 1.1, Align.RIGHT),
        Column(_("For"), 0.8, Align.RIGHT),
        Column(_("Lot and expiry"), 1.6),
    )


def _row(one: HandedOut) -> tuple[str | None, ...]:
    lots = "\n".join(f"{lot.lot_number or _('without number')} · {say_day(lot.expires_on)}" for lot in one.lots)
    days = say_days(one.days) if one.days else "–"
    return f"{one.name} {one.product}".strip(), say_units(one.units, one.unit), days, lots


def _owed(given: Sequence[HandedOut]) -> str:
    """What the person may still fetch, so that it is known at home too."""
    told = [
        _("{medicine}: {units} are still owed").format(medicine=one.name, units=say_units(one.owed, one.unit))
        for one in given
        if one.owed
    ]
    return "\n".join(told)


def _each(words: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))


def _signature(given: Sequence[HandedOut], name: str, by: Mapping[str | None, str]) -> Signature:
    """A line for each who took something away, and a box for the thumb unless somebody said that it is signed."""
    signed = {one.received_by: one.received_sign for one in given}
    handers = dict.fromkeys(by[one.handed_by_id] for one in given)
    witnesses = dict.fromkeys(one.witness_name for one in given if one.witness_name)
    signers = [
        *(
            Signer(who or name, (_("Received it"),), thumbprint=sign != ReceiverSign.SIGNATURE)
            for who, sign in signed.items()
        ),
        *(Signer(who, (_("Handed out by"),)) for who in handers),
        *(Signer(who, (_("Witness"),)) for who in witnesses),
    ]
    return Signature(tuple(signers))
