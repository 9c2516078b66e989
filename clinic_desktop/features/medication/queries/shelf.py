"""What stands on the shelf of this clinic.

Whatever is given or changed is weighed by the sum of the movements themselves. Lists of many products read the sums
kept beside them, which are proved at the start of the day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.consumption import standings
from clinic_desktop.features.medication.queries.in_force import central_sites, in_force_here
from clinic_desktop.features.medication.queries.who_may import SHELF as SHELF
from clinic_desktop.features.medication.queries.withheld import is_withheld
from clinic_desktop.features.medication.records.counts import StockCount, StockCountLine
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import ShelfSum, StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import (
    Decision,
    Form,
    PartnerKind,
    Route,
    Unit,
    look_alikes,
    matches,
    say_product,
)
from clinic_desktop.features.medication.rules.shelf import ShelfLot, first_expiring, say_lasting, say_units, say_usable
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset(
    {
        "medicine", "presentation", "partner", "stock_delivery", "stock_lot", "stock_movement",
        "medication_request", "stop_order", "medication_dispense", "dispense_join", "prescription_signature",
        "medication_administration", "recall",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Product:
    """A presentation with what this clinic has of it."""

    presentation_id: str
    medicine_id: str
    name: str
    atc_code: str | None
    controlled_code: str | None
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    pack_units: int | None
    content_tenths_ml: int | None = None
    """What one bottle holds, if it is known."""
    units: int = 0
    """The sum of its movements, expired ones included."""
    usable: int = 0
    expired: int = 0
    next_expiry: date | None = None
    withheld: int = 0
    """Of lots that were called back: nobody is given them, whatever their date."""
    days_left: int | None = None
    """How long it lasts at the pace of the days with stock; None if nothing is used or nobody can tell."""
    tall_name: str | None = None

    @property
    def shown_name(self) -> str:
        """The name as it is shown where it is chosen or handed out; `name` is what is searched and printed."""
        return shown_name(self.name, self.tall_name)

    @property
    def product(self) -> str:
        return say_product(self.form, self.strength_text, self.route)

    @property
    def said(self) -> str:
        return f"{self.shown_name} {self.product}".strip()

    @property
    def shelf(self) -> str:
        """ "240 usable", "0 usable (40 expired)"."""
        return say_usable(self.usable, self.expired, self.withheld)

    @property
    def stays(self) -> str:
        """After a handing out: "28 tablets of x stay, they last 9 days."; at the end "x: 0 usable (40 expired)."."""
        if self.usable <= 0:
            return f"{self.name}: {self.shelf}."
        left = _("{units} of {medicine} stay").format(units=say_units(self.usable, self.unit), medicine=self.name)
        if self.days_left is None:
            return f"{left}."
        return _("{left}, they last {days}.").format(left=left, days=say_lasting(self.days_left))

    @property
    def alike(self) -> tuple[str, ...]:
        return tuple(shown_name(name) for name in look_alikes(self.name))


@dataclass(frozen=True, slots=True)
class Balance:
    units: int
    usable: int
    expired: int
    next_expiry: date | None
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot for the list of a presentation, empty and expired ones too."""

    lot: ShelfLot
    partner: str | None
    partner_kind: PartnerKind | None
    donated: bool
    """It came with a gift that was written down, or from a donor."""


# -- the shelf


def _sums(site_id: str) -> Any:
    """What is left of each lot that ever was on one shelf, as it is kept beside the movements."""
    return sa.select(ShelfSum.lot_id, ShelfSum.units).where(ShelfSum.site_id == site_id)


def _sums_of(site_id: str, presentation_ids: Sequence[str]) -> Any:
    """The same for the lots of some presentations, so that one balance never walks over the others."""
    lots = sa.select(StockLot.id).where(StockLot.presentation_id.in_(presentation_ids))
    return _sums(site_id).where(ShelfSum.lot_id.in_(lots))


