"""A count that is being typed, as its draft keeps it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from clinic_desktop.features.medication.queries import counting as queries
from clinic_desktop.features.medication.queries.counts import CountedProduct
from clinic_desktop.features.medication.rules.tally import Tally, bring_back, still_there
from clinic_desktop.features.medication.service.counting import ClosedCount, CountedLot, FoundLot
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.drafts import KeptDraft, my_drafts
from clinic_desktop.uikit.office import Office

DRAFT = queries.DRAFT


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A box that was not on the list, with the words it is shown by."""

    lot: CountedProduct
    units: int
    partner_id: str | None = None

    def kept(self) -> dict[str, Any]:
        return {
            "lot_id": self.lot.lot_id,
            "presentation_id": self.lot.presentation_id,
            "lot_number": self.lot.lot_number,
            "expires_on": self.lot.expires_on.isoformat() if self.lot.expires_on else None,
            "name": self.lot.name,
            "units": self.units,
            "partner_id": self.partner_id,
        }


@dataclass(slots=True)
class OpenCount:
    count_id: str
    moment: datetime
    scope: str
    """What is counted in words; empty for everything."""
    lots: dict[str, CountedProduct]
    tally: Tally
    found: list[FoundBox] = field(default_factory=list[FoundBox])
    typing: dict[str, str] = field(default_factory=dict[str, str])
    """By lot what stands in its field and was not confirmed with Enter yet."""

    def kept(self) -> dict[str, Any]:
        return {
            "moment": self.moment.isoformat(),
            "scope": self.scope,
            "tally": self.tally.kept(),
            "found": [box.kept() for box in self.found],
            "typing": dict(self.typing),
        }

    def closed(self, second_id: str | None, second_name: str, note: str) -> ClosedCount:
        lots = [
            CountedLot(new_id(), lot_id, self.tally.final(lot_id) or 0, self.tally.reasons.get(lot_id))
            for lot_id in self.tally.counted()
        ]
        found = [
            FoundLot(
                lot_id=box.lot.lot_id,
                presentation_id=str(box.lot.presentation_id),
                lot_number=box.lot.lot_number,
                expires_on=box.lot.expires_on or date.max,
                units=box.units,
                without_number=box.lot.lot_number is None,
                partner_id=box.partner_id,
                reason=_("Was not on the list"),
            )
            for box in self.found
        ]
        return ClosedCount(
            self.count_id, self.moment, lots, found, second_id, second_name, self.scope or None, note or None
        )


def begin(office: Office, lots: tuple[CountedProduct, ...], scope: str, moment: datetime) -> OpenCount:
    by_id = {lot.lot_id: lot for lot in lots}
    return OpenCount(new_id(), moment, scope, by_id, Tally(tuple(by_id)))


def unfinished(office: Office) -> KeptDraft | None:
    """The count that whoever is signed in began and did not close."""
    return next((draft for draft in office.ask(my_drafts) if draft.screen == DRAFT), None)


def reopen(office: Office, draft: KeptDraft) -> OpenCount:
    kept = draft.fields
    tally = bring_back(kept["tally"])
    lots = {lot.lot_id: lot for lot in office.ask(queries.lots_named, tally.lots)}
    moment = datetime.fromisoformat(kept["moment"])
    boxes = (_box(office, box) for box in kept["found"])
    found = [box for box in boxes if box is not None]
    typing = {lot_id: text for lot_id, text in kept.get("typing", {}).items() if lot_id in lots}
    return OpenCount(draft.record_id, moment, kept["scope"], lots, still_there(tally, tuple(lots)), found, typing)


def _box(office: Office, kept: dict[str, Any]) -> FoundBox | None:
    from clinic_desktop.features.medication.queries import shelf

    known = office.ask(partial(shelf.presentations, ids=[kept["presentation_id"]]))
    product = known.get(kept["presentation_id"])
    if product is None:
        return None
    lot = box_of(product, kept["lot_id"], kept["lot_number"], date.fromisoformat(kept["expires_on"]))
    return FoundBox(lot, kept["units"], kept["partner_id"])


def box_of(product: Any, lot_id: str, lot_number: str | None, expires_on: date) -> CountedProduct:
    """A lot of this product that no sheet named."""
    return CountedProduct(
        lot_id, lot_number, expires_on, product.presentation_id, product.name, product.tall_name, product.form,
        product.strength_text, product.route, product.unit, product.pack_units, product.controlled_code,
    )  # fmt: skip
