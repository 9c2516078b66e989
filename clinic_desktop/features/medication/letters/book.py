"""One page of the book of a controlled medicine, for the folder and for whoever inspects it.

Only a closed page is the page; an open one prints as a draft and says so. A long month goes on on further sheets, each
with the balance that it brings from the sheet before and the one it takes to the next.
"""

from collections.abc import Sequence

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries.book import BookLine, BookPage, Told
from clinic_desktop.features.medication.rules.book import PageHasGap, say_month
from clinic_desktop.features.medication.rules.controlled import say_kept
from clinic_desktop.features.medication.rules.kinds import MOVEMENT_WORDS, MovementKind, ReceiverSign
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.staff.letters.letterhead import whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
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
    bind,
    printed_words,
)
from clinic_desktop.storage.work import Asker

SIGN_WORDS: dict[ReceiverSign, str] = {
    ReceiverSign.SIGNATURE: N_("signed"),
    ReceiverSign.THUMBPRINT: N_("thumbprint"),
}
_FIRST_SHEET, _SHEET, _FOOT = 27, 31, 11
"""Lines of writing that fit a sheet beside its head, and how many the signatures take."""
_LETTERS = (30, 22, 26, 22)
"""Letters in a line of the columns that hold words."""
Row = tuple[str, ...]


def book_page(asker: Asker, presentation_id: str, page_id: str, *, reprint: bool = False) -> bytes:
    """A closed page, the same each time; `reprint` says on it that it was printed again. None with a hole before it."""
    asker.require(Permission.KEEP_REGISTER)
    page = books.page(asker, presentation_id, page_id)
    if page is None:
        raise NotHere()
    book = books.book_of(asker, presentation_id)
    gaps = [gap for gap in book.gaps if gap.page and gap.page <= page.page.number]
    if gaps and not page.is_apart:
        raise PageHasGap(gap=gaps[0].sentence())
    return bind(_sheets(asker, page, reprint=reprint))


def draft_page(asker: Asker, presentation_id: str) -> bytes:
    """The first open page as it stands, to look at; it is no page of the book."""
    asker.require(Permission.KEEP_REGISTER)
    page = books.page(asker, presentation_id)
    if page is None:
        raise NotHere()
    return bind(_sheets(asker, page, reprint=False))


def _sheets(asker: Asker, page: BookPage, *, reprint: bool) -> list[Paper]:
    parts = _parts([(_row(line), _height(_row(line))) for line in page.lines])
    papers: list[Paper] = []
    carried = page.page.opening
    done = 0
    for number, part in enumerate(parts, 1):
        lines = page.lines[done : done + len(part)]
        done += len(part)
        first, last = number == 1, number == len(parts)
        known = [line.line.balance for line in lines if line.line.balance is not None]
        ends = page.page.closing if last else (known[-1] if known else carried)
        rows = [_begins(page, carried, first=first), *part, _ends(page, ends, page.lines[:done], last=last)]
        blocks: list[Block] = [*_notices(page), *_head(page, number, len(parts)), Rows(_columns(), tuple(rows))]
        blocks += _foot(asker, page) if last else []
        papers.append(
            Paper(
                title=_("Book of controlled medicines"),
                blocks=tuple(blocks),
                letterhead=neutral_letterhead(asker) if first else None,
                size=whole_size(asker),
                landscape=True,
                subject=page.product.said,
                dateline=_dateline(asker, first=first, reprint=reprint),
                footer=_footer(asker, page),
                numbered=_numbered(page, number, len(parts)),
            )
        )
        carried = ends
    return papers


def _parts(rows: Sequence[tuple[Row, int]]) -> list[list[Row]]:
    """As many rows to a sheet as fit, on the last beside the signatures; none is empty but the only one."""
    parts: list[list[Row]] = [[]]
    room = _FIRST_SHEET
    for at, (row, height) in enumerate(rows):
        last = at == len(rows) - 1
        if parts[-1] and height + (_FOOT if last else 0) > room:
            parts.append([])
            room = _SHEET
        parts[-1].append(row)
        room -= height
    return parts


def _height(row: Row) -> int:
    def lines(text: str, letters: int) -> int:
        return sum(1 + max(0, len(part) - 1) // letters for part in text.split("\n"))

    return max(lines(text, letters) for text, letters in zip(row[2:6], _LETTERS, strict=True)) + 1


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("Line"), 0.5, Align.RIGHT),
        Column(_("Day"), 1.1),
        Column(_("What, document"), 2.0),
        Column(_("Prescribed by"), 1.6),
        Column(_("Person, who received it"), 2.0),
        Column(_("Gave it, witness"), 1.6),
        Column(_("Lot"), 0.9),
        Column(_("Came"), 0.6, Align.RIGHT),
        Column(_("Went out"), 0.6, Align.RIGHT),
        Column(_("Balance"), 0.8, Align.RIGHT, strong=True),
    )


