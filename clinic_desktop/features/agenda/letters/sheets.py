"""A sheet for each person of the day, for when there is no light, or one laptop for two: what is known, and lines.

What was said in consultations comes from the room that keeps it, by a slot; this room knows people and days only. The
sheets are numbered, of one set, and shredded once what was written on them is typed.
"""

from collections.abc import Callable, Generator, Sequence
from datetime import date
from functools import partial
from typing import Any, Protocol

from clinic_desktop.features.agenda.letters import day as lists
from clinic_desktop.features.agenda.queries.day import DayRow
from clinic_desktop.features.agenda.service.day import draw_list_number
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.rules.banner import say_what_is_not_borne
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_day, say_instant, say_weekday
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.printing.paper import (
    Blank,
    Block,
    Fact,
    Facts,
    Notice,
    Paper,
    PaperSize,
    Rows,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker

SheetContents = Callable[[Asker, PatientId], Sequence[Block]]
sheet_contents: tuple[SheetContents, ...] = ()
"""Filled by app/wiring.py: each says what its room knows of the person, as blocks of a paper."""

_MOST_LINES, _FEWEST_LINES = 14, 5
_LETTERS_A_LINE = 100


class _Vault(Protocol):
    def do(self, use_case: Any, actor: Any) -> Any: ...
    def ask(self, query: Any, actor: Any) -> Any: ...


def consult_sheet(asker: Asker, row: DayRow, *, day: date, number: int, count: int, folio: str) -> Paper:
    """The sheet of one person. A record that the one who prints may not open has its number of the list and no more."""
    asker.require(Permission.READ_CHART)
    who = PatientId(row.patient_id)
    known = people.header_or_reserved(asker, who)
    blocks: list[Block] = []
    if not row.reserved:
        blocks += _header(known)
        for say in sheet_contents:
            blocks += say(asker, who)
    blocks += [
        Blank(_lines_left(blocks, paper_size(asker)), _("Note")),
        Facts(
            (
                Fact(_("Medicines given or changed"), "", to_write=True, wide=True),
                Fact(_("Next visit"), "", to_write=True),
                Fact(_("Who saw the person"), "", to_write=True),
            )
        ),
        Words(_("This sheet is shredded once what was written on it is in the record.")),
    ]
    return Paper(
        title=row.name,
        blocks=tuple(blocks),
        size=paper_size(asker),
        subject=row.name,
        folio=folio,
        dateline=_("{day} · sheet {number} of {count}").format(
            day=f"{say_weekday(day)} {say_day(day)}", number=number, count=count
        ),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )


def _lines_left(blocks: Sequence[Block], size: str) -> int:
    """As many lines to write on as the page has room for; what is known comes first."""
    taken = 0.0
    for block in blocks:
        if isinstance(block, Rows):
            taken += 0.8 * len(block.rows)
        elif isinstance(block, Words):
            text = (block.text or "").splitlines()
            taken += 0.6 * sum(1 + len(line) // _LETTERS_A_LINE for line in text)
    if PaperSize(size) is PaperSize.HALF_LETTER:
        return max(4, round(7 - 1.2 * taken))
    return max(_FEWEST_LINES, round(_MOST_LINES - taken))


def _header(known: Any) -> list[Block]:
    language = known.language + (_(", with interpreter") if known.needs_interpreter else "")
    facts = (
        Fact(_("Record"), known.number),
        Fact(_("Born"), known.born),
        Fact(_("Community"), known.place),
        Fact(_("Language"), language),
        Fact(_("Mother"), known.mother, needed=False),
        Fact(_("Known as"), known.known_as, needed=False),
    )
    return [Facts(facts, columns=3), Notice(say_what_is_not_borne(known))]


def set_of_day(vault: _Vault, actor: Any, *, day: date) -> Generator[Progress, None, bytes]:
    """The numbered list and a sheet for each person of that day, in one PDF; person by person, so that it can be
    cancelled."""
    from clinic_desktop.printing.render import draw_in_steps

    listed: Paper = vault.do(partial(lists.clinicians_list, day=day), actor)
    folio: str = vault.do(draw_list_number, actor)
    rows: tuple[DayRow, ...] = vault.ask(partial(lists.expected, day=day), actor)
    papers = [listed]
    total = 2 * len(rows) + 1
    for number, row in enumerate(rows, 1):
        sheet = partial(consult_sheet, row=row, day=day, number=number, count=len(rows), folio=folio)
        papers.append(vault.ask(sheet, actor))
        yield Progress(number, total, _("Reading {number} of {count}").format(number=number, count=len(rows)))
    drawing = draw_in_steps(papers)
    while True:
        try:
            drawn = next(drawing)
        except StopIteration as end:
            return end.value
        said = _("Setting paper {number} of {count}").format(number=drawn, count=len(papers))
        yield Progress(len(rows) + drawn, total, said)