def _products(asker: Asker, sums: Any) -> AnySelect:
    """One set-wise question: every presentation with its sums; `sums` decides whose."""
    left, today = sums.subquery("sums"), asker.today
    units, fresh, withheld = sa.func.coalesce(left.c.units, 0), StockLot.expires_on >= today, is_withheld()
    there = sa.and_(fresh, sa.not_(withheld), left.c.units > 0)
    return (
        sa.select(
            Presentation.id,
            Medicine.id,
            Medicine.name,
            Medicine.tall_name,
            Medicine.atc_code,
            Presentation.controlled_code,
            Presentation.form,
            Presentation.strength_text,
            Presentation.route,
            Presentation.unit,
            Presentation.pack_units,
            Presentation.content_tenths_ml,
            sa.func.sum(units),
            sa.func.sum(sa.case((there, units), else_=0)),
            sa.func.sum(sa.case((sa.and_(sa.not_(fresh), units > 0), units), else_=0)),
            sa.func.min(sa.case((there, StockLot.expires_on))),
            sa.func.sum(sa.case((sa.and_(fresh, withheld, units > 0), units), else_=0)),
        )
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .outerjoin(StockLot, StockLot.presentation_id == Presentation.id)
        .outerjoin(left, left.c.lot_id == StockLot.id)
        .group_by(Presentation.id)
        .order_by(Medicine.name, Presentation.strength_text, Presentation.id)
    )


def _product(row: sa.Row[Any]) -> Product:
    values = list(row)
    tall_name = values.pop(3)
    values[11:14] = [value or 0 for value in values[11:14]]
    values[15] = values[15] or 0
    return Product(*values, tall_name=tall_name)


def _with_use(asker: Asker, products: Sequence[Product], *, all_of_them: bool = False) -> tuple[Product, ...]:
    """The same with how long each lasts."""
    use = standings(asker, None if all_of_them else [product.presentation_id for product in products])
    return tuple(
        replace(product, days_left=use[product.presentation_id].lasts) if product.presentation_id in use else product
        for product in products
    )


def stock(asker: Asker, words: str = "", *, offset: int = 0, limit: int = 100) -> tuple[Product, ...]:
    """What this clinic has or ever had, by name; one page of it."""
    asker.require(*SHELF)
    left: sa.ColumnElement[str] = sa.literal_column("sums.lot_id")
    select = _products(asker, _sums(asker.site_id)).having(sa.func.count(left) > 0)
    if words.strip():
        select = select.where(Presentation.id.in_(_ids_matching(asker, words, 200)))
    found = [_product(row) for row in asker.all(select.offset(offset).limit(limit))]
    return _with_use(asker, found, all_of_them=len(found) > 100)


