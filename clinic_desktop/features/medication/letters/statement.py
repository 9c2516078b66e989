"""What one pharmacy asks for a month and what is paid of it; what came of the vouchers in numbers. Nobody's name."""

from datetime import date

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.queries import statements
from clinic_desktop.features.medication.queries.statements import KeptLine, StatementRow
from clinic_desktop.features.medication.rules.money import say_money
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.rules.statements import Billed, Matched, Ours, say_difference, say_month
from clinic_desktop.features.medication.rules.voucher_figures import DEFINITIONS, Figures
from clinic_desktop.features.staff.letters.letterhead import whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.printing.paper import (
    Align,
    Block,
    Column,
    Fact,
    Facts,
    Notice,
    Paper,
    Rows,
    Signature,
    Signer,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def statement_paper(asker: Asker, statement_id: str) -> Paper:
    """A closed statement, as it was closed."""
    row = statements.statement(asker, statement_id)
    if row is None:
        raise NotHere()
    return Paper(
        title=_("Monthly statement of a pharmacy"),
        letterhead=neutral_letterhead(asker),
        size=whole_size(asker),
        subject=row.partner,
        folio=row.number,
        code=row.number,
        dateline=say_day(row.closed_on) if row.closed_on else "",
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(*_head(row), *_lines(row, statements.lines_of(asker, statement_id)), *_foot(row)),
    )


def _head(row: StatementRow) -> tuple[Block, ...]:
    facts = Facts(
        (
            Fact(_("Pharmacy"), row.partner, wide=True),
            Fact(_("Month"), say_month(row.month)),
            Fact(_("Invoice"), row.document_text),
            Fact(_("Corrects"), row.amends, needed=False),
        )
    )
    if row.amended_by is None:
        return (facts,)
    return Notice(_("Corrected by {number}: this one counts no more.").format(number=row.amended_by)), facts


def _lines(row: StatementRow, lines: tuple[KeptLine, ...]) -> tuple[Block, ...]:
    columns = (
        Column(_("Folio"), 1.5, strong=True),
        Column(_("Medicine"), 2.6),
        Column(_("Handed out on"), 1.2),
        Column(_("Billed"), 1.1, Align.RIGHT),
        Column(_("Agreed"), 1.1, Align.RIGHT, strong=True),
        Column(_("What differs"), 2.2),
    )
    counted = ngettext("{count} line", "{count} lines", len(lines)).format(count=len(lines))
    told = tuple(_line(line, counts=row.amended_by is None) for line in lines)
    return Rows(columns, told, if_none=_("Nothing to show.")), Words(counted)


def _line(line: KeptLine, *, counts: bool) -> tuple[str, ...]:
    row = line.voucher
    told = row.medicine_text if row else ""
    if row and row.given:
        told += f", {say_units(row.given, row.unit)}"
    day = say_day(row.answer.answered_on) if row and row.answer and row.answer.answered_on and row.given else ""
    differs = said_difference(line)
    if counts and line.agreed.amount and line.paid_with:
        also = _("Statement {number} pays it too").format(number=line.paid_with)
        differs = f"{differs}. {also}" if differs else also
    return line.folio_text, told, day, say_money(line.billed), say_money(line.agreed), differs


def said_difference(line: KeptLine) -> str:
    """What differs, as it was when the statement was closed."""
    row = line.voucher
    ours = None
    if row is not None:
        day = row.answer.answered_on if row.answer else None
        ours = Ours(
            row.voucher_id, row.folio, row.partner_id, row.what, row.state, row.due, day, row.issued_on, line.paid_with
        )
    billed = Billed(line.line_id, line.folio_text, line.billed, line.accepted)
    return say_difference(Matched(billed, ours, line.agreed, line.difference), say_money)


def _foot(row: StatementRow) -> tuple[Block, ...]:
    return (
        Facts(
            (
                Fact(_("Billed in all"), say_money(row.billed)),
                Fact(_("Agreed in all"), say_money(row.agreed)),
                Fact(_("Difference"), say_money(row.billed - row.agreed)),
            ),
            3,
        ),
        Words(row.note_text, head=_("Note")),
        Signature((Signer(_("For the clinic")), Signer(_("For the pharmacy")))),
    )


def figures_paper(asker: Asker, since: date, until: date) -> Paper:
    """What came of the vouchers written in a stretch of time, with what each number means below."""
    found = statements.voucher_figures(asker, since, until)
    columns = (
        Column(_("Pharmacy"), 2.4, strong=True),
        Column(_("In full"), 1.2, Align.RIGHT),
        Column(_("In part"), 0.8, Align.RIGHT),
        Column(_("Still out"), 0.8, Align.RIGHT),
        Column(_("Days to hand out"), 1, Align.RIGHT),
        Column(_("Cost"), 1.4, Align.RIGHT),
        Column(_("Cost of a patient-month"), 1.4, Align.RIGHT),
        Column(_("Stock-outs avoided"), 1, Align.RIGHT),
    )
    meaning = "\n".join(f"{_(name)}: {_(words)}" for name, words in DEFINITIONS)
    return Paper(
        title=_("Vouchers in numbers"),
        letterhead=neutral_letterhead(asker),
        size=whole_size(asker),
        landscape=True,
        dateline=f"{say_day(since)} – {say_day(until)}",
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Rows(columns, tuple(said_figures(one) for one in found), if_none=_("No voucher was written in this time.")),
            Words(meaning, head=_("What the numbers mean")),
        ),
    )


def said_figures(one: Figures) -> tuple[str, ...]:
    told = _("{some} of {all}, {rate}").format(some=one.filled, all=one.known, rate=f"{one.rate} %")
    return (
        one.partner,
        told if one.known else "–",
        f"{one.part:,}",
        f"{one.out:,}",
        "–" if one.days is None else f"{one.days:g}",
        " + ".join(say_money(money) for money in one.cost) or "–",
        "–" if one.per_month is None else say_money(one.per_month),
        f"{one.avoided:,}",
    )
