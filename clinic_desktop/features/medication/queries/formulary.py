"""The formulary: what is controlled in this country and who says so."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.formulary import ControlListing, ControlRule, Presentation
from clinic_desktop.features.medication.rules.control import Control, ControlTerms, country_of_zone
from clinic_desktop.features.patients.rules.places import municipality
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

READERS = (*SHELF, Permission.KEEP_CATALOGS, Permission.KEEP_REGISTER)


def country(asker: Asker) -> str:
    """Where this clinic stands, as two letters: its municipality tells, else its time zone; empty if neither does."""
    site = staff.site(asker)
    place = municipality(site.municipality_code if site else None)
    return place.country if place else country_of_zone(str(asker.place.zone))


def control_of(asker: Asker, presentation_id: str) -> Control | None:
    """Under what this presentation is controlled here; None: nobody wrote that it is."""
    return controls(asker, [presentation_id]).get(presentation_id)


def is_controlled(asker: Asker, presentation_id: str) -> bool:
    return control_of(asker, presentation_id) is not None


def controls(asker: Asker, presentation_ids: Iterable[str]) -> dict[str, Control]:
    """The controlled ones among these. The country's own list goes before the mark of a formulary taken over."""
    asker.require(*READERS)
    wanted, here = list(dict.fromkeys(presentation_ids)), country(asker)
    marked: AnySelect = sa.select(Presentation.id, Presentation.controlled_code, Presentation.controlled_source)
    marked = marked.where(Presentation.id.in_(wanted), Presentation.controlled_code.is_not(None))
    listed: AnySelect = (
        sa.select(ControlListing.presentation_id, ControlListing.class_code, ControlListing.source_text)
        .where(ControlListing.presentation_id.in_(wanted), ControlListing.country == here)
        .where(ControlListing.retired_at.is_(None), ControlListing.voided_at.is_(None))
        .order_by(ControlListing.recorded_at, ControlListing.id)
    )
    said = [*asker.all(marked), *asker.all(listed)]
    if not said:
        return {}
    rules = {rule.class_code: rule for rule in control_rules(asker, here)}
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
