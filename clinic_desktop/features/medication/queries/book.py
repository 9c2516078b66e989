"""The books of the controlled medicines of this shelf: pages, lines, and what a page still lacks.

A reserved person stands as "Reserved N" for whoever may not open the record, without what was said of who came; the
complete book is read and printed by somebody who may.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries import formulary, shelf
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.queries.vouchered import vouchers_of_lines
from clinic_desktop.features.medication.records.counts import StockCount, StockCountLine
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import ControlListing, ControlRule, Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.medication.records.register import RegisterNote, RegisterPage
from clinic_desktop.features.medication.records.stock import (
    StockDelivery,
    StockDisposal,
    StockLot,
    StockMovement,
    StockTransfer,
)
from clinic_desktop.features.medication.rules.book import Book, ClosedPage, Lack, Line, Moved, Page, bound, gathered
from clinic_desktop.features.medication.rules.control import Control
from clinic_desktop.features.medication.rules.kinds import DispenseKind, MovementKind, ReceiverSign
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = shelf.TABLES | {
    "register_page", "register_note", "control_rule", "control_listing", "stock_count", "stock_disposal",
    "stock_transfer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What a line of the book says beside its numbers."""

    kind: MovementKind
    units: int
    occurred_on: date
    typed_on: date
    lot_number: str | None
    document: str
    prescriber: str
    person: str
    """Whose medicine it is."""
    receiver: str
    """Who took it away, if not the person."""
    receiver_document: str
    sign: ReceiverSign | None
    partner: str
    gave: str
    witness: str
    reason: str
    note: str
    about_id: str | None
    lacks: tuple[Lack, ...] = ()
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class BookLine:
    line: Line
    told: Told | None
    """None: the movement is not on this computer yet."""
    about_entry: int | None = None
    """The line that it counters, or that was counted already."""


@dataclass(frozen=True, slots=True)
class BookPage:
    """One page with everything that stands on it."""

    page: Page
    product: Product
    control: Control | None
    lines: tuple[BookLine, ...]
    closed_on: date | None = None
    closed_by: str = ""
    witness: str = ""
    is_apart: bool = False
    """Closed on another computer, while this one closed another page of the same number."""

    @property
    def lacking(self) -> tuple[BookLine, ...]:
        return tuple(line for line in self.lines if line.told and line.told.lacks)


@dataclass(frozen=True, slots=True)
class BookRow:
    """One controlled medicine in the list of the books."""

    product: Product
    control: Control
    book: Book
    lacking: int
    """Lines of the open page that must be completed before it is closed."""


def witness_wanted(asker: Asker, presentation_id: str) -> bool:
    """Whether the rule of this country wants somebody who sees this medicine leave."""
    control = formulary.control_of(asker, presentation_id)
    return bool(control and control.rule and control.rule.witness_wanted)


def fillings(asker: Asker, request_id: str) -> int:
    """How often something of this prescribed line was handed out and kept, here or for one of our vouchers."""
    asker.require(*formulary.READERS)
    amending = aliased(MedicationDispense)
    less = sa.select(sa.func.coalesce(sa.func.sum(amending.units), 0)).where(
        amending.amends_id == MedicationDispense.id
    )
    select = sa.select(sa.func.count()).where(
        MedicationDispense.request_id == request_id,
        MedicationDispense.kind == DispenseKind.GIVEN,
        MedicationDispense.units + less.scalar_subquery() > 0,
    )
    by_pharmacies = sum(one.answered and one.units > 0 for one in vouchers_of_lines(asker, [request_id]))
    return (asker.value(select) or 0) + by_pharmacies


def books(asker: Asker) -> tuple[BookRow, ...]:
    """The controlled medicines of this shelf, by name; those that their rule keeps out of the book are left out."""
    asker.require(Permission.KEEP_REGISTER)
    controls = {
        key: control
        for key, control in formulary.controls(asker, _perhaps_controlled(asker)).items()
        if control.rule is None or control.rule.in_register is not False
    }
    products = shelf.presentations(asker, controls)
    found: list[BookRow] = []
    for key, control in controls.items():
        if key not in products:
            continue
        book = book_of(asker, key)
        first = book.to_close
        told = _told(asker, [line.movement_id for line in first.lines], control) if first else {}
        lacking = sum(1 for one in told.values() if one.lacks)
        found.append(BookRow(products[key], control, book, lacking))
    return tuple(sorted(found, key=lambda row: (row.product.name, row.product.strength_text or "")))


