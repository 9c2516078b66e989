"""The formulary: what is controlled where, changed, retired and brought back, proposed and decided."""

from functools import partial

from clinic_desktop.features.medication.queries import formulary as lists
from clinic_desktop.features.medication.records.formulary import ControlListing, ControlRule
from clinic_desktop.storage.work import Work
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
