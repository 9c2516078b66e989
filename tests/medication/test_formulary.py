"""The formulary: what is controlled where, changed, retired and brought back, proposed and decided."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import formulary as lists
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.formulary import Standing
from clinic_desktop.features.medication.records.formulary import ControlListing, ControlRule
from clinic_desktop.features.medication.rules.kinds import Form, Route, Unit
from clinic_desktop.features.medication.rules.refusals import (
    AtcUnclear,
    BecomesNew,
    CountryUnclear,
    InListAlready,
    SourceMissing,
)
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import ReasonMissing, Work
from tests.medication.counter import Counter


def _listing(work: Work, presentation_id: str, country: str) -> None:
    work.add(ControlListing(presentation_id=presentation_id, country=country, class_code="III", source_text="the law"))


def test_a_product_is_controlled_where_its_country_lists_it_and_nowhere_else(counter: Counter) -> None:
    control_of = partial(lists.control_of, presentation_id=counter.fluoxetine)
    assert counter.ask(lists.country) == "GT"
    counter.do(partial(_listing, presentation_id=counter.fluoxetine, country="MX"))
    assert counter.ask(control_of) is None
    counter.do(partial(_listing, presentation_id=counter.fluoxetine, country="GT"))
    found = counter.ask(control_of)
    assert (found.class_code, found.title, found.source, found.rule) == ("III", "III", "the law", None)
    rule = ControlRule(country="GT", class_code="III", title_text="Group III", valid_days=30, source_text="its article")
    counter.do(lambda work: work.add(rule).id)
    found = counter.ask(control_of)
    assert found.title == "Group III"
    assert (found.rule.valid_days, found.rule.most_packs, found.rule.source) == (30, None, "its article")


def _new(name: str = "litio", strength: str = "300 mg", pack: int | None = 100) -> NewPresentation:
    return NewPresentation(name, Form.TABLET, strength, Unit.TABLET, pack, Route.ORAL)


def _names(counter: Counter, **which: Any) -> list[str]:
    return [f"{row.name} {row.strength_text}" for row in counter.ask(partial(lists.formulary, **which))]


def _seen(counter: Counter, presentation_id: str) -> dict[str, Any]:
    row = counter.ask(partial(lists.formulary_row, presentation_id=presentation_id))
    names = ("form", "strength_text", "route", "unit", "pack_units", "content_tenths_ml")
    return {name: getattr(row, name) for name in names}


def _change(counter: Counter, presentation_id: str, to: NewPresentation, **more: Any) -> str:
    seen = _seen(counter, presentation_id)
    use_case = partial(
        formulary.change_presentation, presentation_id=presentation_id, to=to, seen=seen, new_id=new_id()
    )
    return counter.do(partial(use_case, **more))


def test_a_product_stands_in_the_list_once_however_its_strength_is_written(counter: Counter) -> None:
    first = counter.do(partial(formulary.add_presentation, new=_new()))
    for same in (_new(strength="300mg"), _new("Litio", " 300  MG ")):
        with pytest.raises(InListAlready):
            counter.do(partial(formulary.add_presentation, new=same))
    assert counter.do(partial(formulary.add_presentation, new=_new(pack=50))) != first
    assert counter.do(partial(formulary.add_presentation, new=_new(strength="30.0 mg"))) != first
    with pytest.raises(AtcUnclear):
        counter.do(partial(formulary.add_presentation, new=replace(_new("otra"), atc_code="N0X")))


def test_what_nothing_names_is_changed_and_what_has_stock_becomes_a_product_of_its_own(counter: Counter) -> None:
    plain = counter.do(partial(formulary.add_presentation, new=_new()))
    assert _change(counter, plain, _new(strength="400 mg")) == plain
    assert _names(counter, words="litio") == ["litio 400 mg"]
    counter.receive(60, product=plain)
    with pytest.raises(BecomesNew):
        _change(counter, plain, _new(strength="450 mg"))
    other = _change(counter, plain, _new(strength="450 mg"), as_new=True)
    assert other != plain
    assert _names(counter, words="litio") == ["litio 400 mg", "litio 450 mg"]
    assert counter.balance(plain).usable == 60


def test_a_retired_product_is_not_offered_but_what_is_left_of_it_is_found_counted_and_brought_back(
    counter: Counter,
) -> None:
    counter.receive(60)
    with pytest.raises(ReasonMissing):
        counter.do(partial(formulary.retire, presentation_id=counter.fluoxetine, reason=" "))
    counter.do(partial(formulary.retire, presentation_id=counter.fluoxetine, reason="another pack"))
    assert counter.ask(partial(shelf.find_presentation, words="fluox")) == ()
    assert [p.usable for p in counter.ask(partial(shelf.find_presentation, words="fluox", retired=True))] == [60]
    (row,) = counter.ask(partial(lists.formulary, standing=Standing.RETIRED))
    assert row.retired_text == "another pack"
    counter.do(partial(formulary.bring_back, presentation_id=counter.fluoxetine))
    assert len(counter.ask(partial(shelf.find_presentation, words="fluox"))) == 1


def test_a_class_is_written_down_only_with_its_source_and_ends_without_vanishing(counter: Counter) -> None:
    listing_id = new_id()
    add = partial(formulary.add_listing, listing_id=listing_id, presentation_id=counter.fluoxetine, class_code="III")
    with pytest.raises(SourceMissing):
        counter.do(partial(add, country="gt", source=" "))
    with pytest.raises(CountryUnclear):
        counter.do(partial(add, country="Guatemala", source="the law"))
    counter.do(partial(add, country="gt", source="the law"))
    assert counter.do(partial(add, country="gt", source="the law")) == listing_id, "a second Enter"
    assert counter.ask(partial(lists.control_of, presentation_id=counter.fluoxetine))
    counter.do(partial(formulary.end_listing, listing_id=listing_id))
    assert not counter.ask(partial(lists.control_of, presentation_id=counter.fluoxetine))


def test_letters_in_capitals_are_kept_where_they_are_chosen_and_found_by_the_plain_name(counter: Counter) -> None:
    row = counter.ask(partial(lists.formulary_row, presentation_id=counter.fluoxetine))
    assert (row.shown_name, row.alike) == ("FLUoxetina", ("PARoxetina", "DULoxetina"))
    change = partial(formulary.change_medicine, medicine_id=row.medicine_id, atc_code="n06ab03", seen={})
    counter.do(partial(change, tall_name="fluOXetina"))
    (found,) = counter.ask(partial(shelf.find_presentation, words="fluoxetina"))
    assert found.said.startswith("fluOXetina 20 mg")
    assert counter.ask(partial(lists.formulary_row, presentation_id=counter.fluoxetine)).letters_source == ""