def _perhaps_controlled(asker: Asker) -> list[str]:
    marked: AnySelect = sa.select(Presentation.id).where(Presentation.controlled_code.is_not(None))
    listed: AnySelect = sa.select(ControlListing.presentation_id).where(ControlListing.retired_at.is_(None))
    return [row[0] for select in (marked, listed) for row in asker.all(select) if row[0]]


def book_of(asker: Asker, presentation_id: str) -> Book:
    """The book of one medicine on this shelf: numbers only, nobody's name."""
    asker.require(Permission.KEEP_REGISTER)
    select = (
        sa.select(
            StockMovement.id,
            StockMovement.units,
            StockMovement.occurred_on,
            StockMovement.recorded_at,
            sa.func.coalesce(StockMovement.countered_id, StockMovement.late_id),
        )
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .where(StockLot.presentation_id == presentation_id, StockMovement.site_id == asker.site_id)
    )
    moved = [
        Moved(key, units or 0, occurred_on or _day(asker, at), at, _day(asker, at), about)
        for key, units, occurred_on, at, about in asker.all(select)
    ]
    there = shelf.balance(asker, presentation_id).units
    return bound(moved, _closed(asker, presentation_id), asker.today, there)


def _closed(asker: Asker, presentation_id: str) -> list[ClosedPage]:
    page = RegisterPage
    select: AnySelect = sa.select(
        page.id, page.page, page.month, page.opening_units, page.closing_units, page.movements, page.previous_id,
        page.recorded_at,
    ).where(page.presentation_id == presentation_id, page.site_id == asker.site_id)  # fmt: skip
    return [
        ClosedPage(key, number, month, opening or 0, closing or 0, tuple(names or ()), previous, at)
        for key, number, month, opening, closing, names, previous, at in asker.all(select)
    ]


def page(
    asker: Asker, presentation_id: str, page_id: str | None = None, month: str | None = None, up_to: str | None = None
) -> BookPage | None:
    """A closed page by its id, else the open one of a month, else the first that is open; None: there is none.

    `up_to`: the first page as it is if it holds all months up to this one.
    """
    asker.require(Permission.KEEP_REGISTER)
    book = book_of(asker, presentation_id)
    control = formulary.control_of(asker, presentation_id)
    product = shelf.presentation(asker, presentation_id)
    if page_id is not None:
        found = book.page(page_id)
        return None if found is None else _closed_page(asker, book, found, product, control)
    found = next((one for one in book.open_pages if month in (None, one.month)), None)
    if up_to is not None:
        found = gathered(book, up_to)
    if found is None:
        return None
    told = _told(asker, [line.movement_id for line in found.lines], control)
    return BookPage(found, product, control, _told_lines(found, book.entries, told))


def _closed_page(asker: Asker, book: Book, found: Page, product: Product, control: Control | None) -> BookPage:
    names = [line.movement_id for line in found.lines]
    row = asker.one(
        sa.select(
            RegisterPage.closed_on, RegisterPage.closed_by_name, RegisterPage.witness_name, RegisterPage.notes
        ).where(RegisterPage.id == found.page_id)
    )
    # It was complete when it was closed, whatever a later rule wants.
    told = {key: replace(one, lacks=()) for key, one in _told(asker, names, None, notes=row[3] or ()).items()}
    apart = any(one.page_id == found.page_id for one in book.apart)
    entries = book.entries | {line.movement_id: line.entry for line in found.lines}
    lines = _told_lines(found, entries, told)
    return BookPage(found, product, control, lines, row[0], row[1] or "", row[2] or "", apart)


def _told_lines(found: Page, entries: Mapping[str, int], told: Mapping[str, Told]) -> tuple[BookLine, ...]:
    lines: list[BookLine] = []
    for line in found.lines:
        said = told.get(line.movement_id)
        lines.append(BookLine(line, said, entries.get(said.about_id or "") if said else None))
    return tuple(lines)