def _row(line: BookLine) -> Row:
    told, number = line.told, str(line.line.entry)
    if told is None:
        return number, "", _("Not on this computer yet"), "", "", "", "", "", "", ""
    days = [say_day(told.occurred_on)]
    if told.typed_on != told.occurred_on:
        days.append(_("typed {day}").format(day=say_day(told.typed_on)))
    came, left = (f"{told.units:,}", "") if told.units >= 0 else ("", f"{-told.units:,}")
    balance = "" if line.line.balance is None else f"{line.line.balance:,}"
    return (
        number, "\n".join(days), _what(line, told), told.prescriber.replace(" · ", "\n"), _received(told),
        _gave(told), told.lot_number or "–", came, left, balance,
    )  # fmt: skip


def say_kind(line: BookLine, told: Told) -> str:
    """What happened, or which line it counters."""
    if line.about_entry is None:
        return _(MOVEMENT_WORDS[told.kind])
    if told.kind is MovementKind.LATE:
        return _("Counted already: takes line {entry} out").format(entry=line.about_entry)
    return _("Counters line {entry}").format(entry=line.about_entry)


def _what(line: BookLine, told: Told) -> str:
    late = _("Late") if line.line.late else ""
    said = (say_kind(line, told), late, told.document, told.partner, told.reason, told.note)
    return "\n".join(part for part in said if part)


def _received(told: Told) -> str:
    said = [told.person]
    if told.receiver:
        said.append(_("Took it: {name}").format(name=told.receiver))
    said.append(told.receiver_document)
    if told.sign is not None:
        said.append(_(SIGN_WORDS[told.sign]))
    return "\n".join(part for part in said if part)


def _gave(told: Told) -> str:
    witness = _("Witness: {name}").format(name=told.witness) if told.witness else ""
    return "\n".join(part for part in (told.gave, witness) if part)


def _begins(page: BookPage, carried: int, *, first: bool) -> Row:
    if not first:
        said = _("Comes from the sheet before")
    elif page.page.number == 1:
        said = _("The book begins")
    else:
        said = _("Comes from page {page}").format(page=page.page.number - 1)
    return "", "", said, "", "", "", "", "", "", f"{carried:,}"


def _ends(page: BookPage, balance: int, so_far: Sequence[BookLine], *, last: bool) -> Row:
    told = [line.told.units for line in so_far if line.told]
    came, left = sum(units for units in told if units > 0), -sum(units for units in told if units < 0)
    said = _("Goes to the next sheet")
    if last:
        said = _("Closing balance") if so_far else _("No movements in this month")
    return "", "", said, "", "", "", "", f"{came:,}", f"{left:,}", f"{balance:,}"


def _notices(page: BookPage) -> list[Block]:
    if page.page.page_id is None:
        return [Notice(_("Draft, not closed. It is no page of the book."))]
    if page.is_apart:
        return [
            Notice(
                _("Two computers closed a page {page} apart. The book goes on from the other one.").format(
                    page=page.page.number
                )
            )
        ]
    return []


def _head(page: BookPage, number: int, of: int) -> list[Block]:
    facts = (
        Fact(_("Medicine"), page.product.said),
        Fact(_("Class"), page.control.title if page.control else ""),
        Fact(_("Month"), say_month(page.page.month)),
        Fact(_("Page of the book"), _number(page, number, of)),
    )
    return [Facts(facts, 4)]


def _number(page: BookPage, number: int, of: int) -> str:
    sheet = _("{page}, sheet {number} of {count}").format(page=page.page.number, number=number, count=of)
    return sheet if of > 1 else str(page.page.number)


def _numbered(page: BookPage, number: int, of: int) -> str:
    words = _("Page {page} of the book, sheet {number} of {count}") if of > 1 else _("Page {page} of the book")
    return words.format(page=page.page.number, number=number, count=of)


def _foot(asker: Asker, page: BookPage) -> list[Block]:
    unit = page.product.unit
    said = _("Opening {opening} · in {came} · out {left} · closing {closing}").format(
        opening=f"{page.page.opening:,}",
        came=f"{page.page.came:,}",
        left=f"{page.page.left:,}",
        closing=say_units(page.page.closing, unit),
    )
    blocks: list[Block] = [Words(said, strong=True)]
    if any(line.told and line.told.reserved for line in page.lines):
        blocks.append(Words(_("Lines of reserved people: whoever may open those records prints the complete page.")))
    if page.closed_on is None:
        return blocks
    rule = page.control.rule if page.control else None
    if rule is not None:
        blocks.append(Words(say_kept(rule, page.closed_on, asker.today)))
    closed = _("Closed on {day}").format(day=say_day(page.closed_on))
    signers = (Signer(page.closed_by, (_("Responsible"), closed)), Signer(page.witness, (_("Witness"),)))
    return [*blocks, Signature(signers)]


def _dateline(asker: Asker, *, first: bool, reprint: bool) -> str:
    """On further sheets the clinic too, for they carry no letterhead."""
    place = asker.place.site_name if not first and neutral_letterhead(asker) else ""
    again = _("Reprinted on {day}").format(day=say_day(asker.today)) if reprint else ""
    return " · ".join(part for part in (place, again) if part)


def _footer(asker: Asker, page: BookPage) -> str:
    source = ""
    if page.control is not None:
        source = page.control.rule.source if page.control.rule else page.control.source
    told = _("Source: {source}").format(source=source) if source else ""
    printed = printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone))
    return " · ".join(part for part in (told, printed) if part)
