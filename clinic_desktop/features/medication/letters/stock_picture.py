"""The stock of one product over time, and what expires, on paper: black on white, told apart by form."""

from collections.abc import Sequence
from functools import partial

from clinic_desktop.features.medication.queries import expiring, history
from clinic_desktop.features.medication.queries.expiring import ExpiringRow
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.rules.shelf import say_packs
from clinic_desktop.features.medication.rules.stock_course import ExpiryMonth, StockCourse
from clinic_desktop.features.medication.rules.stock_drawing import draw_course, draw_expiry
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.drawing import Letters, Shape
from clinic_desktop.printing.paper import (
    Align,
    Block,
    Column,
    Drawing,
    Fact,
    Facts,
    Paper,
    Rows,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker

_HEIGHT = 230.0
_MOST_ROWS = 25


def stock_paper(asker: Asker, presentation_id: str) -> Paper:
    """The last year of one product: the picture, and under it what happened."""
    asker.require(*SHELF)
    course = history.stock_course(asker, presentation_id)
    facts = (
        Fact(_("Medicine"), course.said, wide=True),
        Fact(_("There are"), course.shelf),
        Fact(_("Lasts until"), _say_end(course), needed=False),
    )
    said = [spot.words.partition(": ") for spot in course.spots()][-_MOST_ROWS:]
    rows = Rows(
        (Column(_("Day"), 1), Column(_("What there was"), 5)),
        tuple((day, words) for day, _colon, words in reversed(said)),
        head=_("The last days of it"),
    )
    return _paper(asker, _("Stock over time"), (Facts(facts), Drawing(partial(_course, course), _HEIGHT), rows))


def _say_end(course: StockCourse) -> str:
    if course.ends_on is None:
        return _("Cannot be told")
    return say_day(course.ends_on) if course.ends_on > course.today else _("Nothing usable is here.")


def expiry_paper(asker: Asker) -> Paper:
    """What expires in twelve months, and what to do with each lot of the next six."""
    asker.require(*SHELF)
    months = expiring.expiry_months(asker)
    columns = (
        Column(_("Medicine"), 2.6, strong=True),
        Column(_("Lot"), 1),
        Column(_("Expires"), 1.1),
        Column(_("There are"), 1.7, Align.RIGHT),
        Column(_("Will not be used"), 1.2, Align.RIGHT, strong=True),
        Column(_("What to do"), 2.4),
    )
    rows = tuple(_row(row) for row in expiring.expiring_soon(asker))
    blocks: tuple[Block, ...] = (
        Drawing(partial(_months, months), _HEIGHT, head=_("What expires in the coming months")),
        Rows(columns, rows, head=_("The next six months"), if_none=_("Nothing expires in the next six months.")),
        Words(_("At the present pace, the lot that expires first handed out first.")),
    )
    return _paper(asker, _("What expires"), blocks)


def say_what_to_do(row: ExpiringRow) -> str:
    """ "Use first", "Offer 40 to San Juan"."""
    risk = row.expiring.at_risk
    if risk is None:
        return _("Use first; too few days to tell how much is used")
    if not risk:
        return _("Use first: it will be used in time")
    taker = row.expiring.takers[0] if row.expiring.takers else None
    if taker is None:
        return _("Use first; offer {units} to another clinic").format(units=f"{risk:,}")
    part = min(risk, taker.could_use(row.lot.expires_on, row.expiring.today))
    return _("Use first; send {units} to {clinic}, which uses it").format(units=f"{part:,}", clinic=taker.name)


def _row(row: ExpiringRow) -> tuple[str, ...]:
    risk = row.expiring.at_risk
    return (
        row.product.said,
        row.lot.lot_number or _("without number"),
        say_day(row.lot.expires_on),
        say_packs(row.lot.units, row.product.pack_units, row.product.unit),
        "?" if risk is None else f"{risk:,}" if risk else "–",
        say_what_to_do(row),
    )


def _paper(asker: Asker, title: str, blocks: tuple[Block, ...]) -> Paper:
    return Paper(
        title,
        blocks,
        letterhead=letterhead(asker),
        size=whole_size(asker),
        dateline=say_day(asker.today),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )


def _course(course: StockCourse, width: float, letters: Letters) -> Sequence[Shape]:
    return draw_course(course, width, _HEIGHT - 6, letters).shapes


def _months(months: Sequence[ExpiryMonth], width: float, letters: Letters) -> Sequence[Shape]:
    return draw_expiry(months, width, _HEIGHT - 6, letters).shapes