# -- what the lines say


def _told(
    asker: Asker, movement_ids: Sequence[str], control: Control | None, *, notes: Iterable[str] | None = None
) -> dict[str, Told]:
    """`notes`: those that a closed page holds; without them every one."""
    found: list[Any] = []
    for start in range(0, len(movement_ids), 500):
        found += asker.all(_lines().where(StockMovement.id.in_(movement_ids[start : start + 500])))
    noted = _notes(asker, movement_ids, notes)
    givers = {key: staff.name_of(asker, key) for key in {row.recorded_by for row in found}}
    people = _people(asker, {row.patient_id for row in found if row.patient_id})
    since = _witness_since(asker, control)
    hidden = {str(key) for key in restricted.hidden_from(asker, people)}
    told: dict[str, Told] = {}
    for row in found:
        one = _said(asker, row, givers, people, noted.get(row.id, ()))
        one = replace(one, lacks=_lacks(one, row.was_countered, since is not None and row.recorded_at >= since))
        told[row.id] = _covered(one) if row.patient_id in hidden else one
    return told


def _witness_since(asker: Asker, control: Control | None) -> datetime | None:
    """Since when a witness is wanted: nobody could know of a rule before it was first written here."""
    if control is None or control.rule is None or not control.rule.witness_wanted:
        return None
    first: AnySelect = sa.select(sa.func.min(ControlRule.recorded_at)).where(
        ControlRule.country == control.rule.country,
        ControlRule.class_code == control.rule.class_code,
        ControlRule.witness_wanted.is_(True),
    )
    return asker.value(first)


def _lines() -> AnySelect:
    first, mirror = aliased(MedicationDispense), aliased(StockMovement)
    return (
        sa.select(
            StockMovement.id, StockMovement.kind, StockMovement.units, StockMovement.occurred_on,
            StockMovement.recorded_at, StockMovement.recorded_by, StockMovement.reason,
            sa.func.coalesce(StockMovement.countered_id, StockMovement.late_id).label("about_id"),
            StockLot.lot_number,
            sa.func.coalesce(
                StockMovement.document_text, StockDelivery.document_text, MedicationRequest.folio, first.paper_folio,
                StockTransfer.number, StockDisposal.number, StockCount.number,
            ).label("document"),
            sa.func.coalesce(MedicationRequest.prescriber_text, first.prescriber_text).label("prescriber"),
            first.patient_id, first.received_by, first.receiver_document, first.received_sign,
            sa.func.coalesce(first.witness_name, StockDisposal.second_name, StockCount.second_name).label("witness"),
            sa.func.coalesce(Partner.name, StockTransfer.to_text).label("partner"),
            sa.exists().where(mirror.countered_id == StockMovement.id).label("was_countered"),
        )
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .outerjoin(StockDelivery, StockDelivery.id == StockMovement.delivery_id)
        .outerjoin(MedicationDispense, MedicationDispense.id == StockMovement.dispense_id)
        .outerjoin(first, first.id == sa.func.coalesce(MedicationDispense.amends_id, MedicationDispense.id))
        .outerjoin(MedicationRequest, MedicationRequest.id == first.request_id)
        .outerjoin(StockTransfer, StockTransfer.id == StockMovement.transfer_id)
        .outerjoin(StockDisposal, StockDisposal.id == StockMovement.disposal_id)
        .outerjoin(StockCountLine, StockCountLine.id == StockMovement.count_line_id)
        .outerjoin(StockCount, StockCount.id == StockCountLine.count_id)
        .outerjoin(
            Partner,
            Partner.id
            == sa.func.coalesce(StockMovement.partner_id, StockDelivery.partner_id, StockTransfer.to_partner_id),
        )
    )  # fmt: skip


