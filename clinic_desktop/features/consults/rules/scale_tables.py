"""The scoring tables of scales: facts with a source (catalogs/instruments.json).

What judges (bands, cut-offs, change) is taken only where it was verified; an unverified table adds up and says no more.

The short labels of the items are our own, so that a paper form can be typed by item number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from clinic_desktop.kernel.assets import read_json
from clinic_desktop.kernel.i18n import _, language

FORM = "form:"
"""Begins the scale code of answers to an imported form that has no scoring table; its id follows."""
_VERIFIED = "verificado"


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a table, in each language of the program."""

    by_language: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        words = dict(self.by_language)
        return words.get(language()) or words.get("en", "")


@dataclass(frozen=True, slots=True)
class Band:
    code: str
    low: int
    high: int
    words: Said


@dataclass(frozen=True, slots=True)
class Critical:
    """An item whose answer asks the clinician to look at once."""

    item: int
    at_least: int


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A published one; one of the two limits is set."""

    at_least: int | None
    at_most: int | None
    source: str


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """What the literature calls a change against the first score."""

    smallest: int
    smallest_source: str
    response_percent: int
    partial_percent: int
    remission_below: int
    source: str


@dataclass(frozen=True, slots=True)
class Skip:
    """If the answers of `items` together are `total`, the items of `skipped` need no answer and count 0."""

    items: tuple[int, ...]
    total: int
    skipped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    label: Said
    """Our own short word for what it is about; empty where we have none."""
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    code: str
    title: str
    items: tuple[Item, ...]
    factor: int
    highest: int
    bands: tuple[Band, ...]
    critical: tuple[Critical, ...]
    skips: tuple[Skip, ...]
    loinc: str | None
    codes: tuple[str, ...]
    """How a questionnaire names the scale it belongs to."""
    source: str
    lowest: int = 0
    measures: Said = Said()
    further: tuple[Item, ...] = ()
    """Questions that stand on the form after the scored ones and never count."""
    cutoffs: tuple[Cutoff, ...] = ()
    change: ChangeRule | None = None
    cutoff_setting: str | None = None
    """The setting that holds this clinic's own cut-off."""
    is_higher_better: bool = False
    for_adults: bool = False
    rated_by_clinician: bool = False
    is_total_only: bool = False
    """Its wording may not be in the program: only what the paper adds up to is typed."""
    flag: Item | None = None
    """With a total only: the question about danger, of which yes or no is asked."""
    is_form: bool = False
    """Has no scoring table: answers without a total."""
    licence: str = ""

    @property
    def all_items(self) -> tuple[Item, ...]:
        return (*self.items, *self.further)

    def item(self, number: int) -> Item | None:
        return self.all_items[number - 1] if 1 <= number <= len(self.all_items) else None

    def band(self, code: str | None) -> Band | None:
        return next((band for band in self.bands if band.code == code), None)

    def is_critical(self, number: int) -> bool:
        return any(rule.item == number for rule in self.critical)


def find_scale(code: str | None) -> Scale | None:
    """The scale with this code. A form without a table is told as one, whatever it asks."""
    known = scales().get(code or "") or totals_only().get(code or "")
    if known is None and code is not None and code.startswith(FORM):
        return form_scale(code.removeprefix(FORM), _("Form without a score"), ())
    return known


def form_scale(instrument_id: str, title: str, values: tuple[tuple[int, ...], ...]) -> Scale:
    """An imported form as something that can be answered; nothing is added up."""
    items = tuple(Item(number, Said(), allowed) for number, allowed in enumerate(values, 1))
    return Scale(f"{FORM}{instrument_id}", title, items, 1, 0, (), (), (), None, (), "", is_form=True)


@cache
def scales() -> dict[str, Scale]:
    """The scales that are answered item by item, by code."""
    listed: list[dict[str, Any]] = read_json("instruments")["instruments"]
    return {table["code"]: _scale(table) for table in listed}


@cache
def totals_only() -> dict[str, Scale]:
    """Scales whose wording may not be carried, by code."""
    listed: list[dict[str, Any]] = read_json("instruments")["totals_only"]
    return {table["code"]: _total_only(table) for table in listed}


def _scale(table: Mapping[str, Any]) -> Scale:
    total, match = table["total"], table["match"]
    judged = str(table["confidence"]).startswith(_VERIFIED)
    return Scale(
        code=table["code"],
        title=table["title"],
        items=_items(table["items"]),
        factor=total["factor"],
        highest=total["to"],
        bands=tuple(Band(b["code"], b["from"], b["to"], _said(b["label"])) for b in table["bands"] if judged),
        critical=tuple(Critical(c["item"], c["at_least"]) for c in table["critical"]),
        skips=tuple(Skip(tuple(s["items"]), s["total"], tuple(s["skipped"])) for s in table.get("skips", ())),
        loinc=match["loinc_panel"],
        codes=tuple(match["codes"]),
        source=table["source"],
        lowest=total["from"],
        is_higher_better=total["higher_is"] == "better",
        measures=_said(table["measures"]),
        further=_items(table.get("further", ())),
        cutoffs=tuple(Cutoff(c.get("at_least"), c.get("at_most"), c["source"]) for c in table["cutoffs"] if judged),
        change=_change(table["change"]) if judged else None,
        cutoff_setting=table.get("cutoff_setting"),
        for_adults=table.get("for") == "adults",
        rated_by_clinician=table.get("rated_by") == "clinician",
        licence=table["licence"],
    )


def _total_only(table: Mapping[str, Any]) -> Scale:
    flag = table["flag"]
    return Scale(
        table["code"], table["title"], (), 1, table["total"]["to"], (), (), (), None, (), "",
        lowest=table["total"]["from"],
        is_higher_better=table["total"]["higher_is"] == "better",
        measures=_said(table["measures"]),
        for_adults=table["for"] == "adults",
        is_total_only=True,
        flag=Item(flag["item"], _said(flag["label"]), (0, 1)) if flag else None,
        licence=table["licence"],
    )  # fmt: skip


def _items(listed: Any) -> tuple[Item, ...]:
    return tuple(Item(i["number"], _said(i["label"]), tuple(i["values"])) for i in listed)


def _change(rule: Mapping[str, Any] | None) -> ChangeRule | None:
    if rule is None:
        return None
    return ChangeRule(
        rule["smallest"], rule["smallest_source"], rule["response_percent"], rule["partial_percent"],
        rule["remission_below"], rule["source"],
    )  # fmt: skip


def _said(words: Mapping[str, str] | None) -> Said:
    return Said(tuple(sorted((words or {}).items())))
