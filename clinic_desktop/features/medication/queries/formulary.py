"""The formulary: its products with what became of them, and what is controlled in this country and who says so."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries import in_force
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.formulary import ControlListing, ControlRule, Medicine, Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.medication.records.stock import StockLot
from clinic_desktop.features.medication.records.vouchers import Voucher
from clinic_desktop.features.medication.rules.control import Control, ControlTerms, country_of_zone
from clinic_desktop.features.medication.rules.kinds import (
    Decision,
    Form,
    Route,
    Unit,
    look_alikes,
    matches,
    say_product,
)
from clinic_desktop.features.medication.rules.tall import shown_name, source_of
from clinic_desktop.features.patients.rules.places import municipality
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

READERS = (*SHELF, Permission.COUNT_STOCK, Permission.KEEP_CATALOGS, Permission.KEEP_REGISTER)
TABLES = frozenset({"medicine", "presentation", "control_listing", "control_rule"})


class Standing(StrEnum):
    """What became of a product of the list."""

    LISTED = "listed"
    PROPOSED = "proposed"
    """A clinic put it in: in force there, and the central has not said anything yet."""
    REFUSED = "refused"
    JOINED = "joined"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class FormularyRow:
    """A product as the list has it."""

    presentation_id: str
    medicine_id: str
    name: str
    tall_name: str | None
    atc_code: str | None
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    pack_units: int | None
    content_tenths_ml: int | None
    retired_at: datetime | None
    retired_text: str | None
    decision: Decision | None
    decision_text: str | None
    joined_id: str | None
    site_id: str
    of_a_clinic: bool = False
    keeper_elsewhere: bool = False
    """A central office decides, and it is not this one."""
    control: Control | None = None

    @property
    def shown_name(self) -> str:
        return shown_name(self.name, self.tall_name)

    @property
    def product(self) -> str:
        return say_product(self.form, self.strength_text, self.route)

    @property
    def said(self) -> str:
        return f"{self.shown_name} {self.product}".strip()

    @property
    def alike(self) -> tuple[str, ...]:
        return tuple(shown_name(name) for name in look_alikes(self.name))

    @property
    def letters_source(self) -> str:
        """Who chose the letters in capitals; empty: the clinic itself, or there are none."""
        return source_of(self.name, self.tall_name)

    @property
    def standing(self) -> Standing:
        if self.decision in (Decision.REFUSED, Decision.JOINED):
            return Standing.REFUSED if self.decision is Decision.REFUSED else Standing.JOINED
        if self.retired_at is not None:
            return Standing.RETIRED
        waits = self.of_a_clinic and self.decision is None
        return Standing.PROPOSED if waits else Standing.LISTED


@dataclass(frozen=True, slots=True)
class Listing:
    """A class that was written down for one product, in any country."""

    listing_id: str
    country: str
    class_code: str
    source: str


@dataclass(frozen=True, slots=True)
class MedicineName:
    medicine_id: str
    name: str
    tall_name: str | None
    atc_code: str | None


def formulary(asker: Asker, words: str = "", standing: Standing | None = Standing.LISTED) -> tuple[FormularyRow, ...]:
    """The list by name; `LISTED` has a clinic's own proposals too, since they are in force there. None: everything."""
    asker.require(*READERS)
    elsewhere_too = asker.place.is_central and standing is Standing.PROPOSED
    rows = _rows(
        asker, sa.true() if elsewhere_too else in_force.in_force_here(asker.site_id, in_force.central_sites(asker))
    )
    wanted = {Standing.LISTED, Standing.PROPOSED} if standing is Standing.LISTED else {standing}
    found = [row for row in rows if standing is None or row.standing in wanted]
    return _with_control(asker, [row for row in found if matches(words, f"{row.name} {row.product}")])


def proposals(asker: Asker) -> tuple[FormularyRow, ...]:
    """What clinics put into their lists and the central has not decided: all of them there, a clinic's own at home."""
    return formulary(asker, standing=Standing.PROPOSED)


def formulary_row(asker: Asker, presentation_id: str) -> FormularyRow:
    asker.require(*READERS)
    found = _rows(asker, Presentation.id == presentation_id)
    if not found:
        raise NotHere()
    return _with_control(asker, found)[0]


def listings(asker: Asker, presentation_id: str) -> tuple[Listing, ...]:
    """What was written down of it for any country, this one first."""
    asker.require(*READERS)
    here = country(asker)
    select = (
        sa.select(ControlListing.id, ControlListing.country, ControlListing.class_code, ControlListing.source_text)
        .where(ControlListing.presentation_id == presentation_id)
        .where(ControlListing.retired_at.is_(None), ControlListing.voided_at.is_(None))
        .order_by(ControlListing.country, ControlListing.recorded_at)
    )
    found = [Listing(row[0], row[1] or "", row[2] or "", row[3] or "") for row in asker.all(select)]
    return tuple(sorted(found, key=lambda one: one.country != here))


def medicine_names(asker: Asker, words: str, limit: int = 8) -> tuple[MedicineName, ...]:
    """Generic names that are known, with or without a product."""
    asker.require(*READERS)
    select = (
        sa.select(Medicine.id, Medicine.name, Medicine.tall_name, Medicine.atc_code)
        .where(Medicine.retired_at.is_(None), Medicine.voided_at.is_(None))
        .order_by(Medicine.name)
    )
    names = {fold(row[1] or ""): MedicineName(row[0], row[1] or "", row[2], row[3]) for row in asker.all(select)}
    return tuple(name for name in names.values() if matches(words, name.name))[:limit]