def _said(
    asker: Asker, row: Any, givers: Mapping[str, str], people: Mapping[str, str], notes: Iterable[tuple[str, ...]]
) -> Told:
    of_person = row.kind in (MovementKind.DISPENSE, MovementKind.RETURN)
    prescriber, receiver, witness, words = row.prescriber, row.received_by, row.witness, list[str]()
    for noted_prescriber, noted_receiver, noted_witness, note in notes:
        prescriber, receiver = noted_prescriber or prescriber, noted_receiver or receiver
        witness = noted_witness or witness
        words += [note] if note else []
    typed_on = _day(asker, row.recorded_at)
    return Told(
        kind=row.kind,
        units=row.units or 0,
        occurred_on=row.occurred_on or typed_on,
        typed_on=typed_on,
        lot_number=row.lot_number,
        document=row.document or "",
        prescriber=(prescriber or "") if of_person else "",
        person=people.get(row.patient_id or "", "") if of_person else "",
        receiver=(receiver or "") if of_person else "",
        receiver_document=(row.receiver_document or "") if of_person else "",
        sign=row.received_sign if of_person else None,
        partner=row.partner or "",
        gave=givers.get(row.recorded_by, ""),
        witness=(witness or "") if row.kind is not MovementKind.MIRROR else "",
        reason=row.reason or "",
        note=" · ".join(words),
        about_id=row.about_id,
    )


def _lacks(told: Told, was_countered: bool, witness: bool) -> tuple[Lack, ...]:
    """What was a mistake and never left lacks nothing."""
    if told.kind is not MovementKind.DISPENSE or was_countered:
        return ()
    asked = (
        (Lack.PRESCRIBER, True, told.prescriber),
        (Lack.RECEIVER, True, told.person or told.receiver),
        (Lack.WITNESS, witness, told.witness),
    )
    return tuple(lack for lack, wanted, said in asked if wanted and not said)


def _covered(told: Told) -> Told:
    """Without anything that could name who came, or why."""
    return replace(told, receiver="", receiver_document="", reason="", note="", reserved=True)


def _notes(
    asker: Asker, movement_ids: Sequence[str], only: Iterable[str] | None
) -> dict[str, list[tuple[str, str, str, str]]]:
    select: AnySelect = sa.select(
        RegisterNote.id, RegisterNote.movement_id, RegisterNote.prescriber_text, RegisterNote.receiver_text,
        RegisterNote.witness_name, RegisterNote.note_text,
    ).order_by(RegisterNote.recorded_at, RegisterNote.id)  # fmt: skip
    held = None if only is None else frozenset(only)
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for start in range(0, len(movement_ids), 500):
        for row in asker.all(select.where(RegisterNote.movement_id.in_(movement_ids[start : start + 500]))):
            if held is None or row[0] in held:
                found.setdefault(row[1], []).append((row[2] or "", row[3] or "", row[4] or "", row[5] or ""))
    return found


def notes_of(asker: Asker, movement_ids: Sequence[str]) -> tuple[str, ...]:
    """The notes that complete these lines, by id: what a page holds when it is closed."""
    asker.require(Permission.KEEP_REGISTER)
    found: list[str] = []
    for start in range(0, len(movement_ids), 500):
        some = RegisterNote.movement_id.in_(movement_ids[start : start + 500])
        found += [row[0] for row in asker.all(sa.select(RegisterNote.id).where(some).order_by(RegisterNote.id))]
    return tuple(found)


def presentation_of(asker: Asker, movement_id: str) -> str | None:
    """Of which medicine a movement of this shelf is."""
    asker.require(Permission.KEEP_REGISTER)
    return asker.value(
        sa.select(StockLot.presentation_id)
        .join(StockMovement, StockMovement.lot_id == StockLot.id)
        .where(StockMovement.id == movement_id, StockMovement.site_id == asker.site_id)
    )


def _people(asker: Asker, patient_ids: Iterable[str]) -> dict[str, str]:
    ids = sorted(patient_ids)
    told: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        select: AnySelect = sa.select(
            Patient.id, Patient.given_names, Patient.family_name, Patient.second_family_name, Patient.married_name,
            Patient.known_as, Patient.unidentified, Patient.met_where, Patient.met_on,
        ).where(Patient.id.in_(ids[start : start + 500]))  # fmt: skip
        told |= {row.id: said_name(name_of(row)) for row in asker.all(select)}
    return told | {str(key): said for key, said in restricted.hidden_from(asker, ids).items()}


def _day(asker: Asker, at: datetime) -> date:
    return at.astimezone(asker.place.zone).date()