def stock_ids(asker: Asker, words: str = "", *, donated: bool = False) -> tuple[str, ...]:
    """The presentations of `stock` in its order, for a list that fetches only what is in sight. `donated`: only those
    of which something given is left."""
    asker.require(*SHELF)
    here = sa.exists().where(ShelfSum.lot_id == StockLot.id, ShelfSum.site_id == asker.site_id)
    if donated:
        here = sa.and_(here.where(ShelfSum.units > 0), _donated())
    select = (
        sa.select(Presentation.id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(sa.exists().where(StockLot.presentation_id == Presentation.id, here))
        .order_by(Medicine.name, Presentation.strength_text, Presentation.id)
    )
    if words.strip():
        select = select.where(Presentation.id.in_(_ids_matching(asker, words, 200)))
    return tuple(row[0] for row in asker.all(select))


def _donated() -> sa.ColumnElement[bool]:
    """Of a lot: whether it was given. A lot that a donor sent before its gift was written down is of it too."""
    giver = sa.exists().where(Partner.id == StockLot.partner_id, Partner.kind == PartnerKind.DONOR)
    return sa.or_(StockLot.donation_id.is_not(None), giver.correlate(StockLot))


def presentation(asker: Asker, presentation_id: str) -> Product:
    """One presentation with its balance; how long it lasts is asked with `presentations`, for it costs more."""
    asker.require(*SHELF)
    select = _products(asker, _sums_of(asker.site_id, [presentation_id]))
    return _product(asker.one(select.where(Presentation.id == presentation_id)))


def presentations(asker: Asker, ids: Iterable[str], *, lasting: bool = True) -> dict[str, Product]:
    """By id; without `lasting` nobody works out how long each lasts, for who knows it already."""
    asker.require(*SHELF)
    wanted = list(dict.fromkeys(ids))
    select = _products(asker, _sums_of(asker.site_id, wanted)).where(Presentation.id.in_(wanted))
    found = [_product(row) for row in asker.all(select)]
    return {product.presentation_id: product for product in (_with_use(asker, found) if lasting else found)}


def find_presentation(asker: Asker, words: str, limit: int = 8, *, retired: bool = False) -> tuple[Product, ...]:
    """Presentations whose words begin with what was typed, those on the shelf first: "flu 20".

    A name that only goes on where another ends, as "haloperidol decanoato", never stands before that other one.
    `retired` finds those too that are not prescribed any more: what is left of them is still handed out and counted.
    """
    asker.require(*SHELF)
    ids = _ids_matching(asker, words, 100, retired=retired)
    if not ids:
        return ()
    select = _products(asker, _sums_of(asker.site_id, ids)).where(Presentation.id.in_(ids))
    found = [_product(row) for row in asker.all(select)]
    if not retired:
        # What the central joined with another product is used up first, and then offered no more.
        joined = _joined(asker, ids)
        found = [product for product in found if product.usable > 0 or product.presentation_id not in joined]
    names = sorted({product.name for product in found}, key=len)
    stems = {name: next(stem for stem in names if f"{name} ".startswith(f"{stem} ")) for name in names}
    there = {stems[product.name] for product in found if product.usable > 0}

    def place(product: Product) -> tuple[bool, str, str, bool]:
        stem = stems[product.name]
        return stem not in there, stem, product.name, product.usable <= 0

    return tuple(sorted(found, key=place)[:limit])


def _joined(asker: Asker, ids: Sequence[str]) -> set[str]:
    select = sa.select(Presentation.id).where(Presentation.id.in_(ids), Presentation.decision == Decision.JOINED)
    return {row[0] for row in asker.all(select)}


_JOINED = Presentation.decision.is_not_distinct_from(Decision.JOINED)
_OFFERED = sa.and_(sa.or_(Presentation.retired_at.is_(None), _JOINED), Medicine.retired_at.is_(None))


def retired_names(asker: Asker, ids: Sequence[str]) -> tuple[str, ...]:
    """Of some presentations the names of those that are not offered any more, though one may still repeat them."""
    asker.require(*SHELF)
    select = sa.select(Medicine.name).join(Presentation, Presentation.medicine_id == Medicine.id)
    gone = select.where(Presentation.id.in_(ids), sa.not_(_OFFERED)).distinct()
    return tuple(str(row[0]) for row in asker.all(gone))


def _ids_matching(asker: Asker, words: str, limit: int, *, retired: bool = True) -> list[str]:
    """The formulary is a few hundred short names: they are compared as people hear them, which SQL cannot."""
    if not words.strip():
        return []
    select = (
        sa.select(
            Presentation.id, Medicine.name, Presentation.strength_text, Presentation.form, Presentation.pack_units
        )
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(
            Presentation.voided_at.is_(None),
            Medicine.voided_at.is_(None),
            in_force_here(asker.site_id, central_sites(asker)),
        )
        .order_by(Medicine.name, Presentation.strength_text)
    )
    if not retired:
        select = select.where(_OFFERED)
    found = (
        presentation_id
        for presentation_id, name, strength, form, pack in asker.all(select)
        if matches(words, f"{name} {say_product(form, strength, None)} {pack or ''}")
    )
    return list(islice(found, limit))


def balance(asker: Asker, presentation_id: str) -> Balance:
    """The sum of the movements on this clinic's shelf, and how much of it may be given."""
    lots = _shelf_lots(asker, StockLot.presentation_id == presentation_id)
    usable = first_expiring(lots, asker.today)
    gone = sum(lot.units for lot in lots if lot.units > 0 and lot.expires_on < asker.today)
    apart = sum(lot.units for lot in lots if lot.units > 0 and lot.withheld and lot.expires_on >= asker.today)
    next_expiry = usable[0].expires_on if usable else None
    return Balance(sum(lot.units for lot in lots), sum(lot.units for lot in usable), gone, next_expiry, apart)


def lots_first_expiring(asker: Asker, presentation_id: str) -> tuple[ShelfLot, ...]:
    """The lots that may be given today, in the order in which they should be."""
    return first_expiring(_shelf_lots(asker, StockLot.presentation_id == presentation_id), asker.today)


def lots_of_day(asker: Asker, presentation_id: str, day: date) -> tuple[ShelfLot, ...]:
    """As `lots_first_expiring`, for what left on an earlier day and is typed only now. Of a lot that was not counted
    since then no more than there was on any day until today: on none of them less than nothing."""
    if day >= asker.today:
        return lots_first_expiring(asker, presentation_id)
    asker.require(*SHELF)
    daily = (
        sa.select(StockMovement.lot_id, StockMovement.occurred_on, sa.func.sum(StockMovement.units).label("units"))
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .where(StockLot.presentation_id == presentation_id, StockMovement.site_id == asker.site_id)
        .group_by(StockMovement.lot_id, StockMovement.occurred_on)
        .subquery("daily")
    )
    until = sa.func.sum(daily.c.units).over(partition_by=daily.c.lot_id, order_by=daily.c.occurred_on)
    course = sa.select(daily.c.lot_id, daily.c.occurred_on, daily.c.units, until.label("until")).subquery("course")
    that_day = sa.func.sum(sa.case((course.c.occurred_on <= day, course.c.units), else_=0))
    later = sa.func.min(sa.case((course.c.occurred_on > day, course.c.until)))
    counted = (
        sa.exists()
        .where(StockCountLine.lot_id == StockLot.id, StockCountLine.count_id == StockCount.id)
        .where(StockCount.site_id == asker.site_id, StockCount.counted_on >= day)
    )
    left = sa.case((counted, that_day), else_=sa.func.min(that_day, sa.func.coalesce(later, that_day)))
    select = (
        sa.select(StockLot.id, StockLot.lot_number, StockLot.expires_on, left, is_withheld(day))
        .join(course, course.c.lot_id == StockLot.id)
        .group_by(StockLot.id)
    )
    return first_expiring((ShelfLot(*row) for row in asker.all(select)), day)


def shelf_lot(asker: Asker, lot_id: str) -> ShelfLot | None:
    found = _shelf_lots(asker, StockLot.id == lot_id)
    return found[0] if found else None


def _shelf_lots(asker: Asker, which: sa.ColumnElement[bool]) -> list[ShelfLot]:
    asker.require(*SHELF)
    total = sa.func.coalesce(sa.func.sum(StockMovement.units), 0)
    here = sa.and_(StockMovement.lot_id == StockLot.id, StockMovement.site_id == asker.site_id)
    select = (
        sa.select(StockLot.id, StockLot.lot_number, StockLot.expires_on, total, is_withheld())
        .outerjoin(StockMovement, here)
        .where(which)
        .group_by(StockLot.id)
    )
    return [ShelfLot(*row) for row in asker.all(select)]


def lots(asker: Asker, presentation_id: str) -> tuple[LotRow, ...]:
    """Every lot that was ever on this shelf, those with something left first, then by expiry."""
    shelf = {lot.lot_id: lot for lot in _shelf_lots(asker, StockLot.presentation_id == presentation_id)}
    select = (
        sa.select(StockLot.id, Partner.name, Partner.kind, _donated())
        .outerjoin(Partner, Partner.id == StockLot.partner_id)
        .where(StockLot.presentation_id == presentation_id)
    )
    rows = [LotRow(shelf[row[0]], row[1], row[2], bool(row[3])) for row in asker.all(select)]
    return tuple(sorted(rows, key=lambda row: (row.lot.units == 0, row.lot.expires_on, row.lot.lot_id)))


def expiring_lots(asker: Asker, within_days: int) -> int:
    """How many lots with something left expire that soon."""
    asker.require(*SHELF)
    last = asker.today + timedelta(days=within_days)
    sums = _sums(asker.site_id).where(ShelfSum.units > 0).subquery()
    select = sa.select(sa.func.count()).select_from(sums).join(StockLot, StockLot.id == sums.c.lot_id)
    return asker.value(select.where(StockLot.expires_on.between(asker.today, last))) or 0


# -- what is there already


def same_lot(
    asker: Asker,
    presentation_id: str,
    lot_number: str | None,
    expires_on: date,
    partner_id: str | None,
    donation_id: str | None = None,
) -> str | None:
    """The lot that more of the same arrived for: a second delivery is a second movement, not a second lot.

    The same lot out of two gifts is two lots: what became of each is told apart.
    """
    if lot_number is None:
        return None
    select = sa.select(StockLot.id).where(
        StockLot.presentation_id == presentation_id,
        StockLot.lot_number == lot_number,
        StockLot.expires_on == expires_on,
        StockLot.partner_id == partner_id,
        StockLot.donation_id == donation_id,
    )
    return asker.value(select.order_by(StockLot.recorded_at, StockLot.id).limit(1))


def is_there(asker: Asker, cls: type[Any], row_id: str) -> bool:
    """Whether a row with this id was written already: the second Enter of a form."""
    return asker.value(sa.select(cls.id).where(cls.id == row_id)) is not None