def is_used(asker: Asker, presentation_id: str) -> bool:
    """Whether a lot, a prescription or a voucher names it: then it stays what it is for ever."""
    asker.require(*READERS)
    naming = (StockLot, MedicationRequest, Voucher)
    found = (sa.select(one.id).where(one.presentation_id == presentation_id).limit(1) for one in naming)
    return any(asker.value(select) is not None for select in found)


def site_name(asker: Asker, site_id: str) -> str:
    """Which clinic put it in."""
    site = staff.site(asker, site_id)
    return site.name if site else ""


def _rows(asker: Asker, which: sa.ColumnElement[bool]) -> list[FormularyRow]:
    select: AnySelect = (
        sa.select(
            Presentation.id,
            Medicine.id,
            Medicine.name,
            Medicine.tall_name,
            Medicine.atc_code,
            Presentation.form,
            Presentation.strength_text,
            Presentation.route,
            Presentation.unit,
            Presentation.pack_units,
            Presentation.content_tenths_ml,
            Presentation.retired_at,
            Presentation.retired_text,
            Presentation.decision,
            Presentation.decision_text,
            Presentation.joined_id,
            Presentation.origin_site_id,
        )
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(which, Presentation.voided_at.is_(None), Medicine.voided_at.is_(None))
        .order_by(Medicine.name, Presentation.strength_text, Presentation.id)
    )
    elsewhere, central = not in_force.keeps_list(asker), in_force.central_sites(asker)
    # Without a central office nobody has to accept anything.
    decided = elsewhere or asker.place.is_central
    rows = [FormularyRow(*row, keeper_elsewhere=elsewhere) for row in asker.all(select)]
    return [replace(row, of_a_clinic=decided and row.site_id not in central) for row in rows]


def _with_control(asker: Asker, rows: Iterable[FormularyRow]) -> tuple[FormularyRow, ...]:
    several = list(rows)
    found = controls(asker, [row.presentation_id for row in several])
    return tuple(replace(row, control=found.get(row.presentation_id)) for row in several)


def country(asker: Asker) -> str:
    """Where this clinic stands, as two letters: its municipality tells, else its time zone; empty if neither does."""
    site = staff.site(asker)
    place = municipality(site.municipality_code if site else None)
    return place.country if place else country_of_zone(str(asker.place.zone))


def control_of(asker: Asker, presentation_id: str) -> Control | None:
    """Under what this presentation is controlled here; None: nobody wrote that it is."""
    return controls(asker, [presentation_id]).get(presentation_id)


def controls(asker: Asker, presentation_ids: Iterable[str]) -> dict[str, Control]:
    """The controlled ones among these. The country's own list goes before the mark of a formulary taken over.

    What a clinic put in is controlled as the product that the central wrote for it.
    """
    asker.require(*READERS)
    wanted = list(dict.fromkeys(presentation_ids))
    links = sa.select(Presentation.id, Presentation.joined_id).where(Presentation.id.in_(wanted))
    joined = {row[0]: row[1] for row in asker.all(links.where(Presentation.joined_id.is_not(None)))}
    found = _controls(asker, [*wanted, *(other for other in joined.values() if other)])
    either = {one: found.get(one) or found.get(joined.get(one) or "") for one in wanted}
    return {one: control for one, control in either.items() if control is not None}


def _controls(asker: Asker, ids: list[str]) -> dict[str, Control]:
    here = country(asker)
    marked: AnySelect = sa.select(Presentation.id, Presentation.controlled_code, Presentation.controlled_source)
    marked = marked.where(Presentation.id.in_(ids), Presentation.controlled_code.is_not(None))
    listed: AnySelect = (
        sa.select(ControlListing.presentation_id, ControlListing.class_code, ControlListing.source_text)
        .where(ControlListing.presentation_id.in_(ids), ControlListing.country == here)
        .where(ControlListing.retired_at.is_(None), ControlListing.voided_at.is_(None))
        .order_by(ControlListing.recorded_at, ControlListing.id)
    )
    said = [*asker.all(marked), *asker.all(listed)]
    rules = {rule.class_code: rule for rule in control_rules(asker, here)} if said else {}
    found: dict[str, Control] = {}
    for presentation_id, code, source in said:
        rule = rules.get(code or "")
        found[presentation_id] = Control(code or "", rule.title if rule else code or "", source or "", rule)
    return found


def control_rules(asker: Asker, of_country: str | None = None) -> tuple[ControlTerms, ...]:
    """The rules in force in a country, by default this one, by class; of one class the one written last."""
    asker.require(*READERS)
    select: AnySelect = (
        sa.select(
            ControlRule.id,
            ControlRule.country,
            ControlRule.class_code,
            ControlRule.title_text,
            ControlRule.most_packs,
            ControlRule.valid_days,
            ControlRule.most_fillings,
            ControlRule.is_retained,
            ControlRule.in_register,
            ControlRule.witness_wanted,
            ControlRule.keep_years,
            ControlRule.source_text,
        )
        .where(ControlRule.country == (country(asker) if of_country is None else of_country))
        .where(ControlRule.retired_at.is_(None), ControlRule.voided_at.is_(None))
        .order_by(ControlRule.recorded_at, ControlRule.id)
    )
    rules = [_terms(*row) for row in asker.all(select)]
    last = {rule.class_code: rule for rule in rules}
    return tuple(last[key] for key in sorted(last))


def _terms(rule_id: str, country: str | None, code: str | None, title: str | None, *asked: Any) -> ControlTerms:
    *terms, source = asked
    return ControlTerms(rule_id, country or "", code or "", title or code or "", *terms, source=source or "")
