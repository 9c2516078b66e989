"""Keeping the book of a controlled medicine: completing lines, closing pages. A page is closed by one person and
witnessed by another, and never changes afterwards."""

from collections.abc import Sequence

from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.records.formulary import ControlRule
from clinic_desktop.features.medication.records.register import RegisterNote, RegisterPage
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.book import (
    LinesChanged,
    LinesLacking,
    MonthNotOver,
    NoteEmpty,
    NothingToClose,
    OwnWitness,
    PageHasGap,
    PageIsClosed,
    check_witness,
    is_over,
    say_lacks,
    say_month,
)
from clinic_desktop.features.medication.rules.controlled import ControlTyped, checked
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AlreadyVoided, Work


def close_page(
    work: Work,
    page_id: str,
    presentation_id: str,
    lines: Sequence[str],
    witness_name: str,
    *,
    witness_id: str | None = None,
    up_to: str | None = None,
) -> int:
    """Close the first open page as it was shown (`lines`, the movements on it); returns its number.

    `up_to`: the first page of a book may hold all months up to this one.
    """
    work.require(Permission.KEEP_REGISTER)
    if shelf.is_there(work, RegisterPage, page_id):
        return work.load(RegisterPage, page_id).page or 0
    book = books.book_of(work, presentation_id)
    shown = books.page(work, presentation_id, up_to=up_to)
    if shown is None:
        raise NothingToClose()
    if book.gaps:
        raise PageHasGap(gap=book.gaps[0].sentence())
    page = shown.page
    if not is_over(page.month, work.today):
        raise MonthNotOver(month=say_month(page.month))
    if [line.movement_id for line in page.lines] != list(lines):
        raise LinesChanged()
    for line in shown.lacking:
        assert line.told is not None
        raise LinesLacking(entry=line.line.entry, what=say_lacks(line.told.lacks))
    own_name = staff.name_of(work, work.actor.staff_id) or work.actor.name
    if witness_id is not None and witness_id == work.actor.staff_id:
        raise OwnWitness()
    row = RegisterPage(
        id=page_id,
        site_id=work.site_id,
        presentation_id=presentation_id,
        page=page.number,
        month=page.month,
        opening_units=page.opening,
        closing_units=page.closing,
        movements=list(lines),
        closed_on=work.today,
        closed_by_name=own_name,
        witness_id=witness_id,
        witness_name=check_witness(witness_name, own_name, work.actor.name),
        previous_id=book.last.page_id if book.last else None,
        notes=list(books.notes_of(work, lines)),
    )
    work.add(row)
    work.about("register_page", page_id)
    return page.number


def complete_line(
    work: Work,
    note_id: str,
    movement_id: str,
    *,
    prescriber: str = "",
    receiver: str = "",
    witness: str = "",
    note: str = "",
) -> None:
    """Note what a line of an open page lacks; the movement itself stays as it was typed."""
    work.require(Permission.KEEP_REGISTER)
    if shelf.is_there(work, RegisterNote, note_id):
        return
    presentation_id = books.presentation_of(work, movement_id)
    if presentation_id is None:
        raise NotHere()
    said = [" ".join(text.split()) or None for text in (prescriber, receiver, witness, note)]
    if not any(said):
        raise NoteEmpty()
    book = books.book_of(work, presentation_id)
    if any(line.movement_id == movement_id for page in book.pages for line in page.lines):
        raise PageIsClosed()
    if said[2]:
        gave = work.load(StockMovement, movement_id).recorded_by
        check_witness(said[2], staff.name_of(work, gave))
    work.add(
        RegisterNote(
            id=note_id, movement_id=movement_id, prescriber_text=said[0], receiver_text=said[1], witness_name=said[2],
            note_text=said[3],
        )
    )  # fmt: skip
    work.about("stock_movement", movement_id)


def note_printed(work: Work, presentation_id: str, page: int, *, is_draft: bool, way: str, copies: int) -> None:
    """A page of the book leaves: one line of the ledger, written before it does."""
    work.require(Permission.KEEP_REGISTER)
    work.act = "medication.book_printed"
    work.detail = {"page": page, "draft": is_draft, "way": way, "copies": copies}
    work.about("presentation", presentation_id)


# -- the rules of a country


def keep_rule(work: Work, rule_id: str, typed: ControlTyped, *, instead_of: str | None = None) -> None:
    """Write down what a country asks of one class, with its source; the rule that it replaces is retired."""
    work.require(Permission.KEEP_CATALOGS)
    if shelf.is_there(work, ControlRule, rule_id):
        return
    rule = checked(typed)
    if instead_of is not None:
        retire_rule(work, instead_of)
    row = ControlRule(
        id=rule_id,
        country=rule.country,
        class_code=rule.class_code,
        title_text=rule.title or None,
        most_packs=rule.most_packs,
        valid_days=rule.valid_days,
        most_fillings=rule.most_fillings,
        is_retained=rule.is_retained,
        in_register=rule.in_register,
        witness_wanted=rule.witness_wanted,
        keep_years=rule.keep_years,
        source_text=rule.source,
    )
    work.add(row)
    work.about("control_rule", rule_id)


def retire_rule(work: Work, rule_id: str) -> None:
    """A rule that no longer holds; what was done under it stays as it was."""
    work.require(Permission.KEEP_CATALOGS)
    rule = work.load(ControlRule, rule_id)
    if rule.retired_at is not None:
        raise AlreadyVoided()
    work.revise(rule, seen={"retired_at": None}, to={"retired_at": work.now})
